"""Declare products of arrays, convolutions, polynomials, ranges and finite differences.

The formula for `*args` gives the cotangents of all of them.
"""

from __future__ import annotations

import operator

import numpy as np

from srcad.rules.table import jvp, like, linear, vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.curves import (
    aweights_bar,
    corrcoef_bars,
    cov_bars,
    gradient_spacings,
    interp_fp,
    interp_x,
    interp_xp,
    line_start,
    line_stop,
    linspace_start,
    linspace_stop,
    log_bar,
    logspace_base,
    polyval_p,
    polyval_x,
    ungradient,
    unvander,
)
from srcad.runtime.indexing import fit, uncast
from srcad.runtime.products import (
    convolve_a,
    convolve_v,
    correlate_a,
    correlate_v,
    cross_a,
    cross_b,
    dot_a,
    dot_b,
    einsum_bars,
    inner_a,
    inner_b,
    kron_a,
    kron_b,
    matmul_a,
    matmul_b,
    outer_a,
    outer_b,
    tensordot_a,
    tensordot_b,
    vdot_a,
    vdot_b,
    vecdot_a,
    vecdot_b,
)
from srcad.runtime.sparse import sparse_product, sparse_product_bar

# fmt: off
# --- matrix products ---
vjp(operator.matmul,
    lambda y_bar, y, a, b, /: matmul_a(y_bar, a, b),
    lambda y_bar, y, a, b, /: matmul_b(y_bar, a, b))
vjp(np.matmul,
    lambda y_bar, y, x1, x2, /, out=None, *, casting="same_kind", order="K", dtype=None,
    subok=True: matmul_a(y_bar, x1, x2),
    lambda y_bar, y, x1, x2, /, out=None, *, casting="same_kind", order="K", dtype=None,
    subok=True: matmul_b(y_bar, x1, x2))
vjp(np.linalg.matmul,
    lambda y_bar, y, x1, x2, /: matmul_a(y_bar, x1, x2),
    lambda y_bar, y, x1, x2, /: matmul_b(y_bar, x1, x2))
vjp(np.dot,
    lambda y_bar, y, a, b, out=None: dot_a(y_bar, a, b),
    lambda y_bar, y, a, b, out=None: dot_b(y_bar, a, b))
vjp(np.matvec,
    lambda y_bar, y, x1, x2, /: matmul_a(y_bar[..., None], x1, np.expand_dims(x2, -1)),
    lambda y_bar, y, x1, x2, /: fit(np.matvec(np.matrix_transpose(x1), y_bar), x2))
vjp(np.vecmat,
    lambda y_bar, y, x1, x2, /: fit(np.conj(np.matvec(x2, y_bar)), x1),
    lambda y_bar, y, x1, x2, /: fit(np.conj(x1)[..., None] * y_bar[..., None, :], x2))
vjp(np.vecdot,
    lambda y_bar, y, x1, x2, /, *, axis=-1: vecdot_a(y_bar, x1, x2, axis),
    lambda y_bar, y, x1, x2, /, *, axis=-1: vecdot_b(y_bar, x1, x2, axis))
vjp(np.linalg.vecdot,
    lambda y_bar, y, x1, x2, /, *, axis=-1: vecdot_a(y_bar, x1, x2, axis),
    lambda y_bar, y, x1, x2, /, *, axis=-1: vecdot_b(y_bar, x1, x2, axis))
vjp(np.vdot,
    lambda y_bar, y, a, b, /: vdot_a(y_bar, a, b),
    lambda y_bar, y, a, b, /: vdot_b(y_bar, a, b))
vjp(np.inner,
    lambda y_bar, y, a, b, /: inner_a(y_bar, a, b),
    lambda y_bar, y, a, b, /: inner_b(y_bar, a, b))
vjp(np.outer,
    lambda y_bar, y, a, b, out=None: outer_a(y_bar, a, b),
    lambda y_bar, y, a, b, out=None: outer_b(y_bar, a, b))
vjp(np.linalg.outer,
    lambda y_bar, y, x1, x2, /: outer_a(y_bar, x1, x2),
    lambda y_bar, y, x1, x2, /: outer_b(y_bar, x1, x2))
vjp(np.tensordot,
    lambda y_bar, y, a, b, axes=2: tensordot_a(y_bar, a, b, axes),
    lambda y_bar, y, a, b, axes=2: tensordot_b(y_bar, a, b, axes))
vjp(np.linalg.tensordot,
    lambda y_bar, y, x1, x2, /, *, axes=2: tensordot_a(y_bar, x1, x2, axes),
    lambda y_bar, y, x1, x2, /, *, axes=2: tensordot_b(y_bar, x1, x2, axes))
vjp(np.kron,
    lambda y_bar, y, a, b: kron_a(y_bar, a, b),
    lambda y_bar, y, a, b: kron_b(y_bar, a, b))
vjp(np.cross,
    lambda y_bar, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None:
    cross_a(y_bar, a, b, axisa, axisb, axisc, axis),
    lambda y_bar, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None:
    cross_b(y_bar, a, b, axisa, axisb, axisc, axis))
vjp(np.linalg.cross,
    lambda y_bar, y, x1, x2, /, *, axis=-1: cross_a(y_bar, x1, x2, -1, -1, -1, axis),
    lambda y_bar, y, x1, x2, /, *, axis=-1: cross_b(y_bar, x1, x2, -1, -1, -1, axis))
vjp(np.einsum,
    lambda y_bar, y, *operands, out=None, optimize=False, dtype=None, order="K", casting="safe":
    einsum_bars(y_bar, *operands, optimize=optimize))

# --- convolutions ---
vjp(np.convolve,
    lambda y_bar, y, a, v, mode="full": convolve_a(y_bar, a, v, mode),
    lambda y_bar, y, a, v, mode="full": convolve_v(y_bar, a, v, mode))
vjp(np.correlate,
    lambda y_bar, y, a, v, mode="valid": correlate_a(y_bar, a, v, mode),
    lambda y_bar, y, a, v, mode="valid": correlate_v(y_bar, a, v, mode))

# --- interpolation and polynomials ---
vjp(np.interp,
    lambda y_bar, y, x, xp, fp, left=None, right=None, period=None:
    interp_x(y_bar, x, xp, fp, period),
    lambda y_bar, y, x, xp, fp, left=None, right=None, period=None:
    interp_xp(y_bar, x, xp, fp, period),
    lambda y_bar, y, x, xp, fp, left=None, right=None, period=None:
    interp_fp(y_bar, x, xp, fp, left, right, period),
    lambda y_bar, y, x, xp, fp, left=None, right=None, period=None:
    np.sum(y_bar * (x < xp[0])) if period is None else 0.0,
    lambda y_bar, y, x, xp, fp, left=None, right=None, period=None:
    np.sum(y_bar * (x > xp[-1])) if period is None else 0.0)
vjp(np.polyval,
    lambda y_bar, y, p, x: polyval_p(y_bar, p, x),
    lambda y_bar, y, p, x: polyval_x(y_bar, p, x))
vjp(np.vander, lambda y_bar, y, x, N=None, increasing=False: unvander(y_bar, x, increasing))

# --- ranges and constants ---
linear(
    np.linspace,
    lambda y_bar, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *,
    device=None: linspace_start(y_bar, start, num, endpoint, retstep, axis),
    lambda y_bar, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *,
    device=None: linspace_stop(y_bar, stop, num, endpoint, retstep, axis),
)
vjp(
    np.logspace,
    lambda y_bar, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0:
    line_start(log_bar(y_bar, y, base, axis), start, num, endpoint, axis),
    lambda y_bar, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0:
    line_stop(log_bar(y_bar, y, base, axis), stop, num, endpoint, axis),
    None,
    None,
    lambda y_bar, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0:
    logspace_base(y_bar, y, base, axis),
)
vjp(
    np.geomspace,
    lambda y_bar, y, start, stop, num=50, endpoint=True, dtype=None, axis=0:
    uncast(line_start(y_bar * y, start, num, endpoint, axis) / start, start),
    lambda y_bar, y, start, stop, num=50, endpoint=True, dtype=None, axis=0:
    uncast(line_stop(y_bar * y, stop, num, endpoint, axis) / stop, stop),
)
linear(
    np.arange,  # start + k * step: the length is fixed, so stop carries no derivative
    lambda y_bar, start_or_stop, /, stop=None, step=1, *, dtype=None, device=None, like=None:
    0.0 if stop is None else np.sum(y_bar),
    lambda y_bar, start_or_stop, /, stop=None, step=1, *, dtype=None, device=None, like=None: 0.0,
    lambda y_bar, start_or_stop, /, stop=None, step=1, *, dtype=None, device=None, like=None:
    np.sum(y_bar * np.arange(len(y_bar))),
)
linear(np.full, None, lambda y_bar, shape, fill_value, dtype=None, order="C", *, device=None,
       like=None: unbroadcast(y_bar, fill_value))
linear(np.full_like, None, lambda y_bar, a, fill_value, dtype=None, order="K", subok=True,
       shape=None, *, device=None: unbroadcast(y_bar, fill_value))
like(np.full_like, 0)

# --- finite differences and statistics ---
vjp(
    np.gradient,
    lambda y_bar, y, f, *varargs, axis=None, edge_order=1:
    ungradient(y_bar, f, *varargs, axis=axis, edge_order=edge_order),
    lambda y_bar, y, f, *varargs, axis=None, edge_order=1:
    gradient_spacings(y_bar, y, f, *varargs, axis=axis, edge_order=edge_order),
)
vjp(
    np.cov,
    lambda y_bar, c, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None,
    *, dtype=None: cov_bars(y_bar, m, y, rowvar, bias, ddof, fweights, aweights)[0],
    lambda y_bar, c, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None,
    *, dtype=None: cov_bars(y_bar, m, y, rowvar, bias, ddof, fweights, aweights)[1],
    None, None, None, None,
    lambda y_bar, c, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None,
    *, dtype=None: aweights_bar(y_bar, c, m, y, rowvar, bias, ddof, fweights, aweights),
)
vjp(
    np.corrcoef,
    lambda y_bar, r, x, y=None, rowvar=True, *, dtype=None:
    corrcoef_bars(y_bar, r, x, y, rowvar, dtype)[0],
    lambda y_bar, r, x, y=None, rowvar=True, *, dtype=None:
    corrcoef_bars(y_bar, r, x, y, rowvar, dtype)[1],
)
# fmt: on

# --- sparse matrices of SciPy, constant ---
vjp(sparse_product, None, lambda y_bar, y, a, x: sparse_product_bar(y_bar, a, x))
jvp(sparse_product, None, lambda t, y, a, x: a @ t)
