"""Gradient descent with momentum, by an object that holds its velocity from step to step."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    A = rng.normal(size=(3, 3))
    return rng.normal(size=3), 0.05, 0.8, A @ A.T + np.eye(3), 6


class Momentum:
    """An optimiser with a state."""

    def __init__(self, rate, decay, size):
        self.rate = rate
        self.decay = decay
        self.velocity = np.zeros(size)

    def step(self, w, g):
        self.velocity = self.decay * self.velocity - self.rate * g
        return w + self.velocity


def f(w, rate, decay, A, steps):
    optimiser = Momentum(rate, decay, 3)
    for _ in range(steps):
        w = optimiser.step(w, A @ w)
    return 0.5 * w @ A @ w


def f_grad(w, rate, decay, A, steps):
    # forward
    saved = []
    velocity = np.zeros(3)
    for _ in range(steps):
        g = A @ w
        saved.append((velocity, g))
        velocity = decay * velocity - rate * g
        w = w + velocity

    # backward
    w_bar = 0.5 * (A @ w + A.T @ w)
    velocity_bar = np.zeros(3)
    rate_bar = 0.0
    decay_bar = 0.0
    for velocity, g in reversed(saved):
        velocity_bar += w_bar
        rate_bar -= velocity_bar @ g
        w_bar = w_bar - rate * (A.T @ velocity_bar)
        decay_bar += velocity_bar @ velocity
        velocity_bar = decay * velocity_bar
    return w_bar, rate_bar, decay_bar
