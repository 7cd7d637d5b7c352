"""What functions put into objects that live on: refused where it is read again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors

LOG: list = [1.0]
ARRAY = np.zeros(3)


class Box:
    value = 1.0


BOX = Box()


class Cell:
    def __init__(self, x):
        self.x = x

    def grow(self, v):
        self.x = self.x * v


def note(v):
    LOG.append(v)


def log():
    return LOG


def keep(v):
    BOX.value = v


def put(v):
    ARRAY[0] = v


def piled(v, pile=[0.0]):  # noqa: B006 - that is what is tested
    pile[0] = pile[0] + v
    return pile[0]


def read_from_a_list(x):
    note(x)
    return LOG[-1] * 2.0


def read_through_a_function(x):
    log().append(x)
    return log()[-1] * 2.0


def read_from_an_attribute(x):
    keep(x)
    return BOX.value * 2.0


def read_from_an_array(x):
    put(x)
    return ARRAY[0] * 2.0


def read_from_a_default(x):
    return piled(x) * piled(2.0 * x)


def method_of_unknown_name(x):
    cell = Cell(0.5)
    getattr(cell, "gr" + "ow")(x)
    return cell.x * x


def method_of_a_list(x):
    xs = [1.0]
    [xs.append, np.sin][0](x)
    return sum(xs) * x


def slice_of_floats(x):
    part = slice(x, 2.0 * x)
    return part.stop - part.start


def joined_set(x):
    found = {x}
    found |= {3.0 * x}
    return sum(found)


MODES: dict[str, Callable[[Any], Any]] = {
    "reverse": lambda f: srcad.grad(f)(0.7),
    "naive": lambda f: srcad.grad(f, naive=True)(0.7),
    "forward": lambda f: srcad.jvp(f, (0.7,), (1.0,))[1],
}
LOST = [
    read_from_a_list, read_through_a_function, read_from_an_attribute, read_from_an_array,
    read_from_a_default, method_of_unknown_name, method_of_a_list, slice_of_floats, joined_set,
]  # fmt: skip


@pytest.fixture(autouse=True)
def fresh() -> Any:
    yield
    LOG[:], BOX.value, ARRAY[:] = [1.0], 1.0, 0.0
    piled.__defaults__[0][:] = [0.0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", LOST, ids=lambda f: f.__name__)
def test_right_or_refused(f, mode) -> None:
    eps, difference = 1e-6, 0.0
    for sign in (1, -1):
        difference += sign * f(0.7 + sign * eps) / (2 * eps)
        LOG[:], piled.__defaults__[0][:] = [1.0], [0.0]
    with contextlib.suppress(errors.SrcadError):
        assert MODES[mode](f) == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_refused_where_it_is_read(mode) -> None:
    with pytest.raises(errors.UnsupportedMutation, match="LOG"):
        MODES[mode](read_from_a_list)


def history(x):
    y = x * x
    note(y)
    return y


@pytest.mark.parametrize("mode", MODES)
def test_a_history_is_kept(mode) -> None:
    assert MODES[mode](history) == pytest.approx(1.4)
    assert LOG[1:] == [0.7 * 0.7]
