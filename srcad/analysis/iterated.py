"""Loop over what an object hands out for its items, where its class says so in a line.

    class Bag:
        def __iter__(self):
            return iter(self.items)      for t in bag: …     →     items = bag.items
                                                                   for t in items: …

The same for a generator that yields the items of an attribute one by one.
"""

from __future__ import annotations

import ast
import inspect
import types as pytypes
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import errors
from srcad.frontend.source import find
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import Obj

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred


def over_items(stmt: ir.For, facts: Inferred) -> ir.Block | None:
    """The loop over the attributes that hold the items; None of everything else."""
    whole = stmt.iterable
    given = whole.args if isinstance(whole, ir.Call) else (whole,)  # `zip(bag, xs)`
    found = {e.id: a for e in given if isinstance(e, ir.Name) if (a := _held(facts, e.id))}
    if not found:
        return None
    names = Names(facts.taken)
    first: list[ir.Stmt] = []
    items: dict[str, ir.Expr] = {}
    for owner, attribute in found.items():
        new = names.fresh(attribute)
        items[owner] = ir.Name(new)
        first.append(ir.Assign(new, ir.Attr(ir.Name(owner), attribute), stmt.at))
    return (*first, replace(stmt, iterable=ir.substitute(whole, items)))


def _held(facts: Inferred, name: str) -> str | None:
    """The attribute of a variable's object that holds the items."""
    kind = facts.types.get(name)
    attribute = items_of(kind.cls) if isinstance(kind, Obj) else None
    return attribute if isinstance(kind, Obj) and attribute in dict(kind.fields) else None


def items_of(cls: type) -> str | None:
    """The attribute that `__iter__` hands out the items of."""
    function = inspect.getattr_static(cls, "__iter__", None)
    if not isinstance(function, pytypes.FunctionType):
        return None
    try:
        node = find(function).node
    except errors.SrcadError:
        return None
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or len(node.args.args) != 1:
        return None
    body = [s for s in node.body if not _is_text(s)]
    owner = node.args.args[0].arg
    match body:
        case [ast.Return(ast.Call(func=ast.Name(id="iter"), args=[found], keywords=[]))]:
            pass
        case [ast.Expr(ast.YieldFrom(found))]:
            pass
        case [
            ast.For(
                target=ast.Name(id=item),
                iter=found,
                body=[ast.Expr(ast.Yield(ast.Name(id=given)))],
                orelse=[],
            )
        ] if item == given:
            pass
        case _:
            return None
    match found:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == owner:
            return attribute
        case _:
            return None


def _is_text(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Constant)
