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
from srcad.runtime.pushes import one_by_one, times_solution

multilinear(
    operator.matmul, np.matmul, np.linalg.matmul, np.dot, np.matvec, np.vecmat, np.vecdot,
    np.linalg.vecdot, np.vdot, np.inner, np.outer, np.linalg.outer, np.tensordot,
    np.linalg.tensordot, np.kron, np.cross, np.linalg.cross, np.convolve, np.correlate,
)  # fmt: skip
multilinear(np.einsum, positions=None)

jvp(math.modf, lambda x_dot, y, x: (x_dot, 0.0))
jvp(np.modf, lambda x_dot, y, x: (x_dot, 0.0 * x_dot))
jvp(np.linalg.inv, lambda a_dot, y, a: -y @ a_dot @ y)
jvp(
    np.linalg.solve,
    lambda a_dot, y, a, b: -np.linalg.solve(a, times_solution(a_dot, y, b)),
    lambda b_dot, y, a, b: np.linalg.solve(a, b_dot),
)
jvp(np.linalg.multi_dot, lambda t, y, arrays, *, out=None: one_by_one(t, arrays))
jvp(np.linalg.det, lambda a_dot, y, a: y * np.trace(np.linalg.solve(a, a_dot), 0, -2, -1))
