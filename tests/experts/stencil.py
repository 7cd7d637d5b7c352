"""Heat in a plate: a five-point stencil, written into the same two arrays again and again."""

from __future__ import annotations

import numpy as np

wrt = (0, 1)


def args(rng: np.random.Generator) -> tuple:
    return rng.normal(size=(6, 7)), 0.2, 5


def f(u, k, steps):
    u = u.copy()
    new = u.copy()
    for _ in range(steps):
        around = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (around - 4.0 * u[1:-1, 1:-1])
        u[1:-1, 1:-1] = new[1:-1, 1:-1]
    return np.sum(u**2)


def f_grad(u, k, steps):
    # forward
    change_saved = []
    u = u.copy()
    for _ in range(steps):
        around = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]
        change = around - 4.0 * u[1:-1, 1:-1]
        change_saved.append(change)
        u[1:-1, 1:-1] += k * change

    # backward
    u_bar = 2.0 * u
    k_bar = 0.0
    for change in reversed(change_saved):
        new_bar = u_bar[1:-1, 1:-1].copy()
        k_bar += np.sum(new_bar * change)
        change_bar = k * new_bar
        u_bar[1:-1, 1:-1] -= 4.0 * change_bar
        u_bar[2:, 1:-1] += change_bar
        u_bar[:-2, 1:-1] += change_bar
        u_bar[1:-1, 2:] += change_bar
        u_bar[1:-1, :-2] += change_bar
    return u_bar, k_bar
