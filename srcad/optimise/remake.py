"""Compute a cheap value again in the backward part instead of keeping it under a name.

    scale_squared = scale ** 2
    kernel = scale_squared * exp                         kernel = scale ** 2 * exp
    …                                             →      …
    length_bar = scale_squared * np.sum(…)               length_bar = scale ** 2 * np.sum(…)

Cheap are one operation on numbers, np.eye or np.arange of a size, and x[0] of what nobody writes.
Only generated names go, only where what they are made of is never written again, and not into
loops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar
from srcad.optimise.counts import writings
from srcad.optimise.halves import backward_start
from srcad.optimise.nest import WIDTH, width
from srcad.optimise.rewrite import same


@dataclass(frozen=True)
class Remaker:
    """`called` tells the function that the expression of a call is; `size` what is a count."""

    type_of: Callable[[ir.Expr], Type]
    called: Callable[[ir.Expr], Any]
    size: Callable[[ir.Expr], bool]
    in_place: frozenset[str] = frozenset()  # names of objects that are written into

    def backward(
        self, body: ir.Block, generated: frozenset[str], params: frozenset[str]
    ) -> ir.Block:
        """The body with cheap values of the forward part computed again in the backward part."""
        start = backward_start(body)
        if start is None:
            return body
        writes = writings(body, params)
        known: dict[str, ir.Expr] = {}
        for stmt in body[:start]:
            if not isinstance(stmt, ir.Assign) or stmt.target not in generated:
                continue
            names = (stmt.target, *_variables(stmt.value, writes))
            if self.cheap(stmt.value) and all(writes[n] == 1 for n in names):
                known[stmt.target] = stmt.value
        if not known:
            return body
        return same(body, (*body[:start], *(_put_in(s, known) for s in body[start:])))

    def cheap(self, value: ir.Expr) -> bool:
        """Whether computing the value costs about as much as remembering it."""
        match value:
            case ir.Binary(_, left, right):
                return self.number(left) and self.number(right) and is_scalar(self.type_of(value))
            case ir.Item(ir.Name(owner), ir.Const(k)):
                kind = self.type_of(value.obj)
                flat = isinstance(kind, Array) and kind.ndim == 1 and type(k) is int
                return flat and owner not in self.in_place
            case ir.Call(func, (count,), ()):
                return self.called(func) in (np.eye, np.arange) and self.size(count)
            case _:
                return False

    def number(self, expr: ir.Expr) -> bool:
        return isinstance(expr, (ir.Name, ir.Const)) and is_scalar(self.type_of(expr))


def _variables(value: ir.Expr, writes: Counter[str]) -> set[str]:
    """The variables of the function that the value reads (not modules)."""
    return {n for n in ir.reads(value) if n in writes}


def _put_in(stmt: ir.Stmt, known: dict[str, ir.Expr]) -> ir.Stmt:
    names = ir.statement_reads(stmt) & known.keys()
    if not names or ir.blocks(stmt) or isinstance(stmt, ir.Return):
        return stmt  # what is handed out as it is needs its name
    chosen = {n: known[n] for n in names}
    new = ir.map_expressions(stmt, lambda e: ir.substitute(e, chosen))
    return stmt if max(map(width, ir.expressions(new)), default=0) > WIDTH else new
