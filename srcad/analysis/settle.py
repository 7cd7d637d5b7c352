"""Settle what inference has decided: drop branches never taken, read `+=` by its type.

    if isinstance(x, np.ndarray):        s = s + np.sum(x)
        s += np.sum(x)              →
    else:
        s += x

`s += e` rebinds a number, a string or a tuple; on an array or a list it writes in place and stays.
Behind the call of a function that never returns, nothing of the block is left; where no path leads
to the end, the result has the value None, which nobody sees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcad.analysis.infer import Inferred, constant
from srcad.analysis.operations import (
    Append,
    Dynamic,
    Handed,
    Invoke,
    Mutation,
    operator_of,
)
from srcad.analysis.places_apart import apart
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, NONE, Scalar, Tup, Type, is_scalar
from srcad.runtime import iterators, numpy_sources, substitutes
from srcad.runtime.scipy_sources import is_frozen

OURS = (
    substitutes.cached,
    substitutes.caching,
    substitutes.partial,
    numpy_sources.vectorize,
    *iterators.OURS,
)


@dataclass
class Settled:
    """The body to differentiate."""

    inferred: Inferred
    body: ir.Block


def settle(inferred: Inferred) -> Settled:
    """The function's body with decided branches resolved."""
    code = inferred.unit.code
    body = _Settler(inferred).block(code.body)
    if code.result not in inferred.types and code.result not in ir.assigned(body):
        inferred.types[code.result] = NONE
        body = (ir.Assign(code.result, ir.Const(None)), *body)
    return Settled(inferred, body)


class _Settler:
    def __init__(self, inferred: Inferred) -> None:
        self.facts = inferred

    def block(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt] = []
        for stmt in block:
            if isinstance(stmt, ir.Assign) and self.never_returns(stmt):
                return (*out, ir.Effect(stmt.value, stmt.at))
            out.extend(self.statement(stmt))
        return tuple(out)

    def never_returns(self, stmt: ir.Assign) -> bool:
        """Whether the statement calls a function of which every path raises an exception."""
        operation = self.facts.operations.get(id(stmt.value))
        return isinstance(operation, Invoke) and stmt.target not in self.facts.types

    def statement(self, stmt: ir.Stmt) -> ir.Block:
        if id(stmt) in self.facts.overloads:
            return self.block(self.facts.overloads[id(stmt)])
        if isinstance(stmt, ir.If) and id(stmt) in self.facts.decided:
            taken = stmt.then if self.facts.decided[id(stmt)] else stmt.orelse
            asked = (ir.Effect(stmt.test, stmt.at),) if acts(self.facts, stmt.test) else ()
            return (*asked, *self.block(taken))
        if isinstance(stmt, ir.Augment):
            return tuple(map(self.augment, apart(self.facts, stmt)))
        if isinstance(stmt, ir.Assign):
            return (self.standing_in(stmt),)
        inner = ir.blocks(stmt)
        if inner:
            return (ir.with_blocks(stmt, tuple(self.block(b) for b in inner)),)
        return (stmt,)

    def standing_in(self, stmt: ir.Assign) -> ir.Stmt:
        """`functools.partial` of a partial forgets the inner one: ours keeps both.

        What `np.vectorize` makes cannot be asked what it captured, nor a distribution of SciPy what
        its parameters are: ours can.  What we make a list
        of is a list where no derivative passes, too.
        """
        operation = self.facts.operations.get(id(stmt.value))
        if not isinstance(operation, Invoke) or operation.unit.inner is not None:
            return stmt
        function = operation.unit.function
        value: ir.Expr
        ours = function in OURS or is_frozen(function)
        if ours and isinstance(stmt.value, ir.Call):
            value = replace(stmt.value, func=ir.Ref(function, function.__name__))
        elif function in substitutes.EXHAUSTED:
            value = ir.Call(ir.Ref(list, "list"), (stmt.value,))
        else:
            return stmt
        self.facts.keep.append(value)
        self.facts.operations[id(value)] = operation
        return replace(stmt, value=value)

    def augment(self, stmt: ir.Stmt) -> ir.Stmt:
        if not isinstance(stmt, ir.Augment) or not isinstance(stmt.target, ir.Name):
            return stmt
        kind = self.facts.types.get(stmt.target.id)
        if kind is None or not rebinds(kind):
            return stmt
        value = ir.Binary(stmt.op, stmt.target, stmt.value)
        both = (kind, self.type_of(stmt.value))
        self.facts.keep.append(value)
        operation = operator_of(stmt.op, (stmt.target, stmt.value), both)
        self.facts.operations[id(value)] = operation
        return ir.Assign(stmt.target.id, value, stmt.at)

    def type_of(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.facts.types.get(expr.id, ANY)
        return constant(expr.value) if isinstance(expr, ir.Const) else ANY


def acts(facts: Inferred, test: ir.Expr) -> bool:
    """Whether asking calls something that may do more than give an answer."""
    operation = facts.operations.get(id(test))
    acting = isinstance(operation, Append | Mutation | Handed | Invoke | Dynamic)
    return acting or any(acts(facts, part) for part in ir.children(test))


def rebinds(kind: Type) -> bool:
    """Whether `+=` on a value of this type makes a new value."""
    return is_scalar(kind) or isinstance(kind, Scalar | Tup)
