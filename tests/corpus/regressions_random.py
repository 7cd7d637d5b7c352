"""Programs that were wrong or refused, shrunk from random ones."""

import collections
import functools

import numpy as np

from tests.corpus.registry import program


class Gain:
    def __init__(self, rate):
        self.rate = rate

    def of(self, t):
        return self.rate * t


@program(
    args=[lambda rng: ([0.5, -0.8], rng.normal(size=2), 0.3)],
    wrt=(0, 1, 2),
)
def function_that_captures_and_is_given_containers(xs, v, s):
    """A written variable makes cells of what else its function captured."""

    def outer(a, b, k=s):
        def inner():
            return xs[0] * a[0]

        first = inner()
        a, b = b, a
        again = lambda: a[0]
        return first + np.sum(v) * s + xs[1] * again() * k

    return outer(np.array([s, 1.3]), [1.1 * s, s])


@program(
    args=[lambda rng: ({"h": 0.5, "w": rng.normal(size=2)}, rng.normal(size=2), 0.3)],
    wrt=(0, 1, 2),
)
def functions_given_to_what_writes_containers(table, v, s):
    def use(g, t):
        xs = [t]
        xs[0] = xs[0] * g(t) + sum(xs) * g(1.0)
        pair = (g, xs)
        pair[1].append(2.0)
        return pair[0](pair[1][0])

    def product(a, t, k=1.0):
        return a[0] * t * k

    first = use(functools.partial(product, v, k=table["h"]), table["w"][1])
    second = use(Gain(s).of, first)
    return second * use(lambda t, k=s: t * v[1] * k * table["h"], s)


@program(args=[lambda rng: ({"a": 0.4, "b": 0.5}, rng.normal(size=3))], wrt=(0, 1))
def captured_by_a_function_with_exceptions(table, v):
    xs = [table["b"]]
    u = xs[0]

    def attempt(a):
        try:
            w = a
            w = w * v
        except ValueError:
            w = table["a"] * v
        else:
            a /= 1.2 + np.sum(w) ** 2
        return a * w

    return np.sum(attempt(u)) * table["a"]


@program(args=[lambda rng: ({"h": 0.4},)])
def partial_of_an_item_of_what_is_written(table):
    def damped(t, k=0.5):
        return np.tanh(k * t)

    def twice(g, t):
        return g(0.5 * g(t))

    kept = dict.fromkeys("ab", table["h"])
    kept["a"] = twice(functools.partial(damped, k=table["h"]), kept["b"])
    return kept["a"] * table["h"]


Point = collections.namedtuple("Point", "x v")


@program(
    args=[lambda rng: ([0.3, 0.2], Point(0.4, rng.normal(size=2)), 1.2)],
    wrt=(0, 1, 2),
    tags=("mutates",),
)
def functions_in_a_list_that_is_written(xs, p, s):
    """What they captured as numbers and tuples has its cotangents under the function."""

    def use(g, h):
        kept = [g]
        kept.append(h)
        return kept[0](s) * kept[1](2.0)

    a = s * p.x
    gains = [np.tanh, lambda t: t * s, lambda t, k=a: t * k * xs[0]]
    gains.append(functools.partial(lambda b, c, k: b * c * k, s * 2, k=xs[1]))
    first = gains[1]
    gains.append(lambda t: first(t) * p.v[0])
    gains.reverse()
    xs[0] = xs[0] * s
    u = s
    for g in gains:
        u = g(u) + 0.1 * u
    return u + use(lambda t: t * a, functools.partial(lambda t, k: t * k * a, k=xs[0]))


@program(
    args=[lambda rng: (Point(0.4, rng.normal(size=2)), Point(-0.9, rng.normal(size=2)), 0.6)],
    wrt=(0, 1, 2),
)
def captured_variable_becomes_an_array(p, q, s):
    """Zeros for what the function holds are made when the variable has its last value."""
    u = s
    for g in [np.tanh, lambda t: q.v.max() * p.x * t]:
        u = g(u)
    q = p.v
    return u * q[1]


@program(
    args=[lambda rng: (rng.normal(size=3), rng.normal(size=3), 0.6)],
    wrt=(0, 1, 2),
    tags=("mutates",),
)
def row_beside_a_list_in_star_arguments(v, w, s):
    """The tuple of the arguments holds both: the row is kept by memory, too."""

    def wrapped(*args):
        return damp(*args)

    def damp(t, ks):
        return np.tanh(ks[0] * t)

    gains = [s, 2.0, s]
    later = [lambda t: t * gains[0]]
    rows = np.outer(v, w) * 1.0
    w[2] /= 1.5
    gains[1] = gains[0] * s
    return np.sum(wrapped(rows[1], gains)) * later[0](s) + np.sum(rows) * gains[1]


@program(
    args=[lambda rng: ({"w": rng.normal(size=2), "h": 0.4}, 0.6)], wrt=(0, 1), tags=("mutates",)
)
def dict_of_what_was_captured_is_written(table, s):
    """A write into the new dict changes none of the arrays that it holds."""

    def inner(a):
        mine = {"w": table["w"], "h": table["h"]}
        mine["h"] = mine["w"][1] * a
        later = lambda t: mine["h"] * t
        return mine["w"] * later(a)

    kept = list(inner(s))
    kept.append(s)
    del kept[0]
    table["h"] = kept[0] * s
    return kept[0] * kept[1] + table["h"]


SETTINGS = {"mode": "a", "decay": 0.6}
WEIGHTS = np.array([0.4, -0.6])
ACTIONS = {"sin": np.sin, "half": lambda t: 0.5 * t}


def dispatched(t, mode):
    if mode == "a":
        return np.sin(t)
    return ACTIONS["half"](t)


@program(args=[lambda rng: ({"w": rng.normal(size=2), "h": 0.4}, {"a": 0.3})], wrt=(0, 1))
def tables_of_the_module_beside_what_is_written(table, other):
    """What is only read from a module is constant; a call on memory runs back, used or not."""

    def inner():
        mine = {"w": dispatched(table["w"], SETTINGS["mode"]), "h": table["h"]}
        mine["h"] = other["a"] * mine["h"]

        def called(g):
            kept = WEIGHTS
            kept = kept * g(other["a"])
            return lambda t: kept * t

        choose = np.cos if other["a"] >= 1.4 else (lambda t: t * other["a"])
        return mine, called(choose)

    mine, later = inner()
    xs = list(dispatched(mine["w"], SETTINGS["mode"]))
    del xs[0]
    xs.append(mine["h"] * SETTINGS["decay"])
    return xs[0] * xs[1] * np.sum(later(ACTIONS["half"](xs[1])))


@program(args=[lambda rng: (rng.normal(size=3),)], tags=("mutates",))
def places_written_with_themselves(v):
    """NumPy reads the operand of `at` before it writes."""
    np.multiply.at(v, [0, 2, 0], v)
    np.maximum.at(v, [0, 0], v[1:])
    return np.sum(v * v)


@program(
    args=[lambda rng: ([0.3, 0.2], 0.6), lambda rng: ([0.3, 0.2], -0.6)],
    wrt=(0, 1),
    tags=("mutates",),
)
def containers_given_by_functions_known_when_they_run(xs, s):
    """The same list, a copy, a new one, one in a tuple: their numbers go where they came from."""
    same = (lambda v: v) if s > 0 else (lambda v: v.copy())
    pair = (lambda v: (v, v)) if s > 0 else (lambda v: (v, [2.0 * v[1], v[0]]))
    ys = same(xs)
    ys[1] = ys[1] * xs[0] * s
    zs, ws = pair(xs)
    zs[0] = zs[1] * s
    ws.append(ws[0] * zs[0])
    double = (lambda v: v * 2) if s > 0 else (lambda v: {0: v[1], 3: v[0]})
    ds = double(ys)
    ds[0] = ds[3] * ws[1]
    return xs[0] * xs[1] + ys[0] * ds[0] + ds[3] * ws[-1]


@program(args=[lambda rng: ([0.3, 0.2], 0.6)], wrt=(0, 1), tags=("mutates",))
def slices_of_what_turns_out_to_be_an_array(xs, s):
    same = (lambda v: v) if s > 0 else (lambda v: v.copy())
    u = same(np.array([s, 2 * s, 3 * s]))
    xs.append(u[0])
    u[1:] = xs[0] * s
    u[1:2] = xs[1]
    return u[0] * u[1] * u[2] * xs[2]


def fails_after_a_write(xs, s):
    xs.append(s)
    raise ValueError("never more")


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def called_function_that_always_raises(s):
    xs = [s]
    try:
        ys = fails_after_a_write(xs, s)
        ys.append(s)
    except ValueError:
        xs.append(2 * s)
    return sum(xs) * s


class Level:
    def __init__(self, level):
        self.level = level


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def function_made_inside_that_always_raises(s):
    def raising(box):
        raise KeyError(box.level)

    box, out = Level(s), []
    for _ in range(3):
        try:
            box.level = box.level * s
            out.append(raising(box))
            box = raising(box)
        except KeyError:
            box.level += 0.5
        box.level += 1
    return box.level


@program(args=[lambda rng: (rng.normal(size=3),)])
def indices_given_to_a_method_beside_captured_variables(v):
    v = v * 2
    v = np.flip(v)

    def outer(a):
        def inner():
            return v[0] * a

        u = v
        return u.take([1, 1, 0]) * inner()

    return outer(0.3)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def captured_walrus(s):
    fs = []
    total = 0.0
    for k in range(3):
        if (u := s * (k + 1)) > 0.5:
            fs.append(lambda t: t * u)
        total += fs[-1](s) if fs else u
    u = 3.0 * s
    return total + sum(f(2.0) for f in fs)


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def walrus_operand(s):
    u = s
    g = functools.partial(lambda t: t * u, 2.0)
    a = u * (u := u + 1) + g() * (u := 3 * s)
    return a * u + g()


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def walrus_comp(s):
    t = s
    g = [lambda: t]
    xs = [(t := t * s) for k in range(3)]
    return sum(xs) * t * g[0]()


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def walrus_while(s):
    k, t = 0, 1.0
    h = {"f": lambda: t * k}
    while (t := t * 0.5 + s) > 0 and (k := k + 1) < 4:
        pass
    return t * h["f"]() + k


@program(args=[lambda rng: (0.6,), lambda rng: (-0.4,)])
def walrus_tuple(s):
    w = s
    h = [lambda: w]
    a, b = w, (w := w * 2)
    return a * b * h[0]() + max(w, (w := -w)) * w


@program(args=[lambda rng: (rng.normal(size=3),)])
def function_without_cotangent_beside_a_write(v):
    u = v * 2
    w = u
    for g in [np.tanh, lambda t: t + u]:
        w = g(w)
    w *= w.squeeze()
    return w.sum() * v[0]


class Grid:
    def __init__(self, a):
        self.a = a

    def __getitem__(self, k):
        return self.a[k]

    def __setitem__(self, k, v):
        self.a[k] = v


@program(args=[lambda rng: (rng.normal(size=(3, 4)),)])
def slices_given_to_a_class_with_brackets(m):
    grid = Grid(m.copy())
    grid[1] += grid[0, :4]
    grid[2, 1:] = grid[1, :-1] * grid[0, ::-1][1]
    return grid.a.sum() * grid[0, 1]
