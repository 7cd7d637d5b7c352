"""A list built by append, then read: its cotangent is a list, popped where it was appended to."""

ARGS = (0.5, 1.3)


def f(x, k):
    states = [x]
    for i in range(3):
        states.append(states[i] * k - x)
    return states[1] * states[3]


# ---- written by `python -m tests.golden`: do not edit below

from srcad.runtime.cotangents import finish, shadow


def f_value_and_grad(x, k):
    """Value and gradient of f (append.py:6) in x, k: float, float."""
    # forward
    states_item_saved = []
    states = [x]
    for i in range(3):
        states_item = states[i]
        states_item_saved.append(states_item)
        states.append(states_item * k - x)
    states_item_2 = states[1]
    states_item_3 = states[3]
    result = states_item_2 * states_item_3

    # backward
    states_bar = shadow(states)                     # 10: return states[1] * states[3]
    states_bar[3] += states_item_2
    states_bar[1] += states_item_3
    k_bar = 0.0                                     # 8: for i in range(3):
    x_bar = 0.0
    for i in reversed(range(3)):
        states_item = states_item_saved.pop()
        prod_minus_x_bar = states_bar.pop()         # 9: states.append(states[i] * k - x)
        x_bar -= prod_minus_x_bar
        k_bar += prod_minus_x_bar * states_item
        states_bar[i] += prod_minus_x_bar * k
    x_bar += states_bar[0]                          # 7: states = [x]
    return result, (finish(x_bar, x), finish(k_bar, k))
