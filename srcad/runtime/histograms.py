"""Formulas behind the rules of `np.histogram`: counts are piecewise constant, the rest moves."""

from __future__ import annotations

from typing import Any

import numpy as np

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
