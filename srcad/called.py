"""A call as one of a plain function with one value for each parameter, and the way back.

f(x, *xs, k=b)     →     values (x, xs, b)
                         their cotangents → [f_bar, x_bar, *xs_bar, b_bar]
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from srcad.analysis.holding import opened
from srcad.entries import Entry
from srcad.frontend.source import GENERATED, Target, locate
from srcad.ir.observed import type_of
from srcad.ir.types import Clo, Known, Symbols, Type, carries
from srcad.runtime.cotangents import shadow
from srcad.runtime.tangents import still
from srcad.runtime.unobtainable import Refusal

Test = Callable[[Any], bool]
REVERSE: list[tuple[Test, Callable[..., Any]]] = []  # (function, args, kwargs, keep)
FORWARD: list[tuple[Test, Callable[..., Any]]] = []  # (function, own_dot, args, dots, …)


def register(test: Test, reverse: Callable[..., Any], forward: Callable[..., Any]) -> None:
    """Set how callables of our own are differentiated, in both modes."""
    REVERSE.append((test, reverse))
    FORWARD.append((test, forward))


# (function, args) → the plain function that stands for it, and the arguments in front.
STANDING: list[tuple[Test, Callable[..., Any]]] = []


def stands_for(test: Test, how: Callable[..., Any]) -> None:
    """Set what stands for a callable of our own; the first argument in front is what it holds."""
    STANDING.append((test, how))


def special(ways: list[tuple[Test, Callable[..., Any]]], function: Any) -> Any:
    """The way for a callable of our own; else None."""
    return next((how for test, how in ways if test(function)), None)


@dataclass(frozen=True)
class Call:
    """A call of a plain function, with one value and type for each of its parameters.

    held: the type of the function itself, the last value, where the variables that it captured may
    carry a derivative.  prefix: how many arguments a method or a partial puts in front.
    """

    function: types.FunctionType
    bound: inspect.BoundArguments
    defaults: tuple[str, ...]
    values: tuple[Any, ...]
    kinds: tuple[Type, ...]
    held: Clo | None
    prefix: int
    symbols: Symbols


def call_of(target: Target, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    """What a call of a callable is in the end."""
    plain = target.function
    signature = inspect.signature(plain, follow_wrapped=False)
    bound = signature.bind(*target.args, *args, **{**target.kwargs, **kwargs})
    given = set(bound.arguments)
    bound.apply_defaults()
    left = [p for n, p in signature.parameters.items() if n not in given]
    defaults = tuple(p.name for p in left if p.default is not p.empty)
    values = [bound.arguments[n] for n in signature.parameters]
    symbols = Symbols()
    kinds = [opened(type_of(a, symbols)) for a in values]
    held = closure_type(plain, symbols)
    if held is not None:
        values.append(plain)
        kinds.append(held)
    count = len(target.args)
    return Call(plain, bound, defaults, tuple(values), tuple(kinds), held, count, symbols)


@dataclass(frozen=True)
class Back:
    """A pullback by generated code.

    spread: from the cotangents of all parameters to those of what was passed; gather: back.
    """

    HOLDS: ClassVar[tuple[str, ...]] = ("saved",)
    entry: Entry
    saved: Any
    spread: Callable[[list[Any]], list[Any]]
    gather: Callable[[list[Any]], list[Any]]

    def __call__(self, y_bar: Any) -> list[Any]:
        return self.spread(self.entry.bars(self.saved, y_bar))


def spreading(
    call: Call, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Callable[[list[Any]], list[Any]]:
    """From the cotangents of all parameters to [function, *args, *kwargs.values()]."""
    signature = call.bound.signature
    order = list(signature.parameters)

    def spread(bars: list[Any]) -> list[Any]:
        own = bars.pop() if call.held is not None else None
        found = dict(zip(order, bars, strict=True))
        own = _with_defaults(call.function, own, {k: found[k] for k in call.defaults})
        flat = _flat(signature, found, call.bound)
        prefix = call.prefix
        if own is None and prefix and any(b is not None for b in flat[:prefix]):
            own = _self_bar(function, flat[:prefix])
        named = [found.get(k) if k in found else _in_options(signature, found, k) for k in kwargs]
        return [own, *flat[prefix : prefix + len(args)], *named]

    return spread


def gathered(
    target: Target, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Callable[[list[Any]], list[Any]]:
    """From [function, *args, *kwargs.values()] to one for each parameter: `spread` backwards."""
    count = 1 + len(args)

    def gather(parts: list[Any]) -> list[Any]:
        named = dict(zip(kwargs, parts[count:], strict=True))
        return bound_parts(target, call, parts[0], tuple(parts[1:count]), named)

    return gather


def bound_parts(
    target: Target, call: Call, own: Any, parts: tuple[Any, ...], named: dict[str, Any]
) -> list[Any]:
    """Tangents, or cotangents, one for each parameter, None for what stands still.

    own, parts, named: those of the callable, and of what was passed by position and by name.
    """
    signature = call.bound.signature
    held = own if isinstance(own, dict) else {}
    first = [None] * call.prefix
    if call.prefix == 1 and own is not None:  # a method, or a callable object
        first = [held.get("__self__", own)]
    fixed = {k: None for k in target.kwargs}
    given = signature.bind(*first, *parts, **{**fixed, **named}).arguments
    found = [
        _whole(given.get(name, held.get(name)), value)
        for name, value in call.bound.arguments.items()
    ]
    return found if call.held is None else [*found, _captured_part(call.held, own)]


def _captured_part(function: Clo, own: Any) -> Any:
    """Of what goes with a function, what it captured: its defaults are parameters."""
    if not isinstance(own, dict):
        return own
    names = {name for name, _ in function.captures}
    return {name: part for name, part in own.items() if name in names}


def _whole(t: Any, value: Any) -> Any:
    """What `*` and `**` gathered, of which parts may stand still."""
    if isinstance(t, tuple) and isinstance(value, tuple):
        return tuple(still(v) if p is None else p for p, v in zip(t, value, strict=True))
    if isinstance(t, dict) and isinstance(value, dict):
        return {k: still(v) if t.get(k) is None else t[k] for k, v in value.items()}
    return t


def _with_defaults(
    function: types.FunctionType, own: Any, found: dict[str, Any]
) -> dict[str, Any] | None:
    """The cotangent of a function: what it captured, and the defaults it was made with."""
    if own is None and all(bar is None for bar in found.values()):
        return None
    held: dict[str, Any] = {**(shadow(function) or {}), **(own or {})}
    return {**held, **{name: bar for name, bar in found.items() if bar is not None}}


def _self_bar(function: Any, bars: list[Any]) -> Any:
    if len(bars) == 1:  # a method, or a callable object: its own cotangent
        return {"__self__": bars[0]} if isinstance(function, types.MethodType) else bars[0]
    return Refusal(
        "The object behind this method or partial carries a derivative; call it "
        "directly instead of through a variable."
    )


def _in_options(signature: inspect.Signature, found: dict[str, Any], key: str) -> Any:
    for p in signature.parameters.values():
        if p.kind is p.VAR_KEYWORD and found.get(p.name) is not None:
            return found[p.name].get(key)
    return None


def _flat(
    signature: inspect.Signature, found: dict[str, Any], bound: inspect.BoundArguments
) -> list[Any]:
    flat: list[Any] = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            bars = found[p.name]
            flat.extend(bars if bars is not None else [None] * len(bound.arguments[p.name]))
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            flat.append(found[p.name])
    return flat


def closure_type(function: types.FunctionType, symbols: Symbols) -> Clo | None:
    """The type of a function whose captured variables may carry a derivative; else None."""
    held = captures(function, symbols)
    active = any(carries(t) for _, t in held if not isinstance(t, Known))
    return _closure(function, held) if active else None


def capturing(function: types.FunctionType, symbols: Symbols) -> Clo | None:
    """The type of a function with what it captured; None where that is known already."""
    held = captures(function, symbols)
    return None if all(isinstance(t, Known) for _, t in held) else _closure(function, held)


def captures(function: types.FunctionType, symbols: Symbols) -> list[tuple[str, Type]]:
    """What the function captured; nothing where some of it is not bound yet."""
    found: list[tuple[str, Type]] = []
    generated = function.__code__.co_filename.startswith(GENERATED)  # its globals are cells, too
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            value = cell.cell_contents
        except ValueError:
            return []
        if value is not function and not (generated and isinstance(value, types.ModuleType)):
            found.append((name, opened(type_of(value, symbols))))
    return found


def _closure(function: types.FunctionType, held: list[tuple[str, Type]]) -> Clo:
    source = locate(function)
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    selves = tuple(name for name, cell in cells if cell.cell_contents is function)
    return Clo(source.node, id(source.node), tuple(held), (), source, selves)
