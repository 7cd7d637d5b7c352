"""Functions that write (`out=`, `np.add.at`, `np.copyto`, …): they raise what they raise, change
what they change, and are refused where they cannot be followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import check_grad, grad, vjp
from srcad.errors import SrcadError

X = np.array([0.3, -1.2, 2.5, 0.7])


def too_small(x: np.ndarray) -> float:
    y = x * 1.0
    np.multiply(x, 2.0, out=y[:2])
    return float(np.sum(y))


def too_flat(x: np.ndarray) -> float:
    y = x * 1.0
    np.add(x[None, :], 1.0, out=y)
    return float(np.sum(y))


def wrong_total(x: np.ndarray) -> float:
    y = x * 1.0
    np.sum(x.reshape(2, 2), axis=0, out=y)
    return float(np.sum(y))


def beyond(x: np.ndarray) -> float:
    y = x * 1.0
    np.put(y, [0, 7], x[:2])
    return float(np.sum(y))


def nothing_to_place(x: np.ndarray) -> float:
    y = x * 1.0
    np.place(y, x > 0, x[:0])
    return float(np.sum(y))


def no_diagonal(x: np.ndarray) -> float:
    y = x * 1.0
    np.fill_diagonal(y, 2.0 * x[0])
    return float(np.sum(y))


RAISING = [too_small, too_flat, wrong_total, beyond, nothing_to_place, no_diagonal]


@pytest.mark.parametrize("f", RAISING)
@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
def test_the_users_exception(f: Callable[..., float], naive: bool) -> None:
    with pytest.raises(Exception) as plain:  # noqa: PT011 - whatever the plain call raises
        f(X.copy())
    with pytest.raises(type(plain.value)):
        grad(f, naive=naive)(X.copy())


def rounded(x: np.ndarray, y: np.ndarray) -> Any:
    """The sums of singles are computed in doubles where `out` is one of doubles."""
    out = np.zeros(2)
    np.sum(x.reshape(2, -1), axis=1, out=out)
    small = np.zeros(y.size, np.float32)
    np.multiply(y, 1.1, out=small)
    np.cumsum(y, out=small)
    return out, small


def test_bits_of_other_dtypes() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=1000).astype(np.float32), rng.normal(size=7)
    value, _ = vjp(rounded, x, y)
    for got, want in zip(value, rounded(x, y), strict=True):
        assert got.dtype == want.dtype
        assert np.array_equal(got, want)


def every_repeat(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    np.add.at(y, [0, 1, 0, 0], z)
    np.multiply.at(y, [1, 1], 2.0)
    return y


def test_pullback_twice_and_state() -> None:
    y, z = np.ones(3), X.copy()
    value, pullback = vjp(every_repeat, y, z)
    assert value is y
    first, second = pullback(np.ones(3)), pullback(np.ones(3))
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a, b)
    assert np.array_equal(first[0], [1.0, 4.0, 1.0])
    assert np.array_equal(first[1], [1.0, 4.0, 1.0, 1.0])


def shuffled(x: np.ndarray) -> float:
    y = x * np.arange(1.0, 5.0)
    np.random.shuffle(y)
    return float(y @ np.arange(4.0))


def test_shuffle_draws_as_numpy_does() -> None:
    np.random.seed(3)
    want, state = shuffled(X), np.random.random()
    np.random.seed(3)
    value, gradient = srcad.value_and_grad(shuffled)(X)
    assert value == want
    assert np.random.random() == state
    step = 1e-6
    for k in range(4):
        moved = X.copy()
        moved[k] += step
        np.random.seed(3)
        assert gradient[k] == pytest.approx((shuffled(moved) - want) / step, rel=1e-5)


RNG = np.random.default_rng(0)


def rows_shuffled(A: np.ndarray) -> float:
    B = A * 1.0
    RNG.shuffle(B)
    return float(np.sum(B * np.arange(6.0).reshape(3, 2)))


def test_shuffle_of_a_generator() -> None:
    RNG.bit_generator.state = np.random.default_rng(4).bit_generator.state
    gradient = grad(rows_shuffled)(np.ones((3, 2)))
    rows = np.arange(6.0).reshape(3, 2)
    order = np.arange(3)
    np.random.default_rng(4).shuffle(order)
    want = np.empty((3, 2))
    want[order] = rows
    assert np.array_equal(gradient, want)


def taken_by_mode(x: np.ndarray, buf: Any) -> float:
    np.copyto(buf, x, casting="unsafe")
    return float(np.sum(buf**2))


def swaps_bytes(x: np.ndarray, buf: np.ndarray) -> float:
    buf[...] = x
    buf.byteswap(inplace=True)
    return float(np.sum(buf))


@pytest.mark.parametrize("f", [taken_by_mode, swaps_bytes])
def test_refused_at_the_line(f: Callable[..., float]) -> None:
    with pytest.raises(SrcadError, match="writes in place into `buf`"):
        grad(f)(X, np.zeros(4))


def into_integers(x: np.ndarray) -> float:
    counts = np.zeros(4, int)
    np.add.at(counts, [0, 0, 2], 1)
    np.multiply(counts, 3, out=counts)
    return float(np.sum(x * counts))


def test_integers_need_nothing() -> None:
    assert np.array_equal(grad(into_integers)(X), [6.0, 0.0, 3.0, 0.0])
    assert "np.multiply(counts, 3, out=counts)" in srcad.source(grad(into_integers), X)
    check_grad(into_integers, X)
