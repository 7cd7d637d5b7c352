"""Find out whether a function that only the running program knows writes into what it gets.

k.sort                 a method written in C: its name tells
np.add, out=k          NumPy's functions say so themselves
def f(k): k *= 2       the function is read, for arguments of these types
"""

from __future__ import annotations

import functools
import inspect
import types
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import errors
from srcad.analysis.derivatives import of_the_compiler
from srcad.analysis.effects import aliases, written_params
from srcad.analysis.hidden import WRITING
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, Invoke
from srcad.analysis.resolve import with_captures
from srcad.analysis.session import Session
from srcad.called import call_of, captures, capturing
from srcad.compile import LOCK
from srcad.dynamic import with_rule, writes_out
from srcad.frontend.source import unwrap
from srcad.guards import Guards
from srcad.ir import nodes as ir
from srcad.ir.types import Symbols, mutable
from srcad.pipeline import Compilation
from srcad.rules.mutable import MOVES, PUTS
from srcad.rules.writes import unknown, written_arguments
from srcad.runtime.by_code import attributes
from srcad.runtime.gates import Gate

Found = tuple[str, errors.Place | None] | None  # what is written, and where the function stands
METHODS = WRITING | PUTS.keys() | MOVES | {"add", "discard", "__delitem__", "__iadd__", "sort"}
_CONTAINERS: Any = list | dict | set | deque | bytearray
_FOUND: OrderedDict[Any, _Known] = OrderedDict()
_DERIVATIVES = (
    "srcad.inside",
    "srcad.runtime.calls",
    "srcad.runtime.again",
)  # what they call is differentiated there
_MOST = 256


def look(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise an error if the call writes where the backward part reads."""
    found = written(function, args, kwargs)
    if found is None:
        return
    name = getattr(function, "__name__", type(function).__name__)
    raise errors.UnsupportedMutation(
        f"`{name}` is known only when it runs, and {found[0]}, which the backward part may still "
        "need. Call it by its name, or give it a copy.",
        found[1],
    )


def written(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Found:
    """What the call writes into; None where it writes into nothing that it is given."""
    if isinstance(function, functools.partial):
        return written(function.func, (*function.args, *args), {**function.keywords, **kwargs})
    owner = getattr(function, "__self__", None)
    harmless = writes_out(owner) or isinstance(function, Gate)
    if harmless or of_the_compiler(function) or of_the_compiler(type(function)):
        return None
    if _in_c(function):
        return _by_name(function, owner, args, kwargs)
    if isinstance(function, type):
        return _of_class(function, args, kwargs)
    other, rule = with_rule(function)
    if rule is not None:
        return None
    return _by_source(other, args, kwargs)


def _in_c(function: Any) -> bool:
    if isinstance(function, np.ufunc):
        return True
    plain = getattr(function, "__func__", function)
    return inspect.isroutine(plain) and not isinstance(plain, types.FunctionType)


def _by_name(function: Any, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Found:
    """Of functions and methods written in C."""
    name = function.__name__
    of_object = owner is not None and not isinstance(owner, types.ModuleType | type | np.ufunc)
    if of_object and isinstance(owner, np.ndarray | np.generic | _CONTAINERS):
        if name in METHODS or kwargs.get("out") is not None:
            return f"writes into a {type(owner).__name__}", None
        return None
    if of_object and isinstance(owner, str | bytes | int | float | complex | tuple | range):
        return None
    if isinstance(function, types.MethodDescriptorType):
        writes = name in METHODS and args
        return (f"writes into a {type(args[0]).__name__}", None) if writes else None
    given: dict[Any, Any] = {**dict(enumerate(args)), **kwargs}
    drawing = isinstance(owner, np.random.Generator | np.random.RandomState)
    if drawing and name != "shuffle":
        hit: Any = ("out",) if kwargs.get("out") is not None else ()
    elif of_object and unknown(function):
        hit = tuple(given)
    else:
        hit = written_arguments(function, len(args), kwargs)
    found = [given[k] for k in hit if k in given and _writable(given[k])]
    return (f"may write into a {type(found[0]).__name__}", None) if found else None


def _writable(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_writable, value))
    return isinstance(value, np.ndarray | _CONTAINERS) or bool(attributes(value))


def _of_class(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Found:
    """Of a class: what its `__init__` does with what it is given."""
    init = inspect.getattr_static(cls, "__init__", None)
    if not isinstance(init, types.FunctionType) or init.__code__.co_filename.startswith("<"):
        return None  # of a dataclass, or written in C

    def make(*args: Any, **kwargs: Any) -> Any:
        return cls(*args, **kwargs)

    return _by_source(make, args, kwargs)


def _by_source(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Found:
    """Of what is written in Python: what it writes, for arguments of these types."""
    try:
        target = unwrap(function)
        call = call_of(target, args, kwargs)
        held = capturing(call.function, call.symbols)
    except errors.SrcadError:
        return "cannot be read", None
    kinds = call.kinds[: len(call.bound.arguments)]
    if held is not None:
        kinds = (*kinds, held)
    code = call.function.__code__
    key = id(code), kinds, tuple(captures(call.function, Symbols()))
    with LOCK:
        known = _FOUND.get(key)
        if known is None or not known.guards.hold():
            known = _FOUND[key] = _read(call.function, kinds, held, call.symbols)
        _FOUND.move_to_end(key)
        while len(_FOUND) > _MOST:
            _FOUND.popitem(last=False)
        return known.found


@dataclass(frozen=True)
class _Known:
    """What was found out about a function, as long as what it calls is the same."""

    found: Found
    guards: Guards
    code: Any  # the key has its identity


def _read(function: Any, kinds: Any, held: Any, symbols: Symbols) -> _Known:
    work = Compilation(symbols)
    try:
        found = _written(work.session, function, kinds, held)
    except errors.SrcadError:
        found = "cannot be read", None
    finally:
        work.session.forget()
    units = work.program.units.values()
    used: list[tuple[Any, frozenset[str]]] = [
        (u.function, u.code.taken - u.code.locals) for u in units
    ]
    guards = Guards.of(work.program.guards.values(), used, {})
    return _Known(found, guards, function.__code__)


def _written(session: Session, function: Any, kinds: Any, held: Any) -> Found:
    unit = session.program.unit(function)
    if held is not None:
        unit = with_captures(unit, held)
    facts = session.infer(unit, kinds)
    found = written_params(facts, unit, kinds)
    further = frozenset[str]() if function.__module__ in _DERIVATIVES else given_on(facts)
    for param, kind, write in zip(unit.code.params, kinds, found, strict=True):
        if write is not None and mutable(kind):
            captured = held is not None and param is unit.code.params[-1]
            what = "what it captured" if captured else f"`{param.name}`"
            return f"writes into {what}", unit.place(None)
        if param.name in further and mutable(kind):
            return f"gives `{param.name}` to another such function", unit.place(None)
    return None


def given_on(facts: Inferred) -> frozenset[str]:
    """The parameters that a function gives to what is known only when it runs, by others too."""
    if "given on" in facts.memory:
        known: frozenset[str] = facts.memory["given on"]
        return known
    facts.memory["given on"] = frozenset()  # of functions that call each other, one finds it
    points = aliases(facts, facts.running)
    names: set[str] = set()
    for stmt in ir.walk(facts.running):
        for expr in ir.computed(stmt):
            match facts.operations.get(id(expr)):
                case Dynamic():
                    names |= ir.reads(expr)
                case Invoke(unit, args, params):
                    inner = given_on(facts.session.infer(unit, params))
                    pairs = zip(unit.code.params, args, strict=True)
                    names |= frozenset().union(*(ir.reads(a) for p, a in pairs if p.name in inner))
                case _:
                    pass
    found = (points.params_in(n) for n in names if n in facts.types)
    facts.memory["given on"] = frozenset().union(*found)
    return facts.memory["given on"]  # type: ignore[no-any-return]
