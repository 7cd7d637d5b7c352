"""The ways in which gradients go silently wrong, one heading each, as other systems met them."""

import copy
import math

import numpy as np

from tests.corpus.registry import program

# ---------------------------------------------------------------- saved values that are stale


@program(args=[lambda rng, n=n: (rng.uniform(1, 2, size=3), n) for n in (0, 1, 2, 3)])
def stale_divisor_in_loop(x, n):
    """The divisor changes at each trip, and each trip needs its own."""
    d = 1.0
    s = x[0]
    for k in range(n):
        d = d + x[k]
        s = s / d
        s = s * (s + d)
    return s


def bump(values, i):
    values[i] = values[i] * values[i] + 1.0
    return values[i]


@program(args=[lambda rng, n=n: (rng.normal(size=3), n) for n in (0, 1, 2, 5)])
def stale_mutating_call_in_loop(x, n):
    """A helper overwrites an element whose old value it used."""
    y = x * 1.0
    s = 0.0
    for k in range(n):
        s = s * 0.5 + bump(y, k % 3) * y[(k + 1) % 3]
    return s + np.sum(y)


# ---------------------------------------------------------------- a branch is missed


@program(args=[lambda rng: (0.7, -0.3), lambda rng: (-0.7, 0.3)], wrt=(0, 1))
def missed_arm_of_a_ternary(a, b):
    y = [a, b]
    old = y[0] if a > 0 else y[1]
    y[0 if a > 0 else 1] = a * b
    return old**2 * (y[0] if b > 0 else y[1])


@program(args=[lambda rng: (0.7, 0.2), lambda rng: (-0.7, 0.2)], wrt=(0, 1))
def missed_short_circuit(a, b):
    log = []

    def note(v):
        log.append(v * v)
        return v > 0

    both = note(a) and note(b)
    either = note(a * b) or note(b - a)
    return sum(k * v for k, v in enumerate(log, 1)) * (2.0 if both or either else 3.0)


class Register:
    """An object without numbers in it, until one is put in."""

    def __init__(self):
        self.items = []

    def put(self, v):
        self.items.append(v)
        return len(self.items) - 1


@program(args=lambda rng: (0.7, 1.2), wrt=(0, 1))
def missed_write_into_inactive_object(a, b):
    r = Register()
    i = r.put(a**2)
    j = r.put(b)
    return r.items[i] * r.items[j]


# ---------------------------------------------------------------- activity by alias or by path


@program(args=[lambda rng: (rng.normal(size=3), 1), lambda rng: (rng.normal(size=3), 0)])
def activity_of_one_arm(x, flag):
    """A constant or an active array under one name."""
    w = np.ones(3)
    y = x * 2.0 if flag else w
    y[0] = x[1] * 3.0
    return np.sum(y**2) + np.sum(w * x)


@program(args=lambda rng: (rng.normal(size=3),))
def activity_through_captured_buffer(x):
    """A closure's constant buffer comes to hold active values."""
    buffer = np.zeros(3)

    def load(v):
        buffer[:] = v

    def read():
        return buffer[1:] * 2.0

    load(x**2)
    s = np.sum(read())
    load(np.ones(3))
    return s * np.sum(read()) + s**2


@program(args=lambda rng: (rng.normal(size=3), np.zeros(3)), tags=["mutates"])
def activity_through_given_buffer(x, work):
    """The work array is not asked for, and carries the derivative all the same."""
    work[:] = x * x
    work[0] *= x[2]
    return work @ work


# ---------------------------------------------------------------- views break


def dropout(x, p, seed=0):
    """Returns its argument unchanged for p = 0, a new array otherwise."""
    if p == 0:
        return x
    keep = np.random.default_rng(seed).random(x.shape) >= p
    return x * keep / (1 - p)


@program(args=[lambda rng: (rng.normal(size=4), 0.0), lambda rng: (rng.normal(size=4), 0.5)])
def view_by_identity_function(x, p):
    y = x * 1.0
    z = dropout(y, p)
    z[0] = 3.0
    z *= x
    return np.sum(y**2) + np.sum(z)


@program(args=lambda rng: (rng.normal(size=(4, 4)),))
def view_chain(A):
    B = A * 1.0
    v = B[1:, ::2].T[::-1].reshape(2, 3)[:, 1:]
    w = B[::2].T[1:][0]
    v *= 2.0
    w[:] = B[3, :2]
    w += v.sum()
    return np.sum(B**2) + np.sum(v) + np.sum(w**3)


@program(args=lambda rng: (rng.normal(size=3), 0.5), wrt=(0, 1), tags=["mutates"])
def view_saved_then_mutated(x, k):
    """exp's result is needed in reverse, and is overwritten."""
    e = np.exp(x)
    s = np.sum(k * e)
    e *= 0.5
    x *= e
    return s * np.sum(x)


# ---------------------------------------------------------------- repeated indices


@program(args=lambda rng: (rng.normal(size=4), rng.normal(size=2)), wrt=(0, 1))
def repeats_in_an_update(x, v):
    y = x * 1.0
    y[[0, 0]] += v
    y[[-1, 3]] = v * v
    y[np.array([], dtype=int)] = 9.0
    y[np.zeros(4, dtype=bool)] *= 100.0
    return np.sum(y**2)


@program(args=lambda rng: (rng.normal(size=3),))
def repeats_of_an_argument(x):
    """One array at two places of a call, and of a stack that is then written."""
    S = np.stack([x, x, 2 * x])
    S[0] *= S[1]
    return np.sum(np.where(S > 0.1, S, 0)) + np.dot(x, x) * np.outer(x, x)[0, 1]


# ---------------------------------------------------------------- parallel assignment


@program(args=[lambda rng, n=n: (rng.normal(size=3), n) for n in (0, 1, 4)])
def rotation_of_four_names(x, n):
    a, b, c, d = x[0], x[1], x[2], 1.0
    for k in range(n):
        a, b, c, d = d * a, a, b, c + k * a
    return a + 2 * b + 3 * c * d


@program(args=lambda rng: (rng.normal(size=4),))
def rotation_of_elements(x):
    y = x * 1.0
    z = [x[0], x[1]]
    i = 0
    for _ in range(3):
        y[0], y[1], y[2] = y[1] * y[2], y[2], y[0]
        z[0], z[1], y[3] = z[1], y[3], z[0]
        i, y[i] = i + 1, y[i] * 2.0  # the new i is the index
    return np.sum(y**2) + z[0] * z[1]


# ---------------------------------------------------------------- identity of containers


@program(args=lambda rng: (rng.normal(size=3),))
def identity_after_deepcopy(x):
    state = {"a": x * 1.0, "log": [x[0]]}
    state["same"] = state["a"]
    saved = copy.deepcopy(state)
    saved["a"][0] = 2.0
    saved["log"].append(x[1])
    state["a"] *= 3.0
    return np.sum(saved["same"] ** 2) + np.sum(state["same"]) + sum(saved["log"]) * state["a"][2]


@program(args=lambda rng: (rng.normal(size=2),))
def identity_of_repeated_row(x):
    rows = [[0.0, 0.0]] * 3
    rows[0][0] = x[0]
    rows[2][1] = x[1] * rows[1][0]
    merged = {**{"r": rows[0]}, "s": sorted(rows[1])}
    merged["r"][0] += 1.0
    return rows[2][0] * rows[0][1] + merged["s"][0]


# ---------------------------------------------------------------- accumulate or overwrite


@program(args=lambda rng: (0.7, 1.1), wrt=(0, 1))
def fan_out_of_one_value(a, b):
    """One value to five places, some overwritten."""
    v = a * b
    y = np.zeros(3)
    y[0] = v
    y[1] = v * a
    y[0] = y[0] + v
    xs = [v, v]
    xs[1] = v + xs[0]
    return np.sum(y**2) + xs[0] * xs[1] + v


@program(args=lambda rng: (rng.normal(size=3), np.full(3, 7.0)), tags=["mutates"])
def dirty_buffer(x, buffer):
    """The buffer comes with old contents that must not count."""
    buffer[:2] = x[:2]
    s = buffer[0] * buffer[1] * buffer[2]
    buffer[...] = 0.0
    np.add.at(buffer, [0, 0, 1], x)
    return s + np.sum(buffer**2)


# ---------------------------------------------------------------- active bounds


@program(args=[lambda rng: (3.6,), lambda rng: (0.4,)])
def active_loop_bound(x):
    """The number of trips comes from x, and is no function of it nearby."""
    s = x
    for k in range(int(x) + 1):
        s = s * x + k
    return s


@program(args=lambda rng: (0.8, 0.25), wrt=(0, 1))
def active_loop_variable(a, h):
    t, s = 0.0, 0.0
    while t < a:
        s += np.cos(t) * h
        t += h
    for t in (a, 2 * a):
        s *= t
    return s


# ---------------------------------------------------------------- kinks and removable singularities


@program(args=lambda rng: (np.array([0.5, -1.0, 2.0]), 1.3), wrt=(0, 1))
def where_hides_a_nan(x, k):
    """log of a negative number in the arm that is not taken, and written in place."""
    with np.errstate(all="ignore"):
        y = np.where(x > 0, np.log(np.abs(x)) * k, np.sqrt(np.abs(x)))
        z = np.full(3, k)
        z[x > 0] = np.log(x[x > 0])
    return np.sum(y * z)


@program(args=lambda rng: (np.array([0.3, 0.3, 0.3]),), tags=["kink"])
def ties_in_place(x):
    """Shares of a tie add up to one."""
    y = np.zeros(2)
    np.maximum.at(y, [0, 0, 1], x)
    y[1] = max(y[1], x[0])
    return np.sum(y) * np.maximum(x[0], x[1])


@program(args=lambda rng: (np.array([0.0, 2.0]), 0.5), wrt=(0, 1))
def zero_times_what_was_there(x, k):
    """Zeros do not end a derivative."""
    y = x * k
    y[0] *= y[1]
    y **= 2
    return np.sum(y) + np.prod(x + y) + np.exp(0.0 * x[1])


# ---------------------------------------------------------------- types


@program(args=lambda rng: (rng.normal(size=3).astype(np.float32), rng.normal(size=3)), wrt=(0, 1))
def types_mixed_in_a_buffer(single, double):
    buffer = np.zeros(3)
    buffer[:] = single
    buffer *= double
    buffer[1:] += single[:-1]
    return np.sum(buffer**2)


@program(args=lambda rng: (np.asfortranarray(rng.normal(size=(2, 3))), rng.normal(size=(2, 1))))
def types_of_layout(F, column):
    """Size-one broadcasting, Fortran order, a 0-d result written."""
    G = F * column
    G += column.T @ G
    out = np.zeros(())
    out[...] = np.sum(G**2)
    out += G[0, 0]
    return out * 1.0


@program(args=lambda rng: (rng.normal(size=4),))
def types_complex_to_real(x):
    z = np.exp(1j * x)
    z[1:] *= z[:-1]
    y = np.zeros(4)
    y[:] = z.real
    y[0] = abs(z[3] + x[1])
    return np.sum(y**2)


# ---------------------------------------------------------------- structured storage


@program(args=lambda rng: (rng.normal(size=(3, 3)),))
def symmetric_from_a_triangle(A):
    """Each element above the diagonal stands at two places."""
    S = np.zeros((3, 3))
    for i in range(3):
        for j in range(i, 3):
            S[i, j] = S[j, i] = A[i, j] ** 2
    S[np.diag_indices(3)] *= 0.5
    return np.sum(S @ S)


# ---------------------------------------------------------------- derivatives inside


class Dual:
    """Forward mode by hand; nested, the levels must not mix."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    __radd__, __rmul__ = __add__, __mul__


def slope(f, x):
    return f(Dual(x, 1.0)).slope


@program(args=lambda rng: (1.3, 0.7), wrt=(0, 1))
def dual_numbers(x, k):
    return slope(lambda v: v * v * v * k + x * v, x)


@program(args=lambda rng: (1.3,))
def dual_numbers_nested(x):
    """d/dx (x * d/dy (x + y)) = 1, and not 2."""
    return x * slope(lambda v: v * slope(lambda w: v * w + w, x), x)


# ---------------------------------------------------------------- what was never written


@program(args=lambda rng: (rng.normal(size=3),))
def partly_written_empty(x):
    """np.empty with gaps that nobody reads."""
    y = np.empty(6)
    y[::2] = x
    z = np.empty_like(y)
    z[0] = x[1]
    return np.sum(y[::2] ** 2) * z[0]


@program(args=[lambda rng: (rng.normal(size=3), 3), lambda rng: (rng.normal(size=3), 0)])
def partly_written_by_loop(x, n):
    y = np.full(4, 2.0)
    for i in range(n):
        y[i + 1] = y[i] * x[i]
    return y[-1] + y[0] * x[0]


# ---------------------------------------------------------------- unsupported must not be ignored


@program(args=lambda rng: (1.3,))
def through_a_string(x):
    """A number that goes through text keeps its slope, or is refused."""
    return float(repr(x)) ** 2 + x


@program(args=lambda rng: (rng.normal(size=3),))
def through_bytes(x):
    y = np.frombuffer((x * 2.0).tobytes())
    return np.sum(y**2)


ACTIVATIONS = {"tanh": np.tanh, "sin": np.sin}


@program(args=lambda rng: ({"kind": "tanh", "w": 0.7, "order": "2.0"},))
def text_that_chooses(p):
    """Text beside numbers in one dict made of nothing active."""
    f = ACTIVATIONS.get(p["kind"], np.exp)
    log = f"{p['kind']}: {p['w']:.3f}"
    return f(p["w"]) * float(p["order"]) * len(log.split(":"))


LATEST = 0.0


@program(args=lambda rng: (0.8,))
def through_a_module_global(x):
    global LATEST
    LATEST = x**2
    return LATEST * x


class Shared:
    total = 0.0


@program(args=lambda rng: (0.8,))
def through_a_class_attribute(x):
    Shared.total = x**2
    return Shared().total * x


@program(args=lambda rng: (0.8,))
def through_a_function_attribute(x):
    def helper(v):
        helper.last = v * v
        return v

    helper(x)
    return helper.last * x


@program(args=lambda rng: (np.array([0.3, 0.9]),))
def through_tolist_and_item(x):
    xs = x.tolist()
    xs[0] = xs[1] * 2.0
    return math.prod(xs) + x.item(0) * x[1].item()


# ---------------------------------------------------------------- pitfalls of the method


@program(args=lambda rng: (0.4, 1.2), wrt=(0, 1))
def fixed_point_in_place(a, b):
    """The state is overwritten until it no longer moves."""
    u = np.array([0.5, 0.5])
    for _ in range(200):
        old = u.copy()
        u[0] = np.cos(a * u[1])
        u[1] = 0.5 * np.sin(b * u[0])
        if np.max(np.abs(u - old)) < 1e-15:
            break
    return u[0] * u[1]


@program(args=lambda rng: (np.linspace(0, 1, 5) ** 2, 0.62), wrt=(0, 1))
def lookup_table_filled_first(samples, t):
    """The slope of the table's segment, and the table's own derivative."""
    table = np.empty(5)
    for i in range(5):
        table[i] = samples[i] * (1 + i)
    k = int(t * 4)
    return table[k] + (t * 4 - k) * (table[k + 1] - table[k])


@program(args=lambda rng: (np.array([1.0, 0.5, -0.2]), 0.9), wrt=(0, 1))
def time_average(u, k):
    """A running average over a short orbit."""
    mean = np.zeros(3)
    u = u * 1.0
    for n in range(1, 6):
        u += 0.05 * np.array([k * (u[1] - u[0]), u[0] * (1 - u[2]) - u[1], u[0] * u[1] - u[2]])
        mean += (u - mean) / n
    return np.sum(mean**2)
