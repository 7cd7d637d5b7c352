"""Reverse what is done with containers that are written.

    v_own = owned(v)        v_bar += cell_taken(shadows, v_own)
    xs.append(v_own)      nothing
    xs.sort()             nothing
    u = xs[0]             cell_added(shadows, u, u_bar)
    y = np.sum(xs)        xs_then = snapshot(xs);  cell_added(shadows, xs_then, …)

The numbers in such containers are objects that nobody else has (`analysis/owning`), and their
cotangents are found by these objects (`runtime/cells`).
"""

from __future__ import annotations

import builtins
import operator
from abc import abstractmethod
from dataclasses import replace

from srcad.adjoint import algebra
from srcad.adjoint.containers import computed_items
from srcad.adjoint.cotangents import DEFAULT_OF, slice_object
from srcad.adjoint.loops import LoopPlan
from srcad.adjoint.moments import SNAPSHOT, Moments
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.asked import Asked
from srcad.analysis.kinds import makes_container
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Dynamic,
    Element,
    Handed,
    Invoke,
    Mutation,
    Operation,
    Part,
    Refused,
)
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Clo, Obj
from srcad.runtime import adopting, cells
from srcad.runtime.methods import tolist

ADOPTED = ir.Ref(adopting.adopted, "adopted")
CELL_ADDED = ir.Ref(cells.cell_added, "cell_added")
CELL_ADDED_AT = ir.Ref(cells.cell_added_at, "cell_added_at")
CELL_READ = ir.Ref(cells.cell_read, "cell_read")
CELL_TAKEN = ir.Ref(cells.cell_taken, "cell_taken")
CELL_STORED = ir.Ref(cells.cell_stored, "cell_stored")
CELLS_GATHERED = ir.Ref(adopting.cells_gathered, "cells_gathered")
CELL_SPREAD = ir.Ref(cells.cell_spread, "cell_spread")
CELL_ZEROS = ir.Ref(cells.cell_zeros, "cell_zeros")
ITEMS_TAKEN = ir.Ref(adopting.items_taken, "items_taken")
ADOPTED_RESULT = ir.Ref(adopting.adopted_result, "adopted_result")
RESULT_GATHERED = ir.Ref(adopting.result_gathered, "result_gathered")
CELL_LISTED = ir.Ref(adopting.cell_listed, "cell_listed")
CELL_MADE = ir.Ref(cells.cell_made, "cell_made")


class Cells(Moments):
    """The containers of one function that are written, where derivatives pass."""

    called_only: frozenset[str]

    # -- from outside and back ---------------------------------------------------------

    def entered(self, params: tuple[str, ...]) -> list[Node]:
        """The numbers in containers that were given become objects of their own, at first."""
        mine = [p for p in params if p not in self.asked.params]
        if not self.with_cells:
            return super().entered(tuple(mine))
        adopt = [p for p in mine if p in self.cells | self.holders]
        nodes = super().entered(tuple(p for p in mine if p not in adopt))
        if not adopt:
            return nodes
        backward: list[ir.Stmt] = []
        memory: list[str] = []
        for param in adopt:
            kept = self.names.fresh(f"{param}_memory")
            self.facts.types[kept] = self.type(param)
            self.first_contents[param] = kept
            memory.append(kept)
            bar = ir.Name(self.bar(param))
            before = () if param in self.shared or not self.has(param) else (bar,)
            gathered = self.shadow(CELLS_GATHERED, ir.Name(kept), *before)
            backward.append(ir.Assign(bar.id, gathered))
            self.state.present.add(param)
        given = algebra.call(ADOPTED, *map(ir.Name, adopt))
        return [Step((ir.Unpack(tuple(memory), given),), tuple(backward)), *nodes]

    def has(self, name: str) -> bool:
        return self.naive or name in self.state.present

    def left(self, result: str) -> list[Node]:
        """The result as it is left: whoever gets it may change it before we run back."""
        if result not in self.cells | self.holders or not self.with_cells:
            return []
        kept = self.names.fresh(f"{result}_then")
        self.facts.types[kept] = self.type(result)
        self.then[result] = kept
        return [Step((ir.Assign(kept, algebra.call(SNAPSHOT, ir.Name(result))),))]

    @abstractmethod
    def reversed(self, stmt: ir.Stmt) -> list[Node]:
        """Reverse one statement."""

    @abstractmethod
    def asks(self, stmt: ir.Assign, operation: Invoke) -> Asked:
        """What a called function must keep by memory as well."""

    @abstractmethod
    def call_by_memory(
        self, stmt: ir.Assign, operation: Invoke, asked: Asked, y_bar: ir.Expr | None
    ) -> list[Node]:
        """Reverse a call that gets containers which are written."""

    # -- statements --------------------------------------------------------------------

    def through_cells(self, stmt: ir.Stmt) -> list[Node] | None:
        """Reverse a statement that moves numbers in or out of cells; None if it is none."""
        if not self.with_cells:
            return None
        match stmt:
            case ir.Assign(target, ir.Call(func, (inner,)) as value) if _owns(func):
                return self.owned(stmt, target, value, inner)
            case ir.Assign(target, value):
                return self.assigned(stmt, target, value)
            case ir.Unpack(_, ir.Name(owner)) if isinstance(self.type(owner), Obj):
                raise computed_items(self.place(stmt.at))
            case ir.Unpack(targets, ir.Name(owner)) if owner in self.cells | self.unknown():
                return self.unpacked(stmt, targets, owner)
            case ir.Effect(value) if self.mutates(self.operation(value)):
                return [Step((stmt,))]
            case ir.Store(target) if isinstance(target.obj, ir.Name):
                return self.stored(stmt, target.obj.id)
            case ir.Augment(ir.Name(owner)) if owner in self.cells:
                return [Step((stmt,))]  # `xs += ys` and `xs *= 2` of lists
            case _:
                return None

    def mutates(self, operation: Operation | None) -> bool:
        match operation:
            case Mutation(ir.Name(owner)) | Append(owner):
                return owner in self.moving()
            case Apply(operator.delitem | builtins.delattr, (ir.Name(owner), _)):
                return owner in self.moving()
            case _:
                return False

    def assigned(self, stmt: ir.Assign, target: str, value: ir.Expr) -> list[Node] | None:
        operation = self.operation(value)
        owner = getattr(operation, "owner", None)
        if isinstance(operation, Invoke):
            asked = self.asks(stmt, operation)
            if asked:
                return self.call_by_memory(stmt, operation, asked, self.take(target))
            return None
        if isinstance(value, ir.Closure) and self.kept_under(target):
            self.gather(stmt)
            return None
        if target in self.holders and makes_container(self.facts, value):
            self.take(target)
            self.out = []
            return [Step((stmt,))]
        if target in self.cells:
            moved = not isinstance(operation, Dynamic | Refused)
            return [Step((stmt,))] if moved else None
        if isinstance(operation, Mutation | Handed) and ir.reads(operation.owner) & self.moving():
            return self.read(stmt, target)
        if isinstance(operation, Part | Element) and isinstance(owner, ir.Name):
            if owner.id in self.cells:
                return self.read(stmt, target)
            if owner.id in self.unknown():
                return self.read_unknown(stmt, target, owner, operation)
        return None

    def kept_under(self, function: str) -> bool:
        """Whether the cotangents of what a function captured may be kept under the function."""
        mine = self.holders & self.active
        return function in mine and function not in self.called_only

    def read(self, stmt: ir.Stmt, *targets: str) -> list[Node]:
        """What came out of a container is the object that went in."""
        for target in targets:
            self.handed_back(target)
        return [Step((stmt,), tuple(self.out))]

    def handed_back(self, target: str) -> None:
        bar = self.take(target)
        if bar is not None:
            self.emit(ir.Effect(self.shadow(CELL_ADDED, ir.Name(target), bar)))

    def read_unknown(
        self, stmt: ir.Assign, target: str, owner: ir.Name, operation: Part | Element
    ) -> list[Node]:
        if target in self.shared:
            return [Step((stmt,))]  # memory that was there before
        bar = self.take(target)
        if bar is None and target in self.active and isinstance(self.type(target), AnyType):
            bar = ir.Const(None)  # it may be an array, and memory have its cotangent
        if bar is not None:
            self.give_unknown(owner, _key(operation), target, bar)
        return [Step((stmt,), tuple(self.out))]

    def give_unknown(self, owner: ir.Name, key: ir.Expr, target: str, bar: ir.Expr) -> None:
        self.ensure(owner.id, owned=True)
        owner_bar = ir.Name(self.bar(owner.id))
        read = self.shadow(CELL_READ, owner, ir.Name(target), owner_bar, key, bar)
        self.emit(ir.Assign(owner_bar.id, read))

    def unpacked(self, stmt: ir.Unpack, targets: tuple[str, ...], owner: str) -> list[Node]:
        if owner in self.cells:
            return self.read(stmt, *targets)
        if owner in targets:  # `a, x = x`: the items come from a name that is not bound anew
            whole = self.names.fresh(f"{owner}_whole")
            self.facts.types[whole] = self.type(owner)
            self.active = self.active | {whole}
            self.same_memory(whole, owner)
            second = self.unpacked(replace(stmt, value=ir.Name(whole)), targets, whole)
            self.another_step()
            return [*self.reversed(ir.Assign(whole, ir.Name(owner), stmt.at)), *second]
        for k, target in enumerate(targets):
            bar = None if target in self.shared else self.take(target)
            if bar is None:
                continue
            place = slice_object(algebra.place_in(stmt, k))
            self.give_unknown(ir.Name(owner), place, target, bar)
        return [Step((stmt,), tuple(self.out))]

    def owned(self, stmt: ir.Assign, target: str, value: ir.Call, inner: ir.Expr) -> list[Node]:
        """`v_own = owned(v)`, `new = owned_items(xs)`."""
        many = isinstance(self.operation(value), Copy)
        forward: list[ir.Stmt] = [stmt]
        active = isinstance(inner, ir.Name) and inner.id in self.active
        made = ir.Name(self.names.fresh(f"{target}_then") if many and active else target)
        if many and active:
            self.facts.types[made.id] = self.type(target)
            forward.append(ir.Assign(made.id, algebra.call(SNAPSHOT, ir.Name(target)), stmt.at))
        y_bar = self.take(target)  # from an array that it was written into as well
        if active:
            assert isinstance(inner, ir.Name)
            taken = self.shadow(ITEMS_TAKEN if many else CELL_TAKEN, made)
            part = self.named(taken, f"{inner.id}_part")
            if y_bar is not None and not many:
                self.add(inner.id, y_bar)
            self.add(inner.id, part)
        return [Step(tuple(forward), tuple(self.out))]

    def stored(self, stmt: ir.Store, owner: str) -> list[Node] | None:
        if owner in self.cells:
            return [Step((stmt,))]
        if owner not in self.unknown():
            return None
        target, value = stmt.target, stmt.value
        assert isinstance(target, ir.Item | ir.Attr)
        key = slice_object(target.index) if isinstance(target, ir.Item) else ir.Const(target.name)
        taken = self.shadow(CELL_STORED, ir.Name(owner), value, key)
        if isinstance(value, ir.Name) and value.id in self.active:
            self.add(value.id, self.named(taken, f"{value.id}_part"))
        else:
            self.emit(ir.Effect(taken))
        return [Step((stmt,), tuple(self.out))]

    def handed_out(self, plan: LoopPlan) -> list[Node]:
        """What a loop over containers that are written hands out, at the start of its body."""
        if not self.with_cells:
            return []
        for leaf in plan.kept:
            self.handed_back(leaf)
        for leaf, owner, index in plan.reads:
            if owner in self.unknown():
                bar = self.take(leaf)
                if bar is not None:
                    self.give_unknown(ir.Name(owner), index, leaf, bar)
        backward, self.out = tuple(self.out), []
        return [Step((), backward)]

    def item_read(self, target: str, owner: str, index: ir.Expr) -> None:
        """The item of a loop, whose owner is unnamed where it is a container that is written."""
        if not owner:
            self.handed_back(target)
            return
        bar = self.take(target)
        if bar is not None and self.with_cells and owner in self.unknown():
            self.give_unknown(ir.Name(owner), index, target, bar)
        elif bar is not None:
            self.add_at(owner, index, bar, self.type(target))

    # -- cotangents --------------------------------------------------------------------

    def zeros(self, name: str) -> ir.Expr:
        if name in self.cells:
            return ir.Const(None)
        if self.with_cells and name in self.holders:
            known = isinstance(self.type(name), Clo) and self.captured_cells(name) is not None
            return super().zeros(name) if known else algebra.call(CELL_ZEROS, ir.Name(name))
        return super().zeros(name)

    def captured_zeros(self, function: str, local: str) -> ir.Expr:
        """What is in memory has its cotangent there, where the caller keeps it so."""
        if function in self.asked.params and local in self.shared:
            return ir.Const(None)
        return super().captured_zeros(function, local)

    def default_zeros(self, function: str, key: str) -> ir.Expr:
        """The same: a container in a default may have grown since."""
        if not self.with_cells:
            return super().default_zeros(function, key)
        return algebra.call(CELL_ZEROS, algebra.call(DEFAULT_OF, ir.Name(function), ir.Const(key)))

    def gather(self, stmt: ir.Assign) -> None:
        if not self.with_cells:
            super().gather(stmt)
            return
        self.ensure(stmt.target)
        bar = ir.Name(self.bar(stmt.target))
        match self.operation(stmt.value):
            case Apply(function, (owner,)) if function is tolist and isinstance(owner, ir.Name):
                made = self.shadow(CELL_LISTED, self.as_made(stmt.target), bar, owner)
            case Dynamic(ir.Attr(ir.Name() as owner, "tolist")):
                made = self.shadow(CELL_LISTED, self.as_made(stmt.target), bar, owner)
            case Apply() | Dynamic() if isinstance(self.type(stmt.target), AnyType):
                given = self.as_made(stmt.target, ADOPTED_RESULT)
                made = self.shadow(RESULT_GATHERED, given, bar, *self.sources(stmt))
            case _:
                made = self.shadow(CELL_MADE, ir.Name(stmt.target), bar, *self.sources(stmt))
        self.emit(ir.Assign(bar.id, made))
        self.state.owned.discard(stmt.target)

    def put(self, name: str, value: ir.Expr) -> ir.Stmt:
        if name not in self.cells:
            return super().put(name, value)
        return ir.Effect(self.shadow(CELL_ADDED, self.as_now(name), value))

    def put_at(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        if name not in self.cells:
            return super().put_at(name, index, value)
        key = slice_object(index)
        return ir.Effect(self.shadow(CELL_ADDED_AT, self.as_now(name), key, value))

    def spread(self, name: str, value: ir.Expr) -> ir.Expr:
        if not self.with_cells:
            return super().spread(name, value)
        return self.shadow(CELL_SPREAD, self.as_now(name), value)


def _owns(func: ir.Expr) -> bool:
    return isinstance(func, ir.Ref) and func.value in (cells.owned, cells.owned_items)


def _key(read: Part | Element) -> ir.Expr:
    key = read.key if isinstance(read, Part) else read.index
    return ir.Const(key) if isinstance(key, str) else slice_object(key)
