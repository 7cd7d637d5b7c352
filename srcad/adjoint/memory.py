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
from collections.abc import Callable
from dataclasses import replace

from srcad.adjoint import algebra
from srcad.adjoint.cotangents import Cotangents, of_number, slice_object
from srcad.adjoint.keep import Keeper
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.elements import adds_axes, is_basic
from srcad.analysis.operations import Copy, Element, Invoke, Make, Operation, Part, Same
from srcad.analysis.shared import shared_arrays, written_by
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, Clo, Dct, Lst, Obj, Tup
from srcad.runtime import shadows

SHADOWS = ir.Ref(shadows.Shadows, "Shadows")
ADDED = ir.Ref(shadows.shadow_added, "shadow_added")
ADDED_AT = ir.Ref(shadows.shadow_added_at, "shadow_added_at")
GATHERED = ir.Ref(shadows.shadow_gathered, "shadow_gathered")
ACCUMULATE = ir.Ref(shadows.shadow_accumulate, "shadow_accumulate")
BACK = ir.Ref(shadows.shadow_put_back, "shadow_put_back")
SPREAD = ir.Ref(shadows.shadow_spread, "shadow_spread")
TAKEN = ir.Ref(shadows.shadow_taken, "shadow_taken")
READ = ir.Ref(shadows.shadow_read, "shadow_read")
TAKEN_OUT = ir.Ref(shadows.shadow_taken_out, "shadow_taken_out")
SCALED = ir.Ref(shadows.shadow_scaled, "shadow_scaled")


class Memory(Cotangents):
    """The shared arrays of one function, and their shadows."""

    keeper: Keeper

    def share(self) -> None:
        """Find the shared arrays."""
        found = self.given_shared
        if found is None:
            found = shared_arrays(self.storage, self.body, self.active, self.asked)
        self.shared, self.active, self.holders = found.arrays, found.active, found.holders
        self.cells = found.cells
        self.with_cells = found.filled or bool(self.asked)
        self.shared |= found.cells
        self.problem = found.problem
        self.given_as: dict[str, str] = {}
        self.filled = {id(stmt): names for names, stmt in self.storage.fills}
        self.first_contents: dict[str, str] = {}  # of parameters that are cells
        self.then: dict[str, str] = {}  # snapshots, for the statement at hand
        self.taken_now: list[str] = []  # those that it needs before it
        self.made_now: list[tuple[str, ir.Expr, str]] = []  # of what it binds: name, value, target
        self.given_names = frozenset(self.facts.types)
        touched = self.shared | self.holders
        self.shadows = self.names.fresh("shadows") if touched or self.asked else ""

    def kept_by_memory(self, stmt: ir.Stmt) -> bool:
        """Whether all that the statement writes into is shared."""
        if self.with_cells and id(stmt) in self.filled:
            return self.filled[id(stmt)] <= self.shared | self.holders
        written = written_by(self.facts, stmt)
        if isinstance(stmt, ir.Augment) and isinstance(stmt.target, ir.Name):
            written = frozenset(n for n in written if not self.may_rebind(n))
            return written <= self.shared
        # a called function keeps by memory what its caller does
        kept = self.shared | self.holders if self.with_cells else self.shared
        return bool(written) and written <= (
            kept if isinstance(stmt, ir.Assign | ir.Effect) else self.shared
        )

    def may_rebind(self, name: str) -> bool:
        """Whether only the running program knows if `x += e` writes in place or binds x anew."""
        return name in self.holders and isinstance(self.type(name), AnyType)

    def shadow(self, function: ir.Ref, *args: ir.Expr) -> ir.Expr:
        return algebra.call(function, ir.Name(self.shadows), *args)

    @abstractmethod
    def with_snapshots(self, work: Callable[[], list[Node]]) -> list[Node]:
        """A statement reversed, behind the snapshots that its reversal reads."""

    # -- from outside and back ---------------------------------------------------------

    def entered(self, params: tuple[str, ...]) -> list[Node]:
        """The cotangents of shared parameters are taken from their memory at the end."""
        nodes: list[Node] = []
        for param in params:
            if param in self.shared:
                kept = self.given(param)
                taken = ir.Assign(self.bar(param), self.shadow(TAKEN, ir.Name(kept)))
                nodes.append(Step((ir.Assign(kept, ir.Name(param)),), (taken,)))
                self.state.present.add(param)
                self.state.owned.add(param)
            elif param in self.holders:
                nodes.append(self.gathered(param))
        return nodes

    def given(self, param: str) -> str:
        """A name for the memory that a parameter was given, whatever it is bound to later."""
        if param not in self.given_as:
            kept = self.given_as[param] = self.names.fresh(f"{param}_memory")
            self.facts.types[kept] = self.type(param)
            self.storage.points.alias(kept, param)
        return self.given_as[param]

    def gathered(self, param: str) -> Step:
        """The arrays of a container that was given have their cotangents in memory."""
        self.out, self.at = [], None
        self.ensure(param)
        bar = ir.Name(self.bar(param))
        self.emit(ir.Assign(bar.id, self.shadow(GATHERED, ir.Name(param), bar)))
        return Step((), tuple(self.out))

    def opened(self, given: tuple[str, ...], handed: tuple[str, ...]) -> ir.Block:
        """What the caller hands in goes into the memory of its arrays first."""
        if not self.shadows:
            return ()
        put: list[ir.Stmt] = []
        if not self.asked:  # else the caller hands them in
            put.append(ir.Assign(self.shadows, ir.Call(SHADOWS)))
        for name in sorted(self.shared & frozenset(given)):
            if self.naive or name in self.state.present:
                place = self.given(name) if name in handed else name
                put.append(self.put(place, ir.Name(self.bar(name))))
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
            if isinstance(value, ir.Name):  # maybe one that the compiler made
                self.shared, self.active = self.shared | {value.id}, self.active | {value.id}
            return [Step((stmt,))]
        if self.storage.unread(target, stmt):
            return [Step((stmt,))]  # zero, which infinite derivatives would make a NaN
        if target in self.operands_of(value):
            first, second = self.renamed(stmt)
            self.shared |= {first.target}
            nodes = self.keeper.around(first, self.assign_shared(first), {})
            return [*nodes, Step((second,))]
        self.lend(stmt)
        return self.assign(stmt)

    def assign_holder(self, stmt: ir.Assign) -> list[Node]:
        """Reverse an assignment of what may hold shared arrays."""
        if self.hands_on(self.operation(stmt.value)):
            return self.assign(stmt)
        if stmt.target in self.operands_of(stmt.value):
            first, second = self.renamed(stmt)
            self.holders |= {first.target}
            last = self.assign(second)
            self.another_step()
            return [*self.keeper.around(first, self.assign_holder(first), {}), *last]
        self.gather(stmt)
        return self.assign(stmt)

    def assign_back(self, stmt: ir.Assign, old: str, new: str) -> list[Node]:
        """`u = put_back(old, new)`: the memory of `old` with other contents, or a new number."""
        self.out, self.at = [], stmt.at
        self.ensure(stmt.target)
        u_bar = self.take(stmt.target)
        assert u_bar is not None
        part = self.named(self.shadow(BACK, ir.Name(old), ir.Name(new), u_bar), f"{new}_part")
        self.add(old, ir.Item(part, ir.Const(0)))
        self.add(new, ir.Item(part, ir.Const(1)))
        return [Step((stmt,), tuple(self.out))]

    def renamed(self, stmt: ir.Assign) -> tuple[ir.Assign, ir.Assign]:
        """`u = f(u)` as `t = f(u); u = t`: the new memory must be told from the one before."""
        kept = self.names.fresh(f"{stmt.target}_new")
        self.facts.types[kept] = self.type(stmt.target)
        self.storage.points.alias(kept, stmt.target)
        self.active |= {kept}
        first, second = replace(stmt, target=kept), ir.Assign(stmt.target, ir.Name(kept), stmt.at)
        for made in (first, second):
            self.storage.stands_for(made, stmt)
        return first, second

    def lend(self, stmt: ir.Assign) -> None:
        """The cotangent of a new shared array, for the statement that makes it."""
        taken = self.shadow(TAKEN, ir.Name(stmt.target), *self.sources(stmt))
        self.emit(ir.Assign(self.bar(stmt.target), taken))
        self.lent[stmt.target] = ir.Name(self.bar(stmt.target))

    def sources(self, stmt: ir.Assign) -> list[ir.Expr]:
        """What the new memory may turn out to be."""
        known = (self.shared | self.holders) - {stmt.target}
        names = sorted(self.operands_of(stmt.value) & known)
        return [self.source(n) for n in names if not isinstance(self.type(n), Clo)]

    def source(self, name: str) -> ir.Expr:
        """What a statement makes something of, as it is there."""
        return ir.Name(name)

    def operands_of(self, value: ir.Expr) -> frozenset[str]:
        """What an expression reads, through the functions made here that it calls as well."""
        operation = self.operation(value)
        names = ir.reads_before(value)
        if isinstance(operation, Invoke) and operation.closure is not None:
            kind = operation.params[-1]
            names |= {name for name, _ in kind.captures} if isinstance(kind, Clo) else set()
        return names

    def gather(self, stmt: ir.Assign) -> None:
        """The cotangent of a container of shared arrays that an operation made."""
        self.ensure(stmt.target)
        bar = ir.Name(self.bar(stmt.target))
        gathered = self.shadow(GATHERED, ir.Name(stmt.target), bar, *self.sources(stmt))
        self.emit(ir.Assign(bar.id, gathered))
        self.state.owned.discard(stmt.target)

    def holds_shared(self, name: str) -> bool:
        return name in self.holders and not isinstance(self.type(name), Clo)

    def hands_on(self, operation: Operation | None) -> bool:
        """Whether the arrays of a container are certainly those that were there before."""
        match operation:
            case Part(ir.Name(owner), _):
                kind = self.type(owner)
                captured = isinstance(kind, Clo) and owner in self.asked.params
                return captured or isinstance(kind, Tup | Lst | Dct | Obj)
            case _:
                return operation is None or isinstance(operation, Make | Copy | Same)

    def is_view(self, operation: Operation | None, value: ir.Expr) -> bool:
        """Whether the value is certainly memory of an array that was there before."""
        match operation:
            case Element(ir.Name(owner), index):
                basic = is_basic(index, self.index_type)
                return bool(basic) and isinstance(self.type(owner), Array)
            case Part():
                return self.hands_on(operation)
            case _:
                return operation is None and isinstance(value, ir.Name)

    def put(self, name: str, value: ir.Expr) -> ir.Stmt:
        return ir.Effect(self.shadow(ADDED, ir.Name(name), value))

    def spread(self, name: str, value: ir.Expr) -> ir.Expr:
        return self.shadow(SPREAD, ir.Name(name), value)

    def put_in(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        bar = ir.Name(self.bar(name))
        put = self.shadow(ACCUMULATE, ir.Name(name), bar, slice_object(index), value)
        if of_number(index) or adds_axes(index, self.index_type):
            return ir.Assign(bar.id, put)  # what is a number is bound anew
        return ir.Effect(put)

    def put_at(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        return ir.Effect(self.shadow(ADDED_AT, ir.Name(name), slice_object(index), value))

    # -- writes ------------------------------------------------------------------------

    def place_taken(self, owner: str, index: ir.Expr) -> ir.Expr:
        """The cotangent of what was written there, which is zero before."""
        return self.shadow(TAKEN_OUT, ir.Name(owner), slice_object(index))

    def place_read(self, owner: str, index: ir.Expr, every: bool = False) -> ir.Expr:
        """The cotangent of what was added there."""
        options = (ir.Const(True),) if every else ()
        return self.shadow(READ, ir.Name(owner), slice_object(index), *options)

    def place_scaled(self, owner: str, index: ir.Expr, factor: ir.Expr, op: str) -> ir.Stmt:
        place = (ir.Name(owner), slice_object(index), factor, ir.Const(op))
        return ir.Effect(self.shadow(SCALED, *place))
