"""Refuse a number with a derivative as the key of a dict.

    table[x] = y        refused: `for k in table` would hand on x without its derivative
    y = table[x]        fine: which item it is carries none

So keys carry no derivative wherever they are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad import errors
from srcad.analysis.activity import Active
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Mutation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Dct, Tup, Type, carries, is_scalar


def active_keys(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """Where such keys are put into dicts."""
    for stmt in ir.walk(body):
        for key in _put(stmt, inferred):
            if any(n in active and _number(inferred.types.get(n, ANY)) for n in ir.reads(key)):
                at = getattr(stmt, "at", None)
                message = (
                    "A key of this dict carries a derivative, which would be lost where keys are "
                    "read. Make it `srcad.stop_gradient(key)`, or keep pairs in a list."
                )
                yield at, errors.UnsupportedSyntax(message, inferred.unit.place(at))


def _put(stmt: ir.Stmt, inferred: Inferred) -> Iterator[ir.Expr]:
    """The keys that a statement puts into dicts; those of an index nested in brackets are none."""
    if isinstance(stmt, ir.Store) and isinstance(stmt.target, ir.Item):
        owner = stmt.target.obj
        kind = inferred.types.get(owner.id, ANY) if isinstance(owner, ir.Name) else ANY
        if isinstance(kind, Dct) and isinstance(stmt.target.index, ir.Name | ir.Sequence):
            yield stmt.target.index
    stack = list(ir.expressions(stmt))
    while stack:
        expr = stack.pop()
        stack.extend(ir.children(expr))
        if isinstance(expr, ir.Mapping):
            yield from (k for k in expr.keys if isinstance(k, ir.Name | ir.Sequence))
        operation = inferred.operations.get(id(expr))
        if isinstance(operation, Mutation) and operation.what == ".setdefault()":
            yield from expr.args[:1] if isinstance(expr, ir.Call) else ()


def _number(kind: Type) -> bool:
    if isinstance(kind, Tup):
        return any(map(_number, kind.items))
    return carries(kind) and (is_scalar(kind) or kind == ANY)
