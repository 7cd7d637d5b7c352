"""`np.r_[...]` and `np.c_[...]` in plain Python: they join what stands between the brackets."""

from __future__ import annotations

from typing import Any

import numpy as np


def joined(owner: Any, key: Any) -> Any:
    """`owner[key]`, for what computes with what stands between the brackets."""
    return owner[key]


def rows_joined(key: Any) -> Any:
    """`np.r_[a, 0.0, b]`: everything along the first axis."""
    items = key if isinstance(key, tuple) else (key,)
    parts = [of_slice(item) if isinstance(item, slice) else np.atleast_1d(item) for item in items]
    return np.concatenate(parts, axis=0).astype(kind_joined(items), copy=False)


def columns_joined(key: Any) -> Any:
    """`np.c_[a, b]`: along the last axis, where a vector is a column."""
    items = key if isinstance(key, tuple) else (key,)
    parts = [
        _column(ranged(item.start, item.stop, item.step))
        if isinstance(item, slice)
        else _column(item)
        for item in items
    ]
    return np.concatenate(parts, axis=-1).astype(kind_joined(items), copy=False)


def of_slice(item: Any) -> Any:
    """A slice that has a name."""
    return ranged(item.start, item.stop, item.step)


def ranged(start: Any, stop: Any, step: Any) -> Any:
    """What `1:4` and `0:1:5j` mean between these brackets."""
    first = 0 if start is None else start
    if isinstance(step, complex):
        return np.linspace(first, stop, int(abs(step)))
    return np.arange(first, stop, 1 if step is None else step)


def _column(item: Any) -> Any:
    return item if np.ndim(item) > 1 else np.reshape(item, (-1, 1))


def kind_joined(items: Any) -> Any:
    """The dtype of what is joined; numbers of Python give way to arrays."""
    given = []
    for item in items:
        number = isinstance(item, (int, float, complex))  # noqa: UP038 - is decided when compiled
        given.append(type(item) if number and not isinstance(item, np.generic) else None)
    kinds = [
        np.r_[item].dtype if isinstance(item, slice) else np.asarray(item).dtype
        for item, python in zip(items, given, strict=True)
        if python is None
    ]
    return np.result_type(*kinds, *[python(0) for python in given if python is not None])


JOINING: dict[Any, Any] = {type(np.r_): rows_joined, type(np.c_): columns_joined}
