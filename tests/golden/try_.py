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
    reached = 0
    caught = 0
    try:
        log_tried = math.log(x)
        reached = 1
        log = log_tried
        reached = 2
        z_tried = log * y
        reached = 3
        z = z_tried
        reached = 4
    except ValueError:
        caught = 1
        z = x * y
    result = z * z

    # backward
    z_bar = 2 * z                                   # 13: return z * z
    if caught == 1:
        x_bar = z_bar * y                           # 12: z = x * y
        y_bar = z_bar * x
        z_bar = 0.0                                 # 9: try:
    else:
        x_bar = 0.0                                 # 9: try:
        y_bar = 0.0
    z_tried_bar = 0.0
    if reached >= 4:
        z_tried_bar = z_bar                         # 10: z = math.log(x) * y
    log_bar_2 = 0.0                                 # 9: try:
    if reached >= 3:
        log_bar_2 = z_tried_bar * y                 # 10: z = math.log(x) * y
        y_bar += z_tried_bar * log
    log_tried_bar = 0.0                             # 9: try:
    if reached >= 2:
        log_tried_bar = log_bar_2                   # 10: z = math.log(x) * y
    if reached >= 1:
        x_bar += log_tried_bar / x
    return result, (x_bar, y_bar)
