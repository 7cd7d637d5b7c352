"""The naive mode: the reference that every optimised derivative is tested against.

    y = np.sin(x)      y_saved.append(y)         every value that is overwritten is saved
                       y = np.sin(x)
                       …
                       y_bar_in = y_bar          every cotangent exists; None is zero
                       y_bar = None
                       if y_bar_in is not None:
                           x_bar = add(x_bar, unbroadcast(y_bar_in * np.cos(x), x))
                       y = y_saved.pop()

Nothing is decided ahead that the running program can decide: which cotangents are zero, which way
a branch went (a flag), how often a loop ran (a counter), whether a value is needed again (all are
kept), which axes were broadcast, and how two cotangents are added.  Rules are written in as they
stand in the tables.  What it shares with the other mode: frontend, inference and activity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from srcad.adjoint import algebra
from srcad.adjoint.cells import (
    CELL_MADE,
    CELL_READ,
    CELL_STORED,
    CELL_TAKEN,
    CELLS_GATHERED,
    ITEMS_TAKEN,
    RESULT_GATHERED,
)
from srcad.adjoint.cotangents import (
    ACCUMULATE,
    ACCUMULATED,
    ADD,
    OWN,
    SHADOW,
    State,
    of_number,
    slice_object,
)
from srcad.adjoint.loops import plan
from srcad.adjoint.memory import BACK, TAKEN
from srcad.adjoint.notes import written_by_entry
from srcad.adjoint.reverse import Reverse
from srcad.adjoint.scopes import Needed
from srcad.adjoint.sweep import (
    Attempt,
    Branch,
    Loop,
    Node,
    Record,
    Scope,
    Step,
    entries,
    written_by,
)
from srcad.adjoint.weave import Weaver, at_ends
from srcad.analysis.elements import adds_axes
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Clo, Type

NONE = ir.Const(None)
TAKING = (
    BACK,
    TAKEN,
    CELL_MADE,
    CELL_READ,
    CELL_STORED,
    CELL_TAKEN,
    CELLS_GATHERED,
    ITEMS_TAKEN,
    RESULT_GATHERED,
)


class _Everything(set[str]):
    """The cotangents that exist: all of them, always."""

    def __contains__(self, name: object) -> bool:
        return True


class NaiveReverse(Reverse):
    """A reversal without knowledge of which cotangents are zero or whose memory they are."""

    naive = True

    def __init__(self, *args: Any) -> None:
        self.kept: set[str] = set()  # the names that hold a cotangent that was taken
        self.now: dict[str, str] = {}  # those of the statement at hand, by variable
        super().__init__(*args)

    @property
    def state(self) -> State:
        return State(_Everything(), set())

    @state.setter
    def state(self, found: State) -> None:
        """Nothing to remember."""

    def opening(self, given: frozenset[str | None]) -> ir.Block:
        """Every cotangent is zero before the backward part, but for those handed in."""
        return tuple(ir.Assign(bar, NONE) for bar in self.bars.values() if bar not in given)

    def statement(self, stmt: ir.Stmt) -> list[Node]:
        nodes = [self.guarded(n) if isinstance(n, Step) else n for n in super().statement(stmt)]
        self.now = {}
        return nodes

    def guarded(self, step: Step) -> Step:
        """A variable that is bound anew had no cotangent before; zero passes nothing on."""
        backward = step.backward
        taken = {s.target for s in backward if isinstance(s, ir.Assign) and s.value == NONE}
        kept = [s.target for s in backward if isinstance(s, ir.Assign) and s.target in self.kept]
        if len(kept) == 1 and not any(map(self.hands_in, backward)):
            test = ir.Compare(ir.Name(kept[0]), ("is not",), (NONE,))
            first = 1 + max(k for k, s in enumerate(backward) if _resets(s) or _binds(s, kept[0]))
            rest = backward[first:]
            if rest and not any(isinstance(s, ir.If) and s.test == test for s in rest):
                backward = (*backward[:first], ir.If(test, rest, (), rest[0].at))
        bound = sorted(written_by(step.forward) & self.active)
        resets = [ir.Assign(self.bar(n), NONE) for n in bound if self.bar(n) not in taken]
        return replace(step, backward=(*resets, *backward))

    def hands_in(self, stmt: ir.Stmt) -> bool:
        """Whether the statement takes a cotangent out of memory, whatever the variable's is."""
        if not self.shadows or self.shadows not in ir.all_reads(stmt):
            return False
        stack = list(ir.expressions(stmt))
        while stack:
            expr = stack.pop()
            stack.extend(ir.children(expr))
            if isinstance(expr, ir.Call) and isinstance(expr.func, ir.Ref):
                generated = expr.func.value is None and ir.Name(self.shadows) in expr.args
                if expr.func in TAKING or generated:
                    return True
        return False

    def loop(self, stmt: ir.For | ir.While) -> list[Node]:
        the_plan = plan(self, stmt)
        self.facts.keep.append(the_plan.stmt)
        self.storage.stands_at(the_plan.stmt, stmt)
        self.depth += 1
        body, last = self.loop_body(the_plan, [], stmt.at)
        self.depth -= 1
        nodes: list[Node] = [
            Loop(the_plan.stmt, body, the_plan.target, the_plan.iterable, the_plan.rebinds, last)
        ]
        for inner in reversed(the_plan.before):
            nodes[:0] = self.statement(inner)
        return nodes

    # -- cotangents --------------------------------------------------------------------

    def take(self, name: str) -> ir.Expr | None:
        if name not in self.active:
            return None
        if name in self.shared:
            return self.lent.pop(name, None)
        if name in self.now:
            return ir.Name(self.now[name])
        bar = self.bar(name)
        kept = self.names.fresh(f"{bar}_in")
        self.kept.add(kept)
        self.now[name] = kept
        self.emit(ir.Assign(kept, ir.Name(bar)))
        self.emit(ir.Assign(bar, NONE))
        return ir.Name(kept)

    def another_step(self) -> None:
        super().another_step()
        self.now = {}

    def ensure(self, name: str, *, owned: bool = False) -> None:
        bar = ir.Name(self.bar(name))
        # a function object may hold other values by now, a container other items
        known = isinstance(self.type(name), Clo) or (self.with_cells and name in self.holders)
        zero = self.zeros(name) if known else algebra.call(SHADOW, ir.Name(name))
        zeros = ir.Assign(bar.id, algebra.call(OWN, zero))
        own = ir.Assign(bar.id, algebra.call(OWN, bar))
        self.emit(ir.If(ir.Compare(bar, ("is",), (NONE,)), (zeros,), (own,)))

    def add(self, name: str, value: ir.Expr, fresh: bool = False) -> None:
        if name in self.shared:
            self.emit(self.put(name, value))
        elif name in self.active:
            value = self.spread(name, value) if name in self.holders else value
            bar = self.bar(name)
            self.emit(ir.Assign(bar, algebra.call(ADD, ir.Name(bar), value)))

    def add_at(self, owner: str, index: ir.Expr, value: ir.Expr, result: Type) -> None:
        if owner in self.shared:
            self.emit(self.put_at(owner, index, value))
        elif owner in self.holders and isinstance(self.type(owner), AnyType):
            self.ensure(owner)
            self.emit(self.put_in(owner, index, value))
        elif owner in self.active:
            self.ensure(owner)
            bar = self.bar(owner)
            given = ir.Name(bar), slice_object(index), value
            if of_number(index) or adds_axes(index, self.index_type):
                self.emit(ir.Assign(bar, algebra.call(ACCUMULATED, *given)))
            else:
                self.emit(ir.Effect(algebra.call(ACCUMULATE, *given)))

    def flag(self, stmt: ir.If) -> tuple[ir.Stmt | None, ir.Expr]:
        return self.remembered(stmt)


def _resets(stmt: ir.Stmt) -> bool:
    return isinstance(stmt, ir.Assign) and stmt.value == NONE


def _binds(stmt: ir.Stmt, name: str) -> bool:
    return name in ir.targets(stmt)


@dataclass
class NaiveWeaver(Weaver):
    """Saves whatever is overwritten, in lists, whether it is needed or not.

    known: the variables that may have a value so far, at first the parameters.
    """

    known: set[str] = field(default_factory=set)

    def weave(self, nodes: tuple[Node, ...]) -> tuple[ir.Block, ir.Block]:
        forward, backward, _ = self.sequence(nodes, frozenset(), 0)
        first = tuple(ir.Assign(saved, ir.Sequence("list", ())) for saved in self.lists.values())
        return (*first, *forward), backward

    def after_node(self, node: Node, needed: Needed) -> Needed:
        return needed

    def overwritten(self, names: Iterable[str], depth: int) -> list[str]:
        """Those that may have a value already."""
        found = sorted(n for n in names if depth or n in self.known)
        self.known.update(names)
        return found

    def node(self, node: Node, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        match node:
            case Step():
                return self.step(node, needed, depth)
            case Branch(stmt, test, then, orelse):
                f_then, b_then, _ = self.sequence(then, needed, depth)
                f_else, b_else, _ = self.sequence(orelse, needed, depth)
                forward = ir.with_blocks(stmt, (f_then, f_else))
                return (forward,), (ir.If(test, b_then, b_else, stmt.at),), needed
            case Loop():
                return self.loop(node, needed, depth)
            case Scope(stmt, body, again):
                names = [n for _, n in stmt.items if n is not None]
                saved = self.overwritten(names, depth)
                f, b, _ = self.sequence(body, needed, depth)
                inner: ir.Block = (ir.With(stmt.items, b, stmt.at),) if again and b else b
                around = ir.With(stmt.items, f, stmt.at)
                return (*map(self.push, saved), around), (*inner, *map(self.pop, saved)), needed
            case Attempt():
                return self.attempt(node, needed, depth)
            case Record():
                return self.record(node, needed, depth)
        raise AssertionError(node)

    def overwritten_in(self, node: Record, needed: Needed, depth: int) -> list[Needed]:
        return [
            frozenset(self.overwritten(written_by_entry(e), depth + loops))
            for e, loops in entries(node.body)
        ]

    def step(self, node: Step, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        caught = {n for s in ir.walk(node.forward) if isinstance(s, ir.Try) for n in ir.targets(s)}
        names = {n for n in written_by(node.forward) - caught}
        saved = self.overwritten(names, depth)
        restores = tuple(self.pop(n) for n in saved)
        ends = (*restores, *node.backward) if node.before else (*node.backward, *restores)
        return (*map(self.push, saved), *node.forward), ends, needed

    def loop(self, node: Loop, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        header = sorted(ir.targets(node.stmt))
        saved = self.overwritten(header, depth)
        f, b, _ = self.sequence(node.body, needed, depth + 1)
        for name in header:
            f = at_ends(f, self.push(name))
        restored = tuple(self.pop(n) for n in reversed(header))
        others = tuple(s for s in node.rebinds if not set(ir.targets(s)) & set(header))
        back = ir.For(node.target, node.iterable, (*restored, *others, *b, *node.last))
        stmt = replace(node.stmt, body=f)
        return (*map(self.push, saved), stmt), (back, *map(self.pop, saved)), needed
