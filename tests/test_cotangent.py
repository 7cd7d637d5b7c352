"""`srcad.cotangent`: cotangents that are read or changed at one point of a function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad import errors

A = np.array([0.1, 0.2, 0.3])
SEEN: list[np.ndarray] = []
CHANGES = {"cotangent": srcad.cotangent}


def clip(g):
    return np.clip(g, -1, 1)


def see(g):
    SEEN.append(g)


@pytest.mark.parametrize("naive", [False, True])
def test_read(naive):
    def f(x, w):
        h = srcad.cotangent(np.sin(x * w), see)
        return np.sum(h**2)

    SEEN.clear()
    got = srcad.grad(f, naive=naive)(A, A + 1)
    s = np.sin(A * (A + 1))
    np.testing.assert_allclose(got, 2 * s * np.cos(A * (A + 1)) * (A + 1))
    assert len(SEEN) == 1
    np.testing.assert_allclose(SEEN[0], 2 * s)


@pytest.mark.parametrize("naive", [False, True])
def test_changed(naive):
    def f(x):
        return np.sum(10 * srcad.cotangent(x**2, clip))

    np.testing.assert_allclose(srcad.grad(f, naive=naive)(A), 2 * A)
    assert "changed(clip, " in srcad.source(srcad.grad(f), A)


@pytest.mark.parametrize("naive", [False, True])
def test_in_a_loop(naive):
    def f(x):
        for k in range(3):
            x = srcad.cotangent(x * 2.0, lambda g, k=k: g * (k + 1))
        return x

    assert srcad.grad(f, naive=naive)(0.3) == 48.0


@pytest.mark.parametrize("naive", [False, True])
def test_other_forms(naive):
    def keyword(x):
        return srcad.cotangent(x, change=lambda g: 3 * g) * x

    def of_a_table(x, k):
        return np.sum(CHANGES[k](x * 2.0, clip) * 3.0)

    def of_a_dict(d):
        d = srcad.cotangent(d, lambda g: {"a": g["a"] * 5, "b": None})
        return np.sum(d["a"]) + np.sum(d["b"])

    def written_later(x):
        x = x * 1.0
        y = srcad.cotangent(x, clip)
        y[0] = 5 * x[1]
        return np.sum(x * y)

    assert srcad.grad(keyword, naive=naive)(2.0) == 8.0
    assert np.array_equal(srcad.grad(of_a_table, naive=naive)(A, "cotangent"), [2.0, 2.0, 2.0])
    found = srcad.grad(of_a_dict, naive=naive)({"a": A, "b": A})
    assert np.array_equal(found["a"], [5.0, 5.0, 5.0])
    assert np.array_equal(found["b"], [0.0, 0.0, 0.0])
    np.testing.assert_allclose(srcad.grad(written_later, naive=naive)(A), [0.0, 10.4, 0.6])


def test_the_second_derivative_is_that_of_the_changed_one():
    def f(x):
        return 5 * srcad.cotangent(x**3, lambda g: g * g)

    assert srcad.grad(f)(0.5) == 25 * 3 * 0.25
    assert srcad.grad(srcad.grad(f))(0.5) == 25 * 6 * 0.5
    assert srcad.hvp(f)(0.5, 1.0) == 25 * 6 * 0.5


def test_what_does_not_fit_is_refused():
    def f(x):
        return np.sum(srcad.cotangent(x, np.sum))

    with pytest.raises(errors.WrongArgument, match="result of `change`"):
        srcad.grad(f)(A)


def test_a_variable_that_changes_is_refused():
    def in_a_loop(x):
        for k in range(3):
            x = srcad.cotangent(x * 2.0, lambda g: g * (k + 1))  # noqa: B023 - refused for it
        return x

    def written(x, w):
        w = w * 1.0
        x = srcad.cotangent(x, lambda g: g * w)
        w[0] = 3.0
        return np.sum(x)

    for naive in (False, True):
        with pytest.raises(errors.UnsupportedSyntax, match="`k=k`"):
            srcad.grad(in_a_loop, naive=naive)(0.3)
        with pytest.raises(errors.UnsupportedSyntax, match="`w=w`"):
            srcad.grad(written, naive=naive)(A, A)


def test_forward_mode_is_refused():
    with pytest.raises(errors.UnsupportedSyntax, match="forward mode has none"):
        srcad.jvp(lambda x: srcad.cotangent(x, clip), (A,), (A,))
