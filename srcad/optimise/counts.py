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
Tally = tuple[Names, Names, Names, Names]


def mentions(block: ir.Block) -> Counter[str]:
    """How often each name is mentioned; code that is kept as written counts twice."""
    return Counter(chain.from_iterable(t[0] for t in map(_counted, block)))


def readings(block: ir.Block) -> Counter[str]:
    """How many statements read each name."""
    return Counter(chain.from_iterable(t[1] for t in map(_counted, block)))


def bindings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name; one more for those that have a value `before`."""
    return Counter(chain(before, chain.from_iterable(t[2] for t in map(_counted, block))))


def writings(block: ir.Block, before: Iterable[str] = ()) -> Counter[str]:
    """How many statements bind each name or may write into its object."""
    return Counter(chain(before, chain.from_iterable(t[3] for t in map(_counted, block))))


def _counted(stmt: ir.Stmt) -> Tally:
    """The names of one statement, those of its blocks included, each as often as it counts."""
    try:
        return stmt._counted  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    own: list[Names] = [_names(e) for e in ir.expressions(stmt)]
    if isinstance(stmt, ir.AddTo | ir.AddAt):
        own.append((stmt.target,))
    bound = ir.targets(stmt)
    inner = ir.blocks(stmt)
    found: Tally = (
        sum(own, ()),
        tuple(ir.statement_reads(stmt)),
        bound,
        bound if inner else tuple(written_by(stmt)),
    )
    if inner:
        parts = [found, *(_counted(s) for b in inner for s in b)]
        columns = zip(*parts, strict=True)
        found = tuple(tuple(chain.from_iterable(c)) for c in columns)  # type: ignore[assignment]
    object.__setattr__(stmt, "_counted", found)
    return found


def _names(expr: ir.Expr) -> Names:
    """The names in an expression, each as often as it stands there."""
    try:
        return expr._mentions  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    kind = type(expr)
    if kind is ir.Name:
        found: Names = (expr.id,)  # type: ignore[union-attr]
    elif kind is ir.Const or kind is ir.Ref:
        found = ()
    else:
        found = sum(map(_names, ir.children(expr)), ())
        if kind is ir.Raw:
            found = 2 * tuple(expr.reads)  # type: ignore[union-attr]
        elif kind is ir.Closure:
            found += 2 * expr.captures  # type: ignore[union-attr]
    object.__setattr__(expr, "_mentions", found)
    return found
