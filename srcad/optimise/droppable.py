"""Tell which statements may go when nobody reads what they bind.

t = x[n]        stays: the user's program raises an error where n is too large
y = a / b       goes where its cotangent is taken: `y_bar / b` raises the same error
s = a + b       goes: numbers can be added
"""

from __future__ import annotations

from dataclasses import dataclass

from srcad.ir import nodes as ir
from srcad.ir.types import Array, Dct, Lst, Number, Scalar, Tup, Type
from srcad.optimise.certain import Judge
from srcad.optimise.total import Total


@dataclass(frozen=True)
class Droppable:
    """`unreversed` are the variables whose definitions have no derivative in the backward part."""

    judge: Judge
    total: Total
    unreversed: frozenset[str]

    def __call__(self, stmt: ir.Stmt, of_user: bool) -> bool:
        """Whether nobody misses the statement; `of_user`: it is part of the user's program."""
        if not self.judge.removable(stmt):
            return False
        if not of_user:
            return True
        if isinstance(stmt, ir.Effect):
            generated = isinstance(stmt.value, ir.Call) and isinstance(stmt.value.func, ir.Ref)
            return generated or self.total(stmt.value)
        if not ir.blocks(stmt) and not self.unreversed & set(ir.targets(stmt)):
            return True
        return self.harmless(stmt) and all(map(self.total, ir.expressions(stmt)))

    def harmless(self, stmt: ir.Stmt) -> bool:
        """Whether what the statement does with its value cannot raise."""
        match stmt:
            case ir.Unpack(names, value, star):
                items = getattr(self.total.type_of(value), "items", None)
                return star is None and items is not None and len(items) == len(names)
            case ir.If(test):
                return isinstance(self.total.type_of(test), Scalar | Number)  # it has a truth
            case ir.For(target, iterable):
                return isinstance(target, str) and _iterates(self.total.type_of(iterable))
            case _:
                return True


def _iterates(kind: Type) -> bool:
    match kind:
        case Array(_, dims):
            return bool(dims)
        case Scalar(python):
            return python in (range, str)
        case _:
            return isinstance(kind, Lst | Tup | Dct)
