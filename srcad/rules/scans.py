"""Declare the derivatives of scans, differences, sorting and counting along an axis.

Sorting passes the cotangents back by the permutation that ran; ties keep their order.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import linear, no_derivative, vjp
from srcad.runtime.scans import (
    cumprod_bar,
    cumsum_bar,
    diff_bar,
    edge_bar,
    ediff1d_bar,
    reduceat_bar,
    running_extremum_bar,
    suffix_sums,
    trapezoid_bar,
    trapezoid_dx_bar,
    trapezoid_x_bar,
    unique_bar,
    unsort,
)

# fmt: off

# --- running sums and products ---
linear(np.cumsum, lambda y_bar, a, axis=None, dtype=None, out=None:
       cumsum_bar(y_bar, a) if axis is None else suffix_sums(y_bar, axis))
linear(np.cumulative_sum,
       lambda y_bar, x, /, *, axis=None, dtype=None, out=None, include_initial=False:
       cumsum_bar(y_bar, x, axis, include_initial))
vjp(np.nancumsum, lambda y_bar, y, a, axis=None, dtype=None, out=None:
    np.where(np.isnan(a), 0, cumsum_bar(y_bar, a, axis))[()])
vjp(np.cumprod, lambda y_bar, y, a, axis=None, dtype=None, out=None:
    cumprod_bar(y_bar, y, a, axis))
vjp(np.cumulative_prod,
    lambda y_bar, y, x, /, *, axis=None, dtype=None, out=None, include_initial=False:
    cumprod_bar(y_bar, y, x, axis, include_initial))
vjp(np.nancumprod, lambda y_bar, y, a, axis=None, dtype=None, out=None:
    np.where(np.isnan(a), 0, cumprod_bar(y_bar, y, np.where(np.isnan(a), 1, a), axis))[()])
linear(np.add.reduceat, lambda y_bar, array, indices, /, axis=0, dtype=None, out=None:
       reduceat_bar(y_bar, array, indices, axis))
linear(np.add.accumulate, lambda y_bar, array, /, axis=0, dtype=None, out=None:
       suffix_sums(y_bar, axis))
vjp(np.multiply.accumulate, lambda y_bar, y, array, /, axis=0, dtype=None, out=None:
    cumprod_bar(y_bar, y, array, axis))
vjp(np.maximum.accumulate, lambda y_bar, y, array, /, axis=0, dtype=None, out=None:
    running_extremum_bar(y_bar, y, array, axis, True))
vjp(np.minimum.accumulate, lambda y_bar, y, array, /, axis=0, dtype=None, out=None:
    running_extremum_bar(y_bar, y, array, axis, False))
vjp(np.unwrap, lambda y_bar, y, p, discont=None, axis=-1, *, period=6.283185307179586: y_bar)

# --- differences and the trapezoidal rule, whose function is called y ---
linear(
    np.diff,
    lambda y_bar, a, n=1, axis=-1, prepend=None, append=None:
        diff_bar(y_bar, a, n, axis, prepend, append),
    None, None,
    lambda y_bar, a, n=1, axis=-1, prepend=None, append=None:
        diff_bar(y_bar, a, n, axis, prepend, append, 0),
    lambda y_bar, a, n=1, axis=-1, prepend=None, append=None:
        diff_bar(y_bar, a, n, axis, prepend, append, 2),
)
linear(np.ediff1d, lambda y_bar, ary, to_end=None, to_begin=None: ediff1d_bar(y_bar, ary, to_begin),
                   lambda y_bar, ary, to_end=None, to_begin=None: edge_bar(y_bar, to_end, True),
                   lambda y_bar, ary, to_end=None, to_begin=None: edge_bar(y_bar, to_begin, False))
vjp(np.trapezoid,
    lambda y_bar, area, y, x=None, dx=1.0, axis=-1: trapezoid_bar(y_bar, y, x, dx, axis),
    lambda y_bar, area, y, x=None, dx=1.0, axis=-1: trapezoid_x_bar(y_bar, y, x, axis),
    lambda y_bar, area, y, x=None, dx=1.0, axis=-1:
        trapezoid_dx_bar(y_bar, y, dx, axis) if x is None else 0 * dx)

# --- sorting ---
vjp(np.sort, lambda y_bar, y, a, axis=-1, kind=None, order=None, *, stable=None:
    unsort(y_bar, y, a, axis))
vjp(np.partition, lambda y_bar, y, a, kth, axis=-1, kind="introselect", order=None:
    unsort(y_bar, y, a, axis))
vjp(np.sort_complex, lambda y_bar, y, a:
    np.real(unsort(y_bar, y, a)) if np.isrealobj(a) else unsort(y_bar, y, a))
vjp(np.unique, lambda y_bar, y, ar, return_index=False, return_inverse=False, return_counts=False,
    axis=None, *, equal_nan=True, sorted=True:
    unique_bar(y_bar, ar, axis, isinstance(y, tuple), equal_nan))
vjp(np.unique_all,     lambda y_bar, y, x: unique_bar(y_bar, x, None, True, False))
vjp(np.unique_counts,  lambda y_bar, y, x: unique_bar(y_bar, x, None, True, False))
vjp(np.unique_inverse, lambda y_bar, y, x: unique_bar(y_bar, x, None, True, False))
vjp(np.unique_values,  lambda y_bar, y, x: unique_bar(y_bar, x, None, False, False))

# --- places and counts ---
linear(np.bincount, None, lambda y_bar, x, /, weights=None, minlength=0: y_bar[x])
no_derivative(np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.digitize, np.isin)

# fmt: on
