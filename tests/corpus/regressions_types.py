"""Programs whose gradients were once wrong, or came close: too much was taken for known."""

import functools
import math

import numpy as np

from tests.corpus.registry import program


def weighted(*terms):
    return sum(terms)


@program(args=[lambda rng: (rng.normal(size=3), rng.normal(size=(2, 3)), 2)], wrt=(0, 1))
def tuple_repeated_by_a_number(a, b, n):
    """The rank of what is reshaped depends on a number."""
    one = (1,) * n
    column = np.reshape(a, a.shape + one)
    pair = (2.0 * a[0],) * n
    return np.sum((column + b) ** 2) + sum(pair) * len(pair)


@program(args=[lambda rng: ([[[[[[[[[[[[[[[[0.7]]]]]]]]]]]]]]]],)])
def nested_deeper_than_types_go(x):
    while isinstance(x, list):
        x = x[0]
    return x * x


@program(args=[lambda rng: (0.5, rng.normal(size=3))], wrt=(0, 1))
def variable_that_holds_a_function_later(t, w):
    """A function of a list is met when it runs; what it reads is another value afterwards."""
    u = w
    for step in [np.tanh, lambda v: np.sin(v * w + t)]:
        u = step(u)
    t = math.log

    def later(x):
        return lambda: t(x)

    return np.sum(u) + later(2.0)()


@program(args=[lambda rng: (0.5,), lambda rng: (-0.4,)])
def captured_number_that_becomes_an_array(s):
    if s:
        s = sum(map(lambda k: s * k, [0.2, 1.3, s]))
    else:
        s /= 1.2
    s = np.array([s, 1.0]).ravel()
    return np.sum(s * s)


@program(args=lambda rng: (rng.uniform(0.1, 0.2, size=3),))
def array_without_axes_or_a_function(x):
    """Only the running program knows what is divided in place."""
    m = np.mean(x)
    if m > 0.8:
        u = weighted
    else:
        u = np.where(True, m, m)
    same = u
    u /= 1.2
    return u * 1.0 + same


@program(args=lambda rng: (0.5, (0.7, rng.normal(size=2))), wrt=(0, 1))
def function_of_a_list_reads_a_tuple(s, pair):
    u = np.concatenate([[s, 0.3], pair[1]])
    s += u
    for step in [np.tanh, lambda v: pair[0] * v]:
        u = step(u)
    return np.sum(u)


def traced(g):
    @functools.wraps(g)
    def wrapper(*args, **kwargs):
        return 0.9 * g(*args, **kwargs)

    return wrapper


@traced
def damped(t, k=0.5):
    return np.tanh(k * t)


def twice(g, t):
    return g(0.5 * g(t))


@program(args=[lambda rng: (0.7,), lambda rng: (-0.4,)])
def keyword_of_a_partial_of_a_wrapper(s):
    """A number goes through two dicts of keywords while a variable of unknown type is written."""
    u = twice(functools.partial(damped, k=s), 0.4)
    s *= (np.sin(u) > 0.3) & (s < 0.6)
    return u + s


@program(args=lambda rng: (rng.normal(size=3),))
def functions_inside_a_function_met_when_it_runs(x):
    """What they capture is a variable of the function around the one that makes them."""
    rows = x * 1.0

    def inner_sum(t):
        def scaled(k):
            return rows[k] * t

        return sum(scaled(k) for k in range(3))

    def reduced(t):
        return functools.reduce(lambda p, q: p * 0.5 + rows[0] * q, rows, t)

    total = 0.0
    for step in [inner_sum, np.tanh, reduced]:
        total = total + step(0.3)
    return total


@program(args=lambda rng: (rng.normal(size=3),))
def functions_of_functions_of_functions(x):
    scale = np.sum(x)

    def outer(t):
        return lambda u: [(lambda v: v * scale * x)(u + t) for _ in range(2)][1]

    total = 0.0
    for make in [outer, lambda t: np.sin]:
        total = total + np.sum(make(0.3)(x))
    return total


@program(args=lambda rng: (rng.normal(size=(2, 3)),))
def captured_variable_bound_anew_from_itself(n):
    """What is read from and what is read have one name."""
    u = max(n[0])
    parts = [n]
    u *= n[0]
    parts.append(u)
    n = n[1]
    return np.sum(n * parts[1]) + np.sum((lambda: n * parts[0])())


class Table:
    """An object of the module whose brackets compute."""

    def __init__(self, factor):
        self.factor = factor

    def __getitem__(self, x):
        return self.factor * x**2


TABLE = Table(3.0)


@program(args=lambda rng: (rng.normal(size=3), 0.4), wrt=(0, 1))
def brackets_that_compute(x, t):
    """What stands between them is no index."""
    columns = np.c_[x, 2.0 * x, x * t]
    row = np.r_[x, t, columns[0], -1.0, [t, 2.0]]
    total = np.sum(columns[1:] ** 2) + np.sum(row * np.arange(row.size))
    for table in [TABLE, Table(t)]:
        total = total + np.sum(table[x] * TABLE[t])
    return total


class Recorder:
    def __init__(self, level, trace):
        self.level = level
        self.trace = trace

    def feed(self, t):
        self.level = 0.5 * self.level + t
        self.trace.append(self.level)


@program(args=lambda rng: (rng.normal(size=3), 0.4), wrt=(0, 1))
def list_of_an_array_of_unknown_rank(v, s):
    """The numbers that `tolist` makes are objects of their own; sorting makes integers."""
    acc = v
    for t in np.stack([v, v]):
        acc = np.stack([v, t]) - 0.5 * acc
    m = Recorder(s, acc.tolist())
    m.feed(s * 2)
    m.trace[0] = [s, s]
    return m.level * m.trace[1][0] * sorted(m.trace[0])[1]
