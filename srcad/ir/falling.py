"""Whether a block may run to its end: `raise`, `return` and `while True` do not go on."""

from __future__ import annotations

from srcad.ir import nodes as ir


def falls(block: ir.Block) -> bool:
    """Whether control may reach the end of the block."""
    return all(_passes(stmt) for stmt in block)


def _passes(stmt: ir.Stmt) -> bool:
    if isinstance(stmt, ir.Assign):
        return True
    match stmt:
        case ir.Return() | ir.Break() | ir.Continue() | ir.Raise():
            return False
        case ir.If(_, then, orelse):
            return falls(then) or falls(orelse)
        case ir.While(ir.Const(True), body):
            return _has_break(body)
        case ir.With(_, body):
            return falls(body)  # what may discard an exception stands in a `try`
        case ir.Try(body, handlers, orelse, final):
            if not falls(final):
                return False
            return (falls(body) and falls(orelse)) or any(falls(h.body) for h in handlers)
        case _:
            return True


def _has_break(block: ir.Block) -> bool:
    for stmt in block:
        if isinstance(stmt, ir.Break):
            return True
        if not isinstance(stmt, ir.For | ir.While) and any(map(_has_break, ir.blocks(stmt))):
            return True
    return False
