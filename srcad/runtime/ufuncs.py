"""Methods of ufuncs, and NumPy functions that call a function, in plain Python.

They stand for the calls where no rule of its own is declared (`analysis/calls`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np


def outer(ufunc: Any, a: Any, b: Any, /, **options: Any) -> Any:
    """`ufunc.outer(a, b)`."""
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), np.asarray(b), **options)


def reduce(ufunc: Any, array: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """`ufunc.reduce(array, axis)` along one axis, from the first item on."""
    rows = np.moveaxis(array, axis, 0)
    total = rows[0]
    for k in range(1, len(rows)):
        total = ufunc(total, rows[k])
    return np.expand_dims(total, axis) if keepdims else total


def accumulate(ufunc: Any, array: Any, axis: int = 0) -> Any:
    """`ufunc.accumulate(array, axis)`."""
    rows = np.moveaxis(array, axis, 0)
    if len(rows) == 0:
        return ufunc(array, array)
    found = [rows[0]]
    for k in range(1, len(rows)):
        found.append(ufunc(found[-1], rows[k]))  # noqa: PERF401 - the last one is read
    return np.moveaxis(np.stack(found), 0, axis)


def reduceat(ufunc: Any, array: Any, indices: Any, axis: int = 0) -> Any:
    """`ufunc.reduceat(array, indices, axis)`: slices that are empty give their first item."""
    rows = np.moveaxis(array, axis, 0)
    found = []
    for k in range(len(indices)):
        start = indices[k]
        end = indices[k + 1] if k + 1 < len(indices) else len(rows)
        found.append(ufunc.reduce(rows[start:end]) if start < end else rows[start])
    return np.moveaxis(np.stack(found), 0, axis)


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.apply_along_axis`."""
    rows = np.moveaxis(arr, axis, -1)
    before = np.shape(rows)[:-1]
    if 0 in before:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    flat = np.reshape(rows, (math.prod(before), np.shape(rows)[-1]))
    found = np.array([func1d(row, *args, **kwargs) for row in flat])
    inner = np.shape(found)[1:]
    whole = np.reshape(found, before + inner)
    place = axis % np.ndim(arr)
    return np.moveaxis(
        whole,
        tuple(range(len(before), len(before) + len(inner))),
        tuple(range(place, place + len(inner))),
    )


METHODS: dict[str, Callable[..., Any]] = {
    "outer": outer, "reduce": reduce, "accumulate": accumulate,
    "reduceat": reduceat,
}  # fmt: skip


# whose loops read what they have just overwritten: NumPy's result is not that of the recurrence
UNSTEADY = {np.power, np.float_power, np.arctan2}


def substitute(function: Any) -> Any:
    """The function in plain Python for the method of a ufunc; None for all else."""
    owner = getattr(function, "__self__", None)
    method = METHODS.get(getattr(function, "__name__", ""))
    if not isinstance(owner, np.ufunc) or method is None:
        return None
    if owner in UNSTEADY and method is not outer:
        return None
    return functools.partial(method, owner)
