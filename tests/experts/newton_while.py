"""Newton's iteration for a cube root, until it has converged."""

from __future__ import annotations

import numpy as np

wrt = (0,)


def args(rng: np.random.Generator) -> tuple:
    return (7.3,)


def f(a):
    x = 1.0
    while abs(x**3 - a) > 1e-12 * a:
        x = (2.0 * x + a / x**2) / 3.0
    return x


def f_grad(a):
    # forward
    x = 1.0
    x_saved = []
    while abs(x**3 - a) > 1e-12 * a:
        x_saved.append(x)
        x = (2.0 * x + a / x**2) / 3.0

    # backward
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_saved):
        a_bar += x_bar / (3.0 * x**2)
        x_bar *= 2.0 / 3.0 * (1.0 - a / x**3)
    return a_bar
