"""Check the rules of srcad.rules.polynomials against numbers."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.polynomials  # noqa: F401
from tests.rules.harness import check, check_signature, rules_of, sample, special

R = np.random.default_rng(11)


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


PAIRS = [(5, 3), (3, 5), (4, 4), (1, 3)]
SAMPLES = [
    *(sample(f, make(a), make(b)) for f in (np.polyadd, np.polysub, np.polymul)
      for a, b in PAIRS for make in (n, z)),
    sample(np.polyadd, 2.0, n(3)),
    sample(np.polymul, n(3), 2.0).but(single=False),
    sample(np.polymul, n(3), np.array([0.0, 0.0, 1.0, 2.0])).but(wrt=(0,)),
    sample(np.polyadd, [1.0, 2.0], n(3)).but(wrt=(1,)),
    *(sample(np.polyder, make(5), m) for m in (0, 1, 2, 4) for make in (n, z)),
    *(sample(np.polyint, make(4), m) for m in (1, 2, 3) for make in (n, z)),
    sample(np.polyint, n(3), 2, k=np.array([1.0, 2.0])),
    sample(np.polyint, n(3), 2, k=1.5),
    sample(np.polyint, n(3), 1, 1.5),
    sample(np.poly, n(4)),
    sample(np.poly, n(1)),
    sample(np.poly, z(4)).but(single=False),
    sample(np.poly, n(3, 3)).but(single=False),
    sample(np.poly, z(3, 3)).but(single=False),
    *(sample(np.roots, make(k)).but(single=False) for k in (2, 3, 5) for make in (n, z)),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.polynomials")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.polynomials"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


def test_characteristic_polynomial_of_equal_eigenvalues():
    a = np.array([[2.0, 1.0], [0.0, 2.0]])  # det(x - a) = x² - tr(a) x + det(a)
    np.testing.assert_allclose(special(np.poly, a), -np.eye(2) + [[2.0, 0.0], [-1.0, 2.0]])


def test_zeros_in_front_have_no_root():
    found = special(np.roots, np.array([0.0, 1.0, -3.0]))
    np.testing.assert_allclose(found, [-9.0, -3.0, -1.0])
