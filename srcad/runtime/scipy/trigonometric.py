"""Transpose the discrete cosine and sine transforms of scipy.fft.

y = s · after · B · before · x, where B is the transform without norm, s the factor of the norm, and
`before` and `after` the factors √2 of `orthogonalize`.  Bᵀ is a transform of the opposite type with
other weights at the ends:

    type 1 of cosines       B = K diag(c), c = 1 at the ends and 2 between, K symmetric
    types 2 and 3           B₂ᵀ g = B₃(g, one end doubled),  B₃ᵀ g = B₂(g), that end halved
    type 4, type 1 of sines symmetric

Source: the documentation of scipy.fft.dct and dst.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.fft as sf

from srcad.runtime.fft import resized
from srcad.runtime.indexing import uncast

INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}
INVERSE_NORM: dict[Any, Any] = {
    None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho",
}  # fmt: skip


def waves_bar(
    y_bar: Any, x: Any, wave: Any, type: int, axes: Any, norm: Any, orthogonal: Any, s: Any = None
) -> Any:
    """x̄ of dct, dst, dctn and dstn: the transposes along each axis."""
    g = y_bar
    for axis in axes_of(x, axes, s):
        g = resized(_transposed(g, wave, type, axis, norm, orthogonal), np.shape(x)[axis], axis)
    return uncast(g, x)


def waves_inverse_bar(
    y_bar: Any, x: Any, wave: Any, type: int, axes: Any, norm: Any, orthogonal: Any, s: Any = None
) -> Any:
    """x̄ of idct and its like: transforms of the inverse type."""
    orthogonal = norm == "ortho" if orthogonal is None else orthogonal
    return waves_bar(y_bar, x, wave, INVERSE[type], axes, INVERSE_NORM[norm], orthogonal, s)


def axes_of(x: Any, axes: Any, s: Any) -> list[int]:
    """The axes of a transform over several."""
    ndim = np.ndim(x)
    if axes is None:
        count = ndim if s is None else np.size(s)
        return list(range(ndim - count, ndim))
    return [int(axis) % ndim for axis in np.atleast_1d(axes)]


def _transposed(g: Any, wave: Any, type: int, axis: int, norm: Any, orthogonal: Any) -> Any:
    """The transpose along one axis."""
    points = np.shape(g)[axis]
    cosine = wave is sf.dct
    end = 0 if cosine else points - 1
    orthogonal = norm == "ortho" if orthogonal is None else orthogonal
    half = 1 / math.sqrt(2) if orthogonal else 1.0
    if type == 1 and cosine:
        g = weighted(g, axis, half, [0, points - 1], 0.5)
        g = wave(g, 1, axis=axis)
        g = weighted(g, axis, 1 / half, [0, points - 1], 2.0)
    elif type == 2:
        g = wave(weighted(g, axis, 2 * half, [end]), 3, axis=axis)
    elif type == 3:
        g = weighted(wave(g, 2, axis=axis), axis, 0.5 / half, [end])
    else:
        g = wave(g, type, axis=axis)
    return g * _factor(norm, points + ((-1 if cosine else 1) if type == 1 else 0))


def _factor(norm: Any, points: int) -> float:
    if norm == "ortho":
        return 1 / math.sqrt(2 * points)
    return 0.5 / points if norm == "forward" else 1.0


def weighted(g: Any, axis: int, factor: float, places: list[int], others: float = 1.0) -> Any:
    """g times a factor at these places of an axis, and another one elsewhere."""
    points = np.shape(g)[axis]
    chosen = np.isin(np.arange(points), places)
    weights = np.where(chosen, factor, others).astype(np.real(g).dtype)
    shape = [1] * np.ndim(g)
    shape[axis] = points
    return g * np.reshape(weights, shape)
