"""How often the statements of a body read and write each name.

x_bar += y * y       readings   y 1, x_bar 1     statements that read it
                     bindings   x_bar 1          statements that bind it
                     writings   x_bar 1          … or may write into the object it stands for
                     mentions   y 2              places where it stands

A statement is counted once, however many passes ask: it is frozen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from srcad.ir import nodes as ir
from srcad.optimise.writes import touched

Names = tuple[str, ...]
Tally = tuple[Names, Names, Names]


def readings(block: ir.Block) -> Counter[str]:
    """How many statements read each name."""
    return Counter(chain.from_iterable([(s._counted or _counted(s))[0] for s in block]))


def bindings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name; one more for those that have a value `before`."""
    return Counter(chain(before, *[(s._counted or _counted(s))[1] for s in block]))


def writings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name or may write into its object."""
    return Counter(chain(before, *[(s._counted or _counted(s))[2] for s in block]))


def _counted(stmt: ir.Stmt) -> Tally:
    """What a statement reads, binds and writes, its blocks included, each as often as it counts."""
    known: Tally | None = stmt._counted
    if known is not None:
        return known
    bound = ir.targets(stmt)
    found: Tally
    if type(stmt) in ir.COMPOUND:
        own = tuple(ir.statement_reads(stmt)), bound, bound
        columns = zip(own, *(_counted(s) for b in ir.blocks(stmt) for s in b), strict=True)
        found = tuple(tuple(chain.from_iterable(c)) for c in columns)  # type: ignore[assignment]
    else:
        inside = touched(stmt)
        written = (*bound, *inside.difference(bound)) if inside else bound
        found = tuple(ir.statement_reads(stmt)), bound, written
    stmt._counted = found  # type: ignore[misc]
    return found


def names_read(stmt: ir.Stmt) -> Names:
    """The names that a statement and those of its blocks read, each as often as it counts."""
    return (stmt._counted or _counted(stmt))[0]


def mentions(stmt: ir.Stmt, name: str) -> int:
    """How often the statement's own expressions mention a name; what is kept as written, twice."""
    count = 0
    for expr in ir.expressions(stmt):
        count += _mentions(expr, name)
    return count


def _mentions(expr: ir.Expr, name: str) -> int:
    if name not in ir.reads(expr):
        return 0
    if isinstance(expr, ir.Name):
        return 1
    if isinstance(expr, ir.Raw) or (isinstance(expr, ir.Closure) and name in expr.captures):
        return 2
    count = 0
    for part in ir.children(expr):
        count += _mentions(part, name)
    return count
