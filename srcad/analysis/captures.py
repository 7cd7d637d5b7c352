"""Tell whether what a function captured may change while the function can still be called.

k = 2.0
g = lambda t: k * t
y = g(x)                   k does not change within the life of g
k = 3.0
return y + k
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from srcad.analysis import effects
from srcad.analysis.infer import Inferred
from srcad.analysis.liveness import Liveness
from srcad.analysis.operations import Invoke
from srcad.frontend.scope import captured_names
from srcad.ir import nodes as ir
from srcad.ir.types import (
    BOTTOM,
    Array,
    Bottom,
    Known,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    is_scalar,
)


@dataclass(frozen=True)
class Captures:
    """The lives of the functions that one function makes."""

    facts: Inferred
    body: ir.Block
    live: Liveness

    def change(self, name: str, made: ir.Assign) -> bool:
        """Whether a variable is bound again between the making and the last call.

        Or ever after, where its value may be of another form then: zeros for what the function
        holds are made in the backward part.
        """
        if not _one_form(self.facts.types.get(name, BOTTOM)):
            return any(name in ir.targets(s) for s in self.later(made))
        return any(name in ir.targets(s) for s in self.within_life(made, self.holding(made)))

    def change_for_made(self, name: str, made: ir.Assign) -> bool:
        """The same where the function hands the variable on to functions that it makes."""
        return any(name in ir.targets(s) for s in self.within_life(made, self.got_from(made)))

    def mixed(self, name: str, made: ir.Assign) -> bool:
        """Whether the function outlives the run of the comprehension whose variable it reads."""
        around = self.around(made)
        binds = [k for k, s in enumerate(around) if isinstance(s, ir.For) and _binds(s, name)]
        return bool(binds) and self.outlives(made, around[: binds[0]])

    def within_life(self, made: ir.Assign, holders: frozenset[str]) -> list[ir.Stmt]:
        """The statements after the making at whose end one of these variables is still used."""
        return [s for s in self.later(made) if holders & self.held_at(s)]

    def later(self, made: ir.Assign) -> list[ir.Stmt]:
        """The statements that may run after the making."""
        order = list(ir.walk(self.body))
        position = next((k for k, s in enumerate(order) if s is made), -1)
        again = (s for loop in self.around(made) for s in ir.walk(loop.body))
        return [*order[position + 1 :], *again]

    def holding(self, made: ir.Assign) -> frozenset[str]:
        """The variables that may be the function, or something that holds it."""
        if all(self.only_called(s, made.target) for s in ir.walk(self.body)):
            return frozenset({made.target})
        everyone = frozenset(self.facts.types)
        same = effects.aliases(self.facts, self.body).holding(made.target, everyone)
        return frozenset(n for n in same if self.may_hold(n)) | {made.target}

    def got_from(self, made: ir.Assign) -> frozenset[str]:
        """The function, and whatever may hold a function that came out of it."""
        found, before = {made.target}, 0
        while len(found) > before:
            before = len(found)
            for stmt in ir.walk(self.body):
                read = ir.statement_reads(stmt)
                if not found.isdisjoint(read):
                    kept = read if isinstance(stmt, ir.Effect | ir.Store) else frozenset()
                    found |= {n for n in (*ir.targets(stmt), *kept) if self.may_hold(n)}
        return frozenset(found)

    def may_hold(self, name: str) -> bool:
        return effects.holds(self.facts.types.get(name, BOTTOM))

    def held_at(self, stmt: ir.Stmt) -> frozenset[str]:
        """What is still used once the statement has bound its targets."""
        after = self.live.after.get(id(stmt), frozenset())
        if any(ir.blocks(stmt)):
            return after | self.live.body.get(id(stmt), frozenset()) | ir.all_reads(stmt)
        return after

    def only_called(self, stmt: ir.Stmt, name: str) -> bool:
        """Whether a statement cannot keep the function: it calls it, or a call yields numbers."""
        if name not in ir.statement_reads(stmt):
            return True
        if any(ir.blocks(stmt)):
            return name not in frozenset().union(*map(ir.reads, ir.expressions(stmt)))
        if not isinstance(stmt, ir.Assign) or not isinstance(stmt.value, ir.Call):
            return False
        kind = self.facts.types.get(stmt.target, BOTTOM)
        return is_scalar(kind) or isinstance(kind, Array)

    def around(self, stmt: ir.Stmt) -> list[ir.For | ir.While]:
        """The loops around a statement, the outermost first."""
        return [
            s
            for s in ir.walk(self.body)
            if isinstance(s, ir.For | ir.While) and any(i is stmt for i in ir.walk(s.body))
        ]

    def outlives(self, made: ir.Assign, loops: Sequence[ir.For | ir.While]) -> bool:
        """Whether the function made here is still held when one of these loops goes on."""
        if not loops:
            return False
        holders = self.holding(made)
        return any(
            holders & (self.live.body.get(id(s), frozenset()) | self.live.after[id(s)])
            for s in loops
        )


def _binds(loop: ir.For, name: str) -> bool:
    return name in ir.leaves(loop.target)


def _one_form(kind: Type) -> bool:
    """Whether all values of a type have cotangents of one structure and shape."""
    match kind:
        case Scalar() | Number() | Known() | Bottom():
            return True
        case Array(_, dims):
            return None not in dims
        case Tup(items):
            return all(map(_one_form, items))
        case Obj(_, fields):
            return all(_one_form(inner) for _, inner in fields)
        case _:
            return False


def handed_on(closure: ir.Closure) -> frozenset[str]:
    """The variables that a function captured and that functions made inside it capture again."""
    inside = (n for n in ast.walk(closure.code) if n is not closure.code)
    nested = [n for n in inside if isinstance(n, ast.FunctionDef | ast.Lambda)]
    return frozenset(closure.captures) & frozenset().union(*map(captured_names, nested))


def called_only(facts: Inferred, body: ir.Block) -> frozenset[str]:
    """The functions made here that are only called: what they captured gets its cotangents then."""
    made, other = set(), {facts.unit.code.result}
    statements = ir.walk(body)
    if not any(isinstance(s, ir.Assign) and isinstance(s.value, ir.Closure) for s in statements):
        return frozenset()
    for stmt in statements:
        value = stmt.value if isinstance(stmt, ir.Assign | ir.Effect) else None
        itself = set(ir.targets(stmt)) if isinstance(value, ir.Closure) else set()
        made |= itself
        other |= set(ir.targets(stmt)) - itself
        called = _called_here(facts, value)
        other |= ir.statement_reads(stmt) - itself - ({called} if called else set())
    return frozenset(made - other)


def _called_here(facts: Inferred, value: ir.Expr | None) -> str | None:
    """The variable whose function the value calls, and of which it makes no other use."""
    operation = facts.operations.get(id(value))
    if not isinstance(operation, Invoke) or not isinstance(value, ir.Call):
        return None
    if not isinstance(operation.closure, ir.Name) or value.func != operation.closure:
        return None
    name = operation.closure.id
    given = (*value.args, *(v for _, v in value.kwargs))
    return None if any(name in ir.reads(a) for a in given) else name
