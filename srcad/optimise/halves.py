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
    if ir.Note not in map(type, body):
        return None
    return next((k for k, stmt in enumerate(body) if begins_backward(stmt)), None)
