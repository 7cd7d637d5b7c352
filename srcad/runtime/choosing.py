"""`max`, `min` and `sum` in plain Python: with a key, or of items that are no numbers."""

from __future__ import annotations

from typing import Any


class MISSING:
    """No default was given."""


def largest(items: Any, *more: Any, key: Any = None, default: Any = MISSING) -> Any:
    """`max` with a key or a default."""
    if more:
        candidates: Any = (items, *more)
    else:
        candidates = list(items)
    if default is not MISSING and len(candidates) == 0:
        return default
    if len(candidates) == 0:
        raise ValueError("max() iterable argument is empty")
    if key is None:
        return max(candidates)
    best = candidates[0]
    best_key = key(best)
    for k in range(1, len(candidates)):
        item_key = key(candidates[k])
        if item_key > best_key:
            best, best_key = candidates[k], item_key
    return best


def smallest(items: Any, *more: Any, key: Any = None, default: Any = MISSING) -> Any:
    """`min` with a key or a default."""
    if more:
        candidates: Any = (items, *more)
    else:
        candidates = list(items)
    if default is not MISSING and len(candidates) == 0:
        return default
    if len(candidates) == 0:
        raise ValueError("min() iterable argument is empty")
    if key is None:
        return min(candidates)
    best = candidates[0]
    best_key = key(best)
    for k in range(1, len(candidates)):
        item_key = key(candidates[k])
        if item_key < best_key:
            best, best_key = candidates[k], item_key
    return best


def foremost(items: Any, *more: Any) -> Any:
    """`max` of what is no number: one of the candidates, the first of equal ones."""
    candidates: Any = (items, *more) if more else list(items)
    if len(candidates) == 0:
        raise ValueError("max() iterable argument is empty")
    best = candidates[0]
    for k in range(1, len(candidates)):
        if candidates[k] > best:
            best = candidates[k]
    return best


def hindmost(items: Any, *more: Any) -> Any:
    """`min` of what is no number."""
    candidates: Any = (items, *more) if more else list(items)
    if len(candidates) == 0:
        raise ValueError("min() iterable argument is empty")
    best = candidates[0]
    for k in range(1, len(candidates)):
        if candidates[k] < best:
            best = candidates[k]
    return best


def summed(items: Any, start: Any = 0) -> Any:
    """`sum` of objects, whose class says what `+` is."""
    values = list(items)
    if len(values) == 0:
        return start
    total = start + values[0]
    for k in range(1, len(values)):
        total = total + values[k]
    return total


OF_STRUCTURES: dict[Any, Any] = {max: foremost, min: hindmost, sum: summed}
