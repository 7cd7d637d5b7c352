"""Find where the backward part of a body begins."""

from __future__ import annotations

from srcad.ir import nodes as ir


def begins_backward(stmt: ir.Stmt) -> bool:
    """Whether the statement is the note between the forward and the backward part."""
    return type(stmt) is ir.Note and stmt.text == "backward"


def halves(body: ir.Block) -> tuple[ir.Block, ir.Block]:
    """The forward part, and the backward part with its note."""
    start = backward_start(body)
    return (body, ()) if start is None else (body[:start], body[start:])


def backward_start(body: ir.Block) -> int | None:
    """The place of that note, if there is one."""
    kinds = [*map(type, body)]
    for _ in range(kinds.count(ir.Note)):
        k = kinds.index(ir.Note)
        if begins_backward(body[k]):
            return k
        kinds[k] = object
    return None
