"""Tell which statements may go when nobody reads what they bind.

t = x[n]        stays: the user's program raises an error where n is too large
y = a / b       goes where its cotangent is taken: `y_bar / b` raises the same error
s = a + b       goes: numbers can be added
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from srcad.adjoint.ends import Parts
from srcad.ir import nodes as ir
from srcad.ir.types import Type
from srcad.optimise.certain import Judge
from srcad.optimise.total import Total


@dataclass(frozen=True)
class Droppable:
    """`unreversed` are the variables whose definitions have no derivative in the backward part."""

    judge: Judge
    total: Total
    unreversed: frozenset[str]

    @staticmethod
    def of(parts: Parts, type_of: Callable[[ir.Expr], Type]) -> Droppable:
        """For one function reversed."""
        judge = Judge.of(parts.facts)
        return Droppable(judge, Total(judge.called, type_of), parts.unreversed)

    def __call__(self, stmt: ir.Stmt) -> bool:
        if not self.judge.removable(stmt):
            return False
        if isinstance(stmt, ir.Effect):
            generated = isinstance(stmt.value, ir.Call) and isinstance(stmt.value.func, ir.Ref)
            return generated or self.total(stmt.value)
        if not self.unreversed & set(ir.targets(stmt)) or ir.blocks(stmt):
            return True
        if isinstance(stmt, ir.Unpack):
            items = getattr(self.total.type_of(stmt.value), "items", None)
            return items is not None and stmt.star is None and len(items) == len(stmt.targets)
        return all(map(self.total, ir.expressions(stmt)))
