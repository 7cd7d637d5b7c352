"""Reverse `try`: what was reached, and the handler that ran.

try:                           reached = caught = 0
    y = f(x)                   try:
except ValueError:     →           y_tried = f(x); reached = 1; y = y_tried; …
    y = g(x)                   except ValueError:
                                   caught = 1; y = g(x)
"""

from __future__ import annotations

from srcad import errors
from srcad.adjoint.cotangents import Cotangents, State
from srcad.adjoint.sweep import Attempt, Node, Step
from srcad.ir import nodes as ir
from srcad.ir.types import Scalar


class Exceptions(Cotangents):
    """The reversal of `try`."""

    def attempt(self, stmt: ir.Try) -> list[Node]:
        """A `try`: the handler that ran, then the statements that were reached."""
        if not ir.bound(stmt) & self.active:
            return [Step((stmt,))]
        self.check_attempt(stmt)
        reached, caught = self.names.fresh("reached"), self.names.fresh("caught")
        self.facts.types[reached] = self.facts.types[caught] = Scalar(int)
        final = self.block(stmt.final)
        start = self.state
        arms, states = [], []
        for block in (stmt.orelse, *(h.body for h in stmt.handlers)):
            self.state = start.copy()
            arms.append(self.block(block))
            states.append(self.state)
        arms = self.align(arms, states, stmt)
        parts: list[tuple[Node, ...]] = []
        zeros: list[ir.Block] = []
        for inner in reversed(self.unfolded(stmt)):
            before = self.state.copy()
            nodes = tuple(self.statement(inner))
            zero: ir.Block = ()
            if stmt.handlers:
                nodes, zero = self.perhaps(nodes, before, stmt)
            parts.insert(0, nodes)
            zeros.insert(0, zero)
        orelse, *handlers = arms
        return [
            Attempt(
                stmt, tuple(parts), tuple(handlers), orelse, final, reached, caught, tuple(zeros)
            )
        ]

    def check_attempt(self, stmt: ir.Try) -> None:
        if not stmt.handlers:
            return
        for write in ir.walk(stmt.body):
            operator = isinstance(write, ir.Augment) and write.alters
            if operator and ir.reads(write.target) & self.active:  # type: ignore[union-attr,arg-type]
                raise errors.UnsupportedMutation(
                    "An operator that writes in place inside `try` may be left half done by an "
                    "exception. Write `x[...] = x + ...`, or move it out of the try.",
                    self.place(write.at),
                )
        for inner in stmt.body:
            nested = [s for b in ir.blocks(inner) for s in ir.walk(b)]
            active = {n for s in nested for n in ir.targets(s)} & self.active
            loops = isinstance(inner, ir.For | ir.While) or any(
                isinstance(s, ir.For | ir.While) for s in nested
            )
            seen = frozenset().union(*(ir.free_reads(h.body) for h in stmt.handlers))
            seen |= self.live.after.get(id(stmt), frozenset())
            if active and (self.depth or loops or (active & seen and len(nested) > 1)):
                raise errors.UnsupportedSyntax(
                    "A loop or a branch inside `try` carries a derivative here, and an exception "
                    "could leave it half done. Put it into a function of its own and call that "
                    "inside the try.",
                    self.place(inner.at),
                )

    def unfolded(self, stmt: ir.Try) -> list[ir.Stmt]:
        """`x = f(x)` as `x_tried = f(x); x = x_tried`: what may raise comes before any save."""
        out: list[ir.Stmt] = []
        for inner in stmt.body:
            if not isinstance(inner, ir.Assign) or isinstance(inner.value, ir.Name | ir.Const):
                out.append(inner)
                continue
            name = self.names.fresh(f"{inner.target}_tried")
            self.facts.types[name] = self.type(inner.target)
            self.same_memory(name, inner.target)
            if inner.target in self.active and self.is_active(inner.value):
                self.active = self.active | {name}
            out.append(ir.Assign(name, inner.value, inner.at, alters=inner.alters))
            out.append(ir.Assign(inner.target, ir.Name(name), inner.at))
        return out

    def perhaps(
        self, nodes: tuple[Node, ...], before: State, stmt: ir.Try
    ) -> tuple[tuple[Node, ...], ir.Block]:
        """A statement that may not have been reached: its reversal may be skipped."""
        after = self.state
        zeros: list[ir.Stmt] = []
        for name in sorted(after.present ^ before.present):
            zero = ir.Assign(self.bar(name), self.zeros(name), stmt.at)
            if name in before.present:
                nodes = (Step((), (zero,)), *nodes)
            else:
                zeros.append(zero)
            after.present.add(name)
            after.owned.discard(name)
        after.owned &= before.owned | (after.present - before.present)
        return nodes, tuple(zeros)

    def align(
        self, arms: list[tuple[Node, ...]], states: list[State], stmt: ir.Try
    ) -> list[tuple[Node, ...]]:
        """Every way through the try leaves the same cotangents."""
        union = set().union(*(s.present for s in states))
        out = []
        for arm, state in zip(arms, states, strict=True):
            missing = sorted(union - state.present)
            zeros = tuple(ir.Assign(self.bar(n), self.zeros(n), stmt.at) for n in missing)
            out.append((Step((), zeros), *arm) if zeros else arm)
        owned = set.intersection(*(s.owned for s in states))
        self.state = State(union, owned)
        return out
