"""Reverse a function: beside each statement, the statements that carry its cotangent back.

    y = x * w             y_bar is known
                    →     x_bar += y_bar * w
                          w_bar += y_bar * x

The forward statements are walked from the last to the first.  For each variable the state of its
cotangent is tracked: absent (zero, and nothing is written for it), present, or owned (a buffer that
may be added into in place).  The first contribution assigns, later ones add.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.contributions import Contributions
from srcad.adjoint.loops import LoopPlan, plan
from srcad.adjoint.weave import backward_targets
from srcad.adjoint.sweep import Attempt, Branch, Loop, Node, Scope, Step
from srcad.analysis.activity import Active, active_reads
from srcad.analysis.infer import Inferred
from srcad.analysis.liveness import Liveness
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Dynamic,
    Element,
    Inert,
    Invoke,
    Make,
    Mutation,
    Operation,
    Part,
    Refused,
    Same,
)
from srcad.analysis.resolve import is_basic
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Clo,
    Lst,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    carries,
    is_scalar,
)
from srcad.runtime import calls, cotangents

SHADOW = ir.Ref(cotangents.shadow, "shadow")
ADD = ir.Ref(cotangents.add, "add")
ACCUMULATE = ir.Ref(cotangents.accumulate, "accumulate")
PART = ir.Ref(cotangents.part, "part")
OWN = ir.Ref(cotangents.own, "own")
TAKEN = ir.Ref(cotangents.taken, "taken")
ZEROS = ir.Ref(np.zeros_like, "np.zeros_like")
ADD_AT = ir.Ref(np.add.at, "np.add.at")
DYNAMIC = ir.Ref(calls.call, "call")
METHOD = ir.Ref(calls.call_method, "call_method")

Request = Callable[[Any, tuple[Type, ...], tuple[bool, ...]], tuple[str, str]]


@dataclass
class State:
    """Which cotangents exist at this point of the backward part."""

    present: set[str] = field(default_factory=set)
    owned: set[str] = field(default_factory=set)

    def copy(self) -> State:
        return State(set(self.present), set(self.owned))


class Reverse:
    """The reversal of one function body."""

    def __init__(
        self,
        facts: Inferred,
        body: ir.Block,
        active: Active,
        live: Liveness,
        names: Names,
        request: Request,
        naive: bool = False,
    ) -> None:
        self.facts, self.body, self.active = facts, body, active
        self.live, self.names, self.request, self.naive = live, names, request, naive
        self.bars: dict[str, str] = {}
        self.state = State()
        self.out: list[ir.Stmt] = []  # backward statements of the step at hand
        self.at: ir.Loc | None = None
        self.contributions = Contributions(self)

    # -- names and types ---------------------------------------------------------------

    def bar(self, name: str) -> str:
        if name not in self.bars:
            self.bars[name] = self.names.fresh(f"{name}_bar")
        return self.bars[name]

    def type(self, name: str) -> Type:
        return self.facts.types.get(name, ANY)

    def type_of(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.type(expr.id)
        from srcad.analysis.infer import constant

        return constant(expr.value) if isinstance(expr, ir.Const) else ANY

    def operation(self, expr: ir.Expr) -> Operation | None:
        return self.facts.operations.get(id(expr))

    def place(self, at: ir.Loc | None = None) -> errors.Place:
        return self.facts.unit.place(at or self.at)

    def is_active(self, expr: ir.Expr) -> bool:
        return bool(active_reads(expr, self.facts, self.active))

    # -- cotangents --------------------------------------------------------------------

    def emit(self, stmt: ir.Stmt) -> None:
        self.out.append(replace(stmt, at=self.at))

    def zeros(self, name: str) -> ir.Expr:
        """A zero cotangent of the variable's kind."""
        kind = self.type(name)
        if isinstance(kind, Scalar | Number):
            complex_ = "complex" in (kind.dtype if isinstance(kind, Number) else kind.kind.__name__)
            return ir.Const(0j if complex_ else 0.0)
        if isinstance(kind, Array):
            return algebra.call(ZEROS, ir.Name(name))
        return algebra.call(SHADOW, ir.Name(name))

    def ensure(self, name: str, *, owned: bool = False) -> None:
        """Make the cotangent of a variable exist (and be our own buffer)."""
        bar = self.bar(name)
        if name not in self.state.present:
            self.emit(ir.Assign(bar, self.zeros(name)))
            self.state.present.add(name)
            self.state.owned.add(name)
        elif owned and name not in self.state.owned:
            if isinstance(self.type(name), Array):
                copy = ir.Call(ir.Ref(np.array, "np.array"), (ir.Name(bar),))
            else:
                copy = algebra.call(OWN, ir.Name(bar))
            self.emit(ir.Assign(bar, copy))
            self.state.owned.add(name)

    def add(self, name: str, value: ir.Expr, fresh: bool = False) -> None:
        """x_bar += value; the first time x_bar = value.  `fresh`: nobody else holds the value."""
        if name not in self.active:
            return
        bar = self.bar(name)
        kind = self.type(name)
        if name not in self.state.present:
            self.emit(ir.Assign(bar, value))
            self.state.present.add(name)
            if fresh and isinstance(kind, Array):
                self.state.owned.add(name)
            return
        if isinstance(kind, Array):
            if name in self.state.owned and not self.naive and kind.ndim > 0:
                self.emit(_add_to(bar, value))
            else:
                self.emit(ir.Assign(bar, algebra.add(ir.Name(bar), value)))
                self.state.owned.add(name)
        elif is_scalar(kind):
            self.emit(_add_to(bar, value))
        else:
            self.emit(ir.Assign(bar, algebra.call(ADD, ir.Name(bar), value)))
            self.state.owned.discard(name)

    def add_at(self, owner: str, index: ir.Expr, value: ir.Expr, result: Type) -> None:
        """x_bar[index] += value."""
        if owner not in self.active:
            return
        kind = self.type(owner)
        self.ensure(owner, owned=True)
        bar = self.bar(owner)
        if isinstance(kind, Array):
            basic = is_basic(index, self.index_type)
            if basic or self.is_mask(index):
                self.emit(_add_at(bar, index, value))
            else:
                key = _slice_object(index)
                self.emit(ir.Effect(algebra.call(ADD_AT, ir.Name(bar), key, value)))
        elif is_scalar(result) and not isinstance(index, ir.Slice) and not isinstance(kind, AnyType):
            self.emit(_add_at(bar, index, value))
        else:
            key = _slice_object(index)
            self.emit(ir.Effect(algebra.call(ACCUMULATE, ir.Name(bar), key, value)))

    def index_type(self, part: ir.Expr) -> Type:
        if isinstance(part, ir.Attr) and part.name == "newaxis":
            return Scalar(type(None), None, True)
        if isinstance(part, ir.Unary | ir.Binary):
            kinds = [self.index_type(c) for c in ir.children(part)]
            ints = all(isinstance(k, Scalar) and k.kind in (int, bool) for k in kinds)
            arrays = any(isinstance(k, Array) for k in kinds)
            return Scalar(int) if ints else (Array("int64", (None,)) if arrays else ANY)
        return self.type_of(part)

    def is_mask(self, index: ir.Expr) -> bool:
        kind = self.index_type(index)
        return isinstance(kind, Array) and kind.dtype == "bool"

    def take(self, name: str) -> ir.Expr | None:
        """The cotangent of a variable at its definition; before it, there is none yet."""
        if name not in self.state.present:
            return None
        self.state.present.discard(name)
        self.state.owned.discard(name)
        return ir.Name(self.bar(name))

    # -- blocks ------------------------------------------------------------------------

    def block(self, block: ir.Block) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for stmt in reversed(block):
            nodes.extend(reversed(self.statement(stmt)))
        return tuple(reversed(nodes))

    def statement(self, stmt: ir.Stmt) -> list[Node]:
        self.out, self.at = [], getattr(stmt, "at", None)
        match stmt:
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
                body = self.block(stmt.body)
                return [Scope(stmt, body, again=self.is_errstate(stmt))]
            case ir.Try():
                return self.attempt(stmt)
            case ir.Store():
                return self.store(stmt)
        return [Step((stmt,))]

    def is_errstate(self, stmt: ir.With) -> bool:
        return all(
            isinstance(e, ir.Call) and isinstance(e.func, ir.Attr) and e.func.name == "errstate"
            for e, _ in stmt.items
        )

    def assign(self, stmt: ir.Assign) -> list[Node]:
        target, value = stmt.target, stmt.value
        if isinstance(value, ir.Closure) and target in self.state.present:
            self.check_captures(stmt, value)
        if target not in self.active or not self.is_active(value):
            refused = self.operation(value)
            if isinstance(refused, Refused) and self.active & ir.reads(value):
                raise self.refusal(refused)
            self.take(target)
            return [Step((stmt,))]
        operation = self.operation(value)
        reads_itself = target in ir.reads(value)
        if reads_itself and self.contributions.uses_result(operation):
            kept = self.names.fresh(f"{target}_new")
            self.facts.types[kept] = self.type(target)
            self.active = self.active | {kept}
            second = self.assign(ir.Assign(target, ir.Name(kept), stmt.at))
            self.out = []
            return [*self.assign(ir.Assign(kept, value, stmt.at)), *second]
        if isinstance(operation, Invoke | Dynamic):
            return self.call(stmt, operation)
        y_bar = self.take(target)
        if y_bar is None:
            return [Step((stmt,))]
        pairs = self.contributions.of(value, operation, target, y_bar)
        self.distribute(target, pairs)
        return [Step((stmt,), tuple(self.out), before=reads_itself)]

    def check_captures(self, stmt: ir.Assign, closure: ir.Closure) -> None:
        """A closure reads its variables when called: they must not change after it is made."""
        own = getattr(closure.code, "name", None)
        order = list(ir.walk(self.body))
        position = next((k for k, s in enumerate(order) if s is stmt), len(order))
        for name in closure.captures:
            if name == own or name not in self.active:
                continue
            if any(name in ir.targets(s) for s in order[position + 1 :]):
                raise errors.UnsupportedSyntax(
                    f"`{name}` changes after this function has captured it. Pass it as an "
                    "argument instead.",
                    self.place(),
                )

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
            rename = {self.bar(target): ir.Name(kept)}
            self.out[1:] = [
                ir.map_expressions(s, lambda e: ir.substitute(e, rename)) for s in self.out[1:]
            ]
            later = [tuple(ir.substitute(v, rename) if isinstance(v, ir.Expr.__args__) else v  # type: ignore[attr-defined]
                           for v in p) for p in later]
        for pair in later:
            self.contribute(pair)

    def contribute(self, pair: tuple[Any, ...]) -> None:
        if len(pair) == 3:
            self.add(*pair)
        else:
            self.add_at(*pair)

    def refusal(self, refused: Refused) -> errors.SrcadError:
        return errors.UnsupportedSyntax(
            f"{refused.reason} cannot be differentiated yet. Compute it outside the function, or "
            "wrap the value in srcad.stop_gradient(...) if no derivative should pass.",
            self.place(),
        )

    # -- unpacking and containers ------------------------------------------------------

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
        kind = self.type(owner)
        absent = owner not in self.state.present
        whole = len(live) == len(found) and stmt.star is None
        if absent and whole and isinstance(kind, Tup | Lst) and owner in self.active:
            parts = ir.Sequence("list", tuple(b for _, _, b in live))
            self.emit(ir.Assign(self.bar(owner), parts))
            self.state.present.add(owner)
            return [Step((stmt,), tuple(self.out))]
        for k, name, bar in live:
            index: ir.Expr = ir.Const(k)
            if stmt.star is not None and k > stmt.star:
                index = ir.Const(k - len(stmt.targets))
            elif k == stmt.star:
                stop = k - len(stmt.targets) + 1
                index = ir.Slice(ir.Const(k), ir.Const(stop) if stop else None, None)
            self.add_at(owner, index, bar, self.type(name))
        return [Step((stmt,), tuple(self.out))]

    def effect(self, stmt: ir.Effect, value: ir.Expr) -> list[Node]:
        operation = self.operation(value)
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
        if isinstance(operation, Apply) and operation.rule is None and self.active & ir.reads(value):
            raise self.contributions.missing(operation)
        return [Step((stmt,))]

    def store(self, stmt: ir.Store) -> list[Node]:
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

    # -- calls -------------------------------------------------------------------------

    def call(self, stmt: ir.Assign, operation: Invoke | Dynamic) -> list[Node]:
        y_bar = self.take(stmt.target)
        if y_bar is None:
            return [Step((stmt,))]
        if isinstance(operation, Dynamic):
            return self.dynamic(stmt, operation, y_bar)
        mask = tuple(
            bool(ir.reads(a) & self.active) and carries(t)
            for a, t in zip(operation.args, operation.params, strict=True)
        )
        fwd, bwd = self.request(operation.unit, operation.params, mask)
        saved = self.names.fresh(f"{operation.unit.name}_saved")
        target = stmt.target
        itself = target in ir.reads(stmt.value)
        forward = ir.Unpack((target, saved), ir.Call(ir.Ref(None, fwd), operation.args), None, stmt.at)
        pulled = ir.Call(ir.Ref(None, bwd), (ir.Name(saved), y_bar))
        given = [a for a, m in zip(operation.args, mask, strict=True) if m]
        by_reference = self.made_here(operation)
        if len(given) == 1 and not (by_reference and given[0] is operation.args[-1]):
            self.give(given[0], pulled, fresh=False)
        elif len(given) == 1:
            self.give_captured(operation, self.named(pulled, "captured_bar"))
        else:
            parts = []
            for arg in given:
                hint = f"{arg.id}_part" if isinstance(arg, ir.Name) else "arg_part"
                if by_reference and arg is operation.args[-1]:
                    parts.append(self.names.fresh("captured_bar"))
                elif (isinstance(arg, ir.Name) and arg.id not in self.state.present
                        and [a for a in given if isinstance(a, ir.Name)].count(arg) == 1):
                    hint = ""
                    parts.append(self.bar(arg.id))
                else:
                    parts.append(self.names.fresh(hint))
            self.emit(ir.Unpack(tuple(parts), pulled))
            for arg, name in zip(given, parts, strict=True):
                if by_reference and arg is operation.args[-1]:
                    self.give_captured(operation, ir.Name(name))
                elif isinstance(arg, ir.Name) and name == self.bar(arg.id):
                    self.state.present.add(arg.id)
                else:
                    self.give(arg, ir.Name(name), fresh=False)
        if itself and any(isinstance(s, ir.Unpack) for s in self.out):
            pass  # the pulled-back cotangents were bound at once: nothing is read afterwards
        return [Step((forward,), tuple(self.out), before=False)]

    def made_here(self, operation: Invoke) -> bool:
        """Whether the called function captured variables of this very function."""
        if not isinstance(operation.closure, ir.Name):
            return False
        name = operation.closure.id
        made = [s for s in ir.walk(self.body) if name in ir.targets(s)]
        return bool(made) and all(
            isinstance(s, ir.Assign) and isinstance(s.value, ir.Closure) and not s.value.defaults
            for s in made
        )

    def give_captured(self, operation: Invoke, bar: ir.Expr) -> None:
        """A closure read its variables when it was called: that is where their cotangents go."""
        kind = operation.params[-1]
        assert isinstance(kind, Clo)
        for name, _ in kind.captures:
            if name in self.active:
                self.give(ir.Name(name), algebra.call(PART, bar, ir.Const(name)), False)

    def dynamic(self, stmt: ir.Assign, operation: Dynamic, y_bar: ir.Expr) -> list[Node]:
        pullback = self.names.fresh("pullback")
        func: ir.Expr = operation.func
        values: tuple[ir.Expr, ...] = (func, *operation.args)
        made = ir.Call(DYNAMIC, values, operation.kwargs)
        if isinstance(func, ir.Attr) and isinstance(func.obj, ir.Name) and func.obj.id in self.active:
            name = ir.Const(func.name)
            made = ir.Call(METHOD, (func.obj, name, *operation.args), operation.kwargs)
            values = (func.obj, *operation.args)
        args = (*values, *(v for _, v in operation.kwargs))
        forward = ir.Unpack((stmt.target, pullback), made, None, stmt.at)
        pulled = self.names.fresh("pulled")
        self.emit(ir.Assign(pulled, ir.Call(ir.Name(pullback), (y_bar,))))
        for k, arg in enumerate(args):
            inner = arg.value if isinstance(arg, ir.Star) else arg
            if ir.reads(inner) & self.active:
                self.give(inner, ir.Item(ir.Name(pulled), ir.Const(k)), fresh=False)
        return [Step((forward,), tuple(self.out))]

    def give(self, arg: ir.Expr, bar: ir.Expr, fresh: bool) -> None:
        """Hand the cotangent of an argument to the variables that the argument was made of."""
        match arg:
            case ir.Name(name):
                self.add(name, bar, fresh)
            case ir.Sequence(_, items):
                bar = self.named(bar, "args_bar")
                for k, item in enumerate(items):
                    if ir.reads(item) & self.active:
                        self.give(item, algebra.call(PART, bar, ir.Const(k)), False)
            case ir.Mapping(keys, values):
                bar = self.named(bar, "options_bar")
                for key, value in zip(keys, values, strict=True):
                    if key is not None and ir.reads(value) & self.active:
                        self.give(value, algebra.call(PART, bar, key), False)
            case ir.Item(ir.Name(owner), index):
                self.add_at(owner, index, bar, ANY)
            case ir.Call(ir.Ref(_, "default_of" | "captured"), (ir.Name(owner), key)):
                self.add_at(owner, key, bar, ANY)
            case ir.Call(ir.Ref(_, "tuple"), (ir.Name(owner),)):
                self.add(owner, bar, False)
            case ir.Attr(ir.Name(owner), name):
                self.add_at(owner, ir.Const(name), bar, ANY)
            case _:
                if ir.reads(arg) & self.active:
                    raise errors.UnsupportedSyntax(
                        "This argument carries a derivative in a form that is not supported yet. "
                        "Give it a name on a line of its own.",
                        self.place(),
                    )

    def named(self, expr: ir.Expr, hint: str) -> ir.Expr:
        if isinstance(expr, ir.Name):
            return expr
        name = self.names.fresh(hint)
        self.emit(ir.Assign(name, expr))
        return ir.Name(name)

    # -- branches ----------------------------------------------------------------------

    def branch(self, stmt: ir.If) -> list[Node]:
        start = self.state.copy()
        then = self.block(stmt.then)
        after_then = self.state
        self.state = start.copy()
        orelse = self.block(stmt.orelse)
        after_else = self.state
        self.out, self.at = [], stmt.at
        then, orelse, before = self.reconcile(start, after_then, after_else, then, orelse, stmt)
        flag, test = self.flag(stmt, then, orelse)
        nodes: list[Node] = []
        if flag is not None:
            nodes.append(Step((flag,)))
            stmt = replace(stmt, test=test)
        nodes.append(Branch(stmt, test, then, orelse))
        if before:
            nodes.append(Step((), tuple(before)))
        return nodes

    def reconcile(
        self,
        start: State,
        a: State,
        b: State,
        then: tuple[Node, ...],
        orelse: tuple[Node, ...],
        stmt: ir.If,
    ) -> tuple[tuple[Node, ...], tuple[Node, ...], list[ir.Stmt]]:
        """After a reversed `if`, the same cotangents must exist whichever way it went."""
        before: list[ir.Stmt] = []
        outer = self.needed_before(stmt)
        for name in sorted(a.present ^ b.present):
            has, lacks = (a, b) if name in a.present else (b, a)
            if name not in outer:
                has.present.discard(name)
                has.owned.discard(name)
                continue
            zero = ir.Assign(self.bar(name), self.zeros(name), stmt.at)
            arm = then if lacks is a else orelse
            if name in start.present or self.bar(name) in backward_targets(arm):
                # one arm redefined the variable: its older value has no cotangent there
                if lacks is a:
                    then = (Step((), (zero,)), *then)
                else:
                    orelse = (Step((), (zero,)), *orelse)
            else:
                before.append(zero)
            lacks.present.add(name)
            lacks.owned.add(name)
        self.state = State(a.present & b.present, a.owned & b.owned)
        return then, orelse, before

    def needed_before(self, stmt: ir.If) -> set[str]:
        """The variables whose values may come from before the branch."""
        live = self.live_before.get(id(stmt))
        return set(self.active) if live is None else set(live) | {p.name for p in self.facts.unit.code.params}

    live_before: dict[int, frozenset[str]] = {}

    def flag(
        self, stmt: ir.If, then: tuple[Node, ...], orelse: tuple[Node, ...]
    ) -> tuple[ir.Stmt | None, ir.Expr]:
        """The backward part asks the same question, or a flag that remembers the answer."""
        written = ir.assigned(stmt.then) | ir.assigned(stmt.orelse)
        test = stmt.test
        simple = isinstance(test, ir.Name) or (
            isinstance(test, ir.Unary) and isinstance(test.operand, ir.Name)
        )
        if not (ir.reads(test) & written) and (simple or (self.depth == 0 and cheap(test))):
            return None, test
        if simple and isinstance(test, ir.Name | ir.Unary) and not (ir.reads(test) & written):
            return None, test
        name = self.names.fresh("took_branch")
        self.facts.types[name] = Scalar(bool)
        return ir.Assign(name, test, stmt.at), ir.Name(name)

    depth = 0

    # -- loops -------------------------------------------------------------------------

    def loop(self, stmt: ir.For | ir.While) -> list[Node]:
        at = stmt.at
        the_plan = plan(self, stmt)
        for table in (self.live.body, self.live.after):
            counter = frozenset({the_plan.counter} if the_plan.counter else ())
            table[id(the_plan.stmt)] = table.get(id(stmt), frozenset()) | counter
        self.facts.keep.append(the_plan.stmt)
        carried, buffers = self.loop_state(stmt, the_plan)
        before: list[ir.Stmt] = []
        self.out, self.at = before, at
        for name in carried:
            self.ensure(name, owned=name in buffers)
        enter = self.state.copy()
        owned = {n for n in enter.owned if n in carried} | (enter.owned - set(carried))
        self.depth += 1
        for _ in range(3):
            self.state = State(set(enter.present), set(owned))
            body, last = self.loop_body(stmt, the_plan, carried, at)
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
        self, stmt: ir.For | ir.While, the_plan: LoopPlan, carried: list[str], at: ir.Loc | None
    ) -> tuple[tuple[Node, ...], ir.Block]:
        body = self.block(the_plan.stmt.body)
        self.out, self.at = [], at
        for leaf, owner, index in the_plan.reads:
            bar = self.take(leaf)
            if bar is not None:
                self.add_at(owner, index, bar, self.type(leaf))
        for leaf in ir.leaves(the_plan.stmt.target) if isinstance(stmt, ir.For) else ():
            self.take(leaf)
        for name in carried:
            if name not in self.state.present:
                self.emit(ir.Assign(self.bar(name), self.zeros(name)))
                self.state.present.add(name)
                self.state.owned.add(name)
        for name in list(self.state.present - set(carried)):
            if name not in carried:
                self.state.present.discard(name)
                self.state.owned.discard(name)
        return body, tuple(self.out)

    def loop_state(
        self, stmt: ir.For | ir.While, the_plan: LoopPlan
    ) -> tuple[list[str], set[str]]:
        """The variables whose cotangents go around the loop, and those added into by element."""
        used: set[str] = set()
        buffers: set[str] = set()
        defined = ir.assigned((stmt,))
        for inner in ir.walk(the_plan.stmt.body):
            for expr in ir.expressions(inner):
                used |= active_reads(expr, self.facts, self.active)
                operation = self.operation(expr)
                if isinstance(operation, Append):
                    used |= ir.reads(operation.value) & self.active
                    used |= {operation.owner} & self.active
                if isinstance(operation, Element | Part) and isinstance(operation.owner, ir.Name):
                    buffers.add(operation.owner.id)
            if isinstance(inner, ir.For):
                used |= ir.reads(inner.iterable) & self.active
                buffers |= ir.reads(inner.iterable) & self.active
            if isinstance(inner, ir.Store):
                used |= ir.reads(inner.target) & self.active
        for _, owner, _ in the_plan.reads:
            used.add(owner)
            buffers.add(owner)
        carried = self.live.body.get(id(stmt), frozenset()) | self.live.after.get(id(stmt), frozenset())
        local = {n for n in defined if n not in carried}
        around = (used | (self.state.present & (defined | used)) | self.state.present) & self.active
        return sorted(n for n in around if n not in local), buffers & around

    # -- exceptions --------------------------------------------------------------------

    def attempt(self, stmt: ir.Try) -> list[Node]:
        """A `try`: the handler that ran, then the statements that were reached."""
        if not ir.assigned((stmt,)) & self.active:
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
            Attempt(stmt, tuple(parts), tuple(handlers), orelse, final, reached, caught,
                    tuple(zeros))
        ]

    def check_attempt(self, stmt: ir.Try) -> None:
        if not stmt.handlers:
            return
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
                    self.place(inner.at),  # type: ignore[union-attr]
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
            if inner.target in self.active and self.is_active(inner.value):
                self.active = self.active | {name}
            out.append(ir.Assign(name, inner.value, inner.at))
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


def _add_to(bar: str, value: ir.Expr) -> ir.Stmt:
    if isinstance(value, ir.Unary) and value.op == "-":
        return ir.AddTo(bar, value.operand, None, "-")
    return ir.AddTo(bar, value)


def _add_at(bar: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
    if isinstance(value, ir.Unary) and value.op == "-":
        return ir.AddAt(bar, index, value.operand, None, "-")
    return ir.AddAt(bar, index, value)


def _slice_object(index: ir.Expr) -> ir.Expr:
    """An index with slices as a value: `np.s_[:, k]`."""
    parts = index.items if isinstance(index, ir.Sequence) else (index,)
    if any(isinstance(p, ir.Slice) for p in parts):
        return ir.Item(ir.Ref(np.s_, "np.s_"), index)
    return index


def cheap(expr: ir.Expr) -> bool:
    """Whether asking again costs little: comparisons and arithmetic on names."""
    if isinstance(expr, ir.Name | ir.Const):
        return True
    if isinstance(expr, ir.Compare | ir.Logic | ir.Unary | ir.Binary):
        return all(cheap(c) for c in ir.children(expr))
    return False


__all__ = ["Clo", "Copy", "Inert", "Make", "Mutation", "Obj", "Reverse", "Same", "State", "cheap"]
