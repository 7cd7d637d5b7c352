"""Check the rules of draws: the generator draws the same numbers in every call."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.draws  # noqa: F401
from srcad.rules.table import TABLE, Vjp
from srcad.runtime.draws import DRAWS, of_method
from tests.rules.harness import check, sample

R = np.random.default_rng(5)
PLACES = (0.7, np.array(0.3), R.normal(size=3), R.normal(size=(2, 1)))
WIDTHS = (1.5, R.uniform(1, 2, 3))


def fixed(function, make, size):
    """The draw by a generator that starts anew each time, and its rule."""

    def drawn(*given):
        return function(make(9), *given, size)

    formulas = TABLE.rules[function].pullbacks[1:]

    def pulled(formula):
        if len(formulas) == 1:
            return lambda y_bar, y, width: formula(y_bar, y, make(9), width, size)
        return lambda y_bar, y, a, b: formula(y_bar, y, make(9), a, b, size)

    return drawn, Vjp(tuple(map(pulled, formulas)))


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
@pytest.mark.parametrize("name", DRAWS)
def test_rule(name, make):
    two = len(TABLE.rules[DRAWS[name]].pullbacks) == 3
    for width in WIDTHS:
        for place in PLACES if two else (None,):
            given = (width,) if place is None else (place, width)
            if name == "uniform":
                given = (place, place + width)
            for size in (None, (4, 2, 3)):
                drawn, rule = fixed(DRAWS[name], make, size)
                check(sample(drawn, *given).but(single=False, wrt=tuple(range(len(given)))), rule)


def test_methods_are_found():
    rng = np.random.default_rng(1)
    assert of_method(rng.normal) == (DRAWS["normal"], rng)
    assert of_method(rng.integers) is None
    assert of_method([].append) is None


def test_a_width_of_zero_has_no_slope():
    bar = TABLE.rules[DRAWS["normal"]].pullbacks[2](1.0, 2.0, None, 2.0, 0.0)
    assert bar == 0.0
