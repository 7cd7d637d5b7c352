"""Helpers of the rules that say how tangents pass."""

from __future__ import annotations

from typing import Any

import numpy as np

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


def interp_moved(t: Any, x: Any, xp: Any, left: Any, right: Any, period: Any) -> Any:
    """The tangent of np.interp where the values move; what is given for the ends does not."""
    left, right = (None if end is None else 0.0 for end in (left, right))
    return np.interp(x, xp, t, left, right, period)


def one_by_one(dots: Any, arrays: Any) -> Any:
    """The tangent of a product of several matrices."""
    terms = [np.linalg.multi_dot([*arrays[:k], t, *arrays[k + 1 :]]) for k, t in enumerate(dots)]
    return sum(terms[1:], terms[0])
