"""Declare derivatives of histograms, and of the standard library's `statistics`.

The sums of `statistics` are exact, ours are not.
"""

from __future__ import annotations

import statistics

import numpy as np

from srcad.rules.table import linear, vjp
from srcad.runtime.histograms import (
    bins_bar,
    histogram_bar,
    histogram_weights_bar,
    range_bar,
)
from srcad.runtime.statistics import (
    deviation_bar,
    mean_bar,
    variance_bar,
    weighted_bar,
    weights_bar,
)

# fmt: off
vjp(np.histogram,
    lambda y_bar, y, a, bins=10, range=None, density=None, weights=None:
        histogram_bar(y_bar, y, a, bins, range, density),
    lambda y_bar, y, a, bins=10, range=None, density=None, weights=None:
        bins_bar(y_bar, y, bins, density),
    lambda y_bar, y, a, bins=10, range=None, density=None, weights=None:
        range_bar(y_bar, y, bins, range, density),
    None,
    lambda y_bar, y, a, bins=10, range=None, density=None, weights=None:
        histogram_weights_bar(y_bar, y, a, density, weights))

linear(statistics.mean,  lambda y_bar, data: mean_bar(y_bar, data))
vjp(statistics.fmean,
    lambda y_bar, y, data, weights=None: weighted_bar(y_bar, data, weights),
    lambda y_bar, y, data, weights=None: weights_bar(y_bar, y, data, weights))

vjp(statistics.variance,  lambda y_bar, y, data, xbar=None: variance_bar(y_bar, data, xbar, 1))
vjp(statistics.pvariance, lambda y_bar, y, data, mu=None:   variance_bar(y_bar, data, mu, 0))
vjp(statistics.stdev,     lambda y_bar, y, data, xbar=None: deviation_bar(y_bar, y, data, xbar, 1))
vjp(statistics.pstdev,    lambda y_bar, y, data, mu=None:   deviation_bar(y_bar, y, data, mu, 0))
# fmt: on
