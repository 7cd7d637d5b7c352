"""Tell where the statements of a body stand, and how a later one may meet an earlier one.

for i in range(n):
    a = u[i]           the store may run after it in the same iteration, i the same,
    u[i + 1] = a       or in a later one, i greater
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srcad.analysis.regions import Counters, IsInt, Moves
from srcad.ir import nodes as ir


@dataclass(frozen=True)
class Spot:
    """One statement: its place in the text, the loops around, and what is known of counters."""

    order: int
    loops: tuple[ir.For | ir.While, ...]
    known: Counters
    stmt: ir.Stmt


def spots(body: ir.Block) -> list[Spot]:
    """Every statement of the body, nested ones included."""
    return list(_spots(body, (), Counters(), [0]))


def _spots(
    block: ir.Block, loops: tuple[ir.For | ir.While, ...], known: Counters, count: list[int]
) -> Iterator[Spot]:
    for stmt in block:
        count[0] += 1
        yield Spot(count[0], loops, known, stmt)
        around, inner = loops, known
        if isinstance(stmt, (ir.For, ir.While)):
            around, inner = (*loops, stmt), known.loop(stmt)
        for part in ir.blocks(stmt):
            yield from _spots(part, around, inner, count)


def meetings(first: Spot, second: Spot) -> Iterator[Moves]:
    """The ways in which the second may run after the first: how counters compare then."""
    steps = first.known.steps
    same: dict[str, int] = {}
    for one, other in zip(first.loops, second.loops, strict=False):
        if one is not other:
            break
        counter = one.target if isinstance(one, ir.For) and isinstance(one.target, str) else ""
        yield {**same, counter: steps[counter]} if counter in steps else dict(same)
        if counter in steps:
            same[counter] = 0
    if second.order > first.order:
        yield same


def meet(first: Spot, index: ir.Expr, second: Spot, other: ir.Expr | None, is_int: IsInt) -> bool:
    """Whether the second statement may later meet what the first finds at the index.

    other: the index at the second; None for all of the array.
    """
    ways = list(meetings(first, second))
    if not ways or other is None:
        return bool(ways)
    a, b = first.known.spans(index, is_int), second.known.spans(other, is_int)
    return not all(first.known.apart(a, b, moves, second.known) for moves in ways)
