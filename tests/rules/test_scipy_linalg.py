"""Check the rules of scipy.linalg: each against differences, in both modes and in second order."""

from __future__ import annotations

import numpy as np
import pytest

la = pytest.importorskip("scipy.linalg")

import srcad  # noqa: E402
from srcad.errors import NotDifferentiable, UnsupportedMutation  # noqa: E402
from srcad.rules import extras  # noqa: E402
from srcad.rules.table import TABLE, Vjp  # noqa: E402
from tests.rules.harness import check, check_signature, rules_of, sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
R = np.random.default_rng(11)


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


def regular(*shape):
    return n(*shape) + 3 * np.eye(*shape[-2:])


def definite(k, make=n):
    a = make(k, k)
    return a @ np.conj(a.T) + k * np.eye(k)


def half(a):
    return (a + np.conj(np.swapaxes(a, -1, -2))) / 2


A, C, B, V = regular(4, 4), regular(4, 4) + 1j * n(4, 4), n(4, 2), n(4)
T = np.tril(regular(4, 4))
LU = la.lu_factor(A)
BAND = n(4, 5) + np.array([[0], [4.0], [0], [0]])
HBAND = np.array([np.r_[0, n(4)], 4 + n(5) ** 2])
SYSTEMS = [
    *(sample(la.solve, a, b) for a, b in ((A, V), (A, B), (C, V), (C, B), (A, z(4)),
      (regular(3, 4, 4), V), (regular(3, 4, 4), B), (A, n(3, 4, 2)),
      (regular(2, 1, 4, 4), n(3, 4, 2)))),
    *(sample(la.solve, a, b, transposed=True) for a, b in ((A, V), (A, B))),
    *(sample(la.solve, T, b, assume_a="lower triangular", transposed=t)
      for b in (V, B) for t in (False, True)),
    sample(la.solve, A, V, assume_a="gen"),
    sample(la.solve, T.T + 0, V, assume_a="upper triangular"),
    sample(la.solve, A, V, assume_a="diagonal"),
    sample(la.solve, A, V, assume_a="tridiagonal"),
    *(sample(la.solve, definite(4) + np.triu(n(4, 4), 1), V, lower=True, assume_a=s)
      for s in ("sym", "pos", "her")),
    *(sample(la.solve, definite(4) + np.tril(n(4, 4), -1), B, assume_a=s) for s in ("sym", "pos")),
    *(sample(la.solve, definite(4, z) + np.tril(z(4, 4), -1), V, assume_a=s)
      for s in ("her", "pos")),
    sample(la.solve, C, V, assume_a="sym"),
    sample(la.solve, np.zeros((0, 0)), np.zeros(0)).but(single=False),
    *(sample(la.solve_triangular, a, b, trans=t, lower=lo, unit_diagonal=u)
      for a in (A, C) for b in (V, B) for t in (0, 1, "C") for lo in (False, True)
      for u in (False, True)),
    sample(la.solve_triangular, A, z(4), lower=True),
    sample(la.solve_triangular, regular(3, 4, 4), n(3, 4, 2), lower=True),
    *(sample(la.cho_solve, (c, lo), b) for c in (T, np.tril(C)) for b in (V, B) for lo in (True,)),
    *(sample(la.cho_solve, (T.T + np.tril(n(4, 4), -1), False), b) for b in (V, B)),
    *(sample(la.lu_solve, LU, b, trans=t) for b in (V, B) for t in (0, 1, 2)),
    *(sample(la.lu_solve, la.lu_factor(C), b, trans=t) for b in (z(4), z(4, 2)) for t in (0, 1, 2)),
    *(sample(la.solve_banded, lu, BAND[: sum(lu) + 1], b) for lu in ((2, 1), (1, 1), (0, 1))
      for b in (n(5), n(5, 2))),
    sample(la.solve_banded, (2, 1), BAND + 1j * n(4, 5), z(5)),
    *(sample(la.solveh_banded, HBAND, b) for b in (n(5), n(5, 2))),
    *(sample(la.solveh_banded, HBAND[::-1].copy(), b, lower=True) for b in (n(5), n(5, 2))),
    sample(la.solveh_banded, HBAND + 1j * np.array([n(5), np.zeros(5)]), z(5)).but(single=False),
    *(sample(la.solve_toeplitz, c, b).but(single=False) for b in (n(4), n(4, 2)) for c in
      (np.r_[4.0, n(3)], (np.r_[4.0, n(3)], n(4)))),
    sample(la.solve_toeplitz, (np.r_[4.0, z(3)], z(4)), z(4)).but(single=False),
    *(sample(la.lstsq, a, b) for a, b in ((n(5, 3), n(5)), (n(5, 3), n(5, 2)), (n(3, 5), n(3)))),
    sample(la.solve_sylvester, A, regular(3, 3), n(4, 3)).but(single=False),
    sample(la.solve_sylvester, C, z(3, 3), z(4, 3)).but(single=False),
    *(sample(la.solve_continuous_lyapunov, a, half(n(4, 4))).but(single=False) for a in (A, C)),
    *(sample(la.solve_discrete_lyapunov, a / 8, half(n(4, 4)), method=m).but(single=False)
      for a in (A, C) for m in (None, "bilinear")),
    *(sample(la.inv, a) for a in (A, C, regular(3, 4, 4))),
    sample(la.inv, T, assume_a="lower triangular"),
    sample(la.inv, definite(4) + np.triu(n(4, 4), 1), assume_a="pos", lower=True),
    *(sample(la.pinv, a) for a in (n(5, 3), n(3, 5), z(4, 3))),
    *(sample(la.det, a) for a in (A, C, regular(3, 4, 4))),
    *(sample(la.norm, a, o) for a in (n(4, 3), z(3, 3))
      for o in (None, "fro", 1, np.inf, 2, "nuc")),
    *(sample(la.norm, n(5), o) for o in (None, 1, 2, np.inf, 3)),
    sample(la.norm, n(4, 3), axis=1), sample(la.norm, n(2, 4, 3), axis=(0, 2), keepdims=True),
]  # fmt: skip
FACTORS = [
    *(sample(la.lu, a) for a in (A, C, n(5, 3), n(3, 5), regular(2, 4, 4))),
    *(sample(la.lu, a, permute_l=True) for a in (A, n(5, 3), n(3, 5))),
    *(sample(la.lu, a, p_indices=True) for a in (A, n(5, 3), n(3, 5))),
    *(sample(la.lu_factor, a) for a in (A, C, n(5, 3), n(3, 5))),
    *(sample(la.qr, a, mode=m) for a in (A, n(5, 3), n(3, 5), C) for m in ("economic", "r")),
    *(sample(la.qr, a, mode="economic", pivoting=True) for a in (A, n(5, 3), n(3, 5))),
    *(sample(la.qr, a) for a in (A, n(3, 5))),
    *(sample(la.svd, a, full_matrices=False) for a in (n(4, 3), n(3, 4))),
    *(sample(la.svd, a, compute_uv=False) for a in (n(4, 3), z(3, 4))),
    *(sample(la.svdvals, a) for a in (n(4, 3), z(3, 4))),
    *(sample(la.eig, a) for a in (A, C)),
    *(sample(la.eigvals, a) for a in (A, C)),
]  # fmt: skip
FACTORS = [case.but(single=False) for case in FACTORS]
FUNCTIONS = [
    *(sample(f, a).but(single=False) for f in
      (la.expm, la.sqrtm, la.logm, la.cosm, la.sinm, la.tanm, la.coshm, la.sinhm, la.tanhm)
      for a in (regular(3, 3) / 4, (regular(3, 3) + 0.3j * n(3, 3)) / 4)),
    *(sample(la.expm, a).but(single=False) for a in (n(2, 3, 3), n(3, 3) * 5, np.zeros((3, 3)))),
    sample(la.fractional_matrix_power, regular(3, 3), 0.3).but(single=False),
    sample(la.fractional_matrix_power, regular(3, 3) + 0.2j, 1.7).but(single=False),
    *(sample(la.toeplitz, *a) for a in ((n(4),), (z(4),), (n(4), n(3)), (n(2), n(5)), (n(1),),
                                        (z(3), z(4)))),
    *(sample(la.hankel, *a) for a in ((n(4),), (n(4), n(3)), (n(2), n(5)), (z(3), z(3)))),
    *(sample(la.circulant, c) for c in (n(4), z(3), n(1))),
    *(sample(la.block_diag, *a).but(single=len(a) < 9) for a in
      ((n(2, 3), n(1, 2)), (n(3), n(2, 2), z(2, 1)), (n(2, 2),))),
    sample(la.khatri_rao, n(2, 3), n(4, 3)),
]  # fmt: skip
SAMPLES = [*SYSTEMS, *FACTORS, *FUNCTIONS]


def of_symmetric(function, a, *args, after=lambda y: y, before=lambda y_bar, y: y_bar, **kwargs):
    """A sample of after(function(symmetric half of a)), and its rule."""
    formula = TABLE.get(function).pullbacks[0]

    def pullback(y_bar, y, x):
        inner = function(half(x), *args, **kwargs)
        return formula(before(y_bar, inner), inner, half(x), *args, **kwargs)

    if function is la.cho_factor:  # copies the other triangle
        direct = pullback
        pullback = lambda y_bar, y, x: half(direct(y_bar, y, x))
    composed = lambda x: after(function(half(x), *args, **kwargs))
    return sample(composed, a).but(single=False), Vjp((pullback,))


def second(y):
    return y[0]


def of_second(y_bar, y):
    return y_bar, 0.0


SPREAD = half(n(4, 4)) + np.diag(3.0 * np.arange(4))
D, DZ = definite(4), definite(4, z)
SYMMETRIC = [
    *(of_symmetric(la.cholesky, a, lower=lo) for a in (D, DZ) for lo in (False, True)),
    *(of_symmetric(la.cho_factor, a, lower=lo, after=second, before=of_second)
      for a in (D, DZ) for lo in (False, True)),
    of_symmetric(la.pinvh, half(n(4, 4))),
    *(of_symmetric(la.eigh, SPREAD, lower=lo, driver="ev") for lo in (False, True)),
    of_symmetric(la.eigh, SPREAD, eigvals_only=True),
    of_symmetric(la.eigh, SPREAD, D),
    of_symmetric(la.eigh, SPREAD, D, eigvals_only=True),
    *(of_symmetric(la.eigh, SPREAD, b, subset_by_index=[1, 2]) for b in (None, D)),
    of_symmetric(la.eigh, SPREAD, subset_by_value=[1.5, 20.0]),
    of_symmetric(la.eigh, SPREAD, subset_by_index=[0, 1], eigvals_only=True),
    *(of_symmetric(la.eigvalsh, half(z(4, 4)), b) for b in (None, DZ)),
    of_symmetric(la.eigvalsh, SPREAD, D, subset_by_index=[0, 1]),
    *(of_symmetric(la.solve, a, V, assume_a="pos") for a in (D, DZ)),
    of_symmetric(la.inv, D, assume_a="pos"),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


@pytest.mark.parametrize(("case", "rule"), SYMMETRIC, ids=range(len(SYMMETRIC)))
def test_rule_of_a_symmetric_argument(case, rule):
    check(case, rule)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("values", [False, True])
def test_the_second_matrix_of_eigh(lower, values):
    formula = TABLE.get(la.eigh).pullbacks[1]
    composed = lambda b: la.eigh(SPREAD, half(b), lower=lower, eigvals_only=values)

    def pullback(y_bar, y, b):
        return formula(y_bar, y, SPREAD, half(b), lower=lower, eigvals_only=values)

    check(sample(composed, D).but(single=False), Vjp((pullback,)))


ORDERS = [*{case.function: case for case in reversed(SAMPLES)}.values()]
ORDERS = [case for case in ORDERS if not isinstance(case.args[0], tuple)]
ONLY_FIRST = {la.lstsq, la.pinv, la.eig}


@pytest.mark.filterwarnings("ignore:logm result")  # in single precision
@pytest.mark.parametrize("case", ORDERS, ids=lambda case: case.function.__name__)
def test_modes_and_orders(case):
    check_orders(case, second=case.function not in ONLY_FIRST)


def test_every_rule_has_a_sample():
    tested = {case.function for case in SAMPLES}
    tested |= {la.cholesky, la.cho_factor, la.pinvh, la.eigh, la.eigvalsh}
    assert {*rules_of("srcad.rules.scipy.linalg")} <= tested


@pytest.mark.parametrize("function", rules_of("srcad.rules.scipy.linalg"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


def by_cholesky(a, b):
    return la.cho_solve(la.cho_factor((a + a.T) / 2, lower=True), b)


def by_cholesky_above(a, b):
    return la.cho_solve((la.cholesky((a + a.T) / 2), False), b)


def by_lu(a, b):
    return la.lu_solve(la.lu_factor(a), b)


def by_lu_turned(a, b):
    return la.lu_solve(la.lu_factor(a), b, trans=1)


@pytest.mark.parametrize("solve", [by_cholesky, by_cholesky_above, by_lu, by_lu_turned])
@pytest.mark.parametrize("b", [V, B])
def test_systems_by_factors(solve, b):
    check_orders(sample(solve, D, b).but(wrt=(0, 1)))


# --- programs -------------------------------------------------------------------------------------


def test_a_gaussian_process():
    x, y = np.linspace(0, 1, 6), np.sin(np.linspace(0, 5, 6))

    def likelihood(length, noise):
        k = np.exp(-((x[:, None] - x) ** 2) / (2 * length**2)) + noise * np.eye(6)
        factor = la.cho_factor(k, lower=True)
        alpha = la.cho_solve(factor, y)
        return -0.5 * y @ alpha - np.sum(np.log(np.diag(factor[0])))

    found = srcad.grad(likelihood, wrt=(0, 1))(0.3, 0.1)
    h = 1e-6
    wanted = [
        (likelihood(0.3 + h, 0.1) - likelihood(0.3 - h, 0.1)) / (2 * h),
        (likelihood(0.3, 0.1 + h) - likelihood(0.3, 0.1 - h)) / (2 * h),
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-7)


def test_overwriting_is_refused():
    def f(a, b):
        x = la.solve(a, b, overwrite_a=True)
        return np.sum(x) + np.sum(a)

    with pytest.raises(UnsupportedMutation):
        srcad.grad(f)(A.copy(), V)


def test_what_has_no_rule_is_refused():
    with pytest.raises(NotDifferentiable, match="right eigenvectors"):
        srcad.grad(lambda a: np.sum(la.eigvals(a, A).real))(A)
    with pytest.raises(NotDifferentiable, match="economic"):
        srcad.grad(lambda a: np.sum(la.qr(a, mode="raw")[1]))(A)
