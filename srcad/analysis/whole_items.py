"""Loop over pairs by their parts, where the loop has one variable for the pair.

    for p in zip(a, b):               for first, second in zip(a, b):
        use(p)                 →          p = first, second
                                          use(p)

The same of `enumerate(xs)` and of the items of a dict.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, Dct

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

_BUILTINS = {"zip": zip, "enumerate": enumerate, "reversed": reversed}
_PAIR = ("key", "value")


def by_parts(stmt: ir.For, facts: Inferred) -> ir.Block | None:
    """The loop with a variable for each part; None where it has them."""
    parting = _Parting(facts, stmt)
    target = parting.parted(stmt.target, stmt.iterable)
    if not parting.made:
        return None
    return (replace(stmt, target=target, body=(*parting.made, *stmt.body)),)


class _Parting:
    def __init__(self, facts: Inferred, stmt: ir.For) -> None:
        self.facts, self.stmt = facts, stmt
        self.names = Names(facts.unit.code.taken | facts.unit.code.locals | set(facts.types))
        self.made: list[ir.Stmt] = []

    def parted(self, target: ir.Target, iterable: ir.Expr) -> ir.Target:
        """The target with names for all parts of what the loop takes apart."""
        match iterable:
            case ir.Call(ir.Name("reversed"), (inner,)) if self.is_builtin("reversed"):
                return self.parted(target, inner)
            case ir.Call(ir.Name("zip"), args) if self.is_builtin("zip") and args:
                parts = self.parts(target, tuple("part" for _ in args))
                if len(parts) != len(args):
                    return target
                return tuple(self.parted(t, a) for t, a in zip(parts, args, strict=True))
            case ir.Call(ir.Name("enumerate"), (inner, *_)) if self.is_builtin("enumerate"):
                parts = self.parts(target, ("count", "part"))
                return (parts[0], self.parted(parts[1], inner)) if len(parts) == 2 else target
            case ir.Call(ir.Attr(ir.Name(name), "items"), ()) if isinstance(
                self.facts.types.get(name, ANY), Dct
            ):
                return self.parts(target, _PAIR)
            case _:
                return target

    def parts(self, target: ir.Target, said: tuple[str, ...]) -> tuple[ir.Target, ...]:
        if not isinstance(target, str):
            return target
        new = tuple(map(self.names.fresh, said))
        whole = ir.Sequence("tuple", tuple(map(ir.Name, new)))
        self.made.insert(0, ir.Assign(target, whole, self.stmt.at))
        return new

    def is_builtin(self, name: str) -> bool:
        if name in self.facts.types:
            return False
        found = self.facts.session.program.lookup(self.facts.unit, name)
        return found is not MISSING and found is _BUILTINS[name]
