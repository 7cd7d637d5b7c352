"""Formulas behind the rules of the standard library's `statistics`; data is any sequence."""

from __future__ import annotations

import math
from typing import Any

from srcad.runtime.elementwise import same_kind


def mean_bar(y_bar: Any, data: Any) -> Any:
    """Each item has the same share."""
    return same_kind([y_bar / len(data)] * len(data), data)


def weighted_bar(y_bar: Any, data: Any, weights: Any) -> Any:
    """The cotangents of the items of fmean: w / sum w for each."""
    if weights is None:
        return mean_bar(y_bar, data)
    total = math.fsum(weights)
    return same_kind([y_bar * w / total for w in weights], data)


def weights_bar(y_bar: Any, mean: Any, data: Any, weights: Any) -> Any:
    """The cotangents of its weights: (x - mean) / sum w for each."""
    total = math.fsum(weights)
    return same_kind([y_bar * (x - mean) / total for x in data], weights)


def variance_bar(y_bar: Any, data: Any, center: Any, lost: int) -> Any:
    """The center moves with the data, but that carries nothing: the variance is least there."""
    middle = math.fsum(data) / len(data) if center is None else center
    count = len(data) - lost
    return same_kind([y_bar * 2 * (x - middle) / count for x in data], data)


def deviation_bar(y_bar: Any, y: Any, data: Any, center: Any, lost: int) -> Any:
    """The root of the variance; 0 where all data agree, by the convention of `norm`."""
    return variance_bar(y_bar / (2 * y) if y else 0.0, data, center, lost)


def weighted_moved(t: Any, weights: Any) -> float:
    """The tangent of fmean where the data move."""
    if weights is None:
        return math.fsum(t) / len(t)
    return math.fsum(w * one for w, one in zip(weights, t, strict=True)) / math.fsum(weights)


def weights_moved(t: Any, mean: Any, data: Any, weights: Any) -> float:
    """The tangent of fmean where its weights move."""
    moved = math.fsum(one * (x - mean) for x, one in zip(data, t, strict=True))
    return moved / math.fsum(weights)


def variance_moved(t: Any, data: Any, center: Any, lost: int) -> float:
    """The tangent of the variance: its center moves with the data, and carries nothing."""
    middle = math.fsum(data) / len(data) if center is None else center
    moved = math.fsum(2 * (x - middle) * one for x, one in zip(data, t, strict=True))
    return moved / (len(data) - lost)


def deviation_moved(t: Any, y: Any, data: Any, center: Any, lost: int) -> float:
    """The tangent of the root of the variance; 0 where all data agree."""
    return variance_moved(t, data, center, lost) / (2 * y) if y else 0.0
