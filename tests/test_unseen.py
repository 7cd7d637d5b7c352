"""What a function known only when it runs writes is not read backwards without a word."""

from __future__ import annotations

import collections
import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import UnsupportedMutation

X = np.array([0.7, 1.3, -0.4])


def pick(first, second, i):
    """One of two, of no one type."""
    return (first, second)[i]


class Box:
    def __init__(self, k, scale=1.0):
        self.k = k
        self.k *= scale

    def bump(self):
        self.k *= 2


class Reader:
    def __init__(self, k):
        self.k = k

    def total(self):
        return np.sum(self.k)

    def __call__(self, k):
        return self.total() + k[0]


def double(k):
    k *= 2
    return 1.0


def deeper(k):
    return double(k[1:])


def with_out(k):
    return np.add(k, 1.0, out=k)


def added(k):
    return np.sum(k + 1.0)


def ordered(k):
    return sorted(k)[0]


@functools.wraps(double)
def wrapped(*args):
    return double(*args)


def used(function: Any, contents: Any) -> Callable[[Any], Any]:
    """A function that calls another one, of no known type, with what it reads backwards."""

    def f(x):
        call = pick(function, 1.0, 0 if x[0] < 5 else 1)
        k = contents * np.ones(3)
        y = np.sum(x**2 * k)
        call(k)
        return y * x[0]

    return f


WRITING = {
    "function": double,
    "called inside": deeper,
    "out": with_out,
    "partial": functools.partial(double),
    "wrapped": wrapped,
    "shuffle": np.random.default_rng(0).shuffle,
    "class": functools.partial(Box, scale=2.0),
    "ufunc": functools.partial(np.negative, out=np.ones(3)),
    "random": random.shuffle,
    "reverse of a list": lambda k: k.sort(),
}
READING = {
    "function": added,
    "builtin": ordered,
    "numpy": np.sum,
    "partial": functools.partial(np.add, 1.0),
    "object": Reader(np.ones(3)),
    "method": Reader(np.ones(3)).total.__func__,
    "class": Reader,
    "deque": collections.deque,
}
READING["method"] = lambda k: Reader(k).total()


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("function", WRITING.values(), ids=list(WRITING))
def test_refused(function: Any, naive: bool) -> None:
    with pytest.raises(UnsupportedMutation, match="known only when it runs"):
        srcad.grad(used(function, 2.0), naive=naive)(X)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize("function", READING.values(), ids=list(READING))
def test_accepted(function: Any, naive: bool) -> None:
    f = used(function, 2.0)
    h = 1e-6 * np.eye(3)
    expected = [(f(X + d) - f(X - d)) / 2e-6 for d in h]
    assert srcad.grad(f, naive=naive)(X) == pytest.approx(np.array(expected))


def sorted_after_it_was_read(x):
    k = pick([2.0, 1.0, 3.0], 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    k.sort()
    return y * x[0]


def object_that_changes(x):
    box = pick(Box(np.ones(3)), 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * box.k)
    box.bump()
    return y * x[0]


def what_it_captured(x):
    k = np.ones(3)

    def write():
        k[0] = 5.0

    call = pick(write, 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    call()
    return y * x[0]


def one_of_several(x):
    k = np.ones(3)
    y = x[0]
    for call in (double, lambda t: 2.0):
        y = y + np.sum(x**2 * k)
        y = y * call(k)
    return y * x[0]


def in_a_test(x):
    k = np.ones(3)
    call = pick(double, 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    return y * x[0] if call(k) > 0 else y


def helper(call, k, x):
    call(k)
    return x * 2.0


def by_a_function_that_is_called(x):
    k = np.ones(3)
    call = pick(double, 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    return y * helper(call, k, x[0])


def handed(call, k):
    return call(k)


def by_a_function_without_derivative(x):
    k = np.ones(3)
    call = pick(double, 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    handed(call, k)
    return y * x[0]


def hands_on(k):
    call = pick(double, 1.0, 0 if k[0] < 5 else 1)
    return call(k[1:])


def by_an_unknown_function_that_calls_one(x):
    k = np.ones(3)
    call = pick(hands_on, 1.0, 0 if x[0] < 5 else 1)
    y = np.sum(x**2 * k)
    return y * call(k)


@pytest.mark.parametrize(
    "f",
    [
        by_a_function_without_derivative,
        by_an_unknown_function_that_calls_one,
        sorted_after_it_was_read,
        object_that_changes,
        what_it_captured,
        one_of_several,
        in_a_test,
        by_a_function_that_is_called,
    ],
    ids=lambda f: f.__name__,
)
def test_refused_where_it_is_read_again(f: Callable[..., Any]) -> None:
    for naive in (False, True):
        with pytest.raises(UnsupportedMutation, match="known only when it runs"):
            srcad.grad(f, naive=naive)(X)


def test_what_is_not_read_again_may_be_written() -> None:
    def f(x):
        k = np.ones(3)
        call = pick(double, 1.0, 0 if x[0] < 5 else 1)
        call(k)
        return np.sum(x * k)

    assert srcad.grad(f)(X) == pytest.approx(2 * np.ones(3))
    assert "no_writes" not in srcad.source(srcad.grad(f), X)
