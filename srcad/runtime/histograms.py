"""Formulas behind the rules of histograms: counts are piecewise constant, the rest moves.

The counts move with the weights; the edges with the data where they span the least and the largest,
with the range, and as edges that are given; a density with the widths of its bins.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime.indexing import same_kind
from srcad.runtime.reductions import shares


def histogram_bar(
    y_bar: Any, y: Any, a: Any, bins: Any = 10, ends: Any = None, density: Any = None
) -> Any:
    """Only the edges move with the data, and only where they span the least and the largest."""
    a = np.asarray(a)
    if np.ndim(bins) == 1 or ends is not None or a.size == 0:
        return np.zeros_like(a)
    first, last = _ends_bar(_edges_bar(y_bar, y, density))
    low, high = np.min(a), np.max(a)
    return (first * shares(low, a) + last * shares(high, a)).astype(a.dtype)


def bins_bar(y_bar: Any, y: Any, bins: Any, density: Any) -> Any:
    """Edges that are given come back, and divide the counts of a density."""
    return np.asarray(_edges_bar(y_bar, y, density), np.result_type(bins))


def range_bar(y_bar: Any, y: Any, bins: Any, ends: Any, density: Any) -> Any:
    """The ends of evenly spaced edges."""
    if ends is None or np.ndim(bins) == 1:
        return None
    return type(ends)(_ends_bar(_edges_bar(y_bar, y, density)))


def histogram_weights_bar(y_bar: Any, y: Any, a: Any, density: Any, weights: Any) -> Any:
    """Each weight goes into one count, or into none; a density is counts / widths / total."""
    if weights is None:
        return None
    weights = np.asarray(weights)
    place, inside = _places(np.asarray(a), y[1])
    counts_bar = y_bar[0]
    if counts_bar is None:
        return np.zeros_like(weights)
    if density:
        total = np.sum(weights[inside])
        counts_bar = (counts_bar / np.diff(y[1]) - np.sum(counts_bar * y[0])) / total
    return np.where(inside, np.asarray(counts_bar)[place], 0).astype(weights.dtype)


def _places(a: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The bin of each item, and whether it lies in one; the last bin holds its right edge."""
    place = np.searchsorted(edges, a, "right") - 1
    place = np.where(a == edges[-1], len(edges) - 2, place)
    inside = (a >= edges[0]) & (a <= edges[-1])
    return np.where(inside, place, 0), inside


def _edges_bar(y_bar: Any, y: Any, density: Any) -> Any:
    """The cotangent of the edges: that of what is returned, and of a density's widths."""
    given = np.zeros_like(y[1]) if y_bar[1] is None else np.array(y_bar[1], y[1].dtype)
    if density and y_bar[0] is not None:
        through = y_bar[0] * y[0] / np.diff(y[1])
        given[1:] -= through
        given[:-1] += through
    return given


def _ends_bar(edges_bar: Any) -> tuple[Any, Any]:
    """Evenly spaced edges: low * (1 - t) + high * t."""
    t = np.linspace(0, 1, len(edges_bar))
    return np.sum(edges_bar * (1 - t)), np.sum(edges_bar * t)


def edges_alone_bar(y_bar: Any, y: Any, a: Any, bins: Any, ends: Any) -> Any:
    """The cotangent of the data in np.histogram_bin_edges."""
    return histogram_bar((None, y_bar), (None, y), a, bins, ends)


# --- several dimensions -------------------------------------------------------------------------


def histogram2d_bars(
    y_bar: Any, y: Any, x1: Any, x2: Any, bins: Any, ends: Any, density: Any
) -> tuple[Any, Any]:
    """The cotangents of both coordinates in np.histogram2d."""
    both = _of_the_plane(bins)
    sample_bar = histogramdd_bar(_grid(y_bar), _grid(y), (x1, x2), both, ends, density)
    return sample_bar[0], sample_bar[1]


def histogram2d_weights_bar(
    y_bar: Any, y: Any, x1: Any, x2: Any, density: Any, weights: Any
) -> Any:
    """The cotangent of the weights in np.histogram2d."""
    return histogramdd_weights_bar(_grid(y_bar), _grid(y), (x1, x2), density, weights)


def _grid(y: Any) -> tuple[Any, Any]:
    """(counts, x edges, y edges) as (counts, edges)."""
    return y[0], y[1:]


def _of_the_plane(bins: Any) -> Any:
    """One array of edges serves both coordinates."""
    if isinstance(bins, int | np.integer) or len(bins) in (1, 2):
        return bins
    return [bins, bins]


def histogramdd_bar(y_bar: Any, y: Any, sample: Any, bins: Any, ends: Any, density: Any) -> Any:
    """The cotangent of the sample in np.histogramdd: an array of rows, or a sequence of columns."""
    columns, rows = _columns(sample)
    bins = [bins] * len(columns) if isinstance(bins, int | np.integer) else bins
    bars = []
    for k, column in enumerate(columns):
        edges_bar = None if y_bar[1] is None else y_bar[1][k]
        counts_bar, counts = y_bar[0], y[0]
        if density and counts_bar is not None:  # the counts of this axis alone
            others = tuple(i for i in range(len(columns)) if i != k)
            counts_bar, counts = np.sum(counts_bar * counts, others), 1.0
        given = None if ends is None else ends[k]
        one = (counts_bar, edges_bar), (counts, y[1][k])
        bars.append(histogram_bar(*one, column, bins[k], given, density))
    return np.stack(bars, 1) if rows else same_kind(bars, sample)


def histogramdd_weights_bar(y_bar: Any, y: Any, sample: Any, density: Any, weights: Any) -> Any:
    """The cotangent of the weights in np.histogramdd."""
    if weights is None:
        return None
    weights = np.asarray(weights)
    columns = _columns(sample)[0]
    found = [_places(column, edges) for column, edges in zip(columns, y[1], strict=True)]
    inside = np.logical_and.reduce([within for _, within in found])
    counts_bar = y_bar[0]
    if counts_bar is None:
        return np.zeros_like(weights)
    if density:
        mean = np.sum(counts_bar * y[0])
        for k, edges in enumerate(y[1]):
            shape = [-1 if i == k else 1 for i in range(len(found))]
            counts_bar = counts_bar / np.reshape(np.diff(edges), shape)
        counts_bar = (counts_bar - mean) / np.sum(weights[inside])
    bar = np.asarray(counts_bar)[tuple(place for place, _ in found)]
    return np.where(inside, bar, 0).astype(weights.dtype)


def _columns(sample: Any) -> tuple[list[Any], bool]:
    """The coordinates of a sample, and whether it is an array with a row for each point."""
    rows = np.ndim(sample) == 2 and isinstance(sample, np.ndarray)
    columns = np.asarray(sample).T if rows else np.atleast_2d(sample)
    return list(columns), rows
