"""Pull cotangents back through linear algebra: inverses, determinants, factorisations, norms.

Matrices stand in the last two axes.  Cotangents pair without conjugation (ȳ·∂y/∂a).  The formulas
for complex factorisations are written for gradients G = conj(ȳ), which pair by Re tr(Gᴴ dA); the
result is conjugated back.  Singular vectors and eigenvectors are determined up to a phase, and
within degenerate spaces up to a rotation: a program whose result depends on that choice is
refused where it can be seen.

Sources: M. Giles, "Collected matrix derivative results" (2008); J. Townsend, "Differentiating the
singular value decomposition" (2016); S. Walter, L. Lehmann, "Algorithmic differentiation of linear
algebra functions" (2010); I. Murray, "Differentiation of the Cholesky decomposition" (2016);
G. Golub, V. Pereyra, "The differentiation of pseudo-inverses" (1973).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import fit, same_kind, uncast


def over(a: Any, b: Any) -> Any:
    """a / b where a is not zero, else 0: what nothing depends on stays finite at b = 0."""
    zero = np.equal(a, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(zero, 0 * a, a / np.where(zero, 1, b))


def zero_where_zero(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0: the subgradient of a norm at 0."""
    zero = np.equal(b, 0)
    return np.where(zero, 0 * a, a / np.where(zero, 1, b))


def adjoint(a: Any) -> Any:
    """aᴴ for matrices in the last two axes."""
    return np.conj(np.swapaxes(a, -1, -2))


def hermitian_half(a: Any) -> Any:
    """(a + aᴴ) / 2: the cotangent of a symmetric argument, shared between both triangles."""
    return (a + adjoint(a)) / 2


def diagonal_of(a: Any) -> Any:
    """The diagonals of matrices in the last two axes."""
    return np.diagonal(a, axis1=-2, axis2=-1)


def times_columns(a: Any, d: Any) -> Any:
    """a · diag(d)."""
    return a * np.expand_dims(d, -2)


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


def _matrix_norm_bar(
    y_bar: Any, y: Any, x: Any, axes: tuple[int, int], keepdims: bool, ord: Any
) -> Any:
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
    columns, x, x_bar = (np.expand_dims(m, -1) if vector else m for m in (b, x, x_bar))
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


# --- factorisations -------------------------------------------------------------------------------


def cholesky_bar(y_bar: Any, y: Any, upper: bool = False) -> Any:
    """ā = symmetric half of l⁻ᴴ Φ(lᴴ G) l⁻¹, Φ the lower triangle, its diagonal halved (Murray)."""
    g = np.conj(y_bar)
    l, g = (adjoint(y), adjoint(g)) if upper else (y, g)  # noqa: E741
    inner = np.tril(adjoint(l) @ g)
    inner = inner - times_columns(np.eye(np.shape(l)[-1]), diagonal_of(inner) / 2)
    left = np.linalg.solve(adjoint(l), inner)
    both = adjoint(np.linalg.solve(adjoint(l), adjoint(left)))
    return uncast(np.conj(hermitian_half(both)), y)


def eigh_bar(y_bar: Any, y: Any) -> Any:
    """ā = symmetric half of v (diag(w̄) + F ∘ vᴴ v̄) vᴴ, F_ij = 1/(w_j - w_i) off the diagonal.

    Finite for equal eigenvalues where the cotangent of their eigenvectors is zero (Giles 3.1).
    """
    w, v = y
    w_bar, v_bar = np.real(y_bar[0]), np.conj(y_bar[1])
    inner = adjoint(v) @ v_bar
    _refuse_phases(inner, "eigenvectors")
    gaps = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    off = 1 - np.eye(np.shape(w)[-1], dtype=w.dtype)
    middle = over(inner * off, gaps) + times_columns(np.eye(np.shape(w)[-1], dtype=w.dtype), w_bar)
    return np.conj(hermitian_half(v @ middle @ adjoint(v)))


def eigvalsh_bar(y_bar: Any, a: Any, UPLO: str = "L") -> Any:
    """ā = v diag(w̄) vᴴ, symmetric by itself."""
    v = np.linalg.eigh(a, UPLO)[1]
    return np.conj(times_columns(v, np.real(y_bar)) @ adjoint(v))


def eig_bar(y_bar: Any, y: Any, a: Any) -> Any:
    """ā = v⁻ᴴ (diag(w̄) + (vᴴ v̄ - vᴴ v diag Re(vᴴ v̄)) / E*) vᴴ, E_ij = w_j - w_i.

    The middle term keeps the columns of length 1.  LAPACK turns each so that its largest
    component is real, which is taken into account.
    """
    w, v = y
    w_bar, v_bar = np.conj(y_bar[0]), np.conj(y_bar[1])
    v_bar = _turn_back(v_bar, v) if np.iscomplexobj(v) else v_bar
    inner = adjoint(v) @ v_bar
    inner = inner - times_columns(adjoint(v) @ v, np.real(diagonal_of(inner)))
    gaps = np.conj(np.expand_dims(w, -2) - np.expand_dims(w, -1))
    eye = np.eye(np.shape(w)[-1])
    middle = over(inner * (1 - eye), gaps) + times_columns(eye, w_bar)
    return uncast(np.conj(np.linalg.solve(adjoint(v), middle @ adjoint(v))), a)


def _turn_back(v_bar: Any, v: Any) -> Any:
    """The cotangent before LAPACK turned each column to make its largest component real."""
    largest = np.argmax(np.abs(v), -2, keepdims=True)
    pivot = np.real(np.take_along_axis(v, largest, -2))
    turn = np.imag(np.sum(np.conj(v_bar) * v, -2, keepdims=True)) / pivot
    place = np.expand_dims(np.arange(np.shape(v)[-2]), -1) == largest
    return v_bar + 1j * turn * place


def eigvals_bar(y_bar: Any, a: Any) -> Any:
    """ā = v⁻ᴴ diag(w̄) vᴴ."""
    v = np.linalg.eig(a)[1]
    middle = np.expand_dims(np.conj(y_bar), -1) * adjoint(v)
    return uncast(np.conj(np.linalg.solve(adjoint(v), middle)), a)


def svdvals_bar(y_bar: Any, a: Any, hermitian: bool = False) -> Any:
    """ā = u diag(s̄) vᴴ for the singular values alone."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    a_bar = times_columns(u, np.real(y_bar)) @ vh
    return np.conj(hermitian_half(a_bar) if hermitian else a_bar)


def svd_bar(y_bar: Any, y: Any, a: Any, hermitian: bool = False) -> Any:
    """ā of a = u diag(s) vᴴ, thin or with full matrices (Townsend).

    With H = uᴴ ū, K = vᴴ v̄ and F_ij = 1/(s_j² - s_i²):
    u ((F ∘ (H - Hᴴ)) s + s (F ∘ (K - Kᴴ)) + diag(s̄)) vᴴ, and what ū and v̄ have outside of the
    spaces of u and v, divided by s.
    """
    u, s, vh = y
    g_u, g_s, g_v = np.conj(y_bar[0]), np.real(y_bar[1]), adjoint(np.conj(y_bar[2]))
    k = np.shape(s)[-1]
    v = adjoint(vh)
    u, g_u, out_u = _thin(u, g_u, k, "left")
    v, g_v, out_v = _thin(v, g_v, k, "right")
    h, m = adjoint(u) @ g_u, adjoint(v) @ g_v
    _refuse_phases(h + m, "singular vectors")
    rows, columns = np.expand_dims(s, -1), np.expand_dims(s, -2)
    gaps = (columns - rows) * (columns + rows)
    eye = np.eye(k, dtype=s.dtype)
    middle = over((h - adjoint(h)) * (1 - eye), gaps) * columns
    middle = middle + rows * over((m - adjoint(m)) * (1 - eye), gaps) + times_columns(eye, g_s)
    if np.iscomplexobj(h):
        middle = middle + times_columns(eye, 1j * over(np.imag(diagonal_of(h)), s))
    a_bar = u @ middle @ adjoint(v)
    a_bar = a_bar + over(out_u, columns) @ adjoint(v) + u @ adjoint(over(out_v, columns))
    return np.conj(hermitian_half(a_bar) if hermitian else a_bar)


def _thin(u: Any, g: Any, k: int, side: str) -> tuple[Any, Any, Any]:
    """The first k columns of u and of its cotangent, and what moves them out of their space.

    The other columns only span the rest: turning them among themselves must change nothing.
    """
    rest, g_rest = u[..., k:], g[..., k:]
    u, g = u[..., :k], g[..., :k]
    if np.shape(u)[-2] == k:
        return u, g, 0 * g
    outside = g - u @ (adjoint(u) @ g)
    if np.any(g_rest):
        turns = adjoint(rest) @ g_rest
        if not np.allclose(turns, adjoint(turns), atol=1e-6 * np.max(np.abs(g_rest))):
            raise NotDifferentiable(
                f"the result depends on the choice of {side} singular vectors beyond the rank; "
                "use full_matrices=False"
            )
        outside = outside - rest @ (adjoint(g_rest) @ u)
    return u, g, outside


def _refuse_phases(inner: Any, what: str) -> None:
    """Complex vectors have a free phase: the result must not depend on it."""
    if not np.iscomplexobj(inner):
        return
    phases = np.imag(diagonal_of(inner))
    if not np.allclose(phases, 0, atol=1e-6 * max(1.0, np.max(np.abs(inner), initial=0))):
        raise NotDifferentiable(f"the result depends on the phases of complex {what}")


def qr_bar(y_bar: Any, y: Any, a: Any, mode: str = "reduced") -> Any:
    """ā = (q̄ + q sym(triu(r̄ rᴴ - qᴴ q̄))) r⁻ᴴ; sym makes a triangle Hermitian (Walter, Lehmann).

    A wide a = q (r₁ r₂) is first split: its right part is q r₂, so q̄ gains a₂ r̄₂ᴴ.
    """
    if mode == "r":
        q, r = np.linalg.qr(a)
        g_q, g_r = np.zeros_like(q), np.conj(y_bar)
    elif mode in ("reduced", "complete"):
        q, r = y
        g_q, g_r = np.conj(y_bar[0]), np.conj(y_bar[1])
    else:
        raise NotImplementedError(f"np.linalg.qr with mode={mode!r} has no derivative")
    rows, columns = np.shape(a)[-2:]
    k = min(rows, columns)
    q, g_q, rest = _complement(q, g_q, k)
    r, g_r = r[..., :k, :], g_r[..., :k, :]
    wide = g_r[..., k:]
    g_q = g_q + rest + a[..., k:] @ adjoint(wide)
    r, g_r = r[..., :k], np.triu(g_r[..., :k])
    inner = np.triu(g_r @ adjoint(r) - adjoint(q) @ g_q)
    inner = inner + adjoint(inner)
    half = times_columns(np.eye(k, dtype=inner.real.dtype), np.real(diagonal_of(inner)) / 2)
    square = adjoint(np.linalg.solve(r, adjoint(g_q + q @ (inner - half))))
    return np.conj(np.concatenate([square, q @ wide], -1)) if columns > k else np.conj(square)


def _complement(q: Any, g: Any, k: int) -> tuple[Any, Any, Any]:
    """The first k columns of q and of its cotangent, and what the other columns add to it."""
    rest, g_rest = q[..., k:], g[..., k:]
    if not np.any(g_rest):
        return q[..., :k], g[..., :k], 0
    turns = adjoint(rest) @ g_rest
    if not np.allclose(turns, adjoint(turns), atol=1e-6 * np.max(np.abs(g_rest))):
        raise NotDifferentiable(
            "the result depends on the choice of the columns of q beyond those of a; "
            'use mode="reduced"'
        )
    return q[..., :k], g[..., :k], -rest @ (adjoint(g_rest) @ q[..., :k])
