"""Give objects from outside that have the same name names of their own.

p = partial(g, [1.0, 2.0], [3.0, 4.0])
return p(x)      →     g_fwd(bound, bound_2, x)          bound: the first list, bound_2: the second
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from srcad.analysis.program import MISSING, Program, Unit
from srcad.ir import nodes as ir
from srcad.ir.names import Names, reserved
from srcad.optimise.signs import all_signs


@dataclass
class Referring:
    """What the names of objects from outside mean in one text."""

    program: Program
    names: Names
    meanings: dict[str, Any] = field(default_factory=dict)
    spare: dict[int, tuple[Any, str]] = field(default_factory=dict)  # names in the place of others

    def told_apart(self, unit: Unit, params: list[str], body: ir.Block) -> ir.Block:
        """The body of a function in which each name of an object means that object."""
        refs = {(r.text, id(r.value)): r for r in _refs(body)}
        if not refs:
            return body
        mine = frozenset(params) | ir.assigned(body)
        table: dict[tuple[str, int], ir.Ref] = {}
        for key, ref in refs.items():
            if self.means(unit, mine, ref):
                self.meanings[ref.text] = ref.value
                self.names.taken.add(ref.text)
            else:
                table[key] = ir.Ref(ref.value, self.another(unit, mine, ref))
        return _replaced(body, table) if table else body

    def means(self, unit: Unit, mine: frozenset[str], ref: ir.Ref) -> bool:
        """Whether the name is free here, or the user's own for that object."""
        name, value = ref.text, ref.value
        if name in mine or self.meanings.get(name, value) is not value:
            return False
        if name not in self.meanings and name in self.names.given():
            return False  # a function of this text
        if name in unit.code.free:
            known = self.program.lookup(unit, name)
            return known is value or known is MISSING
        return name not in unit.code.taken

    def another(self, unit: Unit, mine: frozenset[str], ref: ir.Ref) -> str:
        """A name that means nothing else."""
        known = self.spare.get(id(ref.value))
        if known is not None and known[1] not in mine | unit.code.taken:
            return known[1]
        name = self.names.fresh(ref.text)
        while name in mine or name in unit.code.taken or name in self.meanings:
            name = self.names.fresh(ref.text)
        self.meanings[name] = ref.value
        self.spare[id(ref.value)] = ref.value, name
        return name


def _refs(body: ir.Block) -> Iterator[ir.Ref]:
    """The references to objects of the user by one name."""
    helpers = reserved()
    for stmt in ir.walk(body):
        if not all_signs(stmt):
            continue
        waiting = list(reversed(ir.expressions(stmt)))
        while waiting:
            expr = waiting.pop()
            if type(expr) is not ir.Ref:
                waiting += reversed(ir.children(expr))
            elif expr.value is not None and "." not in expr.text and expr.text not in helpers:
                yield expr


def _replaced(body: ir.Block, table: dict[tuple[str, int], ir.Ref]) -> ir.Block:
    def change(expr: ir.Expr) -> ir.Expr:
        if isinstance(expr, ir.Ref):
            return table.get((expr.text, id(expr.value)), expr)
        return ir.rebuild(expr, change)

    out = []
    for stmt in body:
        inner = tuple(_replaced(block, table) for block in ir.blocks(stmt))
        out.append(ir.map_expressions(ir.with_blocks(stmt, inner), change))
    return tuple(out)
