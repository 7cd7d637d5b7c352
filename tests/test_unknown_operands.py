"""Operands without a derivative, of which only the running program knows what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors

X = np.array([0.4, 1.3, 2.2])


def one_of(value: Any, k: int = 0) -> Any:
    return {0: value, 1: "none"}[k]


def repeated(x: Any, n: Any) -> Any:
    d = {"n": n, "x": x}
    return np.sum(np.roll(d["x"], one_of(d["n"])) * x)


def keyed(x: Any, key: Any) -> Any:
    d = {"key": key, "x": x}
    table = {one_of(d["key"]): x * 2}
    table[one_of(d["key"])] *= x
    return sum(np.sum(v) for v in table.values())


def gradients(f: Callable[..., Any], option: Any) -> list[Any]:
    reverse = [srcad.grad(f, 0, naive=naive)(X, option) for naive in (False, True)]
    unit = [srcad.jvp(f, (X, option), (e, None))[1] for e in np.eye(3)]
    return [*reverse, np.array(unit)]


@pytest.mark.parametrize("option", [1, np.int64(2), np.int8(-1)])
def test_whole_numbers_pass(option: Any) -> None:
    for found in gradients(repeated, option):
        expected = np.roll(X, option) + np.roll(X, -int(option))
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("key", ["name", 3, ("a", 1)])
def test_keys_without_numbers_pass(key: Any) -> None:
    for found in gradients(keyed, key):
        np.testing.assert_allclose(found, 4 * X)


def of_the_variable(x: Any, f: Callable[..., Any], part: Any) -> Any:
    return f(x, one_of(part(x)))


@pytest.mark.parametrize(
    ("f", "part", "said"),
    [
        (repeated, lambda x: x, "no derivative with respect to its argument `shift`"),
        (repeated, lambda x: [x[0], 1], "no derivative with respect to its argument `shift`"),
        (keyed, lambda x: x[0], "A key of this dict carries a derivative"),
        (keyed, lambda x: ("a", x[0]), "A key of this dict carries a derivative"),
    ],
)
def test_what_may_carry_a_derivative_is_refused(f: Any, part: Any, said: str) -> None:
    program = lambda x: of_the_variable(x, f, part)  # noqa: E731
    for call in (
        lambda: srcad.grad(program)(X),
        lambda: srcad.grad(program, naive=True)(X),
        lambda: srcad.jvp(program, (X,), (X,)),
    ):
        with pytest.raises((errors.MissingRule, errors.UnsupportedSyntax), match=said):
            call()


def test_results_that_turn_out_to_be_arrays_of_one_number() -> None:
    def f(x: Any) -> Any:
        mean = one_of(np.atleast_1d(x.sum()))
        return -(3.0 - one_of(mean) * np.tanh(one_of(mean)))

    total = X.sum()
    expected = np.tanh(total) + total * (1 - np.tanh(total) ** 2)
    for naive in (False, True):
        np.testing.assert_allclose(srcad.grad(f, naive=naive)(X), np.full(3, expected))
