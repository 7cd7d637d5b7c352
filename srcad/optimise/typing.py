"""The types of generated code."""

from __future__ import annotations

import re
from collections.abc import Callable

from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.session import Session
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, Array, Number, Type, is_scalar

_BAR = re.compile(r"_bar(_\d+)?$")  # names of cotangents


def typer(inference: Inference) -> Callable[[ir.Expr], Type]:
    """Types of expressions of the generated code."""
    kept: dict[
        int, tuple[ir.Expr, Type]
    ] = {}  # an expression is kept, so that its id stays its own

    def type_of(expr: ir.Expr) -> Type:
        if id(expr) not in kept:
            kept[id(expr)] = (expr, inference.expr(expr))
        return kept[id(expr)][1]

    return type_of


def actual_types(
    session: Session, facts: Inferred, body: ir.Block, given: str | None = None
) -> dict[str, Type]:
    """The types that the variables of generated code really have; `given` comes from the caller."""
    bound = {n for s in ir.walk(body) for n in ir.targets(s)}
    bars = {n for n in bound if n not in facts.types or _BAR.search(n)}
    known = {n: t for n, t in facts.types.items() if n not in bars}
    probe = Inferred(facts.unit, facts.params, known, session=session)
    inference = Inference(session, probe)
    if given is not None and is_scalar(facts.types.get(given, BOTTOM)):
        inference.bind(given, Number("float64", loose=True))  # whatever the caller hands in
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
            for name in targets:
                inference.bind(name, ANY)
        case ir.For(target):
            for name in ir.leaves(target):
                inference.bind(name, ANY)
        case _:
            pass
