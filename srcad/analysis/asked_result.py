"""Differentiate the part of a result that somebody asks a cotangent of.

    return loss, grads          result_asked = loss, None
                          →     result = loss, grads

Where only the first item is asked for, `result` carries no derivative then, nor does what it holds.
"""

from __future__ import annotations

from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import NONE, Tup

Positions = frozenset[int]


def with_asked_result(
    facts: Inferred, body: ir.Block, names: Names, used: Positions | None
) -> tuple[ir.Block, str]:
    """The body, and the variable that stands for the result: where it is a display, not itself."""
    result = facts.unit.code.result
    kind = facts.types.get(result)
    if used is None or not isinstance(kind, Tup) or not _only_shown(facts, body, result):
        return body, result
    asked = names.fresh(f"{result}_asked")
    kinds = (t if k in used else NONE for k, t in enumerate(kind.items))
    facts.types[asked] = Tup(tuple(kinds), kind.cls)
    return _block(body, result, asked, used), asked


def _only_shown(facts: Inferred, body: ir.Block, result: str) -> bool:
    """Whether the result is always a display, and nobody reads it; a parameter is not."""
    if any(param.name == result for param in facts.unit.code.params):
        return False
    return not any(
        result in ir.statement_reads(stmt)
        or (result in ir.targets(stmt) and _display(stmt) is None)
        for stmt in ir.walk(body)
    )


def _display(stmt: ir.Stmt) -> ir.Sequence | None:
    match stmt:
        case ir.Assign(_, ir.Sequence("tuple", items) as display):
            return None if any(isinstance(i, ir.Star) for i in items) else display
        case _:
            return None


def _block(block: ir.Block, result: str, asked: str, used: Positions) -> ir.Block:
    new: list[ir.Stmt] = []
    for stmt in block:
        inner = ir.blocks(stmt)
        if inner:
            parts = tuple(_block(b, result, asked, used) for b in inner)
            new.append(ir.with_blocks(stmt, parts))
            continue
        display = _display(stmt) if result in ir.targets(stmt) else None
        if display is not None:
            items = (i if k in used else ir.Const(None) for k, i in enumerate(display.items))
            at = getattr(stmt, "at", None)
            new.append(ir.Assign(asked, ir.Sequence("tuple", tuple(items)), at))
        new.append(stmt)
    return tuple(new)
