"""A value that is used in part passes nothing where it is not used: decision 011.

The points lie where a derivative is infinite, and NumPy warns of it as it does for the plain call.
"""

from __future__ import annotations

import numpy as np
import pytest

import srcad

X = np.array([0.0, 1.3, -0.4, 2.0])
POINTS = np.array([[0.0, 0.6], [1.1, 0.2], [0.3, 0.7]])


def root_of_the_positive(x):
    return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 0.0)), 0.0))


def inverse_of_the_others(x):
    big = np.where(x > 0, x, 0.0)
    return np.sum(np.where(big != 0, 1.0 / big, x))


def masked_root(x):
    return np.sum(np.sqrt(x * x)[x > 0] ** 3)


def picked(x):
    roots = np.sqrt(np.abs(x))
    return np.sum(roots[np.array([1, 3, 3])])


def upper_distances(points):
    squares = np.sum((points[:, None, :] - points[None, :, :]) ** 2, axis=2)
    return np.sum(np.triu(np.sqrt(squares), 1))


def _of_distances(points):
    bar = np.zeros_like(points)
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            step = (points[i] - points[j]) / np.linalg.norm(points[i] - points[j])
            bar[i] += step
            bar[j] -= step
    return bar


def largest_root(x):
    return np.max(np.sqrt(np.abs(x))) ** 2 + np.nan_to_num(np.log(np.abs(x)), neginf=0.0)[1]


CASES = [
    (root_of_the_positive, X, np.array([0.0, 0.5 / np.sqrt(1.3), 0.0, 0.5 / np.sqrt(2.0)])),
    (inverse_of_the_others, X, np.array([1.0, -1.0 / 1.3**2, 1.0, -0.25])),
    (masked_root, X, np.array([0.0, 3 * 1.3**2, 0.0, 12.0])),
    (picked, X, np.array([0.0, 0.5 / np.sqrt(1.3), 0.0, 1.0 / np.sqrt(2.0)])),
    (upper_distances, POINTS, _of_distances(POINTS)),
    (largest_root, X, np.array([0.0, 1 / 1.3, 0.0, 1.0])),
]


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize(("function", "x", "expected"), CASES, ids=[c[0].__name__ for c in CASES])
def test_gradient(function, x, expected, naive):
    with np.errstate(all="ignore"):
        found = srcad.grad(function, naive=naive)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("naive", [False, True], ids=["optimised", "naive"])
@pytest.mark.parametrize(("function", "x", "expected"), CASES, ids=[c[0].__name__ for c in CASES])
def test_tangent(function, x, expected, naive):
    moved = np.cos(np.arange(x.size)).reshape(x.shape)
    with np.errstate(all="ignore"):
        _, found = srcad.jvp(function, (x,), (moved,), naive=naive)
    np.testing.assert_allclose(found, np.sum(expected * moved), rtol=1e-12)
