"""Rewrite an expression once, and keep what does not change.

tidy(x * w)        rewritten                   tidy(x * w), the same object: looked up

Expressions and statements are frozen, and what does not change is handed from pass to pass as the
same object: so the object is the key of what is known about it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from srcad.ir import nodes as ir

_LEAVES = frozenset((ir.Name, ir.Const, ir.Ref))


def rewriting(step: Callable[[ir.Expr], ir.Expr]) -> Callable[[ir.Expr], ir.Expr]:
    """Rewrites expressions from the inside out; `step` leaves names and constants alone."""
    kept: dict[int, tuple[ir.Expr, ir.Expr]] = {}  # the first keeps the id its own

    def rewrite(expr: ir.Expr) -> ir.Expr:
        if type(expr) in _LEAVES:
            return expr
        key = id(expr)
        if key in kept:
            return kept[key][1]
        new = step(ir.rebuild(expr, rewrite))
        kept[key] = expr, new
        return new

    return rewrite


def same(block: ir.Block, new: Sequence[ir.Stmt]) -> ir.Block:
    """The new statements as a block: the old one where they are the same objects."""
    if len(new) == len(block) and all(map(operator.is_, new, block)):
        return block
    return tuple(new)
