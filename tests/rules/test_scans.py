"""Check the rules of srcad.rules.scans, for every option of every function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.scans  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative
from tests.rules.harness import (
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
E = np.zeros((0, 3))
F = np.asfortranarray(M)
N = np.where(np.abs(M) < 0.5, np.nan, M)
ZERO = [
    np.array([2.0, 0.0, 3.0, 0.5]), np.array([0.0, 2.0, 0.0, 1.0]), np.array([0.0]),
    np.array([[0.0, 1.0, 2.0], [2.0, 3.0, 0.0], [1.0, 0.0, 0.0], [1.0, 2.0, 3.0]]),
]  # fmt: skip
G = np.array([0.0, 0.5, 2.0, 2.5])

AXES = [{}, {"axis": 0}, {"axis": 1}, {"axis": -1}]
UNFLAT = AXES[1:]

SAMPLES = [
    *(sample(f, x, **o) for f in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod)
      for x in (M, F, T) for o in [*AXES, {"axis": None}]),
    *(sample(f, x) for f in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod)
      for x in (V, P, 2.5, E)),
    *(sample(f, E, axis=a) for f in (np.cumsum, np.cumprod) for a in (0, 1)),
    *(sample(f, Z, axis=0) for f in (np.cumsum, np.cumprod)),
    *(sample(f, N, **o) for f in (np.nancumsum, np.nancumprod) for o in AXES),
    *(sample(np.cumprod, x, **o) for x in ZERO for o in [{}, {"axis": 0}, {"axis": -1}]),
    *(sample(f, V, **o) for f in (np.cumulative_sum, np.cumulative_prod)
      for o in ({}, {"include_initial": True}, {"axis": 0, "include_initial": True})),
    *(sample(f, M, axis=a, include_initial=i) for f in (np.cumulative_sum, np.cumulative_prod)
      for a in (0, 1, -1) for i in (False, True)),
    *(sample(f.accumulate, M, **o) for f in (np.add, np.multiply, np.maximum, np.minimum)
      for o in AXES),
    sample(np.add.reduceat, M, [0, 2, 1]), sample(np.add.reduceat, M, [2, 0], axis=-1),
    sample(np.add.reduceat, M.T, np.array([1, 1, 0]), 1), sample(np.add.reduceat, M[0], [0, 3, 0]),
    *(sample(f.accumulate, x) for f in (np.add, np.multiply, np.maximum, np.minimum)
      for x in (V, T, V[:1], E)),
    *(sample(np.unwrap, x, **o) for x in (M * 5,) for o in ({}, {"axis": 0}, {"discont": 2.0},
                                                            {"period": 2.5})),
    # differences
    *(sample(np.diff, x, n, a) for x in (M, T) for n in (0, 1, 2) for a in (0, -1, 1)),
    *(sample(np.diff, V, n) for n in (1, 2, 3, 4, 5, 6)),
    sample(np.diff, Z, axis=0),
    *(sample(np.diff, np.zeros((0, 3)), axis=a) for a in (0, 1)),
    *(sample(np.diff, V, n=n, prepend=0.5, append=1.5).but(single=False) for n in (1, 2, 7)),
    *(sample(np.diff, M, n=n, axis=a, prepend=p, append=q).but(single=n == 1 and p is not P)
      for n in (1, 2)
      for a, p, q in ((0, M[:1], M[:2]), (1, M[:, :2], M[:, :1]), (-1, P, M[:, :1]))),
    sample(np.diff, M, axis=0, prepend=P, append=0.5).but(single=False),
    sample(np.diff, V, prepend=V[:2]),
    sample(np.diff, V, append=0.5).but(single=False),
    *(sample(np.ediff1d, x) for x in (V, M, V[:1], V[:0], P)),
    *(sample(np.ediff1d, x, to_end=e, to_begin=b)
      for x, e, b in ((V, 0.5, 1.5), (M, V, M[:1]), (V[:1], V, 0.5), (V, None, V))),
    # the trapezoidal rule
    *(sample(np.trapezoid, x, **o) for x in (M, T) for o in (*AXES, {"dx": 0.5, "axis": 1})),
    *(sample(np.trapezoid, x) for x in (V, V[:1], V[:2], E)),
    *(sample(np.trapezoid, M, G), sample(np.trapezoid, M, G[:3], axis=0)),
    sample(np.trapezoid, T, x=G),
    sample(np.trapezoid, T, G[1:], 1.0, 1),
    *(sample(np.trapezoid, M, M[::-1], axis=a) for a in (0, 1)),
    sample(np.trapezoid, T, M, axis=-1),
    sample(np.trapezoid, Z, G),
    # sorting
    *(sample(np.sort, x, **o) for x in (M, F, T) for o in [*AXES, {"axis": None}]),
    *(sample(np.sort, V, kind=k) for k in ("stable", "quicksort", "heapsort")),
    *(sample(np.sort, x) for x in (V, E, Z)),
    sample(np.sort, V, stable=True),
    *(sample(np.partition, M, k, **o) for k in (0, 1, [0, 2]) for o in [*AXES, {"axis": None}]),
    sample(np.partition, R.permutation(300) / 30, 150),
    *(sample(np.sort_complex, x) for x in (V, M, Z)),
    *(sample(np.unique, x) for x in (V, M, E, np.repeat(V, 1))),
    sample(np.unique, M, return_index=True, return_inverse=True, return_counts=True),
    *(sample(np.unique, M, axis=a) for a in (0, 1, -1)),
    sample(np.unique, M, axis=0, return_counts=True),
    *(sample(f, M) for f in (np.unique_values, np.unique_counts, np.unique_inverse, np.unique_all)),
    # counts
    sample(np.bincount, np.array([0, 2, 2, 1, 5]), V),
    sample(np.bincount, np.array([0, 2, 2, 1, 5]), weights=V, minlength=9),
]  # fmt: skip

DOUBLE = (np.sort_complex, np.bincount)  # always in double precision
UNORDERED = (np.partition,)  # may order otherwise in single precision


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case.but(single=case.single and case.function not in DOUBLE + UNORDERED))


def test_every_rule_has_samples():
    sampled = {case.function for case in SAMPLES}
    assert not [f for f in rules_of("srcad.rules.scans") if f not in sampled]


@pytest.mark.parametrize("function", rules_of("srcad.rules.scans"), ids=lambda f: f.__name__)
def test_signature(function):
    if function is not np.trapezoid:
        check_signature(function)


@pytest.mark.parametrize(
    "case",
    [
        *(sample(f, M, axis=0) for f in (np.argsort, np.lexsort)),
        sample(np.argpartition, M, 1),
        sample(np.searchsorted, np.sort(V), V + 0.01),
        sample(np.digitize, V + 0.01, np.sort(V)),
    ],
    ids=str,
)
def test_places_have_no_derivative(case):
    check_no_derivative(case)
    assert isinstance(TABLE.get(case.function), NoDerivative)


def test_ties_keep_their_order_in_a_sort():
    x = np.array([2.0, 1.0, 2.0, 1.0])
    rule = TABLE.rules[np.sort]
    found = rule.pullbacks[0](np.array([1.0, 2.0, 3.0, 4.0]), np.sort(x), x)
    np.testing.assert_array_equal(found, [3, 1, 4, 2])


def test_ties_share_in_a_running_maximum():
    np.testing.assert_array_equal(special(np.maximum.accumulate, np.array([1.0, 1.0])), [1.5, 0.5])


def test_equal_elements_share_in_unique():
    found = special(np.unique, np.array([2.0, 1.0, 2.0]))
    np.testing.assert_array_equal(found, [0.5, 1, 0.5])


def test_cumprod_is_exact_with_zeros():
    found = special(np.cumprod, np.array([2.0, 0.0, 3.0, 0.0]))
    np.testing.assert_array_equal(found, [1, 8, 0, 0])


def test_equal_rows_share_in_unique():
    found = special(np.unique, np.array([[2.0, 1.0], [0.0, 1.0], [2.0, 1.0]]), axis=0)
    np.testing.assert_array_equal(found, [[0.5, 0.5], [1, 1], [0.5, 0.5]])
