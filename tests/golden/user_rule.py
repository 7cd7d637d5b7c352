"""A rule of the user's own, written into the generated code."""

import numpy as np

import srcad

ARGS = (0.8, 1.7)


def softplus(x):
    return np.logaddexp(0.0, x)


srcad.partials(softplus, lambda y, x: 1 - np.exp(-y))


def f(x, w):
    return softplus(w * x) * w


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_value_and_grad(x, w):
    """Value and gradient of f (user_rule.py:17) in x, w: float, float."""
    # forward
    softplus_2 = softplus(w * x)
    result = softplus_2 * w

    # backward
    w_times_x_bar = w * (1 - np.exp(-softplus_2))   # 18: return softplus(w * x) * w
    w_bar = softplus_2 + w_times_x_bar * x
    x_bar = w_times_x_bar * w
    return result, (float(x_bar), float(w_bar))
