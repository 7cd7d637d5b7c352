"""Spread cotangents of reductions back over what was reduced.

`axis` is None, an integer or a tuple, as in NumPy; `where` marks the elements that took part.
Of an argument named `a` that serves for its shape alone, rules say so by `spread` and `count`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import divide

Axis = Any


# --- shapes ---


def spread(y_bar: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The cotangent of a sum: y_bar repeated along the reduced axes, a view of x's shape."""
    shape = np.shape(x)
    if not shape:
        return np.reshape(y_bar, ())[()] if np.ndim(y_bar) else y_bar
    return np.broadcast_to(kept(y_bar, axis, keepdims), shape)


def kept(y: Any, axis: Axis, keepdims: bool = False) -> Any:
    """The result of a reduction as keepdims=True would have given it, or a scalar for all axes."""
    return y if keepdims or axis is None else np.expand_dims(y, axis)


def reduced_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The axes that a reduction sums over, as non-negative integers."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(int(one) % ndim for one in axes) if ndim else ()


def count(a: Any, axis: Axis = None) -> int:
    """The number of elements of `a` behind one element of a reduction; 1 where it is 0."""
    shape = np.shape(a)
    size: int = math.prod(shape[one] for one in reduced_axes(axis, len(shape)))
    return max(size, 1)


def as_rows(a: Any, axis: Axis) -> Any:
    """`a` as a matrix with a row for each element of the reduction over `axis`."""
    a = np.asarray(a)
    axes = reduced_axes(axis, a.ndim)
    rest = [one for one in range(a.ndim) if one not in axes]
    n = math.prod(a.shape[one] for one in axes)
    rows = math.prod(a.shape[one] for one in rest)
    return np.reshape(np.transpose(a, (*rest, *axes)), (rows, n))


def from_rows(rows: Any, a: Any, axis: Axis) -> Any:
    """The inverse of as_rows: the elements of the matrix at their places in the shape of `a`."""
    shape = np.shape(a)
    axes = reduced_axes(axis, len(shape))
    order = [one for one in range(len(shape)) if one not in axes] + list(axes)
    moved = np.reshape(rows, [shape[one] for one in order])
    return np.transpose(moved, np.argsort(order)) if shape else moved[()]


def masked(x: Any, where: Any) -> Any:
    """x, and 0 where an element did not take part."""
    return x if where is True else np.where(where, x, 0)[()]


# --- sums and means ---


def sum_where(y_bar: Any, a: Any, axis: Axis, keepdims: bool, where: Any) -> Any:
    """The cotangent of np.sum(a, where=where): y_bar at the elements that took part."""
    return masked(spread(y_bar, a, axis, keepdims), where)


def unspread(y_bar: Any, g: Any, axis: Axis) -> Any:
    """The transpose of `spread`: y_bar summed to the shape of g."""
    if np.ndim(g) == np.ndim(y_bar):
        return unbroadcast(y_bar, g)
    return np.reshape(np.sum(y_bar, axis), np.shape(g))[()]


def mean_where(y_bar: Any, a: Any, axis: Axis, keepdims: bool, where: Any) -> Any:
    """The cotangent of np.mean(a, where=where): y_bar / n at the n elements that took part."""
    return masked(spread(kept(y_bar, axis, keepdims) / members(a, axis, where), a, None), where)


def members(a: Any, axis: Axis, where: Any = True) -> Any:
    """The number of elements that took part, in the dtype of `a`, for each result (axes kept)."""
    shape, dtype = np.shape(a), np.result_type(np.asarray(a), 0.0)
    if where is True:
        return math.prod(shape[one] for one in reduced_axes(axis, len(shape)))
    whole = np.broadcast_to(where, shape)
    return np.sum(whole, axis, dtype=dtype.char.lower(), keepdims=axis is not None)


def average_bar(
    y_bar: Any, y: Any, a: Any, axis: Axis, weights: Any, returned: bool, keepdims: bool
) -> Any:
    """The cotangent of `a` in np.average: y_bar w / Σw."""
    g = y_bar[0] if returned else y_bar
    if weights is None:
        return spread(divide(g, count(a, axis)), a, axis, keepdims)
    w = weights_like(weights, a, axis)
    total = np.sum(w, axis, keepdims=axis is not None)
    return kept(g, axis, keepdims) / total * w


def average_weights_bar(
    y_bar: Any, y: Any, a: Any, axis: Axis, weights: Any, returned: bool, keepdims: bool
) -> Any:
    """The cotangent of the weights in y = np.average: y_bar (a - y) / Σw, and that of Σw itself."""
    w = weights_like(weights, a, axis)
    total = np.sum(w, axis, keepdims=axis is not None)
    mean = kept(y[0] if returned else y, axis, keepdims)
    full = kept(y_bar[0] if returned else y_bar, axis, keepdims) * (a - mean) / total
    if returned:
        full = full + kept(y_bar[1], axis, keepdims)
    axes = reduced_axes(axis, np.ndim(a))
    if np.shape(weights) == np.shape(a):
        return full
    rest = tuple(one for one in range(np.ndim(a)) if one not in axes)
    own = np.sum(full, rest)
    return np.transpose(own, np.argsort(np.argsort(axes))) if own.ndim > 1 else own


def weights_like(weights: Any, a: Any, axis: Axis) -> Any:
    """The weights of np.average with the axes of `a`: they may cover the reduced axes only."""
    weights = np.asarray(weights)
    if np.shape(weights) == np.shape(a):
        return weights
    axes, shape = reduced_axes(axis, np.ndim(a)), np.shape(a)
    own = np.transpose(weights, np.argsort(axes)) if np.ndim(weights) > 1 else weights
    full = [n if one in axes else 1 for one, n in enumerate(shape)]
    return np.broadcast_to(np.reshape(own, full), shape)


# --- variance ---


def var_bar(
    y_bar: Any,
    a: Any,
    axis: Axis = None,
    ddof: Any = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Any = None,
) -> Any:
    """The cotangent of np.var: 2 y_bar conj(a - mean) / (n - ddof)."""
    n = members(a, axis, where)
    slope = np.divide(2 * kept(y_bar, axis, keepdims), n - ddof)
    if mean is None:
        mean = np.sum(masked(a, where), axis, keepdims=axis is not None) / n
    return masked(slope * np.conj(a - mean), where)


def var_mean_bar(
    y_bar: Any, a: Any, axis: Axis, ddof: Any, keepdims: bool, where: Any, mean: Any
) -> Any:
    """The cotangent of a mean given to np.var: -2 y_bar Σ conj(a - mean) / (n - ddof)."""
    bar = -var_bar(y_bar, a, axis, ddof, keepdims, where, mean)
    return np.reshape(np.sum(bar, axis, keepdims=axis is not None), np.shape(mean))


# --- products ---


def others(a: Any, axis: Axis = None, where: Any = True, initial: Any = 1) -> Any:
    """The product of all other elements along the axis, exact with zeros; 0 where left out."""
    rows = as_rows(a if where is True else np.where(where, a, 1), axis)
    ones = np.ones_like(rows[:, :1], shape=(rows.shape[0], 1))
    before = np.cumprod(np.concatenate([ones, rows], 1), 1)[:, :-1]
    after = np.flip(np.cumprod(np.concatenate([ones, np.flip(rows, 1)], 1), 1)[:, :-1], 1)
    product = before * after if initial is None else before * after * initial
    return masked(from_rows(product, a, axis), where)


# --- extrema ---


def shares(
    y: Any,
    a: Any,
    axis: Axis = None,
    keepdims: bool = False,
    where: Any = True,
    initial: Any = None,
) -> Any:
    """1/k at the k elements that equal the extremum y, 0 elsewhere; NaN where y is NaN."""
    hits, ties = _hits(y, a, axis, keepdims, where, initial)
    return hits / ties


def share_of_initial(y: Any, a: Any, axis: Axis, keepdims: bool, where: Any, initial: Any) -> Any:
    """The part of the extremum that `initial` has: 1/k where it is one of k, else 0."""
    _, ties = _hits(y, a, axis, keepdims, where, initial)
    return np.equal(y, initial) / np.reshape(ties, np.shape(y))


def _hits(y: Any, a: Any, axis: Axis, keepdims: bool, where: Any, initial: Any) -> Any:
    y, a = kept(y, axis, keepdims), np.asarray(a)
    hits = np.equal(_in_precision_of(y, a), y) & where
    ties = np.sum(hits, axis, dtype=np.result_type(a, 0.0), keepdims=axis is not None)
    if initial is not None:
        ties = ties + np.equal(np.reshape(y, np.shape(ties)), initial)
    return hits, ties


def _in_precision_of(y: Any, a: Any) -> Any:
    """The numbers as an `out` of less precision has rounded them: what is equal then is a tie."""
    narrow = np.asarray(y).dtype
    rounded = narrow.kind == a.dtype.kind == "f" and narrow.itemsize < a.dtype.itemsize
    return a.astype(narrow) if rounded else a


def ptp_bar(y_bar: Any, a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The cotangent of np.ptp: that of the maximum less that of the minimum."""
    high = shares(np.max(a, axis), a, axis)
    low = shares(np.min(a, axis), a, axis)
    return spread(y_bar, a, axis, keepdims) * (high - low)
