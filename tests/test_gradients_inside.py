"""A function that computes gradients itself: refused where it carries a derivative."""

from __future__ import annotations

import numpy as np
import pytest

import srcad


def energy(x):
    return np.sum(np.sin(x))


force = srcad.grad(energy)
TOOLS = {"force": force}


def by_name(x):
    return np.sum(force(x))


def by_table(x, which="force"):
    return np.sum(TOOLS[which](x))


def made_here(x):
    return np.sum(srcad.grad(energy)(x))


def with_value(x):
    return srcad.value_and_grad(energy)(x)[0]


def pulled(x):
    return np.sum(srcad.vjp(energy, x)[1](1.0)[0])


@pytest.mark.parametrize("function", [by_name, by_table, made_here, with_value, pulled])
@pytest.mark.parametrize("naive", [False, True])
def test_it_is_refused(function, naive):
    with pytest.raises(srcad.errors.UnsupportedSyntax, match="cannot be differentiated yet"):
        srcad.grad(function, naive=naive)(np.ones(2))


def test_a_gradient_of_constants_is_a_constant():
    def weighted(x):
        return np.sum(x * srcad.grad(energy)(np.array([0.0, 1.0])))

    np.testing.assert_allclose(srcad.grad(weighted)(np.ones(2)), np.cos([0.0, 1.0]))
