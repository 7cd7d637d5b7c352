"""A loop over a range: what each iteration overwrites is saved before."""

ARGS = (0.3, 3.2)


def f(x, r):
    for _ in range(5):
        x = r * x * (1 - x)
    return x


# ---- written by `python -m tests.golden`: do not edit below

def f_value_and_grad(x, r):
    """Value and gradient of f (loop.py:6) in x, r: float, float."""
    # forward
    x_saved = []
    for _ in range(5):
        x_saved.append(x)
        x = r * x * (1 - x)
    value = x

    # backward
    x_bar = 1.0
    r_bar = 0.0                                     # 7: for _ in range(5):
    for x in reversed(x_saved):
        r_times_x_bar = x_bar * (1 - x)             # 8: x = r * x * (1 - x)
        r_bar += r_times_x_bar * x
        x_bar = -(x_bar * r * x) + r_times_x_bar * r
    return value, (x_bar, r_bar)
