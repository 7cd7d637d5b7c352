"""Check the rules of srcad.rules.reductions, for every option of every function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.reductions  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.quantiles import quantile_positions
from srcad.runtime.reductions import as_rows, from_rows, kept, spread
from tests.rules.harness import (
    Sample,
    check,
    check_no_derivative,
    check_signature,
    rules_of,
    sample,
    special,
)

R = np.random.default_rng(0)
V, M = R.permutation(5) / 3 + 0.2, R.permutation(12).reshape(3, 4) / 7 - 0.6
T = R.permutation(24).reshape(2, 3, 4) / 7 - 1.3
Z = M + 1j * R.normal(size=(3, 4))
P = np.array(1.5)
F = np.asfortranarray(M)
MASK = np.array([[True, False, True, True], [True] * 4, [False, True, True, False]])
ROW = np.array([True, False, True, True])
N = np.where(MASK, M, np.nan)
K = np.transpose(T, (1, 2, 0))  # neither C nor Fortran contiguous

AXES = [
    {}, {"axis": 0}, {"axis": -1}, {"axis": (0, 1)}, {"axis": (-1, 0)}, {"axis": ()},
    {"keepdims": True}, {"axis": 1, "keepdims": True}, {"axis": (0, -1), "keepdims": True},
    {"axis": None, "keepdims": False},
]  # fmt: skip
WHERE = [
    {"where": MASK}, {"where": MASK, "axis": 0}, {"where": MASK, "axis": 1, "keepdims": True},
    {"where": ROW}, {"where": ROW, "axis": -1}, {"where": ROW, "axis": (0, 1)},
]  # fmt: skip
SUMS = [np.sum, np.mean, np.prod, np.var, np.std, np.nansum, np.nanmean, np.nanprod, np.nanvar,
        np.nanstd]  # fmt: skip
EXTREMA = [np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin]
FLAT = [np.std, np.nanstd]  # not differentiable where one element is all there is
VARIANCES = [np.var, np.std, np.nanvar, np.nanstd]


def reduction(function) -> list[Sample]:
    axes = [o for o in AXES if not (o.get("axis") == () and function in VARIANCES)]
    extremum = {"initial": -9.0} if function in (np.max, np.amax, np.nanmax) else {"initial": 9.0}
    extra = extremum if function in EXTREMA else {}
    found = [sample(function, M, **options) for options in axes]
    found += [sample(function, M, **options, **extra) for options in WHERE]
    found += [sample(function, T, axis=axes) for axes in ((0, 2), (-1, -2), 1, (2, 0, 1))]
    found += [sample(function, x) for x in (V, V[:1] if function not in VARIANCES else V, F, K)]
    if function not in VARIANCES:
        found += [sample(function, x) for x in (P, 2.5, np.float64(2.5))]
        found.append(sample(function, P, axis=None, keepdims=True))
    return found


def empty(function) -> list[Sample]:
    return [sample(function, np.zeros(s), axis=a) for s, a in (((0, 3), 1), ((3, 0), 0))]


ZEROS = [np.array([2.0, 0.0, 3.0]), np.array([0.0, 2.0, 0.0]), np.array([[0.0, 1.0], [2.0, 3.0]])]
METHODS = [
    "linear", "lower", "higher", "nearest", "midpoint", "inverted_cdf", "averaged_inverted_cdf",
    "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased",
    "normal_unbiased",
]  # fmt: skip

SAMPLES = [
    *(case for f in SUMS + EXTREMA for case in reduction(f)),
    *(case for f in (np.sum, np.prod, np.nansum, np.nanprod) for case in empty(f)),
    *(sample(f, np.zeros((0, 3)), axis=0) for f in (np.sum, np.prod, np.nansum)),
    *(sample(f, Z, **o) for f in (np.sum, np.mean, np.prod, np.var, np.std)
      for o in ({}, {"axis": 0}, {"axis": 1, "keepdims": True, "where": MASK})),
    *(sample(f, N, **o) for f in (np.nansum, np.nanmean, np.nanprod, np.nanvar, np.nanstd,
                                  np.nanmax, np.nanmin)
      for o in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}, {"axis": (0, 1)})),
    *(sample(f, N, where=ROW, axis=1) for f in (np.nansum, np.nanmean, np.nanprod, np.nanvar)),
    # initial
    *(sample(f, M, axis=0, initial=0.5).but(wrt=(0, "initial"))
      for f in (np.sum, np.prod, np.nansum, np.nanprod)),
    *(sample(f, M, initial=0.5, where=MASK, axis=1).but(wrt=(0, "initial"))
      for f in (np.sum, np.prod, np.max, np.min, np.nanmax, np.nanprod)),
    *(sample(f, M, axis=a, initial=0.1, keepdims=k).but(wrt=(0, "initial"))
      for f in EXTREMA for a in (0, None) for k in (False, True)),
    *(sample(f, M, initial=s).but(wrt=(0, "initial")) for f in EXTREMA for s in (9.0, -9.0)),
    # positions of options
    sample(np.sum, M, 0, None, None, True),
    sample(np.mean, M, 0, None, None, True),
    sample(np.prod, M, 0, None, None, True, 2.0),
    sample(np.max, M, 0, None, True, 0.1),
    sample(np.var, M, 0, None, None, 1, True),
    sample(np.sum, M, axis=0, dtype=np.float64).but(single=False),
    # variance
    *(sample(f, M, **o) for f in VARIANCES
      for o in ({"ddof": 1}, {"ddof": 1.5, "axis": 0}, {"correction": 1, "axis": 1},
                {"ddof": 1, "axis": (0, 1), "keepdims": True},
                {"ddof": 1, "where": MASK, "axis": 1})),
    *(sample(f, M, mean=np.full((1, 4), 0.3), axis=0) for f in VARIANCES),
    *(sample(f, M, mean=np.full((1, 1), 0.3), ddof=1) for f in (np.var, np.std)),
    sample(np.var, M, mean=np.full((3, 1), 0.3), axis=1, where=MASK, keepdims=True),
    # products with zeros
    *(sample(np.prod, x, **o) for x in ZEROS
      for o in ({}, {"axis": 0}, {"axis": -1, "initial": 2.0})),
    # average
    *(sample(np.average, M, **o) for o in AXES),
    *(sample(np.average, M, weights=w, **o) for w in (MASK + 0.5,)
      for o in ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 1)},
                {"returned": True}, {"axis": 1, "returned": True})),
    *(sample(np.average, M, axis=1, weights=ROW + 0.5, returned=r) for r in (False, True)),
    sample(np.average, M, 0, np.array([0.5, 1.5, 2.0])),
    sample(np.average, M, axis=0, returned=True),
    *(sample(np.average, T, axis=a, weights=np.sum(T, 1) + 4 if a == (0, 2) else np.sum(T, 1).T + 4)
      for a in ((0, 2), (2, 0))),
    *(sample(np.average, T, axis=a, weights=T[0] + 4, keepdims=True) for a in ((1, 2), (-2, -1))),
    sample(np.average, V, weights=V),
    # extrema
    *(sample(np.ptp, x, **o) for x in (M,) for o in AXES if o.get("axis") != ()),
    sample(np.ptp, T, axis=(0, 2)),
    # quantiles
    *(sample(f, x, **o) for f in (np.median, np.nanmedian) for x in (M, T[:, :, :3], K)
      for o in AXES if o.get("axis") != ()),
    *(sample(np.nanmedian, N, **o) for o in ({}, {"axis": 0}, {"axis": 1, "keepdims": True})),
    *(sample(f, M, q, **o).but(single=not isinstance(q, list), wrt=(0,))
      for f in (np.quantile, np.nanquantile)
      for q in (0.3, 0.0, 1.0, [0.2, 0.9], np.array([[0.1, 0.5, 0.7]]))
      for o in ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}, {"axis": -1})),
    *(sample(f, M, q, axis=1).but(single=not isinstance(q, list), wrt=(0,))
      for f in (np.percentile, np.nanpercentile)
      for q in (30, 100, [20, 90.0])),
    *(sample(f, N, 0.3, axis=a) for f in (np.nanquantile,) for a in (None, 0, 1)),
    sample(np.nanpercentile, N, [30, 60], axis=1, keepdims=True).but(single=False),
    *(sample(f, M, q, **o).but(wrt=(1,)) for f in (np.quantile, np.nanquantile)
      for q in (0.3, np.array([[0.15, 0.55, 0.7]]))
      for o in ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True})),
    sample(np.percentile, M, 31.0, axis=1), sample(np.nanpercentile, N, 31.0, axis=1),
    *(sample(np.quantile, M, q, method="inverted_cdf", weights=np.abs(M)).but(wrt=(0,))
      for q in (0.3, np.array([0.2, 0.6]))),
    sample(np.quantile, M, 0.3, 0, method="inverted_cdf", weights=np.abs(M[:, 0])).but(wrt=(0,)),
    *(sample(np.quantile, V, q, method=m).but(single=not isinstance(q, list), wrt=(0,))
      for m in METHODS for q in (0.3, 0.55, [0.05, 0.99])),
    *(sample(np.quantile, V, q, method=m).but(wrt=(1,))
      for m in METHODS for q in (0.33, [0.01, 0.57, 0.97])),
    *(sample(f, x) for f in (np.median, np.nanmedian) for x in (P, 2.5)),
    # ufuncs
    *(sample(f.reduce, M, **o) for f in (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp)
      for o in ({}, {"axis": 1}, {"axis": -1, "keepdims": True})),
    *(sample(f.reduce, M, axis=a, keepdims=k) for f in (np.add, np.multiply, np.maximum, np.minimum,
      np.logaddexp, np.logaddexp2, np.hypot, np.fmax, np.fmin)
      for a, k in ((None, False), ((0, 1), True), (1, False))),
    *(sample(f.reduce, N, axis=0).but(single=False) for f in (np.fmax, np.fmin)),
    *(sample(f.reduce, np.zeros(s), axis=a) for f in (np.add, np.multiply, np.hypot)
      for s, a in (((0, 3), 1), ((2, 0), 0))),
    *(sample(f.reduce, M, where=MASK, axis=1, initial=i)
      for f, i in ((np.add, 0.5), (np.multiply, 0.5), (np.maximum, -9.0), (np.minimum, 9.0),
                   (np.hypot, 0.5), (np.fmax, -9.0), (np.fmin, 9.0))),
    *(sample(f.reduce, M, where=MASK, axis=1, initial=-np.inf).but(wrt=(0,))
      for f in (np.logaddexp, np.logaddexp2)),
    # helpers
    *(sample(spread, g, x, a, k).but(wrt=(0,)) for g, x, a, k in (
        (M[0], M, 0, False), (M[:1], M, 0, True), (0.5, M, None, False), (P, T, None, False),
        (T[0, :, 0], T, (0, 2), False))),
    *(sample(unbroadcast, g, x).but(wrt=(0,)) for g, x in ((M, M[0]), (T, T[:, :1]))),
    sample(unbroadcast, M, 0.5).but(wrt=(0,), single=False),
    sample(kept, M[0], 0).but(wrt=(0,)),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_samples():
    sampled = {case.function for case in SAMPLES}
    assert not [f for f in rules_of("srcad.rules.reductions") if f not in sampled]


QUANTILES = {np.median, np.nanmedian, np.quantile, np.nanquantile, np.percentile, np.nanpercentile}


@pytest.mark.parametrize(
    "function",
    [f for f in rules_of("srcad.rules.reductions") if f not in QUANTILES],
    ids=lambda f: f.__name__,
)
def test_signature(function):
    if not (function.__module__ or "").startswith("srcad"):
        check_signature(function)


@pytest.mark.parametrize(
    "function",
    [np.count_nonzero, np.any, np.all, np.argmax, np.argmin, np.nanargmax],
    ids=lambda f: f.__name__,
)
def test_counts_have_no_derivative(function):
    check_no_derivative(sample(function, M))
    assert isinstance(TABLE.get(function), NoDerivative)


# --- ties, zeros and NaN ---


@pytest.mark.parametrize("function", EXTREMA)
def test_ties_share(function):
    x = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(special(function, x), np.full((2, 3), 1 / 6))
    np.testing.assert_array_equal(special(function, x, axis=0), np.full((2, 3), 1 / 2))
    np.testing.assert_array_equal(special(function, x, initial=1.0), np.full((2, 3), 1 / 7))
    where = np.array([True, False, True])
    wanted = np.array([[1, 0, 1], [1, 0, 1]]) / 4
    initial = -1.0 if function in (np.max, np.amax, np.nanmax) else 2.0
    np.testing.assert_array_equal(special(function, x, where=where, initial=initial), wanted)


@pytest.mark.parametrize("function", EXTREMA)
def test_an_initial_beyond_all_takes_the_derivative(function):
    initial = 9.0 if function in (np.max, np.amax, np.nanmax) else -9.0
    np.testing.assert_array_equal(special(function, M, initial=initial), np.zeros((3, 4)))
    np.testing.assert_array_equal(special(function, M[:, :0], initial=initial).shape, (3, 0))


def test_max_with_a_nan_is_nan():
    x = np.array([1.0, np.nan, 2.0])
    np.testing.assert_array_equal(special(np.max, x), [np.nan] * 3)
    np.testing.assert_array_equal(special(np.nanmax, x), [0, 0, 1])
    np.testing.assert_array_equal(special(np.nansum, x), [1, 0, 1])
    np.testing.assert_array_equal(special(np.nanprod, x), [2, 0, 1])


@pytest.mark.parametrize("x", [np.full(4, 0.5), np.zeros((2, 3)), P, np.ones(1)], ids=str)
def test_std_of_constants_has_slope_zero(x):
    np.testing.assert_array_equal(special(np.std, x), np.zeros(x.shape))
    np.testing.assert_array_equal(special(np.var, x), np.zeros(x.shape))


def test_ptp_of_constants_has_slope_zero():
    np.testing.assert_array_equal(special(np.ptp, np.ones(3)), np.zeros(3))


def test_products_are_exact_with_zeros():
    np.testing.assert_array_equal(special(np.prod, np.array([0.0, 3.0, 2.0])), [6, 0, 0])
    np.testing.assert_array_equal(special(np.prod, np.array([0.0, 3.0, 0.0])), [0, 0, 0])
    np.testing.assert_array_equal(special(np.prod, np.array([0.0])), [1])


def test_median_of_ties_follows_the_stable_sort():
    found = special(np.median, np.array([2.0, 1.0, 2.0, 2.0]))
    np.testing.assert_array_equal(found, [0.5, 0, 0.5, 0])


def test_equal_elements_share_a_weighted_quantile():
    x = np.array([1.0, 2.0, 2.0, 3.0])
    found = special(np.quantile, x, 0.5, method="inverted_cdf", weights=np.ones(4))
    np.testing.assert_array_equal(found, [0, 0.5, 0.5, 0])


# --- helpers ---


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (2, 0), (), (0, 1, 2)], ids=str)
def test_rows_come_back(axis):
    rows = as_rows(T, axis)
    np.testing.assert_allclose(np.sum(rows, 1), np.ravel(np.sum(T, axis)))
    np.testing.assert_array_equal(from_rows(rows, T, axis), T)


def test_quantile_positions_depend_on_the_row():
    found = quantile_positions(np.array([0.5, 1.0]), np.array([3, 4, 0]), "linear")
    np.testing.assert_array_equal(found, [[1, 1.5, 0], [2, 3, 0]])


def test_spread_is_a_view_where_it_can():
    x = np.ones((1000, 1000))
    assert spread(np.float64(1), x).strides == (0, 0)
    assert type(spread(0.5, 2.0)) is float


@pytest.mark.parametrize("extremum", [np.max, np.min])
def test_extrema_that_float32_has_rounded(extremum):
    """No number equals what `out` of less precision holds; what that cannot tell is a tie."""
    x = np.array([[0.5, 1.25 + 1e-9, 0.75 - 1e-9], [1.1, 0.3, 1.1 - 1e-9], [0.3, 0.9, 0.3 + 1e-9]])

    def f(x):
        out = np.zeros(3, np.float32)
        extremum(x, axis=1, out=out)
        return out[0] + 2 * out[1] + 4 * out[2]

    expected = np.array(
        [[0, 1, 0], [1, 0, 1], [0, 4, 0]]
        if extremum is np.max
        else [[1, 0, 0], [0, 2, 0], [2, 0, 2]]
    )
    np.testing.assert_array_equal(srcad.grad(f)(x), expected)
    assert srcad.jvp(f, (x,), (x,))[1] == pytest.approx(np.sum(expected * x), rel=1e-6)
