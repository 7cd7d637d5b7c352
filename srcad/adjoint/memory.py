"""Reverse what is done with arrays whose memory several variables stand for.

    v = u[1:]          nothing: the shadow of v is part of that of u
    y = v * w          shadow_added(shadows, v, y_bar * w)
    v[k] = e           e_bar += shadow_taken_out(shadows, v, k)
    u = np.exp(x)      u_bar = shadow_taken(shadows, u)

The shadows are found by the memory of the arrays while the program runs backwards.  Their
cotangents never wait in variables, so that branches and loops have nothing to carry around.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from srcad.adjoint import algebra
from srcad.adjoint.cotangents import Cotangents, slice_object
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.elements import is_basic
from srcad.analysis.operations import Apply, Element, Invoke, Operation, Part
from srcad.analysis.shared import shared_arrays, written_by
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Clo
from srcad.runtime import shadows

SHADOWS = ir.Ref(shadows.Shadows, "Shadows")
ADDED = ir.Ref(shadows.shadow_added, "shadow_added")
ADDED_AT = ir.Ref(shadows.shadow_added_at, "shadow_added_at")
GATHERED = ir.Ref(shadows.shadow_gathered, "shadow_gathered")
SPREAD = ir.Ref(shadows.shadow_spread, "shadow_spread")
TAKEN = ir.Ref(shadows.shadow_taken, "shadow_taken")
READ = ir.Ref(shadows.shadow_read, "shadow_read")
TAKEN_OUT = ir.Ref(shadows.shadow_taken_out, "shadow_taken_out")
SCALED = ir.Ref(shadows.shadow_scaled, "shadow_scaled")


class Memory(Cotangents):
    """The shared arrays of one function, and their shadows."""

    def share(self) -> None:
        """Find the shared arrays."""
        found = shared_arrays(self.storage, self.body, self.active)
        self.shared, self.active, self.holders = found.arrays, found.active, found.holders
        self.shadows = self.names.fresh("shadows") if self.shared else ""

    def kept_by_memory(self, stmt: ir.Stmt) -> bool:
        """Whether all that the statement writes into is shared."""
        written = written_by(self.facts, stmt)
        return bool(written) and written <= self.shared

    def shadow(self, function: ir.Ref, *args: ir.Expr) -> ir.Expr:
        return algebra.call(function, ir.Name(self.shadows), *args)

    # -- from outside and back ---------------------------------------------------------

    def entered(self, params: tuple[str, ...]) -> list[Node]:
        """The cotangents of shared parameters are taken from their memory at the end."""
        nodes: list[Node] = []
        for param in params:
            if param in self.shared:
                kept = self.names.fresh(f"{param}_memory")
                self.facts.types[kept] = self.type(param)
                self.storage.points.alias(kept, param)
                taken = ir.Assign(self.bar(param), self.shadow(TAKEN, ir.Name(kept)))
                nodes.append(Step((ir.Assign(kept, ir.Name(param)),), (taken,)))
                self.state.present.add(param)
                self.state.owned.add(param)
            elif param in self.holders:
                nodes.append(self.gathered(param))
        return nodes

    def gathered(self, param: str) -> Step:
        """The arrays of a container that was given have their cotangents in memory."""
        self.out, self.at = [], None
        self.ensure(param)
        bar = ir.Name(self.bar(param))
        self.emit(ir.Assign(bar.id, self.shadow(GATHERED, ir.Name(param), bar)))
        return Step((), tuple(self.out))

    def opened(self, given: tuple[str, ...]) -> ir.Block:
        """What the caller hands in goes into the memory of its arrays first."""
        if not self.shared:
            return ()
        put: list[ir.Stmt] = [ir.Assign(self.shadows, ir.Call(SHADOWS))]
        for name in sorted(self.shared & frozenset(given)):
            if self.naive or name in self.state.present:
                put.append(self.put(name, ir.Name(self.bar(name))))
            self.state.present.discard(name)
            self.state.owned.discard(name)
        for name in sorted(self.holders & frozenset(given)):
            if self.naive or name in self.state.present:
                bar = self.bar(name)
                put.append(ir.Assign(bar, self.spread(name, ir.Name(bar))))
                self.state.owned.discard(name)
        return tuple(put)

    # -- statements --------------------------------------------------------------------

    @abstractmethod
    def assign(self, stmt: ir.Assign) -> list[Node]:
        """Reverse an assignment."""

    def assign_shared(self, stmt: ir.Assign) -> list[Node]:
        """Reverse an assignment of memory that others share: a view, or new memory."""
        target, value = stmt.target, stmt.value
        if self.is_view(self.operation(value), value):
            return [Step((stmt,))]
        if target in ir.reads(value):  # its memory must be told from that of the value before
            kept = self.names.fresh(f"{target}_new")
            self.facts.types[kept] = self.type(target)
            self.storage.points.alias(kept, target)
            self.shared, self.active = self.shared | {kept}, self.active | {kept}
            second = ir.Assign(target, ir.Name(kept), stmt.at)
            first = replace(stmt, target=kept)
            for made in (first, second):
                self.storage.stands_for(made, stmt)
            return [*self.assign_shared(first), Step((second,))]
        self.lend(stmt)
        return self.assign(stmt)

    def lend(self, stmt: ir.Assign) -> None:
        """The cotangent of a new shared array, for the statement that makes it."""
        taken = self.shadow(TAKEN, ir.Name(stmt.target), *self.sources(stmt))
        self.emit(ir.Assign(self.bar(stmt.target), taken))
        self.lent[stmt.target] = ir.Name(self.bar(stmt.target))

    def sources(self, stmt: ir.Assign) -> list[ir.Expr]:
        """What the new memory may turn out to be."""
        operation = self.operation(stmt.value)
        names = set(ir.reads(stmt.value))
        if isinstance(operation, Invoke) and operation.closure is not None:
            kind = operation.params[-1]
            names |= {name for name, _ in kind.captures} if isinstance(kind, Clo) else set()
        known = (self.shared | self.holders) - {stmt.target}
        return [ir.Name(n) for n in sorted(names & known) if not isinstance(self.type(n), Clo)]

    def fill_holder(self, stmt: ir.Assign) -> None:
        """The cotangent of a container of shared arrays that an operation made."""
        operation = self.operation(stmt.value)
        if stmt.target in self.holders and isinstance(operation, Invoke | Apply):
            self.ensure(stmt.target)
            bar = ir.Name(self.bar(stmt.target))
            gathered = self.shadow(GATHERED, ir.Name(stmt.target), bar, *self.sources(stmt))
            self.emit(ir.Assign(bar.id, gathered))
            self.state.owned.discard(stmt.target)

    def is_view(self, operation: Operation | None, value: ir.Expr) -> bool:
        """Whether the value is certainly memory of an array that was there before."""
        match operation:
            case Element(ir.Name(owner), index):
                basic = is_basic(index, self.index_type)
                return bool(basic) and isinstance(self.type(owner), Array)
            case Part(ir.Name(owner), _):
                return True
            case _:
                return operation is None and isinstance(value, ir.Name)

    def put(self, name: str, value: ir.Expr) -> ir.Stmt:
        return ir.Effect(self.shadow(ADDED, ir.Name(name), value))

    def spread(self, name: str, value: ir.Expr) -> ir.Expr:
        return self.shadow(SPREAD, ir.Name(name), value)

    def put_at(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        return ir.Effect(self.shadow(ADDED_AT, ir.Name(name), slice_object(index), value))

    # -- writes ------------------------------------------------------------------------

    def place_taken(self, owner: str, index: ir.Expr) -> ir.Expr:
        """The cotangent of what was written there, which is zero before."""
        return self.shadow(TAKEN_OUT, ir.Name(owner), slice_object(index))

    def place_read(self, owner: str, index: ir.Expr) -> ir.Expr:
        """The cotangent of what was added there."""
        return self.shadow(READ, ir.Name(owner), slice_object(index))

    def place_scaled(self, owner: str, index: ir.Expr, factor: ir.Expr, op: str) -> ir.Stmt:
        place = (ir.Name(owner), slice_object(index), factor, ir.Const(op))
        return ir.Effect(self.shadow(SCALED, *place))
