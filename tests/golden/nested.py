"""A function made during the call: it captures a variable, which gets its cotangent back."""

import numpy as np

ARGS = (1.2, 0.4)


def f(x, w):
    def gate(u):
        return np.tanh(w * u)

    return gate(x) * gate(x + 1)


# ---- written by `python -m tests.golden`: do not edit below

from srcad.runtime.closures import captured
from srcad.runtime.cotangents import finish, part


def f_value_and_grad(x, w):
    """Value and gradient of f (nested.py:8) in x, w: float, float."""
    # forward
    def gate(u):
        return np.tanh(w * u)

    gate_2, gate_saved_2 = gate_fwd(x, gate)
    gate_3, gate_saved = gate_fwd(x + 1, gate)
    result = gate_2 * gate_3

    # backward
    sum__bar, captured_bar = gate_bwd(gate_saved, gate_2)  # 12: return gate(x) * gate(x + 1)
    w_bar = part(captured_bar, "w")
    x_bar = sum__bar
    x_part, captured_bar_2 = gate_bwd(gate_saved_2, gate_3)
    x_bar = x_bar + x_part
    w_bar = w_bar + part(captured_bar_2, "w")
    return result, (finish(x_bar, x), finish(w_bar, w))


def gate_fwd(u, fn):
    """Forward part of gate (nested.py:8): its value, and what the backward part needs."""
    # forward
    w = captured(fn, "w")
    result = np.tanh(w * u)
    return result, (result, u, w)


def gate_bwd(saved, result_bar):
    """Backward part of gate (nested.py:8): the cotangents of u, fn."""
    result, u, w = saved

    # backward
    w_times_u_bar = result_bar * (1 - result ** 2)  # 10: return np.tanh(w * u)
    u_bar = w_times_u_bar * w
    fn_bar = {"w": 0.0}
    fn_bar["w"] += w_times_u_bar * u
    return u_bar, fn_bar
