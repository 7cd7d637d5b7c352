"""with: errstate holds for the backward part as well."""

import numpy as np

ARGS = (np.array([0.0, 1.0, 4.0]), np.array([2.0, 3.0, 5.0]))
WRT = (1,)


def f(x, w):
    with np.errstate(divide="ignore"):
        y = w / (1 + x)
        z = np.log(w) * y
    return z.sum()


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_value_and_grad(x, w):
    """Value and gradient of f (with_.py:9) in w: float64[3]."""
    # forward
    with np.errstate(divide='ignore'):
        sum_ = 1 + x
        y = w / sum_
        log = np.log(w)
        z = log * y
    result = z.sum()

    # backward
    z_bar = np.ones_like(w)                         # 13: return z.sum()
    with np.errstate(divide='ignore'):
        w_bar = z_bar * y / w + z_bar * log / sum_  # 11: y = w / (1 + x)
    return result, w_bar
