"""Cotangents of what was written into arrays.

x[i] = e           e_bar = x_bar[i], and x_bar[i] = 0: what stood there before counts no more
x[[0, 0]] = a, b   b stays, a is lost: its cotangent is zero
"""

from __future__ import annotations

import contextlib
import copy
import random
import types
from collections import deque
from collections.abc import ItemsView, KeysView, ValuesView
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.cotangents import listed
from srcad.runtime.derivative import Derivative
from srcad.runtime.owners import extent, owner_of, view_like
from srcad.runtime.slots import put_attribute, slots_of


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
    known = together.made.get(id(saved))
    if known is not None:
        return known[1]
    twin = _twin(saved, together)
    if twin is not None:
        return twin
    raise UnsupportedMutation(
        f"The backward part needs a {type(saved).__name__} again whose arrays may change before. "
        "Write into copies of them."
    )


def copied_of(saved: Any, *changing: Any) -> Any:
    """The same, where only the memory of these arrays will change."""
    together = Together({id(owner_of(a)) for a in changing if isinstance(a, np.ndarray)})
    together.look(saved)
    return copied(saved, together)


def _twin(saved: Any, together: Together) -> Any:
    """A container or an object with copies in it, the same one wherever it is met; else None."""
    if isinstance(saved, dict):
        table: dict[Any, Any] = together.note(saved, {})
        table.update((key, copied(value, together)) for key, value in saved.items())
        return table
    if isinstance(saved, list | ValuesView | KeysView | ItemsView):
        twins: list[Any] = together.note(saved, [])
        twins.extend(copied(value, together) for value in saved)
        return twins
    if isinstance(saved, deque):
        line: deque[Any] = together.note(saved, deque(maxlen=saved.maxlen))
        line.extend(copied(value, together) for value in saved)
        return line
    if isinstance(saved, tuple):
        items = (copied(value, together) for value in saved)
        return saved._make(items) if hasattr(saved, "_make") else tuple(items)
    if isinstance(saved, types.FunctionType):
        return _function(saved, together)
    if isinstance(saved, Derivative):
        return together.note(saved, saved.of(copied(saved.f, together)))
    if hasattr(type(saved), "HOLDS_PARTS"):
        held = together.note(saved, type(saved)({}, saved.function))
        held.parts.update((name, copied(v, together)) for name, v in saved.parts.items())
        return held
    if _is_ours(saved):
        return saved
    fields = {**slots_of(saved), **getattr(saved, "__dict__", {})}
    if (fields or hasattr(saved, "__dict__")) and not callable(saved):
        twin = together.note(saved, copy.copy(saved))
        for name, value in fields.items():
            put_attribute(twin, name, copied(value, together))
        return twin
    return None


def _function(saved: types.FunctionType, together: Together) -> types.FunctionType:
    """A function made during the call, with copies of what it captured."""
    if not saved.__closure__ and not saved.__defaults__ and not saved.__kwdefaults__:
        return saved
    cells = tuple(types.CellType() for _ in saved.__closure__ or ())
    made = types.FunctionType(saved.__code__, saved.__globals__, saved.__name__, None, cells)
    twin: types.FunctionType = together.note(saved, made)
    twin.__dict__.update(saved.__dict__)
    twin.__defaults__ = copied(saved.__defaults__, together)
    twin.__kwdefaults__ = copied(saved.__kwdefaults__, together)
    for cell, old in zip(cells, saved.__closure__ or (), strict=True):
        try:
            cell.cell_contents = copied(old.cell_contents, together)
        except ValueError:  # not bound yet
            continue
    return twin


def _is_ours(saved: Any) -> bool:
    """What a pullback of ours knows of the call: its plan, the parameters of the function."""
    ours = str(type(saved).__module__).partition(".")[0] in ("srcad", "inspect")
    return ours and not hasattr(saved, "OF_THE_PROGRAM")


def contents(function: types.FunctionType) -> list[Any]:
    """What a function has captured, as far as it is bound."""
    found = []
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):
            found.append(cell.cell_contents)
    return found


@dataclass
class Together:
    """Copies of arrays, in which those that share memory go on sharing.

    only: the owners, by id, whose memory is copied; None: all.
    """

    only: set[int] | None = None
    seen: dict[int, set[tuple[Any, ...]]] = field(default_factory=dict)  # views by owner
    twins: dict[int, np.ndarray] = field(default_factory=dict)
    parts: dict[int, np.ndarray] = field(default_factory=dict)  # the same, of one view each
    made: dict[int, tuple[Any, Any]] = field(default_factory=dict)  # containers, their twins
    looked: dict[int, Any] = field(default_factory=dict)

    def note(self, saved: Any, twin: Any) -> Any:
        """The twin of a container, before it is filled: it may hold itself."""
        self.made[id(saved)] = saved, twin
        return twin

    def look(self, saved: Any) -> None:
        """Note which memory is met more than once."""
        if saved is None or isinstance(saved, _CONSTANT) or id(saved) in self.looked:
            return  # a module would lead to all others
        self.looked[id(saved)] = saved
        if isinstance(saved, np.ndarray):
            start = saved.__array_interface__["data"][0]
            place = start, saved.shape, saved.strides, saved.dtype
            self.seen.setdefault(id(owner_of(saved)), set()).add(place)
        elif isinstance(saved, dict):
            self.look(list(saved.values()))
        elif isinstance(saved, list | tuple | deque | ValuesView | ItemsView):
            for value in saved:
                self.look(value)
        elif isinstance(saved, types.FunctionType):
            self.look([saved.__defaults__, saved.__kwdefaults__, *contents(saved)])
        elif isinstance(saved, Derivative):
            self.look(saved.f)
        elif hasattr(type(saved), "HOLDS_PARTS"):
            self.look(saved.parts)
        elif _is_ours(saved):
            pass
        elif not callable(saved):
            self.look({**slots_of(saved), **getattr(saved, "__dict__", {})})

    def copy(self, array: np.ndarray) -> np.ndarray:
        owner = owner_of(array)
        if self.only is not None and id(owner) not in self.only:
            return array
        if len(self.seen.get(id(owner), ())) < 2 and (
            array is not owner or id(owner) in self.parts
        ):
            return self.part(array, owner)
        twin = self.twins.get(id(owner))
        if twin is None:
            twin = self.twins[id(owner)] = extent(owner).copy()
        return view_like(twin, owner, array)

    def part(self, array: np.ndarray, owner: np.ndarray) -> np.ndarray:
        """A copy of the one part of an owner that is met, the same one each time."""
        whole = self.twins.get(id(owner))
        if whole is not None:  # the owner itself was met before
            return view_like(whole, owner, array)
        if id(owner) not in self.parts:
            self.parts[id(owner)] = array.copy()
        return self.parts[id(owner)]


_CONSTANT = (
    bool, int, float, complex, str, bytes, range, slice, type, np.generic, np.dtype, np.ufunc,
    types.ModuleType, types.BuiltinFunctionType,
    np.random.Generator, np.random.RandomState, random.Random,  # a reversal never draws
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
