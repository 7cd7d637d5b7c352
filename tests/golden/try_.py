"""try and except: what was reached is reversed, and the handler that ran."""

import math

ARGS = (-0.5, 2.0)


def f(x, y):
    try:
        z = math.log(x) * y
    except ValueError:
        z = x * y
    return z * z


# ---- written by `python -m tests.golden`: do not edit below

def f_value_and_grad(x, y):
    """Value and gradient of f (try_.py:8) in x, y: float, float."""
    # forward
    log = None
    ran = []
    try:
        log = math.log(x)
        ran.append(1)
        z = log * y
        ran.append(2)
    except ValueError:
        z = x * y
        ran.append(3)
    result = z * z

    # backward
    z_bar = 2 * z                                   # 13: return z * z
    log_bar_2 = 0.0                                 # 9: try:
    x_bar = 0.0
    y_bar = 0.0
    for step in reversed(ran):
        if step == 1:
            x_bar += log_bar_2 / x
            log_bar_2 = 0.0
        elif step == 2:
            log_bar_2 += z_bar * y                  # 10: z = math.log(x) * y
            y_bar += z_bar * log
            z_bar = 0.0
        elif step == 3:
            x_bar += z_bar * y                      # 12: z = x * y
            y_bar += z_bar * x
            z_bar = 0.0
    return result, (x_bar, y_bar)
