"""`fixed_point` and `root`: derivatives of what an equation defines, whatever found it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors
from tests.test_gates import numerical

A = np.array([0.1, 0.2, 0.3])
W = np.arange(9.0).reshape(3, 3) / 30
V = np.eye(3) * 2 + W


def step(x, a):
    return np.tanh(a * x + 0.5)


def layer(x, w, b):
    return np.tanh(w @ x + b)


def residual(x, w, b):
    return w @ x + x**3 - b


@srcad.custom_vjp(
    lambda y_bar, y, x, a: y_bar * (1 - y * y) * a, lambda y_bar, y, x, a: y_bar * (1 - y * y) * x
)
def gate_step(x, a):
    return np.tanh(a * x + 0.5)


@srcad.root(lambda x, a: x**3 + x - a)
def cubic(a):
    x = 0.0
    for _ in range(100):
        x = x - (x**3 + x - a) / (3 * x * x + 1)
    return x


@srcad.root(residual)
def newton(w, b):
    x = np.zeros_like(b)
    for _ in range(50):
        x = x - np.linalg.solve(w + np.diag(3 * x**2), residual(x, w, b))
    return x


@srcad.fixed_point(layer)
def iterated_elsewhere(w, b):
    x = np.zeros(3)
    for _ in range(300):
        x = np.tanh(w @ x + b)
    return x


class Stepper:
    def __init__(self, a):
        self.a = a

    def step(self, x):
        return np.tanh(self.a * x + 0.5)

    def __call__(self, x):
        return self.step(x)


TABLE = {"fixed_point": srcad.fixed_point, "cubic": cubic}


def loop(a):
    total = 0.0
    for _ in range(3):
        a = a * 0.9 + srcad.fixed_point(step, 0.0, a) * 0.1
        total = total + cubic(a)
    return total


def of_a_table(a):
    return TABLE["fixed_point"](step, 0.0, a) + TABLE["cubic"](a)


PROGRAMS: dict[str, tuple[Any, ...]] = {
    "number": (lambda a: srcad.fixed_point(step, 0.0, a) ** 2, 0.5),
    "array": (lambda w, b: np.sum(srcad.fixed_point(layer, np.zeros(3), w, b) ** 2), W, A),
    "closure": (
        lambda w, b: np.sum(srcad.fixed_point(lambda x: np.tanh(w @ x + b), np.zeros(3)) ** 2),
        W,
        A,
    ),
    "method": (lambda a: srcad.fixed_point(Stepper(a).step, 0.0), 0.5),
    "callable object": (lambda a: srcad.fixed_point(Stepper(a), 0.0), 0.5),
    "partial": (lambda a: srcad.fixed_point(functools.partial(step, a=a), 0.0), 0.5),
    "gate": (lambda a: srcad.fixed_point(gate_step, 0.0, a), 0.5),
    "above a solver": (lambda w, b: np.sum(iterated_elsewhere(w, b) ** 2 * b), W, A),
    "root": (lambda a: cubic(a) * a, 1.5),
    "root alone": (cubic, 1.5),
    "root, array": (lambda w, b: np.sum(newton(w, b) ** 2 * b), V, A),
    "loop": (loop, 0.5),
    "table": (of_a_table, 0.5),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_against_differences(name: str) -> None:
    f, *given = PROGRAMS[name]
    args = tuple(given)
    wrt = tuple(range(len(args)))
    want = [numerical(f, args, k) for k in wrt]
    for naive in (False, True):
        value, got = srcad.value_and_grad(f, wrt=wrt, naive=naive)(*args)
        assert value == f(*args)
        for bar, expected in zip(got, want, strict=True):
            np.testing.assert_allclose(bar, expected, atol=1e-6)
    dots = tuple(np.full_like(a, 0.7)[()] for a in args)
    value, dot = srcad.jvp(f, args, dots)
    assert value == f(*args)
    np.testing.assert_allclose(dot, sum(np.sum(0.7 * w) for w in want), atol=1e-6)


@pytest.mark.parametrize("name", PROGRAMS)
def test_second_order(name: str) -> None:
    f, *given = PROGRAMS[name]
    args = tuple(given)
    df = srcad.grad(f)
    want = numerical(lambda *a: np.sum(df(*a)), args, 0)
    got = srcad.hvp(f)(*args, np.ones_like(args[0])[()])
    np.testing.assert_allclose(got, want, atol=1e-5)
    if isinstance(args[0], float):
        np.testing.assert_allclose(srcad.grad(srcad.grad(f))(*args), want, atol=1e-5)


def test_closed_form() -> None:
    """x**3 + x = a: x' = 1 / (3 x**2 + 1), x'' = -6 x x'**3."""
    x = cubic(1.5)
    first = 1 / (3 * x * x + 1)
    np.testing.assert_allclose(srcad.grad(cubic)(1.5), first, rtol=1e-14)
    np.testing.assert_allclose(srcad.grad(srcad.grad(cubic))(1.5), -6 * x * first**3, rtol=1e-12)


def test_solver_whose_code_is_not_read() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    @srcad.root(lambda x, a: x**3 + x - a)
    def bracketed(a):
        return optimize.brentq(lambda x: x**3 + x - a, -10, 10, xtol=1e-15)

    @srcad.root(residual)
    def powell(w, b):
        return optimize.fsolve(lambda x: residual(x, w, b), np.zeros(3), xtol=1e-13)

    np.testing.assert_allclose(srcad.grad(bracketed)(1.5), srcad.grad(cubic)(1.5))
    np.testing.assert_allclose(srcad.hvp(bracketed)(1.5, 1.0), srcad.hvp(cubic)(1.5, 1.0))
    np.testing.assert_allclose(srcad.jacobian(powell, 1)(V, A), srcad.jacobian(newton, 1)(V, A))
    assert srcad.check_rule(powell, V, A).ok
    of_powell = srcad.hessian(lambda b: np.sum(powell(V, b)))(A)
    np.testing.assert_allclose(of_powell, srcad.hessian(lambda b: np.sum(newton(V, b)))(A))


def test_the_start_has_no_derivative() -> None:
    df = srcad.grad(lambda x0, a: srcad.fixed_point(step, x0, a), wrt=(0, 1))
    assert df(0.3, 0.5)[0] == 0.0


def test_float32_stays() -> None:
    def f(w, b):
        return np.sum(srcad.fixed_point(layer, np.zeros(3, np.float32), w, b) ** 2)

    got = srcad.grad(f, wrt=1)(W.astype(np.float32), A.astype(np.float32))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, srcad.grad(f, wrt=1)(W, A), rtol=1e-5)


def test_small_numbers_are_as_exact() -> None:
    def f(a, scale):
        return srcad.fixed_point(step, 0.0, a) * scale

    np.testing.assert_allclose(
        srcad.grad(f)(0.5, 1e-12), 1e-12 * srcad.grad(f)(0.5, 1.0), rtol=1e-12
    )


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.abs(srcad.fixed_point(lambda x, a: 0.5 * np.exp(1j * x) * a, 0j, a)),
        lambda a: np.abs(srcad.fixed_point(lambda x, a: 0.3 * np.conj(x) + a, 0j, a)),
    ],
)
def test_complex(f: Any) -> None:
    assert srcad.check_grad(f, 0.3 + 0.2j).ok


def test_structures() -> None:
    def pair(a):
        return srcad.fixed_point(lambda x, a: (np.cos(x[1]) * a, 0.5 * x[0]), (0.0, 0.0), a)[0]

    def table(a):
        def inner(x, a):
            return {"u": np.cos(x["v"]) * a, "v": 0.5 * x["u"]}

        start = {"u": np.zeros(3), "v": np.zeros(3)}
        return np.sum(srcad.fixed_point(inner, start, a)["u"] ** 2)

    assert srcad.check_grad(pair, 0.3).ok
    assert srcad.check_grad(table, A).ok
    got = srcad.jvp(table, (A,), (A,))[1]
    np.testing.assert_allclose(got, np.sum(srcad.grad(table)(A) * A))


# -- what is refused -------------------------------------------------------------------


def test_no_convergence() -> None:
    with pytest.raises(errors.NotConverged, match="not finite"):
        srcad.grad(lambda a: srcad.fixed_point(lambda x, a: 2 * x + a, 1.0, a))(0.3)
    with pytest.raises(errors.NotConverged, match="still moves by 3.0e-01 after 10 steps"):
        srcad.fixed_point(lambda x, a: x + a, 1.0, 0.3, max_iter=10)


def test_residuals_that_do_not_fit() -> None:
    @srcad.root(lambda x, a: np.array([x[0] - a]))
    def too_few(a):
        return np.array([a, a])

    @srcad.root(lambda x, a: [x[0] - a, x[1] + a])
    def listed(a):
        return np.array([a, -a])

    @srcad.root(lambda x, a: x**2 - a)
    def of_complex(a):
        return a**0.5

    with pytest.raises(errors.WrongArgument, match=r"returned \(2,\), .* is of shape \(1,\)"):
        srcad.grad(lambda a: np.sum(too_few(a)))(0.3)
    with pytest.raises(errors.WrongArgument, match="residual is of type list"):
        srcad.grad(lambda a: np.sum(listed(a)))(0.3)
    with pytest.raises(errors.WrongArgument, match="array of floats, and .* a complex"):
        srcad.grad(lambda a: np.abs(of_complex(a)))(0.3 + 1j)


def test_a_captured_variable_is_refused() -> None:
    def inside(a):
        @srcad.root(lambda x: x * x - a)
        def solve():
            return a**0.5

        return solve()

    for naive in (False, True):
        with pytest.raises(errors.UnsupportedSyntax, match="outside of the function"):
            srcad.grad(inside, naive=naive)(4.0)


STATE = np.zeros(1)


@srcad.root(lambda x, a: x - a * STATE[0])
def of_a_state(a):
    return float(a * STATE[0])


def note(v):
    STATE[0] = v


def test_a_solver_may_read_what_was_written() -> None:
    def f(a):
        note(a)
        return of_a_state(1.0) * a

    for naive in (False, True):
        with pytest.raises(errors.UnsupportedMutation):
            srcad.grad(f, naive=naive)(2.0)


def test_a_step_that_writes_is_refused() -> None:
    def writing(x, a):
        x[:] = np.tanh(a * x + 0.5)
        return x

    plain = srcad.fixed_point(writing, np.zeros(3), A)
    np.testing.assert_allclose(plain, np.tanh(A * plain + 0.5))
    with pytest.raises(errors.UnsupportedMutation):
        srcad.grad(lambda a: np.sum(srcad.fixed_point(writing, np.zeros(3), a)))(A)


@pytest.mark.parametrize("bad", [lambda: srcad.root(3), lambda: srcad.root(step)(3)])
def test_wrong_declarations(bad: Any) -> None:
    with pytest.raises(errors.WrongArgument):
        bad()


def test_second_derivatives_of_a_step_that_captures():
    def f(x):
        c = x * 0.3
        return srcad.fixed_point(lambda z: np.cos(z) * c, 0.5)

    df, step = srcad.grad(f), 1e-5
    wanted = (df(0.7 + step) - df(0.7 - step)) / (2 * step)
    assert srcad.jvp(df, (0.7,), (1.0,))[1] == pytest.approx(wanted, rel=1e-6)
