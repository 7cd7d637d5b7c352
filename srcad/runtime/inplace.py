"""What NumPy's writing functions do, taken apart: the places that they write, and what goes there.

np.put(a, [0, 4, -1], v)        a[put_places(a, [0, 4, -1])] = v.ravel()[cycled(...)]
a.flat[::4] = v                 np.put(a, flat_numbers(a, np.s_[::4]), v)
np.multiply.at(a, index, v)     for here, which in rounds(a, index):
                                    a[here] = a[here] * v[which]
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation

Places = tuple[np.ndarray, ...]


def array_of_numbers(value: Any) -> None:
    """Refuse to write into what was not known before, unless it is an array of real numbers."""
    if not isinstance(value, np.ndarray) or value.ndim == 0 or value.dtype.kind != "f":
        what = f"array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        raise UnsupportedMutation(
            f"This writes into what only the running program knows, and finds a value ({what}) "
            "that is no array of real numbers with axes. Do not give its variable values of "
            "several types."
        )


def shape_of(array: np.ndarray) -> tuple[int, ...]:
    """The shape of an array of which the compiler could not tell that it is one."""
    return array.shape


def mask_of(where: Any, like: Any = None) -> np.ndarray:
    """What NumPy takes `where=` for: True where it writes; in the shape of `like`, if given."""
    mask = np.zeros(np.shape(where if like is None else like), bool)
    np.copyto(mask, True, where=where)
    return mask


def array_or_number(value: Any) -> None:
    """Refuse what is neither, and was not known before."""
    if not isinstance(value, np.ndarray | np.generic | float | int | complex):
        raise UnsupportedMutation(
            f"A {type(value).__name__} is written into an array here, and what it is was not known "
            "before. Make an array of it first."
        )


def one_number(value: Any) -> None:
    """Refuse what `fill` would not take for a number."""
    if np.ndim(value) != 0:
        raise UnsupportedMutation(
            "`fill` gets an array with axes here, and what it is was not known before. Give it a "
            "number."
        )


def fitting(value: Any, out: Any) -> Any:
    """The value, where it may be written into an array like `out`; raises what NumPy would."""
    dtype, to = np.asarray(value).dtype, np.asarray(out).dtype
    if not np.can_cast(dtype, to, "same_kind"):
        raise TypeError(
            f"Cannot cast array data from {dtype!r} to {to!r} according to the rule 'same_kind'"
        )
    return value


def _unravelled(flat: Any, shape: tuple[int, ...]) -> Places:
    return tuple(np.unravel_index(np.asarray(flat, np.intp), shape)) if shape else ()


def put_places(a: np.ndarray, index: Any, mode: Any = "raise") -> Places:
    """Where np.put writes: positions in the flattened array."""
    flat = np.arange(a.size).take(np.ravel(np.asarray(index, np.intp)), mode=mode)
    return _unravelled(flat, a.shape)


def mask_places(a: np.ndarray, mask: Any) -> Places:
    """Where np.place and np.putmask write."""
    return _unravelled(np.flatnonzero(_same_size(a, mask)), a.shape)


def flat_numbers(a: np.ndarray, index: Any) -> Any:
    """Which elements `a.flat[index]` are, in the order of np.ravel."""
    return np.arange(a.size)[index]


def flat_item(a: Any, index: Any) -> Any:
    """a.flat[index]"""
    return operator.getitem(a.flat, index)


def put_flat(a: Any, index: Any, value: Any) -> None:
    """a.flat[index] = value"""
    operator.setitem(a.flat, index, value)


def _same_size(a: np.ndarray, mask: Any) -> np.ndarray:
    found: np.ndarray = np.asarray(mask, bool)
    if found.size != a.size:
        raise ValueError("place: mask and data must be the same size")
    return found


def diagonal_places(a: np.ndarray, wrap: bool = False) -> Places:
    """Where np.fill_diagonal writes."""
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    end = None
    if a.ndim == 2:
        step = a.shape[1] + 1
        end = None if wrap else a.shape[1] * a.shape[1]
    else:
        if len(set(a.shape)) > 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + int(np.cumprod(a.shape[:-1]).sum())
    return _unravelled(np.arange(a.size)[:end:step], a.shape)


def places_along(a: np.ndarray, indices: Any, axis: int | None) -> Places:
    """Where np.put_along_axis writes."""
    indices = np.asarray(indices)
    if axis is None:
        if indices.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        flat = np.where(indices < 0, indices + a.size, indices)
        return _unravelled(flat, a.shape)
    axis = axis + a.ndim if axis < 0 else axis
    if indices.ndim != a.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    every = [np.arange(n).reshape([-1 if k == d else 1 for k in range(a.ndim)])
             for d, n in enumerate(a.shape)]  # fmt: skip
    return tuple(indices if d == axis else e for d, e in enumerate(every))


def cycled(places: Places, values: np.ndarray) -> np.ndarray:
    """Which value goes to which place: from the first again when they are used up."""
    return _cycle(np.arange(places[0].size), values)


def cycled_by_mask(mask: Any, values: np.ndarray) -> np.ndarray:
    """The same for np.putmask, which counts the places that it leaves out."""
    return _cycle(np.flatnonzero(mask), values)


def _cycle(order: np.ndarray, values: np.ndarray) -> np.ndarray:
    if order.size and not values.size:
        raise ValueError("Cannot insert from an empty array!")
    return order % max(values.size, 1)


def selection_shape(a: np.ndarray, index: Any) -> tuple[int, ...]:
    """The shape of a[index]."""
    return np.shape(a[index])


def rounds(a: np.ndarray, index: Any) -> list[tuple[Places, Places]]:
    """The places of a[index] in groups without repeats: where in `a`, and which of the values.

    A ufunc's `at` comes to each element once in a round, and to one named three times in three.
    """
    chosen = np.arange(a.size).reshape(a.shape)[index]
    flat = np.ravel(chosen)
    order = np.argsort(flat, kind="stable")
    runs = flat[order]
    first = np.flatnonzero(np.r_[True, runs[1:] != runs[:-1]]) if runs.size else order
    turn = np.empty(flat.size, np.intp)
    turn[order] = np.arange(flat.size) - np.repeat(first, np.diff(np.r_[first, flat.size]))
    groups = [np.flatnonzero(turn == k) for k in range(turn.max(initial=-1) + 1)]
    shape = np.shape(chosen)
    return [(_unravelled(flat[g], a.shape), _unravelled(g, shape)) for g in groups]


def shuffled_order(shuffle: Callable[[Any], None], count: int) -> np.ndarray:
    """The order into which `shuffle` would bring so many rows; it draws the same numbers."""
    order = np.arange(count)
    shuffle(order)
    return order
