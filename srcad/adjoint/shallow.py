"""Tell of what the backward part reads the contents, and of what only which objects it holds.

for k in reversed(range(len(net))):      `net` must hold the same layers as before;
    layer = net[k]                       what these hold is asked where `layer` is read
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import getattr_static

from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Dct, Lst, Obj, Tup, Type
from srcad.runtime.objects import instance

Types = Mapping[str, Type]


def deep_reads(block: ir.Block, types: Types) -> frozenset[str]:
    """The variables of which what they hold may be read, too."""
    found: set[str] = set()
    for stmt in ir.walk(block):
        deep = _deep if any(map(_asks, ir.computed(stmt))) else ir.reads
        for expr in ir.expressions(stmt):
            binds = isinstance(stmt, ir.Assign) or (
                isinstance(stmt, ir.For) and expr is stmt.iterable
            )
            for part in _parts_read(expr, types) if binds else (expr,):
                found.update(deep(part))
    return frozenset(found)


def _parts_read(expr: ir.Expr, types: Types) -> tuple[ir.Expr, ...]:
    """What an expression reads otherwise than by taking an item out of its container."""
    if not isinstance(expr, (ir.Item, ir.Attr, ir.Call)):
        return (expr,)
    match expr:
        case ir.Item(ir.Name(owner), index) if isinstance(types.get(owner), Lst | Tup | Dct):
            return (index,)
        case ir.Attr(ir.Name(owner), name) if _stored(types.get(owner, ANY), name):
            return ()
        case ir.Call(ir.Ref(function), (ir.Name(), *_)) if function is instance:
            return ()
        case _:
            return (expr,)


def _stored(kind: Type, name: str) -> bool:
    """Whether an attribute is no more than that."""
    if not isinstance(kind, Obj) or name not in dict(kind.fields):
        return False
    return not hasattr(type(getattr_static(kind.cls, name, None)), "__get__")


def _asks(expr: ir.Expr) -> bool:
    """Whether it only asks how long an object is, or of which class."""
    if type(expr) is not ir.Call or type(expr.func) is not ir.Ref:
        return False
    function, plain = expr.func.value, len(expr.args) == 1 and not expr.kwargs
    return plain and type(expr.args[0]) is ir.Name and (function is len or function is type)


def _deep(expr: ir.Expr) -> Iterator[str]:
    if isinstance(expr, ir.Name | ir.Raw | ir.Closure):
        yield from ir.reads(expr)
    elif not _asks(expr):
        for child in ir.children(expr):
            yield from _deep(child)
