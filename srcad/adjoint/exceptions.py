"""Reverse `try`: each simple statement notes that it ran, and these notes are read backwards.

try:                           ran = []
    y = f(x)                   try:
    z = y * w            →         y = f(x)
except ValueError:                 ran.append(1)
    z = w                          z = y * w
                                   ran.append(2)
                               except ValueError:
                                   z = w
                                   ran.append(3)
                               …
                               for step in reversed(ran):
                                   if step == 1: …      (elif 2, elif 3)

An exception may leave a block, a loop or a called function anywhere; the notes tell how far it
came, whatever stands around.  So the statements in the arms of branches, in loops and in handlers
are entries like all others, and the cotangents are the same before each of them: those that exist
(`present`), as buffers of our own (`owned`).  What is gained or lost on the way is found by going
over the statements until nothing changes.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace

from srcad import errors
from srcad.adjoint.cotangents import Cotangents, State
from srcad.adjoint.keep import Keeper
from srcad.adjoint.loops import items_of
from srcad.adjoint.sweep import Attempt, Entry, Frame, Node, Record, Step
from srcad.analysis.operations import Invoke
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, is_scalar

Items = tuple[Entry | Frame, ...]


@dataclass
class _Invariant:
    """What holds of the cotangents before and after each entry."""

    present: set[str]
    owned: set[str]
    gained: set[str] = field(default_factory=set)
    bought: set[str] = field(default_factory=set)  # entries want buffers of their own for these
    lost: set[str] = field(default_factory=set)  # others give these buffers away

    def settled(self) -> bool:
        """Whether the last round found nothing; else what it found counts in the next."""
        new = self.gained - self.present
        owned = ((self.owned | self.bought | new) & (self.present | new)) - self.lost
        if not new and owned == self.owned:
            return True
        self.present |= new
        self.owned = owned
        return False


class Exceptions(Cotangents):
    """The reversal of `try`."""

    keeper: Keeper
    refused: list[tuple[ir.Loc | None, errors.SrcadError]]
    invariant: _Invariant
    # by statement: the owner and index of a loop's item; no owner: it came out of a container that
    # is written
    headers: dict[int, tuple[str, ir.Expr]]
    contexts: tuple[ir.With, ...] = ()
    anywhere: frozenset[str] = frozenset()  # read backwards even where they never got a value

    def attempt(self, stmt: ir.Try) -> list[Node]:
        """A `try`; without handlers an exception leaves the function, and nothing is noted."""
        if not stmt.handlers:
            final = self.block(stmt.final)
            return [Attempt(stmt, self.block(stmt.body), final)]
        if not self.concerned(stmt):
            return [Step((stmt,))]
        return self.recorded(stmt)

    def concerned(self, stmt: ir.Stmt) -> bool:
        """Whether a derivative passes through something that the statement does."""
        names = set(ir.bound(stmt))
        for inner in ir.walk((stmt,)):
            names |= getattr(inner, "alters", frozenset())
        return bool(names & self.active)

    def recorded(self, stmt: ir.Try) -> list[Node]:
        """The statements with what reverses each of them, and the cotangents that they all need."""
        path, step = self.names.fresh("ran"), self.names.fresh("step")
        self.facts.types[path] = self.facts.types[step] = ANY
        self.headers = {}
        (whole,) = self.prepared((stmt,))
        after, waiting = self.state.copy(), self.keeper.waiting
        found = self.invariant = _Invariant(set(after.present), set(after.owned))
        for _ in range(20):
            self.keeper.waiting = dict(waiting)
            frame = self.frame(whole)
            if self.naive or found.settled():
                break
        self.out, self.at = [], stmt.at
        if not self.naive:
            self.state = after
            for name in sorted(found.present):
                self.ensure(name, owned=name in found.owned)
            self.state = State(set(found.present), set(found.owned))
            self.anywhere |= found.present
        first = Step((ir.Assign(path, ir.Sequence("list", ()), stmt.at),))
        return [first, Record(frame, path, step), Step((), tuple(self.out))]

    # -- compound statements -----------------------------------------------------------

    def items(self, block: ir.Block) -> Items:
        """A block inside a `try`; copies for the backward part are made as in any block."""
        outer, self.keeper.waiting = self.keeper.waiting, {}
        found: list[Entry | Frame] = []
        for stmt in reversed(block):
            if ir.blocks(stmt):
                behind = self.keeper.behind(stmt)
                if behind:
                    found.append(Entry((Step(tuple(self.keeper.copies(behind))),)))
                found.append(self.frame(stmt))
            else:
                found.append(self.entry(stmt))
        first = self.keeper.copies(self.keeper.waiting)
        if first:
            found.append(Entry((Step(tuple(first)),)))
        self.keeper.waiting = outer
        return tuple(reversed(found))

    def frame(self, stmt: ir.Stmt) -> Frame:
        """A compound statement: the entries of its blocks."""
        self.at = getattr(stmt, "at", None)
        around, depth = self.contexts, self.depth
        if isinstance(stmt, ir.With):
            try:
                self.check_contexts(stmt)
            except errors.SrcadError as problem:
                self.refused.append((self.at, problem))
            self.contexts = (*around, stmt) if self.is_errstate(stmt) else around
        self.depth += isinstance(stmt, ir.For | ir.While)
        blocks = tuple(reversed([self.items(b) for b in reversed(ir.blocks(stmt))]))
        self.contexts, self.depth = around, depth
        return Frame(stmt, blocks)

    # -- simple statements -------------------------------------------------------------

    def entry(self, stmt: ir.Stmt) -> Entry:
        """One statement and its reversal, which leaves the cotangents as it finds them."""
        found = self.invariant
        self.state = State(set(found.present), set(found.owned))
        steps = self.header(stmt) if id(stmt) in self.headers else self.simple(stmt)
        zeros: tuple[ir.Stmt, ...] = ()
        if not self.naive:
            state = self.state
            lacking = sorted(found.present - state.present)
            zeros = tuple(ir.Assign(self.bar(n), self.zeros(n), self.at) for n in lacking)
            found.gained |= state.present
            found.bought |= state.owned & found.present
            found.lost |= (found.owned & state.present) - state.owned
        steps = tuple(self.in_contexts(s) for s in steps)
        return Entry(steps, zeros, self.unfinished(stmt, steps))

    def simple(self, stmt: ir.Stmt) -> tuple[Step, ...]:
        nodes = self.statement(stmt)
        assert all(isinstance(n, Step) for n in nodes)
        return tuple(n for n in nodes if isinstance(n, Step))

    def header(self, stmt: ir.Stmt) -> tuple[Step, ...]:
        """`x = x_next`, where the loop takes x_next from the element of a list or an array."""
        assert isinstance(stmt, ir.Assign)
        owner, index = self.headers[id(stmt)]
        self.out, self.at = [], stmt.at
        behind = self.keeper.behind(stmt)
        self.item_read(stmt.target, owner, index)
        step = Step((stmt,), tuple(self.out))
        return tuple(n for n in self.keeper.around(stmt, [step], behind) if isinstance(n, Step))

    @abstractmethod
    def item_read(self, target: str, owner: str, index: ir.Expr) -> None:
        """Hand the cotangent of a loop's item to where the item came from."""

    def in_contexts(self, step: Step) -> Step:
        backward = step.backward
        for context in reversed(self.contexts if backward else ()):
            backward = (ir.With(context.items, backward, context.at),)
        return replace(step, backward=backward)

    def unfinished(self, stmt: ir.Stmt, steps: tuple[Step, ...]) -> str | None:
        """What to say where an exception may leave a write half done."""
        if not getattr(stmt, "alters", frozenset()) & self.active:
            return None
        for inner in (s for step in steps for s in step.forward):
            match inner:
                case ir.Augment(ir.Item(ir.Name(owner), index)) if is_scalar(
                    self.region(owner, index)
                ):
                    continue
                case ir.Augment():
                    what = "This operator wrote in place when it raised an exception"
                case ir.Assign(_, value) | ir.Unpack(_, value) | ir.Effect(value) if getattr(
                    inner, "alters", None
                ) and self.is_call(value):
                    what = "This call was to write into an array when it raised an exception"
                case _:
                    continue
            place = self.place(getattr(stmt, "at", None))
            how = "and how far it came is not known. Check before writing, or return a new array."
            return f"{what}, {how}\n{place.picture()}"
        return None

    def is_call(self, value: ir.Expr) -> bool:
        """Whether a function of the program is called, itself or as its forward part."""
        made = isinstance(value, ir.Call) and isinstance(value.func, ir.Ref)
        forward = made and value.func.value is None  # type: ignore[union-attr]
        return forward or isinstance(self.operation(value), Invoke)

    # -- contexts ----------------------------------------------------------------------

    def check_contexts(self, stmt: ir.With) -> None:
        """A user's `__enter__` and `__exit__` run as they are: they must hold nothing active."""
        for expr, bound in stmt.items:
            if ir.reads(expr) & self.active or bound in self.active:
                problem = errors.UnsupportedSyntax(
                    "A context manager that holds a value with a derivative is not supported yet: "
                    "entering and leaving it may change the value. Call what it does directly.",
                    self.place(),
                )
                problem.reading = "contexts"
                raise problem

    def is_errstate(self, stmt: ir.With) -> bool:
        return all(
            isinstance(e, ir.Call) and isinstance(e.func, ir.Attr) and e.func.name == "errstate"
            for e, _ in stmt.items
        )

    # -- loops -------------------------------------------------------------------------

    def prepared(self, block: ir.Block) -> ir.Block:
        """The loops bind names of their own first: `for x_next in xs: x = x_next; …`.

        What a loop binds is overwritten before any statement could save it.
        """
        out: list[ir.Stmt] = []
        for stmt in block:
            if not ir.blocks(stmt):
                out.append(stmt)
                continue
            first: ir.Block = ()
            new: ir.Stmt = stmt
            if isinstance(stmt, ir.For):
                try:
                    first, new = self.named_items(stmt)
                except errors.SrcadError as problem:
                    self.refused.append((stmt.at, problem))
            new = ir.with_blocks(new, tuple(self.prepared(b) for b in ir.blocks(new)))
            self.storage.stands_for(new, stmt)
            out += [*first, new]
        return tuple(out)

    def named_items(self, stmt: ir.For) -> tuple[ir.Block, ir.For]:
        """The statements before the loop, and the loop."""
        first: list[ir.Stmt] = []
        last: list[ir.Stmt] = []
        reads: dict[str, tuple[str, ir.Expr]] = {}
        loop = stmt
        if ir.reads(stmt.iterable) & self.active and set(ir.leaves(stmt.target)) & self.active:
            plan = items_of(self, stmt)
            loop, reads = plan.stmt, {name: (owner, k) for name, owner, k in plan.reads}
            reads |= {name: ("", ir.Const(None)) for name in plan.kept}
            first += plan.before
            if plan.reads:
                count = ir.Binary("+", ir.Name(plan.index), ir.Const(1))
                first.append(ir.Assign(plan.index, ir.Const(-1), stmt.at))
                last.append(ir.Assign(plan.index, count, stmt.at))
            bound = set(ir.leaves(loop.target))
            last += [s for s in plan.rebinds if not bound & set(ir.targets(s))]
        table: dict[str, str] = {}
        for name in ir.leaves(loop.target):
            table[name] = fresh = self.names.fresh(f"{name}_next")
            self.facts.types[fresh] = self.type(name)
            self.same_memory(fresh, name)
            made = ir.Assign(name, ir.Name(fresh), stmt.at)
            if name in reads:
                self.headers[id(made)] = reads[name]
            last.append(made)
        for made_here in (*first, *last):
            self.storage.stands_for(made_here, stmt)
        target = _renamed(loop.target, table)
        return tuple(first), replace(loop, target=target, body=(*last, *loop.body))


def _renamed(target: ir.Target, table: dict[str, str]) -> ir.Target:
    if isinstance(target, str):
        return table[target]
    return tuple(_renamed(part, table) for part in target)
