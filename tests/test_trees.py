"""Nested arguments come apart and together again."""

from __future__ import annotations

import enum
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest

from srcad.runtime.trees import is_leaf, leaves, map_leaves, rebuild

Pair = namedtuple("Pair", "left right")


@dataclass(frozen=True, slots=True)
class Frozen:
    w: Any
    n: int = 3


@dataclass
class Data:
    w: Any
    rest: list[Any] = field(default_factory=list)


class Layer:
    def __init__(self, w: Any) -> None:
        self.w = w
        self.__secret = 2.0
        self.name = "layer"

    def secret(self) -> float:
        return self.__secret


class Slotted:
    __slots__ = ("__b", "a")

    def __init__(self) -> None:
        self.a, self.__b = 1.0, 2.0


class Colour(enum.Enum):
    RED = 1.0


class MyList(list[Any]):
    pass


def paths(x: object) -> list[str]:
    return [path for path, _ in leaves(x)]


@pytest.mark.parametrize(
    "x",
    [1.0, 2j, np.float32(1), np.complex64(1), np.ones(2), np.ones(2, np.complex64), np.array(1.0)],
)
def test_leaves_are_numbers_and_arrays(x: object) -> None:
    assert is_leaf(x) and leaves(x) == [("", x)] or paths(x) == [""]


@pytest.mark.parametrize(
    "x",
    [1, True, "a", None, len, np.sin, np.arange(3), np.bool_(True), np.int64(1), int, Colour.RED,
     np.random.default_rng(0), np, partial(len), {1.0, 2.0}, np.array([1.0, None]), lambda: 0],
)  # fmt: skip
def test_everything_else_is_opaque(x: object) -> None:
    assert not is_leaf(x) and leaves(x) == [] and rebuild(x, []) is x


CASES = [
    (1.0, [""]),
    ([1.0, 2, (3.0,)], ["[0]", "[2][0]"]),
    ({"W": np.ones(2), 3: [1j]}, ["['W']", "[3][0]"]),
    (OrderedDict(b=1.0, a=2.0), ["['b']", "['a']"]),
    (Pair(1.0, [2.0]), [".left", ".right[0]"]),
    (Frozen(1.0), [".w"]),
    (Frozen({"a": 1.0}), [".w['a']"]),
    (Data(1.0, [2.0, "x"]), [".w", ".rest[0]"]),
    (Layer(np.ones(3)), [".w", "._Layer__secret"]),
    (Slotted(), ["._Slotted__b", ".a"]),
    (deque([1.0, 2.0]), ["[0]", "[1]"]),
    (MyList([1.0]), ["[0]"]),
]


@pytest.mark.parametrize(("x", "expected"), CASES, ids=[type(x).__name__ for x, _ in CASES])
def test_paths_and_rebuild(x: Any, expected: list[str]) -> None:
    before = leaves(x)
    assert paths(x) == expected
    doubled = map_leaves(lambda leaf: leaf * 2, x)
    assert type(doubled) is type(x)
    for (path, old), (same, new) in zip(before, leaves(doubled), strict=True):
        assert path == same and np.all(new == 2 * old)
    for (_, old), (_, now) in zip(before, leaves(x), strict=True):
        assert old is now


def test_order_of_dicts_is_kept() -> None:
    x = OrderedDict(b=1.0, a=2.0)
    assert list(map_leaves(abs, x)) == ["b", "a"]


def test_what_holds_no_leaf_is_shared() -> None:
    inert = {"names": ["a", "b"], "n": [1, 2]}
    x = [inert, 1.0]
    assert rebuild(x, [2.0])[0] is inert


def test_a_cycle_leads_back_to_the_new_object() -> None:
    parent, child = Layer(1.0), Layer("no number")
    parent.child, child.parent = child, parent  # type: ignore[attr-defined]
    assert paths(parent) == [".w", "._Layer__secret", ".child._Layer__secret"]
    new = map_leaves(lambda leaf: leaf + 1, parent)
    assert new.child.parent is new and new.child.w == "no number" and new.w == 2.0


def test_shared_objects_are_two_paths_and_stay_one_object_on_request() -> None:
    w = np.ones(2)
    layer = Layer(w)
    x = [layer, layer]
    assert paths(x) == ["[0].w", "[0]._Layer__secret", "[1].w", "[1]._Layer__secret"]
    apart = map_leaves(np.copy, x)
    assert apart[0] is not apart[1]
    together = rebuild(x, [w, 1.0, w, 1.0], shared=True)
    assert together[0] is together[1]


def test_a_large_graph_without_leaves_is_walked_once() -> None:
    nodes = [Data(None) for _ in range(200)]
    for node in nodes:
        node.rest = list(nodes)
    assert leaves(nodes) == []


def test_the_count_of_values_is_checked() -> None:
    with pytest.raises(ValueError, match="2 leaves in the structure, 1 values"):
        rebuild([1.0, 2.0], [1.0])
