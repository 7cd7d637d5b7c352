"""Programs whose gradients were once wrong, or came close: writes meet loops, calls and indices."""

import numpy as np

from tests.corpus.registry import program

CONSTANTS = np.array([1.0, 2.0, 3.0])
WEIGHTS = np.array([1.0, 2.0, 3.0])


def positive(rng):
    return (rng.uniform(0.6, 2.2, size=3),)


def exponential(t):
    return np.exp(t)


def upd(u, i, v):
    old = u[i]
    u[i] = v * old
    return old * v


def mk(x):
    def add(v, w):
        v += w * CONSTANTS
        return v.sum() * w

    return add


def get_weights():
    return WEIGHTS


def reset_weights():
    WEIGHTS[:] = 7.0
    return 1.0


@program(args=[positive])
def view_of_a_module_array(x):
    WEIGHTS[:] = CONSTANTS
    v = WEIGHTS[:]
    y = np.sum(x * v)
    return y * reset_weights()


@program(args=[positive])
def module_array_from_a_helper(x):
    WEIGHTS[:] = CONSTANTS
    v = get_weights()
    y = np.sum(x * v)
    WEIGHTS[0] = 9.0
    return y


@program(args=[positive])
def module_array_from_a_helper_reset_by_another(x):
    WEIGHTS[:] = CONSTANTS
    v = get_weights()
    y = np.sum(x * v)
    return y * reset_weights()


@program(args=[positive])
def result_kept_by_the_callee_then_scaled(x):
    y = exponential(x)
    y *= 2.0
    return y.sum()


@program(args=[positive])
def result_kept_by_the_callee_then_swept(x):
    y = exponential(x)
    for k in range(2):
        y[1:] = y[1:] * y[:-1]
    return y.sum()


@program(args=[positive])
def range_from_below_zero(x):
    c = np.zeros(3)
    for i in range(-1, 3):
        c[i] = x[i] ** 2
    return np.sum(c * np.array([1.0, 2.0, 3.0]))


@program(args=[positive])
def range_down_to_below_zero(x):
    c = np.zeros(3)
    for i in range(2, -2, -1):
        c[i] = x[i - 1] ** 2
    return np.sum(c * np.array([1.0, 2.0, 3.0]))


@program(args=[positive])
def rebinding_or_writing_by_turns(x):
    a = x * 1.0
    for i in range(2):
        b = a if i == 0 else a * 1.0
        b[i] = b[i] * x[2]
        a = b
    return a.sum()


@program(args=[positive])
def values_before_and_after_masks(x):
    u = x * 1.0
    v = np.maximum(u, 0.5)
    u[0] = v[1] * u[0]
    w = np.where(u > 1, u, v)
    u[u > 1] = 0.25
    u[1:] += w[:2]
    return (u * w).sum()


@program(args=[positive])
def reversed_slice_written(x):
    u = np.sort(x * 1.0)
    s = np.cumsum(u)
    u[::-1] = s
    s[...] = u * s
    return s @ u


@program(args=[positive])
def mirrored_elements(x):
    c = np.zeros((3, 3))
    for i in range(3):
        for j in range(i, 3):
            c[i, j] = x[i] * x[j]
            c[j, i] = c[i, j]
    return (c**2).sum()


@program(args=[positive])
def neighbour_below_zero(x):
    c = np.zeros(3)
    for k in range(2):
        for i in range(3):
            c[i] = x[i] * (k + 1.0) + c[i - 1]
    return c.sum()


@program(args=[positive])
def written_twice_in_nested_loops(x):
    c = np.zeros(3)
    for k in range(2):
        for i in range(3):
            c[i] = x[i] * (k + 1.0)
    return (c * c).sum()


@program(args=[positive])
def halved_index_repeats(x):
    t = np.zeros(4)
    for i in range(3):
        t[i // 2] = x[i] ** 2
    return t.sum()


@program(args=[positive])
def rows_written_while_iterated(x):
    u = x * 1.0
    s = 0.0
    for v in u:
        s += v * v * x[0]
        u[2] = u[2] * v
    return s


@program(args=[positive])
def loop_test_on_written_elements(x):
    u = x * 1.0
    while u[0] < 10:
        u[0] = u[0] * u[1] * 0.5 + u[0] + 1.5
        if u[2] > 2:
            u[2] *= 0.5
        else:
            u[2] += u[0] * 0.1
    return u.sum() * u[2]


@program(args=[positive])
def index_array_written(x):
    idx = np.array([0, 1, 2])
    s = 0.0
    for k in range(3):
        s += x[idx[k]] * x[idx][0]
        idx[0] = 2 - k
        idx[k] = (k + 1) % 3
    return s


@program(args=[positive])
def helper_returns_the_old_value(x):
    u = x * 1.0
    s = 0.0
    for i in range(3):
        s += upd(u, i, x[(i + 1) % 3]) * u[0]
    return s


@program(args=[positive])
def broadcast_repeat_and_mask(x):
    a = np.zeros((2, 3))
    a[:] = x
    a[:, 1] += x[0]
    a[0] *= a[1]
    a[[0, 0], 2] = x[:2]
    a[a > 1.5] *= x[0]
    return (a**2).sum()


@program(args=[positive])
def rows_of_a_copy_of_the_transpose(x):
    a = np.array([x, x * 2])
    b = a.T * 1.0
    for r in range(3):
        b[r] -= b[r - 1] * a[0, r]
    a[1, ::-1] = b[:, 0]
    return (a @ b).sum()


@program(args=[positive])
def closure_writes_its_parameter(x):
    f = mk(x)
    u = x * x
    t = f(u, x[0]) + f(u, x[1])
    return t * u[2]


@program(args=[positive])
def fresh_array_for_each_call(x):
    def inner(k):
        w = np.zeros(3)
        w[k] = x[k] * k
        return w

    s = np.zeros(3)
    for k in range(3):
        s += inner(k) * x
    return s.sum()


@program(args=[positive])
def rebound_then_written(x):
    u = np.exp(x)
    y = u
    z = np.tanh(y)
    u = u * 1.0
    u[0] = z[1] * u[0]
    z[0] = u[1]
    return (u * z * y).sum()


@program(args=[positive])
def operators_in_place_in_turn(x):
    u = np.sqrt(x)
    v = u / x.sum()
    u /= v.sum()
    u -= u.mean()
    u **= 2
    v *= u
    return v.sum()


@program(args=[positive])
def copy_out_of_a_dict(x):
    P = {"w": x * 2.0}
    w = P["w"] * 1.0
    w[0] = w[1]
    t = [w, x]
    return t[0] @ t[1]


@program(args=[positive])
def triangle_of_writes(x):
    u = x * 1.0
    t = 0.0
    for i in range(3):
        p = u * x
        for j in range(i):
            u[j] = p[i] * u[i]
            t += u @ p
    return t


@program(args=[positive])
def elements_swapped_with_a_product(x):
    u = np.concatenate([x, x])
    n = len(u)
    for i in range(n - 1):
        u[i], u[i + 1] = u[i + 1] * u[i], u[i]
    return u.sum()


@program(args=[positive])
def write_before_an_exception(x):
    try:
        u = x * 1.0
        u[1] = u[0] * u[2]
        y = u[7]
    except IndexError:
        y = u[1]
    return y * u[0]


@program(args=[positive])
def the_last_of_several_writes(x):
    c = np.zeros(3)
    for i in range(3):
        for k in range(2):
            c[i] = x[i] * (k + 1)
    return (c**2).sum()


@program(args=[positive])
def two_arrays_filled_together(x):
    c = np.zeros(3)
    d = np.zeros(3)
    for i in range(3):
        c[i] = x[i] ** 2
        d[i] = c[i] + c[0]
    return d @ x


@program(args=[positive])
def ravel_then_write(x):
    u = x.reshape(3, 1) * 1.0
    u[:, 0] *= x
    v = u.ravel()
    s = (v * x).sum()
    u[0, 0] = 9.0
    return s + u.sum()


@program(args=[lambda rng: (rng.normal(size=(3, 3)), 0.5)], wrt=(0, 1))
def repeated_index_of_a_copy(A, k):
    """The cotangent of the copy starts as the argument itself, and is written."""
    C = A.copy()
    C[[0, 0]] = k
    C[np.array([1, 2])] += k
    return np.sum(C * A)


@program(args=[lambda rng: (rng.normal(size=3), 0.4)], wrt=(0, 1))
def masked_part_of_what_is_captured(v, x):
    """A part by a mask is a copy, whatever it is a part of: memory has its cotangent."""
    rows = 1.1
    rows = np.stack([v, v])

    def raise_positive(table, by):
        part = table[table > 0] + by
        table[table > 0] = part
        return rows + 0.0 * v

    return np.sum(raise_positive(rows, x) ** 2)


@program(args=[lambda rng: (rng.normal(size=3), 0.4)], wrt=(0, 1))
def copy_of_a_part_in_a_list(v, x):
    rows = 1.1
    rows = np.stack([v, v])

    def first(table):
        part = table[table > 0.0]
        box = [part, x]
        table[0, 0] = box[1]
        return box[0] * 2

    return np.sum(first(rows) ** 2) + np.sum(rows)


@program(args=[lambda rng: (rng.uniform(0.5, 1.5, size=3), 0.4)], wrt=(0, 1), tags=["mutates"])
def loop_over_a_view_that_changes(v, k):
    """The iterator reads the array on while the body writes it, through a view of its own."""
    for i, w in enumerate(v[::-1]):
        v *= w + i * k
    for a, b in zip(v, v[::1], strict=True):
        v += a * b
    return np.sum(v**2)


@program(
    args=[lambda rng: (rng.uniform(0.5, 1.5, size=3), np.array(0.4))], wrt=(0, 1), tags=["mutates"]
)
def number_in_an_array_captured_beside_memory(c, z):
    """A 0-d array is a number, and not memory, however deep it is captured."""
    c[2] /= 1.5

    def make(shift):
        def inner(t):
            return np.mean(c) * t + z

        return inner

    return make(1.0)(0.7) * 2


@program(args=[lambda rng: (rng.normal(size=3), 0.4)], wrt=(0, 1))
def argument_that_is_captured_too(v, k):
    """The function writes an argument that it has captured under another name."""
    rows = v * 2.0

    def scale(part, by):
        part *= by
        return rows + part

    return np.sum(scale(rows, k) ** 2)


@program(args=[lambda rng: (rng.normal(size=3), 0.4)], wrt=(0, 1))
def saved_by_a_function_that_is_handed_on(v, k):
    """What a pullback kept of a closure changes before it runs."""
    table = v * 1.0

    def reader(t):
        return np.sum(table * t)

    def twice(f):
        return f(k) + f(2.0 * k)

    first = twice(reader)
    table *= k
    return first * np.sum(table**2)


@program(args=lambda rng: (0.8,))
def appends_a_multiple_of_the_last(y):
    """`after_bar[-1] += after_bar.pop() * item` reads the old item before it is taken away."""
    after = [y]
    for item in (0.3, 0.5, 0.9):
        after.append(after[-1] * item)
    return sum(rest**2 for rest in reversed(after[:-1]))
