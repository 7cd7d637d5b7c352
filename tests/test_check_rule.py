"""`srcad.check_rule`: right rules pass, and each kind of wrong rule is named."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad import errors
from tests.test_gates import LAYER, Layer, Multiply, power, scaled, sigmoid, sigmoid_too, squared

B = np.linspace(-1.0, 2.0, 4)


def cube(x):
    return x**3


srcad.vjp_rule(cube, lambda y_bar, y, x: 3 * y_bar * x**2)

RIGHT = {
    "one line": (sigmoid, (B,), {}),
    "complex": (sigmoid, (B + 0.3j,), {}),
    "float32": (sigmoid, (B.astype(np.float32),), {}),
    "two parts": (scaled, (B, 2.0), {}),
    "class": (Multiply, (B, B + 1), {}),
    "tangents": (squared, (B, B + 1), {}),
    "tangents, one line": (sigmoid_too, (0.3,), {}),
    "method": (Layer.act, (LAYER, 0.3), {}),
    "an argument without": (power, (B + 2, 3.0), {}),
    "rule of a function": (cube, (B,), {}),
    "of NumPy": (np.linalg.inv, (np.eye(3) + 0.1 * np.arange(9.0).reshape(3, 3),), {}),
    "options": (np.sum, (np.ones((2, 3)),), {"axis": 0}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name: str) -> None:
    f, args, kwargs = RIGHT[name]
    report = srcad.check_rule(f, *args, **kwargs)
    assert report.ok
    assert isinstance(report.forward, float)
    assert "forward mode agrees" in str(report)


def test_a_tenth_of_a_percent_is_caught() -> None:
    @srcad.custom_vjp(lambda y_bar, y, x, w: y_bar * w, lambda y_bar, y, x, w: y_bar * x * 1.001)
    def product(x, w):
        return x * w

    @srcad.custom_jvp(lambda x_dot, y, x: 0.999 * x_dot * np.cos(x))
    def sine(x):
        return np.sin(x)

    with pytest.raises(errors.GradientMismatch, match=r"rule of product is wrong.* in w .*at w\["):
        srcad.check_rule(product, B, B + 1)
    with pytest.raises(errors.GradientMismatch, match=r"rule of sine is wrong.*at x"):
        srcad.check_rule(sine, B)


def test_another_value() -> None:
    @srcad.custom_vjp
    def f(x):
        return np.sin(x)

    f.defvjp(lambda x: (1.1 * np.sin(x), x), lambda x, bar: (bar * np.cos(x),))
    with pytest.raises(errors.GradientMismatch, match="forward part of f returns another value"):
        srcad.check_rule(f, B)


def test_a_backward_part_that_is_not_linear() -> None:
    @srcad.custom_vjp
    def f(x):
        return 2 * x

    f.defvjp(lambda x: (2 * x, ()), lambda saved, bar: (2 * bar**3,))
    with pytest.raises(errors.GradientMismatch):
        srcad.check_rule(f, B)


def test_refused() -> None:
    with pytest.raises(errors.WrongArgument, match="no rule of its own"):
        srcad.check_rule(lambda x: x, B)
    with pytest.raises(errors.WrongArgument, match="carries a derivative"):
        srcad.check_rule(sigmoid, 3)


def test_the_rule_holds_for_the_function_itself() -> None:
    def f(x):
        return x**2

    assert srcad.grad(f)(3.0) == 6.0
    srcad.vjp_rule(f, lambda y_bar, y, x: 10.0 * y_bar)
    assert srcad.grad(f)(3.0) == srcad.grad(f, wrt="x")(3.0) == 10.0
    assert srcad.vjp(f, 3.0)[1](1.0) == (10.0,)
    assert srcad.jvp(f, (3.0,), (1.0,)) == (9.0, 10.0)
