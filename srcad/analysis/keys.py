"""Refuse what carries a derivative as the key of a dict.

    table[x] = y        refused: `for k in table` would hand on x without its derivative
    table[layer] = y    refused, where the layer holds what carries one
    y = table[x]        fine: which item it is carries none

So keys carry no derivative wherever they are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad import errors
from srcad.analysis.activity import Active, activity, depends
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Invoke, Mutation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Dct, carries


def active_keys(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """Where such keys are put into dicts, by called functions too."""
    for stmt in ir.walk(body):
        at = getattr(stmt, "at", None)
        for key in _put(stmt, inferred):
            if any(n in active and carries(inferred.types.get(n, ANY)) for n in ir.reads(key)):
                message = (
                    "A key of this dict carries a derivative, which would be lost where keys are "
                    "read. Make it `srcad.stop_gradient(key)`, or keep pairs in a list."
                )
                yield at, errors.UnsupportedSyntax(message, inferred.unit.place(at))
        for operation in _calls(stmt, inferred):
            yield from ((at, found) for found in _called(inferred, operation, active))


def _calls(stmt: ir.Stmt, inferred: Inferred) -> Iterator[Invoke]:
    for expr in ir.computed(stmt):
        operation = inferred.operations.get(id(expr))
        if isinstance(operation, Invoke):
            yield operation


def _called(inferred: Inferred, operation: Invoke, active: Active) -> tuple[errors.SrcadError, ...]:
    """The refusals of a called function: it may be one that is not differentiated itself."""
    callee: Inferred = inferred.session.infer(operation.unit, operation.params)
    if not _puts(callee):
        return ()
    params = operation.unit.code.params
    pairs = zip(params, operation.args, strict=True)
    given = {p.name for p, a in pairs if depends(a, inferred, active)}
    if operation.closure is not None and depends(operation.closure, inferred, active):
        captures = getattr(operation.params[-1], "captures", ())
        given |= {name for name, kind in captures if carries(kind)}
    key = "keys", frozenset(given)
    if key not in callee.memory:
        callee.memory[key] = ()  # of functions that call each other, one finds it
        body = callee.running
        moving = activity(callee, body, frozenset(given)) if given else frozenset[str]()
        callee.memory[key] = tuple(e for _, e in active_keys(callee, body, moving))
    found: tuple[errors.SrcadError, ...] = callee.memory[key]
    return found


def _puts(inferred: Inferred) -> bool:
    """Whether the function, or one that it calls, puts keys into dicts at all."""
    if "puts keys" not in inferred.memory:
        inferred.memory["puts keys"] = False
        infer = inferred.session.infer
        inferred.memory["puts keys"] = any(
            any(True for _ in _put(stmt, inferred))
            or any(_puts(infer(o.unit, o.params)) for o in _calls(stmt, inferred))
            for stmt in ir.walk(inferred.running)
        )
    found: bool = inferred.memory["puts keys"]
    return found


def _put(stmt: ir.Stmt, inferred: Inferred) -> Iterator[ir.Expr]:
    """The keys that a statement puts into dicts; those of an index nested in brackets are none."""
    if isinstance(stmt, ir.Store | ir.Augment) and isinstance(stmt.target, ir.Item):
        owner = stmt.target.obj
        kind = inferred.types.get(owner.id, ANY) if isinstance(owner, ir.Name) else ANY
        if isinstance(kind, Dct | AnyType) and isinstance(stmt.target.index, ir.Name | ir.Sequence):
            yield stmt.target.index
    stack = list(ir.expressions(stmt))
    while stack:
        expr = stack.pop()
        stack.extend(ir.children(expr))
        if isinstance(expr, ir.Mapping):
            yield from (k for k in expr.keys if isinstance(k, ir.Name | ir.Sequence))
        operation = inferred.operations.get(id(expr))
        if isinstance(operation, Mutation):
            yield from _put_by(operation.what, expr)


def _put_by(what: str, expr: ir.Expr) -> Iterator[ir.Expr]:
    """The key that a method puts; reading a defaultdict puts one too."""
    if isinstance(expr, ir.Call) and what == ".setdefault()":
        yield from expr.args[:1]
    elif isinstance(expr, ir.Item):
        yield expr.index
