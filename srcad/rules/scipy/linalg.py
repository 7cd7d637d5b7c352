"""Declare scipy.linalg: linear systems, factorisations and functions of matrices.

A matrix of which SciPy reads one triangle has the cotangent of a symmetric one where it is
symmetric, and one in that triangle elsewhere, as in `numpy.linalg`.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from srcad.rules.table import jvp, linear, no_derivative, typed_by_value, vjp
from srcad.runtime.factorisations import cholesky_bar, eig_bar, eigvals_bar, svd_bar, svdvals_bar
from srcad.runtime.indexing import uncast
from srcad.runtime.linalg import cofactors, lstsq_bars, norm_bar, pinv_bar
from srcad.runtime.scipy.factors import (
    cho_factor_bar,
    cho_solve_b,
    cho_solve_c,
    eigh_bars,
    lu_bar,
    lu_factor_bar,
    lu_solve_b,
    lu_solve_lu,
    qr_all_bar,
    right_alone,
)
from srcad.runtime.scipy.functions import (
    along_power,
    matrix_along,
    moved_along,
    power_exponent_bar,
    power_scale,
)
from srcad.runtime.scipy.structured import (
    banded_ab,
    banded_b,
    banded_h_ab,
    banded_h_b,
    blocks_of,
    circulant_bar,
    hankel_c,
    hankel_r,
    toeplitz_c,
    toeplitz_r,
    toeplitz_system_b,
    toeplitz_system_c,
)
from srcad.runtime.scipy.systems import (
    continuous_a,
    continuous_q,
    det_bar,
    discrete_a,
    discrete_q,
    inverse_bar,
    matrix_moved,
    product_a,
    read_matrix,
    system_a,
    system_b,
    triangular_a,
    triangular_b,
    triangular_moved,
)

# fmt: off
# --- linear systems ---
vjp(la.solve,
    lambda y_bar, y, a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True,
           assume_a=None, transposed=False:
        system_a(y_bar, y, a, b, lower, assume_a, transposed),
    lambda y_bar, y, a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True,
           assume_a=None, transposed=False:
        system_b(y_bar, a, b, lower, assume_a, transposed))
jvp(la.solve,
    lambda t, y, a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True,
           assume_a=None, transposed=False:
        matrix_moved(t, y, a, b, lower, assume_a, transposed),
    lambda t, y, a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True,
           assume_a=None, transposed=False:
        la.solve(a, t, lower, assume_a=assume_a, transposed=transposed))
vjp(la.solve_triangular,
    lambda y_bar, y, a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False,
           check_finite=True:
        triangular_a(y_bar, y, a, b, trans, lower, unit_diagonal),
    lambda y_bar, y, a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False,
           check_finite=True:
        triangular_b(y_bar, a, b, trans, lower, unit_diagonal))
jvp(la.solve_triangular,
    lambda t, y, a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False,
           check_finite=True:
        triangular_moved(t, y, a, b, trans, lower, unit_diagonal),
    lambda t, y, a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False,
           check_finite=True:
        la.solve_triangular(a, t, trans, lower, unit_diagonal))
vjp(la.cho_solve,
    lambda y_bar, y, c_and_lower, b, overwrite_b=False, check_finite=True:
        cho_solve_c(y_bar, y, c_and_lower, b),
    lambda y_bar, y, c_and_lower, b, overwrite_b=False, check_finite=True:
        cho_solve_b(y_bar, c_and_lower, b))
vjp(la.lu_solve,
    lambda y_bar, y, lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True:
        lu_solve_lu(y_bar, y, lu_and_piv, b, trans),
    lambda y_bar, y, lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True:
        lu_solve_b(y_bar, lu_and_piv, b, trans))
vjp(la.solve_banded, None,
    lambda y_bar, y, l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True:
        banded_ab(y_bar, y, l_and_u, ab, b),
    lambda y_bar, y, l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True:
        banded_b(y_bar, l_and_u, ab, b))
vjp(la.solveh_banded,
    lambda y_bar, y, ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True:
        banded_h_ab(y_bar, y, ab, b, lower),
    lambda y_bar, y, ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True:
        banded_h_b(y_bar, ab, b, lower))
vjp(la.solve_toeplitz,
    lambda y_bar, y, c_or_cr, b, check_finite=True: toeplitz_system_c(y_bar, y, c_or_cr, b),
    lambda y_bar, y, c_or_cr, b, check_finite=True: toeplitz_system_b(y_bar, c_or_cr, b))
vjp(la.lstsq,
    lambda y_bar, y, a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True,
           lapack_driver=None: lstsq_bars(y_bar, y, a, b)[0],
    lambda y_bar, y, a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True,
           lapack_driver=None: lstsq_bars(y_bar, y, a, b)[1])

# --- matrix equations ---
vjp(la.solve_sylvester,
    lambda y_bar, y, a, b, q: -la.solve_sylvester(a.mT, b.mT, y_bar) @ y.mT,
    lambda y_bar, y, a, b, q: -y.mT @ la.solve_sylvester(a.mT, b.mT, y_bar),
    lambda y_bar, y, a, b, q: la.solve_sylvester(a.mT, b.mT, y_bar))
jvp(la.solve_sylvester,
    lambda t, y, a, b, q: la.solve_sylvester(a, b, -t @ y),
    lambda t, y, a, b, q: la.solve_sylvester(a, b, -y @ t),
    lambda t, y, a, b, q: la.solve_sylvester(a, b, t))
vjp(la.solve_continuous_lyapunov,
    lambda y_bar, y, a, q: continuous_a(y_bar, y, a),
    lambda y_bar, y, a, q: continuous_q(y_bar, a, q))
vjp(la.solve_discrete_lyapunov,
    lambda y_bar, y, a, q, method=None: discrete_a(y_bar, y, a, method),
    lambda y_bar, y, a, q, method=None: discrete_q(y_bar, a, q, method))

# --- inverses, determinants, norms ---
vjp(la.inv,
    lambda y_bar, y, a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False:
        inverse_bar(y_bar, y, a, assume_a, lower))
jvp(la.inv,
    lambda t, y, a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False:
        -y @ read_matrix(t, a, assume_a, lower) @ y)
vjp(la.pinv,
    lambda y_bar, y, a, *, atol=None, rtol=None, return_rank=False, check_finite=True:
        pinv_bar(y_bar[0], y[0], a) if return_rank else pinv_bar(y_bar, y, a))
vjp(la.pinvh,
    lambda y_bar, y, a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True:
        pinv_bar(y_bar[0], y[0], a, True) if return_rank else pinv_bar(y_bar, y, a, True))
vjp(la.det, lambda y_bar, y, a, overwrite_a=False, check_finite=True:
    det_bar(y_bar, a))
jvp(la.det, lambda t, y, a, overwrite_a=False, check_finite=True:
    np.sum(t * cofactors(a), (-2, -1)))
vjp(la.norm, lambda y_bar, y, a, ord=None, axis=None, keepdims=False, check_finite=True:
    norm_bar(y_bar, y, a, ord, axis, keepdims))

# --- factorisations ---
vjp(la.cholesky, lambda y_bar, y, a, lower=False, overwrite_a=False, check_finite=True:
    cholesky_bar(y_bar, y, a, not lower))
vjp(la.cho_factor, lambda y_bar, y, a, lower=False, overwrite_a=False, check_finite=True:
    cho_factor_bar(y_bar, y, a, lower))
vjp(la.lu,
    lambda y_bar, y, a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False:
        lu_bar(y_bar, y, a, permute_l, p_indices))
vjp(la.lu_factor, lambda y_bar, y, a, overwrite_a=False, check_finite=True:
    lu_factor_bar(y_bar, y, a))
vjp(la.qr,
    lambda y_bar, y, a, overwrite_a=False, lwork=None, mode="full", pivoting=False,
           check_finite=True:
        qr_all_bar(y_bar, y, a, mode, pivoting))
vjp(la.svd,
    lambda y_bar, y, a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True,
           lapack_driver="gesdd":
        svd_bar(y_bar, y, a) if compute_uv else svdvals_bar(y_bar, a))
vjp(la.svdvals, lambda y_bar, y, a, overwrite_a=False, check_finite=True: svdvals_bar(y_bar, a))
vjp(la.eigh,
    lambda y_bar, y, a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False,
           overwrite_b=False, type=1, check_finite=True, subset_by_index=None,
           subset_by_value=None, driver=None:
        eigh_bars(y_bar, y, a, b, lower, eigvals_only, type, subset_by_index, subset_by_value)[0],
    lambda y_bar, y, a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False,
           overwrite_b=False, type=1, check_finite=True, subset_by_index=None,
           subset_by_value=None, driver=None:
        eigh_bars(y_bar, y, a, b, lower, eigvals_only, type, subset_by_index, subset_by_value)[1])
vjp(la.eigvalsh,
    lambda y_bar, y, a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1,
           check_finite=True, subset_by_index=None, subset_by_value=None, driver=None:
        eigh_bars(y_bar, y, a, b, lower, True, type, subset_by_index, subset_by_value)[0],
    lambda y_bar, y, a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1,
           check_finite=True, subset_by_index=None, subset_by_value=None, driver=None:
        eigh_bars(y_bar, y, a, b, lower, True, type, subset_by_index, subset_by_value)[1])
vjp(la.eig,
    lambda y_bar, y, a, b=None, left=False, right=True, overwrite_a=False, overwrite_b=False,
           check_finite=True, homogeneous_eigvals=False:
        eig_bar(right_alone(y_bar, b, left, right, homogeneous_eigvals), y, a))
vjp(la.eigvals,
    lambda y_bar, y, a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False:
        eigvals_bar(right_alone(y_bar, b, False, True, homogeneous_eigvals), a))

# --- functions of matrices: the corner of the function of a block matrix ---
vjp(la.expm,  lambda y_bar, y, A: matrix_along(la.expm, A, y_bar))
jvp(la.expm,  lambda t, y, A: moved_along(la.expm, A, t))
vjp(la.sqrtm, lambda y_bar, y, A, disp=True, blocksize=64:
    uncast(la.solve_sylvester(y.mT, y.mT, y_bar), A))
jvp(la.sqrtm, lambda t, y, A, disp=True, blocksize=64: la.solve_sylvester(y, y, t))
vjp(la.logm,  lambda y_bar, y, A, disp=True: matrix_along(la.logm, A, y_bar))
jvp(la.logm,  lambda t, y, A, disp=True: moved_along(la.logm, A, t))
vjp(la.cosm,  lambda y_bar, y, A: matrix_along(la.cosm, A, y_bar))
jvp(la.cosm,  lambda t, y, A: moved_along(la.cosm, A, t))
vjp(la.sinm,  lambda y_bar, y, A: matrix_along(la.sinm, A, y_bar))
jvp(la.sinm,  lambda t, y, A: moved_along(la.sinm, A, t))
vjp(la.tanm,  lambda y_bar, y, A: matrix_along(la.tanm, A, y_bar))
jvp(la.tanm,  lambda t, y, A: moved_along(la.tanm, A, t))
vjp(la.coshm, lambda y_bar, y, A: matrix_along(la.coshm, A, y_bar))
jvp(la.coshm, lambda t, y, A: moved_along(la.coshm, A, t))
vjp(la.sinhm, lambda y_bar, y, A: matrix_along(la.sinhm, A, y_bar))
jvp(la.sinhm, lambda t, y, A: moved_along(la.sinhm, A, t))
vjp(la.tanhm, lambda y_bar, y, A: matrix_along(la.tanhm, A, y_bar))
jvp(la.tanhm, lambda t, y, A: moved_along(la.tanhm, A, t))
vjp(la.fractional_matrix_power, lambda y_bar, y, A, t: along_power(A, t, y_bar),
                                lambda y_bar, y, A, t: power_exponent_bar(y_bar, y, A, t))
no_derivative(power_scale)

# complex where a real result does not exist; of lstsq the shape of the residuals
typed_by_value(la.eig, la.sqrtm, la.logm, la.fractional_matrix_power, la.lstsq)

# --- matrices of a shape ---
linear(la.toeplitz,   lambda y_bar, c, r=None: toeplitz_c(y_bar, c, r),
                      lambda y_bar, c, r=None: toeplitz_r(y_bar, r))
linear(la.hankel,     lambda y_bar, c, r=None: hankel_c(y_bar, c),
                      lambda y_bar, c, r=None: hankel_r(y_bar, c, r))
linear(la.circulant,  lambda y_bar, c: circulant_bar(y_bar, c))
linear(la.block_diag, lambda y_bar, *arrs: blocks_of(y_bar, arrs))
vjp(la.khatri_rao,    lambda y_bar, y, a, b: product_a(y_bar, a, b, True),
                      lambda y_bar, y, a, b: product_a(y_bar, a, b, False))
jvp(la.khatri_rao,    lambda t, y, a, b: la.khatri_rao(t, b),
                      lambda t, y, a, b: la.khatri_rao(a, t))
no_derivative(la.bandwidth, la.issymmetric, la.ishermitian)
# fmt: on
