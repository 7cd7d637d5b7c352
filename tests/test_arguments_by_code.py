"""Arguments that compute what they hand out, or hand it out once."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

import srcad
from srcad import errors


class Doubled(dict):
    def __getitem__(self, key: str) -> Any:
        return dict.__getitem__(self, key) * 2


class Tripled(dict):
    def items(self) -> Any:
        return [(k, v * 3) for k, v in dict.items(self)]


class Tens(tuple):
    def __getitem__(self, k: Any) -> Any:
        return tuple.__getitem__(self, k) * 10


def product(d: Any) -> Any:
    return d["a"] * d["b"]


def squares(d: Any) -> Any:
    return sum(v**2 for _, v in d.items())


def first_two(t: Any) -> Any:
    return t[0] * t[1]


@pytest.mark.parametrize(
    ("f", "argument"),
    [
        (product, Doubled(a=0.3, b=0.4)),
        (squares, Tripled(a=0.3, b=0.4)),
        (first_two, Tens((0.3, 0.4))),
    ],
)
def test_containers_whose_class_computes(f: Any, argument: Any) -> None:
    """What they hand out is not what they hold: no gradient of what they hold."""
    with pytest.raises(errors.NotDifferentiable):
        srcad.grad(f)(argument)


def total(w: float, items: Iterable[float]) -> float:
    return sum(items) * w


@pytest.mark.parametrize("naive", [False, True])
def test_an_iterator_is_not_asked_by_the_compiler(naive: bool) -> None:
    """It would be empty when the function runs."""
    found = srcad.value_and_grad(total, naive=naive)(2.0, iter([0.3, 0.4]))
    assert found == (total(2.0, [0.3, 0.4]), 0.7)
    assert srcad.jvp(total, (2.0, iter([0.3, 0.4])), (1.0, None))[0] == total(2.0, [0.3, 0.4])


class Row(list):
    pass


def test_a_list_of_a_class_of_its_own() -> None:
    """Its gradient was zero."""
    _, pullback = srcad.vjp(lambda row: sum(v * v for v in row) * row[0], Row([0.3, 0.4]))
    assert list(pullback(1.0)[0]) == pytest.approx([3 * 0.09 + 0.16, 2 * 0.3 * 0.4])


def test_a_namespace_in_a_dict() -> None:
    found = srcad.grad(lambda d: d["p"].x * d["c"])({"p": SimpleNamespace(x=0.3), "c": 2.0})
    assert found["p"] == SimpleNamespace(x=2.0)
    assert found["c"] == 0.3
