"""Cotangents of what was written into arrays.

x[i] = e           e_bar = x_bar[i], and x_bar[i] = 0: what stood there before counts no more
x[[0, 0]] = a, b   b stays, a is lost: its cotangent is zero
"""

from __future__ import annotations

import copy
import types
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.cotangents import listed
from srcad.runtime.owners import extent, owner_of, view_like


def taken_out(bar: np.ndarray, index: Any) -> Any:
    """The cotangent of what was written at the index; from here on it is zero there."""
    g = last_written(bar, index)
    bar[index] = 0
    return g


def last_written(bar: np.ndarray, index: Any) -> Any:
    """A copy of bar[index]; zero for what was written over by the same statement."""
    g = bar[index]
    if not isinstance(g, np.ndarray):
        return g
    stays = _stays(bar.shape, index, g.shape)
    return g.copy() if stays is None else np.where(stays, g, 0)


def stored(g: Any, value: Any) -> Any:
    """The cotangent of a value that was broadcast into the place where g stands."""
    if isinstance(value, list | tuple):
        return listed(stored(g, np.asarray(value)), value)
    lead = np.ndim(value) - np.ndim(g)
    if lead > 0:  # `x[:2] = e` with e of shape (1, 2)
        g = np.reshape(g, (1,) * lead + np.shape(g))
    return unbroadcast(g, value)


def put_back(old: Any, new: Any) -> Any:
    """What `u += e` leaves in u: an array is written in place, a number is bound anew."""
    if isinstance(old, np.ndarray):
        np.copyto(old, new, casting="same_kind")
        return old
    if hasattr(type(old), "__iadd__") or hasattr(type(old), "__imul__"):
        raise UnsupportedMutation(
            f"An operator writes in place into a {type(old).__name__} where a derivative passes; "
            "that is not supported yet. Make a new one."
        )
    return new


def copied(saved: Any, together: Together | None = None) -> Any:
    """What a called function saved, with arrays of its own: those it read will change.

    Arrays that share memory do so afterwards: their cotangents are found by it.
    """
    if together is None:
        together = Together()
        together.look(saved)
        return copied(saved, together)
    if isinstance(saved, np.ndarray):
        return together.copy(saved)
    if saved is None or isinstance(saved, _CONSTANT):
        return saved
    if isinstance(saved, dict):
        return {key: copied(value, together) for key, value in saved.items()}
    if isinstance(saved, list):
        return [copied(value, together) for value in saved]
    if isinstance(saved, tuple):
        items = (copied(value, together) for value in saved)
        return saved._make(items) if hasattr(saved, "_make") else tuple(items)
    if isinstance(saved, types.FunctionType) and not saved.__closure__:
        return saved
    if hasattr(saved, "__dict__") and not callable(saved):
        twin = copy.copy(saved)
        held = saved.__dict__.items()
        twin.__dict__.update({name: copied(value, together) for name, value in held})
        return twin
    raise UnsupportedMutation(
        f"The backward part needs a {type(saved).__name__} again whose arrays may change before. "
        "Write into copies of them."
    )


@dataclass
class Together:
    """Copies of arrays, in which those that share memory go on sharing."""

    seen: dict[int, set[tuple[Any, ...]]] = field(default_factory=dict)  # views by owner
    twins: dict[int, np.ndarray] = field(default_factory=dict)

    def look(self, saved: Any) -> None:
        """Note which memory is met more than once."""
        if isinstance(saved, np.ndarray):
            place = saved.__array_interface__["data"][0], saved.shape, saved.strides
            self.seen.setdefault(id(owner_of(saved)), set()).add(place)
        elif isinstance(saved, dict):
            self.look(list(saved.values()))
        elif isinstance(saved, list | tuple):
            for value in saved:
                self.look(value)
        elif hasattr(saved, "__dict__") and not callable(saved):
            self.look(saved.__dict__)

    def copy(self, array: np.ndarray) -> np.ndarray:
        owner = owner_of(array)
        if len(self.seen.get(id(owner), ())) < 2 and array is not owner:
            return array.copy()
        twin = self.twins.get(id(owner))
        if twin is None:
            twin = self.twins[id(owner)] = extent(owner).copy()
        return view_like(twin, owner, array)


_CONSTANT = (
    bool, int, float, complex, str, bytes, range, slice, type, np.generic, np.dtype, np.ufunc,
    types.ModuleType, types.BuiltinFunctionType,
)  # fmt: skip


def _stays(shape: tuple[int, ...], index: Any, full: tuple[int, ...]) -> np.ndarray | None:
    """Which of the written elements are there afterwards; None where each is."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [np.asarray(p) for p in parts if isinstance(p, np.ndarray | list)]
    if all(a.dtype == bool or a.size <= 1 for a in arrays):
        return None
    count = np.arange(int(np.prod(full))).reshape(full)
    tag = np.empty(shape, np.intp)
    tag[index] = count
    return np.asarray(tag[index] == count)
