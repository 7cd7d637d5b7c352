"""Functions of the standard library written in plain Python, so that they can be differentiated.

`functools.reduce(f, xs)` calls `f` from C code; the loop here does the same where the compiler can
see it.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any


def reduce(function: Any, sequence: Any, *initial: Any) -> Any:
    """`functools.reduce`."""
    items = list(sequence)
    if initial:
        value, start = initial[0], 0
    else:
        if not items:
            raise TypeError("reduce() of empty iterable with no initial value")
        value, start = items[0], 1
    for k in range(start, len(items)):
        value = function(value, items[k])
    return value


def map_list(function: Any, *sequences: Any) -> Any:
    """`map`, exhausted at once."""
    if len(sequences) == 1:
        return [function(item) for item in sequences[0]]
    return [function(*items) for items in zip(*sequences)]  # noqa: B905 - as map does


def filter_list(function: Any, sequence: Any) -> Any:
    """`filter`, exhausted at once."""
    if function is None:
        return [item for item in sequence if item]
    return [item for item in sequence if function(item)]


def accumulate(sequence: Any, function: Any = None, *, initial: Any = None) -> Any:
    """`itertools.accumulate`, exhausted at once."""
    out = []
    total = initial
    if initial is not None:
        out.append(total)
    for item in sequence:
        if total is None:
            total = item
        elif function is None:
            total = total + item
        else:
            total = function(total, item)
        out.append(total)
    return out


def largest(items: Any, *more: Any, key: Any = None) -> Any:
    """`max` with a key."""
    candidates = (items, *more) if more else list(items)
    best = candidates[0]
    best_key = key(best)
    for k in range(1, len(candidates)):
        item_key = key(candidates[k])
        if item_key > best_key:
            best, best_key = candidates[k], item_key
    return best


def smallest(items: Any, *more: Any, key: Any = None) -> Any:
    """`min` with a key."""
    candidates = (items, *more) if more else list(items)
    best = candidates[0]
    best_key = key(best)
    for k in range(1, len(candidates)):
        item_key = key(candidates[k])
        if item_key < best_key:
            best, best_key = candidates[k], item_key
    return best


SUBSTITUTES: dict[Any, Any] = {
    functools.reduce: reduce,
    map: map_list,
    filter: filter_list,
    itertools.accumulate: accumulate,
    max: largest,
    min: smallest,
}
