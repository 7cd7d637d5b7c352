"""Declare derivatives of the standard library's `statistics`: its sums are exact, ours are not."""

from __future__ import annotations

import statistics

from srcad.rules.table import linear, vjp
from srcad.runtime.statistics import (
    deviation_bar,
    mean_bar,
    variance_bar,
    weighted_bar,
    weights_bar,
)

# fmt: off
linear(statistics.mean,  lambda y_bar, data: mean_bar(y_bar, data))
vjp(statistics.fmean,
    lambda y_bar, y, data, weights=None: weighted_bar(y_bar, data, weights),
    lambda y_bar, y, data, weights=None: weights_bar(y_bar, y, data, weights))

vjp(statistics.variance,  lambda y_bar, y, data, xbar=None: variance_bar(y_bar, data, xbar, 1))
vjp(statistics.pvariance, lambda y_bar, y, data, mu=None:   variance_bar(y_bar, data, mu, 0))
vjp(statistics.stdev,     lambda y_bar, y, data, xbar=None: deviation_bar(y_bar, y, data, xbar, 1))
vjp(statistics.pstdev,    lambda y_bar, y, data, mu=None:   deviation_bar(y_bar, y, data, mu, 0))
# fmt: on
