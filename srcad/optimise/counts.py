"""How often the statements of a body read and write each name.

x_bar += y * y       mentions   y 2, x_bar 1     every place where a name stands
                     readings   y 1, x_bar 1     statements that read it
                     bindings   x_bar 1          statements that bind it
                     writings   x_bar 1          … or may write into the object it stands for

A statement is counted once, however many passes ask: it is frozen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from srcad.ir import nodes as ir
from srcad.optimise.writes import written_by

Names = tuple[str, ...]
Tally = tuple[Names, Names, Names]


def mentions(block: ir.Block) -> Counter[str]:
    """How often each name is mentioned; code that is kept as written counts twice."""
    return Counter(chain.from_iterable(map(_mentioned, block)))


def readings(block: ir.Block) -> Counter[str]:
    """How many statements read each name."""
    return Counter(chain.from_iterable([_counted(s)[0] for s in block]))


def bindings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name; one more for those that have a value `before`."""
    return Counter(chain(before, *[_counted(s)[1] for s in block]))


def writings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name or may write into its object."""
    return Counter(chain(before, *[_counted(s)[2] for s in block]))


def _counted(stmt: ir.Stmt) -> Tally:
    """What a statement reads, binds and writes, its blocks included, each as often as it counts."""
    try:
        return stmt._counted  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    bound = ir.targets(stmt)
    found: Tally
    if type(stmt) in ir.COMPOUND:
        own = tuple(ir.statement_reads(stmt)), bound, bound
        columns = zip(own, *(_counted(s) for b in ir.blocks(stmt) for s in b), strict=True)
        found = tuple(tuple(chain.from_iterable(c)) for c in columns)  # type: ignore[assignment]
    else:
        found = tuple(ir.statement_reads(stmt)), bound, tuple(written_by(stmt))
    object.__setattr__(stmt, "_counted", found)
    return found


def _mentioned(stmt: ir.Stmt) -> Names:
    try:
        return stmt._mentions  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    found = sum(map(_names, ir.expressions(stmt)), ())
    if isinstance(stmt, ir.AddTo | ir.AddAt):
        found += (stmt.target,)
    if type(stmt) in ir.COMPOUND:
        found += tuple(n for b in ir.blocks(stmt) for s in b for n in _mentioned(s))
    object.__setattr__(stmt, "_mentions", found)
    return found


def _names(expr: ir.Expr) -> Names:
    """The names in an expression, each as often as it stands there."""
    kind = type(expr)
    if kind is ir.Name:
        return (expr.id,)  # type: ignore[union-attr]
    if kind is ir.Const or kind is ir.Ref:
        return ()
    try:
        return expr._mentions  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    if isinstance(expr, ir.Binary):
        found = _names(expr.left) + _names(expr.right)
    elif isinstance(expr, ir.Raw):
        found = 2 * tuple(expr.reads)
    else:
        found = sum(map(_names, ir.children(expr)), ())
        if isinstance(expr, ir.Closure):
            found += 2 * expr.captures
    object.__setattr__(expr, "_mentions", found)
    return found
