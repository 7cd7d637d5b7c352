"""A branch: the same question, asked again, chooses what is reversed."""

ARGS = (1.5, 0.7)


def f(x, a):
    if x > a:
        y = x * a
    else:
        y = a - x
    return y * y


# ---- written by `python -m tests.golden`: do not edit below

def f_value_and_grad(x, a):
    """Value and gradient of f (branch.py:6) in x, a: float, float."""
    # forward
    if x > a:
        y = x * a
    else:
        y = a - x
    result = y * y

    # backward
    y_bar = 2 * y                                   # 11: return y * y
    if x > a:
        x_bar = y_bar * a                           # 8: y = x * a
        a_bar = y_bar * x
    else:
        a_bar = y_bar                               # 10: y = a - x
        x_bar = -y_bar
    return result, (x_bar, a_bar)
