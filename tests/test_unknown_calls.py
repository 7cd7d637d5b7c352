"""Functions that only the running program knows, which write into what they are given.

Right or refused, never an UnboundLocalError, an InternalError or a derivative without the write.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError


class Box:
    def __init__(self) -> None:
        self.v = 0.0

    def put(self, x: Any) -> None:
        self.v = x * x


def fill(y: Any, x: Any) -> None:
    y[0] = x * x


def fill_list(y: Any, x: Any) -> None:
    y.append(x * x)


def fill_dict(y: Any, x: Any) -> None:
    y["a"] = x * x


def fill_box(y: Any, x: Any) -> None:
    y.v = x * x


def nothing(y: Any, x: Any) -> Any:
    return x


def said(key: str) -> str:
    return "".join([key])


TABLE = {"fill": fill, "list": fill_list, "dict": fill_dict, "box": fill_box, "no": nothing}
NUMPY = {"sin": np.sin}


def apply(function: Any, y: Any, x: Any) -> int:
    function(y, x)
    return 0


def array(x: Any, key: str) -> Any:
    y = np.zeros(2)
    TABLE[said(key)](y, x)
    return np.sum(y) + x


def a_list(x: Any, key: str) -> Any:
    y: list[Any] = []
    TABLE[said(key)](y, x)
    return y[0] + x


def a_dict(x: Any, key: str) -> Any:
    y = {"a": 0.0}
    TABLE[said(key)](y, x)
    return y["a"] + x


def an_object(x: Any, key: str) -> Any:
    y = Box()
    TABLE[said(key)](y, x)
    return y.v + x


def out_of_numpy(x: Any, key: str) -> Any:
    y = np.zeros(1)
    NUMPY[said(key)](x, out=y)
    return np.sum(y) + x


def method_of_a_list(x: Any, key: str) -> Any:
    y = [1.0]
    getattr(y, said(key))(x)
    return y[-1]


def method_of_an_array(x: Any, key: str) -> Any:
    y = np.zeros(2)
    getattr(y, said(key))(x)
    return np.sum(y)


def method_of_an_object(x: Any, key: str) -> Any:
    y = Box()
    getattr(y, said(key))(x)
    return y.v


def in_a_partial(x: Any, key: str) -> Any:
    y = np.zeros(2)
    put = functools.partial(TABLE[said(key)], y)
    put(x)
    return np.sum(y) + x


def in_a_map(x: Any, key: str) -> Any:
    y = np.zeros(2)
    list(map(TABLE[said(key)], [y], [x]))
    return np.sum(y) + x


def in_a_lambda(x: Any, key: str) -> Any:
    y = np.zeros(2)
    table = {"fill": lambda v: y.__setitem__(0, v * v)}
    table[said(key)](x)
    return np.sum(y) + x


def in_a_helper(x: Any, key: str) -> Any:
    y = np.zeros(2)
    n = apply(TABLE[said(key)], y, x)
    return np.sum(y) + x + n


def in_a_function_inside(x: Any, key: str) -> Any:
    y = np.zeros(2)

    def inner() -> int:
        TABLE[said(key)](y, x)
        return 1

    for _ in range(inner()):
        pass
    return np.sum(y) + x


def in_a_test(x: Any, key: str) -> Any:
    y = np.zeros(2)
    if TABLE[said(key)](y, x) is None:
        print("done")
    return np.sum(y) + x


def in_a_while(x: Any, key: str) -> Any:
    y, k = np.zeros(2), 0
    while TABLE[said(key)](y, x) is None and k < 1:
        k += 1
    return np.sum(y) + x


def in_a_choice(x: Any, key: str) -> Any:
    y = np.zeros(2)
    n = 1 if TABLE[said(key)](y, x) is None else 2
    return np.sum(y) + x * n


def in_a_test_of_a_function_inside(x: Any, key: str) -> Any:
    y = np.zeros(2)

    def inner() -> bool:
        TABLE[said(key)](y, x)
        return True

    if inner():
        print("done")
    return np.sum(y) + x


def into_an_empty_dict(x: Any, key: str) -> Any:
    y: dict[str, Any] = {}
    y.__setitem__(key, x * x)
    return y[key] + x


def operator_by_name(x: Any, key: str) -> Any:
    y = np.ones(2)
    y.__imul__(x)
    return np.sum(y)


CASES = [
    (array, "fill"), (array, "no"), (a_list, "list"), (a_dict, "dict"), (an_object, "box"),
    (out_of_numpy, "sin"), (method_of_a_list, "append"), (method_of_an_array, "fill"),
    (method_of_an_object, "put"), (in_a_partial, "fill"), (in_a_map, "fill"),
    (in_a_lambda, "fill"), (in_a_helper, "fill"), (in_a_function_inside, "fill"),
    (in_a_test, "fill"), (in_a_while, "fill"), (in_a_choice, "fill"),
    (in_a_test_of_a_function_inside, "fill"), (into_an_empty_dict, "a"), (operator_by_name, ""),
]  # fmt: skip


@pytest.mark.parametrize("naive", [False, True], ids=["", "naive"])
@pytest.mark.parametrize(("function", "key"), CASES, ids=lambda v: getattr(v, "__name__", v))
def test_right_or_refused(function: Any, key: str, naive: bool) -> None:
    h, x = 1e-6, 1.5
    expected = (function(x + h, key) - function(x - h, key)) / (2 * h)
    refusal, found = "", None
    try:
        found = srcad.vjp(function, x, key, naive=naive)[1](1.0)[0]
    except SrcadError as problem:
        refusal = str(problem)
    if found is None:
        assert "test_unknown_calls.py" in refusal
        assert key != "no"
    else:
        assert np.allclose(found, expected)


class Noise:
    def __init__(self, rng):
        self.rng = rng

    def fill(self, buffer):
        self.rng.standard_normal(out=buffer)

    def fill_by_position(self, buffer):
        self.rng.random(3, np.float64, buffer)


def filled_by_keyword(p):
    buffer = p * 2.0
    Noise(np.random.default_rng(1)).fill(buffer)
    return np.sum(buffer * p)


def filled_by_position(p):
    buffer = p * 2.0
    Noise(np.random.default_rng(1)).fill_by_position(buffer)
    return np.sum(buffer * p)


@pytest.mark.parametrize("function", [filled_by_keyword, filled_by_position])
@pytest.mark.parametrize("naive", [False, True])
def test_a_draw_into_an_array_is_refused(function, naive):
    x = np.array([0.7, 1.3, -0.4])
    with pytest.raises(srcad.errors.SrcadError):
        srcad.grad(function, naive=naive)(x)
    with pytest.raises(srcad.errors.SrcadError):
        srcad.jvp(function, (x,), (x,))
