"""Check that what srcad.rules.creation declares constant is constant."""

from __future__ import annotations

import numpy as np
import pytest

import srcad.rules.creation  # noqa: F401
from srcad.rules.table import TABLE, NoDerivative
from tests.rules.harness import check, check_no_derivative, sample

M = np.random.default_rng(6).normal(size=(3, 4))

SAMPLES = [
    *(sample(f, M) for f in (np.zeros_like, np.ones_like, np.shape, np.ndim, np.size)),
    sample(np.size, M, 1),
    *(sample(f, M) for f in (np.isscalar, np.iscomplexobj, np.isrealobj, np.iterable)),
    *(sample(f, M) for f in (np.iscomplex, np.isreal, np.isfortran, np.result_type)),
    *(sample(f, M, M + 1) for f in (np.array_equal, np.array_equiv, np.allclose, np.isclose)),
    sample(np.common_type, M, M),
    sample(np.linalg.matrix_rank, M),
    sample(np.einsum_path, "ij,kj->ik", M, M),
]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_the_result_does_not_change(case):
    check_no_derivative(case)


@pytest.mark.parametrize(
    "function",
    [
        *(np.zeros, np.ones, np.empty, np.empty_like, np.eye, np.identity, np.tri),
        *(np.finfo, np.iinfo, np.may_share_memory, np.shares_memory),
    ],
)
def test_sizes_carry_no_derivative(function):
    assert isinstance(TABLE.rules[function], NoDerivative)


def test_windows_of_kaiser():
    for size, beta in ((1, 2.0), (5, 3.0), (6, 14.0), (7, 0.5)):
        check(sample(np.kaiser, size, beta))
