"""Write out what reading a cached property does.

    y = model.norm                 if not_kept(model, "norm"):
                             →         value = norm(model)
                                       model.norm = value
                                   y = model.norm

In a test too, where nothing before it can change what the property reads:

    if model.norm > 1:       →     asked = model.norm    (written out)
                                   if asked > 1:

What cannot be written out is refused where it would be kept with a derivative (`implicit`).
"""

from __future__ import annotations

import functools
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Obj
from srcad.runtime.objects import not_kept

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

NOT_KEPT = ir.Ref(not_kept, "not_kept")


def cached(kind: Any, name: str) -> pytypes.FunctionType | None:
    """The function of a cached property of an object's class."""
    found = inspect.getattr_static(kind.cls, name, None) if isinstance(kind, Obj) else None
    function = found.func if type(found) is functools.cached_property else None
    return function if isinstance(function, pytypes.FunctionType) else None


def kept_property(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of one that reads a cached property; None of others."""
    if not inference.objects or id(stmt) in inference.facts.kept:
        return None
    match stmt:
        case ir.Assign(_, ir.Attr(ir.Name(owner), name) as value):
            function = cached(inference.types.get(owner), name)
            return None if function is None else _written(stmt, value, function, inference)
        case ir.If(test) | ir.Assert(test) | ir.Assign(_, test):
            return _asked_first(stmt, test, inference)
        case _:
            return None


def _written(
    stmt: ir.Assign, read: ir.Attr, function: pytypes.FunctionType, inference: Inference
) -> ir.Block:
    facts, at = inference.facts, stmt.at
    written = facts.overloads.get(id(stmt))
    if written is not None:
        return written
    inference.session.program.attribute(inference.types[read.obj.id].cls, read.name)  # type: ignore[union-attr]
    writer = Writer(stmt, inference)
    asked, value = writer.fresh("asked", "asked"), writer.fresh(read.name, "value")
    last = ir.Assign(stmt.target, ir.Attr(read.obj, read.name), at)
    facts.kept[id(last)] = last
    made = (
        ir.Assign(value, ir.Call(ir.Ref(function, function.__name__), (read.obj,)), at),
        ir.Store(ir.Attr(read.obj, read.name), ir.Name(value), at),
    )
    test = ir.Call(NOT_KEPT, (read.obj, ir.Const(read.name)))
    return (ir.Assign(asked, test, at), ir.If(ir.Name(asked), made, (), at), last)


def _asked_first(
    stmt: ir.If | ir.Assert | ir.Assign, whole: ir.Expr, inference: Inference
) -> ir.Block | None:
    if isinstance(whole, (ir.Name, ir.Call, ir.Const, ir.Attr)):
        return None
    reads = list(_unconditional(whole, inference))
    if not reads or _calls(whole):
        return None
    writer = Writer(stmt, inference)
    names = {read: writer.fresh("asked", read) for read in dict.fromkeys(reads)}
    first = tuple(ir.Assign(name, read, stmt.at) for read, name in names.items())

    def change(expr: ir.Expr) -> ir.Expr:
        if isinstance(expr, ir.Attr) and expr in names:
            return ir.Name(names[expr])
        return ir.rebuild(expr, change)

    new = ir.map_expressions(stmt, change)
    inference.facts.kept[id(new)] = new
    return (*first, new)


def _unconditional(expr: ir.Expr, inference: Inference) -> Any:
    """The cached properties that are read whenever the expression is computed."""
    match expr:
        case ir.Attr(ir.Name(owner), name) if cached(inference.types.get(owner), name):
            yield expr
        case ir.Logic(_, items):
            yield from _unconditional(items[0], inference)
        case ir.Choice(test):
            yield from _unconditional(test, inference)
        case ir.Compare(left, _, rights):
            yield from _unconditional(left, inference)
            yield from _unconditional(rights[0], inference)
        case ir.Raw() | ir.Closure():
            pass
        case _:
            for part in ir.children(expr):
                yield from _unconditional(part, inference)


def _calls(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Call) or any(map(_calls, ir.children(expr)))
