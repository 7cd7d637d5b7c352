"""Operators and items of objects of which the class is known only when the program runs.

What cannot be followed is refused in both modes, never taken for arithmetic of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import srcad
from srcad.errors import SrcadError


class Pair:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Pair(self.x + other.x, self.y * other.y)

    def __rmul__(self, k):
        return Pair(k * self.x, k * self.y)

    def __neg__(self):
        return -2 * self.x

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __truediv__(self, k):
        return self.x / k

    def __pow__(self, k):
        return self.x**k

    def __abs__(self):
        return self.x * self.y

    def __getitem__(self, k):
        return self.x if k == 0 else self.y

    def __iadd__(self, other):
        self.x += other.x
        return self

    def __call__(self, t):
        return self.x * t + self.y


MAKERS = {"first": lambda s: Pair(s, 2.0), "second": lambda s: Pair(s * s, s)}


def both(s):
    made = []
    for name in MAKERS:
        made.append(MAKERS[name](s))
    return made[0], made[1]


def add(s):
    a, b = both(s)
    return (a + b).x


def scale(s):
    a, _ = both(s)
    return (s * a).y


def negative(s):
    a, _ = both(s)
    return -a * s


def product(s):
    a, b = both(s)
    return a @ b


def quotient(s):
    a, _ = both(s)
    return (a / 2.0) * s


def power(s):
    a, _ = both(s)
    return a**2


def absolute(s):
    a, _ = both(s)
    return abs(a) * s


def item(s):
    a, b = both(s)
    return a[0] * b[1]


def in_place(s):
    a, b = both(s)
    a += b
    return a.x


REFUSED = [add, scale, negative, product, quotient, power, absolute, item, in_place]


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_refused(f: Callable[..., Any], naive: bool) -> None:
    with pytest.raises(SrcadError):
        srcad.grad(f, naive=naive)(0.6)
    with pytest.raises(SrcadError):
        srcad.jvp(f, (0.6,), (1.0,), naive=naive)


def called(s):
    a, b = both(s)
    return a(s) * b(2.0)


def test_an_object_that_is_called_moves_what_it_holds() -> None:
    h = 1e-6
    expected = (called(0.6 + h) - called(0.6 - h)) / (2 * h)
    assert abs(srcad.grad(called)(0.6) - expected) < 1e-8
    assert abs(srcad.jvp(called, (0.6,), (1.0,))[1] - expected) < 1e-8
