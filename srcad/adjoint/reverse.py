"""Reverse a function: beside each statement, the statements that carry its cotangent back.

    y = x * w             y_bar is known
                    →     x_bar += y_bar * w
                          w_bar += y_bar * x

The forward statements are walked from the last to the first.  How cotangents are held and added to
is in `cotangents`; calls, branches and exceptions have modules of their own.  Long because each
kind of statement has its case here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.branches import Branches
from srcad.adjoint.captured import Captured
from srcad.adjoint.containers import Containers
from srcad.adjoint.contributions import Contributions
from srcad.adjoint.cotangents import Request, State
from srcad.adjoint.exceptions import Exceptions
from srcad.adjoint.gates import Gates
from srcad.adjoint.keep import Keeper
from srcad.adjoint.loops import LoopPlan, plan
from srcad.adjoint.memory import Memory
from srcad.adjoint.operands import looked_at, whole_looked_at
from srcad.adjoint.primal import user_names
from srcad.adjoint.sweep import Loop, Node, Scope, Step
from srcad.adjoint.unwritten import functions_looked
from srcad.adjoint.writes import Writes
from srcad.analysis.activity import Active, active_reads
from srcad.analysis.array_methods import check_methods
from srcad.analysis.asked import NOT_ASKED, Asked
from srcad.analysis.captures import Captures, called_only
from srcad.analysis.effects import check_rules
from srcad.analysis.infer import Inferred
from srcad.analysis.keys import looked_at_keys
from srcad.analysis.liveness import Liveness
from srcad.analysis.operations import Append, Apply, Dynamic, Element, Invoke, Part, Refused
from srcad.analysis.shared import Shared
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import AnyType, Array, Number, Scalar, carries, is_complex
from srcad.runtime import cotangents
from srcad.runtime.closures import captured

REAL = ir.Ref(np.real, "np.real")
TAKEN = ir.Ref(cotangents.taken, "taken")


def _position(at: ir.Loc | None) -> tuple[float, float, float]:
    """Where a refused expression ends: of two on a line, the inner one runs first."""
    if at is None:
        return float("inf"), 0.0, 0.0
    part = at.part or at
    return at.line, part.end_line, part.end_column


class Reverse(Gates, Captured, Branches, Containers, Exceptions, Writes, Memory):
    """The reversal of one function body."""

    def __init__(
        self,
        facts: Inferred,
        body: ir.Block,
        active: Active,
        live: Liveness,
        names: Names,
        request: Request,
        shown: frozenset[str] = frozenset(),
        asked: Asked = NOT_ASKED,
        shared: Shared | None = None,
    ) -> None:
        super().__init__(facts, body, active, live, names, request, shown, asked, shared)
        self.contributions = Contributions(self)
        self.captures = Captures(facts, body, live)
        self.called_only = called_only(facts, body)
        self.keeper = Keeper(facts, body, self.storage, names, user_names(facts.unit))
        self.share()
        self.keeper.views -= self.shared
        self.first: ir.Block = ()  # before everything else in the backward part
        self.refused = []

    def start(self, result: str, handed: tuple[str, ...] = ()) -> str | None:
        """The cotangent that the caller hands in, where the result carries a derivative.

        handed: parameters that the function writes, whose cotangents the caller hands in as well.
        """
        self.state.present |= set(handed)
        self.state.owned |= set(handed)
        if self.asked.result and result in self.shared:
            self.first = (*self.opened(handed, handed), *self.first)
            return None
        seed = self.seeded(result, handed)
        self.first = (*self.opened((*handed, result), handed), *self.first)
        return seed

    def seeded(self, result: str, handed: tuple[str, ...]) -> str | None:
        """The name of the result's cotangent, in the state."""
        if result in handed:  # `return u`, where u was written: both cotangents are u's
            seed = self.names.fresh(f"{result}_result_bar")
            self.first = self.joined(result, seed)
            return seed
        if result not in self.active:
            return None
        self.state.present.add(result)
        return self.bar(result)

    def joined(self, name: str, bar: str) -> ir.Block:
        """x_bar += bar, at the beginning of the backward part."""
        self.out, self.at = [], None
        self.add(name, ir.Name(bar))
        return tuple(self.out)

    # -- blocks ------------------------------------------------------------------------

    def block(self, block: ir.Block) -> tuple[Node, ...]:
        outer, self.keeper.waiting = self.keeper.waiting, {}
        nodes: list[Node] = []
        for stmt in reversed(block):
            nodes.extend(reversed(self.statement(stmt)))
        first = self.keeper.copies(self.keeper.waiting)
        if first:
            nodes.append(Step(tuple(first)))
        self.keeper.waiting = outer
        return tuple(reversed(nodes))

    def statement(self, stmt: ir.Stmt) -> list[Node]:
        self.out, self.at = [], getattr(stmt, "at", None)
        state, depth = self.state.copy(), self.depth
        try:
            self.check_nested(stmt)
            check_rules(self.facts, stmt, self.active)
            check_methods(self.facts, stmt, self.active)
            self.check_axes(stmt)
            behind = self.keeper.behind(stmt)
            work = lambda: self.keeper.around(stmt, self.reversed(stmt), behind)  # noqa: E731
            nodes = self.with_snapshots(work)
            return [*self.first_looked(stmt), *functions_looked(stmt, nodes, self), *nodes]
        except errors.SrcadError as problem:
            # the user reads a program from its start: go on, and look for what is refused earlier
            self.refused.append((self.at, problem))
            self.state, self.depth = state, depth
            self.state.present |= (ir.free_reads((stmt,)) & self.active) - self.shared
            return [Step((stmt,))]

    def first_looked(self, stmt: ir.Stmt) -> list[Node]:
        """A look at operands of unknown type, of which a derivative is taken, and at keys."""
        check = looked_at_keys(stmt, self.facts, self.active)
        if isinstance(stmt, ir.Assign) and stmt.target in self.active:
            operation = self.operation(stmt.value)
            check += looked_at(operation, stmt.at)
            check += whole_looked_at(operation, stmt.at, self.type_of, self.is_active)
        return [Step(check)] if check else []

    def refuse(self) -> None:
        """Raise the first refusal, in the order of the user's text."""
        if self.refused:
            raise min(self.refused, key=lambda r: _position(r[0]))[1]

    def reversed(self, stmt: ir.Stmt) -> list[Node]:  # noqa: C901 - one case for each kind
        self.lent = {}
        through = self.through_cells(stmt)
        if through is not None:
            return through
        match stmt:
            case ir.Assign() if stmt.target in self.shared:
                return self.assign_shared(stmt)
            case ir.Assign() if self.holds_shared(stmt.target):
                return self.assign_holder(stmt)
            case ir.Assign():
                return self.assign(stmt)
            case ir.Unpack():
                return self.unpack(stmt)
            case ir.Effect(value):
                return self.effect(stmt, value)
            case ir.If():
                return self.branch(stmt)
            case ir.For() | ir.While():
                return self.loop(stmt)
            case ir.With():
                self.check_contexts(stmt)
                body = self.block(stmt.body)
                return [Scope(stmt, body, again=self.is_errstate(stmt))]
            case ir.Try():
                return self.attempt(stmt)
            case ir.Store() if self.fills(stmt):
                return self.fill(stmt)
            case ir.Augment(ir.Name(owner)) if self.may_rebind(owner):
                return self.augment_unknown(stmt, owner)
            case ir.Store() | ir.Augment():
                return self.write(stmt)
            case _:
                pass
        return [Step((stmt,))]

    def assign(self, stmt: ir.Assign) -> list[Node]:
        target, value = stmt.target, stmt.value
        if isinstance(value, ir.Closure):
            self.check_cells(stmt, value)
            self.check_handed_on(stmt, value)
        passing = self.asked_items(target, value)
        if isinstance(value, ir.Closure) and target in self.called_only:
            passing = replace(value, captures=())  # these got their cotangents at the calls
        elif isinstance(value, ir.Closure) and target in self.state.present:
            self.check_captures(stmt, value)
        self.captured_here(value)
        operation = self.operation(value)
        if isinstance(operation, Invoke) and self.must_call(stmt, operation):
            return self.call(stmt, operation)
        if target not in self.active or not self.is_active(value):
            if isinstance(operation, Refused) and self.active & ir.reads(value):
                raise self.refusal(operation)
            self.take(target)
            return [Step((stmt,), tuple(self.out))]
        reads_itself = target in ir.reads_before(value)
        if reads_itself and self.contributions.uses_result(operation):
            kept = self.names.fresh(f"{target}_new")
            self.facts.types[kept] = self.type(target)
            self.active = self.active | {kept}
            second = self.assign(ir.Assign(target, ir.Name(kept), stmt.at))
            self.another_step()
            return [*self.assign(ir.Assign(kept, value, stmt.at)), *second]
        if isinstance(operation, (Invoke, Dynamic)):
            return self.call(stmt, operation)
        if isinstance(operation, Apply) and self.is_gate(operation):
            return self.gate(stmt, operation)
        stmt = self.unhooked(stmt, operation)
        y_bar = self.take(target)
        if y_bar is None:
            return [Step((stmt,), tuple(self.out))]
        pairs = self.contributions.of(passing, operation, target, y_bar)
        if is_complex(self.type(target)):
            pairs = [self.projected(pair) for pair in pairs]
        self.distribute(target, pairs)
        return [Step((stmt,), tuple(self.out), before=reads_itself)]

    def asked_items(self, target: str, value: ir.Expr) -> ir.Expr:
        """A tuple without the items that nobody asks a cotangent of."""
        asked = dict(self.facts.useless.parts).get(target)
        if asked is None or not isinstance(value, ir.Sequence):
            return value
        if any(isinstance(item, ir.Star) for item in value.items):
            return value
        items = (i if k in asked else ir.Const(None) for k, i in enumerate(value.items))
        return replace(value, items=tuple(items))

    def must_call(self, stmt: ir.Assign, operation: Invoke) -> bool:
        """Whether a call is reversed as one, whatever becomes of its result."""
        if self.writes_active(operation):
            self.check_plain_call(stmt)
            return True
        return stmt.target not in self.active and self.may_keep(operation)

    def projected(self, pair: tuple[Any, ...]) -> tuple[Any, ...]:
        """A real variable in complex arithmetic gets the real part of what its place gets."""
        kind = self.type(pair[0])
        if isinstance(kind, AnyType) or not carries(kind) or is_complex(kind):
            return pair
        if not isinstance(kind, Array | Number | Scalar):
            return pair
        if len(pair) == 3:
            return pair[0], algebra.call(REAL, pair[1]), False
        owner, index, value, result = pair
        return owner, index, algebra.call(REAL, value), result

    def captured_here(self, value: ir.Expr) -> None:
        """Zeros for what a function captured are made while all its variables are bound."""
        match value:
            case ir.Call(ir.Ref(function), (ir.Name(fn), _)) if function is captured:
                if fn in self.active and fn not in self.state.present:
                    self.ensure(fn)
            case _:
                pass

    def distribute(self, target: str, pairs: list[tuple[Any, ...]]) -> None:
        """Add the contributions; the one to the target's own older value comes last."""
        later = [p for p in pairs if p[0] == target]
        for pair in [p for p in pairs if p[0] != target]:
            self.contribute(pair)
        if len(later) > 1 and all(len(p) == 3 for p in later):
            total = later[0][1]
            for pair in later[1:]:
                total = algebra.add(total, pair[1])
            later = [(target, total, True)]
        elif len(later) > 1 or (later and len(later[0]) != 3):
            # the older value's cotangent is built while the newer one is still read
            kept = self.names.fresh(f"{self.bar(target)}_new")
            self.out.insert(0, ir.Assign(kept, ir.Name(self.bar(target)), self.at))
            rename: dict[str, ir.Expr] = {self.bar(target): ir.Name(kept)}
            self.out[1:] = [
                ir.map_expressions(s, lambda e: ir.substitute(e, rename)) for s in self.out[1:]
            ]
            later = [
                tuple(ir.substitute(v, rename) if isinstance(v, ir.Expr) else v for v in p)
                for p in later
            ]
        for pair in later:
            self.contribute(pair)

    def contribute(self, pair: tuple[Any, ...]) -> None:
        if len(pair) == 3:
            self.add(*pair)
        else:
            self.add_at(*pair)

    # -- loops -------------------------------------------------------------------------

    def loop(self, stmt: ir.For | ir.While) -> list[Node]:
        at = stmt.at
        the_plan = plan(self, stmt)
        for table in (self.live.body, self.live.after):
            counter = frozenset({the_plan.counter} if the_plan.counter else ())
            table[id(the_plan.stmt)] = table.get(id(stmt), frozenset()) | counter
        self.facts.keep.append(the_plan.stmt)
        self.storage.stands_at(the_plan.stmt, stmt)
        carried, buffers = self.loop_state(stmt, the_plan)
        before: list[ir.Stmt] = []
        self.out, self.at = before, at
        for name in carried:
            self.ensure(name, owned=name in buffers)
        # these read the variables as the loop leaves them, also where it never ran
        read = frozenset().union(*map(ir.statement_reads, before))
        self.anywhere |= read & ir.assigned((stmt,)) - frozenset(self.bars.values())
        enter = self.state.copy()
        owned = {n for n in enter.owned if n in carried} | (enter.owned - set(carried))
        self.depth += 1
        for _ in range(3):
            self.state = State(set(enter.present), set(owned))
            body, last = self.loop_body(the_plan, carried, at)
            lost = {n for n in carried if n in owned and n not in self.state.owned}
            if not lost:
                break
            owned -= lost
        self.depth -= 1
        self.state = State(set(enter.present), owned & self.state.owned)
        loop = Loop(the_plan.stmt, body, the_plan.target, the_plan.iterable, the_plan.rebinds, last)
        nodes: list[Node] = [loop]
        if before:
            nodes.append(Step((), tuple(before)))
        for inner in reversed(the_plan.before):
            nodes[:0] = self.statement(inner)
        return nodes

    def loop_body(
        self, the_plan: LoopPlan, carried: list[str], at: ir.Loc | None
    ) -> tuple[tuple[Node, ...], ir.Block]:
        body = self.block(the_plan.stmt.body)
        self.out, self.at = [], at
        body = (*self.handed_out(the_plan), *body)
        for leaf, owner, index in the_plan.reads:
            done = self.with_cells and owner in self.unknown()
            bar = None if done else self.take(leaf)
            if bar is not None:
                self.add_at(owner, index, bar, self.type(leaf))
        if isinstance(the_plan.stmt, ir.For):
            for leaf in ir.leaves(the_plan.stmt.target):
                self.take(leaf)
        for name in carried:
            if name not in self.state.present:
                self.emit(ir.Assign(self.bar(name), self.zeros(name)))
                self.state.present.add(name)
                self.state.owned.add(name)
        for name in self.state.present - set(carried):
            self.state.present.discard(name)
            self.state.owned.discard(name)
        return body, tuple(self.out)

    def active_defaults(self, name: str) -> bool:
        """Whether a function made here has a default that carries a derivative."""
        made = self.closures(name) or ()
        return any(self.is_active(value) for c in made for _, value in c.defaults)

    def runs_as_it_stands(self, stmt: ir.Stmt) -> bool:
        """Whether nobody asks a cotangent of what a statement does, and it calls nobody."""
        useless = self.facts.useless.names
        match stmt:
            case ir.Assign(target, value) if target in useless:
                return not isinstance(self.operation(value), Invoke | Dynamic)
            case ir.Store(ir.Item(ir.Name(owner)) | ir.Attr(ir.Name(owner))):
                return owner in useless
            case ir.Effect(value):
                operation = self.operation(value)
                return isinstance(operation, Append) and operation.owner in useless
            case _:
                return False

    def loop_state(self, stmt: ir.For | ir.While, the_plan: LoopPlan) -> tuple[list[str], set[str]]:
        """The variables whose cotangents go around the loop, and those added into by element."""
        used: set[str] = set()
        buffers: set[str] = set()
        defined = ir.assigned((stmt, the_plan.stmt))  # the plan may name the item of a pattern
        for inner in ir.walk(the_plan.stmt.body):
            if self.runs_as_it_stands(inner):
                continue
            for expr in ir.expressions(inner):
                used |= active_reads(expr, self.facts, self.active)
                operation = self.operation(expr)
                if isinstance(operation, Invoke) and self.made_here(operation):
                    used |= self.captured_by(operation)
                if isinstance(operation, Append):
                    used |= ir.reads(operation.value) & self.active
                    used |= {operation.owner} & self.active
                    buffers.add(operation.owner)  # items are popped from its cotangent
                if isinstance(operation, (Element, Part)) and isinstance(operation.owner, ir.Name):
                    buffers.add(operation.owner.id)
            if isinstance(inner, ir.For):
                used |= ir.reads(inner.iterable) & self.active
                buffers |= ir.reads(inner.iterable) & self.active
            if isinstance(inner, ir.Store):
                used |= ir.reads(inner.target) & self.active
                buffers |= ir.reads(inner.target.obj) & self.active
        for _, owner, _ in the_plan.reads:
            used.add(owner)
            buffers.add(owner)
        carried = self.live.body.get(id(stmt), frozenset()) | self.live.after.get(
            id(stmt), frozenset()
        )
        carried = carried.union(*(self.read_by.get(n, ()) for n in carried))
        local = {n for n in defined if n not in carried}
        around = (used | (self.state.present & (defined | used)) | self.state.present) & self.active
        around -= {n for n in self.called_only if not self.active_defaults(n)}
        around -= self.shared
        return sorted(n for n in around if n not in local), buffers & around
