"""Check the rules of srcad.rules.linalg against numbers, for every option of every function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.linalg  # noqa: F401
from srcad.errors import NotDifferentiable
from srcad.rules.table import TABLE, Vjp
from srcad.runtime.linalg import cofactors, norm_bar, solve_b
from tests.rules.harness import check, check_signature, cotangent, rules_of, sample, special

R = np.random.default_rng(5)
inf = np.inf


def n(*shape):
    return R.normal(size=shape)


def z(*shape):
    return n(*shape) + 1j * n(*shape)


def regular(*shape):
    """Well conditioned matrices."""
    return n(*shape) + 3 * np.eye(*shape[-2:])


NORM_AXES = [
    (ord, axis, keepdims)
    for ord in (None, 2, 1, 0, inf, -inf, 3, 0.5, -1.5)
    for axis in (0, -1, (1,))
    for keepdims in (False, True)
]
MATRIX_ORDS = (None, "fro", "nuc", 2, -2, 1, -1, inf, -inf)

SAMPLES = [
    sample(np.linalg.norm, n(4)),
    sample(np.linalg.norm, n(3, 4)),
    sample(np.linalg.norm, n(2, 3, 4)),
    sample(np.linalg.norm, n(2, 3), keepdims=True),
    sample(np.linalg.norm, z(2, 3)),
    sample(np.linalg.norm, np.array(-1.5)),
    *(sample(np.linalg.norm, n(4), ord) for ord in (2, 1, 0, inf, -inf, 3, -1)),
    *(sample(np.linalg.norm, z(4), ord) for ord in (2, 1, inf, 3)),
    *(sample(np.linalg.norm, n(3, 4), *options) for options in NORM_AXES),
    *(sample(np.linalg.norm, n(3, 4), ord) for ord in MATRIX_ORDS),
    *(sample(np.linalg.norm, z(4, 3), ord, keepdims=True) for ord in MATRIX_ORDS),
    *(sample(np.linalg.norm, n(3, 2, 4), ord, (0, -1)) for ord in MATRIX_ORDS),
    *(sample(np.linalg.norm, n(3, 2, 4), ord, (2, 0), True) for ord in MATRIX_ORDS),
    sample(np.linalg.norm, [3.0, 4.0]).but(wrt=()),
    *(sample(np.linalg.matrix_norm, n(2, 3, 4), ord=ord) for ord in MATRIX_ORDS[1:]),
    sample(np.linalg.matrix_norm, n(2, 3, 4), keepdims=True),
    *(sample(np.linalg.vector_norm, n(2, 3, 4), axis=a) for a in (None, 1, (0, 2))),
    *(sample(np.linalg.vector_norm, n(2, 3, 4), axis=(0, 2), ord=o) for o in (1, inf, -inf, 3, 0)),
    sample(np.linalg.vector_norm, n(2, 3), keepdims=True),
    *(sample(np.linalg.cond, regular(3, 3), p) for p in (None, 2, -2, "fro", 1, -1, inf, -inf)),
    sample(np.linalg.cond, n(2, 4, 3)),
    sample(np.linalg.cond, regular(2, 3, 3), "nuc"),
    sample(np.linalg.inv, regular(3, 3)),
    sample(np.linalg.inv, regular(2, 3, 3)),
    sample(np.linalg.inv, z(3, 3)),
    sample(np.linalg.inv, np.zeros((2, 0, 0))),
    sample(np.linalg.pinv, n(4, 3)),
    sample(np.linalg.pinv, n(2, 3, 4)),
    sample(np.linalg.pinv, z(4, 3)),
    sample(np.linalg.pinv, z(3, 4), rtol=1e-10).but(wrt=(0,)),
    sample(np.linalg.solve, regular(3, 3), n(3)),
    sample(np.linalg.solve, regular(3, 3), n(3, 2)),
    sample(np.linalg.solve, regular(2, 3, 3), n(3)),
    sample(np.linalg.solve, regular(2, 3, 3), n(3, 2)),
    sample(np.linalg.solve, regular(3, 3), n(2, 3, 2)),
    sample(np.linalg.solve, regular(2, 1, 3, 3), n(4, 3, 2)),
    sample(np.linalg.solve, z(3, 3), z(3)),
    sample(np.linalg.solve, regular(3, 3), z(3)),
    sample(np.linalg.lstsq, n(5, 3), n(5)),
    sample(np.linalg.lstsq, n(5, 3), n(5, 2)),
    sample(np.linalg.lstsq, n(3, 5), n(3, 2)),
    sample(np.linalg.lstsq, z(5, 3), z(5)),
    sample(np.linalg.tensorsolve, regular(6, 6).reshape(2, 3, 6), n(2, 3)),
    sample(np.linalg.tensorsolve, regular(6, 6).reshape(2, 3, 3, 2), n(2, 3)),
    sample(np.linalg.tensorsolve, n(2, 6, 3), n(2, 3), axes=(1,)),
    sample(np.linalg.tensorinv, regular(6, 6).reshape(2, 3, 6)),
    sample(np.linalg.tensorinv, regular(6, 6).reshape(6, 3, 2), ind=1),
    *(sample(np.linalg.matrix_power, regular(3, 3) / 3, k) for k in (-3, -1, 0, 1, 2, 5)),
    sample(np.linalg.matrix_power, n(2, 3, 3), 3),
    sample(np.linalg.matrix_power, z(3, 3), 4),
    sample(np.linalg.multi_dot, [n(2, 3), n(3, 4), n(4, 5)]),
    sample(np.linalg.multi_dot, [n(2, 3), n(3, 4)]),
    sample(np.linalg.multi_dot, (n(3), n(3, 4), n(4, 2), n(2))),
    sample(np.linalg.multi_dot, [n(3), n(3)]),
    sample(np.linalg.multi_dot, [n(3), n(3, 4)]),
    sample(np.linalg.det, n(3, 3)),
    sample(np.linalg.det, n(2, 3, 3)),
    sample(np.linalg.det, z(3, 3)),
    sample(np.linalg.det, n(1, 1)),
    sample(np.linalg.slogdet, n(3, 3)),
    sample(np.linalg.slogdet, n(2, 3, 3)),
    sample(np.linalg.slogdet, z(3, 3)),
    sample(np.linalg.eig, regular(3, 3)).but(single=False),
    sample(np.linalg.eig, np.array([[1.0, 2.0], [-3.0, 0.5]])).but(single=False),
    sample(np.linalg.eig, z(3, 3)).but(single=False),
    sample(np.linalg.eig, n(2, 4, 4)).but(single=False),
    sample(np.linalg.eigvals, n(4, 4)).but(single=False),
    sample(np.linalg.eigvals, np.diag([1.0, 2.0, 3.5]) + 0.1 * n(3, 3)),
    sample(np.linalg.eigvals, z(2, 3, 3)).but(single=False),
    *(sample(np.linalg.svd, n(*s), False).but(single=False) for s in [(4, 3), (3, 4), (2, 3, 3)]),
    sample(np.linalg.svd, n(3, 3)).but(single=False),
    sample(np.linalg.svd, n(4, 3), compute_uv=False).but(wrt=(0,)),
    sample(np.linalg.svd, n(2, 3, 4), True, False),
    sample(np.linalg.svd, z(4, 3), compute_uv=False).but(wrt=(0,)),
    sample(np.linalg.svdvals, n(2, 3, 4)),
    sample(np.linalg.svdvals, z(3, 3)),
    *(sample(np.linalg.qr, n(*s)).but(single=False) for s in [(4, 3), (3, 4), (3, 3), (2, 4, 3)]),
    *(sample(np.linalg.qr, z(*s)).but(single=False) for s in [(4, 3), (3, 4), (3, 3)]),
    *(sample(np.linalg.qr, n(*s), "r").but(single=False) for s in [(4, 3), (3, 4), (2, 3, 3)]),
    *(sample(np.linalg.qr, n(*s), mode="complete").but(single=False) for s in [(3, 4), (3, 3)]),
]
RULES_OF_SYMMETRIC = {np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("case", [case for case in SAMPLES if case.wrt != ()], ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    tested = {case.function for case in SAMPLES} | RULES_OF_SYMMETRIC
    assert {*rules_of("srcad.rules.linalg")} <= tested


@pytest.mark.parametrize("function", rules_of("srcad.rules.linalg"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


# --- symmetric arguments: the cotangent is symmetric, and so is the perturbation ---


def half(a):
    return (a + np.conj(np.swapaxes(a, -1, -2))) / 2


def of_symmetric(function, a, *args, after=lambda y: y, before=lambda y_bar, y: y_bar, **kwargs):
    """A sample of after(function(symmetric half of a)), and its rule."""
    formula = TABLE.rules[function].pullbacks[0]

    def composed(x):
        return after(function(half(x), *args, **kwargs))

    def pullback(y_bar, y, x):
        inner = function(half(x), *args, **kwargs)
        return formula(before(y_bar, inner), inner, half(x), *args, **kwargs)

    return sample(composed, a).but(single=False), Vjp((pullback,))


def projectors(w, v):
    return w, np.einsum("...ik,...jk->...kij", v, np.conj(v))


def projectors_bar(y_bar, y):
    w_bar, p_bar = y_bar
    v = y[1]
    v_bar = np.einsum("...kij,...jk->...ik", p_bar, np.conj(v))
    return w_bar, v_bar + np.conj(np.einsum("...kij,...ik->...jk", p_bar, v))


def hermitian(*shape):
    return half(z(*shape)) + np.diag(3.0 * np.arange(shape[-1]))


DEFINITE = half(n(3, 3)) + 5 * np.eye(3)
SYMMETRIC = [
    of_symmetric(np.linalg.cholesky, DEFINITE),
    of_symmetric(np.linalg.cholesky, DEFINITE, upper=True),
    of_symmetric(np.linalg.cholesky, np.stack([DEFINITE, 2 * DEFINITE])),
    of_symmetric(np.linalg.cholesky, half(z(3, 3)) + 7 * np.eye(3)),
    of_symmetric(np.linalg.cholesky, half(z(3, 3)) + 7 * np.eye(3), upper=True),
    of_symmetric(np.linalg.eigh, half(n(4, 4))),
    of_symmetric(np.linalg.eigh, half(n(2, 3, 3)), "U"),
    of_symmetric(
        np.linalg.eigh, hermitian(3, 3), after=lambda y: projectors(*y), before=projectors_bar
    ),
    of_symmetric(np.linalg.eigvalsh, half(n(4, 4))),
    of_symmetric(np.linalg.eigvalsh, half(n(2, 3, 3)), UPLO="U"),
    of_symmetric(np.linalg.eigvalsh, hermitian(3, 3)),
    of_symmetric(np.linalg.svd, half(n(3, 3)), compute_uv=False, hermitian=True),
    of_symmetric(np.linalg.svd, half(n(3, 3)), hermitian=True),
    of_symmetric(np.linalg.pinv, half(n(3, 3)), hermitian=True),
    of_symmetric(np.linalg.pinv, hermitian(3, 3), hermitian=True),
]


@pytest.mark.parametrize(("case", "rule"), SYMMETRIC, ids=range(len(SYMMETRIC)))
def test_rule_of_a_symmetric_argument(case, rule):
    check(case, rule)


@pytest.mark.parametrize("function", [np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh])
def test_single_precision_stays(function):
    a = DEFINITE.astype(np.float32)
    y = function(a)
    bar = cotangent(sample(function, a), 0, y, y)
    assert bar.dtype == np.float32
    np.testing.assert_allclose(bar, bar.T, rtol=1e-5)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)])
@pytest.mark.parametrize("function", [np.linalg.svd, np.linalg.qr, np.linalg.eig])
def test_single_precision_of_factorisations_stays(function, shape):
    if function is np.linalg.eig and shape != (3, 3):
        return
    a = regular(*shape).astype(np.float32)
    y = function(a, full_matrices=False) if function is np.linalg.svd else function(a)
    case = (
        sample(function, a, full_matrices=False)
        if function is np.linalg.svd
        else sample(function, a)
    )
    assert cotangent(case, 0, y, y).dtype == np.float32


# --- vectors that are determined up to a phase, or only by their space ---


def composed(function, a, after, before, **kwargs):
    """A sample of after(function(a)), and its rule."""
    formula = TABLE.rules[function].pullbacks[0]

    def pullback(y_bar, y, x):
        inner = function(x, **kwargs)
        return formula(before(y_bar, inner), inner, x, **kwargs)

    return sample(lambda x: after(function(x, **kwargs)), a).but(single=False), Vjp((pullback,))


def layers(y):
    k = y[1].shape[-1]
    return y[1], np.einsum("...ik,...kj->...kij", y[0][..., :k], y[2][..., :k, :])


def layers_bar(y_bar, y):
    k = y[1].shape[-1]
    u_bar, vh_bar = np.zeros_like(y[0]), np.zeros_like(y[2])
    u_bar[..., :k] = np.einsum("...kij,...kj->...ik", y_bar[1], y[2][..., :k, :])
    vh_bar[..., :k, :] = np.einsum("...kij,...ik->...kj", y_bar[1], y[0][..., :k])
    return u_bar, y_bar[0], vh_bar


def rest_of_u(y, k=3):
    return y[0][..., k:] @ np.conj(y[0][..., k:]).swapaxes(-1, -2)


def rest_of_u_bar(y_bar, y, k=3):
    rest = y[0][..., k:]
    u_bar = np.zeros_like(y[0])
    u_bar[..., k:] = y_bar @ np.conj(rest) + np.conj(y_bar.swapaxes(-1, -2) @ rest)
    return (u_bar, *(np.zeros_like(part) for part in y[1:]))


def rest_of_v(y, k=3):
    return np.conj(y[2][..., k:, :]).swapaxes(-1, -2) @ y[2][..., k:, :]


def rest_of_v_bar(y_bar, y, k=3):
    rest = y[2][..., k:, :]
    vh_bar = np.zeros_like(y[2])
    vh_bar[..., k:, :] = np.conj(rest) @ y_bar + np.conj(rest @ y_bar.swapaxes(-1, -2))
    return np.zeros_like(y[0]), np.zeros_like(y[1]), vh_bar


PHASELESS = [
    *(composed(np.linalg.svd, x, layers, layers_bar, full_matrices=full)
      for x in (z(3, 3), z(4, 3), z(3, 4), n(5, 3), n(3, 5), z(2, 4, 3)) for full in (False, True)),
    *(composed(np.linalg.svd, x, rest_of_u, rest_of_u_bar) for x in (n(5, 3), z(5, 3))),
    *(composed(np.linalg.svd, x, rest_of_v, rest_of_v_bar) for x in (n(3, 5), z(3, 5))),
    *(composed(np.linalg.qr, x, rest_of_u, rest_of_u_bar, mode="complete")
      for x in (n(5, 3), z(5, 3))),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rule"), PHASELESS, ids=range(len(PHASELESS)))
def test_rule_without_phases(case, rule):
    check(case, rule)


def test_qr_complete_of_what_the_reduced_one_has():
    a = n(5, 3)
    y = np.linalg.qr(a, "complete")
    bars = np.zeros_like(y[0]), n(5, 3)
    bars[0][:, :3] = n(5, 3)
    found = cotangent(sample(np.linalg.qr, a, "complete"), 0, y, bars)
    reduced = np.linalg.qr(a)
    wanted = cotangent(sample(np.linalg.qr, a), 0, reduced, (bars[0][:, :3], bars[1][:3]))
    np.testing.assert_allclose(found, wanted)


def test_a_result_that_depends_on_an_arbitrary_choice_is_refused():
    a = n(5, 3)
    y = np.linalg.svd(a)
    with pytest.raises(NotDifferentiable, match="full_matrices=False"):
        cotangent(sample(np.linalg.svd, a), 0, y, (n(5, 5), n(3), n(3, 3)))
    with pytest.raises(NotDifferentiable, match="reduced"):
        cotangent(sample(np.linalg.qr, a, "complete"), 0, np.linalg.qr(a, "complete"),
                  (n(5, 5), n(5, 3)))  # fmt: skip
    h = hermitian(3, 3)
    with pytest.raises(NotDifferentiable, match="phases"):
        cotangent(sample(np.linalg.eigh, h), 0, np.linalg.eigh(h), (n(3), z(3, 3)))


# --- special points ---


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
@pytest.mark.parametrize("options", [{}, {"axis": -1}, {"ord": 1}, {"ord": np.inf}, {"axis": 0}])
def test_norm_at_zero_is_zero(shape, options):
    np.testing.assert_array_equal(
        special(np.linalg.norm, np.zeros(shape), **options), np.zeros(shape)
    )


@pytest.mark.parametrize("ord", MATRIX_ORDS)
def test_matrix_norm_at_zero_is_zero(ord):
    np.testing.assert_array_equal(special(np.linalg.norm, np.zeros((2, 3)), ord), np.zeros((2, 3)))


def test_norm_at_zero_gives_no_warning():
    with np.errstate(all="raise"):
        case = sample(np.linalg.norm, np.zeros(3))
        np.testing.assert_array_equal(cotangent(case, 0, 0.0, 1.0), np.zeros(3))
        case = sample(np.linalg.norm, np.array([0.0, 2.0]), 3)
        np.testing.assert_allclose(cotangent(case, 0, 2.0, 1.0), [0, 1])


def test_norms_share_at_ties():
    np.testing.assert_array_equal(
        special(np.linalg.norm, np.array([2.0, -2.0, 1.0]), np.inf), [0.5, -0.5, 0]
    )
    np.testing.assert_array_equal(special(np.linalg.norm, np.array([1.0, -0.0]), 1), [1, 0])
    np.testing.assert_array_equal(
        special(np.linalg.norm, np.array([[1.0, 0], [0, 1]]), 1), np.eye(2) / 2
    )


def test_norm_helper_alone_is_right():
    x = n(3, 4)
    y = np.linalg.norm(x)
    np.testing.assert_allclose(norm_bar(2.0, y, x), 2 * x / y)
    np.testing.assert_array_equal(norm_bar(2.0, 0.0, 0 * x), 0 * x)


def test_solve_helper_alone_is_right():
    a, b, g = regular(3, 3), n(3), n(3)
    np.testing.assert_allclose(solve_b(g, a, b), np.linalg.solve(a.T, g))


def adjugate(a):
    """By minors."""
    size = a.shape[-1]
    minors = [
        [np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) * (-1) ** (i + j) for i in range(size)]
        for j in range(size)
    ]
    return np.array(minors)


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("make", [n, z])
def test_det_of_singular_matrices_has_the_adjugate(rank, make):
    a = make(4, rank) @ make(rank, 4)
    np.testing.assert_allclose(special(np.linalg.det, a), adjugate(a).T, atol=1e-12)


def test_det_of_nearly_singular_and_mixed_matrices():
    a = np.array([[1.0, 2.0], [2.0, 4.0 + 1e-14]])
    np.testing.assert_allclose(cofactors(a), [[4, -2], [-2, 1]], rtol=1e-12)
    np.testing.assert_allclose(cofactors(np.stack([a, np.eye(2)]))[1], np.eye(2), atol=1e-15)
    np.testing.assert_array_equal(special(np.linalg.det, np.zeros((2, 2))), np.zeros((2, 2)))
    np.testing.assert_array_equal(special(np.linalg.det, np.zeros((1, 1))), [[1.0]])
    assert special(np.linalg.det, np.zeros((0, 0))).shape == (0, 0)


def bar_of(function, a, bars, **kwargs):
    return cotangent(sample(function, a, **kwargs), 0, function(a, **kwargs), bars)


@pytest.mark.parametrize("function", [np.linalg.eigh, np.linalg.svd])
def test_equal_values_are_fine_if_only_values_are_used(function):
    y = function(np.eye(3))
    bars = [np.ones_like(part) if part.ndim == 1 else np.zeros_like(part) for part in y]
    with np.errstate(all="raise"):
        np.testing.assert_allclose(bar_of(function, np.eye(3), bars), np.eye(3), atol=1e-15)


def test_equal_eigenvalues_are_not_finite_if_their_vectors_are_used():
    with np.errstate(all="ignore"):
        bar = bar_of(np.linalg.eigh, np.eye(2), (np.zeros(2), np.array([[1.0, 2.0], [3.0, 4.0]])))
    assert not np.all(np.isfinite(bar))


def test_zero_singular_values_are_fine_if_only_values_are_used():
    a = np.outer([1.0, 2.0, 3.0], [1.0, 1.0])
    y = np.linalg.svd(a, full_matrices=False)
    bar = bar_of(np.linalg.svd, a, (0 * y[0], np.ones(2), 0 * y[2]), full_matrices=False)
    assert np.all(np.isfinite(bar))


def test_unused_results_of_lstsq():
    a, b = n(5, 3), n(5)
    y = np.linalg.lstsq(a, b)
    with_zeros = cotangent(
        sample(np.linalg.lstsq, a, b), 0, y, (n(3), np.zeros(1), 0.0, np.zeros(3))
    )
    assert with_zeros.shape == a.shape


def test_raw_qr_is_refused():
    a = n(3, 3)
    with pytest.raises(NotDifferentiable, match="raw"):
        bar_of(np.linalg.qr, a, np.linalg.qr(a, "raw"), mode="raw")
