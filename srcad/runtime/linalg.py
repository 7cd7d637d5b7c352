"""Pull cotangents back through linear algebra: norms, inverses, linear systems, determinants.

Matrices stand in the last two axes.  Cotangents pair without conjugation (ȳ·∂y/∂a).
Factorisations have their own file.

Sources: M. Giles, "Collected matrix derivative results" (2008); G. Golub, V. Pereyra, "The
differentiation of pseudo-inverses" (1973).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.factorisations import svdvals_bar
from srcad.runtime.indexing import fit, same_kind, uncast
from srcad.runtime.matrices import adjoint, hermitian_half, times_columns, zero_where_zero

# --- norms --------------------------------------------------------------------------------------


def norm_bar(
    y_bar: Any, y: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False
) -> Any:
    """x̄ of np.linalg.norm for every ord; 0 at 0, shares at ties."""
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    if axis is None and (ord is None or len(axes) == 1):
        return vector_norm_bar(y_bar, y, x, axes, keepdims, 2 if ord is None else ord)
    if np.ndim(axes) == 0 or len(axes) == 1:
        return vector_norm_bar(y_bar, y, x, axes, keepdims, 2 if ord is None else ord)
    return _matrix_norm_bar(y_bar, y, x, axes, keepdims, "fro" if ord is None else ord)


def matrix_norm_bar(y_bar: Any, y: Any, x: Any, keepdims: bool = False, ord: Any = "fro") -> Any:
    """x̄ of np.linalg.matrix_norm, a norm over the last two axes."""
    return _matrix_norm_bar(y_bar, y, x, (-2, -1), keepdims, ord)


def vector_norm_bar(
    y_bar: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2
) -> Any:
    """x̄ of a vector norm over one, several or all axes.

    For y = (Σ|x|ᵖ)^(1/p): x̄ = ȳ · conj(x)/|x| · (|x|/y)^(p-1).
    """
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    if not keepdims:
        y, y_bar = np.expand_dims(y, axes), np.expand_dims(y_bar, axes)
    return uncast(np.real(y_bar) * _vector_norm_slope(x, y, ord, axes), x)


def _vector_norm_slope(x: Any, y: Any, ord: Any, axes: Any) -> Any:
    """∂y/∂x, where y kept its axes."""
    if ord == 2:
        return zero_where_zero(np.conj(x), y)
    size = np.abs(x)
    sign = zero_where_zero(np.conj(x), size)
    if ord == 0:
        return 0 * sign
    if ord == 1:
        return sign
    if np.isinf(ord):
        hit = size == y
        return sign * hit / np.sum(hit, axes, keepdims=True)
    share = np.where(size == 0, 1, zero_where_zero(size, y))
    return sign * share ** (ord - 1)


def _matrix_norm_bar(y_bar: Any, y: Any, x: Any, axes: Any, keepdims: bool, ord: Any) -> Any:
    """x̄ of a matrix norm over two axes."""
    if ord in ("fro", "f"):
        return vector_norm_bar(y_bar, y, x, axes, keepdims, 2)
    if not keepdims:
        y_bar = np.expand_dims(y_bar, axes)
    matrices = np.moveaxis(x, axes, (-2, -1))
    y_bar = np.moveaxis(np.real(y_bar), axes, (-2, -1))
    if ord in (1, -1, np.inf, -np.inf):
        slope = _sum_norm_slope(matrices, ord)
    else:
        slope = _singular_norm_slope(matrices, ord)
    return uncast(np.moveaxis(y_bar * slope, (-2, -1), axes), x)


def _sum_norm_slope(a: Any, ord: Any) -> Any:
    """The slope of the largest or smallest sum of absolute values, over columns or rows."""
    size = np.abs(a)
    sums = np.sum(size, -2 if abs(ord) == 1 else -1, keepdims=True)
    best = np.max if ord > 0 else np.min
    hit = sums == best(sums, (-2, -1), keepdims=True)
    return zero_where_zero(np.conj(a), size) * hit / np.sum(hit, (-2, -1), keepdims=True)


def _singular_norm_slope(a: Any, ord: Any) -> Any:
    """The slope of the sum ("nuc"), the largest (2) or the smallest (-2) singular value."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    largest = np.max(s, -1, keepdims=True, initial=0)
    positive = s > largest * max(np.shape(a)[-2:]) * np.finfo(s.dtype).eps
    if ord == "nuc":
        weight = positive * 1.0
    else:
        hit = s == (largest if ord == 2 else np.min(s, -1, keepdims=True))
        weight = positive * hit / np.sum(hit, -1, keepdims=True)
    return np.conj(times_columns(u, weight.astype(s.dtype)) @ vh)


def cond_bar(y_bar: Any, y: Any, x: Any, p: Any = None) -> Any:
    """x̄ of np.linalg.cond: σ₁/σₙ, its inverse (-2), or ‖x‖ · ‖x⁻¹‖ in the norm p."""
    y_bar = np.real(y_bar)
    if p is None or p in (2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        top, bottom = (0, -1) if p != -2 else (-1, 0)
        zero = np.zeros_like(s[..., 0])
        s_bar = [zero] * s.shape[-1]
        s_bar[top] = s_bar[top] + y_bar / s[..., bottom]
        s_bar[bottom] = s_bar[bottom] - y_bar * s[..., top] / s[..., bottom] ** 2
        return svdvals_bar(np.stack(s_bar, -1), x)
    inverse = np.linalg.inv(x)
    norm = np.linalg.norm(x, p, (-2, -1))
    inverse_norm = np.linalg.norm(inverse, p, (-2, -1))
    x_bar = _matrix_norm_bar(y_bar * inverse_norm, norm, x, (-2, -1), False, p)
    inverse_bar = _matrix_norm_bar(y_bar * norm, inverse_norm, inverse, (-2, -1), False, p)
    return x_bar + inv_bar(inverse_bar, inverse)


# --- inverses and linear systems ------------------------------------------------------------------


def inv_bar(y_bar: Any, y: Any) -> Any:
    """ā = -yᵀ ȳ yᵀ for y = a⁻¹ (Giles 2.2.3)."""
    return -y.mT @ y_bar @ y.mT


def solve_a(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    """ā = -b̄ yᵀ for y = a⁻¹ b, with b̄ = a⁻ᵀ ȳ (Giles 2.3.1)."""
    if np.ndim(b) == 1:
        column = np.linalg.solve(_transposed(a), np.expand_dims(y_bar, -1))
        return fit(-column * np.expand_dims(y, -2), a)
    return fit(-np.linalg.solve(_transposed(a), y_bar) @ np.swapaxes(y, -1, -2), a)


def solve_b(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = a⁻ᵀ ȳ for y = a⁻¹ b; `b` gives its shape only."""
    if np.ndim(b) == 1:
        return fit(np.linalg.solve(_transposed(a), np.expand_dims(y_bar, -1))[..., 0], b)
    return fit(np.linalg.solve(_transposed(a), y_bar), b)


def _transposed(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def pinv_bar(y_bar: Any, y: Any, a: Any, hermitian: bool = False) -> Any:
    """ā of the pseudo-inverse at constant rank (Golub and Pereyra 4.12).

    dy = -y da y + y yᴴ daᴴ (1 - a y) + (1 - y a) daᴴ yᴴ y.
    """
    yt, gt = np.swapaxes(y, -1, -2), np.swapaxes(y_bar, -1, -2)
    outside = gt - a @ (y @ gt)
    inside = gt - gt @ y @ a
    a_bar = -yt @ y_bar @ yt + np.conj(outside @ y @ adjoint(y) + adjoint(y) @ y @ inside)
    return uncast(np.conj(hermitian_half(np.conj(a_bar))) if hermitian else a_bar, a)


def lstsq_bars(y_bar: Any, y: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Both cotangents of np.linalg.lstsq, whose results are x, the residuals, rank, σ(a).

    x = a⁺ b, so b̄ = a⁺ᵀ x̄ and ā is that of the pseudo-inverse for a⁺ bar x̄ bᵀ.  At the minimum
    the residuals ‖b - a x‖² do not change with x: they add 2 r to b̄ and -2 r xᵀ to ā.
    """
    x, residuals = y[0], y[1]
    x_bar, residuals_bar, s_bar = y_bar[0], y_bar[1], y_bar[3]
    vector = np.ndim(b) == 1
    columns, x, x_bar = [np.expand_dims(m, -1) if vector else m for m in (b, x, x_bar)]
    inverse = np.linalg.pinv(a)
    a_bar = pinv_bar(x_bar @ columns.T, inverse, a)
    b_bar = inverse.T @ x_bar
    if np.size(residuals):
        r_bar = 2 * np.conj(columns - a @ x) * residuals_bar
        a_bar, b_bar = a_bar - r_bar @ x.T, b_bar + r_bar
    if s_bar is not None and np.any(s_bar):
        a_bar = a_bar + svdvals_bar(s_bar, a)
    return uncast(a_bar, a), uncast(np.reshape(b_bar, np.shape(b)), b)


def matrix_power_bar(y_bar: Any, a: Any, n: int) -> Any:
    """ā of aⁿ = the derivative of (aᵀ)ⁿ along ȳ, which is the corner of a block matrix's power.

    [[T, G], [0, T]]ⁿ = [[Tⁿ, Σ Tⁱ G Tⁿ⁻¹⁻ⁱ], [0, Tⁿ]], for negative n too.
    """
    t = np.swapaxes(a, -1, -2)
    block = np.block([[t, y_bar], [np.zeros_like(t), t]])
    size = np.shape(a)[-1]
    return np.linalg.matrix_power(block, n)[..., :size, size:]


def multi_dot_bar(y_bar: Any, arrays: Any) -> Any:
    """The cotangents of the factors: (left product)ᵀ ȳ (right product)ᵀ, in the best order."""
    last = len(arrays) - 1
    factors = [np.asarray(array) for array in arrays]
    shapes = [factor.shape for factor in factors]
    if factors[0].ndim == 1:
        factors[0] = factors[0][None, :]
    if factors[last].ndim == 1:
        factors[last] = factors[last][:, None]
    g = np.reshape(y_bar, (factors[0].shape[0], factors[last].shape[1]))
    turned = [factor.T for factor in factors]
    bars = [
        np.linalg.multi_dot([*turned[:k][::-1], g, *turned[k + 1 :][::-1]]) for k in range(last + 1)
    ]
    bars = [np.reshape(bar, shape) for bar, shape in zip(bars, shapes, strict=True)]
    return same_kind(bars, arrays)


def tensorsolve_bars(y_bar: Any, y: Any, a: Any, b: Any, axes: Any = None) -> tuple[Any, Any]:
    """Both cotangents of np.linalg.tensorsolve: those of solve, flattened."""
    ndim = np.ndim(a)
    order = list(range(ndim))
    for axis in axes or ():
        order.remove(axis)
        order.insert(ndim, axis)
    turned = np.transpose(a, order)
    matrix = np.reshape(turned, (np.size(b), np.size(b)))
    b_bar = np.linalg.solve(matrix.T, np.ravel(y_bar))
    a_bar = np.reshape(-np.outer(b_bar, np.ravel(y)), turned.shape)
    a_bar = np.transpose(a_bar, np.argsort(order))
    return uncast(a_bar, a), uncast(np.reshape(b_bar, np.shape(b)), b)


def tensorinv_bar(y_bar: Any, y: Any, a: Any) -> Any:
    """ā of np.linalg.tensorinv: that of inv, flattened; y has as many rows as a has columns."""
    size = int(np.sqrt(np.size(a)) + 0.5)
    matrix_bar = inv_bar(np.reshape(y_bar, (size, size)), np.reshape(y, (size, size)))
    return np.reshape(matrix_bar, np.shape(a))


# --- determinants ---------------------------------------------------------------------------------


def cofactors(a: Any) -> Any:
    """∂det(a)/∂a = det(a) a⁻ᵀ, the transposed adjugate, which a singular matrix has too.

    Where a is singular or nearly so, from a = u diag(s) vᴴ: det(u) det(vᴴ) conj(u diag(p) vᴴ),
    p the products of the other singular values.
    """
    try:
        inverse = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return _cofactors_by_svd(a)
    growth = np.max(np.abs(a), (-2, -1), initial=0) * np.max(np.abs(inverse), (-2, -1), initial=0)
    if not np.all(growth < np.finfo(inverse.dtype).eps ** -0.5):
        return _cofactors_by_svd(a)
    return np.expand_dims(np.linalg.det(a), (-2, -1)) * np.swapaxes(inverse, -1, -2)


def _cofactors_by_svd(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a)
    size = np.shape(a)[-1]
    others = np.where(np.eye(size, dtype=bool), 1, np.expand_dims(s, -2))
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return np.expand_dims(phase, (-2, -1)) * np.conj(times_columns(u, np.prod(others, -1)) @ vh)


def slogdet_bar(y_bar: Any, y: Any, a: Any) -> Any:
    """ā = (log-det bar + i Im(sign · sign bar)) a⁻ᵀ; the sign of a real matrix is constant."""
    weight = y_bar[1]
    if np.iscomplexobj(a):
        weight = np.real(weight) + 1j * np.imag(y[0] * y_bar[0])
    return uncast(np.expand_dims(weight, (-2, -1)) * np.swapaxes(np.linalg.inv(a), -1, -2), a)
