"""Programs that were wrong or refused: what is kept by memory, and what only seems to be."""

import numpy as np

from tests.corpus.registry import program


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def tuple_taken_apart_into_a_list_that_is_written(s):
    w = np.array([s, 2 * s])
    first, *rest = (s, s * 2, w)
    rest.append(3 * s)
    rest[1][0] = s * s
    rest[0] *= 2
    return rest[0] * rest[1][0] * rest[1][1] + rest[2] * first


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def star_of_what_is_known_when_it_runs(s):
    w = -1.2
    w = np.array([s, s * 3])

    def make(a):
        def read(b):
            return w + 0.0

        return read

    u = make(s)(s)
    first, *rest = u
    return rest[0] * first


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def star_of_a_list_that_changes_meanwhile(s):
    w = -1.2
    w = [s, s * 3, 2.0]
    read = lambda a: w  # noqa: E731
    first, *rest, last = read(s)
    w[1] = 7 * s * s
    rest[0] *= 3
    rest.append(last * s)
    return rest[0] * first * rest[1] + w[1]


def scaled_first(a, items):
    items[0] = items[0] * a[0] * a[1]
    r = np.exp(a)
    return r


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def array_beside_a_written_list_changes_after_the_call(s):
    u = np.array([s, 2 * s, 3 * s])
    xs = [1.0 * s]
    r = scaled_first(u, xs)
    q = r[1]
    u[0] = 5.0
    r[0] = 5.0
    r[1] = 0.0
    return q * xs[0] * u[1] * r[2]


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def tuple_beside_a_written_variable(s):
    """Only the called function keeps what is in the tuple by memory."""
    acc = 1.0 * s

    def step(p, q):
        nonlocal acc
        w = p[0][1] if acc > 100 else p[0][1]
        acc = acc * w[0]
        return np.sum(w) * p[0][0] * q[0]

    u = np.array([s, 2 * s, 3 * s])
    t = step(((s * s, u * s), 2), [s])
    v = u * 2
    t += step(((s, v), 2), [3.0, t])
    v[0] = 3
    return t * acc * v[1]


def lowered(x, n):
    if n > 5:
        x = np.zeros(2)
    x -= 0.3 * n
    return x if n <= 5 else x[0]


@program(args=[lambda rng: (0.6, 3), lambda rng: (0.6, 7)], wrt=(0,))
def called_function_that_may_write(s, n):
    """What it gets may be a number, which `-=` binds anew."""
    y = s * s
    if n > 9:
        y = np.array([s, s])
    items = [s]
    items.append(lowered(y, n) * y)
    return items[1] * items[0]


ACTIONS = {"a": np.tanh, "b": np.sin, "c": lambda t: 0.5 * t}


def dispatch(t, mode):
    if mode == "a":
        return np.sin(t)
    return ACTIONS[mode](t)


@program(args=[lambda rng: (0.6, "b"), lambda rng: (-0.4, "c")], wrt=(0,))
def number_from_a_function_of_the_module(s, mode):
    """`+=` of what only the running program knows, and may be an object of the module."""
    u = dispatch(s, mode)
    u += 0.3 * s
    u *= s
    if u > 100:
        u = np.zeros(2)
    return u * s


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def smallest_of_two_by_a_key(s):
    return min(s, sum(map(lambda t: t**2, (s, -1.0))) / 2, key=abs)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def captured_variable_bound_to_the_result(s):
    step = np.cos if s > 100 else (lambda t: t * s)
    s = step(s)
    return step(s) * s


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def functions_of_a_list_read_the_last_value(s):
    fs = []
    for k in range(3):
        fs.append(lambda t: t * s * k)  # noqa: B023 - that is what it is about
        s = s * 1.5
    k = 7.0 * s
    return sum(f(2.0) for f in fs)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def array_bound_anew_while_a_function_reads_it(s):
    x = np.array([s, 2 * s])
    table = {"f": lambda t: t * x[0]}
    y = table["f"](s)
    x = x * s
    y += table["f"](s)
    x[0] = 3 * s
    return y * table["f"](1.0)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def stars_of_unknown_length(s, n=3):
    v = [s * k for k in range(n)]
    w = np.array([[s, 2 * s], [3 * s, 1]])
    r = 0.0
    for t in (s, *w[0]):
        r += t * s * r + t
    t = [*v, s, *w[1], 2 * s]
    q = (s, *w, 3 * s)
    return sum(k * x for k, x in enumerate(t)) * t[-1] * t[n] * t[1] * q[1][1] * q[-1] + r


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def keys_of_a_dict_of_unknown_keys(s):
    v = np.array([s, 2 * s, 3 * s])
    table = {k: np.tanh(s + t) for k, t in enumerate(v)}
    u = s
    for k in table:
        x = table[k]
        if k != 1:
            u = 0.5 * u + x
    return u


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def values_of_a_dict_whose_arrays_change(s):
    v = np.array([s, 2 * s, 3 * s])
    table = {"a": v, "b": v * s}
    w = sum(table.values())
    v[0] = 3 * s
    for x in table.values():
        w = w + x
    return w[0] * w[1]


CHOICES = {"a": lambda t: t, "b": lambda t: t}


@program(args=[lambda rng: (0.6, "a"), lambda rng: (-0.4, "b")], wrt=(0,))
def methods_of_a_dict_known_when_it_runs(s, key):
    d = CHOICES[key]({"x": s, "y": 2 * s * s, "z": np.array([s, 1.0])})
    r = 0.0
    for v in d.values():
        r += np.sum(v) * s
    for name, v in d.items():
        r += np.sum(v) * len(name) * s
    return r + d.get("x") + d.get("q", s) + d["z"][0]


@program(args=[lambda rng: (0.6,)])
def key_with_a_derivative(s):
    table = {s: 2.0 * s, 2 * s: 3.0}
    return sum(k * v for k, v in table.items())


@program(args=[lambda rng: (0.6, "a"), lambda rng: (-0.4, "b")], wrt=(0,))
def functions_that_write_into_the_unknown(s, key):
    u = CHOICES[key](np.array([s + 1, 2 * s, 3 * s]))
    v = CHOICES[key](np.array([s * s, 2.0, 3 * s]))
    np.add.at(u[:2], [1, 1], v[0])
    np.copyto(v, u * s, where=v > 1.5)
    np.put(u, [0, 2], v)
    u[1:].fill(s)
    np.maximum.at(v, [0, 0], u[:2])
    np.add(u, v, out=u, where=u > 0.2)
    np.place(v, v > 2, u)
    np.subtract(u, v, out=u, where=True)
    return np.sum(u * v)


class Held:
    def __init__(self, a):
        self.a = a

    def driven(self, t):
        self.a = self.a * t
        return self.a + t

    def itself(self):
        self.a = self.a * 0.9
        return self


@program(args=[lambda rng: (0.6,), lambda rng: (-0.6,)])
def nobody_asks_for_the_derivative_of_an_argument(x):
    """The call's backward part is for the object as well as for `b`, which was a constant then."""
    held, kept = Held(x), []
    kept.append(held)
    b, s = 0.4, 0.0
    for _ in range(2):
        s = s + held.driven(b)
        b = b * b
    s = s + kept[0].itself().a
    if x > 0:
        b = x
    return s + np.sin(b)


def _rows_added(g):
    bar = np.zeros(np.shape(g), g.dtype)
    for w in (2.0, 3.0):
        bar[0:2] += w * g[1:]
    return bar


@program(args=lambda rng: (rng.normal(size=3), rng.normal(size=3)), wrt=(0, 1))
def complex_array_of_a_type_met_at_run_time(x, y):
    """What memory holds of a complex array is asked for like that of a real one."""
    g = x + 1j * y
    several = isinstance(g, (tuple, list))
    return np.real(np.sum(_rows_added(g[0] if several else g) * (1.0 - 2.0j)))


class Moving:
    def __init__(self, x):
        self.x = x
        self.hits = 0

    def drift(self):
        self.x = self.x * 3.0
        self.hits += 1
        return self.x + 1.0


def shifted(xs, k):
    xs[0] = xs[0] * k
    return xs[0] + xs[1]


@program(args=[lambda rng: (0.6, 1.3)], wrt=(0, 1))
def read_before_what_changes_it(x, k):
    """`p.x += p.drift()`: Python reads `p.x` first, then calls what sets it."""
    p, others = Moving(x), []
    others.append(Moving(k))
    p.x += p.drift()
    others[0].x *= others[0].drift()
    xs = [x, k]
    xs[0] += shifted(xs, k)
    xs[1] *= shifted(xs, x) + 2.0
    total = x

    def step():
        nonlocal total
        total = total * k
        return total

    total += step()
    row = np.array([x, k])
    row[0] += shifted(row, k)
    return p.x * others[0].x + sum(xs) + total + row[0] * row[1]


@program(args=[lambda rng: (rng.normal(size=(2, 3)), 1.3)], wrt=(0, 1))
def rows_read_before_what_changes_them(a, k):
    """A row of an array is a view: what is written meanwhile is seen."""
    a = a.copy()
    a[0] += shifted(a, k)
    return np.sum(a**2)


@program(args=lambda rng: ([0.3, 0.5, 0.9],))
def list_times_what_may_be_an_array(xs):
    """That is arithmetic of NumPy, not a longer list, where the other turns out to be an array."""
    held = [np.full, np.full(3, 0.7)]
    held[0] = held[1]
    return (held[0] * xs).sum()


@program(args=lambda rng: (rng.normal(size=4),))
def added_to_a_part_that_was_set_before(x):
    """What the cotangent of the sum reads must not be what the write before leaves there."""
    y, n = np.zeros(4), 4
    for k in range(3):
        p = x * x[k // 2]
        part = np.copy(y[:n])
        y[:n] = 0.0
        y[:n:1] += p + part * 2
        n = n - 1
        x = x[:n]
    return np.sum(y**2)


def first_of(xs):
    return np.atleast_1d(xs[0])


class Recording:
    def __init__(self, act):
        self.out = []
        self.act = act

    def __call__(self, x):
        y = self.act(x * 2)
        self.out.append(y)
        return y


def an_activation(k):
    return [np.tanh, lambda v: v * v, None][k]


@program(args=lambda rng: (rng.normal(size=3),))
def stacked_into_the_list_itself(x):
    xs = [x * 1.0, x * 2.0]
    u = np.stack(xs)
    xs[0] = u
    xs.append(u[0])
    return np.sum(xs[0] ** 2) + np.sum(xs[-1] * xs[1])


@program(args=lambda rng: (rng.normal(size=3),))
def results_put_into_what_they_were_made_of(x):
    xs = [x * 1.0, x * 2.0]
    for f in [lambda v: v[0] * 2.0, lambda v: v[1], first_of]:
        u = f(xs)
        xs.append(u)
        xs[0] = u
    return np.sum(xs[0] ** 2) + np.sum(xs[-2] * xs[1])


@program(args=lambda rng: (rng.normal(size=3),))
def results_recorded_by_the_object_that_is_called(x):
    one, two = Recording(an_activation(0)), Recording(an_activation(1))
    y = two(one(x))
    return np.sum(y * two(y)) + np.sum(one.out[0] * two.out[-1])
