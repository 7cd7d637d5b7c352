"""Lists, dicts and objects that are written: one small program for each thing that may be done.

Each is a function of one number, checked against central differences in both modes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError

# fmt: off
# -- lists -----------------------------------------------------------------------------


def deleted(x):
    xs = [x, x**2, x * 3, 1.0]
    xs.append(x * xs[1])
    del xs[0]
    del xs[1:3]
    return xs[0] * xs[-1]


def sorted_by_key(x):
    pairs = [(x * k, k) for k in (3, 1, 2)]
    pairs.append((x * x, 0))
    pairs.sort(key=lambda p: p[1])
    pairs.reverse()
    return pairs[0][0] * pairs[-1][0]


def two_names(x):
    v = [x]
    w = v
    w += [x * x]
    u = w + [1.0]
    u[0] = 4.0
    v *= 2
    v[3] = x * v[3]
    return sum(v) * u[0] * u[1]


def copies(x):
    xs = [x, x * x]
    ys, zs, ws = list(xs), xs.copy(), xs[:]
    xs[0] = 3.0
    ys[1] = x * ys[0]
    return xs[0] * xs[1] * ys[0] * ys[1] * zs[0] * ws[1]


def swaps(x):
    xs = [0.0] * 3
    for i, _ in enumerate(xs):
        xs[i] = x * (i + 1)
    a, *b = xs
    b[0] = b[0] * a
    (xs[0], xs[1]), xs[2] = (b[1], xs[0]), b[0]
    return sum(v * k for k, v in enumerate(xs))


def bubble_sort(x):
    xs = [x * k for k in range(4)]
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] < xs[j]:
                xs[i], xs[j] = xs[j], xs[i]
    return xs[0] * xs[1] - xs[-1]


def stack(x):
    todo, out = [(x, 1)], 0.0
    while todo:
        v, depth = todo.pop()
        out += v * depth
        if depth < 3:
            todo.append((v * x, depth + 1))
            todo.append((v + 1.0, depth + 2))
    return out


def queue(x):
    todo, seen, best = [(0, x)], set(), {}
    while todo:
        k, v = todo.pop(0)
        if k in seen or k > 4:
            continue
        seen.add(k)
        best[k] = v
        todo.append((k + 1, v * x))
        todo.append((k + 2, v + x))
        todo.sort()
    return sum(best.values())


def grid(x):
    rows = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            rows[i][j] = x * (i + j) + (rows[i - 1][j] * rows[i][j - 1] if i and j else 0.0)
    return rows[2][2]


def row_held_twice(x):
    a = [x]
    b = [a, a]
    b[0].append(x * x)
    b[1][0] = b[0][1] * x
    b.append(b[0][:])
    b[2][0] = 3.0
    return sum(sum(r) for r in b)


def slices(x):
    xs = [x, x * 2, x * 3]
    xs[::2] = [x * x, 4.0]
    xs[1:2] = []
    xs[len(xs):] = [x, x]
    del xs[::3]
    return sum(v * (k + 1) for k, v in enumerate(xs))


def every_method(x):
    s = [x, 2.0]
    a = s.index(2.0)
    s.remove(2.0)
    s.insert(a, x * x)
    c = s.count(x)
    s.clear()
    s.append(x * 3)
    return s[0] * (a + c)


def grows_while_read(x):
    xs, total = [x, x + 1], 0.0
    for i, v in enumerate(xs):
        total += v
        if i < 3:
            xs.append(v * x)
    return total


def from_elsewhere(x):
    xs = [v * x for v in (1.0, 2.0, x)]
    d = dict(enumerate(xs))
    d[1] *= x
    ys = [0.0]
    ys[1:] = xs
    ys += xs
    ys[0] = ys[3] * x
    ys.extend(reversed(xs))
    ys.extend(v * 2 for v in xs)
    return sum(ys) * d[1] + d[2]


def through_tuples(x):
    xs = [x, 2.0]
    t = tuple(xs)
    ys = [*t, *xs]
    ys[0] = ys[2] * t[0]
    zs = list(t)
    zs[1] = x
    m = max(xs, ys, key=sum)
    m[1] = x * 7
    return sum(ys) + sum(zs) * t[1] + sum(xs)


def columns(x):
    m = [[x, 0.0], [0.0, x]]
    t = [list(r) for r in zip(*m, strict=True)]
    t[0][1] = x * 3
    m[0][0] = t[0][1] * t[1][1]
    return sum(map(sum, m)) + sum(map(sum, t))


# -- dicts -----------------------------------------------------------------------------


def dict_items(x):
    d = {"a": x, "b": x * x}
    d["c"] = d["a"] * d["b"]
    del d["a"]
    return sum(d.values())


def from_keys(x):
    d = dict.fromkeys("ab", x * 2)
    d["a"] *= x
    return d["a"] + d["b"]


def groups(x):
    d = {}
    for k, v in zip("aab", (x, x * x, 3 * x), strict=True):
        d.setdefault(k, []).append(v)
    return {k: sum(v) * len(v) for k, v in d.items()}["a"]


def tuple_keys(x):
    a = {}
    for k in range(3):
        a[k, "s"] = x * k
    a[1, "s"] *= a[2, "s"]
    return sum(a.values()) if (1, "s") in a else 0.0


def defaults_of_get(x):
    d = {k: x * k for k in range(3)}
    s = 0.0
    for k in (1, 7, 2):
        s += d.get(k, x * x) ** 2
    return s


# -- objects ---------------------------------------------------------------------------


class Meter:
    rate = 0.7

    def __init__(self, level, trace=None):
        self.level = level
        self.trace = [] if trace is None else trace
        self.feed(level)

    def feed(self, t):
        self.level = self.rate * self.level + np.sin(t)
        self.trace.append(self.level)
        return self.level * 0.5


class Twice:
    """Assignments run code."""

    def __init__(self, a):
        self._a = a

    @property
    def a(self):
        return self._a

    @a.setter
    def a(self, v):
        self._a = v * 2 + 1

    def __setitem__(self, i, v):
        self._a = v * 3

    def __getitem__(self, i):
        return self._a * i


class Vector:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Vector(self.a + other.a, self.b + other.b)

    def __mul__(self, k):
        return Vector(self.a * k, self.b * k)

    def __iadd__(self, other):
        self.a += other.a
        self.b += other.b
        return self

    def __len__(self):
        return 2


class Base:
    total = 0.0

    def __init__(self, a):
        self.a = a

    def value(self):
        return self.a

    def bump(self, v):
        self.total += v


class Derived(Base):
    def __init__(self, a, b):
        super().__init__(a * 2)
        self.b = b

    def value(self):
        return super().value() * self.b


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a
        self.b = 0.0

    def go(self, v):
        self.b += v * self.a


class Node:
    def __init__(self, value, children=()):
        self.value, self.children = value, list(children)

    def total(self):
        s = self.value
        for child in self.children:
            s = s + child.total() * 0.5
        return s


def meter(x):
    m = Meter(x)
    m.feed(x * 2)
    m.feed(0.3)
    return sum(m.trace) + m.level


def setter(x):
    t = Twice(x)
    t.a = x * x
    t.a += x
    return t.a


def item_setter(x):
    t = Twice(x)
    t[0] = x * x
    t[2] += x * x
    return t.a


def operators(x):
    v = Vector(x, x * x)
    w = v + v * 2.0
    u = w
    w += v
    v *= x
    return w.a * w.b + len(w) * u.a + v.b


def inherited(x):
    d = Derived(x, x * x)
    d.b += x
    d.bump(x)
    d.bump(d.total * x)
    return d.value() * d.total


def slots(x):
    s = Slots(x)
    s.go(x * x)
    s.a = x * s.b
    return s.a * s.b


def attributes_deleted(x):
    p = Derived(x, 2.0)
    p.c = p.a * p.b
    del p.a
    return p.c * p.b


def tree(x):
    leaf = Node(x * x)
    root = Node(x, [leaf, Node(2.0)])
    root.children.append(Node(x * 3, [leaf]))
    leaf.value = leaf.value * x
    return root.total()


# -- functions -------------------------------------------------------------------------


def memo(x):
    seen = {}

    def power(k):
        if k not in seen:
            seen[k] = x**k
        return seen[k]

    return power(1) * power(2) + power(2)


def closure_reads(x):
    xs = [1.0, x]

    def double():
        return xs[1] * 2

    a = double()
    xs[1] = a * x
    b = double()
    xs.append(b)
    return a + b + sum(xs)


def default_list(x):
    def put(into, v=[0.5]):  # noqa: B006 - that it is one list is the point
        into.append(v[0] * x)
        return into

    into = []
    put(into)
    again = put(into, [2.0])
    again[0] *= x
    return into[0] + into[1]


def functions_with_state(x):
    fs = []
    for k in range(3):
        acc = [x * k]

        def add(v, acc=acc):
            acc[0] += v
            return acc[0]

        fs.append(add)
    return fs[0](x) + fs[2](x * x) + fs[2](1.0)


def key_reads_a_cell(x):
    weights = [x, 2.0]
    weights.append(x * x)
    best = max([1.0, 3.0, 2.0], key=lambda t: -t * weights[0])
    return best * weights[2] + sum(map(lambda t: t * weights[0], weights))


def chosen_and_changed_later(x):
    """What the unknown function read has changed when its pullback is called."""
    state = {"w": np.array([x, 2.0])}
    total = 0.0
    for k in range(3):
        g = [lambda v: v * v, np.sin][k % 2]
        u = g(state["w"])
        total = total + u.sum()
        state["w"][0] *= x
        u[0] = total
        total = total + u[0]
    return total


# -- exceptions ------------------------------------------------------------------------


def inside_try(x):
    xs = [x, 2.0, x * 3]
    for _ in range(2):
        try:
            xs[0] -= x * x
            if xs[0] > 5:
                raise ValueError
        except ValueError:
            xs[0] *= 2
        else:
            xs.extend([t * 0.5 for t in xs][:2])
    return xs[0] * x + sum(xs)


def left_half_done(x):
    t = [x, 2.0]
    try:
        t.append(x * x)
        t.append(t[9])
    except IndexError:
        t[0] = t[-1] * x
    finally:
        t.append(x)
    return sum(t) * t[0]
# fmt: on


def written_in_a_text(x: float) -> float:
    y = np.array([x, 1.0])
    text = f"{put(y, x)}"
    return y[0] * len(text)


PROGRAMS = [
    written_in_a_text,
    deleted, sorted_by_key, two_names, copies, swaps, bubble_sort, stack, queue, grid,
    row_held_twice, slices, every_method, grows_while_read, from_elsewhere, through_tuples,
    columns, dict_items, from_keys, groups, tuple_keys, defaults_of_get, meter, setter,
    item_setter, operators, inherited, slots, attributes_deleted, tree, memo, closure_reads,
    default_list, functions_with_state, key_reads_a_cell, inside_try, left_half_done,
    chosen_and_changed_later,
]  # fmt: skip
STEP = 1e-6


def slope(f: Callable[[float], float], x: float) -> float:
    """The derivative by central differences."""
    return (f(x + STEP) - f(x - STEP)) / (2 * STEP)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.7, -1.3])
def test_program(f: Callable[[float], float], x: float, naive: bool) -> None:
    value, gradient = srcad.value_and_grad(f, naive=naive)(x)
    assert value == f(x)
    assert gradient == pytest.approx(slope(f, x), rel=1e-6, abs=1e-6)


def changes(xs: list[float], state: dict[str, Any]) -> float:
    """Leaves its arguments otherwise than it finds them."""
    xs.append(xs[0] * state["k"])
    xs.sort(reverse=True)
    state["k"] *= 2.0
    state["seen"] = xs
    return sum(xs) * state["k"]


def test_arguments_are_left_as_the_plain_call_leaves_them() -> None:
    xs, state = [1.0, 3.0, 2.0], {"k": 0.5}
    plain = copy.deepcopy((xs, state))
    changes(*plain)
    gradient = srcad.grad(changes, wrt=(0, 1))(xs, state)
    assert (xs, state["k"]) == (plain[0], plain[1]["k"])
    assert state["seen"] is xs
    # f = (a + b + c + a k) 2 k
    assert gradient[0] == pytest.approx([1.5, 1.0, 1.0])
    assert gradient[1]["k"] == pytest.approx(2 * 6.0 + 4 * 0.5 * 1.0)


def test_pullback_twice_and_after_changes_by_the_user() -> None:
    def f(xs: list[float]) -> list[float]:
        xs[0] = xs[0] * xs[1]
        return xs

    given = [2.0, 3.0]
    out, pullback = srcad.vjp(f, given)
    given.append(7.0)
    given[0] = 0.0
    for _ in range(2):
        assert pullback([1.0, 0.0])[0] == [3.0, 2.0]


class Hooked:
    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value * 2)

    def __init__(self, a: float) -> None:
        self.a = a


def hooked(x: float) -> float:
    h = Hooked(x)
    h.a = x * 3
    return h.a


def written_in_a_test(x: float) -> float:
    calls: list[float] = []

    def note(v: float) -> bool:
        calls.append(v)
        return v > 0

    if note(x) and note(x * x):
        return sum(calls) * x
    return x


def put(into: Any, value: float) -> float:
    into[0] = value * value
    return 1.0


def written_in_a_generator(x: float) -> float:
    y = np.zeros(2)
    any(put(y, v) for v in [x, x * 2])
    return y[0] * x


REFUSED = [hooked, written_in_a_test, written_in_a_generator]


@pytest.mark.parametrize("f", REFUSED)
@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
def test_what_is_not_followed_is_refused(f: Callable[[float], float], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.7)
