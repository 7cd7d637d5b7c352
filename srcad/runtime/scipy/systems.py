"""Pull cotangents back through linear systems and matrix equations of scipy.linalg.

For y = a⁻¹ b: b̄ = a⁻ᵀ ȳ and ā = -b̄ yᵀ, of the part of `a` that SciPy reads.

Source: M. Giles, "Collected matrix derivative results" (2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as la

from srcad.runtime.indexing import fit, uncast
from srcad.runtime.linalg import cofactors
from srcad.runtime.matrices import adjoint, read_half

TURNED = {"upper triangular": "lower triangular", "lower triangular": "upper triangular"}


def structured(full: Any, a: Any, assume_a: Any, lower: bool = False) -> Any:
    """The cotangent, or tangent, of a matrix that is taken to have this structure."""
    if assume_a in ("upper triangular", "lower triangular"):
        return np.triu(full) if assume_a == "upper triangular" else np.tril(full)
    if assume_a == "diagonal":
        return full * np.eye(np.shape(full)[-1], dtype=np.real(full).dtype)
    if assume_a == "tridiagonal":
        return np.triu(np.tril(full, 1), -1)
    if assume_a in ("sym", "symmetric") and np.iscomplexobj(a):
        return _symmetric(full, a, lower)
    if assume_a in ("sym", "symmetric", "her", "hermitian", "pos", "positive definite"):
        return np.conj(read_half(np.conj(full), a, not lower))
    return full


def _symmetric(full: Any, a: Any, lower: bool) -> Any:
    """The cotangent of a complex symmetric matrix, of which one triangle is read."""
    whole = full + np.swapaxes(full, -1, -2)
    if np.allclose(a, np.swapaxes(a, -1, -2)):
        return whole / 2
    once = whole - full * np.eye(np.shape(full)[-1])
    return np.tril(once) if lower else np.triu(once)


def read_matrix(t: Any, a: Any, assume_a: Any, lower: bool = False) -> Any:
    """The matrix that SciPy makes of a tangent of `a`, of which it reads a part."""
    if assume_a in ("sym", "symmetric", "her", "hermitian", "pos", "positive definite"):
        part = np.tril(t, -1) if lower else np.triu(t, 1)
        plain = assume_a in ("sym", "symmetric") or not np.iscomplexobj(t)
        if np.allclose(a, np.swapaxes(a if plain else np.conj(a), -1, -2)):
            whole = np.swapaxes(t, -1, -2)  # as in `structured`: halves of a symmetric matrix
            return (t + (whole if plain else np.conj(whole))) / 2
        diagonal = t * np.eye(np.shape(t)[-1], dtype=np.real(t).dtype)
        other = np.swapaxes(part, -1, -2)
        return part + diagonal + other if plain else part + np.real(diagonal) + np.conj(other)
    return structured(t, a, assume_a, lower)


def _turned(a: Any, transposed: bool) -> Any:
    return a if transposed else np.swapaxes(a, -1, -2)


def _back(y_bar: Any, a: Any, b: Any, lower: bool, assume_a: Any, transposed: bool) -> Any:
    """The transposed system; a right-hand side that is a vector becomes a column."""
    columns = np.expand_dims(y_bar, -1) if np.ndim(b) == 1 else y_bar
    turned = assume_a if transposed else TURNED.get(assume_a, assume_a)
    flipped = lower if transposed else not lower
    return la.solve(_turned(a, transposed), columns, flipped, assume_a=turned)


def system_a(
    y_bar: Any, y: Any, a: Any, b: Any, lower: bool, assume_a: Any, transposed: bool
) -> Any:
    """ā of scipy.linalg.solve."""
    b_bar = _back(y_bar, a, b, lower, assume_a, transposed)
    columns = np.expand_dims(y, -1) if np.ndim(b) == 1 else y
    full = -b_bar @ np.swapaxes(columns, -1, -2)
    full = np.swapaxes(full, -1, -2) if transposed else full
    return fit(structured(full, a, assume_a, lower), a)


def system_b(y_bar: Any, a: Any, b: Any, lower: bool, assume_a: Any, transposed: bool) -> Any:
    """b̄ of scipy.linalg.solve."""
    b_bar = _back(y_bar, a, b, lower, assume_a, transposed)
    return fit(b_bar[..., 0] if np.ndim(b) == 1 else b_bar, b)


def matrix_moved(
    t: Any, y: Any, a: Any, b: Any, lower: bool, assume_a: Any, transposed: bool
) -> Any:
    """The tangent of scipy.linalg.solve when the matrix moves."""
    matrix = read_matrix(t, a, assume_a, lower)
    matrix = np.swapaxes(matrix, -1, -2) if transposed else matrix
    if np.ndim(b) > 1:
        return -la.solve(a, matrix @ y, lower, assume_a=assume_a, transposed=transposed)
    columns = matrix @ np.expand_dims(y, -1)
    return -la.solve(a, columns, lower, assume_a=assume_a, transposed=transposed)[..., 0]


def inverse_bar(y_bar: Any, y: Any, a: Any, assume_a: Any, lower: bool) -> Any:
    """ā of scipy.linalg.inv."""
    yt = np.swapaxes(y, -1, -2)
    return uncast(structured(-yt @ y_bar @ yt, a, assume_a, lower), a)


def det_bar(y_bar: Any, a: Any) -> Any:
    """ā of det, which SciPy computes in double precision."""
    return uncast(np.expand_dims(y_bar, (-2, -1)) * cofactors(a), a)


# --- triangles ------------------------------------------------------------------------------------


def _code(trans: Any) -> int:
    return {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}[trans]


def _triangle(full: Any, lower: bool, unit_diagonal: bool) -> Any:
    k = 1 if unit_diagonal else 0
    return np.tril(full, -k) if lower else np.triu(full, k)


def _triangular_back(y_bar: Any, a: Any, b: Any, trans: Any, lower: bool, unit: bool) -> Any:
    columns = np.expand_dims(y_bar, -1) if np.ndim(b) == 1 else y_bar
    if _code(trans) == 2:
        return la.solve_triangular(np.conj(a), columns, 0, lower, unit)
    return la.solve_triangular(a, columns, 1 - _code(trans), lower, unit)


def triangular_b(y_bar: Any, a: Any, b: Any, trans: Any, lower: bool, unit: bool) -> Any:
    """b̄ of scipy.linalg.solve_triangular."""
    b_bar = _triangular_back(y_bar, a, b, trans, lower, unit)
    return fit(b_bar[..., 0] if np.ndim(b) == 1 else b_bar, b)


def triangular_a(y_bar: Any, y: Any, a: Any, b: Any, trans: Any, lower: bool, unit: bool) -> Any:
    """ā of scipy.linalg.solve_triangular, in the triangle that it reads."""
    b_bar = _triangular_back(y_bar, a, b, trans, lower, unit)
    columns = np.expand_dims(y, -1) if np.ndim(b) == 1 else y
    full = -b_bar @ np.swapaxes(columns, -1, -2)
    full = full if _code(trans) == 0 else np.swapaxes(full, -1, -2)
    full = np.conj(full) if _code(trans) == 2 else full
    return fit(_triangle(full, lower, unit), a)


def triangular_moved(t: Any, y: Any, a: Any, b: Any, trans: Any, lower: bool, unit: bool) -> Any:
    """The tangent of scipy.linalg.solve_triangular when the matrix moves."""
    matrix = _triangle(t, lower, unit)
    matrix = matrix if _code(trans) == 0 else np.swapaxes(matrix, -1, -2)
    matrix = np.conj(matrix) if _code(trans) == 2 else matrix
    if np.ndim(b) > 1:
        return -la.solve_triangular(a, matrix @ y, trans, lower, unit)
    moved = la.solve_triangular(a, matrix @ np.expand_dims(y, -1), trans, lower, unit)
    return -moved[..., 0]


# --- matrix equations -----------------------------------------------------------------------------


def continuous_q(y_bar: Any, a: Any, q: Any) -> Any:
    """q̄ of a x + x aᴴ = q."""
    return uncast(_continuous(y_bar, a), q)


def _continuous(y_bar: Any, a: Any) -> Any:
    return la.solve_sylvester(np.swapaxes(a, -1, -2), np.conj(a), y_bar)


def continuous_a(y_bar: Any, y: Any, a: Any) -> Any:
    """ā of the same."""
    q_bar = _continuous(y_bar, a)
    yt, qt = np.swapaxes(y, -1, -2), np.swapaxes(q_bar, -1, -2)
    return uncast(-q_bar @ yt - np.conj(qt @ y), a)


def discrete_q(y_bar: Any, a: Any, q: Any, method: Any) -> Any:
    """q̄ of a x aᴴ - x + q = 0: the equation of aᵀ."""
    return uncast(la.solve_discrete_lyapunov(np.swapaxes(a, -1, -2), y_bar, method), q)


def discrete_a(y_bar: Any, y: Any, a: Any, method: Any) -> Any:
    """ā of the same."""
    q_bar = discrete_q(y_bar, a, y_bar, method)
    left = q_bar @ np.swapaxes(y @ adjoint(a), -1, -2)
    return uncast(left + np.conj(np.swapaxes(q_bar, -1, -2) @ (a @ y)), a)


def product_a(y_bar: Any, a: Any, b: Any, first: bool) -> Any:
    """ā or b̄ of khatri_rao: columns of Kronecker products."""
    rows, more, columns = np.shape(a)[-2], np.shape(b)[-2], np.shape(a)[-1]
    parts = np.reshape(y_bar, (*np.shape(y_bar)[:-2], rows, more, columns))
    if first:
        return fit(np.sum(parts * np.expand_dims(b, -3), -2), a)
    return fit(np.sum(parts * np.expand_dims(a, -2), -3), b)
