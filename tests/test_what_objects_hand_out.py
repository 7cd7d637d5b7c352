"""Objects whose class computes what it hands out, in functions that write: right or refused.

What an iteration computes is no object that was put into a container, and must not be taken for
one: its derivative was lost without a word.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError


class Pair:
    def __init__(self, a):
        self.a, self.b = a[0], a[1]

    def __iter__(self):
        yield self.a * 2.0
        yield self.b * self.a


class Doubled(list):
    def __iter__(self):
        for k in range(len(self)):
            yield self[k] * 2.0


class Cached:
    def __init__(self, v):
        self.v = v

    @functools.cached_property
    def square(self):
        return np.sum(self.v**2)


MAKERS = {"one": lambda v: Cached(v), "two": lambda v: Cached(v * 2)}


def written(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return pair


def looped(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    total = 0.0
    for v in pair:
        total += v
    return total


def made_by_a_call(x):
    return sum(written(x))


def taken_apart(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    a, b = pair
    return a * b


def taken_apart_with_a_star(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    a, *rest = pair
    return a * rest[0]


def listed(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return list(pair)[0] * tuple(pair)[1]


def zipped(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return sum([v * w for v, w in zip(pair, pair, strict=False)])


def counted(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return sum([k * v for k, v in enumerate(pair)])


def put_into_a_list(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    found = [x[0]]
    found.extend(pair)
    found += pair
    return found[0] * found[1] * found[4]


def spread(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return max(*pair) * [x[0], *pair][2]


def in_a_dict(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    total = 0.0
    for v in {"k": pair}["k"]:
        total += v
    return total


def sorted_items(x):
    pair = Pair(x)
    pair.a = pair.a * x[2]
    return sorted(pair)[1] * x[1]


def of_unknown_class(x):
    total = 0.0
    for one in ([x[0], x[1]], Pair(x)):
        if isinstance(one, Pair):
            one.a = one.a * x[2]
        a, b = one
        total += a * b
    return total


def looped_of_unknown_class(x):
    total = 0.0
    for one in ([x[0], x[1]], Pair(x)):
        if isinstance(one, Pair):
            one.a = one.a * x[2]
        for v in one:
            total += v * v
    return total


def list_with_its_own_way(x):
    found = Doubled()
    found.append(x[0])
    found.append(x[1])
    total = 0.0
    for v in found:
        total += v * x[2]
    return total


def cached_property_of_unknown_class(x):
    return sum([MAKERS[name](x).square ** 2 for name in MAKERS])


def cached_property_that_a_test_asks(x):
    one = Cached(x)
    if one.square > 1:
        return one.square * x[0]
    return one.v[0]


def shared_in_a_deep_copy(x):
    one, items = Pair(x), [x[0]]
    one.a, one.b = items, items
    other = copy.deepcopy(one)
    other.a[0] = x[1] * 2
    return other.b[0] * one.b[0]


PROGRAMS = [
    cached_property_of_unknown_class, cached_property_that_a_test_asks, shared_in_a_deep_copy,
    looped, made_by_a_call, taken_apart, taken_apart_with_a_star, listed, zipped, counted,
    put_into_a_list, spread, in_a_dict, sorted_items, of_unknown_class, looped_of_unknown_class,
    list_with_its_own_way,
]  # fmt: skip
X = np.array([0.7, 1.3, -0.4])


def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.array([srcad.jvp(f, (x,), (d,))[1] for d in np.eye(3)])


MODES = {
    "reverse": srcad.grad,
    "naive": lambda f: srcad.grad(f, naive=True),
    "forward": forward,
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_right_or_refused(program, mode):
    step = 1e-6
    wanted = [(program(X + step * d) - program(X - step * d)) / (2 * step) for d in np.eye(3)]
    try:
        found = MODES[mode](program)(X)
    except SrcadError:
        return
    np.testing.assert_allclose(found, wanted, atol=1e-6)
