"""Slices of an array: their cotangents are added into one buffer."""

import numpy as np

ARGS = (np.array([0.3, -0.4, 0.7, 1.1]),)


def f(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_value_and_grad(x):
    """Value and gradient of f (slices.py:8) in x: float64[4]."""
    # forward
    x_item_2 = x[:-1]
    x_item_minus_power = x[1:] - x_item_2 ** 2
    diff = 1 - x[:-1]
    result = np.sum(100 * x_item_minus_power ** 2 + diff ** 2)

    # backward
    # 9: return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    x_bar = np.zeros_like(x)
    x_item_minus_power_bar = 200 * x_item_minus_power
    x_bar[:-1] -= 2 * diff + 2 * x_item_minus_power_bar * x_item_2
    x_bar[1:] += x_item_minus_power_bar
    return result, x_bar
