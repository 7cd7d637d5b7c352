"""elementwise_grad, and gradients of holomorphic functions."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad import elementwise_grad, grad

X = np.linspace(0.1, 1.0, 4)


def test_a_function_of_numpy():
    np.testing.assert_allclose(elementwise_grad(np.tanh)(X), 1 - np.tanh(X) ** 2, rtol=1e-14)


def test_twice():
    second = elementwise_grad(elementwise_grad(np.sin))
    np.testing.assert_allclose(second(X), -np.sin(X), rtol=1e-14)


def test_the_parameters_are_those_of_the_function():
    def f(x, /, k=2.0, *rest, s=1.0, **more):
        return x**k * s

    df = elementwise_grad(f)
    np.testing.assert_allclose(df(X), 2 * X)
    np.testing.assert_allclose(df(X, 3.0, s=2.0), 6 * X**2)
    assert elementwise_grad(f, "k")(X) == pytest.approx(np.sum(X**2 * np.log(X)))
    by_x, by_k = elementwise_grad(f, (0, "k"))(X)
    np.testing.assert_allclose(by_x, 2 * X)
    assert isinstance(by_k, float)


def test_of_a_number():
    assert elementwise_grad(lambda x: x**3)(2.0) == 12.0


def test_it_sums_columns():
    found = elementwise_grad(lambda x: np.outer(x, x))(X)
    np.testing.assert_allclose(found, np.full(4, 2 * X.sum()))


def test_the_code_reads_like_the_function():
    assert "np.tanh(x)" in srcad.source(elementwise_grad(np.tanh), X)


def test_inside_a_function():
    def f(x):
        return np.sum(elementwise_grad(lambda z: z**3 * x[0])(x))

    expected = 6 * X * X[0]
    expected[0] += np.sum(3 * X**2)
    np.testing.assert_allclose(grad(f)(X), expected)


def test_holomorphic():
    z = 1 + 2j
    assert grad(lambda z: z**3, holomorphic=True)(z) == pytest.approx(3 * z**2)
    twice = grad(grad(lambda z: z**3, holomorphic=True), holomorphic=True)
    assert twice(z) == pytest.approx(6 * z)


def test_holomorphic_as_a_decorator():
    @grad(holomorphic=True)
    def slope(z):
        return np.exp(2 * z)

    assert slope(1j) == pytest.approx(2 * np.exp(2j))


def test_holomorphic_functions_take_complex_numbers():
    with pytest.raises(srcad.errors.NotDifferentiable, match="is real"):
        grad(lambda z: z**3, holomorphic=True)(1.0)


def test_without_the_flag_the_message_names_it():
    with pytest.raises(srcad.errors.NotDifferentiable, match="holomorphic=True"):
        grad(lambda z: z**3)(1j)


def test_aux_and_holomorphic_do_not_go_together():
    with pytest.raises(srcad.errors.WrongArgument, match="not both"):
        grad(lambda z: (z, 1), holomorphic=True, has_aux=True)
    with pytest.raises(srcad.errors.WrongArgument, match="not there"):
        srcad.value_and_grad(lambda z: z, holomorphic=True)


def by_rotation(v):
    return v * (1 + 2j)


TABLE = {"rotated": by_rotation}


@pytest.mark.parametrize(
    "f",
    [
        lambda x: TABLE["rotated"](x[0]).real * x[1],
        lambda x: TABLE["rotated"](x[0]).imag * x[1],
        lambda x: (TABLE["rotated"](x[0]) * TABLE["rotated"](x[1])).imag,
        lambda x: grad(lambda z: (z**3).real * x[0])(1j).real,
    ],
)
@pytest.mark.parametrize("naive", [False, True])
def test_parts_of_complex_numbers_of_unknown_type(f, naive):
    steps = 1e-6 * np.eye(4)
    expected = [(f(X + e) - f(X - e)) / 2e-6 for e in steps]
    np.testing.assert_allclose(grad(f, naive=naive)(X), expected, rtol=1e-6, atol=1e-8)
    found = [srcad.jvp(f, (X,), (e,))[1] for e in np.eye(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_it_is_checked_and_shown_as_the_derivative_of_the_sum():
    derivative = elementwise_grad(lambda x: x * np.sin(x))
    assert "spread(1.0, result" in derivative.source
    assert srcad.check_grad(derivative, X).ok
    assert srcad.check_grad(grad(lambda z: z**3, holomorphic=True), 1 + 2j).ok
