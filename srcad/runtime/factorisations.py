"""Pull cotangents back through factorisations: Cholesky, eigenvalues, singular values, QR.

The formulas for complex factorisations are written for gradients G = conj(ȳ), which pair by
Re tr(Gᴴ dA); the result is conjugated back.  Singular vectors and eigenvectors are determined up
to a phase, and within degenerate spaces up to a rotation: a program whose result depends on that
choice is refused where it can be seen.

Sources: M. Giles, "Collected matrix derivative results" (2008); J. Townsend, "Differentiating the
singular value decomposition" (2016); S. Walter, L. Lehmann, "Algorithmic differentiation of linear
algebra functions" (2010); I. Murray, "Differentiation of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import uncast
from srcad.runtime.matrices import (
    adjoint,
    diagonal_of,
    hermitian_half,
    over,
    read_half,
    times_columns,
)


def cholesky_bar(y_bar: Any, y: Any, a: Any, upper: bool = False) -> Any:
    """ā = symmetric half of l⁻ᴴ Φ(lᴴ G) l⁻¹, Φ the lower triangle, its diagonal halved (Murray)."""
    g = np.conj(y_bar)
    l, g = (adjoint(y), adjoint(g)) if upper else (y, g)  # noqa: E741
    inner = np.tril(adjoint(l) @ g)
    inner = inner - times_columns(np.eye(np.shape(l)[-1]), diagonal_of(inner) / 2)
    left = np.linalg.solve(adjoint(l), inner)
    both = adjoint(np.linalg.solve(adjoint(l), adjoint(left)))
    return uncast(np.conj(read_half(both, a, upper)), y)


def eigh_bar(y_bar: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
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
    return np.conj(read_half(v @ middle @ adjoint(v), a, UPLO in ("U", "u")))


def eigvalsh_bar(y_bar: Any, a: Any, UPLO: Any = "L") -> Any:
    """ā = v diag(w̄) vᴴ, symmetric by itself."""
    v = np.linalg.eigh(a, UPLO)[1]
    a_bar = times_columns(v, np.real(y_bar)) @ adjoint(v)
    return np.conj(read_half(a_bar, a, UPLO in ("U", "u")))


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
    a = np.asarray(a)
    if mode == "r":
        q, r = np.linalg.qr(a)
        g_q, g_r = np.zeros_like(q), np.conj(y_bar)
    elif mode in ("reduced", "complete"):
        q, r = y
        g_q, g_r = np.conj(y_bar[0]), np.conj(y_bar[1])
    else:
        raise NotDifferentiable(
            f"np.linalg.qr with mode={mode!r} returns the reflectors of LAPACK, which have no "
            'derivative rule; use mode="reduced"'
        )
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
