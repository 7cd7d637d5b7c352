"""Pull cotangents back through matrices of a shape: Toeplitz, Hankel, banded, block diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as la

from srcad.runtime.indexing import uncast

# --- matrices made of vectors ---------------------------------------------------------------------


def _diagonal_sums(g: Any, offsets: Any) -> Any:
    """The sums along these diagonals, in the last axis."""
    return np.stack([np.trace(g, k, -2, -1) for k in offsets], -1)


def toeplitz_c(y_bar: Any, c: Any, r: Any) -> Any:
    """c̄: the first column; without r the first row is its conjugate."""
    n = np.shape(y_bar)[-2]
    down = _diagonal_sums(y_bar, range(0, -n, -1)) if n else 0 * np.asarray(c)
    if r is None and n > 1:
        across = np.conj(_diagonal_sums(y_bar, range(1, n)))
        down = down + np.concatenate([0 * across[..., :1], across], -1)
    return uncast(np.reshape(down, np.shape(c)), c)


def toeplitz_r(y_bar: Any, r: Any) -> Any:
    """r̄: the first row, whose first element is not read."""
    n = np.shape(r)[-1]
    if n < 2:
        return 0 * np.asarray(r)
    across = _diagonal_sums(y_bar, range(1, n))
    return uncast(np.concatenate([0 * across[..., :1], across], -1), r)


def hankel_c(y_bar: Any, c: Any) -> Any:
    """c̄: the first column."""
    n, columns = np.shape(c)[-1], np.shape(y_bar)[-1]
    turned = np.flip(y_bar, -1)
    return uncast(_diagonal_sums(turned, [columns - 1 - k for k in range(n)]), c)


def hankel_r(y_bar: Any, c: Any, r: Any) -> Any:
    """r̄: the last row, whose first element is not read."""
    n, columns = np.shape(c)[-1], np.shape(r)[-1]
    turned = np.flip(y_bar, -1)
    sums = _diagonal_sums(turned, [columns - n - k for k in range(columns)])
    return uncast(sums * (np.arange(columns) > 0), r)


def circulant_bar(y_bar: Any, c: Any) -> Any:
    """c̄: element (i, j) is c[i - j]."""
    n = np.shape(y_bar)[-1]
    if n == 0:
        return 0 * np.asarray(c)
    rows = np.arange(n)
    around = (np.expand_dims(np.arange(n), -1) + rows) % n
    return uncast(np.sum(y_bar[..., around, rows], -1), c)


def blocks_of(y_bar: Any, arrays: Any) -> list[Any]:
    """The cotangents of the blocks."""
    bars, row, column = [], 0, 0
    for array in arrays:
        shape = (1, 1, *np.shape(array))[-2:]
        shape = shape if np.ndim(array) > 1 else (1, np.size(array))
        bar = y_bar[..., row : row + shape[0], column : column + shape[1]]
        bars.append(uncast(np.reshape(bar, np.shape(array)), array))
        row, column = row + shape[0], column + shape[1]
    return bars


# --- Toeplitz systems -----------------------------------------------------------------------------


def _pair(c_or_cr: Any) -> tuple[Any, Any]:
    if isinstance(c_or_cr, tuple):
        return c_or_cr[0], c_or_cr[1]
    return c_or_cr, np.conj(c_or_cr)


def toeplitz_system_b(y_bar: Any, c_or_cr: Any, b: Any) -> Any:
    """b̄: the transposed system has row and column exchanged."""
    c, r = _pair(c_or_cr)
    first = np.concatenate([np.asarray(c)[:1], np.asarray(r)[1:]])
    return uncast(la.solve_toeplitz((first, c), y_bar), b)


def toeplitz_system_c(y_bar: Any, y: Any, c_or_cr: Any, b: Any) -> Any:
    """The cotangents of column and row: sums along diagonals of -b̄ yᵀ."""
    c, r = _pair(c_or_cr)
    n = np.shape(y)[0]
    b_bar, columns = (
        np.reshape(toeplitz_system_b(y_bar, c_or_cr, b), (n, -1)),
        np.reshape(y, (n, -1)),
    )
    full = -b_bar @ columns.T
    c_bar = toeplitz_c(full, c, r)
    if isinstance(c_or_cr, tuple):
        return c_bar, toeplitz_r(full, r)
    return toeplitz_c(full, c, None)


# --- banded systems -------------------------------------------------------------------------------


def _transposed_band(l_and_u: Any, ab: Any) -> Any:
    """The bands of the transposed matrix."""
    low, up = int(l_and_u[0]), int(l_and_u[1])
    n = np.shape(ab)[-1]
    rows = []
    for k in range(-low, up + 1):
        band = ab[up - k]
        zeros = 0 * band[: min(abs(k), n)]
        moved = np.concatenate([band[k:], zeros]) if k >= 0 else np.concatenate([zeros, band[:k]])
        rows.append(moved)
    return np.stack(rows)


def banded_b(y_bar: Any, l_and_u: Any, ab: Any, b: Any) -> Any:
    """b̄ of solve_banded."""
    low, up = int(l_and_u[0]), int(l_and_u[1])
    return uncast(la.solve_banded((up, low), _transposed_band(l_and_u, ab), y_bar), b)


def _band_sums(left: Any, right: Any, low: int, up: int) -> Any:
    """Σ left_i right_j over the columns of both, in the place of a_ij in the bands."""
    n = np.shape(left)[0]
    left, right = np.reshape(left, (n, -1)), np.reshape(right, (n, -1))
    rows = []
    for k in range(up, -low - 1, -1):  # j - i
        size = max(n - abs(k), 0)
        i, j = max(-k, 0), max(k, 0)
        band = np.sum(left[i : i + size] * right[j : j + size], -1)
        zeros = np.zeros(n - size, band.dtype)
        rows.append(np.concatenate([zeros, band]) if k > 0 else np.concatenate([band, zeros]))
    return np.stack(rows)


def banded_ab(y_bar: Any, y: Any, l_and_u: Any, ab: Any, b: Any) -> Any:
    """The cotangent of the bands: those of -b̄ yᵀ."""
    b_bar = banded_b(y_bar, l_and_u, ab, b)
    return uncast(-_band_sums(b_bar, y, int(l_and_u[0]), int(l_and_u[1])), ab)


def banded_h_b(y_bar: Any, ab: Any, b: Any, lower: bool) -> Any:
    """b̄ of solveh_banded: aᵀ = conj(a)."""
    return uncast(la.solveh_banded(np.conj(ab), y_bar, lower=lower), b)


def banded_h_ab(y_bar: Any, y: Any, ab: Any, b: Any, lower: bool) -> Any:
    """The cotangent of the bands of a Hermitian matrix, each of which stands for two."""
    b_bar, width = banded_h_b(y_bar, ab, b, lower), np.shape(ab)[0] - 1
    if lower:
        one, other = _band_sums(b_bar, y, width, 0), _band_sums(y, b_bar, width, 0)
        diagonal = np.arange(width + 1) == 0
    else:
        one, other = _band_sums(b_bar, y, 0, width), _band_sums(y, b_bar, 0, width)
        diagonal = np.arange(width + 1) == width
    on = np.expand_dims(diagonal, -1)
    return uncast(-np.where(on, np.real(one), one + np.conj(other)), ab)
