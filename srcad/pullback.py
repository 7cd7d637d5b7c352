"""vjp: the value of a call, and its pullback from cotangents of the value to the arguments.

y, pullback = vjp(np.sin, x)        (x_bar,) = pullback(y_bar)        # y_bar * np.cos(x)
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import errors
from srcad.arguments import bind, target_of
from srcad.compile import LOCK, Cache, Entry, compile_pullback
from srcad.emit.places import annotate
from srcad.frontend.source import Target
from srcad.ir.observed import fields_of, types_of
from srcad.ir.types import Symbols
from srcad.runtime.cotangents import shadow
from srcad.runtime.snapshots import snapshot

_PULLBACKS: weakref.WeakKeyDictionary[Any, Cache] = weakref.WeakKeyDictionary()
_MOST_FUNCTIONS = 256


def vjp(f: Callable[..., Any], *args: Any, naive: bool = False, **kwargs: Any) -> tuple[Any, Any]:
    """The value f(*args, **kwargs) and its pullback.

    The pullback takes a cotangent of the value, of the same structure and shapes (one number for
    an array of one element, None for zeros), and returns a tuple with one
    cotangent for each positional argument, None for those that are no numbers.  It may be called
    again.  Raises WrongArgument for a cotangent that does not fit.
    """
    try:
        entry, target, canonical, signature = prepared(f, args, kwargs, naive)
        out, saved = entry.forward(*canonical)
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
    return _pullback_entry(target.function, canonical, naive), target, canonical, signature


def _pullback_entry(function: Any, canonical: tuple[Any, ...], naive: bool) -> Entry:
    symbols = Symbols()
    kinds = types_of(canonical, symbols)
    key = kinds, naive
    with LOCK:
        cache = _PULLBACKS.get(function)
        if cache is None:
            if len(_PULLBACKS) >= _MOST_FUNCTIONS:
                _PULLBACKS.pop(next(iter(_PULLBACKS)), None)
            cache = _PULLBACKS[function] = Cache()
        entry = cache.find(key, symbols)
        if entry is None:
            entry = compile_pullback(function, kinds, naive, symbols)
            cache.add(key, entry)
        return entry


def fitting(cotangent: Any, out: Any, name: str, path: str = "") -> Any:
    """The cotangent in the structure, shape and dtype of the value; WrongArgument if it differs.

    name: what it is, for the error.
    """
    if cotangent is None:
        return shadow(out)
    if out is None or isinstance(out, str | bytes | bool | int):
        return cotangent
    if isinstance(out, list | tuple):
        if not isinstance(cotangent, list | tuple) or len(cotangent) != len(out):
            raise _misfit(f"a {type(out).__name__} of {len(out)}", cotangent, name, path)
        return [
            fitting(c, o, name, f"{path}[{k}]")
            for k, (c, o) in enumerate(zip(cotangent, out, strict=True))
        ]
    if isinstance(out, dict):
        if not isinstance(cotangent, dict) or cotangent.keys() - out.keys():
            raise _misfit(f"a dict with the keys {list(out)}", cotangent, name, path)
        return {k: fitting(cotangent.get(k), v, name, f"{path}[{k!r}]") for k, v in out.items()}
    if isinstance(out, np.ndarray):
        return _fitting_array(cotangent, out, name, path)
    if isinstance(out, float | complex | np.generic):
        if not isinstance(cotangent, int | float | complex | np.generic | np.ndarray) or (
            np.size(cotangent) != 1
        ):
            raise _misfit("a number", cotangent, name, path)
        return cotangent.reshape(())[()] if isinstance(cotangent, np.ndarray) else cotangent
    return _fitting_object(cotangent, out, name, path)


def _fitting_object(cotangent: Any, out: Any, name: str, path: str) -> Any:
    """The cotangent of an object, given as such an object or as a dict of its attributes."""
    fields = fields_of(out)
    if fields is None or isinstance(out, type):
        return cotangent
    given = cotangent if isinstance(cotangent, dict) else fields_of(cotangent)
    if given is None or given.keys() - fields.keys():
        raise _misfit(f"a {type(out).__name__}", cotangent, name, path)
    return {k: fitting(given.get(k), v, name, f"{path}.{k}") for k, v in fields.items()}


def _fitting_array(cotangent: Any, out: np.ndarray, name: str, path: str) -> Any:
    if out.dtype.kind not in "fc":
        return cotangent
    try:
        given = np.asarray(cotangent)
    except ValueError:  # rows of different lengths
        given = np.empty(0, object)
    if given.dtype.kind not in "biufc" or not (
        given.shape == out.shape or (given.size == out.size == 1)
    ):
        raise _misfit(f"an array of shape {out.shape}", cotangent, name, path)
    if given.dtype.kind == "c" and out.dtype.kind == "f":
        raise _misfit(f"real numbers ({out.dtype})", cotangent, name, path)
    same = given is cotangent and given.dtype == out.dtype and given.shape == out.shape
    return given if same else np.array(given, out.dtype).reshape(out.shape)


def _misfit(wanted: str, cotangent: Any, name: str, path: str) -> errors.WrongArgument:
    got = (
        f"one of shape {cotangent.shape} and dtype {cotangent.dtype}"
        if isinstance(cotangent, np.ndarray)
        else repr(cotangent)
    )
    where = f" at {path}" if path else ""
    return errors.WrongArgument(f"the {name} must be{where} {wanted}, like the value, not {got}.")
