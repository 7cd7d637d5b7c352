"""The cotangents of memory that several variables share, found by what the arrays are made of.

    v = u[1:]        the shadow of v is shadows.of(u)[1:]
    v += e           e_bar = shadow_read(shadows, v, ...)

Each array that owns memory has one shadow of the same size; every view of it has the same view of
the shadow.  The arrays themselves are kept, so that nobody else gets their identity.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation
from srcad.runtime.apart import arrays
from srcad.runtime.cotangents import accumulate, accumulated, fields_of, held_by
from srcad.runtime.derivative import primal
from srcad.runtime.owners import Twins, owner_of, start_of
from srcad.runtime.writes import last_written, taken_out


class Shadows(Twins):
    """The shadows of one run backwards.

    What the shadow of a complex array holds is the conjugate of its cotangent: a + ib, where a and
    b are the cotangents of its parts.  So its real and imaginary part, and the array as pairs of
    numbers, are views of the shadow as they are of the array.
    """

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[int, tuple[Any, Any]] = {}  # by identity: the number, its cotangent


def shadow_added(shadows: Shadows, array: np.ndarray, value: Any) -> None:
    """array_bar += value; None is zero."""
    if value is None or array.dtype.kind not in "fcO":
        return
    bar, value = shadows.of(array), _laid(array, value)
    if _injective(array):
        bar += value
    else:  # several elements of the view are one in memory
        np.add.at(*_spread(shadows, array, value))


def shadow_added_at(shadows: Shadows, array: np.ndarray, index: Any, value: Any) -> None:
    """array_bar[index] += value, where an index may name an element twice; None is zero."""
    if value is None:
        return
    if _injective(array):
        np.add.at(shadows.of(array), index, _laid(array, value))
    else:
        whole = np.zeros(array.shape, array.dtype)
        np.add.at(whole, index, value)
        shadow_added(shadows, array, whole)


def _laid(array: np.ndarray, cotangent: Any) -> Any:
    """A cotangent as the shadow of the array holds it."""
    if array.dtype.kind == "c":
        return np.conj(cotangent)
    return np.real(cotangent) if np.iscomplexobj(cotangent) else cotangent


def _read(array: np.ndarray, part: Any) -> Any:
    """What stands in the shadow of the array, as a cotangent."""
    return np.conj(part) if array.dtype.kind == "c" else part


def shadow_taken(shadows: Shadows, array: Any, *sources: Any) -> Any:
    """The cotangent of an array where it is made; before that, its memory did not exist.

    sources: what it was made of; of a view of one of these it is zero, for it stands for the same
    memory before and after.
    """
    if not isinstance(array, np.ndarray):
        return 0.0
    owner = owner_of(array)
    if any(owner_of(a) is owner for s in sources for a in arrays(s)):
        return np.zeros(array.shape, array.dtype)[()]
    bar = shadows.of(array)
    if _injective(array):
        taken = bar.copy()
        bar[...] = 0
        return _read(array, taken)[()]
    shadow, places, _ = _spread(shadows, array, 0)
    once, first = np.unique(places, return_index=True)
    taken = np.zeros(array.shape, array.dtype)
    taken.reshape(-1)[first] = shadow[once]  # what stands for several elements counts once
    shadow[once] = 0
    return _read(array, taken)


def shadow_gathered(shadows: Shadows, holder: Any, bar: Any, *sources: Any) -> Any:
    """The cotangent of a container: what its variable got, and the memory of its arrays."""

    def array(item: np.ndarray, bar: Any) -> Any:
        taken = shadow_taken(shadows, item, *sources)
        return taken if bar is None else bar + taken

    found = _mapped(array, holder, bar)
    return no_numbers(holder) if found is None else found


def no_numbers(value: Any) -> Any:
    """The cotangent of what turns out to be integers or objects: zeros, which rules can take."""
    if isinstance(value, np.ndarray):
        return np.zeros(value.shape)
    return 0.0 if isinstance(value, int | np.integer | np.bool_) else None


def shadow_spread(shadows: Shadows, holder: Any, bar: Any) -> Any:
    """A contribution to a container: what concerns its arrays goes into their memory at once."""

    def array(item: np.ndarray, bar: Any) -> Any:
        shadow_added(shadows, item, bar)
        return None if bar is None else np.zeros(item.shape, item.dtype)

    return _mapped(array, holder, bar)


def _mapped(change: Callable[[np.ndarray, Any], Any], holder: Any, bar: Any) -> Any:
    """The cotangent with what stands for arrays of numbers changed."""
    holder = primal(holder)
    if isinstance(holder, np.ndarray):
        return change(holder, bar) if holder.dtype.kind in "fc" else bar
    if bar is None:
        return None
    if isinstance(holder, dict):
        return {key: _mapped(change, holder[key], b) for key, b in bar.items()}
    if isinstance(holder, list | tuple):  # a list may have grown since
        return [_mapped(change, item, b) for item, b in zip(holder, bar, strict=False)]
    if isinstance(bar, dict) and isinstance(holder, FunctionType):
        held = held_by(holder)
        return {key: _of_captured(change, held.get(key), b) for key, b in bar.items()}
    if isinstance(bar, dict):
        fields = fields_of(holder) or {}
        if fields.keys() != bar.keys():
            raise UnsupportedMutation(
                f"A {type(holder).__name__} holds an array that is written under another name. "
                "Give it a copy of the array."
            )
        return {key: _mapped(change, fields[key], b) for key, b in bar.items()}
    return bar


def _of_captured(change: Callable[[np.ndarray, Any], Any], now: Any, bar: Any) -> Any:
    """A variable that a function captured may hold another value by now than in the call."""
    if not isinstance(now, np.ndarray) and isinstance(bar, np.ndarray) and bar.ndim:
        raise UnsupportedMutation(
            "A variable that held an array is bound anew after a function that reads it was "
            "called, while arrays are written. Use another variable."
        )
    number = isinstance(bar, float | complex | np.generic)
    return bar if number else _mapped(change, now, bar)


def shadow_accumulate(shadows: Shadows, owner: Any, bar: Any, key: Any, value: Any) -> Any:
    """owner_bar[key] += value, where only the running program knows what the owner is."""
    if not isinstance(owner, np.ndarray) or owner.dtype.kind not in "fc":
        return accumulated(bar, key, value)
    if isinstance(key, str):
        whole = np.zeros(owner.shape, owner.dtype)
        accumulate(whole, key, value)
        shadow_added(shadows, owner, whole)
    else:
        shadow_added_at(shadows, owner, key, value)
    return bar


def shadow_put_back(shadows: Shadows, old: Any, new: Any, bar: Any) -> tuple[Any, Any]:
    """The cotangents of `old` and `new` in `put_back(old, new)`."""
    if not isinstance(old, np.ndarray) or old.dtype.kind not in "fc":
        return None, shadow_gathered(shadows, new, bar)
    return bar, shadow_taken(shadows, old)


def shadow_read(shadows: Shadows, array: np.ndarray, index: Any, every: bool = False) -> Any:
    """A copy of array_bar[index], for a value that was added there; every: by `np.add.at`."""
    bar = shadows.of(array)
    return _read(array, np.copy(bar[index])[()] if every else last_written(bar, index))


def shadow_taken_out(shadows: Shadows, array: np.ndarray, index: Any) -> Any:
    """The cotangent of what was written at the index; from here on it is zero there."""
    return _read(array, taken_out(shadows.of(array), index))


def shadow_scaled(shadows: Shadows, array: np.ndarray, index: Any, factor: Any, op: str) -> None:
    """array_bar[index] *= factor, or /=, after `array[index] *= factor`."""
    bar, factor = shadows.of(array), _laid(array, factor)
    part = taken_out(bar, index)  # of an index that names an element twice the last one counts
    np.add.at(bar, index, part * factor if op == "*" else part / factor)


def _injective(array: np.ndarray) -> bool:
    """Whether no two elements of the array are one in memory; if in doubt, not."""
    if array.flags.c_contiguous:
        return True
    reach = 0
    for stride, size in sorted(zip(map(abs, array.strides), array.shape, strict=True)):
        if size > 1:
            if stride < max(reach, array.itemsize):
                return False
            reach = stride * (size - 1) + max(reach, array.itemsize)
    return True


def _spread(shadows: Shadows, array: np.ndarray, value: Any) -> tuple[Any, Any, Any]:
    """Shadow, places and values, for `np.add.at`."""
    owner = owner_of(array)
    shadow = shadows.table[id(owner)][1].view(array.dtype)
    places = np.zeros(array.shape, np.intp)
    for axis, (stride, size) in enumerate(zip(array.strides, array.shape, strict=True)):
        shape = [1] * array.ndim
        shape[axis] = size
        places += (np.arange(size) * stride).reshape(shape)
    start = array.__array_interface__["data"][0] - start_of(owner)
    return shadow, (places + start) // array.itemsize, np.broadcast_to(value, array.shape)
