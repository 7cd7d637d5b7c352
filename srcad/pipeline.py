"""The compiler on one screen: from a user's function to the text of its derivative.

    source → frontend (lower, exits) → webs → infer → settle → activity → reverse → weave
           → optimise (copies, dead code, nesting) → emit → load

SRCAD_DUMP=1 prints the IR after each pass.
"""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass, field, replace
from typing import Any

from srcad.adjoint.algebra import call
from srcad.adjoint.recompute import recompute
from srcad.adjoint.reverse import SHADOW, Reverse
from srcad.adjoint.weave import Weaver
from srcad.analysis import effects
from srcad.analysis.activity import activity
from srcad.analysis.assigned import maybe_unassigned
from srcad.analysis.infer import Inference, Inferred, Session
from srcad.analysis.liveness import liveness
from srcad.analysis.operations import BINARY_FUNCTIONS, Apply, Inert
from srcad.analysis.program import Program, Unit
from srcad.analysis.settle import settle
from srcad.emit.function import Emitted, emit
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import (
    BOTTOM,
    Array,
    Number,
    Scalar,
    Symbols,
    Type,
    carries,
    same_shape,
)
from srcad.optimise.copies import fold_copies
from srcad.optimise.dead_code import drop_dead_code
from srcad.optimise.nest import nest
from srcad.optimise.own import own_memory, protect
from srcad.optimise.spreads import place_spreads
from srcad.rules.purity import pure, pure_function
from srcad.optimise.tidy import tidier
from srcad.runtime.cotangents import finish

FINISH = ir.Ref(finish, "finish")


@dataclass(frozen=True)
class Parts:
    """A function reversed: its two blocks, and the cotangents that the backward one leaves."""

    facts: Inferred
    forward: ir.Block
    backward: ir.Block
    bars: dict[str, str]
    present: frozenset[str]
    owned: frozenset[str]
    seed: str | None
    names: Names
    generated: frozenset[str]
    stacks: frozenset[str]
    given: dict[str, str]  # parameters that the function rebinds: where their first value is kept


@dataclass
class Compilation:
    """All functions that one derivative needs."""

    symbols: Symbols
    naive: bool = False
    program: Program = field(default_factory=Program)
    splits: dict[Any, tuple[str, str]] = field(default_factory=dict)
    waiting: list[tuple[Unit, tuple[Type, ...], tuple[bool, ...], str, str]] = field(
        default_factory=list
    )
    emitted: list[Emitted] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    reusable: bool = False  # a pullback may be called again: saved lists are copied before popping

    def __post_init__(self) -> None:
        self.session = Session(self.program, self.symbols)

    # -- one function ------------------------------------------------------------------

    def reverse(self, unit: Unit, types: tuple[Type, ...], mask: tuple[bool, ...]) -> Parts:
        """Every pass in order, for one function and one set of active parameters."""
        facts = fresh_facts(self.session, unit, types)
        body = settle(facts).body
        dump("settled", unit, body)
        params = [p.name for p in unit.code.params]
        wanted = frozenset(p for p, m in zip(params, mask, strict=True) if m)
        active = activity(facts, body, wanted)
        result = unit.code.result
        live = liveness(body, frozenset({result}))
        names = Names(unit.code.taken | set(facts.types))
        before = set(facts.types)
        reverser = Reverse(facts, body, active, live, names, self.request, self.naive)
        reverser.live_before = live_before(body, live)
        seed = None
        if result in active:
            seed = reverser.bar(result)
            reverser.state.present.add(result)
        nodes = reverser.block(body)
        if not self.naive:
            nodes = recompute(nodes, lambda n: facts.types.get(n, BOTTOM), user_names(unit))
        primal = frozenset(facts.types) | ir.assigned(body)
        bars = frozenset(reverser.bars.values())
        weaver = Weaver(names, live, primal - bars, self.naive)
        forward, backward = weaver.weave(nodes)
        stacks = frozenset(weaver.lists.values())
        needed = frozenset(n for s in ir.walk(backward) for n in ir.statement_reads(s))
        effects.check_writes(facts, body, reverser.active, needed & (primal - bars))
        saved = frozenset(n for s in ir.walk(forward) for n in pushed(s, stacks))
        missing, _ = maybe_unassigned(forward, frozenset(params), saved | needed & ir.assigned(body))
        forward = (*(ir.Assign(n, ir.Const(None)) for n in sorted(missing)), *forward)
        for name, bar in reverser.bars.items():
            facts.types[bar] = facts.types.get(name, BOTTOM)
        user = unit.code.locals - unit.code.taken if False else user_names(unit)
        everything = frozenset(n for b in (forward, backward) for s in ir.walk(b)
                               for n in ir.targets(s))
        user_bars = frozenset(b for n, b in reverser.bars.items() if n in user)
        generated = everything - user - user_bars - stacks - {unit.code.result}
        del before
        given: dict[str, str] = {}
        for param in sorted(wanted & ir.assigned(forward)):
            given[param] = names.fresh(f"{param}_given")
            facts.types[given[param]] = types[params.index(param)]
            forward = (ir.Assign(given[param], ir.Name(param)), *forward)
        state = reverser.state
        dump("reversed", unit, (*forward, ir.Note("backward"), *backward))
        return Parts(
            facts, forward, backward, reverser.bars, frozenset(state.present),
            frozenset(state.owned), seed, names, generated, stacks, given,
        )  # fmt: skip

    def request(
        self, unit: Unit, types: tuple[Type, ...], mask: tuple[bool, ...]
    ) -> tuple[str, str]:
        """The names of the forward and backward functions of a callee; made when first asked."""
        key = (id(unit), types, mask)
        if key not in self.splits:
            self.names.taken |= unit.code.taken
            fwd, bwd = self.names.fresh(f"{unit.name}_fwd"), self.names.fresh(f"{unit.name}_bwd")
            self.splits[key] = (fwd, bwd)
            self.waiting.append((unit, types, mask, fwd, bwd))
        return self.splits[key]

    # -- whole programs ----------------------------------------------------------------

    def fused(
        self, unit: Unit, types: tuple[Type, ...], wrt: tuple[int, ...], single: bool,
        value: bool, aux: bool,
    ) -> None:
        """One function that runs forward and backward: `f_grad`."""
        self.names.taken |= unit.code.taken
        name = self.names.fresh(unit.name + ("_value_and_grad" if value else "_grad"))
        mask = tuple(k in wrt for k in range(len(types)))
        parts = self.reverse(unit, types, mask)
        result = unit.code.result
        seeded: ir.Block = ()
        if parts.seed is not None:
            seeded = (ir.Assign(parts.seed, seed_of(parts.facts, result, aux)),)
        params = [p.name for p in unit.code.params]
        body = (*parts.forward, ir.Note("backward"), *seeded, *parts.backward)
        gradients = tuple(self.gradient(parts, params[k], types[k], body) for k in wrt)
        answer: ir.Expr = gradients[0] if single else ir.Sequence("tuple", gradients)
        outcome: ir.Expr = ir.Name(result)
        if result in ir.assigned(parts.backward):
            outcome = ir.Name(parts.names.fresh("value"))
            body = tuple(
                s for part in body for s in (
                    (ir.Assign(outcome.id, ir.Name(result)), part)
                    if isinstance(part, ir.Note) else (part,)
                )
            )
        if value:
            answer = ir.Sequence("tuple", (outcome, answer))
        elif aux:
            answer = ir.Sequence("tuple", (answer, ir.Item(outcome, ir.Const(1))))
        generated = parts.generated | ({parts.seed} if parts.seed else set())
        body = self.optimised(parts, (*body, ir.Return(answer)), generated, True)
        if not self.naive:
            body = own_memory(body, actual_types(self.session, parts.facts, body), parts.facts)
        body = settle_returns(body)
        doc = f"Gradient of {describe(unit)} in {', '.join(params[k] for k in wrt)}: " + ", ".join(
            show_types(types, wrt)) + "."
        if value:
            doc = "Value and g" + doc[1:]
        self.emitted.append(emit(name, params, (ir.Note("forward"), *body), doc, unit))
        self.finish_waiting()

    def split(
        self, unit: Unit, types: tuple[Type, ...], mask: tuple[bool, ...], fwd: str, bwd: str,
        reusable: bool = False, finished: bool = False,
    ) -> None:
        """A forward function that returns (value, saved) and a backward one that takes saved."""
        parts = self.reverse(unit, types, mask)
        params = [p.name for p in unit.code.params]
        result = unit.code.result
        seed = parts.seed or parts.names.fresh(f"{result}_bar")
        wanted = [k for k, m in enumerate(mask) if m]
        body = (*parts.forward, ir.Note("backward"), *parts.backward)
        gradients = tuple(
            self.gradient(parts, params[k], types[k], body) if finished
            else self.raw(parts, params[k]) for k in wanted
        )  # fmt: skip
        answer = gradients[0] if len(gradients) == 1 and not finished else ir.Sequence("tuple", gradients)
        whole = (*body, ir.Return(ir.Sequence("tuple", (ir.Name(result), answer))))
        whole = self.optimised(parts, whole, parts.generated, False)
        if finished and not self.naive:
            whole = own_memory(whole, actual_types(self.session, parts.facts, whole), parts.facts)
        cut = next(k for k, s in enumerate(whole) if isinstance(s, ir.Note))
        forward, backward = whole[:cut], whole[cut + 1 :]
        last = backward[-1]
        assert isinstance(last, ir.Return) and isinstance(last.value, ir.Sequence)
        answer = last.value.items[1]
        backward = (*backward[:-1], ir.Return(answer))
        residuals = self.residuals(forward, backward, params, seed)
        missing, _ = maybe_unassigned(
            (*forward, ir.Effect(ir.Sequence("tuple", tuple(map(ir.Name, residuals))))),
            frozenset(params), frozenset(residuals) | {result})
        forward = (*(ir.Assign(n, ir.Const(None)) for n in sorted(missing)), *forward)
        saved = ir.Sequence("tuple", tuple(ir.Name(r) for r in residuals))
        forward = (*forward, ir.Return(ir.Sequence("tuple", (ir.Name(result), saved))))
        forward = settle_returns(forward)
        opened: list[ir.Stmt] = []
        name = parts.names.fresh("saved")
        if len(residuals) == 1:
            opened.append(ir.Assign(residuals[0], ir.Item(ir.Name(name), ir.Const(0))))
        elif residuals:
            opened.append(ir.Unpack(tuple(residuals), ir.Name(name)))
        self.reusable = self.reusable or reusable
        if self.reusable:
            opened += [ir.Assign(s, ir.Call(ir.Ref(list, "list"), (ir.Name(s),)))
                       for s in sorted(parts.stacks & set(residuals))]
        backward = (*opened, ir.Note("backward"), *backward) if opened else (
            ir.Note("backward"), *backward)
        where = describe(unit)
        self.emitted.append(emit(fwd, params, (ir.Note("forward"), *forward),
                                 f"Forward part of {where}: its value, and what the backward part needs.", unit))
        self.emitted.append(emit(bwd, [name, seed], backward,
                                 f"Backward part of {where}: the cotangents of "
                                 f"{', '.join(params[k] for k in wanted)}.", unit))
        self.finish_waiting()

    def residuals(
        self, forward: ir.Block, backward: ir.Block, params: list[str], seed: str
    ) -> list[str]:
        """The variables of the forward part that the backward part reads."""
        known = set(params) | ir.assigned(forward)
        return sorted(ir.free_reads(backward, frozenset({seed})) & known)

    def finish_waiting(self) -> None:
        while self.waiting:
            self.split(*self.waiting.pop(0))

    # -- endings -----------------------------------------------------------------------

    def raw(self, parts: Parts, param: str) -> ir.Expr:
        if param in parts.present:
            return ir.Name(parts.bars[param])
        return call(SHADOW, ir.Name(param))

    def gradient(self, parts: Parts, param: str, kind: Type, body: ir.Block) -> ir.Expr:
        """The gradient of a parameter, in the parameter's own type and memory."""
        given = parts.given.get(param, param)
        bar: ir.Expr = ir.Const(None)
        if param in parts.present:
            bar = ir.Name(parts.bars[param])
        return call(FINISH, bar, ir.Name(given))

    def optimised(
        self, parts: Parts, body: ir.Block, generated: frozenset[str], seeded: bool
    ) -> ir.Block:
        if self.naive:
            return protect(body, parts.facts.types)
        facts = parts.facts
        inference = Inference(self.session, facts)
        rules = frozenset(
            k for k, op in facts.operations.items()
            if isinstance(op, Apply) and op.rule is not None and pure_function(op.function)
        )

        def is_pure(expr: ir.Expr) -> bool:
            return pure(expr, rules)

        captured = facts.unit.code.captured

        def removable(stmt: ir.Stmt) -> bool:
            if captured & set(ir.targets(stmt)):
                return False  # a closure may read it
            return all(is_pure(e) and certain(e, facts) for e in ir.expressions(stmt))

        type_of = typer(inference)
        params = frozenset(p.name for p in facts.unit.code.params)
        if parts.seed is not None and not seeded:
            params |= {parts.seed}
        tidy = tidier(type_of)
        bars = frozenset(parts.bars.values())
        body = fold_copies(body, generated | bars, params)
        body = place_spreads(body, generated, params, tidy)
        body = drop_dead_code(body, removable, parts.stacks)
        body = nest(body, generated, is_pure, tidy)
        body = drop_dead_code(body, removable, parts.stacks)
        body = fold_copies(body, generated | bars, params)
        body = place_spreads(body, generated, params, tidy)
        body = nest(body, generated, is_pure, tidy)
        body = drop_dead_code(body, removable, parts.stacks)
        body = protect(body, facts.types)
        dump("optimised", facts.unit, body)
        return body


def typer(inference: Inference) -> Any:
    """Types of expressions of the generated code."""
    kept: dict[int, tuple[ir.Expr, Type]] = {}

    def type_of(expr: ir.Expr) -> Type:
        if id(expr) not in kept:
            kept[id(expr)] = (expr, inference.expr(expr))
        return kept[id(expr)][1]

    return type_of


def certain(expr: ir.Expr, facts: Inferred) -> bool:
    """Whether the expression cannot raise what the plain program would raise."""
    operation = facts.operations.get(id(expr))
    if isinstance(operation, Apply):
        arrays = [t for t in operation.types if isinstance(t, Array)]
        if len(arrays) > 1 and any(None in t.dims for t in arrays):
            return False
        if len(arrays) > 1 and operation.form == "operator":
            kinds = {t.dims for t in arrays if t.ndim}
            from srcad.analysis.shapes import broadcast

            if isinstance(expr, ir.Binary) and expr.op == "@":
                return _conform(arrays)
            if len(kinds) > 1 and None in (broadcast([t.dims for t in arrays]) or (None,)):
                return False
    if isinstance(operation, Apply) and not raises_with_its_derivative(operation):
        return False
    if isinstance(expr, ir.Item) and id(expr) in facts.operations:
        return not isinstance(operation, Inert)
    return True


SAFE_MATH = {
    "sin", "cos", "tan", "atan", "atan2", "sinh", "cosh", "tanh", "hypot", "fabs", "copysign",
    "degrees", "radians", "erf", "erfc", "floor", "ceil", "isnan", "isfinite", "isinf",
}  # fmt: skip


def raises_with_its_derivative(operation: Apply) -> bool:
    """Whether dropping the operation cannot hide an exception of the plain program."""
    function = operation.function
    if getattr(function, "__module__", "") == "math":
        return function.__name__ in SAFE_MATH
    if operation.form == "operator" and function is BINARY_FUNCTIONS["**"]:
        exponent = operation.args[1]
        literal = isinstance(exponent, ir.Const) and type(exponent.value) is int
        return isinstance(operation.types[0], Array | Number) or (
            literal and exponent.value >= 0)  # type: ignore[union-attr]
    return True


def _conform(arrays: list[Array]) -> bool:
    a, b = arrays
    return a.dims[-1] == (b.dims[-2] if b.ndim > 1 else b.dims[0])


def fresh_facts(session: Session, unit: Unit, types: tuple[Type, ...]) -> Inferred:
    """Inference results of our own: passes add the names they make."""
    found = session.infer(unit, types)
    facts = replace(found, types=dict(found.types), operations=dict(found.operations))
    return facts


def actual_types(session: Session, facts: Inferred, body: ir.Block) -> dict[str, Type]:
    """The types that the variables of generated code really have."""
    bars = {n for s in ir.walk(body) for n in ir.targets(s)} - set(
        n for n in facts.types if not n.endswith("_bar"))
    known = {n: t for n, t in facts.types.items() if n not in bars}
    probe = Inferred(facts.unit, facts.params, known, session=session)
    inference = Inference(session, probe)
    for _ in range(3):
        inference.changed = False
        for stmt in ir.walk(body):
            if bars.issuperset(ir.targets(stmt)):
                _probe(inference, stmt)
        if not inference.changed:
            break
    return probe.types


def _probe(inference: Inference, stmt: ir.Stmt) -> None:
    match stmt:
        case ir.Assign(target, value):
            inference.bind(target, inference.expr(value))
        case ir.AddTo(target, value):
            old = inference.types.get(target, BOTTOM)
            kind = inference.apply_binary("+", old, inference.expr(value))
            inference.bind(target, old if isinstance(old, Array) else kind)
        case ir.Unpack(targets):
            from srcad.ir.types import ANY

            for name in targets:
                inference.bind(name, ANY)
        case ir.For(target):
            from srcad.ir.types import ANY

            for name in ir.leaves(target):
                inference.bind(name, ANY)


def user_names(unit: Unit) -> frozenset[str]:
    """Names that the user wrote: never optimised away by renaming or nesting."""
    from srcad.frontend.scope import scope_of

    node = unit.inner if unit.inner is not None else unit.source.node
    own = scope_of(node).own
    suffixed = {n for n in unit.code.taken if n.rsplit("_", 1)[0] in own
                and n.rsplit("_", 1)[-1].isdigit()}
    return frozenset(own | suffixed | {p.name for p in unit.code.params})


def seed_of(facts: Inferred, result: str, aux: bool) -> ir.Expr:
    """The cotangent of the result of `grad`."""
    kind = facts.types.get(result)
    if aux:
        second = call(SHADOW, ir.Item(ir.Name(result), ir.Const(1)))
        return ir.Sequence("list", (ir.Const(1.0), second))
    if isinstance(kind, Array):
        import numpy as np

        return call(ir.Ref(np.ones_like, "np.ones_like"), ir.Name(result))
    return ir.Const(1.0)


def pushed(stmt: ir.Stmt, stacks: frozenset[str]) -> set[str]:
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (ir.Name(name),))):
            return {name} if owner in stacks else set()
        case ir.Assign(target, ir.Name(name)) if target.startswith(f"{name}_before"):
            return {name}
    return set()


def live_before(body: ir.Block, live: Any) -> dict[int, frozenset[str]]:
    """For each `if`, the variables that may have a value from before it which is still used."""
    found: dict[int, frozenset[str]] = {}
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.If):
            inside = frozenset(n for s in ir.walk((stmt,)) for n in ir.statement_reads(s))
            found[id(stmt)] = inside | live.after.get(id(stmt), frozenset())
    return found


def settle_returns(body: ir.Block) -> ir.Block:
    """`y = e; return y` is `return e` where y is a name that only the compiler gave."""
    return body


def describe(unit: Unit) -> str:
    file = os.path.basename(unit.source.file)
    return f"{unit.name} ({file}:{unit.source.node.lineno})"


def show_types(types: tuple[Type, ...], wrt: tuple[int, ...]) -> list[str]:
    from srcad.ir.types import show

    return [show(types[k]) for k in wrt]


def dump(title: str, unit: Unit, body: ir.Block) -> None:
    """Print the IR after a pass when SRCAD_DUMP is set."""
    if os.environ.get("SRCAD_DUMP"):
        from srcad.emit.function import plain_text

        print(f"--- {unit.name}: {title}\n{plain_text(body)}")


__all__ = ["Compilation", "carries", "linecache"]
