"""A thousand steps of the logistic map, where neither order nor chaos rules."""

from __future__ import annotations

import numpy as np

wrt = (0, 1)


def args(rng: np.random.Generator) -> tuple:
    return 0.4, 3.5699456718709449, 1000


def f(x, r, steps):
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return x


def f_grad(x, r, steps):
    # forward
    x_saved = []
    for _ in range(steps):
        x_saved.append(x)
        x = r * x * (1.0 - x)

    # backward
    x_bar = 1.0
    r_bar = 0.0
    for x in reversed(x_saved):
        r_bar += x_bar * x * (1.0 - x)
        x_bar *= r * (1.0 - 2.0 * x)
    return x_bar, r_bar
