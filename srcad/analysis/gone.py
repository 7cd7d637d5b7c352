"""Take out `del x` of variables that are bound anew before they are read again.

    y = 2 * x                        y = 2 * x
    t = t + y                  →     t = t + y
    del y                            y = t * t
    y = t * t

A read that may come after it would raise, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srcad.analysis.liveness import liveness
from srcad.frontend.leaving import gone_name
from srcad.ir import nodes as ir


def read_when_gone(function: ir.Function) -> tuple[str, ir.Loc | None] | None:
    """A variable that may be read after its `del`, and where that stands."""
    marks = [*_marks(function.body, frozenset())]
    if not marks:
        return None
    after = liveness(function.body, frozenset({function.result})).after
    for mark, caught in marks:
        name = gone_name(mark)
        if name in after[id(mark)] | caught:
            return name, getattr(mark, "at", None)
    return None


def _marks(block: ir.Block, caught: frozenset[str]) -> Iterator[tuple[ir.Stmt, frozenset[str]]]:
    """The marks, and what is read where an exception of their block is caught."""
    for stmt in block:
        if gone_name(stmt):
            yield stmt, caught
        inner = caught
        if isinstance(stmt, ir.Try):
            behind = (*(s for h in stmt.handlers for s in h.body), *stmt.final)
            inner = caught.union(*map(ir.all_reads, behind))
        for part in ir.blocks(stmt):
            yield from _marks(part, inner)


def without_dels(function: ir.Function) -> ir.Function:
    """The function without the marks for `del x`."""
    if not any(map(gone_name, ir.walk(function.body))):
        return function
    return replace(function, body=_without(function.body))


def _without(block: ir.Block) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        if gone_name(stmt):
            continue
        inner = tuple(map(_without, ir.blocks(stmt)))
        out.append(ir.with_blocks(stmt, inner) if inner else stmt)
    return tuple(out)
