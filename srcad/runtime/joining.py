"""Transpose NumPy's joining and splitting functions: cut a cotangent up or put it together.

Of a parameter named `like` only the structure and the shapes are used, never the values.  The
cotangent of a sequence is a sequence of the same kind, one cotangent for each element; that of
an array is an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import cut, floats_of, same_kind, zeros_like


def unarray(g: Any, like: Any, dtype: Any = None) -> Any:
    """The transpose of np.array: g cut up into the nested sequences that it was made of.

    Arrays are only brought back to their shape (ndmin adds axes).  A cast to integers or
    booleans carries no derivative.
    """
    if dtype is not None and not np.issubdtype(dtype, np.inexact):
        return zeros_like(like)
    return cut(np.reshape(g, np.shape(like)), like)


def unconcatenate(g: Any, like: Any, axis: int | None = 0) -> Any:
    """The transpose of np.concatenate: g cut along the axis at the ends of the arrays."""
    if axis is None:
        ends = np.cumsum([np.size(item) for item in like])
        axis = 0
    else:
        ends = np.cumsum([np.shape(item)[axis] for item in like])
    return _shaped(np.split(g, ends[:-1], axis), like)


def _shaped(parts: list[Any], like: Any) -> Any:
    """Each part in the shape of its element."""
    parts = [np.reshape(part, np.shape(item)) for part, item in zip(parts, like, strict=True)]
    return same_kind(parts, like)


def unstacked(g: Any, like: Any, axis: int = 0) -> Any:
    """The transpose of np.stack: the slices of g along the axis."""
    return same_kind(list(np.moveaxis(g, axis, 0)), like)


def unvstack(g: Any, like: Any) -> Any:
    """The transpose of np.vstack: rows of g; a 1-D array was one row."""
    return _uncat(g, like, [np.atleast_2d(np.empty(np.shape(item))).shape for item in like], 0)


def unhstack(g: Any, like: Any) -> Any:
    """The transpose of np.hstack: along axis 1, or 0 if the first array is 1-D."""
    shapes = [np.shape(item) or (1,) for item in like]
    return _uncat(g, like, shapes, 0 if len(shapes[0]) == 1 else 1)


def undstack(g: Any, like: Any) -> Any:
    """The transpose of np.dstack: along axis 2, the arrays made 3-D."""
    return _uncat(g, like, [np.atleast_3d(np.empty(np.shape(item))).shape for item in like], 2)


def uncolumn_stack(g: Any, like: Any) -> Any:
    """The transpose of np.column_stack: columns of g; a 1-D array was one column."""
    shapes = [np.shape(item) for item in like]
    full = [shape if len(shape) > 1 else (shape or (1,)) + (1,) for shape in shapes]
    return _uncat(g, like, full, 1)


def _uncat(g: Any, like: Any, shapes: list[tuple[int, ...]], axis: int) -> Any:
    """g cut along the axis for arrays that were reshaped to `shapes` and concatenated."""
    ends = np.cumsum([shape[axis] for shape in shapes])
    return _shaped(np.split(g, ends[:-1], axis), like)


def _depth(like: Any) -> int:
    return 1 + max(_depth(item) for item in like) if isinstance(like, list) else 0


def _block_shape(like: Any, ndim: int) -> tuple[int, ...]:
    """The shape that np.block gives to nested lists, with `ndim` axes."""
    if not isinstance(like, list):
        shape: tuple[int, ...] = np.shape(like)
        return (1,) * (ndim - len(shape)) + shape
    shapes = [_block_shape(item, ndim) for item in like]
    axis = ndim - _depth(like)
    joined = sum(shape[axis] for shape in shapes)
    return shapes[0][:axis] + (joined,) + shapes[0][axis + 1 :]


def unblock(g: Any, like: Any) -> Any:
    """The transpose of np.block: lists at depth d join along axis -d, innermost lists along -1."""
    if not isinstance(like, list):
        return unarray(g, like)
    axis = np.ndim(g) - _depth(like)
    ends = np.cumsum([_block_shape(item, np.ndim(g))[axis] for item in like])
    parts = np.split(g, ends[:-1], axis)
    return [unblock(part, item) for part, item in zip(parts, like, strict=True)]


def uninsert(g: Any, like: Any, obj: Any, axis: int | None = None) -> Any:
    """The transpose of np.insert in arr: g without the inserted places."""
    shape = np.shape(like)
    if axis is None:
        return np.reshape(uninsert(g, np.ravel(like), obj, 0), shape)
    return np.compress(_inserted(g, shape[axis], obj, axis) < 0, g, axis)


def uninsert_values(g: Any, like: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """The transpose of np.insert in values: g at the inserted places, summed to their shape."""
    if axis is None:
        return uninsert_values(g, np.ravel(like), obj, values, 0)
    ndim, shape = np.ndim(like), np.shape(values)
    source = _inserted(g, np.shape(like)[axis], obj, axis)
    places = np.flatnonzero(source >= 0)
    bar = np.take(g, places[np.argsort(source[places])], axis)
    if not isinstance(obj, slice) and np.ndim(obj) == 0:  # then values count along axis 0
        bar = np.moveaxis(bar, axis, 0)
    bar = unbroadcast(bar, np.empty((1,) * (ndim - len(shape)) + shape, bar.dtype))
    return cut(np.reshape(bar, shape), values)


def _inserted(g: Any, n: int, obj: Any, axis: int) -> Any:
    """For each place along the axis the number of the value inserted there, else -1."""
    return np.insert(np.full(n, -1), obj, np.arange(np.shape(g)[axis] - n))


def undelete(g: Any, shape: tuple[int, ...], obj: Any, axis: int | None = None) -> Any:
    """The transpose of np.delete: g at the places that were kept, zero elsewhere."""
    if axis is None:
        return np.reshape(undelete(g, (int(np.prod(shape)),), obj, 0), shape)
    kept = np.delete(np.arange(shape[axis]), obj)
    zeros = np.zeros(shape, floats_of(g))
    zeros[(slice(None),) * (axis % len(shape)) + (kept,)] = g
    return zeros


def untrim(g: Any, like: Any, trim: str = "fb", axis: Any = None) -> Any:
    """The transpose of np.trim_zeros: g where the elements stood, zero around it."""
    zeros = np.zeros(np.shape(like), np.result_type(g, 0.0))
    zeros[_untrimmed(like, trim, axis)] = g
    return cut(zeros, like)


def trimmed(t: Any, like: Any, trim: str = "fb", axis: Any = None) -> Any:
    """The tangent of np.trim_zeros: t where the elements of `like` stay, zeros of t or not."""
    return np.asarray(t)[_untrimmed(like, trim, axis)]


def _untrimmed(like: Any, trim: str, axis: Any) -> tuple[Any, ...]:
    """The part that np.trim_zeros leaves."""
    places, shape = np.nonzero(np.asarray(like)), np.shape(like)
    part: list[Any] = [slice(None)] * len(shape)
    for k in range(len(shape)) if axis is None else np.ravel(axis) % len(shape):
        found = places[k]
        first = found.min() if found.size and "f" in trim.lower() else 0
        last = found.max() + 1 if found.size and "b" in trim.lower() else None
        part[k] = slice(first, last) if found.size else slice(0, 0)
    return tuple(part)


def unmeshgrid(g: Any, indexing: str, *xi: Any) -> tuple[Any, ...]:
    """The transpose of np.meshgrid: the sum of each grid over the axes of the others."""
    axes = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        axes[:2] = [1, 0]
    return tuple(
        unarray(np.sum(part, tuple(k for k in range(len(xi)) if k != axis)), like)
        for part, axis, like in zip(g, axes, xi, strict=True)
    )
