"""Check the rules of srcad.rules.joining against numbers, for every option of every function."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.joining  # noqa: F401
from tests.rules.harness import check, check_signature, cotangent, rules_of, sample

R = np.random.default_rng(1)
V, W, M, N = R.normal(size=3), R.normal(size=2), R.normal(size=(2, 3)), R.normal(size=(4, 3))
T, U = R.normal(size=(2, 3, 4)), R.normal(size=(2, 5, 4))
Z = M + 1j * R.normal(size=(2, 3))
P = np.array(1.5)
E = np.zeros((0, 3))

SAMPLES = [
    sample(np.concatenate, [M, N]),
    sample(np.concatenate, (M, N, E)),
    sample(np.concatenate, [T, U], 1),
    sample(np.concatenate, [T, U], axis=-2),
    sample(np.concatenate, [M, V, P], None),
    sample(np.concatenate, [M, Z]),
    sample(np.concatenate, T, axis=1),
    sample(np.concatenate, [V, [1.0, 2.0]]),
    sample(np.concatenate, [V]),
    sample(np.stack, [V, V]),
    sample(np.stack, (M, M), axis=1),
    sample(np.stack, [M, M], -1),
    sample(np.stack, [1.5, P, 2.5]),
    sample(np.stack, M),
    sample(np.stack, [[1.0, 2.0], [3.0, 4.0]]),
    sample(np.stack, M, axis=1),
    sample(np.vstack, [V, M, N]),
    sample(np.vstack, (1.5, P)),
    sample(np.vstack, [T, T]),
    sample(np.vstack, M),
    sample(np.hstack, [V, W]),
    sample(np.hstack, [M, M]),
    sample(np.hstack, (1.5, V)),
    sample(np.hstack, [T, U]),
    sample(np.hstack, M),
    sample(np.dstack, [V, V]),
    sample(np.dstack, (M, M, M)),
    sample(np.dstack, [T, R.normal(size=(2, 3, 1))]),
    sample(np.column_stack, [V, V, V]),
    sample(np.column_stack, (V, R.normal(size=(3, 2)))),
    sample(np.block, [V, W]),
    sample(np.block, [[M, M], [N, N]]),
    sample(np.block, [[M], [V]]),
    sample(np.block, [[1.5, W], [W[:, None], R.normal(size=(2, 2))]]),
    sample(np.block, [[[T, U[:, :3]]], [[T, T]]]),
    sample(np.block, M),
    sample(np.block, [1.5, P, V]),
    sample(np.append, V, W),
    sample(np.append, V, 1.5),
    sample(np.append, M, N, axis=0),
    sample(np.append, T, U, -2),
    sample(np.append, M, V),
    sample(np.insert, V, 1, 7.0),
    sample(np.insert, V, -1, W),
    sample(np.insert, V, [0, 2], W),
    sample(np.insert, V, [2, 0, 0], V),
    sample(np.insert, V, [1, 2], 7.0),
    sample(np.insert, V, np.array([True, False, True]), W),
    sample(np.insert, V, slice(0, 2), W),
    sample(np.insert, M, 1, 7.0),
    sample(np.insert, M, 1, V, axis=0),
    sample(np.insert, M, 1, W, axis=1),
    sample(np.insert, M, 1, R.normal(size=(4, 2)), axis=1),
    sample(np.insert, M, [1], W[:, None], axis=1),
    sample(np.insert, M, [1, 3], 7.0, axis=-1),
    sample(np.insert, M, [1, 3], M[:, :2], axis=1),
    sample(np.insert, M, 3, W, -1),
    sample(np.insert, T, 1, M, axis=2).but(wrt=(0,)),
    sample(np.trim_zeros, V),
    sample(np.delete, V, 1),
    sample(np.delete, V, -1),
    sample(np.delete, V, [0, 0, 2]),
    sample(np.delete, M, 4),
    sample(np.delete, M, 1, axis=1),
    sample(np.delete, T, slice(0, 3, 2), axis=-1),
    sample(np.delete, M, np.array([True, False, True]), axis=1),
    sample(np.delete, V, []),
    sample(np.split, V, 3),
    sample(np.split, T, [1, 2], axis=-1),
    sample(np.split, N, 2),
    sample(np.split, V, [2, 2, 5]),
    sample(np.array_split, V, 2),
    sample(np.array_split, T, 3, axis=2),
    sample(np.vsplit, N, 2),
    sample(np.hsplit, M, [1]),
    sample(np.hsplit, V, 3),
    sample(np.dsplit, T, 2),
    sample(np.unstack, M),
    sample(np.unstack, T, axis=-1),
    sample(np.meshgrid, V, W),
    sample(np.meshgrid, V, W, indexing="ij").but(wrt=(0, 1)),
    sample(np.meshgrid, V, W, sparse=True).but(wrt=(0, 1)),
    sample(np.meshgrid, V, W, V, W).but(wrt=(0, 1, 2, 3)),
    sample(np.meshgrid, V, W, V, indexing="ij", sparse=True).but(wrt=(0, 1, 2)),
    sample(np.meshgrid, V),
    sample(np.meshgrid, V, 1.5, P),
]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.joining")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.joining"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)


def test_the_cotangent_of_a_tuple_is_a_tuple_and_of_floats_floats():
    case = sample(np.stack, (1.5, 2.5))
    bar = cotangent(case, 0, case.call(), np.array([3.0, 4.0]))
    assert bar == (3.0, 4.0)
    assert [type(x) for x in bar] == [float, float]


@pytest.mark.parametrize("options", [{}, {"trim": "f"}, {"trim": "B"}, {"axis": 1}, {"axis": (0,)}])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_trimmed_zeros_get_nothing(shape, options):
    if len(shape) == 1 and options.get("axis") == 1:
        return
    x = np.pad(np.arange(1.0, 1 + np.prod(shape)).reshape(shape), ((1, 2),) * len(shape))
    y = np.trim_zeros(x, **options)
    found = cotangent(sample(np.trim_zeros, x, **options), 0, y, y)
    np.testing.assert_array_equal(found, x)


def test_trimming_nothing_but_zeros():
    zeros = np.zeros(3)
    found = cotangent(sample(np.trim_zeros, zeros), 0, zeros[:0], zeros[:0])
    assert found.tolist() == [0, 0, 0]
    given = [0.0, 1.5, 2.0, 0.0]
    assert cotangent(sample(np.trim_zeros, given), 0, 0, np.array([3.0, 4.0])) == [0, 3, 4, 0]


def test_zeros_of_a_tangent_are_not_trimmed() -> None:
    """What is cut off is told by the values, whatever the tangent is."""
    x, x_dot = np.array([0.0, 1.3, -2.7, 0.0]), np.array([1.0, 0.0, 1.0, 1.0])
    _, found = srcad.jvp(np.trim_zeros, (x,), (x_dot,))
    np.testing.assert_array_equal(found, [0.0, 1.0])
    _, found = srcad.jvp(lambda x: np.trim_zeros(x, "b"), (x,), (x_dot,))
    np.testing.assert_array_equal(found, [1.0, 0.0, 1.0])
