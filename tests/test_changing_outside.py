"""What stands outside the function and changes while it runs is not taken for known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import UnsupportedMutation
from tests import settings_of_a_module as settings

RATE = 1.0
W = np.array([1.0, 2.0])
TABLE: dict[str, Any] = {"mode": "plain"}
LIST: list[Any] = ["plain"]


class Options:
    rate = 2.0
    calls = 0


class Inheriting(Options):
    def __init__(self, x: float) -> None:
        self.x = x

    def scaled(self) -> float:
        return self.x * self.rate


OPTIONS: Any = Options()
OPTIONS.mode, OPTIONS.function, OPTIONS.factor = "plain", np.sin, 2.0


def set_rate(rate: float) -> None:
    global RATE
    RATE = rate


def set_table(mode: str) -> None:
    TABLE["mode"] = mode


def set_list(mode: str) -> None:
    LIST[0] = mode


def set_mode_of_object(mode: str) -> None:
    OPTIONS.mode = mode


def set_function(function: Any) -> None:
    OPTIONS.function = function


def set_rate_of_class(rate: float) -> None:
    Options.rate = rate


@contextmanager
def rated(rate: float) -> Iterator[None]:
    global RATE
    before, RATE = RATE, rate
    yield
    RATE = before


@contextmanager
def with_mode(mode: str) -> Iterator[None]:
    set_table(mode)
    yield
    set_table("plain")


@contextmanager
def scaled() -> Iterator[None]:
    W[...] *= 2
    yield
    W[...] /= 2


@contextmanager
def with_factor(factor: float) -> Iterator[None]:
    OPTIONS.factor = factor
    yield
    OPTIONS.factor = 2.0


@contextmanager
def first_item(a: Any, value: float) -> Iterator[None]:
    a[0] = value
    yield
    a[0] = 1.0


class OtherRate:
    def __enter__(self) -> None:
        Options.rate = 3.0

    def __exit__(self, *_: object) -> None:
        Options.rate = 2.0


class Logged:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def __enter__(self) -> None:
        self.log.append("in")

    def __exit__(self, *_: object) -> None:
        self.log.append("out")


# --- right ---


def by_call(x):
    set_rate(3.0)
    y = x * RATE
    set_rate(1.0)
    return y


def by_manager(x):
    with rated(3.0):
        y = x * RATE
    return y


def in_inner_function(x):
    def inner(t, k=1.0):
        return t * RATE * k

    with rated(3.0):
        y = inner(x)
    return y


def in_comprehension(x):
    with rated(3.0):
        y = sum([x * RATE for _ in range(2)])
    return y


def of_another_module(x):
    settings.set_mode("twice")
    y = x if settings.MODE == "plain" else 2 * x
    settings.set_mode("plain")
    return y


def number_of_another_module(x):
    settings.set_rate(3.0)
    y = x * settings.RATE
    settings.set_rate(1.0)
    return y


def in_a_dict(x):
    set_table("twice")
    y = x if TABLE["mode"] == "plain" else 2 * x
    set_table("plain")
    return y


def in_a_dict_by_manager(x):
    with with_mode("twice"):
        y = x if TABLE["mode"] == "plain" else 2 * x
    return y


def in_a_list(x):
    set_list("twice")
    y = x if LIST[0] == "plain" else 2 * x
    set_list("plain")
    return y


def in_an_object(x):
    set_mode_of_object("twice")
    y = x if OPTIONS.mode == "plain" else 2 * x
    set_mode_of_object("plain")
    return y


def another_function(x):
    set_function(np.cos)
    y = OPTIONS.function(x)
    set_function(np.sin)
    return y


def log_of_a_manager(x):
    log = []
    with Logged(log):
        y = x * x
    return y


def counted_by_the_class(x):
    Options.calls += 1
    return x * Options.rate


def buffer_of_a_manager(x):
    a = np.ones(2)
    with first_item(a, 5.0):
        y = np.sum(a * x)
    return y


def of_a_class(x):
    set_rate_of_class(3.0)
    y = x * Options.rate
    set_rate_of_class(2.0)
    return y


def of_a_base_class(x):
    set_rate_of_class(3.0)
    y = Inheriting(x).scaled()
    set_rate_of_class(2.0)
    return y


def of_a_class_by_manager(x):
    with OtherRate():
        y = x * Options.rate
    return y


def object_by_manager(x):
    with with_factor(3.0):
        y = x * OPTIONS.factor
    return y


def argument_of_a_manager(x):
    a = np.array([x, 1.0])
    with first_item(a, 5.0):
        y = np.sum(a * a)
    return y


RIGHT = [
    argument_of_a_manager,
    by_call, by_manager, in_inner_function, in_comprehension, of_another_module,
    number_of_another_module, in_a_dict,
    in_a_dict_by_manager, in_a_list, in_an_object, another_function, log_of_a_manager,
    counted_by_the_class, buffer_of_a_manager, of_a_class, of_a_base_class, of_a_class_by_manager,
    object_by_manager,
]  # fmt: skip


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.parametrize("f", RIGHT, ids=lambda f: f.__name__)
def test_right(f: Callable[[float], Any], naive: bool) -> None:
    value, gradient = srcad.value_and_grad(f, naive=naive)(0.7)
    assert value == f(0.7)
    step = 1e-6
    assert gradient == pytest.approx((f(0.7 + step) - f(0.7 - step)) / (2 * step), rel=1e-6)


# --- refused ---


def array_by_manager(x):
    with scaled():
        y = np.sum(x * W)
    return y


REFUSED = [array_by_manager]


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_refused(f: Callable[[float], Any], naive: bool) -> None:
    with pytest.raises(UnsupportedMutation) as caught:
        srcad.grad(f, naive=naive)(0.7)
    assert caught.value.place is not None


class Shared:
    table = {"q": np.ones(3)}
    row = np.ones(3)


def by_item():
    Shared.table["q"] -= 3


def by_slice():
    Shared.table["q"][:] = -2


def by_name():
    table = Shared.table
    table["q"] -= 3


def by_attribute():
    Shared.row += -3


def by_out():
    np.add(Shared.row, -3, out=Shared.row)


@pytest.mark.parametrize("change", [by_item, by_slice, by_name, by_attribute, by_out])
@pytest.mark.parametrize("naive", [False, True])
def test_what_a_class_keeps_is_changed_in_a_called_function(change, naive) -> None:
    """Right or refused: the backward part read the new numbers."""

    def f(x):
        Shared.table["q"].fill(1)
        Shared.row.fill(1)
        w, v = Shared.table["q"], Shared.row
        y = w * x * v
        change()
        return (y * y * w * v).sum()

    x = np.array([0.7, 1.3, -0.4])
    try:
        found = srcad.grad(f, naive=naive)(x)
    except srcad.errors.SrcadError:
        return
    np.testing.assert_allclose(found, [(f(x + e) - f(x - e)) / 2e-6 for e in 1e-6 * np.eye(3)])
