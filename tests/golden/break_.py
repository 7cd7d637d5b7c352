"""Break and continue: the iterations that ran are reversed."""

import numpy as np

ARGS = (np.array([0.4, -0.2, 0.9, 1.3, 2.0]), 1.1)


def f(xs, limit):
    total = 0.0
    for x in xs:
        if x < 0:
            continue
        total = total + x * total + x * x
        if total > limit:
            break
    return total * limit


# ---- written by `python -m tests.golden`: do not edit below

import numpy as np


def f_value_and_grad(xs, limit):
    """Value and gradient of f (break_.py:8) in xs, limit: float64[d0], float."""
    # forward
    total_saved = []
    total = 0.0
    steps_2 = 0
    for x in xs:
        steps_2 = steps_2 + 1
        if not x < 0:
            total_saved.append(total)
            total = total + x * total + x * x
            if total > limit:
                break
    result = total * limit

    # backward
    total_bar = limit                               # 16: return total * limit
    limit_bar = total
    xs_bar = np.zeros_like(xs)                      # 10: for x in xs:
    for k in reversed(range(steps_2)):
        x = xs[k]
        x_bar = 0.0                                 # 11: if x < 0:
        if not x < 0:
            sum__bar = total_bar                    # 13: total = total + x * total + x * x
            total = total_saved.pop()
            x_bar = 2 * total_bar * x + sum__bar * total
            total_bar = sum__bar + sum__bar * x
        xs_bar[k] += x_bar                          # 10: for x in xs:
    return result, (xs_bar, float(limit_bar))
