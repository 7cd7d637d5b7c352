"""Pull cotangents back through quantiles, to the sorted neighbours between which they lie.

Tangents come from the same neighbours.

Source of the methods: R. Hyndman, Y. Fan, "Sample quantiles in statistical packages" (1996), as in
the documentation of np.quantile.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.indexing import cut, uncast
from srcad.runtime.reductions import Axis, as_rows, from_rows, reduced_axes, shares

# the parameters of the methods that move with q: the place of q among n is n q + α + q (1-α-β) - 1
MOVING = {
    "linear": (1, 1), "hazen": (0.5, 0.5), "weibull": (0, 0), "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8), "interpolated_inverted_cdf": (0, 1),
}  # fmt: skip


def quantile_bar(
    y_bar: Any,
    a: Any,
    q: Any,
    axis: Axis = None,
    method: str = "linear",
    keepdims: bool = False,
    weights: Any = None,
    skip_nan: bool = False,
) -> Any:
    """The cotangent of np.quantile: y_bar shared by the two sorted neighbours of the quantile.

    Every method of np.quantile interpolates between neighbours; applied to 0, 1, 2 ... it tells
    their positions and weights.
    """
    rows = as_rows(a, axis)
    if weights is not None:
        return _picked_bar(y_bar, a, q, axis, weights, skip_nan)
    if rows.size == 0:
        return np.zeros(np.shape(a), rows.dtype)
    order = np.argsort(rows, 1, kind="stable")
    low, high, part, found = _neighbours(rows, q, method, skip_nan)
    g = np.reshape(y_bar, part.shape)
    if skip_nan:  # of nothing but NaN there is no quantile
        g = np.where(found, g, 0)
    at = np.arange(rows.shape[0])
    sorted_bar = np.zeros(rows.shape, np.result_type(g, rows))
    np.add.at(sorted_bar, (at, low), g * (1 - part))
    np.add.at(sorted_bar, (at, high), g * part)
    return from_rows(np.take_along_axis(sorted_bar, np.argsort(order, 1), 1), a, axis)


def quantile_moved(
    t: Any,
    y: Any,
    a: Any,
    q: Any,
    axis: Axis = None,
    method: str = "linear",
    weights: Any = None,
    skip_nan: bool = False,
) -> Any:
    """The tangent of np.quantile where the array moves."""
    rows, dots = as_rows(a, axis), as_rows(t, axis)
    if weights is not None:
        return _picked_moved(t, y, a, q, axis, weights, skip_nan)
    if rows.size == 0:
        return np.zeros(np.shape(y), rows.dtype)
    dots = np.take_along_axis(dots, np.argsort(rows, 1, kind="stable"), 1)
    low, high, part, found = _neighbours(rows, q, method, skip_nan)
    at = np.arange(rows.shape[0])
    moved = dots[at, low] * (1 - part) + np.where(part == 0, 0, dots[at, high]) * part
    return np.reshape(np.where(found, moved, 0) if skip_nan else moved, np.shape(y))[()]


def _neighbours(rows: Any, q: Any, method: str, skip_nan: bool) -> tuple[Any, Any, Any, Any]:
    """For each quantile and row: the places of its neighbours, the second one's part, and
    whether there are any."""
    counts = rows.shape[1] - np.sum(np.isnan(rows), 1) if skip_nan else rows.shape[1]
    position = quantile_positions(np.ravel(q), np.broadcast_to(counts, rows.shape[0]), method)
    low = np.floor(position).astype(np.intp)
    high = np.ceil(position).astype(np.intp)
    part = (position - low).astype(rows.dtype.char.lower())
    return low, high, part, np.broadcast_to(np.asarray(counts) > 0, position.shape)


def quantile_positions(q: Any, counts: Any, method: Any) -> Any:
    """The places in the sorted rows, one for each quantile and row, where the quantiles lie."""
    found = {
        n: np.quantile(np.arange(float(max(n, 1))), q, method=method)
        for n in np.unique(counts).tolist()
    }
    return np.stack([found[n] for n in counts.tolist()], 1)


def _picked_bar(y_bar: Any, a: Any, q: Any, axis: Axis, weights: Any, skip_nan: bool) -> Any:
    """With weights (method "inverted_cdf") a quantile is one of the elements; equal ones share."""
    several = _picked(a, q, axis, weights, skip_nan)
    g = np.reshape(y_bar, several.shape)
    return sum(part * shares(found, a, axis, True) for part, found in zip(g, several, strict=True))


def _picked_moved(t: Any, y: Any, a: Any, q: Any, axis: Axis, weights: Any, skip_nan: bool) -> Any:
    several = _picked(a, q, axis, weights, skip_nan)
    over = reduced_axes(axis, np.ndim(a))
    moved = [np.sum(t * shares(found, a, axis, True), over) for found in several]
    return np.reshape(moved, np.shape(y))[()]


def _picked(a: Any, q: Any, axis: Axis, weights: Any, skip_nan: bool) -> Any:
    """The elements that are the quantiles, one array for each quantile."""
    one = np.nanquantile if skip_nan else np.quantile
    y = one(a, q, axis, method="inverted_cdf", weights=weights, keepdims=True)
    return np.reshape(y, (np.size(q), *np.shape(y)[np.ndim(q) :]))


def quantile_q_bar(
    y_bar: Any,
    a: Any,
    q: Any,
    axis: Axis = None,
    method: str = "linear",
    weights: Any = None,
    scale: float = 1,
    skip_nan: bool = False,
) -> Any:
    """The cotangent of q: the distance of the neighbours, times how fast their place moves.

    q is counted in parts of `scale`.  Methods that jump from one element to the next give 0.
    """
    slope = _slope(a, q, axis, method, weights, scale, skip_nan)
    if slope is None:
        return cut(uncast(np.zeros(np.shape(q)), q), q)
    bar = np.sum(np.reshape(y_bar, slope.shape) * slope, 1)
    return cut(uncast(np.reshape(bar, np.shape(q)), q), q)


def quantile_q_moved(
    t: Any,
    y: Any,
    a: Any,
    q: Any,
    axis: Axis = None,
    method: str = "linear",
    weights: Any = None,
    scale: float = 1,
    skip_nan: bool = False,
) -> Any:
    """The tangent of np.quantile where q moves."""
    slope = _slope(a, q, axis, method, weights, scale, skip_nan)
    if slope is None:
        return np.zeros(np.shape(y))[()]
    return np.reshape(np.reshape(t, (-1, 1)) * slope, np.shape(y))[()]


def _slope(
    a: Any, q: Any, axis: Axis, method: str, weights: Any, scale: float, skip_nan: bool
) -> Any:
    """How fast each quantile of each row moves with q; None where it jumps."""
    rows = as_rows(a, axis)
    if method not in MOVING or weights is not None or rows.size == 0:
        return None
    alpha, beta = MOVING[method]
    rows = np.sort(rows, 1)
    counts = rows.shape[1] - np.sum(np.isnan(rows), 1) if skip_nan else rows.shape[1]
    counts = np.broadcast_to(counts, rows.shape[0])
    parts = np.reshape(q, (-1, 1)) / scale
    place = counts * parts + alpha + parts * (1 - alpha - beta) - 1
    inside = (place >= 0) & (place <= counts - 1) & (counts > 1)
    low = np.clip(np.floor(place), 0, np.maximum(counts - 2, 0)).astype(np.intp)
    at = np.arange(rows.shape[0])
    step = rows[at, np.minimum(low + 1, rows.shape[1] - 1)] - rows[at, low]
    return np.where(inside, step * (counts + 1 - alpha - beta) / scale, 0)
