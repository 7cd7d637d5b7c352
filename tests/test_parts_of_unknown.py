"""Attributes that are set, of what only the running program knows to be an array."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad.errors import SrcadError, UnsupportedMutation

X = np.array([0.7, 1.3, -0.4])


def one_of(value, k):
    return {0: value, 1: "none"}[k]


def part_set(x, k):
    z = one_of(x + 1j, k)
    z.imag = x**2
    z.imag += x
    z.real *= 2
    return np.sum(np.abs(z) ** 3)


def shape_set(x, k):
    z = one_of(x * 2, k)
    z.shape = (3, 1)
    return np.sum(z**2)


@pytest.mark.parametrize("naive", [False, True])
def test_a_part(naive):
    found = srcad.grad(part_set, naive=naive)(X, 0)
    steps = [(part_set(X + e, 0) - part_set(X - e, 0)) / 2e-6 for e in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(found, steps, rtol=1e-6)


def test_a_part_in_forward_mode_is_refused():
    with pytest.raises(SrcadError, match="A write to `.imag`"):
        srcad.jvp(part_set, (X, 0), (np.ones(3), None))


@pytest.mark.parametrize("naive", [False, True])
def test_the_shape(naive):
    with pytest.raises(UnsupportedMutation, match="This sets `.shape`"):
        srcad.grad(shape_set, naive=naive)(X, 0)
    with pytest.raises(UnsupportedMutation, match="This sets `.shape`"):
        srcad.jvp(shape_set, (X, 0), (np.ones(3), None))
