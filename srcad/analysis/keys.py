"""Refuse what carries a derivative as the key of a dict.

    table[x] = y        refused: `for k in table` would hand on x without its derivative
    table[layer] = y    refused, where the layer holds what carries one
    y = table[x]        fine: which item it is carries none

So keys carry no derivative wherever they are read.  Where only the running program knows whether
the owner is a dict, or what the key is, it is looked at there (`looked_at_keys`):

    v[v > 0.3] = y      no_lost_key(v, mask)
                        v[mask] = y
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srcad import errors
from srcad.analysis.activity import Active, activity, depends
from srcad.analysis.effects import written_params
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Invoke, Mutation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Dct, carries
from srcad.runtime.indices import LOST, no_lost_key

NO_LOST_KEY = ir.Ref(no_lost_key, "no_lost_key")


def active_keys(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """Where such keys are put into dicts, by called functions too."""
    yield from _active_keys(inferred, body, active, plain=False)


def _active_keys(
    inferred: Inferred, body: ir.Block, active: Active, plain: bool
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """plain: of a function that runs as it is, where nothing is looked at."""
    for stmt in ir.walk(body):
        at = getattr(stmt, "at", None)
        if _refused(stmt, inferred, active, plain):
            yield at, errors.UnsupportedSyntax(LOST, inferred.unit.place(at))
        for operation in _calls(stmt, inferred):
            again = not plain and _differentiated(stmt, operation, inferred, active)
            found = _called(inferred, operation, active, plain=not again)
            yield from ((at, problem) for problem in found)


def looked_at_keys(stmt: ir.Stmt, inferred: Inferred, active: Active) -> ir.Block:
    """The statements that look at the keys of this one of which only the running program knows."""
    if type(stmt) in ir.COMPOUND or not _puts(inferred):
        return ()
    refused = {id(k) for k in _refused(stmt, inferred, active, plain=False)}
    keys = _refused(stmt, inferred, active, plain=True)
    return tuple(_look(stmt, key) for key in keys if id(key) not in refused)


def _look(stmt: ir.Stmt, key: ir.Expr) -> ir.Stmt:
    stored = isinstance(stmt, ir.Store | ir.Augment) and isinstance(stmt.target, ir.Item)
    owner: ir.Expr = stmt.target.obj if stored else ir.Const(None)  # type: ignore[union-attr]
    if not isinstance(owner, ir.Name):
        owner = ir.Const(None)  # an array takes no such keys either
    if isinstance(key, ir.Sequence):
        key = replace(key, items=tuple(i for i in key.items if not isinstance(i, ir.Slice)))
    return ir.Effect(ir.Call(NO_LOST_KEY, (owner, key)), getattr(stmt, "at", None))


def _refused(stmt: ir.Stmt, inferred: Inferred, active: Active, plain: bool) -> list[ir.Expr]:
    """The keys that carry a derivative; plain: or may carry one."""
    plain = plain or type(stmt) in ir.COMPOUND
    put = [(key, plain or not _again(key)) for key in _put(stmt, inferred)]
    found = put + [(key, plain) for key in _stored(stmt, inferred, plain)]
    return [key for key, sure in found if _carries(key, inferred, active, sure)]


def _again(key: ir.Expr) -> bool:
    """Whether a look at a key calls nothing once more."""
    parts = key.items if isinstance(key, ir.Sequence) else (key,)
    return all(isinstance(part, ir.Name | ir.Const) for part in parts)


def _carries(key: ir.Expr, inferred: Inferred, active: Active, plain: bool) -> bool:
    kinds = [inferred.types.get(n, ANY) for n in ir.reads(key) if n in active]
    return any(carries(k) and (plain or not isinstance(k, AnyType)) for k in kinds)


def _calls(stmt: ir.Stmt, inferred: Inferred) -> Iterator[Invoke]:
    for expr in ir.computed(stmt):
        operation = inferred.operations.get(id(expr))
        if isinstance(operation, Invoke):
            yield operation


def _differentiated(stmt: ir.Stmt, operation: Invoke, inferred: Inferred, active: Active) -> bool:
    """Whether it is certain that the called function is, and looks at its keys itself."""
    if not isinstance(stmt, ir.Assign | ir.Effect):
        return False
    if inferred.operations.get(id(stmt.value)) is not operation:
        return False
    if isinstance(stmt, ir.Assign) and stmt.target in active:
        return True
    written = written_params(inferred, operation.unit, operation.params)
    pairs = zip(operation.args, written, strict=True)
    return any(w is not None and depends(a, inferred, active) for a, w in pairs)


def _called(
    inferred: Inferred, operation: Invoke, active: Active, plain: bool
) -> tuple[errors.SrcadError, ...]:
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
    key = "keys", frozenset(given), plain
    if key not in callee.memory:
        callee.memory[key] = ()  # of functions that call each other, one finds it
        body = callee.running
        moving = activity(callee, body, frozenset(given)) if given else frozenset[str]()
        callee.memory[key] = tuple(e for _, e in _active_keys(callee, body, moving, plain))
    found: tuple[errors.SrcadError, ...] = callee.memory[key]
    return found


def _puts(inferred: Inferred) -> bool:
    """Whether the function, or one that it calls, puts keys into dicts at all."""
    if "puts keys" not in inferred.memory:
        inferred.memory["puts keys"] = False
        infer = inferred.session.infer
        inferred.memory["puts keys"] = any(
            any(True for _ in (*_put(stmt, inferred), *_stored(stmt, inferred, plain=True)))
            or any(_puts(infer(o.unit, o.params)) for o in _calls(stmt, inferred))
            for stmt in ir.walk(inferred.running)
        )
    found: bool = inferred.memory["puts keys"]
    return found


def _stored(stmt: ir.Stmt, inferred: Inferred, plain: bool) -> Iterator[ir.Expr]:
    """The key of an assignment to an item of a dict; plain: or of what may be one."""
    if isinstance(stmt, (ir.Store, ir.Augment)) and isinstance(stmt.target, ir.Item):
        owner = stmt.target.obj
        kind = inferred.types.get(owner.id, ANY) if isinstance(owner, ir.Name) else ANY
        unknown = isinstance(kind, AnyType) and (plain or not isinstance(owner, ir.Name))
        index = stmt.target.index
        if (isinstance(kind, Dct) or unknown) and isinstance(index, (ir.Name, ir.Sequence)):
            yield index


def _put(stmt: ir.Stmt, inferred: Inferred) -> Iterator[ir.Expr]:
    """The keys that a statement puts into dicts otherwise."""
    operations = inferred.operations
    for expr in ir.computed(stmt):
        if type(expr) is ir.Mapping or type(operations.get(id(expr))) is Mutation:
            break
    else:
        return
    stack = list(ir.expressions(stmt))
    while stack:
        expr = stack.pop()
        stack.extend(ir.children(expr))
        if isinstance(expr, ir.Mapping):
            yield from (k for k in expr.keys if isinstance(k, (ir.Name, ir.Sequence)))
        operation = operations.get(id(expr))
        if isinstance(operation, Mutation):
            yield from _put_by(operation.what, expr)


def _put_by(what: str, expr: ir.Expr) -> Iterator[ir.Expr]:
    """The key that a method puts; reading a defaultdict puts one too."""
    if isinstance(expr, ir.Call) and what == ".setdefault()":
        yield from expr.args[:1]
    elif isinstance(expr, ir.Item):
        yield expr.index
