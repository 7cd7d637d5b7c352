"""Functions that we read as plain Python, and that refuse some of their options.

They raise where a derivative passes, and only there: the function that they stand for returns.
"""

from __future__ import annotations

import numpy as np
import pytest

import srcad

distance = pytest.importorskip("scipy.spatial.distance")
la = pytest.importorskip("scipy.linalg")
POINTS = np.random.default_rng(0).normal(size=(3, 3))


def of_points(m):
    return np.sum(distance.pdist(m, "cosine"))


def of_constants(x):
    return (
        x
        * np.sum(distance.pdist(POINTS, "cosine"))
        * np.sum(distance.cdist(POINTS, POINTS, "minkowski"))
    )


@pytest.mark.parametrize("naive", [False, True])
def test_a_derivative_is_refused(naive):
    with pytest.raises(srcad.errors.UnsupportedSyntax, match="'chebyshev'"):
        srcad.grad(of_points, naive=naive)(POINTS)
    with pytest.raises(srcad.errors.UnsupportedSyntax, match="'chebyshev'"):
        srcad.jvp(of_points, (POINTS,), (POINTS,), naive=naive)
    with pytest.raises(srcad.errors.UnsupportedSyntax, match="'chebyshev'"):
        srcad.vjp(of_points, POINTS, naive=naive)


@pytest.mark.parametrize("naive", [False, True])
def test_constants_stay_what_they_are(naive):
    slope = of_constants(1.0)
    assert srcad.grad(of_constants, naive=naive)(2.0) == slope
    assert srcad.jvp(of_constants, (2.0,), (1.0,), naive=naive) == (of_constants(2.0), slope)


@pytest.mark.parametrize("assume_a", ["sym", "pos", "her"])
@pytest.mark.parametrize("lower", [False, True])
def test_both_modes_agree_on_symmetric_matrices(assume_a, lower):
    """The derivative in a symmetric matrix is symmetric, in both modes."""
    a = POINTS @ POINTS.T + np.eye(3)
    t, w = POINTS, POINTS[0]

    def f(a):
        return la.solve(a, w, assume_a=assume_a, lower=lower)

    y, pullback = srcad.vjp(f, a)
    y_dot = srcad.jvp(f, (a,), (t,))[1]
    (a_bar,) = pullback(POINTS[1])
    np.testing.assert_allclose(a_bar, a_bar.T)
    np.testing.assert_allclose(POINTS[1] @ y_dot, np.sum(a_bar * t), rtol=1e-10)
