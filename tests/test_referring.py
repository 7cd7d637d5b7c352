"""Objects from outside that have one name stay apart in generated code."""

from __future__ import annotations

import functools

import numpy as np

import srcad

bound = np.array([5.0, 6.0])


def weighted(a, b, x):
    return np.sum(a * x) + 2 * np.sum(b * x)


both = functools.partial(weighted, np.array([1.0, 2.0]), np.array([3.0, 4.0]))


def square(p):
    return p["a"] ** 2


def cube(p):
    return p["a"] ** 3


srcad.vjp_rule(square, lambda y_bar, y, p: {"a": 2 * y_bar * p["a"]})
srcad.vjp_rule(cube, lambda y_bar, y, p: {"a": 3 * y_bar * p["a"] ** 2})


def test_two_arrays_of_a_partial():
    got = srcad.grad(lambda x: both(x))(np.ones(2))
    assert np.array_equal(got, [7.0, 10.0])


def test_a_global_of_that_name():
    def f(x):
        return both(x) + helper(x)

    def helper(x):
        return np.sum(x * bound)

    want = np.array([12.0, 16.0])
    assert np.array_equal(srcad.grad(f)(np.ones(2)), want)
    assert np.array_equal(srcad.grad(f, naive=True)(np.ones(2)), want)
    assert np.allclose(srcad.jvp(f, (np.ones(2),), (np.ones(2),))[1], 28.0)


def test_two_rules_that_are_called():
    def f(x):
        return square({"a": x}) * cube({"a": x})

    assert np.isclose(srcad.grad(f)(1.5), 5 * 1.5**4)
    assert np.isclose(srcad.hvp(f)(1.5, 1.0), 20 * 1.5**3)
