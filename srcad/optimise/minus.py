"""Leave out a minus that every use can take up.

p_bar = -g                       (gone, for g is named already)
c_bar[i] += p_bar * d      →     c_bar[i] -= g * d
d_bar[j] += p_bar * c            d_bar[j] -= g * c
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar
from srcad.optimise.counts import bindings, readings
from srcad.optimise.halves import backward_start
from srcad.optimise.nest import signed
from srcad.optimise.rewrite import same

Sum = ir.Assign | ir.AddTo | ir.AddAt
COPY = ir.Ref(np.copy, "np.copy")


@dataclass(frozen=True)
class Signs:
    """The pass over one body; `generated` are names that only the compiler gave."""

    generated: frozenset[str]
    tidy: Callable[[ir.Expr], ir.Expr]
    type_of: Callable[[ir.Expr], Type]

    def backward(self, body: ir.Block) -> ir.Block:
        """The body with the signs of cotangents turned where that saves a minus."""
        start = backward_start(body)
        if start is None:
            return body
        writes, reads = bindings(body), readings(body)
        uses = {n: reads[n] for n in self.generated if writes[n] == 1}
        return same(body, (*body[:start], *self.block(body[start:], uses)))

    def block(self, block: ir.Block, uses: dict[str, int]) -> ir.Block:
        """uses: of each name that is bound once, by how many statements it is read."""
        out: list[ir.Stmt] = []
        for stmt in block:
            if type(stmt) in ir.COMPOUND:
                stmt = ir.with_blocks(stmt, tuple(self.block(b, uses) for b in ir.blocks(stmt)))
            out.append(signed(stmt) if isinstance(stmt, (ir.AddTo, ir.AddAt)) else stmt)
        for k, stmt in enumerate(out):
            if not isinstance(stmt, ir.Assign) or stmt.target not in uses:
                continue
            value = self.own(algebra.without_minus(stmt.value))
            turned = None if value is None else self.turned(out, k + 1, stmt.target, uses)
            if value is not None and turned is not None:
                out[k] = replace(stmt, value=value)
                for place, new in turned:
                    out[place] = new
        return same(block, out)

    def own(self, value: ir.Expr | None) -> ir.Expr | None:
        """The value as an object of its own, as -x is one; None where that is not told."""
        if value is None or isinstance(value, ir.Binary) or is_scalar(self.type_of(value)):
            return value
        place = isinstance(value, ir.Name | ir.Item) and isinstance(self.type_of(value), Array)
        return algebra.call(COPY, value) if place else None

    def turned(
        self, block: list[ir.Stmt], start: int, name: str, uses: dict[str, int]
    ) -> list[tuple[int, ir.Stmt]] | None:
        """The statements for the name with the other sign; None where a minus would stay."""
        found: list[tuple[int, ir.Stmt]] = []
        left = uses[name]
        for k in range(start, len(block)):
            if len(found) == left:
                break
            stmt = block[k]
            if name in ir.statement_reads(stmt) and isinstance(stmt, Sum):
                new = self.use(stmt, name)
                if new is None:
                    return None
                found.append((k, new))
        return found if len(found) == left else None

    def use(self, stmt: Sum, name: str) -> Sum | None:
        """The statement for the name with the other sign."""
        if isinstance(stmt, ir.AddAt) and name in ir.reads(stmt.index):
            return None
        value = self.tidy(ir.substitute(stmt.value, {name: ir.Unary("-", ir.Name(name))}))
        new = replace(stmt, value=value)
        if isinstance(new, (ir.AddTo, ir.AddAt)):
            new = signed(new)
        if isinstance(new, (ir.AddTo, ir.AddAt)) and new.op in "+-":
            other = replace(new, op="-" if new.op == "+" else "+", value=negated(new.value))
            new = other if minuses(other.value) < minuses(new.value) else new
        return new if minuses(new.value) <= minuses(stmt.value) else None


def negated(expr: ir.Expr) -> ir.Expr:
    """-expr."""
    match expr:
        case ir.Binary("-", left, right):
            first = algebra.without_minus(left)
            return ir.Binary("-", right, left) if first is None else ir.Binary("+", first, right)
        case ir.Binary("+", left, right):
            first = algebra.without_minus(left)
            return algebra.neg(expr) if first is None else ir.Binary("-", first, right)
        case _:
            found = algebra.without_minus(expr)
            return algebra.neg(expr) if found is None else found


def minuses(expr: ir.Expr) -> int:
    """How many signs an expression has."""
    own = isinstance(expr, ir.Unary) and expr.op == "-"
    return own + sum(map(minuses, ir.children(expr)))
