"""`try` where an exception leaves a write half done, or a variable without a value."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import UnsupportedMutation, UnsupportedSyntax


def operator_in_place(x: Any, w: Any) -> Any:
    y = x * 2.0
    try:
        y *= w
    except ValueError:
        y = y * 3.0
    return np.sum(y)


def call_that_writes(x: Any, bad: bool) -> Any:
    def fill(y: Any) -> None:
        y[0] = x[0] * x[0]
        if bad:
            raise ValueError
        y[1] = x[1]

    y = np.zeros(2)
    try:
        fill(y)
    except ValueError:
        y[1] = x[0]
    return np.sum(y * y)


X = np.array([0.5, 2.0])


def test_what_ran_to_its_end_is_reversed() -> None:
    assert np.array_equal(srcad.grad(operator_in_place)(X, np.array([3.0, 4.0])), [6.0, 8.0])
    assert np.allclose(srcad.grad(call_that_writes)(X, False), [4 * 0.5**3, 2 * 2.0])


@pytest.mark.parametrize(
    ("function", "args", "says"),
    [(operator_in_place, (X, np.ones(3)), "This operator wrote in place when it raised"),
     (call_that_writes, (X, True), "This call was to write into an array when it raised")],
)  # fmt: skip
def test_what_was_left_half_done_is_refused(function: Any, args: Any, says: str) -> None:
    with pytest.raises(UnsupportedMutation, match=says) as caught:
        srcad.grad(function)(*args)
    assert function.__name__ in str(caught.value)
    function(*args)  # the program itself runs


class Forgiving:
    """Discards every exception."""

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(self, *problem: Any) -> bool:
        return True


class Failing(Forgiving):
    """Cannot be left."""

    def __exit__(self, *problem: Any) -> bool:
        raise OSError


class Times:
    """A callable object."""

    def __init__(self, by: Any) -> None:
        self.by = by

    def __call__(self, t: Any) -> Any:
        return t * self.by


def in_a_handler(x: Any, y: Any) -> Any:
    w = 0.0
    for z in [y, y]:
        try:
            z = np.add(z, x)
            w = max(z, key=Times(x))
            y[0] = x
        except Exception:
            w = 0.0
    return w + np.sum(y)


def in_a_bare_handler(x: Any, y: Any) -> Any:
    w = 0.0
    for z in [y, y]:
        try:
            z = np.add(z, x)
            w = max(z, key=Times(x))
            y[0] = x
        except:  # noqa: E722
            w = 0.0
    return w + np.sum(y)


def in_a_handler_of_its_base(x: Any, y: Any) -> Any:
    w = 0.0
    for z in [y, y]:
        try:
            z = np.add(z, x)
            w = max(z, key=Times(x))
            y[0] = x
        except (ValueError, SyntaxError):
            w = 0.0
    return w + np.sum(y)


def suppressed(x: Any, y: Any) -> Any:
    w = 0.0
    for z in [y, y]:
        with contextlib.suppress(Exception):
            z = np.add(z, x)
            w = max(z, key=Times(x))
            y[0] = x
    return w + np.sum(y)


def discarded(x: Any, y: Any) -> Any:
    w = 0.0
    for z in [y, y]:
        with Forgiving():
            z = np.add(z, x)
            w = max(z, key=Times(x))
            y[0] = x
    return w + np.sum(y)


@pytest.mark.parametrize(
    "function",
    [in_a_handler, in_a_bare_handler, in_a_handler_of_its_base, suppressed, discarded],
)
def test_no_handler_gets_what_is_refused_while_the_program_runs(function: Any) -> None:
    """`max` and its key compile; what they saved cannot be copied, which shows when they run."""
    gradient = srcad.grad(function, wrt=(0, 1))
    with pytest.raises(UnsupportedMutation, match="needs a Times again"):
        gradient(1.2, np.ones(2))


def test_leaving_in_finally() -> None:
    def f(x: Any) -> Any:
        try:
            y = x * x
        finally:
            return y  # noqa: B012

    with pytest.raises(UnsupportedSyntax, match="`return` in `finally` discards"):
        srcad.grad(f)(2.0)


def leaves_two(x: Any) -> Any:
    with Forgiving(), Failing():
        return x * x
    return x * 3.0


def leaves_a_finally(x: Any) -> Any:
    for _ in range(2):
        with Forgiving():
            try:
                x = x * x
                break
            finally:
                raise OSError
    return x


def leaves_a_loop(x: Any) -> Any:
    """The `break` stays inside."""
    with Forgiving():
        with np.errstate(all="ignore"):
            if x > 100:
                return x
        with Failing():
            for k in range(5):
                x = x * x
                if k > 1:
                    break
    return x


@pytest.mark.parametrize(
    ("function", "word"), [(leaves_two, "return"), (leaves_a_finally, "break")]
)
def test_leaving_two_blocks(function: Any, word: str) -> None:
    with pytest.raises(UnsupportedSyntax, match=f"`{word}` leaves two blocks here"):
        srcad.grad(function)(1.1)


def test_a_break_inside_leaves_one() -> None:
    assert np.isclose(leaves_a_loop(1.1), 1.1**8)
    assert np.isclose(srcad.grad(leaves_a_loop)(1.1), 8 * 1.1**7)


def test_a_value_that_is_missing() -> None:
    """The program's own UnboundLocalError stays."""

    def f(x: Any) -> Any:
        with contextlib.suppress(np.linalg.LinAlgError):
            y = np.linalg.cholesky(x)
        return np.sum(y)

    good = np.eye(2)
    assert srcad.grad(f)(good).shape == (2, 2)
    with pytest.raises(UnboundLocalError, match="`?'?y"):
        srcad.grad(f)(-good)
