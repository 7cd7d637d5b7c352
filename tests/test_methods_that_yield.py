"""Generators of classes that cannot stand in a loop's place: right or refused, never another order.

What is right is in `tests/corpus/methods_that_yield.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError


class Node:
    def __init__(self, v, kids=()):
        self.v, self.kids, self.count = v, list(kids), 0

    def walk(self):
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def guarded(self):
        try:
            for kid in self.kids:
                yield kid.v
        finally:
            self.count += 1

    def careful(self):
        for k in range(5):
            try:
                yield self.kids[k].v
            except IndexError:
                return

    def values(self):
        for kid in self.kids:
            yield kid.v

    def noisy(self):
        for kid in self.kids:
            self.count += 1
            yield kid.v * self.count

    def endless(self):
        k = 1.0
        while True:
            yield self.v * k
            k += 1

    def answered(self):
        got = yield self.v
        yield got


def tree(x, depth=3):
    if depth == 0:
        return Node(x[0] * x[1])
    return Node(x[1] * depth, [tree(x * 1.1, depth - 1), tree(x * 0.9, depth - 1)])


def family(x):
    """A node with three nodes of which one has more."""
    last = Node(x[0] * x[1], [Node(x[2] * 2)])
    return Node(x[1], [Node(x[0]), last, Node(x[2])])


def walk(x):
    total, root = 0.0, family(x)
    for node in root.walk():
        total += node.v**2 * root.v
    return total + sum(n.v for n in root.walk())


def deep_walk(x):
    total = 0.0
    for node in tree(x).walk():
        total += node.v**2
    return total


def walk_left_early(x):
    total = 0.0
    for node in tree(x).walk():
        total += node.v**2
        if total > 3:
            break
    return total


def walk_that_cuts(x):
    total, root = 0.0, family(x)
    for node in root.walk():
        total += node.v**2
        if len(node.kids) == 2:
            node.kids.pop()
    return total


def walk_that_scales(x):
    total, root = 0.0, family(x)
    for node in root.walk():
        node.v = node.v * 2
        total += node.v * root.v
    return total


def guarded(x):
    total, root = 0.0, family(x)
    for v in root.guarded():
        total += v * (root.count + 1)
    return total * root.count


def careful_beside_another(x):
    total, root = 0.0, family(x)
    for v, w in zip(root.careful(), root.noisy(), strict=False):
        total += v * w
    return total * root.count


def beside_what_never_ends(x):
    total, root = 0.0, family(x)
    for v, w in zip(root.values(), root.endless(), strict=False):
        total += v * w
    return total


def consumed_twice(x):
    values = family(x).values()
    return sum(values) + sum(values) * 5


def consumed_in_a_loop(x):
    values, total = family(x).values(), 0.0
    for k in range(2):
        for v in values:
            total += v * (k + 1)
    return total


def asked_by_next(x):
    values = family(x).values()
    return next(values) + sum(values) * 5


def kept_in_a_list(x):
    kept = [family(x).values()]
    return sum(kept[0]) + sum(kept[0])


def handed_on(x):
    def twice(items):
        return sum(items) + sum(items)

    return twice(family(x).values())


def called_anew(x):
    root, values, total = family(x), None, 0.0
    for k in range(3):
        if k % 2 == 0:
            values = root.values()
        total += sum(values) * (k + 1)
    return total


def arguments_that_change(x):
    root = family(x)
    values = root.values()
    root = family(x * 2)
    return sum(values) * root.v


def objects_that_change(x):
    root = family(x)
    values = root.values()
    root.kids[0].v = x[2]
    return sum(values) * root.v


def answered(x):
    return sum(v for v in family(x).answered() if v is not None)


class Data:
    def __init__(self, x):
        self.x, self.k = x, 0.0

    def scaled(self):
        for v in self.x:
            yield v * (1 + self.k)

    def guarded(self):
        try:
            for v in self.x:
                yield v * (1 + self.k)
        finally:
            pass

    def deep(self, n):
        yield self.x[n] * (1 + self.k)
        if n > 0:
            yield from self.deep(n - 1)


class Counting:
    def __init__(self, x):
        self.x, self.k = x, 0

    def __iter__(self):
        while self.k < 3:
            self.k += 1
            yield self.x[self.k - 1] * self.k


class Two:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __iter__(self):
        yield self.a
        yield self.b * 2


def zip_that_meets_its_object(x):
    data, total = Data(x), 0.0
    for v, w in zip(data.scaled(), x, strict=False):
        data.k = data.k + v
        total += v * w
    return total


def try_that_meets_its_object(x):
    data, total = Data(x), 0.0
    for v in data.guarded():
        data.k = data.k + v
        total += v * v
    return total


def recursion_that_meets_its_object(x):
    data, total = Data(x), 0.0
    for v in data.deep(2):
        data.k = data.k + v
        total += v * v
    return total


def zip_that_meets_by_another_name(x):
    data, total = Data(x), 0.0
    table = {"data": data}
    for v, w in zip(data.scaled(), data.guarded(), strict=False):
        table["data"].k = v
        total += v * w
    return total


def zip_that_meets_in_an_array(x):
    data, total = Data(x.copy()), 0.0
    a = data.x
    for v, w in zip(data.scaled(), data.guarded(), strict=False):
        a[2] = v * 3
        total += v * w
    return total


def objects_in_a_zip_that_meet(x):
    two, total = Two(x[0], x[1]), 0.0
    for a, b in zip(two, [1.0, 2.0], strict=False):
        two.b = two.b * a
        total += a * b
    return total


def object_twice_in_a_zip(x):
    counting, total = Counting(x), 0.0
    for a, b in zip(counting, counting, strict=False):
        total += a * b
    return total


def objects_in_a_zip(x):
    first, second, total = Two(x[0], x[1]), Two(x[2], x[1]), 0.0
    for k, (a, b) in enumerate(zip(first, second, strict=False)):
        total += a * b * (k + 1)
    return total * sum(a * b for a, b in zip(first, x, strict=False) if a > 0)


RIGHT = [objects_in_a_zip, walk, arguments_that_change, objects_that_change]
REFUSED = [consumed_twice, consumed_in_a_loop, asked_by_next, kept_in_a_list, handed_on, answered,
           beside_what_never_ends, careful_beside_another, called_anew]  # fmt: skip
EITHER = [
    zip_that_meets_its_object,
    try_that_meets_its_object,
    recursion_that_meets_its_object,
    zip_that_meets_by_another_name,
    zip_that_meets_in_an_array,
    objects_in_a_zip_that_meet,
    object_twice_in_a_zip,
    walk_that_scales,
    deep_walk,
    walk_left_early,
    walk_that_cuts,
    guarded,
]
X = np.array([0.7, 1.3, -0.4])


def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.array([srcad.jvp(f, (x,), (d,))[1] for d in np.eye(3)])


MODES: dict[str, Any] = {
    "reverse": srcad.grad,
    "naive": lambda f: srcad.grad(f, naive=True),
    "forward": forward,
}


def check(program: Any, mode: str) -> None:
    step = 1e-6
    wanted = [(program(X + step * d) - program(X - step * d)) / (2 * step) for d in np.eye(3)]
    np.testing.assert_allclose(MODES[mode](program)(X), wanted, atol=1e-6)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", RIGHT, ids=lambda f: f.__name__)
def test_right(program, mode):
    check(program, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", EITHER, ids=lambda f: f.__name__)
def test_right_or_refused(program, mode):
    try:
        check(program, mode)
    except SrcadError:
        return


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", REFUSED, ids=lambda f: f.__name__)
def test_refused(program, mode):
    with pytest.raises(SrcadError):
        MODES[mode](program)(X)
