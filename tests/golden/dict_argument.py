"""A dict of arrays: the gradient is a dict of the same keys."""

import numpy as np

ARGS = ({"w": np.array([0.4, -0.3]), "b": 0.2}, np.array([1.0, 2.0]))
WRT = (0,)


def f(params, x):
    z = params["w"] * x + params["b"]
    return np.sum(z * z)


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np
from srcad.runtime.cotangents import accumulate, finish, shadow


def f_value_and_grad(params, x):
    """Value and gradient of f (dict_argument.py:9) in params: dict."""
    # forward
    z = params["w"] * x + params["b"]
    result = np.sum(z * z)

    # backward
    z_bar = 2 * z                                   # 11: return np.sum(z * z)
    params_bar = shadow(params)                     # 10: z = params["w"] * x + params["b"]
    params_bar["b"] += np.sum(z_bar)
    accumulate(params_bar, "w", z_bar * x)
    return result, finish(params_bar, params)
