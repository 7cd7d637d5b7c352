"""Declare derivatives of histograms, and of the standard library's `statistics`.

The sums of `statistics` are exact, ours are not.
"""

from __future__ import annotations

import math
import statistics

import numpy as np

from srcad.rules.table import jvp, linear, vjp
from srcad.runtime.histograms import (
    bins_bar,
    edges_alone_bar,
    histogram2d_bars,
    histogram2d_weights_bar,
    histogram_bar,
    histogram_weights_bar,
    histogramdd_bar,
    histogramdd_weights_bar,
    range_bar,
)
from srcad.runtime.statistics import (
    deviation_bar,
    deviation_moved,
    mean_bar,
    variance_bar,
    variance_moved,
    weighted_bar,
    weighted_moved,
    weights_bar,
    weights_moved,
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

vjp(np.histogram_bin_edges,
    lambda y_bar, y, a, bins=10, range=None, weights=None:
        edges_alone_bar(y_bar, y, a, bins, range),
    lambda y_bar, y, a, bins=10, range=None, weights=None: y_bar,
    lambda y_bar, y, a, bins=10, range=None, weights=None:
        range_bar((None, y_bar), (None, y), bins, range, None))
vjp(np.histogram2d,
    lambda y_bar, h, x, y, bins=10, range=None, density=None, weights=None:
        histogram2d_bars(y_bar, h, x, y, bins, range, density)[0],
    lambda y_bar, h, x, y, bins=10, range=None, density=None, weights=None:
        histogram2d_bars(y_bar, h, x, y, bins, range, density)[1],
    None, None, None,
    lambda y_bar, h, x, y, bins=10, range=None, density=None, weights=None:
        histogram2d_weights_bar(y_bar, h, x, y, density, weights))
vjp(np.histogramdd,
    lambda y_bar, y, sample, bins=10, range=None, density=None, weights=None:
        histogramdd_bar(y_bar, y, sample, bins, range, density),
    None, None, None,
    lambda y_bar, y, sample, bins=10, range=None, density=None, weights=None:
        histogramdd_weights_bar(y_bar, y, sample, density, weights))

linear(statistics.mean,  lambda y_bar, data: mean_bar(y_bar, data))
vjp(statistics.fmean,
    lambda y_bar, y, data, weights=None: weighted_bar(y_bar, data, weights),
    lambda y_bar, y, data, weights=None: weights_bar(y_bar, y, data, weights))

vjp(statistics.variance,  lambda y_bar, y, data, xbar=None: variance_bar(y_bar, data, xbar, 1))
vjp(statistics.pvariance, lambda y_bar, y, data, mu=None:   variance_bar(y_bar, data, mu, 0))
vjp(statistics.stdev,     lambda y_bar, y, data, xbar=None: deviation_bar(y_bar, y, data, xbar, 1))
vjp(statistics.pstdev,    lambda y_bar, y, data, mu=None:   deviation_bar(y_bar, y, data, mu, 0))

jvp(statistics.mean,  lambda t, y, data: math.fsum(t) / len(t))
jvp(statistics.fmean,
    lambda t, y, data, weights=None: weighted_moved(t, weights),
    lambda t, y, data, weights=None: weights_moved(t, y, data, weights))
jvp(statistics.variance,  lambda t, y, data, xbar=None: variance_moved(t, data, xbar, 1))
jvp(statistics.pvariance, lambda t, y, data, mu=None:   variance_moved(t, data, mu, 0))
jvp(statistics.stdev,     lambda t, y, data, xbar=None: deviation_moved(t, y, data, xbar, 1))
jvp(statistics.pstdev,    lambda t, y, data, mu=None:   deviation_moved(t, y, data, mu, 0))
# fmt: on
