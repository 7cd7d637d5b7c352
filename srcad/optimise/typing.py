"""The types of generated code."""

from __future__ import annotations

import re
from collections.abc import Callable

from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Operation
from srcad.analysis.session import Session
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, Array, Number, Obj, Type, is_scalar
from srcad.optimise.helpers import helped
from srcad.optimise.own import Results, handed_out

_BAR = re.compile(r"_bar(_\d+)?$")  # names of cotangents


class Typer(Inference):
    """Infers the type of an expression once, whatever it is part of."""

    def __init__(self, session: Session, facts: Inferred) -> None:
        super().__init__(session, facts)
        self.known: dict[int, tuple[ir.Expr, Type]] = {}  # by id, kept alive

    def expr(self, expr: ir.Expr) -> Type:
        """The type of an expression."""
        if type(expr) is ir.Name and expr.id in self.types:
            return self.types[expr.id]
        key = id(expr)
        if key not in self.known:
            self.known[key] = expr, helped(expr, self, super().expr)
        return self.known[key][1]


def typer(inference: Inference) -> Callable[[ir.Expr], Type]:
    """Types of expressions of the generated code."""
    return Typer(inference.session, inference.facts).expr


def actual_types(
    session: Session,
    facts: Inferred,
    body: ir.Block,
    given: str | None = None,
    results: Results | None = None,
) -> dict[str, Type]:
    """The types that the variables of generated code really have; `given` comes from the caller.

    results: what the backward parts of called functions hand out.
    """
    every = list(ir.walk(body))
    bars = {n for n in ir.assigned(body) if n not in facts.types or _BAR.search(n)}
    known = {n: t for n, t in facts.types.items() if n not in bars}
    probe = Inferred(facts.unit, facts.params, known, session=session)
    session.own.append(probe)
    inference = _Probe(session, probe, results or {})
    if given is not None and is_scalar(facts.types.get(given, BOTTOM)):
        inference.bind(given, Number("float64", loose=True))  # whatever the caller hands in
    asked = [s for s in every if bars.issuperset(ir.targets(s))]
    for _ in range(3):
        if not inference.round(asked):
            break
    return probe.types


class _Probe(Inference):
    """Reads statements in rounds, and again only those of whose variables more is known since."""

    def __init__(self, session: Session, facts: Inferred, results: Results) -> None:
        super().__init__(session, facts)
        self.results = results
        self.time = 0
        self.bound: dict[str, int] = {}  # when the type of a variable changed
        self.read: dict[int, int] = {}  # when a statement was read, by its place

    def expr(self, expr: ir.Expr) -> Type:
        """The type of an expression."""
        return helped(expr, self, super().expr)

    def record(self, expr: ir.Expr, operation: Operation) -> None:
        """Nobody asks what the operations of generated code are."""

    def binary(self, expr: ir.Binary, op: str, left: Type, right: Type) -> Type:
        """The type of an operation."""
        if isinstance(left, Obj) or isinstance(right, Obj):
            return super().binary(expr, op, left, right)
        return self.apply_binary(op, left, right)

    def bind(self, name: str, kind: Type) -> None:
        """More is known of a variable."""
        before = self.types.get(name)
        super().bind(name, kind)
        if self.types.get(name) is not before:
            self.bound[name] = self.time

    def round(self, statements: list[ir.Stmt]) -> bool:
        """Read what has to be read; whether anything was."""
        start = self.time
        for k, stmt in enumerate(statements):
            since = self.read.get(k, -1)
            if since < 0 or any(self.bound.get(n, -1) >= since for n in ir.statement_reads(stmt)):
                self.time += 1
                self.read[k] = self.time
                _probe(self, stmt, self.results)
        return self.time > start


def _probe(inference: Inference, stmt: ir.Stmt, results: Results) -> None:
    handed = handed_out(stmt, results)
    if handed is not None:
        for name, kind in zip(ir.targets(stmt), handed, strict=True):
            inference.bind(name, ANY if kind is None else kind)
        return
    match stmt:
        case ir.Assign(target, value):
            inference.bind(target, inference.expr(value))
        case ir.AddTo(target, value):
            old = inference.types.get(target, BOTTOM)
            kind = inference.apply_binary("+", old, inference.expr(value))
            inference.bind(target, old if isinstance(old, Array) else kind)
        case ir.Unpack(targets):
            for name in targets:
                inference.bind(name, ANY)
        case ir.For(target):
            for name in ir.leaves(target):
                inference.bind(name, ANY)
        case _:
            pass
