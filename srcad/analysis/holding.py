"""Functions met at run time that hold values: they are called, and differentiated, as objects.

    h(lambda t: w * t, x)      the lambda holds `w`: known only when it runs, not one known function
    h(np.sin, x)               np.sin holds nothing: the function itself is part of the signature

Inside the compiler a known function's defaults and captured variables are constants.  Of a function
made while the derivative is taken they are not: they may carry it.
"""

from __future__ import annotations

import functools
import inspect
import types
from dataclasses import replace
from typing import Any

from srcad.ir.observed import type_of
from srcad.ir.types import ANY, Clo, Dct, Known, Lst, Obj, Symbols, Tup, Type, carries
from srcad.runtime.derivative import Derivative


def opened(kind: Type) -> Type:
    """The type with `ANY` for every function that holds what may carry a derivative."""
    match kind:
        case Known(value):
            return ANY if holds(value) else kind
        case Tup(items, cls):
            return Tup(tuple(map(opened, items)), cls)
        case Lst(items, element, cls):
            return Lst(None if items is None else tuple(map(opened, items)), opened(element), cls)
        case Dct(items, element, cls, under, rest):
            pairs = None if items is None else tuple((k, opened(t)) for k, t in items)
            held = tuple((k, opened(t)) for k, t in under)
            return Dct(pairs, opened(element), cls, held, rest and opened(rest))
        case Obj(cls, fields):
            return Obj(cls, tuple((n, opened(t)) for n, t in fields))
        case Clo():
            held = tuple((n, opened(t)) for n, t in kind.captures)
            given = tuple((n, opened(t)) for n, t in kind.defaults)
            return replace(kind, captures=held, defaults=given)
        case _:
            return kind


def holds(value: Any, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a callable made during a call holds what may carry a derivative."""
    if id(value) in seen:
        return False
    inside = seen | {id(value)}
    return any(
        carries(type_of(part, Symbols())) or holds(part, inside) for part in held_values(value)
    )


def held_values(value: Any) -> tuple[Any, ...]:
    """What a function, a method, a partial, a derivative or a pullback was made with."""
    if isinstance(value, Derivative):
        return (value.f,)
    if hasattr(type(value), "HOLDS"):
        return tuple(getattr(value, name) for name in type(value).HOLDS)
    if isinstance(value, functools.partial):
        return (value.func, *value.args, *value.keywords.values())
    if isinstance(value, types.MethodType):
        return (value.__func__, value.__self__)
    if isinstance(value, types.FunctionType) and value.__code__.co_flags & inspect.CO_NESTED:
        defaults = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        return (*defaults, *captured_values(value).values())
    return ()


def captured_values(function: types.FunctionType) -> dict[str, Any]:
    """The captured variables that have a value by now."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found
