"""Tell whether what a function captured may change while the function can still be called.

k = 2.0
g = lambda t: k * t
y = g(x)                   k does not change within the life of g
k = 3.0
return y + k
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srcad.analysis import effects
from srcad.analysis.infer import Inferred
from srcad.analysis.liveness import Liveness
from srcad.ir import nodes as ir
from srcad.ir.types import BOTTOM, Array, is_scalar


@dataclass(frozen=True)
class Captures:
    """The lives of the functions that one function makes."""

    facts: Inferred
    body: ir.Block
    live: Liveness

    def change(self, name: str, made: ir.Assign) -> bool:
        """Whether a variable is bound again between the making and the last call."""
        return any(name in ir.targets(s) for s in self.within_life(made))

    def mixed(self, name: str, made: ir.Assign) -> bool:
        """Whether the function outlives the run of the comprehension whose variable it reads."""
        around = self.around(made)
        binds = [k for k, s in enumerate(around) if isinstance(s, ir.For) and _binds(s, name)]
        return bool(binds) and self.outlives(made, around[: binds[0]])

    def within_life(self, made: ir.Assign) -> list[ir.Stmt]:
        """The statements that may run between the making of a function and its last call."""
        order = list(ir.walk(self.body))
        name = made.target
        if all(self.only_called(s, name) for s in order):
            return [s for s in order if name in self.live.after.get(id(s), frozenset())]
        around = [loop for loop in self.around(made) if self.outlives(made, [loop])]
        position = next((k for k, s in enumerate(order) if s is made), -1)
        return [*order[position + 1 :], *(s for loop in around for s in ir.walk(loop.body))]

    def only_called(self, stmt: ir.Stmt, name: str) -> bool:
        """Whether a statement cannot keep the function: it calls it, or a call yields numbers."""
        if name not in ir.statement_reads(stmt):
            return True
        if any(ir.blocks(stmt)):
            return name not in frozenset().union(*map(ir.reads, ir.expressions(stmt)))
        if not isinstance(stmt, ir.Assign) or not isinstance(stmt.value, ir.Call):
            return False
        kind = self.facts.types.get(stmt.target, BOTTOM)
        return is_scalar(kind) or isinstance(kind, Array)

    def around(self, stmt: ir.Stmt) -> list[ir.For | ir.While]:
        """The loops around a statement, the outermost first."""
        return [
            s
            for s in ir.walk(self.body)
            if isinstance(s, ir.For | ir.While) and any(i is stmt for i in ir.walk(s.body))
        ]

    def outlives(self, made: ir.Assign, loops: Sequence[ir.For | ir.While]) -> bool:
        """Whether the function made here is still held when one of these loops goes on."""
        if not loops:
            return False
        everyone = frozenset(self.facts.types)
        same = effects.aliases(self.facts, self.body).together(made.target, everyone)
        holders = {n for n in same if effects.holds(self.facts.types.get(n, BOTTOM))}
        return any(
            holders & (self.live.body.get(id(s), frozenset()) | self.live.after[id(s)])
            for s in loops
        )


def _binds(loop: ir.For, name: str) -> bool:
    return name in ir.leaves(loop.target)
