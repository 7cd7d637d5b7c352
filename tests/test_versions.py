"""What was compiled for a function serves whoever asks again, and functions of the same code."""

from __future__ import annotations

import gc
import inspect
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import gradients, moving, pullback, versions
from srcad.emit.places import annotate

X = np.arange(1.0, 4.0)
Maker = Callable[..., Any]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that the compiler is asked for."""
    found: list[str] = []
    for module, name in (
        (gradients, "compile_fused"),
        (pullback, "compile_pullback"),
        (moving, "compile_tangent"),
    ):
        real = getattr(module, name)

        def counted(function: Any, *args: Any, real: Any = real, **options: Any) -> Any:
            found.append(function.__name__)
            return real(function, *args, **options)

        monkeypatch.setattr(module, name, counted)
    return found


def cubed(x: Any) -> Any:
    return np.sum(x**3)


def scaled(c: Any) -> Any:
    return lambda x: np.sum(c * x**2)


WAYS: dict[str, Maker] = {
    "grad": lambda f: srcad.grad(f)(X),
    "value_and_grad": lambda f: srcad.value_and_grad(f)(X),
    "vjp": lambda f: srcad.vjp(f, X)[1](1.0),
    "jvp": lambda f: srcad.jvp(f, (X,), (X,)),
    "jacobian": lambda f: srcad.jacobian(f)(X),
    "hessian": lambda f: srcad.hessian(f)(X),
    "hvp": lambda f: srcad.hvp(f)(X, X),
    "naive": lambda f: srcad.grad(f, naive=True)(X),
}


@pytest.mark.parametrize("way", WAYS)
def test_asked_again_it_is_not_compiled_again(way: str, compiled: list[str]) -> None:
    first = WAYS[way](cubed)
    count = len(compiled)
    again = WAYS[way](cubed)
    assert len(compiled) == count
    assert repr(again) == repr(first)


@pytest.mark.parametrize("way", WAYS)
def test_closures_of_one_code_share_a_version(way: str, compiled: list[str]) -> None:
    WAYS[way](scaled(2.0))
    count = len(compiled)
    for c in (3.0, 5.0):
        found = WAYS[way](scaled(c))
        assert len(compiled) == count
        own = lambda x, c=c: np.sum(c * x**2)
        assert repr(found) == repr(WAYS[way](own))
        count = len(compiled)


def doubled(c: Any) -> Any:
    return lambda x: np.sum(2 * c * x)


def test_another_type_is_another_version(compiled: list[str]) -> None:
    for c in (2.0, np.array([1.0, 2.0, 3.0]), np.float32(4.0), np.ones((2, 3)), 7.0):
        wanted = np.broadcast_to(2 * np.asarray(c, float), np.shape(c * X))
        wanted = wanted.reshape(-1, 3).sum(axis=0)
        assert srcad.grad(doubled(c))(X).tolist() == wanted.tolist()
    assert len(compiled) == 4


def with_helper(h: Any, c: float) -> Any:
    return lambda x: np.sum(h(x) * c)


def test_a_captured_function_must_be_the_same() -> None:
    for h, slope in ((np.sin, np.cos), (np.exp, np.exp), (lambda x: x * x, lambda x: 2 * x)):
        for c in (1.0, 2.0):
            assert np.allclose(srcad.grad(with_helper(h, c))(X), c * slope(X))


def of_two(a: Any, b: Any) -> Any:
    def f(x: Any) -> Any:
        both = [a, b]
        both[0] = both[0] * x
        return np.sum(both[0] * both[1]) + len(a)

    return f


def test_one_object_under_two_names_is_another_program() -> None:
    one, other = np.array([1.0, 2.0, 3.0]), np.array([3.0, 5.0, 7.0])
    for a, b in ((one, other), (one, one), (other, one), (other, other)):
        assert np.allclose(srcad.grad(of_two(a, b))(X), a * b)


class Model:
    def __init__(self, power: float, act: Any) -> None:
        self.power, self.act = power, act

    def run(self, x: Any) -> Any:
        return self.act(x) ** self.power


def of_model(model: Model, data: Any) -> Any:
    def f(w: Any) -> Any:
        return np.sum(model.run(w * data["x"]) * data["y"])

    return f


def test_captured_objects_and_containers(compiled: list[str]) -> None:
    rng = np.random.default_rng(0)
    for k in range(4):
        model = Model(2.0 + k, np.cos)
        data = {"x": rng.normal(size=3), "y": rng.normal(size=3)}
        found = srcad.grad(of_model(model, data))(X)
        n, angle = model.power, X * data["x"]
        wanted = -n * np.cos(angle) ** (n - 1) * np.sin(angle) * data["x"] * data["y"]
        assert np.allclose(found, wanted)
    assert compiled == ["f"]
    other = of_model(Model(2.0, np.exp), data)
    assert np.allclose(srcad.grad(other)(X), 2 * np.exp(2 * angle) * data["x"] * data["y"])
    assert compiled == ["f", "f"]


def in_parts(data: Any, reg: float, scale: Any = None) -> Any:
    def predict(w: Any) -> Any:
        return np.tanh(data["x"] @ w)

    def penalty(w: Any) -> Any:
        return reg * np.sum(w * w)

    def total(w: Any) -> Any:
        out = np.sum((predict(w) - data["y"]) ** 2) + penalty(w)
        return out if scale is None else scale(out)

    return total


def by_hand(data: Any, reg: float, w: Any) -> Any:
    out = np.tanh(data["x"] @ w)
    return data["x"].T @ (2 * (out - data["y"]) * (1 - out**2)) + 2 * reg * w


@pytest.mark.parametrize("way", WAYS)
def test_families_of_functions(way: str, compiled: list[str]) -> None:
    rng = np.random.default_rng(1)
    counts = []
    for reg in (0.1, 0.2, 0.3):
        data = {"x": rng.normal(size=(4, 3)), "y": rng.normal(size=4)}
        f = in_parts(data, reg)
        found = WAYS[way](f)
        counts.append(len(compiled))
        if way in ("grad", "naive"):
            assert np.allclose(found, by_hand(data, reg, X))
        if way == "hessian":
            step = 1e-6 * np.eye(3)
            rows = [(by_hand(data, reg, X + s) - by_hand(data, reg, X - s)) / 2e-6 for s in step]
            assert np.allclose(found, rows, atol=1e-5)
    assert counts[0] == counts[-1] or way in ("hessian", "hvp")


def twice(a: Any, b: Any) -> Any:
    return lambda x: np.sum(a(x) * b(x))


def test_one_function_under_two_names_is_another_family() -> None:
    def times(c: float) -> Any:
        return lambda x: c * x

    two, three = times(2.0), times(3.0)
    for a, b, slope in ((two, two, 4), (two, three, 6), (three, two, 6), (three, three, 9)):
        assert np.allclose(srcad.grad(twice(a, b))(X), 2 * slope * X)
    for a, b, slope in ((times(5.0), times(7.0), 35), (times(1.0), times(2.0), 2)):
        assert np.allclose(srcad.grad(twice(a, b))(X), 2 * slope * X)


def by_turns(c: float) -> Any:
    def even(x: float, n: int) -> float:
        return c if n == 0 else x * odd(x, n - 1)

    def odd(x: float, n: int) -> float:
        return 2 * x * even(x, n - 1)

    return even


def test_functions_that_call_each_other() -> None:
    for c in (1.0, 3.0):
        assert srcad.grad(by_turns(c))(2.0, 4) == 4 * 4 * 8.0 * c


def powers(c: float) -> Any:
    def power(x: float, n: int) -> float:
        return c if n == 0 else x * power(x, n - 1)

    return power


def test_functions_that_call_themselves(compiled: list[str]) -> None:
    for c in (1.0, 2.0, 3.0):
        assert srcad.grad(powers(c))(2.0, 3) == 12.0 * c
    assert len(compiled) == 1


def test_lambdas_that_capture_nothing(compiled: list[str]) -> None:
    for _ in range(3):
        assert srcad.grad(lambda x: x * x)(3.0) == 6.0
    assert len(compiled) == 1


def test_defaults_are_those_of_the_function() -> None:
    for c in (1.0, 2.0, 3.0):
        f = lambda x, c=c: c * x * x
        assert srcad.grad(f)(3.0) == 6.0 * c


def test_variables_that_are_assigned_later() -> None:
    def made(c: Any) -> Any:
        def f(x: Any) -> Any:
            return c * x

        g = srcad.grad(f)
        first = g(2.0)
        c = 10 * c
        return first, g(2.0)

    assert made(1.0) == (1.0, 10.0)
    assert made(2.0) == (2.0, 20.0)
    assert made(np.float64(3.0)) == (3.0, 30.0)


def failing(c: float) -> Any:
    def f(x: float) -> float:
        y = c * x
        if y > 5.0:
            raise ValueError("too large")
        return y * y

    return f


def test_text_and_places_outlive_the_first_function() -> None:
    assert srcad.grad(failing(1.0))(2.0) == 4.0
    gc.collect()
    derivative = srcad.grad(failing(2.0))
    assert derivative(2.0) == 16.0
    gc.collect()
    main = derivative.generated((2.0,), {})
    assert inspect.getsource(main) in derivative.source
    with pytest.raises(ValueError, match="too large") as caught:
        derivative(3.0)
    annotate(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert "if y > 5.0" in derivative.source
    assert "raise ValueError" in shown and "in f" in "".join(caught.value.__notes__)


def test_nothing_that_was_captured_is_kept() -> None:
    def use() -> list[weakref.ref[Any]]:
        model, data = Model(2.0, np.cos), {"x": np.ones(3), "y": np.ones(3)}
        f = of_model(model, data)
        srcad.grad(f)(X)
        srcad.vjp(f, X)
        srcad.jvp(f, (X,), (X,))
        return [weakref.ref(f), weakref.ref(model), weakref.ref(data["x"])]

    references = [r for _ in range(3) for r in use()]
    gc.collect()
    assert not any(r() is not None for r in references)


def test_recipes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_CODES", 3)
    for n in range(8):
        assert np.allclose(srcad.grad(scaled(2.0))(np.ones((1,) * n)), 4.0)
    assert len(versions._BY_CODE) <= 3


def weighted(p: Any, n: int) -> Any:
    total = 0.0
    for value in p.values():
        total = total + np.sum(np.asarray(value) ** 2) * n
    return total


def test_calls_with_containers_find_their_version() -> None:
    derivative = srcad.grad(weighted)
    cases: list[tuple[Any, int]] = [
        ({"a": 1.0, "b": X}, 5),
        ({"a": 1.0, "b": X[:2]}, 1),
        ({"a": 1.0, "c": X}, 7),
        ({"a": X, "c": 1.0}, 7),
        ({"a": np.ones((2, 1)), "b": np.float32(2.0)}, 2),
        ({"a": np.ones(2, np.float32), "b": 2.0}, 2),
        ({}, 3),
    ]
    for p, n in cases * 2:
        found = derivative(p, n)
        assert list(found) == list(p)
        for key, value in p.items():
            assert np.array_equal(found[key], 2 * n * np.asarray(value))
            assert np.asarray(found[key]).dtype == np.asarray(value).dtype
    assert len(derivative.exact) == len(cases)


def test_lists_of_several_lengths_and_nests() -> None:
    derivative = srcad.grad(lambda xs: sum(a * b for a, b in xs))
    for n in (1, 2, 3, 2, 1, 300, 300):
        xs = [(float(k), 2.0) for k in range(n)]
        assert derivative(xs) == [(2.0, float(k)) for k in range(n)]


def replacing(xs: Any) -> Any:
    xs[0] = xs[0] * 2.0
    return xs[0] * xs[1]


def test_containers_are_left_as_by_the_plain_call() -> None:
    derivative = srcad.grad(replacing)
    for _ in range(3):
        xs = [3.0, 5.0]
        kept = xs[1]
        assert derivative(xs) == [10.0, 6.0]
        assert xs == [6.0, 5.0] and xs[1] is kept


def sized(x: Any, n: int) -> Any:
    return np.sum((np.ones(n) * x) ** 2)


def test_small_integers_may_be_the_size_one() -> None:
    derivative = srcad.grad(sized)
    for n in (5, 1, 3, 9, 1):
        assert derivative(np.array([2.0]), n).tolist() == [4.0 * n]
