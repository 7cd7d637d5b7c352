"""The first circuit of the lecture: one addition and one multiplication."""

from __future__ import annotations

import numpy as np

wrt = (0, 1, 2)


def args(rng: np.random.Generator) -> tuple:
    return -2.0, 5.0, -4.0


def f(x, y, z):
    q = x + y
    return q * z


def f_grad(x, y, z):
    # forward
    q = x + y

    # backward
    q_bar = z
    z_bar = q
    return q_bar, q_bar, z_bar
