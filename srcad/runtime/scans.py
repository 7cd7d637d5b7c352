"""Pass cotangents back through scans, differences and sorting.

`axis` None means the flattened array, as in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.elementwise import larger
from srcad.runtime.indexing import floats_of

Axis = int | None


# --- running sums and products ---


def suffix_sums(g: Any, axis: Axis = None) -> Any:
    """The sums of each element and all that follow it: the transpose of np.cumsum."""
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def cumsum_bar(g: Any, a: Any, axis: Axis = None, include_initial: bool = False) -> Any:
    """The cotangent of cumsum: the suffix sums of g; a leading initial element has none."""
    if include_initial:
        g = drop_first(g, axis)
    return np.reshape(suffix_sums(g, axis), np.shape(a))[()]


def drop_first(g: Any, axis: Axis) -> Any:
    """g without its first element along the axis."""
    return np.take(g, np.arange(1, np.shape(g)[axis or 0]), axis or 0)


def cumprod_bar(g: Any, y: Any, a: Any, axis: Axis = None, include_initial: bool = False) -> Any:
    """The cotangent of cumprod: suffix sums of g y over a, exact with zeros.

    Behind the first zero nothing counts; at the first zero it is the suffix sum of g times the
    products without that zero.  With a second zero in a line that has no right second derivative.
    """
    if include_initial:
        g, y = drop_first(g, axis), drop_first(y, axis)
    flat = np.reshape(a, np.shape(y))
    zero = np.equal(flat, 0)
    if not np.any(zero):
        return np.reshape(suffix_sums(g * y, axis) / flat, np.shape(a))[()]
    if np.any(np.sum(zero, axis) > 1):
        return np.reshape(_factor_by_factor(g, flat, 0 if axis is None else axis), np.shape(a))[()]
    first = zero & (np.cumsum(zero, axis) == 1)
    without = np.cumprod(np.where(first, 1, flat), axis)
    bar = suffix_sums(g * y, axis) / np.where(zero, 1, flat)
    return np.reshape(np.where(first, suffix_sums(g * without, axis), bar), np.shape(a))[()]


def _factor_by_factor(g: Any, a: Any, axis: int) -> Any:
    """The same as the product of all factors before, and what follows: c[k] = g[k] + a[k+1] c[k+1].

    Nothing is divided by, so that its derivatives are right as well.
    """
    g, a = np.moveaxis(g, axis, 0), np.moveaxis(a, axis, 0)
    front, before, behind, carry = [], np.ones_like(a[0]), [], np.zeros_like(g[0])
    for k in range(len(a)):
        front.append(before)
        before = before * a[k]
    for k in range(len(a) - 1, -1, -1):
        behind.append(carry + g[k])
        carry = (carry + g[k]) * a[k]
    return np.moveaxis(np.stack(front) * np.stack(behind[::-1]), 0, axis)


def running_extremum_bar(g: Any, y: Any, a: Any, axis: int, largest: bool) -> Any:
    """The cotangent of maximum.accumulate or minimum.accumulate, as the chain y = max(y, a[k]).

    Along the chain carry = carry ∂y[k+1]/∂y[k] + g[k], and a tie gives half to each side.
    """
    g, y, a = np.moveaxis(g, axis, 0), np.moveaxis(y, axis, 0), np.moveaxis(a, axis, 0)
    if len(a) == 0:
        return np.moveaxis(np.zeros_like(a), 0, axis)
    share = larger(a[1:], y[:-1]) if largest else larger(y[:-1], a[1:])
    bars, carry = [], np.zeros_like(g[0])
    for k in range(len(a) - 1, 0, -1):
        carry = carry + g[k]
        bars.append(carry * share[k - 1])
        carry = carry * (1 - share[k - 1])
    bars.append(carry + g[0])
    return np.moveaxis(np.stack(bars[::-1]), 0, axis)


# --- differences and the trapezoidal rule ---


def diff_bar(
    g: Any,
    a: Any,
    n: int = 1,
    axis: int = -1,
    prepend: Any = None,
    append: Any = None,
    part: int = 1,
) -> Any:
    """The cotangent of np.diff in what is prepended (0), in the array (1), or appended (2).

    The transpose of one difference is minus the difference of g with a zero on either side.
    """
    if n == 0:
        return g if part == 1 else np.zeros(np.shape((prepend, a, append)[part]))
    before, length, after = (_length(x, axis) for x in (prepend, a, append))
    total = before + length + after
    shape = list(np.shape(a))
    shape[axis] = n
    if n < total:
        zeros = np.zeros(shape, floats_of(g))
        whole = (-1) ** n * np.diff(g, n, axis, prepend=zeros, append=zeros)
    else:
        shape[axis] = total
        whole = np.zeros(shape, floats_of(g))
    start, stop = ((0, before), (before, before + length), (before + length, total))[part]
    bar = np.take(whole, np.arange(start, stop), axis)
    if part == 1:
        return bar
    given = prepend if part == 0 else append
    return unbroadcast(bar, given) if np.ndim(given) else unbroadcast(np.sum(bar), given)


def _length(x: Any, axis: int) -> int:
    if x is None:
        return 0
    return np.shape(x)[axis] if np.ndim(x) else 1


def ediff1d_bar(g: Any, ary: Any, to_begin: Any = None) -> Any:
    """The cotangent of the array in np.ediff1d."""
    start, size = 0 if to_begin is None else np.size(to_begin), np.size(ary)
    if size < 2:
        return np.zeros(np.shape(ary), floats_of(g))
    inner = np.asarray(g)[start : start + size - 1]
    return np.reshape(-np.diff(inner, prepend=0, append=0), np.shape(ary)).astype(inner.dtype)


def edge_bar(g: Any, edge: Any, at_end: bool) -> Any:
    """The cotangent of to_end or to_begin in np.ediff1d: the elements that were put there."""
    n = np.size(edge)
    return np.reshape(g[len(g) - n :] if at_end else g[:n], np.shape(edge))[()]


def trapezoid_weights(g: Any, shape: tuple[int, ...], axis: int) -> Any:
    """g / 2 for each interval between neighbours along the axis."""
    full = list(shape)
    full[axis] = max(full[axis] - 1, 0)
    return np.broadcast_to(np.expand_dims(0.5 * g, axis), full)


def steps(x: Any, dx: Any, ndim: int, axis: int) -> Any:
    """The widths of the intervals of np.trapezoid, ready to multiply the function's values."""
    if x is None:
        return dx
    if np.ndim(x) != 1:
        return np.diff(x, axis=axis)
    shape = [1] * ndim
    shape[axis] = -1
    return np.reshape(np.diff(x), shape)


def trapezoid_bar(g: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The cotangent of the function's values: half the width of the intervals on either side."""
    inner = trapezoid_weights(g, np.shape(y), axis) * steps(x, dx, np.ndim(y), axis)
    return _ends(inner, inner, axis)


def trapezoid_x_bar(g: Any, y: Any, x: Any, axis: int = -1) -> Any:
    """The cotangent of the places: differences of the interval's mean values."""
    means = trapezoid_weights(g, np.shape(y), axis) * _pairs(y, axis)
    full = _ends(-means, means, axis)
    if np.ndim(x) != 1:
        return unbroadcast(full, x)
    rest = tuple(one for one in range(full.ndim) if one != axis % full.ndim)
    return unbroadcast(np.sum(full, rest), x)


def trapezoid_dx_bar(g: Any, y: Any, dx: Any, axis: int = -1) -> Any:
    """The cotangent of a constant or given width: the sums of the interval's mean values."""
    return unbroadcast(trapezoid_weights(g, np.shape(y), axis) * _pairs(y, axis), dx)


def _pairs(y: Any, axis: int) -> Any:
    """The sum of each two neighbours."""
    rows = np.moveaxis(np.asarray(y), axis, 0)
    return np.moveaxis(rows[1:] + rows[:-1], 0, axis)


def _ends(left: Any, right: Any, axis: int) -> Any:
    """For each point, the interval that starts there (left) plus the one that ends there."""
    left, right = np.moveaxis(left, axis, 0), np.moveaxis(right, axis, 0)
    zero = np.zeros_like(left, shape=(1, *left.shape[1:]))
    return np.moveaxis(np.concatenate([left, zero]) + np.concatenate([zero, right]), 0, axis)


# --- sorting ---


def unsort(g: Any, y: Any, a: Any, axis: Axis = -1) -> Any:
    """The cotangent of a permutation y of `a` along the axis: g at the places of its elements.

    The k-th smallest of y is the k-th smallest of `a`; equal elements keep their order.
    """
    flat = np.reshape(a, np.shape(y)) if axis is None else np.asarray(a)
    axis = -1 if axis is None else axis
    if flat.ndim == 0:
        return np.reshape(g, np.shape(a))[()]
    ranks = np.argsort(np.argsort(flat, axis, kind="stable"), axis)
    places = np.take_along_axis(np.argsort(y, axis, kind="stable"), ranks, axis)
    return np.reshape(np.take_along_axis(g, places, axis), np.shape(a))


def unique_bar(
    g: Any, ar: Any, axis: Axis = None, several: bool = False, equal_nan: bool = True
) -> Any:
    """The cotangent of np.unique: equal elements share that of their value."""
    ar = np.asarray(ar)
    found = np.unique(ar, return_inverse=True, return_counts=True, axis=axis, equal_nan=equal_nan)
    rows = np.moveaxis(g[0] if several else g, axis or 0, 0)
    counts = np.reshape(found[2], (-1,) + (1,) * (np.ndim(rows) - 1))
    shared = (rows / counts.astype(np.result_type(ar).char.lower()))[np.ravel(found[1])]
    return np.reshape(shared, np.shape(ar)) if axis is None else np.moveaxis(shared, 0, axis)


def reduceat_bar(y_bar: Any, array: Any, indices: Any, axis: int = 0) -> Any:
    """The cotangent of np.add.reduceat: each sum hands its cotangent to its items."""
    rows_bar = np.zeros_like(np.moveaxis(array, axis, 0), np.result_type(y_bar))
    ends = [*indices[1:], len(rows_bar)]
    for given, start, end in zip(np.moveaxis(y_bar, axis, 0), indices, ends, strict=True):
        rows_bar[start : max(start + 1, end)] += given
    return np.moveaxis(rows_bar, 0, axis)
