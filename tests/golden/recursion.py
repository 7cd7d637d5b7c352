"""Recursion: each call keeps its own residuals."""

ARGS = (0.7, 4)
WRT = (0,)


def horner(x, n):
    if n == 0:
        return 1.0
    return 1.0 + x * horner(x, n - 1)


def f(x, n):
    return horner(x, n) * x


# ---- written by `python -m tests.golden`: do not edit below

from srcad.runtime.cotangents import finish


def f_value_and_grad(x, n):
    """Value and gradient of f (recursion.py:13) in x: float."""
    # forward
    horner_2, horner_saved = horner_fwd(x, n)
    result = horner_2 * x

    # backward
    x_bar = horner_2                                # 14: return horner(x, n) * x
    x_bar = x_bar + horner_bwd(horner_saved, x)
    return result, finish(x_bar, x)


def horner_fwd(x, n):
    """Forward part of horner (recursion.py:7): its value, and what the backward part needs."""
    # forward
    horner_2 = None
    horner_saved = None
    if n == 0:
        result = 1.0
    else:
        horner_2, horner_saved = horner_fwd(x, n - 1)
        result = 1.0 + x * horner_2
    return result, (horner_2, horner_saved, n, x)


def horner_bwd(saved, result_bar):
    """Backward part of horner (recursion.py:7): the cotangents of x."""
    horner_2, horner_saved, n, x = saved

    # backward
    x_bar = 0.0                                     # 8: if n == 0:
    if not n == 0:
        x_bar = result_bar * horner_2               # 10: return 1.0 + x * horner(x, n - 1)
        x_bar += horner_bwd(horner_saved, result_bar * x)
    return x_bar
