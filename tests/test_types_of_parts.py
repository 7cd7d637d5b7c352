"""What is known of values that stand under computed keys, have any rank, or may be None."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.analysis.any_rank import of_any_rank
from srcad.analysis.operator_classes import hides, no_operators, reached
from srcad.analysis.program import Program
from srcad.ir.tables import storing, under, written
from srcad.ir.types import (
    ANY,
    BOTTOM,
    FLOAT,
    INT,
    NONE,
    NUMERIC,
    SIZES,
    STR,
    AnyType,
    Array,
    Dct,
    Known,
    Lst,
    Number,
    Obj,
    Prefix,
    Scalar,
    Tup,
    Type,
    beginning,
    join,
    key_of,
)

ROW, TABLE = Array("float64", (3,)), Array("float64", (2, 3))
EMPTY = Dct((), BOTTOM)
FLOAT64 = Known.of(np.float64)


# -- dicts with computed keys ----------------------------------------------------------


def test_keys_that_begin_otherwise_are_other_keys() -> None:
    table = storing(storing(EMPTY, TABLE, Prefix("W")), ROW, Prefix("b"))
    assert under(table, "W1") == TABLE and under(table, "b2") == ROW
    assert under(table, Prefix("W")) == TABLE
    assert under(table, "eps") == BOTTOM
    assert under(table, Prefix("")) == NUMERIC


def test_keys_that_may_be_the_same_share_what_they_hold() -> None:
    table = storing(storing(EMPTY, FLOAT, "W1"), ROW, Prefix("W"))
    assert under(table, "W1") == NUMERIC and under(table, "W2") == ROW
    assert under(table, Prefix("W1")) == NUMERIC
    table = storing(table, STR, Prefix("Wide"))
    assert under(table, "Wider") == join(ROW, STR) and under(table, "W2") == ROW
    assert under(table, Prefix("W")) == join(join(FLOAT, ROW), STR)


def test_what_is_stored_under_any_key_may_be_under_each() -> None:
    table = storing(storing(EMPTY, FLOAT, "a"), INT)
    assert under(table, "a") == join(FLOAT, INT) and under(table, "b") == INT
    assert under(written(Dct((("a", FLOAT),), FLOAT)), "b") == BOTTOM


def test_dicts_of_two_paths() -> None:
    one = storing(EMPTY, FLOAT, Prefix("a"))
    other = storing(storing(EMPTY, STR, "a1"), ROW, "b")
    both = join(one, other)
    assert isinstance(both, Dct)
    assert under(both, "a1") == join(FLOAT, STR) and under(both, "a2") == FLOAT
    assert under(both, "b") == ROW and under(both, "c") == BOTTOM
    both = join(both, Dct(None, INT))
    assert (
        isinstance(both, Dct) and under(both, "c") == INT and under(both, "a2") == join(FLOAT, INT)
    )


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Scalar(str, "a", True), "a"),
        (Scalar(int, 3, True), 3),
        (beginning("W"), Prefix("W")),
        (beginning(""), None),
        (STR, None),
        (INT, None),
        (ANY, None),
    ],
)
def test_keys_of_types(kind: Type, key: Any) -> None:
    assert key_of(kind) == key


# -- numbers and arrays of any rank ----------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        (ROW, TABLE, NUMERIC),
        (ROW, FLOAT, NUMERIC),
        (Array("float32", (3,)), ROW, NUMERIC),
        (NUMERIC, Number("int64"), NUMERIC),
        (NUMERIC, STR, ANY),
        (ROW, Array("object", (3,)), ANY),
        (ROW, Lst(None, FLOAT), ANY),
        (NONE, ROW, AnyType(none=True, of=ROW)),
        (AnyType(none=True, of=ROW), TABLE, AnyType(none=True, of=NUMERIC)),
        (AnyType(none=True, of=ROW), NONE, AnyType(none=True, of=ROW)),
        (Tup((ROW, FLOAT)), NONE, AnyType(none=True, of=Tup((ROW, FLOAT)))),
        (Lst(None, FLOAT), NONE, ANY),
        (Tup((ROW, Lst(None, FLOAT))), NONE, ANY),
    ],
)
def test_joined(a: Type, b: Type, both: Type) -> None:
    assert join(a, b) == join(b, a) == both


@pytest.mark.parametrize(
    ("function", "args", "options", "kind"),
    [
        (operator.add, (NUMERIC, ROW), (), NUMERIC),
        (operator.add, (NUMERIC, ANY), (), None),
        (operator.mul, (NUMERIC, Lst(None, FLOAT)), (), None),
        (np.multiply, (NUMERIC, Lst(None, FLOAT)), (), NUMERIC),
        (np.where, (NUMERIC,), (), None),
        (np.where, (NUMERIC, ROW, FLOAT), (), NUMERIC),
        (np.atleast_2d, (NUMERIC,), (), NUMERIC),
        (np.atleast_2d, (NUMERIC, ROW), (), None),
        (np.exp, (NUMERIC,), (), NUMERIC),
        (np.exp, (NUMERIC, ROW), (), None),
        (np.exp, (NUMERIC,), (("out", ROW),), None),
        (np.exp, (NUMERIC,), (("dtype", ANY),), None),
        (np.sum, (NUMERIC, ANY), (), NUMERIC),
        (np.modf, (NUMERIC,), (), None),
        (np.split, (NUMERIC, INT), (), None),
        (np.zeros, (SIZES,), (), NUMERIC),
        (np.zeros, (ANY, ANY), (), None),
        (np.zeros, (ANY, FLOAT64), (), NUMERIC),
        (np.sum, (ROW,), (), None),
    ],
)
def test_of_any_rank(function: Any, args: Any, options: Any, kind: Type | None) -> None:
    assert of_any_rank(function, args, options) == kind


# -- operators of classes --------------------------------------------------------------


class Plain:
    def step(self, x: Any) -> Any:
        return x


class Shared:
    """Its sum is what it holds."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __add__(self, other: Any) -> Any:
        return self.data


def calls_plain(x: Any) -> Any:
    return Plain().step(x)


def calls_shared(x: Any) -> Any:
    return Shared(x) + 1


def plain(f: Any, kind: Type) -> bool:
    return not hides(kind) and no_operators(reached(Program().unit(f), (kind,)))


def test_classes_with_operators() -> None:
    assert plain(calls_plain, ROW)
    assert not plain(calls_shared, ROW)
    assert not plain(calls_plain, ANY)
    assert not plain(calls_plain, Lst(None, ANY))
    assert plain(calls_plain, Dct((("a", NUMERIC),), NUMERIC))
    assert not plain(calls_plain, Obj(Shared, (("data", ROW),)))


def pick(things: Any, k: Any) -> Any:
    return things[k] + 1


def written_through_an_operator(x: Any) -> Any:
    held = np.zeros(3)
    things = [Shared(held), 2.0]
    same = pick(things, 0)
    same[0] = x**2
    return np.sum(held) + x


def test_what_an_operator_of_a_class_hands_out_is_what_it_is() -> None:
    """`same` is `held`: right or refused, never without the square."""
    try:
        found = srcad.grad(written_through_an_operator)(3.0)
    except srcad.errors.SrcadError:
        return
    assert found == 7.0


class Settings:
    def __init__(self, table: Any) -> None:
        self.table = table

    def fill(self) -> None:
        self.table["eps"], self.table["mode"] = 3.0, "square"


def filled_out_of_sight(x: float, i: int) -> Any:
    table: dict[str, Any] = {}
    table["rate"] = 1.0
    things: list[Any] = [Settings(table), 2.0]
    things[i].fill()
    eps = table.get("eps")
    y = x * (2.0 if eps is None else eps)
    return y if table.get("mode", "plain") == "plain" else y * y


def test_nothing_is_decided_by_a_key_that_nobody_in_sight_stores() -> None:
    assert srcad.value_and_grad(filled_out_of_sight)(1.5, 0) == (20.25, 27.0)
