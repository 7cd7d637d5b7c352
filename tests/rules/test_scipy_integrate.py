"""Check integrals and differential equations of scipy.integrate, and the refusals of searches."""

from __future__ import annotations

import math

import numpy as np
import pytest

si = pytest.importorskip("scipy.integrate")
so = pytest.importorskip("scipy.optimize")

import srcad  # noqa: E402
from srcad.errors import MissingRule, NotDifferentiable  # noqa: E402
from srcad.rules import extras  # noqa: E402
from tests.rules.harness import sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(2)
Y0 = np.array([1.0, 0.5])
TIMES = np.linspace(0.0, 2.0, 4)


def wave(x, a, b):
    return np.sin(a * x) * b


def bell(a):
    return si.quad(lambda x: math.exp(-a * x * x), 0.0, 2.0)[0]


def line(a):
    return si.quad(lambda x: np.exp(-a * x * x), -np.inf, np.inf)[0]


def half_line(a):
    return si.quad(lambda x: np.exp(-a * x), 1.0, np.inf)[0]


def half_line_below(a):
    return si.quad(lambda x: np.exp(a * x), -np.inf, a)[0]


def backwards(a):
    return si.quad(lambda x: np.cos(a * x), 2.0, 0.5)[0]


def limits(low, high):
    return si.quad(wave, low, high, args=(0.7, 1.3))[0] ** 2


def arguments(a, b):
    value, _ = si.quad(wave, 0.2, 1.5, args=(a, b))
    return value


def one_argument(a):
    return si.quad(lambda x, p: p * x**2, 0.0, 1.0, args=a)[0]


def singular(a):
    return si.quad(lambda x: a * a / np.sqrt(x), 0.0, 1.0)[0]


def kink(a):
    return si.quad(lambda x: abs(x - 0.3) * a**2, 0.0, 1.0, points=[0.3])[0]


def nothing_yet(a):
    """The integrand is zero here, and its derivative is not smooth in x."""
    return si.quad(lambda x: a * np.cos(60 * x) ** 2, 0.0, 1.0)[0]


def vectors(w):
    return si.quad(lambda x: np.exp(-np.sum(w**2) * x) * w[0], 0.0, 1.0)[0]


def rabbits(y, t, a, b):
    return [a * y[0] - y[0] * y[1], b * y[0] * y[1] - y[1]]


def populations(y0, a, b):
    return si.odeint(rabbits, y0, TIMES, args=(a, b), rtol=1e-11, atol=1e-11)


def decay(k):
    times = np.array([0.0, 1.0, 1.5])
    return si.odeint(lambda y, t: -k * y, 1.0, times, rtol=1e-11, atol=1e-11)[:, 0]


def final_state(a, y0, end):
    def rhs(t, y):
        return -a * y + np.sin(t)

    found = si.solve_ivp(rhs, (0.0, end), y0, rtol=1e-10, atol=1e-10)
    return found.y[:, -1]


def at_times(a, times):
    def rhs(t, y):
        return -a * y + np.sin(t)

    start = np.array([1.0, 2.0])
    return si.solve_ivp(rhs, (0.0, 3.0), start, t_eval=times, rtol=1e-10, atol=1e-10).y


def with_arguments(a):
    def rhs(t, y, p, q):
        return np.array([y[1], -p * y[0] - q * y[1]])

    found = si.solve_ivp(
        rhs, (0.0, 2.0), [1.0, 0.0], "LSODA", args=(a, 0.1), rtol=1e-11, atol=1e-11
    )
    return found.y[0, -1]


CASES = [
    *(sample(f, 0.7).but(wrt=(0,)) for f in
      (bell, line, half_line, half_line_below, backwards, one_argument, singular, kink)),
    sample(limits, 0.3, 1.4).but(wrt=(0, 1)),
    sample(arguments, 0.7, 1.3).but(wrt=(0, 1)),
    sample(nothing_yet, 0.0).but(wrt=(0,)),
    sample(vectors, np.array([0.4, 0.9])).but(wrt=(0,)),
    sample(populations, Y0, 0.9, 1.1).but(wrt=(0, 1, 2)),
    sample(decay, 0.8).but(wrt=(0,)),
    sample(final_state, 0.7, Y0, 1.5).but(wrt=(0, 1, 2)),
    sample(at_times, 0.7, np.array([0.5, 1.0, 2.5])).but(wrt=(0, 1)),
    sample(with_arguments, 1.3).but(wrt=(0,)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function.__name__)
def test_against_differences(case):
    from tests.rules.harness import difference, inner, random_like

    for key in case.wrt:
        rng = np.random.default_rng(0)
        x, y = case.argument(key), case.call()
        y_bar, dx = random_like(rng, y), random_like(rng, x)
        value, pullback = srcad.vjp(case.function, *case.args)
        np.testing.assert_array_equal(value, y)
        found = inner(pullback(y_bar)[key], dx)
        wanted = inner(y_bar, difference(case, key, dx))
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.function is not singular],
    ids=lambda case: case.function.__name__,
)  # fmt: skip
def test_modes_and_orders(case):
    objects = case.function in (final_state, at_times, with_arguments)  # `Solution`
    check_orders(case, second=not objects, tolerance=1e-4)


def test_the_derivative_of_a_zero_integrand_is_integrated_itself():
    found = srcad.grad(nothing_yet)(0.0)
    np.testing.assert_allclose(found, 0.5 + np.sin(120) / 240, rtol=1e-9)


SUMS = [
    *(sample(f, *a, **k) for f in (si.trapezoid, si.cumulative_trapezoid, si.simpson)
      for a, k in (((R.normal(size=5),), {}), ((R.normal(size=(3, 5)),), {"dx": 0.3}),
                   ((R.normal(size=(4, 3)),), {"axis": 0}))),
    *(sample(f, R.normal(size=(2, 5)), np.cumsum(R.uniform(0.5, 1, 5)))
      for f in (si.trapezoid, si.cumulative_trapezoid)),
    sample(si.cumulative_trapezoid, R.normal(size=(2, 5)), initial=0),
]  # fmt: skip


@pytest.mark.parametrize("case", SUMS, ids=str)
def test_sums(case):
    check_orders(case.but(wrt=(0, 1)[: len(case.args)]))


def test_what_is_refused():
    with pytest.raises(NotDifferentiable, match="weight"):
        srcad.grad(lambda a: si.quad(lambda x: a * x, 0, 1, weight="cos", wvar=1.0)[0])(1.0)
    with pytest.raises(NotDifferentiable, match="t_eval"):
        srcad.grad(
            lambda a: si.solve_ivp(lambda t, y: -a * y, (0, 1), [1.0], dense_output=True).y[0, 0]
        )(1.0)
    with pytest.raises(MissingRule, match="one variable after the other"):
        srcad.grad(lambda a: si.dblquad(lambda y, x: a * x, 0, 1, 0, 1)[0])(1.0)


# --- searches -------------------------------------------------------------------------------------


def parabola(x):
    return x * x - 2.0


def by_brentq(a):
    return so.brentq(lambda x: x * x - a, 0.0, 10.0)


def by_newton(a):
    return so.newton(lambda x, p: x * x - p, 1.0, args=(a,))


def by_minimize(a):
    def cost(x):
        return (x[0] - a) ** 2

    return so.minimize(cost, [0.3]).x[0]


@pytest.mark.parametrize("f", [by_brentq, by_newton, by_minimize])
def test_searches_are_refused_and_name_the_way_out(f):
    for naive in (False, True):
        with pytest.raises(MissingRule, match="srcad.root"):
            srcad.grad(f, naive=naive)(3.0)
    with pytest.raises(MissingRule, match="srcad.root"):
        srcad.jvp(f, (3.0,), (1.0,))


def test_a_search_without_a_derivative_is_a_constant():
    assert srcad.grad(lambda x: x * so.brentq(parabola, 0.0, 10.0))(3.0) == so.brentq(
        parabola, 0, 10
    )
