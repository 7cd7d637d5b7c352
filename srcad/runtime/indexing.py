"""Scatter cotangents: what reading, selecting and containers need in the backward part.

    zeros_like(x)            the zero cotangent of x
    add_at(x_bar, index, g)  x_bar[index] += g, repeated indices counted
    add(a, b)                the sum of two cotangents of the same thing
    scatter(g, index, x)     zeros like x with g at [index]: the transpose of x[index]

The rest are the transposes of NumPy's selecting functions, named after them.  Of a parameter
named `like` only the structure, shape, dtype and memory layout are used, never the values.
"""

from __future__ import annotations

import copy
import enum
import types
from collections import deque
from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.slots import blank

NOT_DATA = (
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    enum.Enum,
    bool,
    np.bool_,
    str,
    bytes,
    type(None),
)


# --- zero cotangents and their sums ---------------------------------------------------------


def zeros_like(x: Any) -> Any:
    """The zero cotangent of x: float zeros of its structure, None for what is no number."""
    kind = type(x)
    if kind is float or kind is int:
        return 0.0
    if kind is np.ndarray:
        return np.zeros(x.shape, float_dtype(x.dtype))
    return _zeros(x, {})


def float_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of cotangents: floats and complex numbers keep theirs, all else is float64."""
    if dtype.kind == "O":
        raise NotDifferentiable("An array of dtype object has no derivative. Use a float array.")
    return dtype if dtype.kind in "fc" else np.dtype(float)


def floats_of(*g: Any) -> np.dtype:
    """The dtype of a cotangent; the factor that is left of `1.0 * n` is an integer."""
    return float_dtype(np.result_type(*g))


def _zeros(x: Any, known: dict[int, Any]) -> Any:
    """`zeros_like` with one zero container per object: shared and cyclic references stay so."""
    if id(x) in known:
        return known[id(x)]
    if isinstance(x, NOT_DATA):
        return None
    if isinstance(x, np.ndarray):
        known[id(x)] = np.zeros(x.shape, float_dtype(x.dtype))
        return known[id(x)]
    if isinstance(x, np.generic):
        return float_dtype(x.dtype).type(0) if x.dtype.kind in "iufc" else None
    if isinstance(x, (int, float, complex)):
        return 0j if isinstance(x, complex) else 0.0
    if isinstance(x, tuple):
        return _tuple(x, [_zeros(item, known) for item in x])
    if isinstance(x, (list, deque)):
        known[id(x)] = zeros = copy.copy(x)
        for i, item in enumerate(x):
            zeros[i] = _zeros(item, known)
        return zeros
    if isinstance(x, dict):
        known[id(x)] = table = copy.copy(x)
        for key, item in x.items():
            table[key] = _zeros(item, known)
        return table
    return _zero_object(x, known)


def _zero_object(x: Any, known: dict[int, Any]) -> Any:
    """An object of the same class, made without its __init__, with zeros for attributes."""
    names = attributes(x)
    if names is None:
        return None
    try:
        known[id(x)] = zeros = blank(type(x))
    except TypeError:  # made in C: a file, a random generator
        return None
    for name in names:
        object.__setattr__(zeros, name, _zeros(getattr(x, name), known))
    return zeros


def attributes(x: Any) -> list[str] | None:
    """The names that an object stores (in __dict__ and __slots__); None if it stores none."""
    slots = [
        name
        for cls in type(x).__mro__
        for name in _names(vars(cls).get("__slots__", ()))
        if name not in ("__dict__", "__weakref__") and hasattr(x, name)
    ]
    if not hasattr(x, "__dict__"):
        return slots or None
    return slots + list(vars(x))


def _names(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _tuple(like: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    """A tuple of the class of `like`, namedtuples included."""
    if hasattr(like, "_fields"):
        return tuple.__new__(type(like), items)
    return tuple(items)


def add(a: Any, b: Any) -> Any:
    """a + b for two cotangents of the same thing; None is an absent one; nothing is changed."""
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, dict):
        total = copy.copy(a)
        for key, item in b.items():
            total[key] = add(a.get(key), item)
        return total
    if isinstance(a, tuple):
        return _tuple(a, [add(p, q) for p, q in zip(a, b, strict=True)])
    if isinstance(a, (list, deque)) or isinstance(b, (list, deque)):
        return type(a if isinstance(a, (list, deque)) else b)(
            [add(p, q) for p, q in zip(a, b, strict=True)]
        )
    if isinstance(a, (float, int, complex, np.ndarray, np.generic)):
        return a + b
    return _add_objects(a, b)


def _add_objects(a: Any, b: Any) -> Any:
    total = blank(type(a))
    names = dict.fromkeys([*(attributes(a) or ()), *(attributes(b) or ())])
    for name in names:
        value = add(getattr(a, name, None), getattr(b, name, None))
        object.__setattr__(total, name, value)
    return total


def uncast(g: Any, like: Any, dtype: Any = None) -> Any:
    """The transpose of a cast of `like`: g in its dtype, its real part if `like` is real.

    A cast to integers or booleans (`dtype`) carries no derivative.  The cotangent of a Python
    number is a Python number.
    """
    if dtype is not None and not np.issubdtype(dtype, np.inexact):
        return zeros_like(like)
    if np.iscomplexobj(g) and not np.iscomplexobj(like):
        g = np.real(g)
    if isinstance(like, (np.ndarray, np.generic)):
        return np.asarray(g, float_dtype(like.dtype))
    return g.item() if isinstance(g, (np.ndarray, np.generic)) and np.ndim(g) == 0 else g


def fit(g: Any, like: Any) -> Any:
    """g summed down to the shape of `like` and cast to its dtype."""
    return uncast(unbroadcast(g, like), like)


# --- reading x[index] -----------------------------------------------------------------------


def add_at(x_bar: Any, index: Any, g: Any) -> Any:
    """x_bar[index] += g with repeated indices counted; returns x_bar, which is changed.

    The transpose of reading x[index].  Basic indices and masks select every element once, so
    `+=` is right; integer arrays may repeat, so they go through `np.add.at` or a sum by groups.
    g may have been broadcast over the selection: it is summed down to it.
    """
    if not isinstance(x_bar, np.ndarray):
        x_bar[index] = add(x_bar[index], g)
        return x_bar
    if x_bar.dtype.kind == "f" and np.iscomplexobj(g):
        g = np.real(g)
    if _selects_once(index):
        if np.ndim(g):
            g = unbroadcast(g, x_bar[index])
        x_bar[index] += g
    elif isinstance(index, np.ndarray) and index.ndim == 1 and x_bar.ndim > 1 and np.ndim(g) > 1:
        _add_rows(x_bar, index, unbroadcast(g, x_bar[index]))
    else:
        np.add.at(x_bar, index, unbroadcast(g, x_bar[index]) if np.ndim(g) else g)
    return x_bar


def _selects_once(index: Any) -> bool:
    """True if x[index] cannot name an element twice: no integer arrays in the index."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or isinstance(part, (int, slice, np.integer, str))
        or (isinstance(part, np.ndarray) and (part.dtype.kind == "b" or part.size == 1))
        for part in parts
    )


def _add_rows(x_bar: np.ndarray, index: np.ndarray, g: np.ndarray) -> None:
    """x_bar[index] += g for rows: sort the index, sum the rows of each group, add once."""
    if index.size == 0:
        return
    index = index % x_bar.shape[0]
    order = np.argsort(index, kind="stable")
    ordered = index[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    x_bar[ordered[starts]] += np.add.reduceat(g[order], starts, axis=0)


def scatter(g: Any, index: Any, like: Any) -> Any:
    """Zeros with g added at [index]: the transpose of like[index]."""
    if isinstance(like, (tuple, list)):
        zeros = zeros_like(list(like))
        zeros[index] = list(g) if isinstance(index, slice) else g
        return _tuple(like, zeros) if isinstance(like, tuple) else zeros
    return add_at(zeros_like(like), index, g)


def chosen(g: Any, index: Any, like: Any) -> Any:
    """The transpose of `scatter`: what stands at [index] of a cotangent like `like`."""
    if isinstance(like, (tuple, list)):
        return list(g)[index]
    return g[index]


# --- NumPy's selecting functions ------------------------------------------------------------


def untake(g: Any, like: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """The transpose of np.take: zeros with g added at `indices` along `axis`."""
    shape = np.shape(like)
    size = np.size(like) if axis is None else shape[axis]
    indices = np.asarray(indices)
    if mode == "wrap":
        indices = indices % size
    elif mode == "clip":
        indices = np.clip(indices, 0, size - 1)
    dtype = floats_of(g)
    if axis is None:
        return np.reshape(add_at(np.zeros(size, dtype), indices, g), shape)
    axis = axis % len(shape)
    flat = np.moveaxis(g, range(axis, axis + indices.ndim), range(indices.ndim))
    flat = np.reshape(flat, (indices.size,) + shape[:axis] + shape[axis + 1 :])
    rows = np.zeros((size,) + flat.shape[1:], dtype)
    return np.moveaxis(add_at(rows, indices.ravel(), flat), 0, axis)


def untake_along_axis(g: Any, like: Any, indices: Any, axis: int | None = -1) -> Any:
    """The transpose of np.take_along_axis: g added at `indices` of every 1-D slice."""
    shape = np.shape(like)
    dtype = floats_of(g)
    if axis is None:
        return np.reshape(add_at(np.zeros(np.size(like), dtype), np.asarray(indices), g), shape)
    axis = axis % len(shape)
    grid = np.ogrid[tuple(slice(n) for n in np.shape(g))]
    index = tuple(
        indices if k == axis else np.minimum(grid[k], shape[k] - 1) for k in range(len(shape))
    )
    return add_at(np.zeros(shape, dtype), index, g)


def uncompress(g: Any, condition: Any, like: Any, axis: int | None = None) -> Any:
    """The transpose of np.compress: g goes back to where `condition` holds."""
    return untake(g, like, np.flatnonzero(condition), axis)


def unextract(g: Any, condition: Any, like: Any) -> Any:
    """The transpose of np.extract: g goes back to where the flattened condition holds."""
    return untake(g, like, np.flatnonzero(condition))


def unchoose(g: Any, a: Any, choices: Any, mode: str = "raise") -> Any:
    """The transpose of np.choose: each choice gets g where it was chosen."""
    count = len(choices)
    picked = np.asarray(a)
    if mode == "wrap":
        picked = picked % count
    elif mode == "clip":
        picked = np.clip(picked, 0, count - 1)
    bars = [unbroadcast(g * (picked == k), choices[k]) for k in range(count)]
    return same_kind(bars, choices)


def unselect(g: Any, condlist: Any, choicelist: Any) -> Any:
    """The transpose of np.select in its choices: each gets g where it was selected first."""
    first = first_true(condlist)
    bars = [unbroadcast(g * (first == k), choice) for k, choice in enumerate(choicelist)]
    return same_kind(bars, choicelist)


def unselect_default(g: Any, condlist: Any, default: Any) -> Any:
    """The transpose of np.select in its default: g where no condition holds."""
    return unbroadcast(g * (first_true(condlist) == len(condlist)), default)


def first_true(conditions: Any) -> Any:
    """The number of the first condition that holds, elementwise; their count if none does."""
    conditions = np.broadcast_arrays(*conditions)
    stacked = np.stack([*conditions, np.ones_like(conditions[0])])
    return np.argmax(stacked, axis=0)


def undiagonal(g: Any, shape: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The transpose of np.diagonal: zeros of `shape` with g on the diagonal."""
    n = np.shape(g)[-1]
    zeros = np.zeros(shape, floats_of(g))
    rows = np.arange(n) + max(-offset, 0)
    columns = np.arange(n) + max(offset, 0)
    np.moveaxis(zeros, (axis1, axis2), (-2, -1))[..., rows, columns] = g
    return zeros


def undiag(g: Any, like: Any, k: int = 0) -> Any:
    """The transpose of np.diag: it takes a diagonal of a matrix or puts one into a matrix."""
    return np.diagonal(g, k) if np.ndim(like) == 1 else undiagonal(g, np.shape(like), k)


def untrace(g: Any, shape: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The transpose of np.trace: g on every element of the diagonal."""
    n = diagonal_length(shape[axis1], shape[axis2], offset)
    diagonal = np.broadcast_to(np.expand_dims(g, -1), np.shape(g) + (n,))
    return undiagonal(diagonal, shape, offset, axis1, axis2)


def diagonal_length(rows: int, columns: int, offset: int) -> int:
    """The length of the diagonal `offset` of a rows × columns matrix."""
    return max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)


def same_kind(parts: list[Any], like: Any) -> Any:
    """The cotangents of a sequence's elements as `like` is: an array, a tuple or a list."""
    if isinstance(like, np.ndarray):
        return uncast(np.stack(parts), like) if parts else np.zeros(like.shape)
    parts = [cut(part, item) for part, item in zip(parts, like, strict=True)]
    return tuple(parts) if isinstance(like, tuple) else parts


def cut(g: Any, like: Any) -> Any:
    """An array cut up into the nested sequences that the array `like` was made of."""
    if isinstance(like, list):
        return [cut(g[k], item) for k, item in enumerate(like)]
    if isinstance(like, tuple):
        return tuple(cut(g[k], item) for k, item in enumerate(like))
    return uncast(g, like)
