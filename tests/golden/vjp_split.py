"""The split form of `vjp`: the pullback may be called again, so saved lists are copied."""

import numpy as np

FORM = "vjp"
ARGS = (np.array([0.3, 0.6]), 1.4)


def f(x, k):
    for _ in range(3):
        x = np.sin(k * x)
    return x, k * x[0]


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_fwd(x, k):
    """Forward part of f (vjp_split.py:9): its value, and what the backward part needs."""
    # forward
    loop_saved = []
    for _ in range(3):
        k_times_x = k * x
        loop_saved.append((k_times_x, x))
        x = np.sin(k_times_x)
    x_item = x[0]
    result = x, k * x_item
    return result, (k, loop_saved, x_item)


def f_bwd(saved, result_bar):
    """Backward part of f (vjp_split.py:9): the cotangents of x, k."""
    k, loop_saved, x_item = saved

    # backward
    x_bar = np.array(result_bar[0])                 # 12: return x, k * x[0]
    k_times_x_item_bar = result_bar[1]
    k_bar = k_times_x_item_bar * x_item
    x_bar[0] += k_times_x_item_bar * k
    for k_times_x, x in reversed(loop_saved):
        k_times_x_bar = x_bar * np.cos(k_times_x)   # 11: x = np.sin(k * x)
        k_bar += k_times_x_bar @ x
        x_bar = k_times_x_bar * k
    return x_bar, float(k_bar)
