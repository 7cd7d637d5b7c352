"""Refuse to read a number out of text that an active value was written into.

    print(f"loss {x}")         fine: text goes out of the program
    y = float(repr(x))         refused: the number is x, and its derivative would be lost

Bytes are text too: np.frombuffer(x.tobytes()).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np

from srcad import errors
from srcad.analysis.activity import Active
from srcad.analysis.effects import written_params
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Append, Apply, Copy, Element, Invoke, Make, Part, Same
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Dct, Lst, Scalar, Tup, Type
from srcad.rules.spelling import spelled
from srcad.runtime.methods import METHODS

PARSERS = {
    float, complex, float.fromhex, np.float64, np.float32, np.complex128, np.frombuffer,
    np.fromstring, np.loadtxt, np.genfromtxt, ast.literal_eval, json.loads, METHODS["astype"],
}  # fmt: skip
ARRAYS = {np.array, np.asarray}
CHOOSING = Part | Element | Same | Copy | Make  # hand on what is there, and write no text


def read_back(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """Where numbers are read out of such text."""
    written = _written(inferred, body, active)
    if not written:
        return
    for stmt in ir.walk(body):
        if not isinstance(stmt, ir.Assign) or not ir.reads(stmt.value) & written:
            continue
        function = _called(stmt.value, inferred)
        if function in PARSERS:
            message = (
                f"`{spelled(function)}` reads a number out of text that a value with a "
                "derivative was written into, where the derivative ends. Use the value itself, or "
                "wrap it in srcad.stop_gradient(...)."
            )
            yield stmt.at, errors.UnsupportedSyntax(message, inferred.unit.place(stmt.at))


def _called(value: ir.Expr, inferred: Inferred) -> Any:
    """The function that an expression calls, where it is known and can be looked up."""
    match inferred.operations.get(id(value)):
        case Apply(function):
            return function if isinstance(function, Hashable) else None
        case Invoke(unit):
            return unit.source.function
        case _:
            return None


def _written(inferred: Inferred, body: ir.Block, active: Active) -> frozenset[str]:
    """The variables that hold text which active values were written into."""
    found: set[str] = set()
    if not any(map(_text, inferred.types.values())):
        return frozenset()
    while True:
        before = len(found)
        for stmt in ir.walk(body):
            for name, value in _bindings(stmt, inferred):
                kind = inferred.types.get(name, ANY)
                holds = (
                    isinstance(kind, AnyType) or _text(kind) or _called(value, inferred) in ARRAYS
                )
                written = _text(kind) and _writes(value, inferred, active)
                if written or (holds and ir.reads(value) & found):
                    found.add(name)
        if len(found) == before:
            return frozenset(found)


def _bindings(stmt: ir.Stmt, inferred: Inferred) -> Iterator[tuple[str, ir.Expr]]:
    """The variables that a statement changes, with what goes into them."""
    match stmt:
        case ir.Assign(target, value):
            yield target, value
            yield from _filled(value, inferred)
        case ir.Unpack(names, value):
            yield from ((name, value) for name in names)
        case ir.For(target, iterable):
            yield from ((name, iterable) for name in ir.leaves(target))
        case ir.Store(target, value):
            yield from ((name, value) for name in ir.reads(target.obj))
        case ir.Effect(value):
            operation = inferred.operations.get(id(value))
            if isinstance(operation, Append):
                yield operation.owner, operation.value
            yield from _filled(value, inferred)
        case _:
            pass


def _filled(value: ir.Expr, inferred: Inferred) -> Iterator[tuple[str, ir.Expr]]:
    """The containers that a called function may put what it was given into."""
    operation = inferred.operations.get(id(value))
    if isinstance(operation, Invoke):
        hits = written_params(inferred, operation.unit, operation.params)
        for arg, hit in zip(operation.args, hits, strict=True):
            if hit is not None:
                yield from ((name, value) for name in ir.reads(arg))


def _writes(value: ir.Expr, inferred: Inferred, active: Active) -> bool:
    """Whether the expression writes an active value as text."""
    if isinstance(value, ir.Name | ir.Choice | ir.Logic | ir.Sequence | ir.Mapping):
        return False
    operation = inferred.operations.get(id(value))
    if isinstance(operation, CHOOSING):
        return False
    given = operation.args if isinstance(operation, Invoke) else (value,)
    return any(ir.reads(expr) & active for expr in given)


def _text(kind: Type) -> bool:
    """Whether a value of the type is, or holds, text or bytes."""
    if isinstance(kind, Array):
        return kind.dtype.startswith(("str", "bytes"))
    match kind:
        case Scalar():
            return kind.kind in (str, bytes)
        case Lst(_, element) | Dct(_, element):
            return _text(element)
        case Tup(items):
            return any(map(_text, items))
        case _:
            return False
