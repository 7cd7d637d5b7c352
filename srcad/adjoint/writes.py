"""Reverse writes into arrays.

    u[i] = e          e_bar += u_bar[i]          what stood there before counts no more
                      u_bar[i] = 0.0
    u[1:] += e        e_bar += u_bar[1:]
    u *= w            u_bar *= w                 where w carries no derivative
    u *= e            as  t = u * e; u[...] = t  where it does

The cotangent of an array that is written is a buffer of its own (`owned`), which every read before
the write adds into, and every write takes from.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cotangents import slice_object
from srcad.adjoint.memory import Memory
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.effects import is_number
from srcad.analysis.elements import is_basic
from srcad.analysis.infer import Inference
from srcad.analysis.lengths import lengths
from srcad.analysis.operations import Apply, Element, operator_of
from srcad.analysis.sites import NONE, Sites, param_of
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Number,
    Type,
    carries,
    dims_of,
    is_complex,
    is_real,
    is_scalar,
)
from srcad.rules.table import TABLE
from srcad.runtime import writes

TAKEN_OUT = ir.Ref(writes.taken_out, "taken_out")
LAST_WRITTEN = ir.Ref(writes.last_written, "last_written")
PUT_BACK = ir.Ref(writes.put_back, "put_back")
STORED = ir.Ref(writes.stored, "stored")
ASARRAY = ir.Ref(np.asarray, "np.asarray")
COPY, SUM = ir.Ref(np.copy, "np.copy"), ir.Ref(np.sum, "np.sum")
REAL = ir.Ref(np.real, "np.real")
WHOLE = ir.Const(Ellipsis)


class Writes(Memory):
    """The reversal of writes into arrays."""

    def write(self, stmt: ir.Store | ir.Augment) -> list[Node]:
        """`u[index] = e` and the operators that write in place."""
        target = stmt.target
        owner = target if isinstance(target, ir.Name) else target.obj
        if owner is not target and is_number(self.facts, owner):
            return [Step((stmt,))]  # Python raises a TypeError
        self.check_kind(owner, stmt.value)
        if isinstance(owner, ir.Name) and owner.id in self.shared:
            return self.write_shared(stmt, owner.id)
        if not isinstance(owner, ir.Name) or not self.storage.plain(stmt):
            self.check_inactive(owner)
            return [Step((stmt,))]
        index = target.index if isinstance(target, ir.Item) else WHOLE
        if owner.id not in self.active or (not self.naive and owner.id not in self.state.present):
            return [Step((stmt,))]
        if isinstance(stmt, ir.Augment) and self.binds_anew(stmt):
            return self.bound_anew(stmt, owner.id)
        if self.lacks_axes(owner.id):
            return self.write_number(stmt, owner.id)
        if isinstance(stmt, ir.Store):
            self.overwrite(owner.id, index, stmt.value)
        elif stmt.op in "+-":
            self.increase(owner.id, index, stmt)
        elif stmt.op in "*/" and not self.is_active(stmt.value):
            self.ensure(owner.id, owned=True)
            bar = ir.Name(self.bar(owner.id))
            place = bar if index == WHOLE else ir.Item(bar, index)
            self.emit(ir.Augment(place, stmt.op, stmt.value))
        else:
            return self.expanded(stmt, owner.id, index)
        return [Step((stmt,), tuple(self.out))]

    def write_number(self, stmt: ir.Store | ir.Augment, owner: str) -> list[Node]:
        """The same of an array without axes, whose cotangent is a number.

        a += e        old = a[()];  new = old + e;  a[...] = new
        """
        if isinstance(stmt, ir.Augment):
            return self.expanded(stmt, owner, WHOLE)
        self.ensure(owner)
        bar, kind, value = self.bar(owner), self.type(owner), stmt.value
        assert isinstance(kind, Array)
        if isinstance(value, ir.Name) and value.id in self.active:
            self.give_region(value, ir.Name(bar), Number(kind.dtype), copy=False)
        self.emit(ir.Assign(bar, ir.Const(0.0)))
        return [Step((stmt,), tuple(self.out))]

    def write_shared(self, stmt: ir.Store | ir.Augment, owner: str) -> list[Node]:
        """The same where memory holds the cotangent of the written array."""
        index = stmt.target.index if isinstance(stmt.target, ir.Item) else WHOLE
        value, kind = stmt.value, self.region(owner, index)
        active = isinstance(value, ir.Name) and value.id in self.active
        if isinstance(stmt, ir.Store):
            part = self.place_taken(owner, index)
            if active:
                self.give_region(value, self.named(part, f"{owner}_part"), kind, copy=False)
            else:
                self.emit(ir.Effect(part))
        elif stmt.op in "+-" and active:
            part = self.place_read(owner, index, stmt.every)
            part = algebra.neg(part) if stmt.op == "-" else part
            self.give_region(value, self.named(part, f"{owner}_part"), kind, copy=False)
        elif stmt.op in "*/" and not active:
            self.emit(self.place_scaled(owner, index, value, stmt.op))
        elif stmt.op not in "+-":
            return self.expanded(stmt, owner, index)
        return [Step((stmt,), tuple(self.out))]

    def binds_anew(self, stmt: ir.Stmt) -> bool:
        """`a += e` of an array without axes that nobody else has is as good as a new array."""
        if not isinstance(stmt, ir.Augment) or not isinstance(stmt.target, ir.Name):
            return False
        kind, other = self.type(stmt.target.id), self.type_of(stmt.value)
        plain = isinstance(kind, Array) and kind.ndim == 0 and kind.dtype == "float64"
        number = is_scalar(other) or (isinstance(other, Array) and other.ndim == 0)
        if not plain or not number or not is_real(other):
            return False
        given = any(map(param_of, self.storage.points.reach(stmt.target.id)))
        return not given and self.storage.alone(stmt.target.id, stmt)

    def bound_anew(self, stmt: ir.Augment, owner: str) -> list[Node]:
        """value = a + e;  a = np.asarray(value)"""
        value = self.names.fresh(f"{owner}_value")
        self.facts.types[value] = Number("float64")
        sum_ = ir.Binary(stmt.op, ir.Name(owner), stmt.value)
        self.know(sum_, stmt.op, self.type(owner))
        made = ir.Call(ASARRAY, (ir.Name(value),))
        kinds = (self.facts.types[value],)
        self.facts.operations[id(made)] = Apply(
            np.asarray, made.args, (), TABLE.get(np.asarray), kinds, "call"
        )
        self.facts.keep.append(made)
        self.active |= {value}
        first = ir.Assign(value, sum_, stmt.at)
        second = ir.Assign(owner, made, stmt.at)
        for step in (first, second):
            self.storage.stands_for(step, stmt)
        nodes = self.statement(second)
        nodes[:0] = self.statement(first)
        return nodes

    def augment_unknown(self, stmt: ir.Augment, owner: str) -> list[Node]:
        """`u += e`, where only the running program knows whether u is a number.

        old = u;  new = old + e;  u = put_back(old, new)
        """
        old, new = self.names.fresh(f"{owner}_old"), self.names.fresh(f"{owner}_new")
        types = self.facts.types
        types[old] = types[new] = ANY
        value = ir.Binary(stmt.op, ir.Name(old), stmt.value)
        self.know(value, stmt.op, ANY)
        self.storage.points.alias(old, owner)
        self.holders |= {old}
        self.active |= {old, new}
        back = ir.Assign(
            owner,
            ir.Call(PUT_BACK, (ir.Name(old), ir.Name(new))),
            stmt.at,
            alters=stmt.alters | {old},
        )
        first = ir.Assign(old, ir.Name(owner), stmt.at)
        second = ir.Assign(new, value, stmt.at)
        for step in (first, second, back):
            self.storage.stands_for(step, stmt)
        work = lambda: self.keeper.around(back, self.assign_back(back, old, new), {})  # noqa: E731
        nodes = self.with_snapshots(work)
        nodes[:0] = self.statement(second)
        nodes[:0] = self.statement(first)
        return nodes

    def know(self, value: ir.Binary, op: str, kind: Type) -> None:
        """The operation of an expression that the compiler made."""
        both = (kind, self.type_of(value.right))
        self.facts.operations[id(value)] = operator_of(op, (value.left, value.right), both)
        self.facts.keep.append(value)

    def check_inactive(self, owner: ir.Expr) -> None:
        """The other writes are fine where no derivative is involved."""
        if ir.reads(owner) & self.active:
            raise errors.UnsupportedMutation(
                "This writes in place where a derivative passes, in a form that is not supported "
                "yet. Make a new array instead.",
                self.place(),
            )

    def check_kind(self, owner: ir.Expr, value: ir.Expr) -> None:
        kind = self.type_of(owner)
        if self.is_active(value) and isinstance(kind, Array) and not carries(kind):
            name = owner.id if isinstance(owner, ir.Name) else "this array"
            raise errors.UnsupportedMutation(
                f"This writes a value with a derivative into `{name}`, an array of {kind.dtype}, "
                "where the derivative ends. Use an array of floats, or wrap the value in "
                "srcad.stop_gradient(...).",
                self.place(),
            )

    def lacks_axes(self, name: str) -> bool:
        kind = self.type(name)
        return isinstance(kind, Array) and kind.ndim == 0

    def check_axes(self, stmt: ir.Stmt) -> None:
        """Nobody may write into the memory of a 0-d array that is read later under its own name.

        Its cotangent is a number, which cannot be written in place.
        """
        sites = NONE if self.binds_anew(stmt) else self.written_by_id.get(id(stmt), NONE)
        if not sites or self.storage.plain(stmt):
            return
        later = self.live.after.get(id(stmt), self.active)
        for name in sorted((self.active & later) - self.shared):
            if (
                self.lacks_axes(name)
                and not self.storage.points.reach(name).isdisjoint(sites)
                and self.storage.made_before(name, stmt)
            ):
                raise errors.UnsupportedMutation(
                    f"This writes into `{name}`, an array without dimensions, which is not "
                    "supported yet. Use a number, or an array of one element.",
                    self.place(),
                )

    @cached_property
    def written_by_id(self) -> dict[int, Sites]:
        """What each statement may write into."""
        found: dict[int, Sites] = {}
        for sites, _, stmt in self.storage.writes:
            found[id(stmt)] = found.get(id(stmt), NONE) | sites
        return found

    # -- what a write hands on ---------------------------------------------------------

    def overwrite(self, owner: str, index: ir.Expr, value: ir.Expr) -> None:
        """The value gets the cotangent of the place, and the place is zero before."""
        self.ensure(owner, owned=True)
        bar = ir.Name(self.bar(owner))
        place, kind = ir.Item(bar, index), self.region(owner, index)
        active = isinstance(value, ir.Name) and value.id in self.active
        if not active:
            self.emit(ir.Store(place, ir.Const(0.0)))
        elif self.separate(index) and is_scalar(kind) and value.id != owner:  # type: ignore[union-attr]
            self.give_region(value, place, kind, copy=False)
            self.emit(ir.Store(place, ir.Const(0.0)))
        elif self.separate(index):
            hint = f"{value.id}_part"  # type: ignore[union-attr]
            part = self.named(self.region_copy(place, index), hint)
            self.emit(ir.Store(place, ir.Const(0.0)))
            self.give_region(value, part, kind, copy=False)
        else:
            part = self.named(algebra.call(TAKEN_OUT, bar, slice_object(index)), f"{owner}_part")
            self.give_region(value, part, kind, copy=False)

    def increase(self, owner: str, index: ir.Expr, stmt: ir.Augment) -> None:
        """The value gets the cotangent of the place, which keeps it."""
        value = stmt.value
        if not isinstance(value, ir.Name) or value.id not in self.active:
            return
        self.ensure(owner, owned=True)
        bar, kind = ir.Name(self.bar(owner)), self.region(owner, index)
        place: ir.Expr = bar if index == WHOLE else ir.Item(bar, index)
        copied = is_scalar(kind) or (index != WHOLE and is_basic(index, self.index_type) is False)
        if not stmt.every and not self.separate(index):
            place, copied = algebra.call(LAST_WRITTEN, bar, slice_object(index)), True
        if stmt.op == "-":
            self.give_region(value, algebra.neg(place), kind, copy=False)
        else:
            self.give_region(value, place, kind, copy=not copied)

    def give_region(self, value: ir.Expr, bar: ir.Expr, kind: Type, copy: bool) -> None:
        """Hand the cotangent of a place to the value that was broadcast into it."""
        assert isinstance(value, ir.Name)
        own = self.type(value.id)
        dims, full = dims_of(own), dims_of(kind)
        same = dims is not None and dims == full and None not in dims
        copy = copy and value.id not in self.state.present
        if self.naive or not (same or (is_scalar(own) and not isinstance(kind, AnyType))):
            if copy:  # of what may be a number: a number
                bar = algebra.call(COPY, bar)
                bar = bar if isinstance(kind, Array) else ir.Item(bar, ir.Sequence("tuple", ()))
            self.add(value.id, algebra.call(STORED, bar, value), True)
            return
        if is_complex(kind) and is_real(own):
            bar = algebra.call(REAL, bar)
        if is_scalar(own):
            total = bar if is_scalar(kind) else algebra.call(SUM, bar)
            self.add(value.id, total, True)
        elif copy:
            self.add(value.id, algebra.call(COPY, bar), True)
        else:
            self.add(value.id, bar, True)

    def region(self, owner: str, index: ir.Expr) -> Type:
        """The type of what stands at the index."""
        if index == WHOLE:
            return self.type(owner)
        kind = Inference(self.facts.session, self.facts).expr(ir.Item(ir.Name(owner), index))
        whole = self.type(owner)
        if isinstance(kind, Array) and None in kind.dims and isinstance(whole, Array):
            dims = lengths(whole, index, self.facts.types, self.steady)
            return kind if dims is None or len(dims) != kind.ndim else replace(kind, dims=dims)
        return kind

    def region_copy(self, place: ir.Item, index: ir.Expr) -> ir.Expr:
        """An index of slices is a view, which the zeros would reach."""
        if is_basic(index, self.index_type):
            return algebra.call(COPY, place)
        return place

    def separate(self, index: ir.Expr) -> bool:
        """Whether no element can be written twice."""
        if self.naive:
            return False
        basic = is_basic(index, self.index_type)
        return bool(basic) or self.is_mask(index) or self.once(index)

    # -- other operators ---------------------------------------------------------------

    def expanded(self, stmt: ir.Augment, owner: str, index: ir.Expr) -> list[Node]:
        """`u[i] **= e` as `old = u[i]; new = old ** e; u[i] = new`."""
        old, new = self.names.fresh(f"{owner}_old"), self.names.fresh(f"{owner}_new")
        if self.lacks_axes(owner):
            index = ir.Sequence("tuple", ())  # what is read so is a number
        place = read = ir.Item(ir.Name(owner), index)
        value = ir.Binary(stmt.op, ir.Name(old), stmt.value)
        kind = self.region(owner, index)
        types, operations = self.facts.types, self.facts.operations
        types[old] = kind
        operations[id(read)] = Element(ir.Name(owner), index)
        inference = Inference(self.facts.session, self.facts)
        types[new] = inference.expr(value)
        self.know(value, stmt.op, kind)
        self.facts.keep.append(read)
        self.active = self.active | {old, new}
        if self.lacks_axes(owner):
            place = ir.Item(ir.Name(owner), WHOLE)
        else:
            self.storage.points.alias(old, owner)
            self.keeper.views |= {old}
        steps: list[ir.Stmt] = [
            ir.Assign(old, read, stmt.at),
            ir.Assign(new, value, stmt.at),
            ir.Store(place, ir.Name(new), stmt.at, alters=stmt.alters),
        ]
        nodes: list[Node] = []
        for step in reversed(steps):
            self.storage.stands_for(step, stmt)
            nodes[:0] = self.statement(step)
        return nodes
