"""Declare the derivatives of NumPy's reductions: sums, means, products, extrema, quantiles.

Ties share equally; a standard deviation of 0 has the derivative 0.
Where a rule reads `A if test else B`, B alone is right for every argument; A is what a person
would write where the test is known to hold.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import like, linear, no_derivative, vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import divide, ratio
from srcad.runtime.quantiles import quantile_bar, quantile_q_bar
from srcad.runtime.reductions import (
    average_bar,
    average_weights_bar,
    count,
    kept,
    masked,
    mean_where,
    others,
    ptp_bar,
    share_of_initial,
    shares,
    spread,
    sum_where,
    unspread,
    var_bar,
    var_mean_bar,
)

# fmt: off

# --- sums and means ---
linear(
    np.sum,
    lambda y_bar, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True:
        spread(y_bar, a, axis, keepdims) if where is True
        else sum_where(y_bar, a, axis, keepdims, where),
    None, None, None, None,
    lambda y_bar, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True:
        unbroadcast(y_bar, initial),
)
linear(
    np.mean,
    lambda y_bar, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True:
        spread(divide(y_bar, count(a, axis)), a, axis, keepdims) if where is True
        else mean_where(y_bar, a, axis, keepdims, where),
)
vjp(
    np.average,
    lambda y_bar, y, a, axis=None, weights=None, returned=False, *, keepdims=False:
        average_bar(y_bar, y, a, axis, weights, returned, keepdims),
    None,
    lambda y_bar, y, a, axis=None, weights=None, returned=False, *, keepdims=False:
        average_weights_bar(y_bar, y, a, axis, weights, returned, keepdims),
)
vjp(
    np.nansum,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True:
        sum_where(y_bar, a, axis, keepdims, ~np.isnan(a) & where),
    None, None, None, None,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True:
        unbroadcast(y_bar, initial),
)
vjp(
    np.nanmean,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True:
        mean_where(y_bar, a, axis, keepdims, ~np.isnan(a) & where),
)

# --- variances ---
vjp(
    np.var,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_bar(y_bar, a, axis, ddof if correction is None else correction, keepdims, where, mean),
    None, None, None, None, None, None,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_mean_bar(y_bar, a, axis, ddof if correction is None else correction, keepdims, where,
                     mean),
)
vjp(
    np.std,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_bar(ratio(0.5 * y_bar, y), a, axis, ddof if correction is None else correction,
                keepdims, where, mean),
    None, None, None, None, None, None,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_mean_bar(ratio(0.5 * y_bar, y), a, axis, ddof if correction is None else correction,
                     keepdims, where, mean),
)
vjp(
    np.nanvar,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_bar(y_bar, a, axis, ddof if correction is None else correction, keepdims,
                ~np.isnan(a) & where, mean),
)
vjp(
    np.nanstd,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
    mean=None, correction=None:
        var_bar(ratio(0.5 * y_bar, y), a, axis, ddof if correction is None else correction,
                keepdims, ~np.isnan(a) & where, mean),
)

# --- products ---
vjp(
    np.prod,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True:
        spread(y_bar, a, axis, keepdims) * others(a, axis, where, initial),
    None, None, None, None,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True:
        unbroadcast(y_bar * np.prod(a, axis, keepdims=keepdims, where=where), initial),
)
vjp(
    np.nanprod,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True:
        spread(y_bar, a, axis, keepdims) * others(a, axis, ~np.isnan(a) & where, initial),
    None, None, None, None,
    lambda y_bar, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True:
        unbroadcast(y_bar * np.nanprod(a, axis, keepdims=keepdims, where=where), initial),
)

# --- extrema: one rule for all of them ---
vjp(
    np.max,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(
    np.min,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(
    np.amax,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(
    np.amin,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(
    np.nanmax,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(
    np.nanmin,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        spread(y_bar, a, axis, keepdims) * shares(y, a, axis, keepdims, where, initial),
    None, None, None,
    lambda y_bar, y, a, axis=None, out=None, keepdims=False, initial=None, where=True:
        unbroadcast(y_bar * share_of_initial(y, a, axis, keepdims, where, initial), initial),
)
vjp(np.ptp, lambda y_bar, y, a, axis=None, out=None, keepdims=False:
    ptp_bar(y_bar, a, axis, keepdims))

# --- quantiles; overwrite_input=True, which destroys `a`, has no rule ---
vjp(np.median, lambda y_bar, y, a, axis=None, out=None, *, keepdims=False:
    quantile_bar(y_bar, a, 0.5, axis, "linear", keepdims))
vjp(np.nanmedian, lambda y_bar, y, a, axis=None, out=None, *, keepdims=False:
    quantile_bar(y_bar, a, 0.5, axis, "linear", keepdims, skip_nan=True))
vjp(np.quantile,
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_bar(y_bar, a, q, axis, method, keepdims, weights),
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_bar(y_bar, a, q, axis, method, weights))
vjp(np.nanquantile,
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_bar(y_bar, a, q, axis, method, keepdims, weights, skip_nan=True),
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_bar(y_bar, a, q, axis, method, weights, skip_nan=True))
vjp(np.percentile,
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_bar(y_bar, a, np.divide(q, 100), axis, method, keepdims, weights),
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_bar(y_bar, a, q, axis, method, weights, 100))
vjp(np.nanpercentile,
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_bar(y_bar, a, np.divide(q, 100), axis, method, keepdims, weights, skip_nan=True),
    lambda y_bar, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_bar(y_bar, a, q, axis, method, weights, 100, skip_nan=True))

# --- reductions of ufuncs: `axis` is 0 by default ---
linear(
    np.add.reduce,
    lambda y_bar, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=0, where=True:
        spread(y_bar, array, axis, keepdims) if where is True
        else sum_where(y_bar, array, axis, keepdims, where),
    None, None, None, None,
    lambda y_bar, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=0, where=True:
        unbroadcast(y_bar, initial),
)
vjp(
    np.multiply.reduce,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=1, where=True:
        spread(y_bar, array, axis, keepdims) * others(array, axis, where, initial),
    None, None, None, None,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=1, where=True:
        unbroadcast(y_bar * np.prod(array, axis, keepdims=keepdims, where=where), initial),
)
for extreme in (np.maximum, np.minimum, np.fmax, np.fmin):
    vjp(
        extreme.reduce,
        lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None,
        where=True:
            spread(y_bar, array, axis, keepdims) * shares(y, array, axis, keepdims, where, initial),
        None, None, None, None,
        lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None,
        where=True:
            unbroadcast(y_bar * share_of_initial(y, array, axis, keepdims, where, initial),
                        initial),
    )
vjp(
    np.logaddexp.reduce,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None,
    where=True:
        np.where(where, spread(y_bar, array, axis, keepdims)
                 * np.exp(array - spread(y, array, axis, keepdims)), 0),
)
vjp(
    np.logaddexp2.reduce,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None,
    where=True:
        np.where(where, spread(y_bar, array, axis, keepdims)
                 * np.exp2(array - spread(y, array, axis, keepdims)), 0),
)
vjp(
    np.hypot.reduce,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=0, where=True:
        masked(spread(y_bar, array, axis, keepdims)
               * ratio(array, spread(y, array, axis, keepdims)), where),
    None, None, None, None,
    lambda y_bar, y, array, /, axis=0, dtype=None, out=None, keepdims=False, initial=0, where=True:
        unbroadcast(y_bar * ratio(initial, y), initial),
)

# --- counts, tests and places ---
no_derivative(np.count_nonzero, np.any, np.all, np.argmax, np.argmin, np.nanargmax, np.nanargmin,
              np.logical_and.reduce, np.logical_or.reduce)

# --- the helpers of these rules, for derivatives of derivatives ---
linear(spread, lambda y_bar, g, x, axis=None, keepdims=False: unspread(y_bar, g, axis))
linear(unbroadcast, lambda y_bar, g, x: np.broadcast_to(y_bar, np.shape(g)))
linear(kept, lambda y_bar, g, axis, keepdims=False: np.reshape(y_bar, np.shape(g)))
no_derivative(shares, share_of_initial, count)
like(spread, 1)
like(unbroadcast, 1)

# fmt: on
