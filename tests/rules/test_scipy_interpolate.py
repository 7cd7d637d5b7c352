"""Check splines and distances of SciPy: values as they are, both modes, second order."""

from __future__ import annotations

import numpy as np
import pytest

si = pytest.importorskip("scipy.interpolate")
distance = pytest.importorskip("scipy.spatial.distance")

import srcad  # noqa: E402
from srcad.errors import SrcadError  # noqa: E402
from srcad.rules import extras  # noqa: E402
from tests.rules.harness import difference, inner, random_like, sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(9)
X = np.array([0.0, 0.7, 1.1, 2.0, 3.2, 3.9])
Y = np.array([0.3, 1.2, 0.9, -0.4, 0.2, 0.8])
T = np.array([0.1, 0.9, 1.5, 3.5, -0.2, 4.1])


def spline(x, y, t):
    return si.CubicSpline(x, y)(t)


def natural(x, y, t):
    curve = si.CubicSpline(x, y, bc_type="natural")
    return curve(t)


def clamped_slope(x, y, t):
    return si.CubicSpline(x, y, bc_type="clamped")(t, 1)


def monotone(x, y, t):
    return si.PchipInterpolator(x, y)(t)


def far_and_near(a, b):
    return distance.cdist(a, b)


def squares(a, b):
    return distance.cdist(a, b, "sqeuclidean")


def blocks(a):
    return distance.pdist(a, "cityblock")


def pairs(a):
    return distance.pdist(a)


P, Q = R.normal(size=(4, 3)), R.normal(size=(2, 3))
CASES = [
    *(sample(f, X, Y, T).but(wrt=(0, 1, 2)) for f in (spline, natural, clamped_slope, monotone)),
    sample(spline, X, Y, 0.9).but(wrt=(0, 1, 2)),
    *(sample(f, P, Q).but(wrt=(0, 1)) for f in (far_and_near, squares)),
    *(sample(f, P).but(wrt=(0,)) for f in (blocks, pairs)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_against_differences(case):
    for key in case.wrt:
        rng = np.random.default_rng(0)
        x, y = case.argument(key), case.call()
        y_bar, dx = random_like(rng, y), random_like(rng, x)
        value, pullback = srcad.vjp(case.function, *case.args)
        np.testing.assert_array_equal(value, y)
        found = inner(pullback(y_bar)[key], dx)
        np.testing.assert_allclose(found, inner(y_bar, difference(case, key, dx)), rtol=1e-6)


@pytest.mark.parametrize("case", CASES[1:4] + CASES[-2:], ids=str)
def test_modes_and_orders(case):
    check_orders(case)


def test_points_that_meet_have_no_direction():
    found = srcad.grad(lambda a: np.sum(distance.cdist(a, a + 0.0)))(P[:1])
    np.testing.assert_array_equal(found, np.zeros((1, 3)))


def test_what_is_refused():
    with pytest.raises(SrcadError):
        srcad.grad(lambda a: np.sum(distance.cdist(a, Q, "cosine")))(P)
    with pytest.raises(SrcadError, match="interp1d"):
        srcad.grad(lambda y: si.interp1d(X, y)(0.5))(Y)
