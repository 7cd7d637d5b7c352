"""How tangents pass through functions whose rules tell only how cotangents do.

np.matmul       y_dot = a_dot @ b + a @ b_dot
np.linalg.inv   y_dot = -y @ a_dot @ y
math.modf       y_dot = (x_dot, 0.0)
"""

from __future__ import annotations

import math
import operator

import numpy as np

from srcad.rules.table import jvp, multilinear
from srcad.runtime.curves import interp_x_moved
from srcad.runtime.elementwise import kept_parts, times
from srcad.runtime.padding import padded
from srcad.runtime.pushes import (
    extremum_moved,
    interp_moved,
    one_by_one,
    solve_moved,
    variance_moved,
)
from srcad.runtime.quantiles import quantile_moved, quantile_q_moved

multilinear(
    operator.matmul, np.matmul, np.linalg.matmul, np.dot, np.matvec, np.vecmat, np.vecdot,
    np.linalg.vecdot, np.vdot, np.inner, np.outer, np.linalg.outer, np.tensordot,
    np.linalg.tensordot, np.kron, np.cross, np.linalg.cross, np.convolve, np.correlate,
)  # fmt: skip
multilinear(times)
multilinear(np.einsum, positions=None)

jvp(
    np.gradient,
    lambda f_dot, y, f, *varargs, axis=None, edge_order=1: np.gradient(
        f_dot, *varargs, axis=axis, edge_order=edge_order
    ),
)
jvp(
    np.pad,
    lambda t, y, array, pad_width, mode="constant", constant_values=0, end_values=0,
           stat_length=None, reflect_type="even":
    padded(t, array, pad_width, mode, stat_length, reflect_type),
)  # fmt: skip
jvp(
    np.interp,
    lambda t, y, x, xp, fp, left=None, right=None, period=None: interp_x_moved(
        t, x, xp, fp, period
    ),
    lambda t, y, x, xp, fp, left=None, right=None, period=None: (
        -interp_x_moved(np.interp(x, xp, t, period=period), x, xp, fp, period)
    ),
    lambda t, y, x, xp, fp, left=None, right=None, period=None: interp_moved(
        t, x, xp, left, right, period
    ),
    lambda t, y, x, xp, fp, left=None, right=None, period=None: (
        t * (np.asarray(x) < xp[0]) if period is None else 0.0 * y
    ),
    lambda t, y, x, xp, fp, left=None, right=None, period=None: (
        t * (np.asarray(x) > xp[-1]) if period is None else 0.0 * y
    ),
)
jvp(
    np.trapezoid,
    lambda t, area, y, x=None, dx=1.0, axis=-1: np.trapezoid(t, x, dx, axis),
    lambda t, area, y, x=None, dx=1.0, axis=-1: np.trapezoid(y, t, axis=axis),
    lambda t, area, y, x=None, dx=1.0, axis=-1: (
        np.trapezoid(y, dx=t, axis=axis) if x is None else 0.0 * area
    ),
)
jvp(
    np.full,
    None,
    lambda t, y, shape, fill_value, dtype=None, order="C", *, device=None, like=None: np.full(
        shape, t, order=order
    ),
)
jvp(np.real_if_close, lambda t, y, a, tol=100: t if np.iscomplexobj(y) else np.real(t))
# fmt: off
jvp(np.median, lambda t, y, a, axis=None, out=None, *, keepdims=False:
    quantile_moved(t, y, a, 0.5, axis))
jvp(np.nanmedian, lambda t, y, a, axis=None, out=None, *, keepdims=False:
    quantile_moved(t, y, a, 0.5, axis, skip_nan=True))
jvp(np.quantile,
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_moved(t, y, a, q, axis, method, weights),
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_moved(t, y, a, q, axis, method, weights))
jvp(np.nanquantile,
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_moved(t, y, a, q, axis, method, weights, skip_nan=True),
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_moved(t, y, a, q, axis, method, weights, skip_nan=True))
jvp(np.percentile,
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_moved(t, y, a, np.divide(q, 100), axis, method, weights),
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_moved(t, y, a, q, axis, method, weights, 100))
jvp(np.nanpercentile,
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_moved(t, y, a, np.divide(q, 100), axis, method, weights, skip_nan=True),
    lambda t, y, a, q, axis=None, out=None, *, method="linear", keepdims=False, weights=None:
    quantile_q_moved(t, y, a, q, axis, method, weights, 100, skip_nan=True))
# fmt: on
jvp(math.modf, lambda x_dot, y, x: (x_dot, 0.0))
jvp(np.modf, lambda x_dot, y, x: (x_dot, 0.0 * x_dot))
jvp(
    np.nansum,
    lambda t, y, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True: np.sum(
        t, axis, keepdims=keepdims, where=~np.isnan(a) & where
    ),
)
jvp(
    np.nanmean,
    lambda t, y, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True: np.mean(
        t, axis, keepdims=keepdims, where=~np.isnan(a) & where
    ),
)
jvp(
    np.nancumsum,
    lambda t, y, a, axis=None, dtype=None, out=None: np.cumsum(np.where(np.isnan(a), 0, t), axis),
)
jvp(
    np.nanvar,
    lambda t, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True: (
        variance_moved(t, y, a, axis, ddof, keepdims, ~np.isnan(a) & where, False)
    ),
)
jvp(
    np.nanstd,
    lambda t, y, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True: (
        variance_moved(t, y, a, axis, ddof, keepdims, ~np.isnan(a) & where, True)
    ),
)
for extremum in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin):
    jvp(
        extremum,
        lambda t, y, a, axis=None, out=None, keepdims=False, initial=None, where=True: (
            extremum_moved(t, y, a, axis, keepdims, initial, where)
        ),
    )
jvp(
    np.nan_to_num,
    lambda t, y, x, copy=True, nan=0.0, posinf=None, neginf=None: (
        np.where(np.isfinite(x), t, 0)[()] if np.isrealobj(x) else kept_parts(t, x)
    ),
)
jvp(np.linalg.inv, lambda a_dot, y, a: -y @ a_dot @ y)
jvp(
    np.linalg.solve,
    lambda a_dot, y, a, b: solve_moved(a_dot, y, a, b),
    lambda b_dot, y, a, b: np.linalg.solve(a, b_dot),
)
jvp(np.linalg.multi_dot, lambda t, y, arrays, *, out=None: one_by_one(t, arrays))
jvp(np.linalg.det, lambda a_dot, y, a: y * np.trace(np.linalg.solve(a, a_dot), 0, -2, -1))
