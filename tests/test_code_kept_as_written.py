"""Code that runs as it was written, in f-strings, `any`, tests, and what it writes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError


class Lazy:
    def __init__(self, w):
        self.w, self._cache = w, None

    @property
    def cubes(self):
        if self._cache is None:
            self._cache = np.sum(self.w**3)
        return self._cache

    @functools.cached_property
    def norm(self):
        return np.sqrt(np.sum(self.w**2))


def doubled(model):
    model.w = model.w * 2
    return model.w[0]


def scaled(a):
    a *= 2.0
    return a[0]


def property_in_text(x):
    model = Lazy(x)
    text = f"{model.cubes:.1f}"
    return model.cubes**2 * len(text)


def property_in_any(x):
    model = Lazy(x)
    if any(v > model.cubes for v in x):
        return model.cubes * 2
    return model.cubes * 3


def property_in_any_of_several(x):
    models = [Lazy(x), Lazy(x * 2)]
    found = any(m.cubes > 1e9 for m in models)
    return sum(m.cubes for m in models) + found


def property_in_a_test(x):
    model = Lazy(x)
    if model.cubes > 0.1:
        return model.cubes * x[0]
    return model.cubes


def pop_in_text(x):
    xs = [x[0], x[1], x[2]]
    text = f"{len(xs)} {xs.pop()} {len(xs)}"
    return sum(xs) * len(xs) * int(text[0] + text[-1])


def calls_in_text(x):
    table = {"a": x[0]}

    def bump():
        table["a"] = table["a"] * x[1]
        return table["a"]

    text = f"{bump():.2f} {bump():.3f}"
    return table["a"] * len(text)


def function_in_all(x):
    models = [Lazy(x), Lazy(x * 2)]
    if not all(doubled(m) > -1e9 for m in models):
        return x[0]
    return sum(np.sum(m.w) for m in models)


def function_in_an_assertion(x):
    a = x.copy()
    assert all(scaled(part) > -100 for part in (a[:2], a[1:]))
    return np.sum(a**2)


def pop_in_any(x):
    xs = [x[0], x[1], x[2]]
    found = any(xs.pop() > 0 for _ in range(1))
    return sum(xs) * len(xs) * found


def kept_by_a_while(x):
    model, total = Lazy(x), 0.0
    while model.norm * total < 3:
        total += model.norm
    return total


def kept_behind_and(x):
    model = Lazy(x)
    return model.norm if x[0] > 5 and model.norm > 1 else model.norm * 2


def kept_by_text(x):
    model = Lazy(x)
    text = f"{model.norm:.1f}"
    return model.norm * len(text)


def kept_by_any(x):
    model = Lazy(x)
    found = any(v > model.norm for v in x)
    return model.norm * 2 + found


def kept_by_hasattr(x):
    model = Lazy(x)
    return (model.norm if hasattr(model, "norm") else 0.0) + getattr(model, "norm", 1.0)


PROGRAMS = [
    kept_by_a_while, kept_behind_and, kept_by_text, kept_by_any, kept_by_hasattr,
    property_in_text, property_in_any, property_in_any_of_several, property_in_a_test, pop_in_text,
    calls_in_text, function_in_all, function_in_an_assertion, pop_in_any,
]  # fmt: skip
RIGHT = [pop_in_text, calls_in_text]
X = np.array([0.7, 1.3, -0.4])


def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.array([srcad.jvp(f, (x,), (d,))[1] for d in np.eye(3)])


MODES: dict[str, Any] = {
    "reverse": srcad.grad,
    "naive": lambda f: srcad.grad(f, naive=True),
    "forward": forward,
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_right_or_refused(program, mode):
    step = 1e-6
    wanted = [(program(X + step * d) - program(X - step * d)) / (2 * step) for d in np.eye(3)]
    try:
        found = MODES[mode](program)(X)
    except SrcadError:
        assert program not in RIGHT
        return
    np.testing.assert_allclose(found, wanted, atol=1e-6)
