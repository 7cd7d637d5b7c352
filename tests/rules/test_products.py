"""Check the rules of srcad.rules.products against numbers, for every option of every function."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import srcad.rules.products  # noqa: F401
from srcad.runtime.sparse import sparse_product
from tests.rules.harness import check, check_signature, rules_of, sample, special

R = np.random.default_rng(3)


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


P = np.array(1.5)
MATMUL_SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((1, 2, 3), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
]
DOT_SHAPES = [
    ((), (3,)),
    ((2, 3), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (4, 3, 2)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
    ((2, 0), (0, 3)),
]
EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij, kj -> ki", (2, 3), (4, 3)),
    ("i,j", (2,), (3,)),
    ("i,i", (3,), (3,)),
    ("i,i->i", (3,), (3,)),
    ("i,i->i", (3,), (1,)),
    ("i,i->", (1,), (3,)),
    ("i,i->", (3,), (1,)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("ii->", (3, 3)),
    ("iji->j", (3, 2, 3)),
    ("iij,j->i", (3, 3, 2), (2,)),
    ("iii->i", (3, 3, 3)),
    ("iijj->ij", (2, 2, 3, 3)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ij,k->k", (2, 3), (4,)),
    (",i->i", (), (3,)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,...jk", (5, 1, 2, 3), (4, 3, 2)),
    ("i...,i...->...", (3, 2), (3, 1)),
    ("...,...", (2, 3), (3,)),
    ("...i,...i->...", (2, 1, 3), (4, 3)),
    ("...ii->...i", (2, 3, 3)),
    ("i...->...", (3, 2, 2)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("bi,ij,bj->b", (5, 2), (2, 3), (5, 3)),
    ("ij,ij->ij", (0, 3), (0, 3)),
    ("i,j,k->ijk", (2,), (3,), (2,)),
]
A3, B3 = n(2, 3, 4), n(4, 3, 5)
XP = np.array([0.0, 1.0, 2.5, 4.0])
FP = n(4)
X = np.array([[-1.0, 0.3, 1.7], [2.6, 3.9, 7.2]])

SAMPLES = [
    *(sample(f, n(*a), n(*b)) for f in (operator.matmul, np.matmul) for a, b in MATMUL_SHAPES),
    *(sample(f, z(2, 3), z(3, 4)) for f in (operator.matmul, np.dot)),
    sample(operator.matmul, n(2, 3), z(3, 4)),
    sample(operator.matmul, z(3), n(2, 3, 4)),
    sample(np.linalg.matmul, n(5, 2, 3), n(3, 4)),
    sample(np.linalg.matmul, n(2, 3), n(3, 4)),
    *(sample(np.dot, n(*a), n(*b)) for a, b in DOT_SHAPES),
    sample(np.dot, 2.5, n(3)),
    sample(np.dot, 2.5, 1.5),
    sample(np.dot, n(5, 2, 3), z(3)),
    *(sample(np.inner, n(*a), n(*b)) for a, b in [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3))]),
    *(sample(np.inner, n(*a), n(*b)) for a, b in [((5, 2, 3), (4, 3)), ((), (2, 3)), ((2,), ())]),
    sample(np.inner, z(2, 3), z(3)),
    *(sample(np.outer, n(*a), n(*b)) for a, b in [((3,), (2,)), ((2, 2), (3,)), ((), (2, 3))]),
    sample(np.outer, z(3), n(2)),
    sample(np.linalg.outer, n(3), n(2)),
    sample(np.vdot, n(3), n(3)),
    sample(np.vdot, n(2, 3), n(3, 2)),
    sample(np.vdot, z(2, 3), z(3, 2)),
    sample(np.vdot, 1.5, 2.5),
    sample(np.vecdot, n(2, 3), n(3)),
    sample(np.vecdot, z(4, 1, 3), z(2, 3)),
    sample(np.vecdot, n(3, 2), n(3, 2), axis=0),
    sample(np.linalg.vecdot, z(3, 2), z(3, 2), axis=0),
    sample(np.linalg.vecdot, n(2, 3), n(3)),
    sample(np.matvec, n(5, 2, 3), n(3)),
    sample(np.matvec, n(2, 3), n(4, 3)),
    sample(np.matvec, z(2, 3), z(3)),
    sample(np.matvec, n(2, 3), z(3)),
    sample(np.kron, z(2), z(2)),
    sample(np.vdot, n(2), z(2)),
    sample(np.inner, n(2), z(2)),
    sample(np.vecmat, z(2), n(2, 3)),
    sample(np.tensordot, n(2, 3), z(3), 1),
    sample(np.einsum, "ij,j", n(2, 3), z(3)),
    sample(np.convolve, n(4), z(3)),
    sample(np.correlate, z(4), n(3)),
    sample(np.linalg.outer, n(4), z(3)),
    sample(np.vecmat, n(2), n(5, 2, 3)),
    sample(np.vecmat, n(4, 2), n(2, 3)),
    sample(np.vecmat, z(2), z(2, 3)),
    sample(np.tensordot, A3, n(3, 4, 2)),
    sample(np.tensordot, A3, B3, 1),
    sample(np.tensordot, n(2), n(3), 0),
    sample(np.tensordot, A3, B3, ([1, 2], [1, 0])),
    sample(np.tensordot, A3, B3, axes=((2, 1), (0, 1))),
    sample(np.tensordot, A3, B3, axes=(1, -2)),
    sample(np.tensordot, A3, B3, axes=([-2], [1])),
    sample(np.tensordot, z(2, 3, 4), z(3, 4)),
    sample(np.linalg.tensordot, A3, B3, axes=1),
    sample(np.kron, n(2), n(3)),
    sample(np.kron, n(2, 3), n(3, 2)),
    sample(np.kron, n(2), n(3, 2)),
    sample(np.kron, n(2, 1, 2), n(3, 2)),
    sample(np.kron, 1.5, n(2)),
    sample(np.kron, z(2), n(2)),
    sample(np.cross, n(3), n(3)),
    sample(np.cross, n(4, 3), n(3)),
    sample(np.cross, n(3, 4), n(4, 3), axisa=0).but(wrt=(0, 1)),
    sample(np.cross, n(3, 4), n(4, 3), 0, 1, 0),
    sample(np.cross, n(3, 4), n(3, 4), axis=0),
    sample(np.cross, n(5, 1, 3), n(4, 3), axisc=1),
    sample(np.linalg.cross, n(3, 4), n(3, 4), axis=0),
    *(sample(np.einsum, s, *(n(*x) for x in shapes)) for s, *shapes in EINSUMS),
    sample(np.einsum, "ij,jk->ik", z(2, 3), z(3, 4)),
    sample(np.einsum, "ij,jk,kl->il", n(2, 3), n(3, 4), n(4, 2), optimize=True).but(wrt=(1, 2, 3)),
    sample(np.einsum, n(2, 3), [0, 1], n(3, 4), [1, 2], [0, 2]),
    sample(np.einsum, n(2, 3), [0, 1], n(3, 4), [1, 2]),
    sample(np.einsum, n(5, 2, 3), [..., 0, 1], n(3), [1], [..., 0]).but(wrt=(0, 2)),
    sample(np.einsum, n(3, 3), [0, 0]),
    *(
        sample(f, n(p), n(q), mode)
        for f in (np.convolve, np.correlate)
        for p, q in [(5, 3), (3, 5), (4, 4), (5, 2), (2, 5), (1, 4)]
        for mode in ("full", "same", "valid")
    ),
    sample(np.convolve, n(4), n(3)),
    sample(np.correlate, n(4), n(3)),
    sample(np.convolve, z(4), z(3), "same"),
    sample(np.correlate, z(4), z(3), "full"),
    sample(np.correlate, z(3), z(4), "same"),
    sample(np.interp, X, XP, FP),
    sample(np.interp, X, XP, FP, left=7.0, right=8.0).but(wrt=(0, 1, 2, "left", "right")),
    sample(np.interp, X, XP, FP, 7.0),
    sample(np.interp, X, XP[[2, 0, 3, 1]], FP, period=4.5),
    sample(np.interp, X, XP, FP, period=-4.5),
    sample(np.interp, 1.2, XP, FP),
    sample(np.interp, X, XP[:1] + 0.1, FP[:1]),
    sample(np.interp, X, XP, z(4)),
    sample(np.polyval, n(4), n(2, 3)),
    sample(np.polyval, n(4), 1.5),
    sample(np.polyval, [1.0, 2.5, 3.0], n(3)),
    sample(np.polyval, n(4), z(3)),
    sample(np.polyval, n(3, 1), n(2)),
    sample(np.polyval, n(1), n(3)),
    sample(np.vander, n(3)),
    sample(np.vander, n(3), 5),
    sample(np.vander, n(3), 2, increasing=True),
    sample(np.vander, n(3), 1),
    sample(np.linspace, 1.5, 2.5, 7),
    sample(np.linspace, 1.5, 2.5, 7, False),
    sample(np.linspace, n(3), n(2, 3), 4),
    sample(np.linspace, n(3), 1.5, 4, axis=-1),
    sample(np.linspace, 1.5, 2.5, 1),
    sample(np.linspace, 1.5, 2.5, 1, endpoint=False),
    sample(np.linspace, 1.5, 2.5, 0),
    sample(np.linspace, 1.5, 2.5, 5, retstep=True),
    sample(np.linspace, n(2), 2.5, 5, endpoint=False, retstep=True),
    sample(np.linspace, P, 2.5),
    sample(np.logspace, 0.5, 1.5, 5),
    sample(np.logspace, 0.5, 1.5, 5, False, base=2.5).but(wrt=(0, 1, "base")),
    sample(np.logspace, n(2), n(2), 4, base=np.array([2.0, 3.0]), axis=-1).but(wrt=(0, 1, "base")),
    sample(np.logspace, n(2), 1.5, 4, True, 2.0),
    sample(np.geomspace, 1.5, 20.0, 5),
    sample(np.geomspace, 1.5, 20.0, 5, endpoint=False),
    sample(np.geomspace, np.array([1.0, 2.0]), 5.0, 4, axis=-1),
    sample(np.arange, 1.0, 4.2, 0.75).but(wrt=(0,)),
    sample(np.arange, 1.0, 4.1, 0.75).but(wrt=(0, 2)),
    sample(np.full, (2, 3), 1.5),
    sample(np.full, (2, 3), n(3)),
    sample(np.full, (2, 3), n(2, 1)),
    sample(np.full, (), P),
    sample(np.full_like, n(2, 3), 1.5),
    sample(np.full_like, n(2, 3), n(3), shape=(4, 3)),
    sample(np.gradient, n(5)),
    sample(np.gradient, n(2)),
    sample(np.gradient, n(5), edge_order=2),
    sample(np.gradient, n(3), 0.5, edge_order=2),
    sample(np.gradient, n(5), 0.5),
    sample(np.gradient, n(4, 5)),
    sample(np.gradient, n(4, 5), 0.5),
    sample(np.gradient, n(4, 5), 0.5, 2.0),
    sample(np.gradient, n(4, 5), axis=-1),
    sample(np.gradient, n(4, 5, 3), axis=(2, 0)),
    sample(np.gradient, n(4), XP),
    sample(np.gradient, n(4), XP, edge_order=2).but(wrt=(0, 1)),
    sample(np.gradient, n(2), XP[:2]),
    sample(np.gradient, n(3), XP[:3], edge_order=2).but(wrt=(0, 1)),
    sample(np.gradient, n(3, 4), 0.5, XP).but(wrt=(0, 1, 2)),
    sample(np.gradient, n(4, 3), XP, 0.5, edge_order=2).but(wrt=(0, 1, 2)),
    sample(np.gradient, n(3, 4), XP, axis=1).but(wrt=(0, 1)),
    sample(np.gradient, n(3, 4), XP, 0.5, axis=(1, 0)).but(wrt=(0, 1, 2)),
    sample(np.gradient, n(5), np.arange(5.0)),
    sample(np.gradient, z(5)),
    sample(np.cov, n(3, 5)),
    sample(np.cov, n(5)),
    sample(np.cov, n(3, 5), n(2, 5)),
    sample(np.cov, n(5), n(5)),
    sample(np.cov, n(5, 3), None, False),
    sample(np.cov, n(5, 3), n(5, 2), rowvar=False),
    sample(np.cov, n(5, 3), n(5), rowvar=False),
    sample(np.cov, n(3, 5), bias=True),
    sample(np.cov, n(3, 5), ddof=2),
    sample(np.cov, n(3, 4), fweights=np.array([1, 2, 1, 3])),
    sample(np.cov, n(3, 4), aweights=np.array([1.0, 2.0, 0.5, 3.0])),
    *(
        sample(np.cov, n(4), n(4), bias=b, ddof=d, aweights=np.array([1.0, 2.0, 0.5, 3.0]))
        for b in (False, True)
        for d in (None, 0, 1)
    ),
    sample(np.cov, z(3, 4), aweights=np.array([1.0, 2.0, 0.5, 3.0])),
    sample(
        np.cov, n(3, 4), fweights=np.array([1, 2, 1, 3]), aweights=np.array([1.0, 2.0, 0.5, 3.0])
    ).but(wrt=(0,)),
    sample(np.cov, z(3, 5)),
    sample(np.corrcoef, n(3, 5)),
    sample(np.corrcoef, n(3, 5), n(2, 5)),
    sample(np.corrcoef, n(5, 3), rowvar=False),
    sample(np.corrcoef, n(5), n(5)),
]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    found = {*rules_of("srcad.rules.products")} - {sparse_product}  # tests/rules/test_scipy_sparse
    assert found <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.products"), ids=lambda f: f.__name__)
def test_signatures(function):
    if function not in (np.cov, np.corrcoef):  # whose own `y` the harness takes for the value
        check_signature(function)


@pytest.mark.filterwarnings("ignore:Arrays of 2-dim")
@pytest.mark.parametrize(("a", "b"), [((2,), (2,)), ((4, 2), (4, 2)), ((2,), (3,)), ((3,), (4, 2))])
def test_cross_of_plane_vectors(a, b):
    check(sample(np.cross, n(*a), n(*b)))


def test_interp_at_a_knot_takes_the_piece_to_the_right():
    assert special(np.interp, 1.0, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]) == 4.0


def test_corrcoef_of_one_variable_is_constant():
    np.testing.assert_array_equal(special(np.corrcoef, n(5)), np.zeros(5))
