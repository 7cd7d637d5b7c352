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


class Rewriter:
    """Rewrites expressions from the inside out.

    `step` gets an expression whose parts are rewritten, and the rewriter for those that it makes;
    names and constants are left alone.
    """

    __slots__ = ("kept", "step")

    def __init__(self, step: Callable[[ir.Expr, Rewriter], ir.Expr]) -> None:
        self.step = step
        self.kept: dict[int, tuple[ir.Expr, ir.Expr]] = {}  # the first keeps the id its own

    def __call__(self, expr: ir.Expr) -> ir.Expr:
        """The expression rewritten."""
        if type(expr) in _LEAVES:
            return expr
        known = self.kept.get(id(expr))
        if known is not None:
            return known[1]
        new = self.step(ir.rebuild(expr, self), self)
        self.kept[id(expr)] = expr, new
        return new


def same(block: ir.Block, new: Sequence[ir.Stmt]) -> ir.Block:
    """The new statements as a block: the old one where they are the same objects."""
    if len(new) == len(block) and all(map(operator.is_, new, block)):
        return block
    return tuple(new)
