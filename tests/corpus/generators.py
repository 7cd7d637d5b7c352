"""Generators, iterators, closures and contexts that keep state."""

import contextlib
import itertools

import numpy as np

from tests.corpus.registry import program


@program(args=lambda rng: (0.4, 1.1), wrt=(0, 1))
def nonlocal_accumulator(a, b):
    total = 0.0
    calls = 0

    def add(v):
        nonlocal total, calls
        total += v * (1 + calls)
        calls += 1
        return total

    return add(a) * add(b) + add(a * b) + total * calls


@program(args=lambda rng: (rng.normal(size=3), 0.2), wrt=(0, 1))
def make_stepper(x, h):
    """A closure with state, made by a helper."""

    def stepper(u):
        t = 0

        def step():
            nonlocal u, t
            u = u - h * u**2
            t += 1
            return u * t

        return step

    step = stepper(x)
    return np.sum(step() * step()) + np.sum(step())


def powers(x, n):
    """A generator of active values with its own state."""
    p = 1.0
    for _ in range(n):
        p = p * x
        yield p


def pairs_of(xs):
    for i, a in enumerate(xs):
        for b in xs[i + 1 :]:
            yield a, b


@program(args=lambda rng: (0.8, 4), wrt=0)
def generator_in_a_loop(x, n):
    s = 0.0
    for k, p in enumerate(powers(x, n)):
        s += p / (k + 1)
    return s * sum(powers(s, 2))


@program(args=lambda rng: (rng.normal(size=4),))
def generator_of_pairs(x):
    s = 0.0
    for a, b in pairs_of(x):
        if a > 5:
            break
        s += (a - b) ** 2
    return s + max(a * b for a, b in pairs_of(x[:2]))


@program(args=lambda rng: (rng.normal(size=4),))
def generator_by_hand(x):
    """iter and next, an endless generator cut, `yield from`."""

    def endless(v):
        while True:
            yield v
            v = v * 0.5

    def joined():
        yield from x[:2]
        yield from itertools.islice(endless(x[2]), 3)

    it = iter(joined())
    first = next(it)
    rest = list(it)
    return first * sum(rest) + next(it, x[3]) ** 2


@program(args=lambda rng: (rng.normal(size=3), 0.1), wrt=(0, 1))
def generator_writes_an_array(x, h):
    """Each item is the same buffer, one step on."""

    def trajectory(u, n):
        for _ in range(n):
            u[1:] -= h * u[:-1]
            yield u

    s = 0.0
    for u in trajectory(x * 1.0, 3):
        s += np.sum(u**2)
    return s


class Countdown:
    """An iterator by protocol."""

    def __init__(self, x, n):
        self.x, self.n = x, n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        self.x = self.x * 0.9
        return self.x


@program(args=lambda rng: (1.3, 3), wrt=0)
def iterator_object(x, n):
    s = 0.0
    for v in Countdown(x, n):
        s += v**2
    return s


class Scope:
    """A context manager that scales while it is open."""

    def __init__(self, state):
        self.state = state

    def __enter__(self):
        self.state["scale"] *= 2.0
        return self

    def __exit__(self, *_):
        self.state["scale"] /= 4.0


@program(args=lambda rng: (0.7, 1.2), wrt=(0, 1))
def context_manager_with_state(a, b):
    state = {"scale": b}
    with Scope(state) as scope:
        inside = a * scope.state["scale"]
    return inside * state["scale"] ** 2


def descent(f_prime, x, rate):
    """Steps without an end; whoever asks decides when it is enough."""
    while True:
        yield x
        x = x - rate * f_prime(x)


@program(args=lambda rng: (rng.normal(size=3), 0.1), wrt=(0, 1))
def steps_until_small(x, rate):
    """A loop that leaves an endless generator, and one that is cut."""
    slope = lambda u: 2.0 * u + 0.3 * u**3  # noqa: E731
    for k, u in enumerate(descent(slope, x, rate)):  # noqa: B007
        if np.sum(u**2) < 0.2 or k > 20:
            break
    first = [np.sum(v) for v in itertools.islice(descent(slope, u, 2 * rate), 4)]
    return np.sum(u**2) * k + sum(first)


@program(args=lambda rng: (rng.normal(size=5), 0.7), wrt=(0, 1))
def generators_in_a_row(x, k):
    """One generator runs over another, and both see what the loop changes."""
    seen = []

    def scaled(values):
        for v in values:
            if v > 5.0:
                return
            yield k * v

    def pairs(values):
        last = 0.0
        for v in scaled(values):
            seen.append(v)
            yield last, v
            last = v
        yield from [(last, k), (k, k)]

    s = 0.0
    for a, b in pairs(x):
        if a * b < -10.0:
            continue
        s += (a - b) ** 2
        k = k * 0.9
    return s + sum(seen) * k + max(scaled(x[:2]))


@program(args=lambda rng: (0.7,))
def value_from_a_context(x):
    context = contextlib.nullcontext(x)
    with context as y:
        return y * y


@program(args=lambda rng: (rng.normal(size=3),))
def items_from_a_context(x):
    total = 0.0
    with np.nditer(x) as items:
        for item in items:
            total = total + item * item
    return total
