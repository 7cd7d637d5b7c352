"""Write out `*items` in the call of a method of a list or a dict: `table.update(*given)`.

table.update(*given)         given: a tuple of one       item = given[0]
                                                         table.update(item)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Dct, Lst, Tup

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def star_written_out(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The call with one argument for each item; None where nothing is to be written out."""
    match stmt:
        case ir.Assign(_, ir.Call(ir.Attr(ir.Name(owner)), args) as call) | ir.Effect(
            ir.Call(ir.Attr(ir.Name(owner)), args) as call
        ) if any(isinstance(a, ir.Star) for a in args):
            kind = inference.types.get(owner)
        case _:
            return None
    if not isinstance(kind, Lst | Dct):
        return None
    writer = Writer(stmt, inference)
    given: list[ir.Expr] = []
    for arg in args:
        if not isinstance(arg, ir.Star):
            given.append(arg)
            continue
        held = inference.expr(arg.value)
        items = held.items if isinstance(held, Tup | Lst) else None
        if items is None:
            return None
        for k in range(len(items)):
            given.append(writer.let("item", ir.Item(arg.value, ir.Const(k))))
    return (*writer.block, replace(stmt, value=replace(call, args=tuple(given))))
