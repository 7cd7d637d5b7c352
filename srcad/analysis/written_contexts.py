"""Write out context managers that hold what carries a derivative as the calls that they are.

    with Scaled(x) as c:             manager = Scaled(x)
        y = c.value * 2              c = manager.__enter__()
                               →     try:
                                         y = c.value * 2
                                     finally:
                                         manager.__exit__(None, None, None)

    @contextmanager                  old = o.v
    def swapped(o, v):               o.v = v
        old = o.v              →     try:
        o.v = v                          …  (the body)
        try:                         finally:
            yield                        o.v = old
        finally:
            o.v = old

Read so are classes whose `__exit__` looks at no exception, and discards none, and generators of the
module that yield at one place (`Reading.contexts`).
"""

from __future__ import annotations

import ast
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

from srcad.analysis.bind import CannotBind, Signature, bind
from srcad.analysis.inlining import begins, handed_item, outside_names, stands_as_written
from srcad.analysis.invoke import constant_expr
from srcad.analysis.writer import Writer
from srcad.errors import SrcadError
from srcad.frontend.contexts import passes_exceptions
from srcad.frontend.source import find
from srcad.ir import nodes as ir
from srcad.ir.renaming import renamed
from srcad.ir.types import Known, Obj

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

_NONE = ir.Const(None)


def written_context(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of a `with`; None where it stays."""
    if not isinstance(stmt, ir.With) or not inference.session.reading.contexts:
        return None
    (expr, bound), *rest = stmt.items
    body = (ir.With(tuple(rest), stmt.body, stmt.at),) if rest else stmt.body
    kind = inference.expr(expr)
    writer = Writer(stmt, inference)
    if isinstance(kind, Obj) and _plain_class(kind.cls):
        return _of_class(writer, expr, bound, body)
    if isinstance(expr, ir.Call):
        maker = inference.expr(expr.func)
        function = maker.value if isinstance(maker, Known) else None
        if isinstance(function, pytypes.FunctionType) and passes_exceptions(function):
            return _of_generator(writer, expr, function.__wrapped__, bound, body)  # type: ignore[attr-defined]
    return None


def _plain_class(cls: type) -> bool:
    """Whether the class has both methods, and its `__exit__` looks at no exception."""
    methods = [inspect.getattr_static(cls, n, None) for n in ("__enter__", "__exit__")]
    if not all(isinstance(m, pytypes.FunctionType) for m in methods):
        return False
    if not passes_exceptions(cls):
        return False
    try:
        node = find(methods[1]).node
    except SrcadError:
        return False
    args = node.args
    given = {a.arg for a in (*args.posonlyargs, *args.args)[1:]}
    given |= {args.vararg.arg} if args.vararg else set()
    asked = {"exc_info", "print_exc", "format_exc"}
    return not any(
        (isinstance(n, ast.Name) and n.id in given)
        or (isinstance(n, ast.Attribute) and n.attr in asked)
        for s in getattr(node, "body", ())
        for n in ast.walk(s)
    )


def _of_class(writer: Writer, expr: ir.Expr, bound: str | None, body: ir.Block) -> ir.Block:
    at = writer.stmt.at
    manager = ir.Name(writer.fresh("manager", "manager"))
    entered = bound or writer.fresh("entered", "entered")
    leave = ir.Call(ir.Attr(manager, "__exit__"), (_NONE, _NONE, _NONE))
    return (
        ir.Assign(manager.id, expr, at),
        ir.Assign(entered, ir.Call(ir.Attr(manager, "__enter__")), at),
        ir.Try(body, (), (), (ir.Effect(leave, at),), at),
    )


def _of_generator(
    writer: Writer, call: ir.Call, function: Any, bound: str | None, body: ir.Block
) -> ir.Block | None:
    """The body of the `with` where the generator yields."""
    inference, at = writer.inference, writer.stmt.at
    try:
        found = inference.session.program.listing(function, object, managing=True)
    except SrcadError:
        return None
    if found is None:
        return None
    unit, handed = found
    inner = [s for s in unit.code.body if not begins(s, handed)]
    own = ir.assigned(tuple(inner)) | {p.name for p in unit.code.params} | {unit.code.result}
    places = sum(handed_item(s, handed) is not None for s in ir.walk(tuple(inner)))
    loops = [s for s in ir.walk(tuple(inner)) if isinstance(s, ir.For | ir.While)]
    inside = any(handed_item(s, handed) for loop in loops for s in ir.walk(loop.body))
    if places != 1 or inside or not stands_as_written(unit, inner, own | {handed}):
        return None
    outside = outside_names(unit, own, handed, inference)
    if outside is None:
        return None
    try:
        signature = Signature.of(function, constant_expr)
        given = bind(signature, call.args, call.kwargs, inference)
    except CannotBind:
        return None
    table = {n: writer.fresh(n, n) for n in sorted(own)}
    table[handed] = writer.fresh("handed", "handed")

    def made(stmt: ir.Stmt) -> ir.Block:
        item = handed_item(stmt, table[handed])
        if item is not None:
            item = ir.substitute(item, outside)
            return (*((ir.Assign(bound, item, at),) if bound else ()), *body)
        if isinstance(stmt, ir.Assign) and stmt.value == ir.Name(table[handed]):
            return (ir.Assign(stmt.target, _NONE, at),)
        parts = tuple(tuple(n for s in b for n in made(s)) for b in ir.blocks(stmt))
        new = ir.placed(ir.map_expressions(stmt, lambda e: ir.substitute(e, outside)), at)
        return (ir.with_blocks(new, parts) if parts else new,)

    first = [
        ir.Assign(table[p.name], value, at)
        for p, value in zip(unit.code.params, given, strict=True)
    ]
    return (*first, *(n for s in renamed(tuple(inner), table) for n in made(s)))
