"""What nobody asks a cotangent of has none in the generated code (values: `unused_results`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.analysis.taken_items import with_items_taken
from srcad.ir import nodes as ir
from tests.corpus import unused_results as programs

W, X, Y = np.eye(4, 3), np.ones((5, 4)), np.zeros(5, int)


def backward(f: Callable[..., Any], *args: Any, **options: Any) -> str:
    """The backward parts of all functions of a gradient."""
    text = srcad.source(srcad.grad(f, **options), *args)
    return "".join(part.partition("# backward")[2] for part in text.split("\ndef "))


@pytest.mark.parametrize(
    ("f", "args", "unasked"),
    [
        (programs.losses_in_a_list, (1.3,), "hist_bar"),
        (programs.values_in_a_dict, (1.3,), "hist_bar"),
        (programs.second_array, (1.3,), "b_bar"),
        (programs.first_of_three, (1.3,), "h_bar"),
        (programs.object_with_a_history, (1.3,), "h_bar"),
        (programs.backward_that_is_not_used, (1.3,), "dx_bar"),
        (programs.loss_beside_a_gradient_by_hand, (W, X, Y), "grads_bar"),
    ],
)
def test_no_cotangents(f: Callable[..., Any], args: tuple[Any, ...], unasked: str) -> None:
    text = backward(f, *args)
    assert unasked not in text
    assert "shadow_taken" not in text
    naive = backward(f, *args, naive=True)
    assert "_bar" in naive


def test_what_is_asked_for_has_one() -> None:
    assert "grads" in backward(programs.norm_of_a_gradient_by_hand, W, X, Y)
    assert "h_bar" in backward(programs.sum_of_a_part, 1.3)


def test_aux_has_none() -> None:
    text = backward(programs.history_as_aux, 1.3, has_aux=True)
    assert "shadow" not in text
    assert "history_bar" not in text


a, b, pair = ir.Name("a"), ir.Name("b"), ir.Name("pair")
DISPLAY = ir.Assign("pair", ir.Sequence("tuple", (a, b)))
FIRST = ir.Assign("y", ir.Item(pair, ir.Const(0)))


def test_items_are_taken_from_where_they_come_from() -> None:
    assert with_items_taken((DISPLAY, FIRST)) == (DISPLAY, ir.Assign("y", a))
    last = ir.Assign("y", ir.Item(pair, ir.Const(-1)))
    assert with_items_taken((DISPLAY, last)) == (DISPLAY, ir.Assign("y", b))
    unpacked = ir.Unpack(("c", "d"), pair)
    parts = ir.Assign("c", a), ir.Assign("d", b)
    assert with_items_taken((DISPLAY, unpacked)) == (DISPLAY, *parts)


@pytest.mark.parametrize(
    "between",
    [
        ir.Assign("a", ir.Const(1.0)),
        ir.Assign("pair", ir.Name("other")),
        ir.If(a, (ir.Assign("a", ir.Const(1.0)),), ()),
        ir.For("a", ir.Name("xs"), (ir.Effect(b),)),
    ],
)
def test_not_where_something_is_bound_anew_in_between(between: ir.Stmt) -> None:
    block = DISPLAY, between, FIRST
    assert with_items_taken(block) == block


def test_not_where_the_targets_are_the_items() -> None:
    block = DISPLAY, ir.Unpack(("b", "a"), pair)
    assert with_items_taken(block) == block


def test_not_in_a_loop_that_binds_the_items_later() -> None:
    loop = ir.For("k", ir.Name("xs"), (FIRST, ir.Assign("a", ir.Const(1.0))))
    assert with_items_taken((DISPLAY, loop)) == (DISPLAY, loop)
