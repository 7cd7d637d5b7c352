"""Give a loop a variable of its own where its target had another value before, or has one later.

    t = (x, 1.0)                 t = (x, 1.0)
    for t in parts:              for t_item in parts:
        s += t[0]                    t = t_item
    y = t[1]                         s += t[0]
                                 y = t[1]

The cotangent of what was in `t` before has the structure of that value, which an assignment saves
and a loop does not.  Targets of one structure, numbers and arrays of one shape, stay.
"""

from __future__ import annotations

from dataclasses import replace

from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, Array, Type, is_scalar, mutable


def own_targets(facts: Inferred, body: ir.Block) -> ir.Block:
    """The body with such loops over a variable of their own."""
    loops = [s for s in ir.walk(body) if isinstance(s, ir.For)]
    if not any(_loose(facts.types.get(n, ANY)) for s in loops for n in ir.leaves(s.target)):
        return body
    return _Targets(facts, body).block(body)


class _Targets:
    def __init__(self, facts: Inferred, body: ir.Block) -> None:
        self.facts = facts
        self.names = Names(facts.taken)
        self.params = frozenset(p.name for p in facts.unit.code.params)
        self.everywhere = _mentions(body)

    def block(self, block: ir.Block) -> ir.Block:
        return tuple(map(self.statement, block))

    def statement(self, stmt: ir.Stmt) -> ir.Stmt:
        new = ir.with_blocks(stmt, tuple(map(self.block, ir.blocks(stmt))))
        if not isinstance(stmt, ir.For) or not isinstance(new, ir.For):
            return new
        inside = _mentions((stmt,))
        again = [
            n
            for n in ir.leaves(stmt.target)
            if _loose(self.facts.types.get(n, ANY))
            and (n in self.params or self.everywhere[n] > inside[n])
            and n not in self.facts.unit.code.captured
        ]
        if not again:
            return new
        own = {n: self.names.fresh(f"{n}_item") for n in again}
        self.facts.types.update({new: self.facts.types.get(old, ANY) for old, new in own.items()})
        taken = tuple(ir.Assign(n, ir.Name(own[n]), stmt.at) for n in again)
        return replace(new, target=_renamed(stmt.target, own), body=(*taken, *new.body))


def _loose(kind: Type) -> bool:
    """Whether the structure of a value of this type is not known."""
    if isinstance(kind, Array):
        return None in kind.dims
    return not is_scalar(kind) and mutable(kind)


def _renamed(target: ir.Target, names: dict[str, str]) -> ir.Target:
    if isinstance(target, str):
        return names.get(target, target)
    return tuple(_renamed(part, names) for part in target)


def _mentions(block: ir.Block) -> dict[str, int]:
    """How many statements read or bind each name."""
    found: dict[str, int] = {}
    for stmt in ir.walk(block):
        for name in {*ir.statement_reads(stmt), *ir.targets(stmt)}:
            found[name] = found.get(name, 0) + 1
    return found
