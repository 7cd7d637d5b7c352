"""A while loop: the iterations are counted."""

ARGS = (2.0, 1.5)


def f(a, x):
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


# ---- written by `python -m tests.golden`: do not edit below

def f_value_and_grad(a, x):
    """Value and gradient of f (while_.py:6) in a, x: float, float."""
    # forward
    loop_saved = []
    while abs(x * x - a) > 1e-12:
        a_over_x = a / x
        loop_saved.append((a_over_x, x))
        x = 0.5 * (x + a_over_x)
    value = x

    # backward
    x_bar = 1.0
    a_bar = 0.0                                     # 7: while abs(x * x - a) > 1e-12:
    for a_over_x, x in reversed(loop_saved):
        x_plus_a_over_x_bar = 0.5 * x_bar           # 8: x = 0.5 * (x + a / x)
        a_bar += x_plus_a_over_x_bar / x
        x_bar = x_plus_a_over_x_bar - x_plus_a_over_x_bar * a_over_x / x
    return value, (a_bar, x_bar)
