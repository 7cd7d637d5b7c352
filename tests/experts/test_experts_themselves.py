"""The experts are right: every hand-written gradient against differences of its program."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experts import NAMES, load
from tests.experts.numeric import complex_step, directional, directions

# The logistic map bends too sharply in its start for any finite step.
ANALYTIC = ("logistic_loop", "rosenbrock")


def gradients(name: str, args: tuple) -> tuple:
    """The expert's gradients, always as a tuple."""
    module = load(name)
    found = module.f_grad(*args)
    return found if len(module.wrt) > 1 else (found,)


@pytest.mark.parametrize("name", NAMES)
def test_gradient(name: str) -> None:
    module = load(name)
    rng = np.random.default_rng(0)
    args = module.args(rng)
    for k, bar in zip(module.wrt, gradients(name, args), strict=True):
        assert np.shape(bar) == np.shape(args[k])
        for direction in directions(args[k], rng):
            if name in ANALYTIC:
                want = complex_step(module.f, args, k, direction)
            else:
                want = directional(module.f, args, k, direction, step=1e-4)
            got = np.sum(bar * direction)
            assert got == pytest.approx(want, rel=1e-6, abs=1e-8), (k, direction)


@pytest.mark.parametrize("name", NAMES)
def test_leaves_the_arguments_alone(name: str) -> None:
    args = load(name).args(np.random.default_rng(1))
    before = [np.copy(a) for a in args]
    first, second = gradients(name, args), gradients(name, args)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_lecture_neuron() -> None:
    module = load("neuron")
    args = module.args(np.random.default_rng(0))
    assert round(module.f(*args), 2) == 0.73
    np.testing.assert_allclose(
        module.f_grad(*args), (-0.20, -0.39, 0.20, 0.39, -0.59), rtol=0, atol=5e-3
    )
