"""Finite differences, and the comparison with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from srcad.check import check_grad
from srcad.errors import GradientMismatch, NotDifferentiable, WrongArgument
from srcad.numeric import numerical_gradient, slope

SCALARS = [
    ("sin", math.sin, math.cos, 0.7),
    ("exp", math.exp, math.exp, 3.0),
    ("log near 0", math.log, lambda x: 1 / x, 1e-5),
    ("sqrt near 0", math.sqrt, lambda x: 0.5 / math.sqrt(x), 1e-4),
    ("reciprocal", lambda x: 1 / x, lambda x: -1 / x**2, 1e-3),
    ("large", lambda x: x**3, lambda x: 3 * x**2, 1e6),
    ("fast", lambda x: math.sin(50 * x), lambda x: 50 * math.cos(50 * x), 0.3),
    ("relu beside its kink", lambda x: max(x, 0.0), lambda x: 1.0, 1e-3),
    ("constant", lambda x: 2.0, lambda x: 0.0, 1.0),
    ("tiny argument", lambda x: x * math.cos(x), lambda x: 1.0, 1e-12),
]


@pytest.mark.parametrize(("f", "df", "x"), [c[1:] for c in SCALARS], ids=[c[0] for c in SCALARS])
def test_slopes(f: Any, df: Any, x: float) -> None:
    found = numerical_gradient(f, (x,)).leaves[0]
    want = df(x)
    assert found.value == pytest.approx(want, rel=1e-8, abs=1e-9)
    assert abs(found.value - want) <= 10 * found.error + 1e-14 * abs(want)
    assert not found.kink


@pytest.mark.parametrize(
    ("f", "x"),
    [(abs, 0.0), (lambda x: max(x, 0.0), 0.0), (lambda x: max(x, 2 * x - 3), 3.0),
     (lambda x: float(x >= 1), 1.0), (lambda x: abs(x) ** 0.5, 0.0)],
)  # fmt: skip
def test_kinks_are_seen(f: Any, x: float) -> None:
    assert numerical_gradient(f, (x,)).leaves[0].kink


@pytest.mark.parametrize("f", [lambda x: x * abs(x), lambda x: x**2, lambda x: math.cosh(20 * x)])
def test_smooth_points_are_no_kinks(f: Any) -> None:
    assert not numerical_gradient(f, (0.0,)).leaves[0].kink


def test_slopes_at_a_kink() -> None:
    found = slope(lambda t: max(2 * t, -t), 0.0)
    assert (found.left, found.right) == pytest.approx((-1.0, 2.0))


@dataclass(frozen=True)
class Model:
    w: Any
    b: float
    steps: int = 2


def loss(model: Model, data: dict[str, Any], scale: float = 2.0) -> float:
    return float(scale * np.sum(np.tanh(data["x"] @ model.w) + model.b) * model.steps)


def loss_gradient(model: Model, data: dict[str, Any], scale: float = 2.0) -> Any:
    t = 1 - np.tanh(data["x"] @ model.w) ** 2
    w_bar = scale * model.steps * data["x"].T @ t
    return Model(w_bar, scale * model.steps * t.size, model.steps)


MODEL = Model(np.array([[0.1, 0.2], [0.3, -0.4]]), 0.5)
DATA = {"x": np.array([[1.0, 2.0], [3.0, 4.0], [-0.5, 0.1]]), "name": "d"}


def test_structures() -> None:
    found = numerical_gradient(loss, (MODEL, DATA), (0, 1, "scale"))
    model_bar, data_bar, scale_bar = found.gradient
    want = loss_gradient(MODEL, DATA)
    np.testing.assert_allclose(model_bar.w, want.w, rtol=1e-9)
    assert isinstance(model_bar, Model) and model_bar.steps == 2
    assert model_bar.b == pytest.approx(want.b)
    assert data_bar["x"].shape == (3, 2) and data_bar["name"] == "d"
    assert scale_bar == pytest.approx(loss(MODEL, DATA) / 2)
    assert [leaf.path for leaf in found.leaves] == [".w", ".b", "['x']", ""]


def test_keyword_arguments() -> None:
    found = numerical_gradient(loss, (MODEL,), "data", kwargs={"data": DATA, "scale": 1.0})
    assert found.gradient["x"].shape == (3, 2)


def test_single_precision_is_widened() -> None:
    x = np.array([0.3, 0.7], np.float32)
    found = numerical_gradient(lambda x: np.sum(np.sin(x)), (x,)).leaves[0]
    np.testing.assert_allclose(found.value, np.cos(x.astype(float)), rtol=1e-10)


def test_complex_leaves_follow_the_convention() -> None:
    z = np.array([1 + 2j, -0.5j])
    found = numerical_gradient(lambda z: np.sum(np.abs(z) ** 2), (z,)).gradient
    np.testing.assert_allclose(found, 2 * z.conj(), rtol=1e-9, atol=1e-9)
    again = numerical_gradient(lambda z: z**2, (1 + 2j,), seed=3)
    assert again.gradient == pytest.approx(again.cotangent * 2 * (1 + 2j))


def test_structured_outputs_are_projected() -> None:
    x = np.array([0.3, 0.7])
    found = numerical_gradient(lambda x: {"a": np.sin(x), "n": 3, "b": (x[0] ** 2,)}, (x,), seed=1)
    c = found.cotangent
    want = c["a"] * np.cos(x) + np.array([2 * x[0] * c["b"][0], 0.0])
    np.testing.assert_allclose(found.gradient, want, rtol=1e-9)


def test_functions_may_write_to_their_arguments() -> None:
    def f(x: Any, log: list[Any], rng: np.random.Generator) -> Any:
        x *= 2
        log.append(x.sum())
        return np.sum(x**2) * rng.random() + len(log)

    x, log = np.array([1.0, 2.0]), [0]
    found = numerical_gradient(f, (x, log, np.random.default_rng(0)))
    np.testing.assert_allclose(found.gradient, 8 * x * np.random.default_rng(0).random())
    assert x.tolist() == [1.0, 2.0] and log == [0]


def test_an_array_at_two_places_stays_one_array() -> None:
    def f(p: Any) -> Any:
        p["a"] *= 3  # changes b too
        return np.sum(p["b"] ** 2)

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(f, ({"a": x, "b": x},)).gradient["a"], 18 * x)


def test_nothing_to_differentiate() -> None:
    with pytest.raises(NotDifferentiable, match="int"):
        numerical_gradient(lambda x: 3, (1.0,))
    with pytest.raises(WrongArgument, match="no argument 1"):
        numerical_gradient(lambda x: x, (1.0,), 1)
    with pytest.raises(WrongArgument, match="'z'"):
        numerical_gradient(lambda x: x, (1.0,), "z")


# ---- check_grad ----------------------------------------------------------------------------------


def test_check_grad_accepts_a_right_gradient() -> None:
    report = check_grad(loss, MODEL, DATA, gradient=loss_gradient)
    assert report.ok and report.arguments[0].argument == "model"
    assert report.arguments[0].entries == 5
    first, row = str(report).splitlines()
    assert first.split()[:2] == ["argument", "entries"] and row.startswith("model")


def test_check_grad_names_the_worst_entry() -> None:
    def wrong(model: Model, data: dict[str, Any]) -> Any:
        right = loss_gradient(model, data)
        right.w[1, 0] += 0.01
        return right

    with pytest.raises(GradientMismatch, match=r"in model differs.*at model.w\[1, 0\] it is"):
        check_grad(loss, MODEL, DATA, gradient=wrong)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_check_grad_allows_any_subgradient(slope: float) -> None:
    def gradient(x: Any) -> Any:
        return np.where(x > 0, 1.0, np.where(x < 0, 0.0, slope))

    x = np.array([-1.0, 0.0, 2.0])
    report = check_grad(lambda x: np.sum(np.maximum(x, 0)), x, gradient=gradient)
    assert report.arguments[0].kinks == 1


def test_check_grad_refuses_what_is_no_subgradient() -> None:
    with pytest.raises(GradientMismatch):
        check_grad(abs, 0.0, gradient=lambda x: 1.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_check_grad_refuses_nan(bad: float) -> None:
    with pytest.raises(GradientMismatch):
        check_grad(math.sin, 1.0, gradient=lambda x: bad)


def test_check_grad_refuses_a_wrong_shape_and_a_missing_leaf() -> None:
    x = np.ones((2, 3))
    with pytest.raises(GradientMismatch, match="shape"):
        check_grad(np.sum, x, gradient=lambda x: np.ones(3))
    with pytest.raises(GradientMismatch, match=r"p\['b'\] has nothing"):
        check_grad(lambda p: p["a"] + p["b"], {"a": 1.0, "b": 2.0}, gradient=lambda p: {"a": 1.0})


def test_check_grad_several_arguments_by_name() -> None:
    def f(a: float, b: float, n: int = 3) -> float:
        return a * b**n

    report = check_grad(f, 2.0, b=3.0, wrt=("b", "a"), gradient=lambda a, b: (3 * a * b**2, b**3))
    assert [row.argument for row in report.arguments] == ["b", "a"]


def test_check_grad_in_single_precision() -> None:
    x = np.linspace(0.1, 1, 5, dtype=np.float32)
    check_grad(lambda x: np.sum(np.exp(x)), x, gradient=np.exp)
    with pytest.raises(GradientMismatch):
        check_grad(lambda x: np.sum(np.exp(x)), x, gradient=lambda x: 1.01 * np.exp(x))
