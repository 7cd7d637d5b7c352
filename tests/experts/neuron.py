"""A sigmoid neuron with two inputs."""

from __future__ import annotations

import math

import numpy as np

wrt = (0, 1, 2, 3, 4)


def args(rng: np.random.Generator) -> tuple:
    return 2.0, -3.0, -3.0, -1.0, -2.0


def f(w0, w1, w2, x0, x1):
    score = w0 * x0 + w1 * x1 + w2
    return 1.0 / (1.0 + math.exp(-score))


def f_grad(w0, w1, w2, x0, x1):
    # forward
    score = w0 * x0 + w1 * x1 + w2
    out = 1.0 / (1.0 + math.exp(-score))

    # backward
    score_bar = out * (1.0 - out)
    w0_bar = score_bar * x0
    x0_bar = score_bar * w0
    w1_bar = score_bar * x1
    x1_bar = score_bar * w1
    return w0_bar, w1_bar, score_bar, x0_bar, x1_bar
