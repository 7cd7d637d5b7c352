"""Read the call of a function that brings its own derivative.

sigmoid(t=x)          Apply(sigmoid, (x,))           one operand for each parameter, in their order
layer.act(x)          Apply(Layer.act, (layer, x))   a gate that is a method

What the function does by itself is read too, as far as that can be: the type of its result, and
what it writes.
"""

from __future__ import annotations

import inspect
import types as pytypes
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from srcad import errors
from srcad.analysis.bind import expand
from srcad.analysis.operations import Apply, Dynamic, Inert, Invoke, Refused
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    FLOAT,
    AnyType,
    Array,
    Bottom,
    Dct,
    Lst,
    Obj,
    Scalar,
    Tup,
    Type,
    carries,
    dims_of,
    is_complex,
    is_scalar,
    join_all,
)
from srcad.rules.table import TABLE
from srcad.runtime.gates import Gate

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference, Inferred

Kwargs = tuple[tuple[str | None, ir.Expr], ...]
Found = tuple[Type, Any]
Call = Callable[[Any, tuple[ir.Expr, ...], Kwargs, "Inference"], Found]
Constant = Callable[[Any, str], ir.Expr]


def gate_call(
    gate: Gate,
    func: ir.Expr,
    args: tuple[ir.Expr, ...],
    kwargs: Kwargs,
    inference: Inference,
    invoke: Call,
    constant: Constant,
) -> Found:
    """The operation that a call of a gate is; `func` is the gate as the program has it."""
    expanded = expand(args, kwargs, inference)
    if expanded is None:
        return ANY, Dynamic(func, args, kwargs)
    given, named = expanded
    signature = gate.signature()
    if signature is not None:
        try:
            bound = signature.bind(*given, **dict(named))
        except TypeError:
            return ANY, Inert()  # Python raises its own when it runs
        mine = set(bound.arguments)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            if name not in mine and not _gathers(signature.parameters[name]):
                bound.arguments[name] = constant(value, name)
        given, named = bound.args, tuple(bound.kwargs.items())
    kinds = tuple(map(inference.expr, given))
    rule = TABLE.get(gate)
    kind: Type = ANY
    within: Invoke | None = None
    if gate.opaque:
        pass
    elif isinstance(gate.made_of, type):
        forward = gate.made_of.forward  # type: ignore[attr-defined]
        kind, within = read(forward, (instance(gate.made_of), *given), named, inference, invoke)
    else:
        kind, within = read(gate.primal, given, named, inference, invoke)
    return kind, Apply(gate, given, named, rule, kinds, within=within)


@lru_cache(maxsize=1024)
def instance(cls: type) -> ir.Expr:
    """The instance that a gate of a class makes, as the program would."""
    return ir.Call(ir.Ref(cls, cls.__name__), ())


def _gathers(p: inspect.Parameter) -> bool:
    return p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)


def read(
    function: Any,
    args: tuple[ir.Expr, ...],
    kwargs: Kwargs,
    inference: Inference,
    invoke: Call,
) -> tuple[Type, Invoke | None]:
    """The type of the result of a function with a rule, and the call that it would be without."""
    if not isinstance(function, pytypes.FunctionType):
        return ANY, None
    if str(function.__module__).split(".")[0] in ("numpy", "scipy"):
        return ANY, None
    kind, operation = invoke(function, args, kwargs, inference)
    if isinstance(operation, Refused) or not isinstance(operation, Invoke):
        return (kind if isinstance(kind, Bottom) else ANY), None
    return (ANY if isinstance(kind, AnyType) else kind), operation


def as_read(found: Found, within: tuple[Type, Invoke | None]) -> Found:
    """What is known of a call of a function with a rule, and what its source adds."""
    kind, operation = found
    if not isinstance(operation, Apply) or within[1] is None:
        return found
    better = within[0] if isinstance(kind, AnyType) else kind
    return better, replace(operation, within=within[1])


def result_type(facts: Inferred, function: Any, kinds: tuple[Type, ...]) -> Type | None:
    """The type of what a function of the user returns; None where it cannot be known."""
    if any(isinstance(k, Bottom) for k in kinds) or not isinstance(function, pytypes.FunctionType):
        return None
    found = called(facts, function, kinds)
    return None if found is None else found.result


def called(facts: Inferred, function: Any, kinds: tuple[Type, ...]) -> Inferred | None:
    """What is known of a function of the user when it gets arguments of these types."""
    code = function.__code__
    count = code.co_argcount
    if code.co_flags & inspect.CO_VARARGS and len(kinds) >= count:
        kinds = (*kinds[:count], Tup(kinds[count:]))
    try:
        unit = facts.session.program.unit(function)
        found: Inferred | None = None
        if len(unit.code.params) == len(kinds):
            found = facts.session.infer(unit, kinds)
    except errors.SrcadError:
        return None
    return found


def tangent_type(kind: Type) -> Type:
    """The type of a tangent: that of the value, but floats for integers, a dict for an object."""
    match kind:
        case Scalar(python) if python in (int, bool):
            return FLOAT
        case Tup(items, cls):
            return Tup(tuple(map(tangent_type, items)), cls)
        case Lst(items, element, cls):
            known = None if items is None else tuple(map(tangent_type, items))
            return Lst(known, tangent_type(element), cls)
        case Dct(items, element, cls) if items is not None:
            return _table(items, cls)
        case Obj(_, fields):
            return _table(fields, dict)
        case _:
            return kind if carries(kind) else ANY


def _table(items: tuple[tuple[Any, Type], ...], cls: type) -> Dct:
    found = tuple((name, tangent_type(t)) for name, t in items)
    return Dct(found, join_all([t for _, t in found]), cls)


def fits(kind: Type, bar: Type) -> bool:
    """Whether a cotangent of a type surely fits an argument of a type."""
    if is_complex(bar) and not is_complex(kind):
        return False
    if is_scalar(kind):
        return is_scalar(bar) and carries(bar)
    dims, got = dims_of(kind), dims_of(bar)
    arrays = isinstance(kind, Array) and isinstance(bar, Array) and carries(bar)
    return arrays and dims is not None and None not in dims and dims == got
