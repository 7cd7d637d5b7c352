"""What containers, objects and functions hold, as it is at a time."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections import deque
from collections.abc import Callable, ValuesView
from typing import Any

from srcad.runtime.by_code import attributes
from srcad.runtime.cotangents import held_by
from srcad.runtime.derivative import primal
from srcad.runtime.slots import blank, put_attribute


@dataclasses.dataclass(frozen=True, eq=False)
class Held:
    """What a function captured, as it was at a time, and its defaults."""

    HOLDS_PARTS = True  # copied with the containers around it: its arrays are theirs

    parts: dict[str, Any]
    function: Any = None


def parts_of(value: Any) -> dict[str, Any] | None:
    """What a function, a method or a partial holds, under the names of its cotangent."""
    value = primal(value)
    if isinstance(value, types.FunctionType):
        return held_by(value) or None
    if isinstance(value, types.MethodType):
        return {"__self__": value.__self__}
    if isinstance(value, functools.partial):
        return {"function": value.func, "args": value.args, "kwargs": Held(value.keywords)}
    if hasattr(type(value), "HOLDS"):
        return {name: getattr(value, name) for name in type(value).HOLDS}
    return value.parts if isinstance(value, Held) else None


def snapshot(value: Any) -> Any:
    """The container as it is now: another one with the same numbers and arrays."""
    return _snapshot(value, {})


def _snapshot(value: Any, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, list | deque):
        twin: Any = [] if isinstance(value, list) else deque(maxlen=value.maxlen)
        known[id(value)] = twin
        twin.extend(_snapshot(v, known) for v in value)
        return twin
    if isinstance(value, dict):
        table = known[id(value)] = value.copy()
        for key, item in value.items():
            table[key] = _snapshot(item, known)
        return table
    if isinstance(value, tuple):
        return tuple_like(value, [_snapshot(v, known) for v in value])
    if isinstance(value, ValuesView):
        return [_snapshot(v, known) for v in value]
    return twin_of(value, known, _snapshot)


def tuple_like(value: tuple[Any, ...], items: list[Any]) -> Any:
    """A tuple of the same class."""
    return value._make(items) if hasattr(value, "_make") else tuple(items)


def twin_of(value: Any, known: dict[int, Any], inside: Callable[[Any, dict[int, Any]], Any]) -> Any:
    """Another object, or what stands for a function, with what `inside` makes of what it holds.

    What holds nothing is itself.
    """
    parts = parts_of(value)
    if parts is not None:
        function = value.function if isinstance(value, Held) else primal(value)
        held = known[id(value)] = Held({}, function)
        held.parts.update((name, inside(v, known)) for name, v in parts.items())
        return held
    fields = attributes(value)
    if fields is None:
        return value
    twin = known[id(value)] = blank(type(value))
    for name, item in fields.items():
        put_attribute(twin, name, inside(item, known))
    return twin
