"""Declare np.linalg: norms, inverses, linear systems, determinants and factorisations.

A function with several results has a tuple for y
and for y_bar.  Arguments taken as symmetric get symmetric cotangents.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import vjp
from srcad.runtime.factorisations import (
    cholesky_bar,
    eig_bar,
    eigh_bar,
    eigvals_bar,
    eigvalsh_bar,
    qr_bar,
    svd_bar,
    svdvals_bar,
)
from srcad.runtime.linalg import (
    cofactors,
    cond_bar,
    lstsq_bars,
    matrix_norm_bar,
    matrix_power_bar,
    multi_dot_bar,
    norm_bar,
    pinv_bar,
    slogdet_bar,
    solve_a,
    solve_b,
    tensorinv_bar,
    tensorsolve_bars,
    vector_norm_bar,
)

# fmt: off
# --- norms: 0 at 0, shares at ties ---
vjp(np.linalg.norm, lambda y_bar, y, x, ord=None, axis=None, keepdims=False:
    norm_bar(y_bar, y, x, ord, axis, keepdims))
vjp(np.linalg.matrix_norm, lambda y_bar, y, x, /, *, keepdims=False, ord="fro":
    matrix_norm_bar(y_bar, y, x, keepdims, ord))
vjp(np.linalg.vector_norm, lambda y_bar, y, x, /, *, axis=None, keepdims=False, ord=2:
    vector_norm_bar(y_bar, y, x, axis, keepdims, ord))
vjp(np.linalg.cond, lambda y_bar, y, x, p=None: cond_bar(y_bar, y, x, p))

# --- inverses and linear systems ---
vjp(np.linalg.inv,  lambda y_bar, y, a: -y.mT @ y_bar @ y.mT)
vjp(np.linalg.pinv, lambda y_bar, y, a, rcond=None, hermitian=False, *, rtol=None:
    pinv_bar(y_bar, y, a, hermitian))
vjp(np.linalg.solve,
    lambda y_bar, y, a, b: solve_a(y_bar, y, a, b),
    lambda y_bar, y, a, b: solve_b(y_bar, a, b))
vjp(np.linalg.lstsq,
    lambda y_bar, y, a, b, rcond=None: lstsq_bars(y_bar, y, a, b)[0],
    lambda y_bar, y, a, b, rcond=None: lstsq_bars(y_bar, y, a, b)[1])
vjp(np.linalg.tensorsolve,
    lambda y_bar, y, a, b, axes=None: tensorsolve_bars(y_bar, y, a, b, axes)[0],
    lambda y_bar, y, a, b, axes=None: tensorsolve_bars(y_bar, y, a, b, axes)[1])
vjp(np.linalg.tensorinv,    lambda y_bar, y, a, ind=2: tensorinv_bar(y_bar, y, a))
vjp(np.linalg.matrix_power, lambda y_bar, y, a, n: matrix_power_bar(y_bar, a, n))
vjp(np.linalg.multi_dot,    lambda y_bar, y, arrays, *, out=None: multi_dot_bar(y_bar, arrays))

# --- determinants ---
vjp(np.linalg.det,     lambda y_bar, y, a: np.expand_dims(y_bar, (-2, -1)) * cofactors(a))
vjp(np.linalg.slogdet, lambda y_bar, y, a: slogdet_bar(y_bar, y, a))

# --- factorisations ---
vjp(np.linalg.cholesky, lambda y_bar, y, a, /, *, upper=False: cholesky_bar(y_bar, y, a, upper))
vjp(np.linalg.eigh,     lambda y_bar, y, a, UPLO="L": eigh_bar(y_bar, y, a, UPLO))
vjp(np.linalg.eigvalsh, lambda y_bar, y, a, UPLO="L": eigvalsh_bar(y_bar, a, UPLO))
vjp(np.linalg.eig,      lambda y_bar, y, a: eig_bar(y_bar, y, a))
vjp(np.linalg.eigvals,  lambda y_bar, y, a: eigvals_bar(y_bar, a))
vjp(np.linalg.svd, lambda y_bar, y, a, full_matrices=True, compute_uv=True, hermitian=False:
    svd_bar(y_bar, y, a, hermitian) if compute_uv else svdvals_bar(y_bar, a, hermitian))
vjp(np.linalg.svdvals,  lambda y_bar, y, x, /: svdvals_bar(y_bar, x))
vjp(np.linalg.qr, lambda y_bar, y, a, mode="reduced": qr_bar(y_bar, y, a, mode))
# fmt: on
