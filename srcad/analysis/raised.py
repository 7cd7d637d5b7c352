"""Refuse to read a value with a derivative out of an exception that a handler caught.

    raise Found(x * t)                    fine where nobody reads it
    except Found as found:
        y = found.value                   refused: y is x * t, and its derivative would be lost

What an exception holds carries no derivative here.  Its text, its class and raising it again are
harmless; so is what was raised without an active value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from srcad import errors
from srcad.analysis.activity import Active, activity, depends
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Append, Dynamic, Invoke, Make, Mutation
from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir

_HARMLESS = {
    "__class__", "__traceback__", "__cause__", "__context__", "__notes__", "add_note",
    "with_traceback",
}  # fmt: skip
_KEEPING = Append | Dynamic | Invoke | Make | Mutation


def handed_on(
    inferred: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, errors.SrcadError]]:
    """Where a handler reads something out of an exception that may hold an active value."""
    for stmt in ir.walk(body):
        if not isinstance(stmt, ir.Try):
            continue
        for handler in stmt.handlers:
            name = handler.name or ""
            reads = [s for s in ir.walk(handler.body) if _reads_out(inferred, s, name)]
            if reads and may_raise(inferred, stmt.body, active):
                at = getattr(reads[0], "at", None)
                message = (
                    f"`{name}` is an exception, and what it holds may carry a derivative, which "
                    "ends where it is raised. Return the value, or wrap it in "
                    "srcad.stop_gradient(...) where the exception is made."
                )
                yield at, errors.UnsupportedSyntax(message, inferred.unit.place(at))


def _reads_out(inferred: Inferred, stmt: ir.Stmt, name: str) -> bool:
    """Whether a statement takes something out of the exception, or keeps it."""
    if isinstance(stmt, ir.Raise):
        return False
    if isinstance(stmt, ir.Assign | ir.Store) and stmt.value == ir.Name(name):
        return True
    stack = list(ir.expressions(stmt))
    while stack:
        expr = stack.pop()
        if isinstance(expr, ir.Raw) or name not in ir.reads(expr):
            continue
        stack.extend(ir.children(expr))
        match expr:
            case ir.Attr(ir.Name(owner), attribute) if owner == name:
                return attribute not in _HARMLESS
            case ir.Sequence() | ir.Mapping() | ir.Closure():
                return True
            case _ if isinstance(inferred.operations.get(id(expr)), _KEEPING):
                return True
            case _:
                pass
    return False


def may_raise(inferred: Inferred, body: ir.Block, active: Active) -> bool:
    """Whether a block, or a function that it calls, may raise an exception with an active value."""
    for stmt in ir.walk(body):
        said = stmt.exception if isinstance(stmt, ir.Raise) else None
        said = stmt.message if isinstance(stmt, ir.Assert) else said
        if isinstance(said, ir.Raw) and _told(said.node) & active:
            return True
        if any(_expression_may(inferred, e, active) for e in ir.expressions(stmt)):
            return True
    return False


def _expression_may(inferred: Inferred, expr: ir.Expr, active: Active) -> bool:
    operation = inferred.operations.get(id(expr))
    if isinstance(operation, Dynamic):
        return bool(ir.reads(expr) & active)  # what it raises is known when it runs
    if isinstance(operation, Invoke):
        return _callee_may(inferred, operation, active)
    if not isinstance(expr, ir.Call) or not _makes_exception(inferred, expr):
        return False
    given = (*expr.args, *(v for _, v in expr.kwargs))
    return any(depends(a, inferred, active) for a in given)


def _told(node: ast.AST) -> set[str]:
    """The names in what is raised, but for those that become text."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.JoinedStr() | ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return set()
        case ast.Call(func=ast.Name(id="str" | "repr" | "format" | "type" | "len")):
            return set()
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()))):
            return set()
        case ast.Call(args=args, keywords=options):
            return set().union(*map(_told, (*args, *(k.value for k in options))))
        case _:
            return set().union(*map(_told, ast.iter_child_nodes(node)))


def _makes_exception(inferred: Inferred, expr: ir.Call) -> bool:
    found = _object(inferred, expr.func)
    return isinstance(found, type) and issubclass(found, BaseException)


def _object(inferred: Inferred, expr: ir.Expr) -> Any:
    """What a path of names stands for outside of the function."""
    match expr:
        case ir.Name(name) if name not in inferred.types:
            return inferred.session.program.lookup(inferred.unit, name)
        case ir.Attr(owner, name):
            return getattr(_object(inferred, owner), name, MISSING)
        case _:
            return MISSING


def _callee_may(inferred: Inferred, operation: Invoke, active: Active) -> bool:
    params = operation.unit.code.params
    pairs = zip(params, operation.args, strict=True)
    given = frozenset(p.name for p, a in pairs if depends(a, inferred, active))
    if not given:
        return False
    callee: Inferred = inferred.session.infer(operation.unit, operation.params)
    key = "raises", given
    if key not in callee.memory:
        callee.memory[key] = False  # of functions that call each other, one finds it
        body = callee.running
        callee.memory[key] = may_raise(callee, body, activity(callee, body, given))
    found: bool = callee.memory[key]
    return found
