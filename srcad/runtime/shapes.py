"""Transpose NumPy's shape functions: bring a cotangent back to the shape of the argument.

Of a parameter named `like` only the shape and the memory layout are used, never the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import add_at


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


def unatleast(g: Any, *likes: Any) -> tuple[Any, ...]:
    """The transpose of np.atleast_1d, 2d and 3d, which return one array or a tuple of them."""
    parts = (g,) if len(likes) == 1 else g
    return tuple(unreshape(part, like) for part, like in zip(parts, likes, strict=True))


def unpad(
    g: Any,
    shape: tuple[int, ...],
    pad_width: Any,
    mode: Any = "constant",
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    """The transpose of np.pad in its linear modes, axis by axis."""
    for axis, width in enumerate(pad_widths(pad_width, len(shape))):
        if mode in ("constant", "empty") or width == (0, 0):
            rows = np.moveaxis(g, axis, 0)[width[0] : width[0] + shape[axis]]
        else:
            options: dict[str, Any] = {}
            if mode in ("reflect", "symmetric"):
                options["reflect_type"] = reflect_type
            if stat_length is not None:
                options["stat_length"] = (_of_axis(stat_length, axis, len(shape)), (1, 1))
            rows = _unpad_rows(np.moveaxis(g, axis, 0), shape[axis], width, mode, options)
        g = np.moveaxis(rows, 0, axis)
    return g


def _unpad_rows(g: Any, n: int, width: tuple[int, int], mode: Any, options: dict[str, Any]) -> Any:
    """The transpose of padding the first axis, which had length n.

    Edge, reflect, symmetric and wrap copy elements: their cotangents go back to where np.pad took
    them from, which padding the positions tells.  Odd reflection, linear_ramp and mean are the
    matrix that np.pad makes of the identity.
    """
    if mode in ("edge", "reflect", "symmetric", "wrap") and options.get("reflect_type") != "odd":
        source = np.pad(np.arange(n), width, mode)
        return add_at(np.zeros((n,) + g.shape[1:], g.dtype), source, g)
    if mode not in ("reflect", "symmetric", "linear_ramp", "mean"):
        raise NotImplementedError(f"np.pad with mode={mode!r} is not linear")
    columns = np.pad(np.eye(n, dtype=g.dtype), (width, (0, 0)), mode, **options)
    return np.tensordot(columns, g, (0, 0))


def pad_widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    """(before, after) for every axis, from any of the forms that np.pad takes."""
    if isinstance(pad_width, dict):
        by_axis = {axis % ndim: width for axis, width in pad_width.items()}
        return [_of_axis(by_axis.get(axis, 0), 0, 1) for axis in range(ndim)]
    return [_of_axis(pad_width, axis, ndim) for axis in range(ndim)]


def _of_axis(width: Any, axis: int, ndim: int) -> tuple[int, int]:
    before, after = np.broadcast_to(width, (ndim, 2))[axis].tolist()
    return before, after
