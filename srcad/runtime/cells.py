"""Cotangents of the numbers that containers hold, found by the objects that the numbers are.

    xs[0] = v                v_own = owned(v)           an object that nobody else has
                             xs[0] = v_own
    xs.sort()                xs.sort()                moves objects, whatever it is
    u = xs[2]                u = xs[2]
                             …
                             cell_added(shadows, u, u_bar)
                             v_bar += cell_taken(shadows, v_own)

A list that is sorted, copied, sliced or handed around holds the same objects as before.  So nothing
that merely moves numbers has to be reversed, and of containers nothing has to be restored.
"""

from __future__ import annotations

import copy
import functools
import types
from collections import deque
from collections.abc import ValuesView
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation, UnsupportedSyntax
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.by_code import attributes, may_carry, refuse_computed
from srcad.runtime.cotangents import accumulate, add, fields_of, held_by
from srcad.runtime.derivative import primal
from srcad.runtime.objects import sets_by_code
from srcad.runtime.shadows import (
    Shadows,
    no_numbers,
    shadow_added,
    shadow_added_at,
    shadow_taken,
    shadow_taken_out,
)
from srcad.runtime.snapshots import Held, parts_of, tuple_like
from srcad.runtime.unobtainable import Refusal
from srcad.runtime.writes import stored

_REAL = (float, np.float64)  # the common ones, asked for first
_COMPLEX = (complex, np.complexfloating)


def is_number(value: Any) -> bool:
    """Whether a value is a number that may carry a derivative; arrays without axes are none."""
    return isinstance(value, float | complex | np.inexact)


def owned(value: Any) -> Any:
    """The value as an object that nobody else has: a new number, a tuple of such.

    What can be written itself is itself.
    """
    if type(value) is float:
        return value * 1.0
    if is_number(value):
        return value.copy() if isinstance(value, np.generic) else _again(value)
    if isinstance(value, tuple):
        return tuple_like(value, [owned(v) for v in value])
    return value


def _again(value: Any) -> Any:
    """An equal number; sums and products would change the sign of some zeros."""
    if type(value) is float:
        return value * 1.0
    if type(value) is complex:
        return complex(value.real, value.imag)
    return copy.deepcopy(value)


def owned_items(items: Any) -> Any:
    """A new container with the same items, each an object of its own."""
    if isinstance(items, dict):
        made = items.copy()
        made.update({key: owned(value) for key, value in items.items()})
        return made
    if isinstance(items, np.ndarray):
        return [owned(v) for v in items]
    if isinstance(items, deque):
        return deque(map(owned, items), items.maxlen)
    if isinstance(items, list | tuple):
        return [owned(v) for v in items]
    if is_number(items):  # for a slice of what turns out to be an array
        return owned(items)
    raise UnsupportedMutation(
        f"The items of a {type(items).__name__} are put into a container that is written. Make a "
        "list of them first."
    )


# -- going backwards -------------------------------------------------------------------


def cell_zeros(value: Any) -> Any:
    """Zero for the numbers of a value that are no container's."""
    if is_number(value):
        return 0j if np.iscomplexobj(value) else 0.0
    if isinstance(value, int | np.integer):
        return 0.0  # a key of unknown type: what it is multiplied with asks for a number
    value = primal(value)
    if isinstance(value, types.FunctionType):
        return {name: cell_zeros(v) for name, v in held_by(value).items()}
    return [cell_zeros(v) for v in value] if isinstance(value, tuple) else None


def cell_added(shadows: Shadows, value: Any, bar: Any) -> None:
    """value_bar += bar, where the value came out of a container; None is zero."""
    if type(value) in _REAL and type(bar) in _REAL:
        old = shadows.numbers.get(id(value))
        shadows.numbers[id(value)] = value, bar if old is None else old[1] + bar
    elif bar is not None and (not isinstance(bar, Refusal) or may_carry(value)):
        _added(shadows, value, bar)


def _added(shadows: Shadows, value: Any, bar: Any) -> None:
    if isinstance(bar, Refusal):
        raise UnsupportedSyntax(bar.reason)
    if is_number(value):
        _number_added(shadows, value, bar)
    elif isinstance(value, np.ndarray):
        if value.dtype.kind in "fc":
            shadow_added(shadows, value, bar)
    elif isinstance(value, list | tuple | deque | ValuesView):
        for item, part in zip(value, bar, strict=True):
            cell_added(shadows, item, part)
    elif isinstance(value, dict):
        for key, part in bar.items():
            cell_added(shadows, value[key], part)
    elif parts_of(value) is not None:
        _function_added(shadows, value, bar)
    elif isinstance(bar, dict):
        _fields_added(shadows, value, bar)
    elif not isinstance(value, int | np.integer | np.bool | str | types.NoneType):
        raise UnsupportedMutation(
            f"A {type(value).__name__} hands on values with a derivative while containers are "
            "written. Make a list or a tuple of them."
        )


def _number_added(shadows: Shadows, value: Any, bar: Any) -> None:
    old = shadows.numbers.get(id(value))
    if not np.iscomplexobj(value):
        bar = np.real(bar)  # a real number met complex arithmetic
    shadows.numbers[id(value)] = value, bar if old is None else old[1] + bar


def _function_added(shadows: Shadows, value: Any, bar: Any) -> None:
    """The numbers that a function captured have their cotangents under the function."""
    rest = cell_spread(shadows, value, bar)
    if not _any(rest):
        return
    function = value.function if isinstance(value, Held) else primal(value)
    ours = hasattr(type(function), "HOLDS")
    if not (ours or isinstance(function, types.FunctionType | functools.partial)):
        raise _unsupported(value)
    old = shadows.numbers.get(id(function))
    shadows.numbers[id(function)] = function, rest if old is None else add(old[1], rest)


def _any(bar: Any) -> bool:
    """Whether a cotangent is not None everywhere."""
    if isinstance(bar, dict):
        return any(map(_any, bar.values()))
    return any(map(_any, bar)) if isinstance(bar, list | tuple) else bar is not None


def _unsupported(value: Any) -> UnsupportedMutation:
    return UnsupportedMutation(
        f"A {type(value).__name__} that holds values with a derivative is written, "
        "in a form that is not supported yet."
    )


def _fields_added(shadows: Shadows, value: Any, bars: dict[str, Any]) -> None:
    fields = fields_of(value) or {}
    for name, part in bars.items():
        if part is None or isinstance(fields.get(name), int | np.integer):
            continue
        if name not in fields:
            raise _unsupported(value)
        cell_added(shadows, fields[name], part)


def cell_added_at(shadows: Shadows, owner: Any, key: Any, bar: Any) -> None:
    """owner_bar[key] += bar, for a container as it was then."""
    if bar is None:
        return
    if isinstance(key, str) and not isinstance(owner, dict):
        cell_added(shadows, getattr(owner, key), bar)
    else:
        cell_added(shadows, owner[key], bar)


def cell_read(shadows: Shadows, owner: Any, item: Any, owner_bar: Any, key: Any, bar: Any) -> Any:
    """The same where only the running program knows what the owner is; `item` is what was read.

    Gives the cotangent of the owner: that of a tuple or a number is no container's.
    """
    numbers = isinstance(owner, np.ndarray) or is_number(owner)
    if numbers and isinstance(item, np.ndarray) and item.dtype.kind in "fc":
        bar = cell_made(shadows, item, bar, owner)  # of a copy, memory has the cotangent
    if isinstance(owner, np.ndarray):
        if bar is None:
            return owner_bar
        if isinstance(key, str) and owner.dtype.kind in "fc":
            whole = np.zeros(owner.shape, owner.dtype)
            accumulate(whole, key, bar)
            shadow_added(shadows, owner, whole)
        elif owner.dtype.kind in "fc":
            shadow_added_at(shadows, owner, key, bar)
    elif bar is None:
        return owner_bar
    elif isinstance(owner, tuple):
        fields = getattr(type(owner), "_fields", ())
        accumulate(owner_bar, fields.index(key) if key in fields else key, bar)
    elif is_number(owner):
        if key == "imag":
            return add(owner_bar, -1j * bar) if isinstance(owner, _COMPLEX) else owner_bar
        if isinstance(key, str) and key not in ("real", "T"):
            raise UnsupportedSyntax(f"`.{key}` of a number met at run time has no derivative here.")
        return add(owner_bar, unbroadcast(bar, owner))  # `v[..., None]` makes an array of it
    else:
        refuse_computed(owner, key)
        cell_added(shadows, item, bar)
    return owner_bar


def cell_taken(shadows: Shadows, value: Any) -> Any:
    """The cotangent of an own object; before that, it was not there."""
    if type(value) in _REAL or is_number(value):
        found = shadows.numbers.pop(id(value), None)
        return 0.0 if found is None else found[1]
    if isinstance(value, tuple):
        return [cell_taken(shadows, v) for v in value]
    if isinstance(value, int | np.integer):
        return 0.0  # among floats, that of one of them
    return None if parts_of(value) is None else function_taken(shadows, value, None)


def function_taken(shadows: Shadows, function: Any, bar: Any) -> Any:
    """The cotangent of what a function captured, with what was kept under the function."""
    function = function.function if isinstance(function, Held) else function
    found = shadows.numbers.pop(id(function), None)
    return bar if found is None else add(bar, found[1])


def cell_stored(shadows: Shadows, owner: Any, value: Any, key: Any) -> Any:
    """The cotangent of what `owner[key] = value` wrote, if the owner is an array."""
    if isinstance(owner, np.ndarray):
        if isinstance(key, str):  # `z.imag = v`
            owner, key = getattr(owner, key), ...
        return stored(shadow_taken_out(shadows, owner, key), value)
    cls = type(owner)
    by_code = hasattr(cls, "__setitem__") or (isinstance(key, str) and sets_by_code(cls, key))
    if not isinstance(owner, list | dict | deque) and by_code:
        raise UnsupportedMutation(
            f"An assignment to a {type(owner).__name__} runs code of its class, and what it is was "
            "not known before. Do not give its variable values of several types."
        )
    return cell_zeros(value)


def cell_spread(shadows: Shadows, holder: Any, bar: Any) -> Any:
    """A contribution to a value: what concerns containers and arrays goes into memory at once."""
    if bar is None or is_number(holder):
        return bar
    if isinstance(holder, tuple):
        return [cell_spread(shadows, v, b) for v, b in zip(holder, bar, strict=True)]
    parts = parts_of(holder)
    if parts is not None and isinstance(bar, dict):
        if any(b is not None and name not in parts for name, b in bar.items()):
            raise _unsupported(holder)
        return {name: cell_spread(shadows, parts.get(name), b) for name, b in bar.items()}
    if callable(holder) and isinstance(bar, dict):
        return bar
    cell_added(shadows, holder, bar)
    return None


def cell_made(shadows: Shadows, holder: Any, bar: Any, *sources: Any) -> Any:
    """The cotangent of a value that an operation made; containers in it are new."""
    if isinstance(holder, np.ndarray):
        if holder.dtype.kind not in "fc":
            return no_numbers(holder)
        taken = shadow_taken(shadows, holder, *sources)
        return taken if bar is None else bar + taken
    if isinstance(holder, tuple):
        parts = [None] * len(holder) if bar is None else bar
        return [cell_made(shadows, v, b, *sources) for v, b in zip(holder, parts, strict=True)]
    if parts_of(holder) is not None:
        return function_taken(shadows, holder, bar)
    opaque = isinstance(holder, list | dict | deque) or attributes(holder)
    if opaque and may_carry(holder):
        raise UnsupportedMutation(
            f"An operation gave a {type(holder).__name__} where the compiler could not tell, while "
            "containers are written. Do not give its variable values of several types."
        )
    return no_numbers(holder) if bar is None else bar
