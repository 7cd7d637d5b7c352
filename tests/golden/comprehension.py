"""A comprehension with a condition."""

import numpy as np

ARGS = ([0.4, -1.2, 0.9], 2.0)


def f(xs, w):
    return sum([np.sin(w * x) for x in xs if x > -1])


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np
from srcad.runtime.cotangents import finish, listed, shadow
from srcad.runtime.elementwise import sum_bar


def f_value_and_grad(xs, w):
    """Value and gradient of f (comprehension.py:8) in xs, w: list, float."""
    # forward
    items = []
    for x in xs:
        if x > -1:
            items.append(np.sin(w * x))
    result = sum(items)

    # backward
    # 9: return sum([np.sin(w * x) for x in xs if x > -1])
    items_bar = listed(sum_bar(1.0, items), items)
    w_bar = 0.0
    xs_bar = shadow(xs)
    for k in reversed(range(len(xs))):
        x = xs[k]
        x_bar = 0.0
        if x > -1:
            w_times_x_bar = items_bar.pop() * np.cos(w * x)
            w_bar += w_times_x_bar * x
            x_bar = w_times_x_bar * w
        xs_bar[k] += x_bar
    return result, (finish(xs_bar, xs), finish(w_bar, w))
