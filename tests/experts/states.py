"""A recurrent network: the hidden states are kept in a list and read again in the end."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=(5, 2)), np.ones(3)


def f(W, U, xs, v):
    states = [np.zeros(3)]
    for x in xs:
        states.append(np.tanh(W @ states[-1] + U @ x))
    loss = 0.0
    for h in states:
        loss += (v @ h) ** 2
    return loss


def f_grad(W, U, xs, v):
    # forward
    states = [np.zeros(3)]
    for x in xs:
        states.append(np.tanh(W @ states[-1] + U @ x))

    # backward
    states_bar = [2.0 * (v @ h) * v for h in states]
    W_bar = np.zeros_like(W)
    U_bar = np.zeros_like(U)
    xs_bar = np.zeros_like(xs)
    for t in reversed(range(len(xs))):
        z_bar = states_bar[t + 1] * (1.0 - states[t + 1] ** 2)
        W_bar += np.outer(z_bar, states[t])
        states_bar[t] += W.T @ z_bar
        U_bar += np.outer(z_bar, xs[t])
        xs_bar[t] += U.T @ z_bar
    return W_bar, U_bar, xs_bar
