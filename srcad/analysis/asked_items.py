"""Put what methods of objects hand out into a variable, before a loop runs over it.

    for name, w in model.items():      items = model.items()
        s += w                    →    for name, w in items:
                                           s += w

Of dicts loops know themselves what `items`, `keys` and `values` hand out; a class may have methods
of these names that do anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Obj

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def asked_first(stmt: ir.For, inference: Inference) -> ir.Block | None:
    """The statements in place of such a loop; None of others."""
    if not isinstance(stmt.iterable, ir.Call):
        return None
    writer = Writer(stmt, inference)
    asked: list[ir.Stmt] = []

    def named(expr: ir.Expr) -> ir.Expr:
        match expr:
            case ir.Call(ir.Attr(ir.Name(owner), name)) if _of_class(owner, inference):
                new = writer.fresh(name, (name, len(asked)))
                asked.append(ir.Assign(new, expr, stmt.at))
                return ir.Name(new)
            case ir.Call(ir.Name("zip" | "enumerate" | "reversed")):
                return ir.rebuild(expr, named)
            case _:
                return expr

    over = named(stmt.iterable)
    return (*asked, replace(stmt, iterable=over)) if asked else None


def _of_class(owner: str, inference: Inference) -> bool:
    kind = inference.types.get(owner)
    return isinstance(kind, Obj | AnyType)
