"""Check the rules of srcad.rules.shapes against numbers, for every option of every function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.shapes  # noqa: F401
from srcad.rules.table import TABLE
from srcad.runtime.shapes import unravel, unreshape
from tests.rules.harness import check, check_signature, cotangent, rules_of, sample

R = np.random.default_rng(0)
V, M, T = R.normal(size=5), R.normal(size=(3, 4)), R.normal(size=(2, 3, 4))
F = np.asfortranarray(M)
Z = M + 1j * R.normal(size=(3, 4))
P = np.array(1.5)
E = np.zeros((0, 3))
S = R.normal(size=(1, 3, 1))
K = np.transpose(T, (1, 2, 0))  # neither C nor Fortran contiguous
AS_ARRAY = (
    np.array,
    np.asarray,
    np.asanyarray,
    np.ascontiguousarray,
    np.asfortranarray,
    np.asarray_chkfinite,
    np.require,
)
ATLEAST = (np.atleast_1d, np.atleast_2d, np.atleast_3d)

SAMPLES = [
    sample(np.reshape, M, (2, 6)),
    sample(np.reshape, M, -1),
    sample(np.reshape, T, (4, -1), order="F"),
    sample(np.reshape, M, (2, 6), "A"),
    sample(np.reshape, Z, (6, 2), copy=True),
    sample(np.reshape, E, (3, 0)),
    sample(np.reshape, P, (1, 1)),
    sample(np.reshape, 2.5, (1,)),
    sample(np.ravel, T),
    sample(np.ravel, T, "F"),
    sample(np.ravel, P),
    sample(np.ravel, E),
    sample(np.squeeze, S),
    sample(np.squeeze, S, axis=-1),
    sample(np.squeeze, S, axis=(0, 2)),
    sample(np.expand_dims, M, 0),
    sample(np.expand_dims, M, (0, -1)),
    sample(np.expand_dims, P, 0),
    *(sample(f, x) for f in ATLEAST for x in (P, V, M, T, 2.5)),
    *(sample(f, P, V, M) for f in ATLEAST),
    sample(np.transpose, M),
    sample(np.transpose, T),
    sample(np.transpose, T, (1, 2, 0)),
    sample(np.transpose, T, axes=(-1, 0, -2)),
    sample(np.transpose, P),
    sample(np.transpose, E),
    sample(np.transpose, Z),
    sample(np.matrix_transpose, T),
    sample(np.linalg.matrix_transpose, T),
    sample(np.swapaxes, T, 0, -1),
    sample(np.moveaxis, T, 0, -1),
    sample(np.moveaxis, T, (0, 1), (2, 0)),
    *(sample(np.rollaxis, T, a, s) for a in (0, 1, -1) for s in (0, 1, 2, 3, -1, -2)),
    sample(np.rollaxis, T, 2),
    sample(np.flip, T),
    sample(np.flip, T, 1),
    sample(np.flip, T, axis=(0, -1)),
    sample(np.flip, P),
    sample(np.fliplr, M),
    sample(np.flipud, M),
    sample(np.roll, M, 2),
    sample(np.roll, M, -1, axis=1),
    sample(np.roll, M, (1, 2), axis=(0, 1)),
    sample(np.roll, M, (1, 2), (1, 1)),
    *(sample(np.rot90, M, k) for k in (-1, 0, 1, 2, 3)),
    sample(np.rot90, T, 1, axes=(2, 0)),
    sample(np.broadcast_to, V, (3, 5)),
    sample(np.broadcast_to, S, (2, 2, 3, 4)),
    sample(np.broadcast_to, P, (2, 3)),
    sample(np.broadcast_to, 2.5, (2, 3)),
    sample(np.broadcast_to, M, (3, 4)),
    sample(np.broadcast_to, E, (2, 0, 3)),
    sample(np.repeat, M, 3),
    sample(np.repeat, M, 2, axis=0),
    sample(np.repeat, M, 2, axis=-1),
    sample(np.repeat, M, [2], axis=-1),
    sample(np.repeat, M, [1, 2, 3], axis=0),
    sample(np.repeat, M, [1, 0, 3], axis=0),
    sample(np.repeat, M, [0, 0, 0], axis=0),
    sample(np.repeat, V, np.array([0, 1, 2, 1, 0])),
    sample(np.repeat, M, 0, axis=0),
    sample(np.repeat, P, 3),
    sample(np.repeat, 2.5, 3),
    sample(np.repeat, E, 2, axis=0),
    sample(np.tile, V, 3),
    sample(np.tile, M, (2, 1)),
    sample(np.tile, M, (2, 1, 3)),
    sample(np.tile, T, 2),
    sample(np.tile, P, (2, 2)),
    sample(np.tile, V, 0),
    sample(np.tile, V, ()),
    sample(np.resize, V, 12),
    sample(np.resize, M, (2, 3)),
    sample(np.resize, M, (5, 7)),
    sample(np.resize, P, (3,)),
    sample(np.resize, V, 0),
    sample(np.ix_, V, V[:2]),
    sample(np.ix_, V),
    sample(np.lib.stride_tricks.sliding_window_view, V, 2),
    sample(np.lib.stride_tricks.sliding_window_view, M, (2, 3)),
    sample(np.lib.stride_tricks.sliding_window_view, M, 2, axis=-1),
    sample(np.lib.stride_tricks.sliding_window_view, M, (2, 2), axis=(1, 1)),
    sample(np.lib.stride_tricks.sliding_window_view, T, (2, 1), axis=(0, 2)),
    sample(np.broadcast_arrays, V, M[:, :1]),
    sample(np.broadcast_arrays, V, P, 2.5, S),
    sample(np.astype, M, np.float64),
    sample(np.astype, M, complex),
    sample(np.copy, M),
    sample(np.copy, M, order="F"),
    sample(np.copy, P),
    sample(np.copy, 2.5),
    sample(np.copy, [1.0, 2.5]),
    *(
        sample(f, x)
        for f in AS_ARRAY
        for x in (M, Z, P, 2.5, [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
    ),
    sample(np.array, V, ndmin=3),
    sample(np.array, M, dtype=complex),
    sample(np.array, [V, (1.0, 2.0, 3.0, 4.0, 5.0)]),
    sample(np.array, [[V[0], 2.0], [P, 1.0]]),
    sample(np.array, ([V, V], [V, V])),
    sample(np.array, [1.0, 2j]),
    sample(np.array, 2.5, ndmin=2),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.shapes")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.shapes"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


@pytest.mark.parametrize("cast", [np.astype, np.array, np.asarray, np.ascontiguousarray])
def test_a_cast_to_integers_carries_no_derivative(cast):
    case = sample(cast, M, int)
    np.testing.assert_array_equal(cotangent(case, 0, case.call(), np.ones(M.shape)), 0 * M)


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
@pytest.mark.parametrize("x", [M, F, T, K, K[:, ::-1], P, E], ids=lambda x: str(x.strides))
def test_unravel_alone_is_right_for_every_order(order, x):
    y = np.ravel(x, order)
    np.testing.assert_array_equal(unravel(y, x, order), x)


@pytest.mark.parametrize("order", ["C", "F", "A"])
@pytest.mark.parametrize("x", [M, F, T, K], ids=lambda x: str(x.strides))
def test_unreshape_alone_is_right_for_every_order(order, x):
    np.testing.assert_array_equal(unreshape(np.reshape(x, (-1, 2), order), x, order), x)


def test_rules_are_linear_rules():
    assert all(type(TABLE.rules[f]).__name__ == "Linear" for f in rules_of("srcad.rules.shapes"))
