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
from srcad.runtime.elementwise import kept_parts
from srcad.runtime.pushes import extremum_moved, one_by_one, padded, solve_moved, variance_moved

multilinear(
    operator.matmul, np.matmul, np.linalg.matmul, np.dot, np.matvec, np.vecmat, np.vecdot,
    np.linalg.vecdot, np.vdot, np.inner, np.outer, np.linalg.outer, np.tensordot,
    np.linalg.tensordot, np.kron, np.cross, np.linalg.cross, np.convolve, np.correlate,
)  # fmt: skip
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
    padded(t, pad_width, mode, stat_length, reflect_type),
)  # fmt: skip
jvp(math.modf, lambda x_dot, y, x: (x_dot, 0.0))
jvp(np.modf, lambda x_dot, y, x: (x_dot, 0.0 * x_dot))
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
