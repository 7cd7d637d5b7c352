"""Pull cotangents back through factorisations of scipy.linalg, and systems with them.

Sources: S. Walter, L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010);
M. Giles (2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as la

from srcad.errors import NotDifferentiable
from srcad.runtime.factorisations import cholesky_bar, eigh_bar, qr_bar
from srcad.runtime.indexing import fit, uncast
from srcad.runtime.matrices import adjoint, diagonal_of, over, read_half, times_columns
from srcad.runtime.scipy.systems import triangular_a, triangular_b

# --- Cholesky -------------------------------------------------------------------------------------


def cho_factor_bar(y_bar: Any, y: Any, a: Any, lower: bool) -> Any:
    """ā of cho_factor: the factor in one triangle, and `a` as it was in the other."""
    c_bar = y_bar[0]
    if lower:
        return cholesky_bar(np.tril(c_bar), np.tril(y[0]), a, False) + np.triu(c_bar, 1)
    return cholesky_bar(np.triu(c_bar), np.triu(y[0]), a, True) + np.tril(c_bar, -1)


def _halfway(c: Any, lower: bool, b: Any) -> Any:
    """The first of the two triangular systems."""
    return la.solve_triangular(c, b, 0 if lower else 2, lower)


def cho_solve_b(y_bar: Any, c_and_lower: Any, b: Any) -> Any:
    """b̄ = a⁻ᵀ ȳ, aᵀ = conj(a) with the factor conj(c)."""
    c, lower = c_and_lower[0], bool(c_and_lower[1])
    columns = np.expand_dims(y_bar, -1) if np.ndim(b) == 1 else y_bar
    found = la.cho_solve((np.conj(c), lower), columns)
    return fit(found[..., 0] if np.ndim(b) == 1 else found, b)


def cho_solve_c(y_bar: Any, y: Any, c_and_lower: Any, b: Any) -> Any:
    """The cotangent of (c, lower), through both triangular systems."""
    c, lower = c_and_lower[0], bool(c_and_lower[1])
    first, second = (0, 2) if lower else (2, 0)
    half = _halfway(c, lower, b)
    half_bar = triangular_b(y_bar, c, half, second, lower, False)
    c_bar = triangular_a(y_bar, y, c, half, second, lower, False)
    c_bar = c_bar + triangular_a(half_bar, half, c, b, first, lower, False)
    bars = (c_bar, 0.0)
    return bars if isinstance(c_and_lower, tuple) else list(bars)


# --- LU -------------------------------------------------------------------------------------------


def lu_bar(y_bar: Any, y: Any, a: Any, permute_l: bool, p_indices: bool) -> Any:
    """ā of scipy.linalg.lu; permutations are constant."""
    if permute_l:
        order = np.argmax(np.swapaxes(la.lu(a)[0], -1, -2), -1)
        lower = np.take_along_axis(y[0], np.expand_dims(order, -1), -2)
        l_bar = np.take_along_axis(y_bar[0], np.expand_dims(order, -1), -2)
        inner = _factors_bar(l_bar, y_bar[1], lower, y[1])
    else:
        inner = _factors_bar(y_bar[1], y_bar[2], y[1], y[2])
        order = np.argsort(y[0], -1) if p_indices else np.argmax(np.swapaxes(y[0], -1, -2), -1)
    back = np.expand_dims(np.argsort(order, -1), -1)
    return uncast(np.take_along_axis(inner, back, -2), a)


def lu_factor_bar(y_bar: Any, y: Any, a: Any) -> Any:
    """ā of lu_factor: both triangles in one matrix."""
    lu, rows, columns = y[0], np.shape(a)[-2], np.shape(a)[-1]
    k = min(rows, columns)
    lower = np.tril(lu, -1)[..., :, :k] + np.eye(rows, k, dtype=lu.dtype)
    l_bar = np.tril(y_bar[0], -1)[..., :, :k]
    inner = _factors_bar(l_bar, np.triu(y_bar[0])[..., :k, :], lower, np.triu(lu)[..., :k, :])
    return uncast(np.take_along_axis(inner, np.argsort(order_of(y[1], rows), -1)[..., None], -2), a)


def _factors_bar(l_bar: Any, u_bar: Any, lower: Any, upper: Any) -> Any:
    """The cotangent of l u: l⁻ᵀ (tril(lᵀ l̄, -1) + triu(ū uᵀ)) u⁻ᵀ, and what hangs over."""
    rows, columns = np.shape(lower)[-2], np.shape(upper)[-1]
    k = min(rows, columns)
    square, triangle = lower[..., :k, :], upper[..., :k]
    l_bar, u_bar = np.tril(l_bar, -1), np.triu(u_bar)
    lt, ut = np.swapaxes(square, -1, -2), np.swapaxes(triangle, -1, -2)
    l1, u1 = l_bar[..., :k, :], u_bar[..., :k]
    below = np.swapaxes(np.linalg.solve(triangle, np.swapaxes(l_bar[..., k:, :], -1, -2)), -1, -2)
    beside = np.linalg.solve(lt, u_bar[..., k:])
    u1 = u1 - np.swapaxes(lower[..., k:, :], -1, -2) @ below
    l1 = l1 - beside @ np.swapaxes(upper[..., k:], -1, -2)
    inner = np.tril(lt @ l1, -1) + np.triu(u1 @ ut)
    left = np.linalg.solve(lt, inner)
    whole = np.swapaxes(np.linalg.solve(triangle, np.swapaxes(left, -1, -2)), -1, -2)
    if rows > columns:
        return np.concatenate([whole, below], -2)
    return np.concatenate([whole, beside], -1) if columns > rows else whole


def order_of(pivots: Any, rows: int) -> Any:
    """The order into which LAPACK's row exchanges bring the rows."""
    flat = np.reshape(pivots, (-1, np.shape(pivots)[-1]))
    orders = []
    for exchanges in flat:
        order = list(range(rows))
        for k, p in enumerate(exchanges):
            order[k], order[p] = order[p], order[k]
        orders.append(order)
    return np.reshape(np.array(orders, int), (*np.shape(pivots)[:-1], rows))


def lu_solve_b(y_bar: Any, lu_and_piv: Any, b: Any, trans: int) -> Any:
    """b̄: the transposed system."""
    lu, piv = lu_and_piv[0], lu_and_piv[1]
    columns = np.expand_dims(y_bar, -1) if np.ndim(b) == 1 else y_bar
    if trans == 2:
        found = np.conj(la.lu_solve((lu, piv), np.conj(columns)))
    else:
        found = la.lu_solve((lu, piv), columns, 1 - trans)
    return fit(found[..., 0] if np.ndim(b) == 1 else found, b)


def lu_solve_lu(y_bar: Any, y: Any, lu_and_piv: Any, b: Any, trans: int) -> Any:
    """The cotangent of (lu, piv): ā = -b̄ yᵀ of a = p l u, brought to l and u."""
    lu, piv = lu_and_piv[0], lu_and_piv[1]
    b_bar = lu_solve_b(y_bar, lu_and_piv, y, trans)
    left, right = [np.expand_dims(v, -1) if np.ndim(b) == 1 else v for v in (b_bar, y)]
    if trans:
        left, right = right, left
    if trans == 2:
        left, right = np.conj(left), np.conj(right)
    n = np.shape(lu)[-1]
    left = np.take_along_axis(left, np.expand_dims(order_of(piv, n), -1), -2)
    lower, upper = np.tril(lu, -1) + np.eye(n, dtype=lu.dtype), np.triu(lu)
    l_bar = -left @ np.swapaxes(upper @ right, -1, -2)
    u_bar = -(np.swapaxes(lower, -1, -2) @ left) @ np.swapaxes(right, -1, -2)
    bars = (fit(np.tril(l_bar, -1) + np.triu(u_bar), lu), np.zeros(np.shape(piv)))
    return bars if isinstance(lu_and_piv, tuple) else list(bars)


# --- QR and eigenvalues ---------------------------------------------------------------------------


def qr_all_bar(y_bar: Any, y: Any, a: Any, mode: str, pivoting: bool) -> Any:
    """ā of scipy.linalg.qr; pivots are constant."""
    if mode not in ("full", "economic", "r"):
        raise NotDifferentiable(
            f"scipy.linalg.qr with mode={mode!r} returns the reflectors of LAPACK, which have no "
            'derivative rule; use mode="economic"'
        )
    order = y[-1] if pivoting else np.arange(np.shape(a)[-1])
    turned = np.take(a, order, -1) if pivoting else a
    if mode == "r":
        k = min(np.shape(a)[-2], np.shape(a)[-1])
        bar = qr_bar(y_bar[0][..., :k, :], None, turned, "r")
    else:
        bar = qr_bar((y_bar[0], y_bar[1]), (y[0], y[1]), turned, "complete")
    return uncast(np.take(bar, np.argsort(order), -1) if pivoting else bar, a)


def eigh_bars(
    y_bar: Any, y: Any, a: Any, b: Any, lower: bool, values: bool, kind: int, index: Any, value: Any
) -> tuple[Any, Any]:
    """Both cotangents of eigh, for a v = w v and a v = w b v, vᴴ b v = 1."""
    if kind != 1 and b is not None:
        raise NotDifferentiable(f"scipy.linalg.eigh with type={kind} has no derivative rule")
    if index is not None or value is not None:
        w, v, w_bar, v_bar = _among_all(y_bar, y, a, b, lower, values, index, value)
    elif values:
        w, v = la.eigh(a, b, lower=lower)
        w_bar, v_bar = y_bar, 0 * v
    else:
        (w, v), (w_bar, v_bar) = y, y_bar
    if b is None:
        bar = eigh_bar((w_bar, v_bar), (w, v), a, "L" if lower else "U")
        return uncast(bar, a), None
    w_bar = np.real(w_bar)
    inner = adjoint(v) @ np.conj(v_bar)
    phases = np.imag(diagonal_of(inner))
    if not np.allclose(phases, 0, atol=1e-6 * max(1.0, np.max(np.abs(inner), initial=0.0))):
        raise NotDifferentiable("the result depends on the phases of complex eigenvectors")
    eye = np.eye(np.shape(w)[-1], dtype=w.dtype)
    gaps = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    middle = over(inner * (1 - eye), gaps) + times_columns(eye, w_bar)
    lengths = times_columns(eye, np.real(diagonal_of(inner)) / 2)
    a_bar = v @ middle @ adjoint(v)
    b_bar = -v @ (times_columns(middle, w) + lengths) @ adjoint(v)
    return (
        uncast(np.conj(read_half(a_bar, a, not lower)), a),
        uncast(np.conj(read_half(b_bar, b, not lower)), b),
    )


def _among_all(
    y_bar: Any, y: Any, a: Any, b: Any, lower: bool, values: bool, index: Any, value: Any
) -> tuple[Any, Any, Any, Any]:
    """All eigenvalues and vectors, and the cotangents of those that were asked for among them."""
    w, v = la.eigh(a, b, lower=lower)
    n = np.shape(w)[-1]
    if index is not None:
        chosen = (np.arange(n) >= index[0]) & (np.arange(n) <= index[1])
    else:
        chosen = (w > value[0]) & (w <= value[1])
    count = np.shape(y if values else y[0])[-1]
    if np.sum(chosen) != count:
        raise NotDifferentiable("an eigenvalue lies on the end of `subset_by_value`")
    place = np.eye(n, dtype=w.dtype)[chosen]
    if values:
        return w, v, y_bar @ place, 0 * v
    turn = np.sum(np.conj(v @ place.T) * y[1], -2)  # SciPy may turn the vectors it finds alone
    turn = turn / np.abs(turn)
    return w, v, y_bar[0] @ place, times_columns(y_bar[1], turn) @ place


def right_alone(y_bar: Any, b: Any, left: bool, right: bool, homogeneous: bool) -> Any:
    """The cotangent of eig, which has a rule for right eigenvectors alone."""
    if b is not None or left or not right or homogeneous:
        raise NotDifferentiable(
            "scipy.linalg.eig has a derivative rule for the eigenvalues and right eigenvectors of "
            "one matrix alone; use scipy.linalg.eigvals, or solve(b, a) for a pair"
        )
    return y_bar
