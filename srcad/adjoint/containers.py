"""Reverse unpacking, and what fills lists and dicts.

a, b = pair           pair_bar[0] += a_bar; pair_bar[1] += b_bar
ys.append(y)          y_bar += ys_bar.pop()
table[k] = v          v_bar += taken(table_bar, k, v)      in a dict comprehension
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.contributions import Contributions
from srcad.adjoint.cotangents import Cotangents
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.operations import Append, Apply, Dynamic, Invoke, Operation, Refused
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Lst, Tup, is_scalar
from srcad.runtime import cotangents

TAKEN = ir.Ref(cotangents.taken, "taken")


class Containers(Cotangents):
    """The reversal of statements that take containers apart or fill them."""

    contributions: Contributions

    @abstractmethod
    def may_keep(self, operation: Operation | None) -> bool:
        """Whether a function that is known only when it runs gets what carries a derivative."""

    @abstractmethod
    def call(self, stmt: ir.Assign, operation: Invoke | Dynamic) -> list[Node]:
        """Reverse a call of a user's function."""

    @abstractmethod
    def check_plain_call(self, stmt: ir.Stmt) -> None:
        """Refuse a call whose writes are not plain."""

    @abstractmethod
    def writes_active(self, operation: Operation | None) -> bool:
        """Whether a called function writes an array that carries a derivative."""

    @abstractmethod
    def assign(self, stmt: ir.Assign) -> list[Node]:
        """Reverse an assignment."""

    def unpack(self, stmt: ir.Unpack) -> list[Node]:
        if not self.is_active(stmt.value):
            for name in stmt.targets:
                self.take(name)
            return [Step((stmt,))]
        found = [(k, n, self.take(n)) for k, n in enumerate(stmt.targets)]
        live = [(k, n, b) for k, n, b in found if b is not None]
        if not live:
            return [Step((stmt,))]
        assert isinstance(stmt.value, ir.Name)
        owner = stmt.value.id
        if owner in stmt.targets:
            # `a, x = x`: take the items from a name that the statement does not write
            kept = self.names.fresh(f"{owner}_whole")
            self.facts.types[kept] = self.type(owner)
            self.active = self.active | {kept}
            for _, name, _ in live:
                self.state.present.add(name)
            second = self.unpack(replace(stmt, value=ir.Name(kept)))
            self.another_step()
            return [*self.assign(ir.Assign(kept, ir.Name(owner), stmt.at)), *second]
        kind = self.type(owner)
        absent = owner not in self.state.present
        whole = len(live) == len(found) and stmt.star is None
        plain = all(b is not None or is_scalar(self.type(n)) for _, n, b in found)
        if isinstance(kind, Tup) and kind.items is not None and stmt.star is None:
            whole = whole or (plain and len(found) == len(kind.items) and not self.naive)
        if absent and whole and isinstance(kind, Tup | Lst) and owner in self.active:
            parts = tuple(self.zeros(n) if b is None else b for _, n, b in found)
            self.emit(ir.Assign(self.bar(owner), ir.Sequence("list", parts)))
            self.state.present.add(owner)
            return [Step((stmt,), tuple(self.out))]
        for k, name, bar in live:
            self.add_at(owner, algebra.place_in(stmt, k), bar, self.type(name))
        return [Step((stmt,), tuple(self.out))]

    def effect(self, stmt: ir.Effect, value: ir.Expr) -> list[Node]:
        operation = self.operation(value)
        if self.writes_active(operation):
            self.check_plain_call(stmt)
            assert isinstance(operation, Invoke)
            return self.call(self.done(stmt, value), operation)
        dynamic = isinstance(operation, Dynamic) and self.active & ir.reads(value)
        if dynamic or self.may_keep(operation):
            assert isinstance(operation, Invoke | Dynamic)
            return self.call(self.done(stmt, value), operation)
        if isinstance(operation, Append) and operation.owner in self.active:
            owner = operation.owner
            item = operation.value
            self.ensure(owner, owned=True)
            popped = ir.Call(ir.Attr(ir.Name(self.bar(owner)), "pop"))
            if isinstance(item, ir.Name) and item.id in self.active:
                if item.id in self.state.present and not is_scalar(self.type(item.id)):
                    name = self.names.fresh(f"{item.id}_part")
                    self.emit(ir.Assign(name, popped))
                    self.add(item.id, ir.Name(name))
                else:
                    self.add(item.id, popped)
            else:
                self.emit(ir.Effect(popped))
            return [Step((stmt,), tuple(self.out))]
        if isinstance(operation, Refused) and self.active & ir.reads(value):
            raise self.refusal(operation)
        if (
            isinstance(operation, Apply)
            and operation.rule is None
            and self.active & ir.reads(value)
        ):
            raise self.contributions.missing(operation)
        return [Step((stmt,))]

    def done(self, stmt: ir.Effect, value: ir.Expr) -> ir.Assign:
        """The call of a statement, with a name for its result."""
        done = ir.Assign(self.names.fresh("done"), value, stmt.at, alters=stmt.alters)
        self.facts.types[done.target] = ANY
        self.storage.stands_for(done, stmt)
        return done

    def fills(self, stmt: ir.Store) -> bool:
        """Whether the statement fills the dict of a comprehension."""
        owner = stmt.target.obj
        return isinstance(owner, ir.Name) and owner.id in self.facts.unit.code.tables

    def fill(self, stmt: ir.Store) -> list[Node]:
        """`table[key] = value` of a dict comprehension: each key is new."""
        owner = stmt.target.obj
        if not isinstance(owner, ir.Name) or owner.id not in self.active:
            return [Step((stmt,))]
        if isinstance(stmt.target, ir.Item) and isinstance(stmt.value, ir.Name):
            self.ensure(owner.id, owned=True)
            bar = ir.Name(self.bar(owner.id))
            popped = algebra.call(TAKEN, bar, stmt.target.index, stmt.value)
            if stmt.value.id in self.active:
                name = self.names.fresh(f"{stmt.value.id}_part")
                self.emit(ir.Assign(name, popped))
                self.add(stmt.value.id, ir.Name(name))
            else:
                self.emit(ir.Effect(popped))
        return [Step((stmt,), tuple(self.out))]


def computed_items(place: errors.Place) -> errors.UnsupportedSyntax:
    """What an object hands out is no object that was put into it."""
    return errors.UnsupportedSyntax(
        "This object hands out values with a derivative, as its class says, while containers are "
        "written. Make a list of them first.",
        place,
    )
