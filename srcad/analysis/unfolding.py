"""Read objects that stay inside a function as variables, one for each attribute.

    optimiser = Momentum(rate, size)           optimiser.rate = rate
    for _ in range(n):                         optimiser.velocity = np.zeros(size)
        w = optimiser.step(w, A @ w)     →     for _ in range(n):
                                                   g = A @ w
                                                   optimiser.velocity = … optimiser.velocity - …
                                                   w = w + optimiser.velocity

What is called with such an object is written in place of the call.  The attributes are variables
with a dot in their names here; `analysis/scattered` asks whether all is well, and names them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from srcad.analysis.attributes import Attributes, Frame, name_of
from srcad.analysis.effects import written_params
from srcad.analysis.operations import Invoke, Make
from srcad.analysis.plain_objects import Stays, candidates, nameless, stands_anywhere
from srcad.analysis.program import MISSING, Unit
from srcad.analysis.settle import acts
from srcad.ir import nodes as ir
from srcad.ir.renaming import with_targets

DEEPEST = 6  # calls within calls
LONGEST = 120  # statements that are written in place of calls


@dataclass
class Unfolding(Attributes):
    """One reading of a function."""

    def body(self) -> ir.Block:
        """The statements of the function, with attributes in place of objects."""
        frame = Frame(self.facts, {}, candidates(self.facts) - {self.facts.unit.code.result})
        for name in sorted(frame.objects):
            if (frame.key, name) not in self.stay:
                self.objects[name] = frame.key, name
        return self.block(self.facts.unit.code.body, frame)

    def block(self, block: ir.Block, frame: Frame) -> ir.Block:
        return tuple(new for stmt in block for new in self.statement(stmt, frame))

    # -- statements --------------------------------------------------------------------

    def statement(self, stmt: ir.Stmt, frame: Frame) -> ir.Block:  # noqa: C901 - one case a form
        facts = frame.facts
        instead = facts.overloads.get(id(stmt))
        if instead is not None and (frame.calls or self.concerns(instead, frame)):
            return self.block(instead, frame)
        match stmt:
            case ir.If() if id(stmt) in facts.decided and frame.calls:
                return self.decided(stmt, frame)
            case ir.Assign(target, value) if self.object_of(ir.Name(target), frame):
                return self.made(stmt, target, value, frame)
            case ir.Assign(_, value) | ir.Effect(value) | ir.Unpack(_, value):
                operation = facts.operations.get(id(value))
                if isinstance(operation, Invoke) and self.mentioned(value, frame):
                    return self.called(stmt, operation, frame)
            case ir.Store(ir.Attr(owner, name), value) if self.object_of(owner, frame):
                place = self.written_place(owner, name, value, frame)
                return (ir.Assign(place, self.expr(value, frame), self.at(stmt, frame)),)
            case ir.Augment(ir.Attr(owner, name), _, value) if self.object_of(owner, frame):
                return (self.augmented(stmt, owner, name, frame),)
            case _:
                pass
        return (self.plain(stmt, frame),)

    def concerns(self, block: ir.Block, frame: Frame) -> bool:
        """Whether statements have to do with what is taken apart."""
        mentioned = set().union(*(ir.all_reads(s) | ir.bound(s) for s in block))
        return any(self.object_of(ir.Name(n), frame) for n in mentioned)

    def mentioned(self, value: ir.Expr, frame: Frame) -> list[str]:
        """The objects that an expression reads, in the order of their names."""
        found = (self.object_of(ir.Name(n), frame) for n in ir.reads(value))
        return sorted(f for f in found if f)

    def decided(self, stmt: ir.If, frame: Frame) -> ir.Block:
        """A branch of which inference has read one arm alone."""
        if acts(frame.facts, stmt.test):
            raise Stays(*self.objects.values())
        return self.block(stmt.then if frame.facts.decided[id(stmt)] else stmt.orelse, frame)

    def plain(self, stmt: ir.Stmt, frame: Frame) -> ir.Stmt:
        """A statement that does nothing special with objects."""
        stmt = ir.map_expressions(stmt, lambda e: self.expr(e, frame))
        if isinstance(stmt, ir.Augment) and isinstance(stmt.target, ir.Name):
            stmt = replace(stmt, target=ir.Name(self.variable(stmt.target.id, frame)))
        old = ir.targets(stmt)
        bound = [o for n in old if (o := self.object_of(ir.Name(n), frame))]
        if bound:
            raise Stays(*(self.objects[o] for o in bound))
        if frame.table and old and not isinstance(stmt, ir.Augment):
            stmt = with_targets(stmt, tuple(self.variable(n, frame) for n in old))
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(stmt, tuple(self.block(b, frame) for b in inner))
        return ir.placed(stmt, frame.at) if frame.at is not None else stmt

    # -- making, and handing on ----------------------------------------------------------

    def made(self, stmt: ir.Stmt, target: str, value: ir.Expr, frame: Frame) -> ir.Block:
        """`p = Point(x, y)`, `p = q` of what is taken apart."""
        owner = self.object_of(ir.Name(target), frame)
        operation = frame.facts.operations.get(id(value))
        source = self.object_of(value, frame)
        if source:
            moved = ir.Assign(owner, ir.Name(source), self.at(stmt, frame))
            self.moves[id(moved)] = owner, source
            return (moved,)
        if isinstance(operation, Make) and all(nameless(v) for _, v in operation.fields):
            self.of_class(owner, operation.cls)
            return tuple(
                ir.Assign(
                    self.place(owner, name, self.value_type(given, frame)),
                    self.expr(given, frame),
                    self.at(stmt, frame),
                )
                for name, given in operation.fields
            )
        if isinstance(operation, Invoke):
            return self.called(stmt, operation, frame)
        raise Stays(self.objects[owner])

    def called(self, stmt: ir.Stmt, operation: Invoke, frame: Frame) -> ir.Block:
        """The statements of a function, in place of its call."""
        unit: Unit = operation.unit
        concerned = self.mentioned(stmt.value, frame)  # type: ignore[union-attr]
        target = stmt.target if isinstance(stmt, ir.Assign) else ""
        goal = self.object_of(ir.Name(target), frame) if target else ""
        keys = [self.objects[o] for o in (*concerned, *([goal] if goal else ()))]
        if not self.may_unfold(operation, frame):
            raise Stays(*keys)
        facts = frame.facts.session.infer(unit, operation.params)
        own = candidates(facts)
        at = self.at(stmt, frame)
        foreign = unit.source.file != self.facts.unit.source.file
        table: dict[str, ir.Expr] = {}
        before: list[ir.Stmt] = []
        self.bound(unit.code, operation, frame, table, before, at)
        own |= {p.name for p in unit.code.params if self.objects.get(name_of(table[p.name]))}
        writes = written_params(facts, unit, operation.params)
        for param, write in zip(unit.code.params, writes, strict=True):
            if write is not None and param.name in own:
                self.written.add(name_of(table[param.name]))
        inside = Frame(
            facts, table, own, at if foreign or frame.at is not None else None,
            (*frame.calls, unit),
        )  # fmt: skip
        result = unit.code.result
        takes = goal and goal not in concerned and result not in table
        if takes and (result not in own or (inside.key, result) in self.stay):
            raise Stays(*keys)
        self.variables(inside, {result: goal} if takes else {})
        if not foreign:
            self.inside.append(unit.source.node)
        self.length += len(ir.walk(unit.code.body))
        if self.length > LONGEST:
            raise Stays(*keys)
        out = (*before, *self.block(unit.code.body, inside))
        return (*out, *self.result(stmt, inside, goal, bool(takes), frame))

    def result(
        self, stmt: ir.Stmt, inside: Frame, goal: str, taken: bool, frame: Frame
    ) -> ir.Block:
        """What becomes of the value that a function returns."""
        value = inside.table[inside.facts.unit.code.result]
        if isinstance(stmt, ir.Effect) or taken:
            return ()
        source = self.objects.get(name_of(value)) and name_of(value)
        if goal and source:
            moved = ir.Assign(goal, value, self.at(stmt, frame))
            self.moves[id(moved)] = goal, source
            return (moved,)
        if goal or source:
            raise Stays(*(self.objects[o] for o in (goal, source) if o))
        assert isinstance(stmt, ir.Assign | ir.Unpack)
        stmt = replace(stmt, value=value)
        if frame.table:
            stmt = with_targets(stmt, tuple(self.variable(n, frame) for n in ir.targets(stmt)))
        return (ir.placed(stmt, frame.at) if frame.at is not None else stmt,)

    def bound(
        self,
        code: ir.Function,
        operation: Invoke,
        frame: Frame,
        table: dict[str, ir.Expr],
        before: list[ir.Stmt],
        at: ir.Loc | None,
    ) -> None:
        """The parameters: what is given stands for them, where it stays what it is."""
        again = ir.assigned(code.body) | {
            s.target.id
            for s in ir.walk(code.body)
            if isinstance(s, ir.Augment) and isinstance(s.target, ir.Name)
        }
        for param, given in zip(code.params, operation.args, strict=True):
            owner = self.object_of(given, frame)
            if owner:
                if param.name in again:
                    raise Stays(self.objects[owner])
                table[param.name] = ir.Name(owner)
                continue
            value = self.expr(given, frame)
            steady = isinstance(value, ir.Const) or (
                isinstance(value, ir.Name) and value.id not in self.fields
            )
            if steady and param.name not in again:
                table[param.name] = value
                continue
            name = self.names.fresh(param.name)
            before.append(ir.Assign(name, value, at))
            table[param.name] = ir.Name(name)
            self.users.add(name)

    def variables(self, frame: Frame, given: dict[str, str]) -> None:
        """Names in the outer function for the variables of one that is written there."""
        table: Any = frame.table
        code = frame.facts.unit.code
        for name in sorted(ir.assigned(frame.facts.body) | {code.result}):
            if name in table:
                continue
            new = given.get(name) or self.names.fresh(name)
            table[name] = ir.Name(new)
            if name in code.tables:
                self.tables.add(new)
            if frame.facts.unit.written(name):
                self.users.add(new)
            key = frame.key, name
            if name in frame.objects and key not in self.stay:
                self.objects.setdefault(new, key)
        self.met |= code.met

    def may_unfold(self, operation: Invoke, frame: Frame) -> bool:
        """Whether the statements of a function may stand in another one."""
        unit: Unit = operation.unit
        code = unit.code
        if operation.closure is not None or unit.inner is not None:
            return False
        if any(u is unit for u in frame.calls) or not all(map(nameless, operation.args)):
            return False
        if len(frame.calls) >= DEEPEST or str(unit.function.__module__).startswith("srcad."):
            return False
        if not stands_anywhere(code):
            return False
        own = {p.name for p in code.params} | ir.assigned(code.body) | code.locals
        return self.same_names(unit, own, frame)

    def same_names(self, unit: Unit, own: set[str], frame: Frame) -> bool:
        """Whether the names from outside that a function reads mean the same in the outer one."""
        outer = self.facts.unit
        cells = {*outer.function.__code__.co_freevars, *unit.function.__code__.co_freevars}
        inside = (outer.code.locals - outer.code.free) | {p.name for p in outer.code.params} | cells
        program = frame.facts.session.program
        read = set().union(*map(ir.all_reads, unit.code.body)) - own
        for name in read | unit.code.met:
            if name in inside:
                return False
            if _globals(unit) is _globals(outer):
                continue
            here = program.lookup(outer, name)
            if here is MISSING or here is not program.lookup(unit, name):
                return False
        self.outside |= read
        return True


def _globals(unit: Unit) -> Any:
    function: Any = unit.function
    return function.__globals__
