"""A helper: its forward part returns what its backward part needs."""

import numpy as np

ARGS = (np.array([[0.3, -0.2], [0.1, 0.5]]), np.array([0.1, 0.2]), np.array([1.0, -1.0]))


def layer(W, b, x):
    z = W @ x + b
    return np.tanh(z)


def f(W, b, x):
    h = layer(W, b, x)
    return np.sum(layer(W, b, h) ** 2)


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_value_and_grad(W, b, x):
    """Value and gradient of f (helper.py:13) in W, b, x: float64[2, 2], float64[2], float64[2]."""
    # forward
    h, layer_saved_2 = layer_fwd(W, b, x)
    layer_2, layer_saved = layer_fwd(W, b, h)
    result = np.sum(layer_2 ** 2)

    # backward
    # 15: return np.sum(layer(W, b, h) ** 2)
    W_bar, b_bar, h_bar = layer_bwd(layer_saved, 2 * layer_2)
    W_part, b_part, x_bar = layer_bwd(layer_saved_2, h_bar)  # 14: h = layer(W, b, x)
    W_bar = W_bar + W_part
    b_bar = b_bar + b_part
    return result, (W_bar, b_bar, x_bar)


def layer_fwd(W, b, x):
    """Forward part of layer (helper.py:8): its value, and what the backward part needs."""
    # forward
    z = W @ x + b
    result = np.tanh(z)
    return result, (W, result, x)


def layer_bwd(saved, result_bar):
    """Backward part of layer (helper.py:8): the cotangents of W, b, x."""
    W, result, x = saved

    # backward
    z_bar = result_bar * (1 - result ** 2)          # 10: return np.tanh(z)
    W_bar = np.outer(z_bar, x)                      # 9: z = W @ x + b
    x_bar = W.T @ z_bar
    return W_bar, z_bar, x_bar
