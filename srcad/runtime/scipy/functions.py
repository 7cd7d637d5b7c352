"""Pull cotangents back through functions of matrices.

f([[a, e], [0, a]]) = [[f(a), Df(a)[e]], [0, f(a)]] for every f with a power series, and the
transpose of Df(a) is Df(aᵀ).  Only functions of matrices are called, so that every order follows.

Source: N. Higham, "Functions of Matrices" (2008), theorem 3.6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as la

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import uncast


def power_scale(e: Any, a: Any) -> Any:
    """A power of two that makes e about as large as a: the function's own scaling then fits a."""
    large, size = np.max(np.abs(e), initial=0.0), np.max(np.abs(a), initial=0.0)
    if large == 0 or size == 0 or not np.isfinite(large / size):
        return 1.0
    return float(2.0 ** np.round(np.log2(large / size)))


def moved_along(function: Any, a: Any, e: Any) -> Any:
    """The tangent of f(a) along e."""
    n, s = np.shape(a)[-1], power_scale(e, a)
    e = e / s
    zero = 0 * e
    block = np.concatenate(
        [np.concatenate([a + zero, e], -1), np.concatenate([zero, a + zero], -1)], -2
    )
    return s * function(block)[..., :n, n:]


def matrix_along(function: Any, a: Any, y_bar: Any) -> Any:
    """ā of f(a)."""
    return uncast(moved_along(function, np.swapaxes(a, -1, -2), y_bar), a)


def along_power(a: Any, t: Any, y_bar: Any) -> Any:
    """ā of fractional_matrix_power(a, t)."""
    return uncast(moved_along(lambda m: la.fractional_matrix_power(m, t), a.mT, y_bar), a)


def power_exponent_bar(y_bar: Any, y: Any, a: Any, t: Any) -> Any:
    """The cotangent of the exponent: dy = y log(a) dt."""
    return unbroadcast(np.sum(y_bar * (y @ la.logm(a))), t)
