"""vjp: the value of a call, and its pullback from cotangents of the value to the arguments.

y, pullback = vjp(np.sin, x)        (x_bar,) = pullback(y_bar)        # y_bar * np.cos(x)
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

from srcad import otherwise, versions
from srcad.arguments import bind, target_of
from srcad.by_tangents import REFUSED
from srcad.compile import LOCK, compile_pullback
from srcad.emit.places import annotate
from srcad.entries import Entry
from srcad.frontend.source import Target
from srcad.ir.observed import types_of
from srcad.ir.types import Symbols, Type
from srcad.runtime.fitting import fitting
from srcad.runtime.replaced import leaving
from srcad.runtime.snapshots import snapshot


def vjp(f: Callable[..., Any], *args: Any, naive: bool = False, **kwargs: Any) -> tuple[Any, Any]:
    """The value f(*args, **kwargs) and its pullback.

    The pullback takes a cotangent of the value, of the same structure and shapes (one number for
    an array of one element, None for zeros), and returns a tuple with one
    cotangent for each positional argument, None for those that are no numbers.  It may be called
    again.  Raises WrongArgument for a cotangent that does not fit.
    """
    try:
        try:
            entry, target, canonical, signature = prepared(f, args, kwargs, naive)
        except REFUSED as refusal:
            return otherwise.pulled(refusal, f, args, kwargs)
        out, saved = leaving(entry.forward, *canonical)
    except Exception as problem:
        annotate(problem)
        raise
    like = snapshot(out)  # the value is the caller's to change
    name = target.function.__name__
    params = list(signature.parameters.values())
    skip = len(target.args)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangent = fitting(cotangent, like, f"cotangent given to the pullback of {name}")
        try:
            found = entry.pull(saved, cotangent, canonical)
        except Exception as problem:
            annotate(problem)
            raise
        flat: list[Any] = []
        for p, bar, value in zip(params, found, canonical, strict=True):
            if p.kind is p.VAR_POSITIONAL:
                flat.extend(bar if bar is not None else [None] * len(value))
            else:
                flat.append(bar)
        return tuple(flat[skip : skip + len(args)])

    return out, pullback


def prepared(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], naive: bool
) -> tuple[Entry, Target, tuple[Any, ...], inspect.Signature]:
    """The generated code for a call, of which function, and one value for each parameter."""
    target = target_of(f, len(args), tuple(kwargs), args, kwargs)
    canonical, signature = bind(target, args, kwargs)
    symbols = Symbols()
    key = types_of(canonical, symbols), naive
    make = lambda: _pullback_entry(target.function, *key, symbols)  # noqa: E731
    entry = otherwise.once(f, target.function, key, make)
    return entry, target, canonical, signature


def _pullback_entry(
    function: types.FunctionType, kinds: tuple[Type, ...], naive: bool, symbols: Symbols
) -> Entry:
    way = "pullback", kinds, naive
    with LOCK:
        entry = versions.known(function, way, symbols) or versions.again(function, way, symbols)
        if entry is None:
            entry = compile_pullback(function, kinds, naive, symbols)
            versions.add(function, way, entry)
        return entry
