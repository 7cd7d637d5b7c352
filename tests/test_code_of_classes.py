"""What runs code of a class where nothing shows it is refused in every mode, not passed over."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad


class Tank:
    """Looking at it changes it."""

    def __init__(self, level):
        self.level = level

    def __bool__(self):
        self.level = self.level * 2.0
        return True

    def __len__(self):
        return self.counted()

    def counted(self):
        self.level = self.level + 1.0
        return 3

    def __lt__(self, other):
        self.level *= 3.0
        return True

    def __eq__(self, other):
        self.level *= 5.0
        return True

    def __str__(self):
        self.level *= 7.0
        return "tank"


class Kept:
    """Its square is computed when it is first asked for, in a comparison too."""

    def __init__(self, value):
        self.value, self.kept, self.asked = value, None, 0

    @property
    def square(self):
        if self.kept is None:
            self.kept = self.value * self.value
        return self.kept

    def __lt__(self, other):
        return self.square < other.square

    def __len__(self):
        self.asked += 1
        return 2


class Tripled:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, owner, cls=None):
        return getattr(owner, self.name) * 2.0

    def __set__(self, owner, value):
        setattr(owner, self.name, value * 3.0)


class WithDescriptor:
    part = Tripled()

    def __init__(self, part):
        self.part = part


class Setting:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)


class Getting:
    def __init__(self, part):
        self.part = part

    def __getattribute__(self, name):
        value = object.__getattribute__(self, name)
        return value * 2.0 if name == "part" else value


class Own(np.ndarray):
    pass


def in_a_test(x):
    tank = Tank(x[0])
    if tank:
        return tank.level**2
    return 0.0


def in_a_choice(x):
    tank = Tank(x[0])
    level = tank and 2.0
    return tank.level * level


def in_a_length(x):
    tank = Tank(x[0])
    return len(tank) * tank.level


def in_a_comparison(x):
    tank = Tank(x[0])
    below = tank < x[1]
    return tank.level if below else x[2]


def in_a_search(x):
    tanks = [Tank(x[0]), Tank(x[1])]
    return tanks[tanks.index(Tank(x[2]))].level


def in_text(x):
    tank = Tank(x[0])
    text = f"{tank}"
    return tank.level * len(text)


def in_sorting(x):
    first, second = sorted([Kept(x[0]), Kept(x[1])])
    return first.square * second.square


def by_descriptor(x):
    both = WithDescriptor(x[0])
    both.part = both.part * x[1]
    return both.part


def by_setattr(x):
    state = Setting()
    state.part = x[0]
    state.part = state.part * x[1]
    return state.part


def by_getattribute(x):
    return Getting(x[0]).part ** 2


def by_subclass_of_arrays(x):
    return np.sum(x.view(Own) ** 2)


class Making:
    """Its functions are made when they are asked for, and hold the object."""

    def __init__(self, value):
        self.value = value

    scaled = functools.partialmethod(lambda self, a, b: self.value * a * b, 2.0)

    @functools.singledispatchmethod
    def of(self, k):
        return self.value * k

    @property
    def rule(self):
        return lambda k: self.value * k


def unknown(x):
    return [1.0, Making(x[2]), "x"][int(x[0] > 0.1)]


def partial_method(x):
    return Making(x[2]).scaled(x[0])


def partial_method_of_something(x):
    return unknown(x).scaled(x[0])


def method_by_type(x):
    return unknown(x).of(x[0])


def property_that_is_called(x):
    return unknown(x).rule(x[0])


class Alike:
    """NumPy makes an array of it."""

    def __init__(self, items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        return self.items[k]

    def __rmul__(self, factor):
        return Alike([100.0 * factor * item for item in self.items])


def by_numpy(x):
    scaled = x[0] * Alike(x)
    return scaled[0] * scaled[1]


def array_of_objects(x):
    a = np.empty(2, dtype=object)
    a[0], a[1] = Kept(x[0]), Kept(x[1])
    return a[0].value * a[1].value


REFUSED = [
    in_a_test, in_a_choice, in_a_length, in_a_comparison, in_a_search, in_text, in_sorting,
    by_descriptor, by_setattr, by_getattribute, by_subclass_of_arrays, by_numpy, array_of_objects,
    partial_method, partial_method_of_something, method_by_type, property_that_is_called,
]  # fmt: skip
X = np.array([0.7, 1.3, -0.4])
MODES: dict[str, Callable[[Any], Any]] = {
    "grad": lambda f: srcad.grad(f)(X.copy()),
    "naive": lambda f: srcad.grad(f, naive=True)(X.copy()),
    "jvp": lambda f: srcad.jvp(f, (X.copy(),), (np.ones(3),)),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_refused(f: Callable[[Any], Any], mode: str) -> None:
    f(X.copy())
    with pytest.raises(srcad.errors.SrcadError):
        MODES[mode](f)


def counted_and_not_compared(x):
    kept = Kept(x[0])
    number = len(kept)
    return kept.square * number + Tank(x[1]).level * kept.value


@pytest.mark.parametrize("mode", ["grad", "naive"])
def test_what_does_no_harm_is_accepted(mode: str) -> None:
    found = MODES[mode](counted_and_not_compared)
    np.testing.assert_allclose(found, [4 * X[0] + X[1], X[0], 0.0])
