"""Pull cotangents back through the linear filters of scipy.ndimage.

A filter is a correlation of the input with a margin around it: y = w ⋆ pad(x), the part where they
overlap whole.  So x̄ = the margin folded back of ȳ * w, and w̄ = ȳ ⋆ pad(x).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss
from scipy.ndimage._filters import _gaussian_kernel1d

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import uncast
from srcad.runtime.padding import unpad

MARGINS: dict[str, Any] = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "constant": "constant",
    "grid-constant": "constant", "nearest": "edge", "mirror": "reflect", "wrap": "wrap",
    "grid-wrap": "wrap",
}  # fmt: skip


def each(value: Any, count: int) -> list[Any]:
    """One value for each axis."""
    one = isinstance(value, str) or np.ndim(value) == 0
    return [value] * count if one else list(value)


def margin(shape: Any, origin: Any) -> list[tuple[int, int]]:
    """How far a filter of this shape reaches to both sides."""
    origins = each(origin, len(shape))
    before = [n // 2 + o for n, o in zip(shape, origins, strict=True)]
    return [(b, n - 1 - b) for n, b in zip(shape, before, strict=True)]


def one_mode(mode: Any, axes: Any) -> Any:
    """The way in which margins are made, the same for all axes."""
    if axes is not None or not isinstance(mode, str):
        raise NotDifferentiable(
            "filters of scipy.ndimage with `axes=` or a mode for each axis have no derivative rule"
        )
    return MARGINS[mode]


def correlated_input(y_bar: Any, x: Any, w: Any, mode: Any, origin: Any, axes: Any = None) -> Any:
    """x̄ of a correlation."""
    whole = ss.convolve(y_bar, w)
    return uncast(unpad(whole, x, margin(np.shape(w), origin), one_mode(mode, axes)), x)


def correlated_weights(
    y_bar: Any, x: Any, w: Any, mode: Any, cval: Any, origin: Any, axes: Any = None
) -> Any:
    """w̄ of a correlation."""
    way, widths = one_mode(mode, axes), margin(np.shape(w), origin)
    padded = (
        np.pad(x, widths, constant_values=cval) if way == "constant" else np.pad(x, widths, way)
    )
    return uncast(ss.convolve(padded, np.flip(y_bar), "valid"), w)


def turned(w: Any, mode: Any, origin: Any) -> tuple[Any, Any, Any]:
    """What makes a correlation of a convolution: the weights turned, and the origin."""
    shape = np.shape(w)
    origins = [-o - (1 - n % 2) for n, o in zip(shape, each(origin, len(shape)), strict=True)]
    return np.flip(w), mode, origins


def turned_origin(w: Any, origin: int) -> int:
    """The same along one axis."""
    return -origin - (1 - np.size(w) % 2)


def turned_weights(
    y_bar: Any, x: Any, w: Any, mode: Any, cval: Any, origin: Any, axes: Any = None
) -> Any:
    """w̄ of a convolution."""
    back, _, origins = turned(w, mode, origin)
    return np.flip(correlated_weights(y_bar, x, back, mode, cval, origins, axes))


def _along(w: Any, ndim: int, axis: int) -> Any:
    shape = [1] * ndim
    shape[axis] = np.size(w)
    return np.reshape(w, shape)


def _origins(origin: int, ndim: int, axis: int) -> list[int]:
    found = [0] * ndim
    found[axis] = origin
    return found


def line_input(y_bar: Any, x: Any, w: Any, axis: int, mode: Any, origin: int) -> Any:
    """x̄ of a correlation along one axis."""
    ndim = np.ndim(x)
    return correlated_input(y_bar, x, _along(w, ndim, axis), mode, _origins(origin, ndim, axis))


def line_weights(y_bar: Any, x: Any, w: Any, axis: int, mode: Any, cval: Any, origin: int) -> Any:
    """w̄ of a correlation along one axis."""
    ndim = np.ndim(x)
    wide = _along(w, ndim, axis)
    bar = correlated_weights(y_bar, x, wide, mode, cval, _origins(origin, ndim, axis))
    return uncast(np.reshape(bar, np.shape(w)), w)


def smoothed_input(
    y_bar: Any, x: Any, sigma: Any, axis: int, order: int, mode: Any, truncate: Any, radius: Any
) -> Any:
    """x̄ of a Gaussian filter along one axis."""
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    weights = _gaussian_kernel1d(sigma, order, reach)[::-1]
    return line_input(y_bar, x, weights, axis, mode, 0)


def gaussian_input(
    y_bar: Any, x: Any, sigma: Any, order: Any, mode: Any, truncate: Any, radius: Any, axes: Any
) -> Any:
    """x̄ of a Gaussian filter along all axes."""
    ndim = np.ndim(x)
    along = list(range(ndim)) if axes is None else [k % ndim for k in np.atleast_1d(axes)]
    lists = [each(v, len(along)) for v in (sigma, order, mode, radius)]
    g = y_bar
    for axis, s, o, m, r in reversed(list(zip(along, *lists, strict=True))):
        if s > 1e-15:
            g = smoothed_input(g, x, s, axis, o, m, truncate, r)
    return uncast(g, x)


def uniform_input(y_bar: Any, x: Any, size: Any, mode: Any, origin: Any, axes: Any) -> Any:
    """x̄ of a moving mean along all axes."""
    ndim = np.ndim(x)
    along = list(range(ndim)) if axes is None else [k % ndim for k in np.atleast_1d(axes)]
    lists = [each(v, len(along)) for v in (size, mode, origin)]
    g = y_bar
    for axis, n, m, o in reversed(list(zip(along, *lists, strict=True))):
        if n > 1:
            g = line_input(g, x, np.full(int(n), 1 / int(n)), axis, m, o)
    return uncast(g, x)
