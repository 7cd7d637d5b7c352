"""Differentiate a function that only the running program knows.

The result is what generated code asks of `srcad.runtime.calls.call`: the value, and a pullback to
[function, *args, *kwargs.values()].
"""

from __future__ import annotations

import copy
import functools
import inspect
import io
import logging
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import errors
from srcad.analysis.derivatives import A_GRADIENT, makes_gradient, of_the_compiler
from srcad.analysis.resolve import with_captures
from srcad.analysis.ufunc_options import plain_options
from srcad.called import REVERSE, Back, Call, call_of, closure_type, gathered, special, spreading
from srcad.compile import LOCK, compile_split
from srcad.entries import Entry, find
from srcad.frontend.source import Target, refuse_placeholders, unwrap
from srcad.ir.observed import is_object
from srcad.ir.types import Clo, Symbols, Type
from srcad.rules.spelling import spelled
from srcad.rules.table import TABLE, Linear, NoDerivative, Partials, Rule, Staged, Vjp, parameters
from srcad.rules.writes import written_arguments
from srcad.runtime import copies, draws, sparse, substitutes
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.cotangents import shadow
from srcad.runtime.derivative import Derivative
from srcad.runtime.gates import Gate, caller_of
from srcad.runtime.methods import of_owner
from srcad.runtime.numpy_sources import of_object
from srcad.runtime.operators import for_objects
from srcad.runtime.replaced import leaving
from srcad.runtime.substitutes import SUBSTITUTES
from srcad.runtime.unobtainable import Refusal
from srcad.runtime.writes import copied

Pullback = Callable[[Any], list[Any]]
Versions = dict[Any, list[Entry]]
_ENTRIES: weakref.WeakKeyDictionary[Any, Versions] = weakref.WeakKeyDictionary()
_CLOSURES: OrderedDict[Any, tuple[Any, list[Entry]]] = OrderedDict()
_MOST = 256
_SUBSTITUTES = {**SUBSTITUTES, copy.copy: copies.shallow, copy.deepcopy: copies.deep}


def differentiate(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool = False
) -> tuple[Any, Pullback]:
    """Value and pullback of any callable; keep: what the pullback reads may change before."""
    bound = getattr(function, "__self__", None)
    if writes_out(bound) or draws.unmoved(function, args, kwargs):
        return function(*args, **kwargs), lambda _: [None] * (1 + len(args) + len(kwargs))
    drawn = draws.of_method(function)
    if drawn is not None:
        value, pull = differentiate(drawn[0], (drawn[1], *args), kwargs, keep)
        return value, lambda y_bar: [None, *pull(y_bar)[2:]]
    method = _method(function, bound)
    if method is not None:
        value, pull = differentiate(method, (bound, *args), kwargs, keep)
        return value, lambda y_bar: pull(y_bar)[1:]
    if isinstance(function, functools.partial):
        return _of_partial(function, args, kwargs, keep)
    plain = of_object(function)
    if plain is not None:
        value, pull = _of_partial(plain, args, kwargs, keep)

        def pullback(y_bar: Any) -> list[Any]:
            own, *bars = pull(y_bar)
            return [{"pyfunc": own["args"][0]}, *bars]

        return value, pullback
    if isinstance(function, Gate):
        return _of_gate(function, args, kwargs, keep)
    function, rule = with_rule(function if kwargs else for_objects(function, args, is_object))
    if isinstance(rule, Staged):
        return _by_source(caller_of(function), args, kwargs, keep)
    if rule is not None:
        rule = TABLE.of_kinds(function, not any(map(np.iscomplexobj, args))) or rule
        return _by_rule(function, rule, args, kwargs, keep)
    ours = special(REVERSE, function)
    if ours is not None:
        return ours(function, args, kwargs, keep)  # type: ignore[no-any-return]
    if makes_derivative(function, args):
        return _making(function, args, kwargs)
    refuse_uncalled(function)
    return _by_source(function, args, kwargs, keep)


def writes_out(owner: Any) -> bool:
    """Whether a method of the object writes what it is given out of the program."""
    return isinstance(owner, io.IOBase | logging.Logger)


def with_rule(function: Any) -> tuple[Any, Rule | None]:
    """The function with its rule, if it has one; else what stands for it in plain Python."""
    try:
        rule = TABLE.get(function)
        if rule is not None:
            return function, rule
        return _SUBSTITUTES.get(function) or SUBSTITUTES.get(function, function), None
    except TypeError:  # it cannot be hashed
        return function, None


def makes_derivative(function: Any, args: tuple[Any, ...]) -> bool:
    """Whether it is `srcad.grad(f)`: a derivative that holds what f holds."""
    return of_the_compiler(function) and makes_gradient(function) and len(args) > 0


def _making(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Derivative, Pullback]:
    rest = [None] * (len(args) - 1 + len(kwargs))
    return function(*args, **kwargs), lambda y_bar: [None, y_bar, *rest]


def refuse_uncalled(function: Any) -> None:
    """Refuse other functions of the compiler, and classes."""
    if of_the_compiler(type(function)) or of_the_compiler(function):
        raise errors.UnsupportedSyntax(
            f"{A_GRADIENT[0].upper()}{A_GRADIENT[1:]} cannot be differentiated yet."
        )
    if inspect.isclass(function):
        raise errors.MissingRule(
            f"{function.__name__}(...) makes an object whose derivative is not supported yet here."
        )


def _method(function: Any, bound: Any) -> Any:
    """The function of the object and the arguments that a method written in C is."""
    name = getattr(function, "__name__", "")
    found = of_owner(bound, name) or substitutes.METHODS.get((type(bound), name))
    return found or sparse.of_method(bound, name)


def _of_partial(
    function: functools.partial[Any], args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool
) -> tuple[Any, Pullback]:
    """A partial holds a function, arguments and keywords: each has a cotangent."""
    refuse_placeholders(function)
    options = {**function.keywords, **kwargs}
    value, pull = differentiate(function.func, (*function.args, *args), options, keep)
    held, count = len(function.args), len(function.args) + len(args)

    def pullback(y_bar: Any) -> list[Any]:
        inner, *bars = pull(y_bar)
        named = dict(zip(options, bars[count:], strict=True))
        keywords = {k: None if k in kwargs else named[k] for k in function.keywords}
        own = {
            "function": _or_zero(inner, function.func),
            "args": list(map(_or_zero, bars[:held], function.args)),
            "kwargs": {k: _or_zero(bar, function.keywords[k]) for k, bar in keywords.items()},
        }
        return [own, *bars[held:count], *(named[k] for k in kwargs)]

    return value, pullback


def _of_gate(
    gate: Gate, args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool
) -> tuple[Any, Pullback]:
    """A gate is differentiated by its rule, which knows nothing of what its parts captured."""
    value, pull = _by_source(gate, args, kwargs, keep)
    parts = (p for p in gate.parts if isinstance(p, types.FunctionType))
    if not any(closure_type(p, Symbols()) is not None for p in parts):
        return value, pull
    own = Refusal(captured_by_gate(gate.__name__))
    return value, lambda y_bar: [own, *pull(y_bar)[1:]]


def captured_by_gate(name: str) -> str:
    """Why a gate has no derivative in what it captured."""
    return (
        f"The gate {name} captured a variable that may carry a derivative, of which its rule says "
        "nothing. Pass it to the gate as an argument."
    )


def _or_zero(bar: Any, value: Any) -> Any:
    """The cotangent of a value; zero where it has none."""
    return shadow(value) if bar is None else bar


def _by_rule(
    function: Any, rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool
) -> tuple[Any, Pullback]:
    written = written_arguments(function, len(args), kwargs)
    if any((args[k] if isinstance(k, int) else kwargs[k]) is not None for k in written):
        raise errors.UnsupportedMutation(
            f"`{spelled(function)}` is known only when it runs, and writes into an argument here. "
            "Use the form that returns a new array."
        )
    if not isinstance(rule, NoDerivative) and not TABLE.of_user(function):
        _no_objects(function, (*args, *kwargs.values()))
    value = function(*args, **kwargs)
    count, order = 1 + len(args) + len(kwargs), list(kwargs)
    if isinstance(rule, NoDerivative):
        return value, lambda y_bar: [None] * count
    names = [p.name for p in parameters(rule)]
    kwargs = plain_options(function, kwargs)
    unknown = [name for name in kwargs if name not in names]
    if unknown:
        raise errors.MissingRule(
            f"{spelled(function)} has a derivative rule, but not for a call with `{unknown[0]}=`."
        )
    star = any(p.kind is p.VAR_POSITIONAL for p in parameters(rule))
    if len(args) > len(names) and not star:
        raise errors.MissingRule(f"{function!r}: its rule takes no such number of arguments here.")

    y, given, options = copied((value, args, kwargs)) if keep else (value, args, kwargs)

    def pullback(y_bar: Any) -> list[Any]:
        spread: dict[int, Any] = {}
        bars = []
        for k in range(len(given)):
            bars.append(_pulled(rule, names, k, y_bar, y, given, options, spread))
        for name in order:
            position = names.index(name) if name in options else len(names)
            bars.append(_pulled(rule, names, position, y_bar, y, given, options, spread))
        return [None, *bars]

    return value, pullback


def _no_objects(function: Any, args: tuple[Any, ...]) -> None:
    """Refuse objects of the program's classes: the rule is one of numbers and arrays."""
    found = next((a for a in args if is_object(a)), None)
    ours = str(getattr(function, "__module__", "")).startswith("srcad.")
    if found is not None and not ours:
        raise errors.UnsupportedSyntax(
            f"`{spelled(function)}` of a {type(found).__name__} cannot be differentiated yet."
        )


def _pulled(
    rule: Rule,
    names: list[str],
    position: int,
    y_bar: Any,
    y: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    spread: dict[int, Any],
) -> Any:
    """The cotangent of one argument, by calling the formula itself."""
    kinds = [p.kind for p in parameters(rule)]
    star = next(
        (k for k, kind in enumerate(kinds) if kind is inspect.Parameter.VAR_POSITIONAL), None
    )
    if star is not None and star <= position < len(args):
        if star not in spread:
            spread[star] = _formula(rule, star, y_bar, y, args, kwargs)
        return None if spread[star] is None else spread[star][position - star]
    if _formula_of(rule, position) is None and not isinstance(rule, NoDerivative):
        return Refusal(
            "A function that is known only when it runs has no derivative with respect to one of "
            "its arguments here. Call it by its name."
        )
    found = _formula(rule, position, y_bar, y, args, kwargs)
    if found is None or not isinstance(rule, Partials):
        return found
    return unbroadcast(found, args[position] if position < len(args) else kwargs[names[position]])


def _formula(
    rule: Rule, position: int, y_bar: Any, y: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    f = _formula_of(rule, position)
    if f is None:
        return None
    if isinstance(rule, Partials):
        return y_bar * f(y, *args, **kwargs)
    if isinstance(rule, Linear):
        return f(y_bar, *args, **kwargs)
    return f(y_bar, y, *args, **kwargs)


def _formula_of(rule: Rule, position: int) -> Any:
    match rule:
        case Partials(formulas) | Linear(formulas) | Vjp(formulas):
            return formulas[position] if position < len(formulas) else None
        case _:
            return None


def _by_source(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool
) -> tuple[Any, Pullback]:
    target = unwrap(function)
    call = call_of(target, args, kwargs)
    entry = entry_of(call.function, call.kinds, call.held, call.symbols)
    return pulled_back(call, entry, target, function, args, kwargs, keep)


def pulled_back(
    call: Call,
    entry: Entry,
    target: Target,
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    keep: bool,
) -> tuple[Any, Pullback]:
    """The value of a call by its compiled pair, and the way back to the callable and arguments."""
    out, saved = leaving(entry.forward, *call.values)
    spread = spreading(call, function, args, kwargs)
    gather = gathered(target, call, args, kwargs)
    return out, Back(entry, copied(saved) if keep else saved, spread, gather)


def entry_of(
    function: types.FunctionType, kinds: tuple[Type, ...], held: Clo | None, symbols: Symbols
) -> Entry:
    with LOCK:
        entries = versions(function, kinds, held)
        entry = find(entries, symbols)
        if entry is None:
            adapt = None if held is None else (lambda unit: with_captures(unit, held))
            entry = compile_split(function, kinds, symbols, adapt)
            entries[:] = [*(e for e in entries if e.guards.hold()), entry]
        return entry


def versions(function: types.FunctionType, kinds: Any, held: Clo | None) -> list[Entry]:
    """The versions made so far, to be added to; closures of one definition share theirs."""
    if held is not None:
        # The code is kept with its versions, so that its identity stays its own.
        key = id(function.__code__), id(function.__globals__), kinds
        found = _CLOSURES.setdefault(key, (function.__code__, []))[1]
        _CLOSURES.move_to_end(key)
        while len(_CLOSURES) > _MOST:
            _CLOSURES.popitem(last=False)
        return found
    by_kinds = _ENTRIES.setdefault(function, {})
    while len(by_kinds) > _MOST:
        del by_kinds[next(iter(by_kinds))]
    while len(_ENTRIES) > _MOST:
        del _ENTRIES[next(iter(_ENTRIES))]
    return by_kinds.setdefault(kinds, [])
