"""Note what is read under a name that may mean something else later.

y = x * CONFIG.rate     →     rate = noted(CONFIG.rate)     where `changing` says that `rate` is
                              y = x * rate                  written

The backward part reads the operands of what it reverses: here, the value as it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.changing import Changing, known_value
from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.runtime.noted import noted as now

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

NOW = ir.Ref(now, "noted")


def with_notes(stmt: ir.Stmt, facts: Inferred, changing: Changing) -> ir.Block | None:
    """The notes and the statement that reads them; None where it reads nothing that changes."""
    notes: dict[ir.Expr, str] = {}

    def read(expr: ir.Expr) -> ir.Expr:
        if not changes(expr, facts, changing):
            return expr if _is_noted(expr) or _is_lazy(expr) else ir.rebuild(expr, read)
        if expr not in notes:
            notes[expr] = _fresh(facts, stmt, expr)
        return ir.Name(notes[expr])

    new: ir.Stmt
    match stmt:
        case ir.Assign(_, value) if changes(value, facts, changing):
            return (replace(stmt, value=ir.Call(NOW, (value,))),)
        case ir.Assign() | ir.Effect() | ir.Store() | ir.Augment() | ir.Unpack():
            new = replace(stmt, value=read(stmt.value))
        case ir.For():
            new = replace(stmt, iterable=read(stmt.iterable))
        case _:
            return None
    if not notes:
        return None
    made = (ir.Assign(n, ir.Call(NOW, (path,)), stmt.at) for path, n in notes.items())
    return (*made, new)


def changes(expr: ir.Expr, facts: Inferred, changing: Changing) -> bool:
    """Whether the expression is a name or a path from outside that may mean another thing later."""
    names: list[str] = []
    while isinstance(expr, ir.Attr):
        names.append(expr.name)
        expr = expr.obj
    if not isinstance(expr, ir.Name) or expr.id in facts.types:
        return False
    value = known_value(facts, expr)
    if value is None or value is MISSING:
        return False
    return expr.id in changing.variables or changing.path(value, names)


def asks_what_changes(test: ir.Expr, facts: Inferred, changing: Changing) -> bool:
    """Whether a test may have another answer later."""
    return changes(test, facts, changing) or any(
        asks_what_changes(part, facts, changing) for part in ir.children(test)
    )


def _is_noted(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Call) and expr.func == NOW


def _is_lazy(expr: ir.Expr) -> bool:
    """Whether a part of the expression may not be evaluated at all; it is no operand then."""
    return isinstance(expr, ir.Logic | ir.Choice | ir.Raw | ir.Closure)


def _fresh(facts: Inferred, stmt: ir.Stmt, path: ir.Expr) -> str:
    """The same name whenever the statement is read again."""
    key = id(stmt), "noted", path
    if key not in facts.spare:
        code = facts.unit.code
        taken = code.taken | code.locals | set(facts.types) | set(facts.spare.values())
        hint = path.name if isinstance(path, ir.Attr) else getattr(path, "id", "value")
        facts.spare[key] = Names(frozenset(taken)).fresh(hint.lower())
    return facts.spare[key]
