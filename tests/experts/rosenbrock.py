"""Rosenbrock's function in slices."""

from __future__ import annotations

import numpy as np

wrt = (0,)


def args(rng: np.random.Generator) -> tuple:
    return (0.5 * rng.normal(size=1000),)


def f(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def f_grad(x):
    # forward
    valley = x[1:] - x[:-1] ** 2

    # backward
    valley_bar = 200.0 * valley
    x_bar = np.zeros_like(x)
    x_bar[1:] = valley_bar
    x_bar[:-1] -= 2.0 * valley_bar * x[:-1] + 2.0 * (1.0 - x[:-1])
    return x_bar
