"""Helpers of the rules that say how tangents pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax
from srcad.runtime.elementwise import ratio, times
from srcad.runtime.reductions import shares


def solve_moved(a_dot: Any, y: Any, a: Any, b: Any) -> Any:
    """The tangent of `y = solve(a, b)` when the matrix moves: -a⁻¹ a_dot y; b may be a vector."""
    if np.ndim(b) > 1:
        return -np.linalg.solve(a, a_dot @ y)
    return -np.linalg.solve(a, a_dot @ y[..., None])[..., 0]


def variance_moved(
    t: Any, y: Any, a: Any, axis: Any, ddof: Any, keepdims: bool, where: Any, root: bool
) -> Any:
    """The tangent of var, or of std, the root: Σ 2 Re(conj(a - mean) t) / (n - ddof)."""
    used = np.broadcast_to(where, np.shape(a))
    a = np.where(used, a, 0)
    centred = a - np.mean(a, axis, keepdims=True, where=used)
    terms = np.where(used, np.real(np.conj(centred) * t), 0)
    n = np.sum(used, axis, keepdims=keepdims)
    found = 2 * np.sum(terms, axis, keepdims=keepdims) / (n - ddof)
    return ratio(found, 2 * y) if root else found


def extremum_moved(
    t: Any, y: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any
) -> Any:
    """The tangent of max or min: the mean of those of the elements that equal it, and no others."""
    parts = times(shares(y, a, axis, keepdims, where, initial), t)
    return np.sum(parts, axis, keepdims=keepdims)


def padded(t: Any, pad_width: Any, mode: Any, stat_length: Any, reflect_type: str) -> Any:
    """The tangent of np.pad: constants do not move, and the rest is padded in the same way."""
    if mode in ("maximum", "minimum", "median") or callable(mode):
        raise UnsupportedSyntax(f"np.pad in the mode {mode!r} has no tangent in forward mode yet.")
    options = {"stat_length": stat_length} if mode == "mean" else {}
    if mode in ("reflect", "symmetric"):
        options = {"reflect_type": reflect_type}
    return np.pad(t, pad_width, mode, **options)


def one_by_one(dots: Any, arrays: Any) -> Any:
    """The tangent of a product of several matrices."""
    terms = [np.linalg.multi_dot([*arrays[:k], t, *arrays[k + 1 :]]) for k, t in enumerate(dots)]
    return sum(terms[1:], terms[0])
