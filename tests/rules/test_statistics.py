"""Check the rules of srcad.rules.statistics."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

import srcad.rules.statistics  # noqa: F401
from tests.rules.harness import check, check_signature, rules_of, sample

DATA = [0.5, 2.25, -1.0, 3.5]

X = np.array([0.3, 1.7, -0.4, 2.6, 0.9, 1.2])
W = np.array([1.0, 0.5, 2.0, 1.5, 0.25, 0.75])
EDGES = np.array([-0.5, 0.2, 1.0, 2.0, 2.7])

SAMPLES = [
    sample(np.histogram, X, 3), sample(np.histogram, X), sample(np.histogram, X, "auto"),
    sample(np.histogram, X, 4, density=True), sample(np.histogram, X.reshape(2, 3), 2, None, True),
    sample(np.histogram, X, 4, weights=W), sample(np.histogram, X, 3, weights=W, density=True),
    sample(np.histogram, X, 3, (0.0, 1.5), None, W), sample(np.histogram, X, EDGES, weights=W),
    sample(np.histogram, X, EDGES, density=True), sample(np.histogram, X, 5, (0.1, 2.2), True),
    sample(np.histogram, X, EDGES, weights=W, density=True),
    sample(np.histogram_bin_edges, X, 4), sample(np.histogram_bin_edges, X, "auto"),
    sample(np.histogram_bin_edges, X, EDGES), sample(np.histogram_bin_edges, X, 3, (0.1, 1.9)),
    sample(np.histogram2d, X, W, 3), sample(np.histogram2d, X, W, (2, 3), density=True),
    sample(np.histogram2d, X, W, 3, weights=W[::-1].copy()),
    sample(np.histogram2d, X, X[::-1].copy(), EDGES, None, True, W),
    sample(np.histogram2d, X, W, [EDGES, 2], None, True, W[::-1].copy()).but(single=False),
    sample(np.histogram2d, X, W, 2, [(0.0, 2.0), (0.3, 3.0)], True, X[::-1].copy() + 3),
    sample(np.histogramdd, np.stack([X, W], 1), 3, density=True, weights=W[::-1].copy()),
    sample(np.histogramdd, np.stack([X, W, X * W], 1), (1, 2, 3), weights=W),
    sample(np.histogramdd, (X, W), 2, density=True).but(single=False),
    sample(np.histogramdd, np.stack([X, W], 1), [EDGES, 3], density=True).but(single=False),
    *(sample(f, x).but(single=False)
      for f in (statistics.mean, statistics.fmean) for x in (DATA, tuple(DATA), np.array(DATA))),
    sample(statistics.fmean, DATA, [0.5, 1.0, 2.0, 0.25]).but(single=False),
    sample(statistics.fmean, [1.0, -1.0], [1.0, 1.0]).but(single=False),
    *(sample(f, DATA).but(single=False) for f in (statistics.variance, statistics.pvariance,
                                                  statistics.stdev, statistics.pstdev)),
    *(sample(f, DATA, 0.75).but(single=False, wrt=(0,))
      for f in (statistics.variance, statistics.pvariance, statistics.stdev, statistics.pstdev)),
]  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_rule(case):
    check(case)


def test_every_rule_has_a_sample():
    assert {*rules_of("srcad.rules.statistics")} <= {case.function for case in SAMPLES}


@pytest.mark.parametrize("function", rules_of("srcad.rules.statistics"), ids=lambda f: f.__name__)
def test_signatures(function):
    check_signature(function)
