"""What containers hold at a statement, for a backward part that runs when they hold other things.

y = f(xs)             xs_then = snapshot(xs); y = f(xs); y_made = snapshot(y)
xs[0] = y             `xs_then` is still the list without y
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad.adjoint import algebra
from srcad.adjoint.memory import Memory
from srcad.adjoint.sweep import Node, Step
from srcad.ir import nodes as ir
from srcad.runtime import snapshots

SNAPSHOT = ir.Ref(snapshots.snapshot, "snapshot")


class Moments(Memory):
    """The snapshots that the reversal of one statement reads."""

    def as_now(self, name: str) -> ir.Expr:
        """The container as it is at the statement at hand."""
        if name not in self.then:
            self.then[name] = self.names.fresh(f"{name}_then")
            self.facts.types[self.then[name]] = self.type(name)
            self.taken_now.append(name)
        return ir.Name(self.then[name])

    def source(self, name: str) -> ir.Expr:
        """Later it may hold what the statement makes."""
        return self.as_now(name) if self.with_cells and name in self.cells else ir.Name(name)

    def as_made(self, target: str, how: ir.Ref = SNAPSHOT) -> ir.Expr:
        """What the statement at hand binds, as it is right behind it."""
        kept = self.names.fresh(f"{target}_made")
        self.facts.types[kept] = self.type(target)
        self.made_now.append((kept, algebra.call(how, ir.Name(target)), target))
        return ir.Name(kept)

    def with_snapshots(self, work: Callable[[], list[Node]]) -> list[Node]:
        """A statement reversed, behind the snapshots that its reversal reads."""
        outer = self.then, self.taken_now, self.made_now
        self.then, self.taken_now, self.made_now = {}, [], []
        try:
            nodes = work()
            for name in self.taken_now:
                made = ir.Assign(self.then[name], algebra.call(SNAPSHOT, ir.Name(name)))
                place = 0 if name in self.given_names else _behind(name, nodes)
                nodes.insert(place, Step((made,)))
            for kept, value, name in self.made_now:
                made = ir.Assign(kept, value)
                place = _behind(name, nodes) - 1  # in one step with what binds it
                step = nodes[place]
                assert isinstance(step, Step)
                nodes[place] = replace(step, forward=(*step.forward, made))
            return nodes
        finally:
            self.then, self.taken_now, self.made_now = outer


def _behind(name: str, nodes: list[Node]) -> int:
    """The place behind the statement that binds a variable of the compiler's own."""
    for k, node in enumerate(nodes):
        if isinstance(node, Step) and any(name in ir.targets(s) for s in node.forward):
            return k + 1
    return 0
