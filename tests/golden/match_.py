"""match: each pattern is a question, each capture an item."""

ARGS = ((0.4, 1.1), 3.0)


def f(shape, w):
    match shape:
        case (a,):
            return a * w
        case (a, b):
            return a * b * w
    return 0.0


# ---- written by `python -m tests.golden`: do not edit below

from srcad.runtime.cotangents import finish, shadow
from srcad.runtime.matching import is_sequence


def f_value_and_grad(shape, w):
    """Value and gradient of f (match_.py:6) in shape, w: tuple(float, float), float."""
    # forward
    took_branch_2 = is_sequence(shape) and len(shape) == 1
    if took_branch_2:
        a = shape[0]
        result = a * w
    else:
        took_branch = is_sequence(shape) and len(shape) == 2
        if took_branch:
            a_2 = shape[0]
            b = shape[1]
            a_times_b = a_2 * b
            result = a_times_b * w
        else:
            result = 0.0

    # backward
    if took_branch_2:
        w_bar = a
        shape_bar = shadow(shape)                   # 7: match shape:
        shape_bar[0] += w
    else:
        shape_bar = shadow(shape)                   # 7: match shape:
        w_bar = 0.0
        if took_branch:
            w_bar = a_times_b                       # 11: return a * b * w
            shape_bar = shadow(shape)               # 9: return a * w
            shape_bar[1] += w * a_2
            shape_bar[0] += w * b
    return result, (finish(shape_bar, shape), w_bar)
