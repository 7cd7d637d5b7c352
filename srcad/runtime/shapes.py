"""Transpose NumPy's shape functions: bring a cotangent back to the shape of the argument.

Of a parameter named `like` only the shape and the memory layout are used, never the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import floats_of


def unravel(g: Any, like: Any, order: str = "C") -> Any:
    """The transpose of ravel and reshape for any order, "A" and "K" (memory order) too."""
    if order != "K" or np.ndim(like) < 2:
        return unreshape(g, like, "C" if order == "K" else order)
    shape = np.shape(like)
    places = np.empty_like(like, dtype=np.intp, subok=False)
    places[...] = np.arange(places.size).reshape(shape)
    return np.reshape(np.ravel(g)[np.argsort(np.ravel(places, "K"))], shape)


def unreshape(g: Any, like: Any, order: str = "C") -> Any:
    """The transpose of reshape and of all that only adds or drops axes of length 1.

    Order "A" reads g as the primal read `like`.  The cotangent of a Python number is a number.
    """
    if not isinstance(like, (np.ndarray, np.generic)) and np.ndim(like) == 0:
        return np.ravel(g)[0].item()
    return np.reshape(g, np.shape(like), layout(like, order))


def layout(like: Any, order: Any) -> Any:
    """The order, "A" resolved as NumPy does: "F" for a Fortran-contiguous array, else "C"."""
    if order != "A":
        return order
    return "F" if isinstance(like, np.ndarray) and like.flags.fnc else "C"


def inverse_axes(axes: Any, ndim: int) -> Any:
    """The permutation that undoes transpose(axes); None reverses all axes and undoes itself.

    `axes` may be wrapped in a tuple, as x.transpose(*axes) hands it on.
    """
    if isinstance(axes, tuple) and len(axes) == 1 and not isinstance(axes[0], (int, np.integer)):
        axes = axes[0]
    if axes is None or len(axes) == 0:
        return None
    return tuple(np.argsort([axis % ndim for axis in axes]).tolist())


def rolled_to(axis: int, start: int, ndim: int) -> int:
    """Where np.rollaxis(a, axis, start) puts the axis."""
    axis = axis % ndim
    start = start + ndim if start < 0 else start
    return start - 1 if axis < start else start


def unrepeat(g: Any, like: Any, repeats: Any, axis: int | None = None) -> Any:
    """The transpose of np.repeat: each element sums the cotangents of its copies."""
    if axis is None:
        return unreshape(unrepeat(g, np.ravel(like), repeats, 0), like)
    shape = np.shape(like)
    axis = axis % len(shape)
    repeats = np.asarray(repeats)
    if repeats.size == 1:
        apart = shape[: axis + 1] + (int(repeats.item()),) + shape[axis + 1 :]
        return np.sum(np.reshape(g, apart), axis + 1)
    starts = np.cumsum(repeats) - repeats
    rows = np.moveaxis(g, axis, 0)
    kept = repeats > 0
    if np.all(kept) and repeats.size:
        return np.moveaxis(np.add.reduceat(rows, starts, axis=0), 0, axis)
    zeros = np.zeros((shape[axis],) + rows.shape[1:], rows.dtype)
    if np.any(kept):
        zeros[kept] = np.add.reduceat(rows, starts[kept], axis=0)
    return np.moveaxis(zeros, 0, axis)


def untile(g: Any, like: Any, reps: Any) -> Any:
    """The transpose of np.tile: the sum over the tiles."""
    shape = np.shape(like)
    reps = tuple(reps) if np.ndim(reps) else (int(reps),)
    ndim = max(len(shape), len(reps))
    full = (1,) * (ndim - len(shape)) + tuple(shape)
    reps = (1,) * (ndim - len(reps)) + reps
    apart = [n for pair in zip(reps, full, strict=True) for n in pair]
    return unreshape(np.sum(np.reshape(g, apart), tuple(range(0, 2 * ndim, 2))), like)


def unresize(g: Any, shape: tuple[int, ...]) -> Any:
    """The transpose of np.resize, which repeats the flattened elements or drops the last ones."""
    size = int(np.prod(shape))
    flat = np.ravel(g)
    if size == 0:
        return np.zeros(shape, flat.dtype)
    missing = -flat.size % size
    padded = np.concatenate([flat, np.zeros(missing, flat.dtype)])
    return np.reshape(np.sum(np.reshape(padded, (-1, size)), 0), shape)


def unbroadcast_arrays(g: Any, *likes: Any) -> tuple[Any, ...]:
    """The transpose of np.broadcast_arrays; g holds one cotangent per argument."""
    return tuple(unbroadcast(part, like) for part, like in zip(g, likes, strict=True))


def unopened(g: Any, *likes: Any) -> tuple[Any, ...]:
    """The transpose of np.ix_, where numbers and no indices are spread over a grid."""
    return tuple(unreshape(part, like) for part, like in zip(g, likes, strict=True))


def unatleast(g: Any, *likes: Any) -> tuple[Any, ...]:
    """The transpose of np.atleast_1d, 2d and 3d, which return one array or a tuple of them."""
    parts = (g,) if len(likes) == 1 else g
    return tuple(unreshape(part, like) for part, like in zip(parts, likes, strict=True))


def unwindow(g: Any, like: Any, axis: Any = None) -> Any:
    """The transpose of sliding_window_view: the windows overlap, each offset adds its part.

    An axis may be given twice: then the windows of its windows slide.
    """
    ndim = np.ndim(like)
    axes = tuple(range(ndim)) if axis is None else tuple(np.ravel(axis) % ndim)
    bar = np.zeros(np.shape(like), floats_of(g))
    places = np.shape(g)[:ndim]
    for offset in np.ndindex(np.shape(g)[ndim:]):
        start = [0] * ndim
        for along, step in zip(axes, offset, strict=True):
            start[along] += step
        part = tuple(slice(k, k + n) for k, n in zip(start, places, strict=True))
        bar[part] += g[(..., *offset)]
    return bar
