"""Turn IR into Python syntax trees, ready for the printer.

Assign("y", Binary("*", Name("x"), Const(2)))     →     y = x * 2
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable
from typing import Any, TypeGuard

import numpy as np

from srcad.emit.printer import Blank, Comment
from srcad.emit.texts import Texts, of_users
from srcad.frontend.scope import brought_along
from srcad.ir import nodes as ir
from srcad.runtime.closures import captured

BINARY = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod,
    "**": ast.Pow, "@": ast.MatMult, "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor,
    "<<": ast.LShift, ">>": ast.RShift,
}  # fmt: skip
UNARY = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert, "not": ast.Not}
COMPARE = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq,
    "is": ast.Is, "is not": ast.IsNot, "in": ast.In, "not in": ast.NotIn,
}  # fmt: skip
EVERY = {"+": ir.Ref(np.add.at, "np.add.at"), "-": ir.Ref(np.subtract.at, "np.subtract.at")}
LOAD, STORE = ast.Load(), ast.Store()


class Writer:
    """Collects the outside objects that the written code refers to in `refs`."""

    def __init__(self, comment: Callable[[ir.Loc], str] | None = None) -> None:
        self.refs: dict[str, Any] = {}
        self.comments: dict[int, str] = {}
        self.places: dict[int, ir.Loc] = {}  # id of a statement written: what the user wrote
        self.comment = comment
        self.avoid: frozenset[str] = frozenset()  # names that mean something else here
        self.texts: Texts | None = None
        self.last: int | None = None

    # -- expressions -------------------------------------------------------------------

    def name(self, name: str, ctx: ast.expr_context = LOAD) -> ast.Name:
        return ast.Name(name, ctx)

    def ref(self, ref: ir.Ref) -> ast.expr:
        root, *path = ref.text.split(".")
        if self.texts is not None and not path and ref.value is not None and of_users(ref.value):
            root = self.texts.of(root, ref.value)
            self.refs[root] = ref.value
        elif ref.value is not None and root in self.avoid:
            value = _module(root) if path else ref.value
            while root in self.avoid:
                root += "_"
            self.refs[root] = value
        elif ref.value is not None:
            if path:
                self.refs.setdefault(root, _module(root))
            else:
                self.refs[root] = ref.value
        node: ast.expr = ast.Name(root, LOAD)
        for part in path:
            node = ast.Attribute(node, part, LOAD)
        return node

    def expr(self, expr: ir.Expr) -> ast.expr:  # noqa: C901 - one case for each node
        e = self.expr
        match expr:
            case ir.Name():
                return ast.Name(expr.id, LOAD)
            case ir.Binary():
                return ast.BinOp(e(expr.left), BINARY[expr.op](), e(expr.right))
            case ir.Const():
                return constant(expr.value)
            case ir.Attr():
                return ast.Attribute(e(expr.obj), expr.name, LOAD)
            case ir.Ref():
                return self.ref(expr)
            case ir.Call(func, args, kwargs):
                if isinstance(func, ir.Ref) and func.value is captured:
                    self.refs["captured"] = captured
                keywords = [ast.keyword(k, e(v)) for k, v in kwargs]
                return ast.Call(e(func), [e(a) for a in args], keywords)
            case ir.Item(obj, index):
                return ast.Subscript(e(obj), self.index(index), LOAD)
            case ir.Slice(lower, upper, step):
                return ast.Slice(*(None if p is None else e(p) for p in (lower, upper, step)))
            case ir.Unary(op, operand):
                return ast.UnaryOp(UNARY[op](), e(operand))
            case ir.Compare(left, ops, rights):
                return ast.Compare(e(left), [COMPARE[o]() for o in ops], [e(r) for r in rights])
            case ir.Logic(op, items):
                return ast.BoolOp(ast.And() if op == "and" else ast.Or(), [e(i) for i in items])
            case ir.Choice(test, then, orelse):
                return ast.IfExp(e(test), e(then), e(orelse))
            case ir.Sequence(kind, items):
                if kind == "set":
                    return ast.Set([e(i) for i in items])
                made = ast.Tuple if kind == "tuple" else ast.List
                return made([e(i) for i in items], LOAD)
            case ir.Mapping(keys, values):
                return ast.Dict([None if k is None else e(k) for k in keys], [e(v) for v in values])
            case ir.Star(value):
                return ast.Starred(e(value), LOAD)
            case ir.Raw(node):
                return node
            case ir.Closure(code, _, defaults):
                assert isinstance(code, ast.Lambda)
                return ast.Lambda(self.arguments(code.args, dict(defaults)), code.body)
        raise AssertionError(expr)

    def index(self, index: ir.Expr) -> ast.expr:
        return self.expr(index)

    def arguments(self, args: ast.arguments, defaults: dict[str, ir.Expr]) -> ast.arguments:
        """The parameters of a function made during the call, defaults evaluated before."""
        positional = [*args.posonlyargs, *args.args]
        given = [a.arg for a in positional[len(positional) - len(args.defaults) :]]
        plain = [self.expr(defaults[n]) for n in given]
        only = [
            None if d is None else self.expr(defaults[a.arg])
            for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        bare = [ast.arg(a.arg) for a in args.args]
        return ast.arguments(
            [ast.arg(a.arg) for a in args.posonlyargs],
            bare,
            None if args.vararg is None else ast.arg(args.vararg.arg),
            [ast.arg(a.arg) for a in args.kwonlyargs],
            only,
            None if args.kwarg is None else ast.arg(args.kwarg.arg),
            plain,
        )

    # -- statements --------------------------------------------------------------------

    def block(self, block: ir.Block, commented: bool) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for stmt in block:
            if isinstance(stmt, ir.Note):
                if out:
                    out.append(Blank())
                out.append(Comment(stmt.text))
                self.last = None
                commented = stmt.text == "backward"
                continue
            if discards_nothing(stmt):
                out += self.block(stmt.body, commented)
                continue
            node = self.statement(stmt, commented)
            out.append(node)
        return out or [ast.Pass()]

    def beside(self, node: ast.stmt, stmt: ir.Stmt) -> None:
        """The user's line beside the first statement that reverses it."""
        at = getattr(stmt, "at", None)
        if at is None or self.comment is None or at.line == self.last:
            return
        self.last = at.line
        text = self.comment(at)
        if text:
            self.comments[id(node)] = text

    def statement(self, stmt: ir.Stmt, commented: bool) -> ast.stmt:
        node = self.plain(stmt, commented)
        at = getattr(stmt, "at", None)
        if at is not None:
            self.places[id(node)] = at
        if commented and not ir.blocks(stmt):
            self.beside(node, stmt)
        return node

    def plain(self, stmt: ir.Stmt, commented: bool) -> ast.stmt:  # noqa: C901 - likewise
        e = self.expr
        match stmt:
            case ir.Assign() if not isinstance(stmt.value, ir.Closure):
                return ast.Assign([self.name(stmt.target, STORE)], e(stmt.value), None)
            case ir.Assign(target, ir.Closure(code, _, defaults)) if isinstance(
                code, ast.FunctionDef
            ):
                self.refs |= brought_along(code)
                args = self.arguments(code.args, dict(defaults))
                return ast.FunctionDef(target, args, code.body, [], None, None)
            case ir.Assign(target, value):
                return ast.Assign([self.name(target, STORE)], e(value), None)
            case ir.Unpack(names, value, star):
                targets: list[ast.expr] = [self.name(n, STORE) for n in names]
                if star is not None:
                    targets[star] = ast.Starred(targets[star], STORE)
                return ast.Assign([ast.Tuple(targets, STORE)], e(value), None)
            case ir.Effect(ir.Call(ir.Ref(operator.delitem), (owner, index))):
                return ast.Delete([_deleted(ast.Subscript(e(owner), self.index(_sliced(index))))])
            case ir.Effect(ir.Call(ir.Ref(builtins.delattr), (owner, ir.Const(str(name))))):
                return ast.Delete([_deleted(ast.Attribute(e(owner), name))])
            case ir.Effect(value):
                return ast.Expr(e(value))
            case ir.AddTo(target, value, _, op):
                return ast.AugAssign(self.name(target, STORE), BINARY[op](), e(value))
            case ir.AddAt(target, index, value, _, op):
                place = ast.Subscript(self.name(target), self.index(index), STORE)
                return ast.AugAssign(place, BINARY[op](), e(value))
            case ir.Store(target, value):
                return ast.Assign([_stored(e(target))], e(value), None)
            case ir.Augment(ir.Item(owner, index), op, value) if stmt.every:
                return ast.Expr(e(ir.Call(EVERY[op], (owner, index, value))))
            case ir.Augment(target, op, value):
                return ast.AugAssign(_stored(e(target)), BINARY[op](), e(value))  # type: ignore[arg-type]
            case ir.If(test, then, orelse):
                if not then and orelse:
                    none = ast.UnaryOp(ast.Not(), e(test))
                    return ast.If(none, self.block(orelse, commented), [])
                rest = self.block(orelse, commented) if orelse else []
                first = self.block(then, commented)
                return ast.If(e(test), first, rest)
            case ir.While(test, body):
                return ast.While(e(test), self.block(body, commented), [])
            case ir.For(target, iterable, body):
                inner = self.block(body, commented)
                return ast.For(self.target(target), e(iterable), inner, [], None)
            case ir.Break():
                return ast.Break()
            case ir.Continue():
                return ast.Continue()
            case ir.With(items, body):
                entries = [
                    ast.withitem(e(x), None if n is None else self.name(n, STORE)) for x, n in items
                ]
                return ast.With(entries, self.block(body, commented), None)
            case ir.Try(body, handlers, orelse, final):
                caught = [
                    ast.ExceptHandler(
                        None if h.type is None else e(h.type), h.name, self.block(h.body, commented)
                    )
                    for h in handlers
                ]
                return ast.Try(
                    self.block(body, commented),
                    caught,
                    self.block(orelse, commented) if orelse else [],
                    self.block(final, commented) if final else [],
                )
            case ir.Raise(exception, cause):
                return ast.Raise(
                    None if exception is None else e(exception), None if cause is None else e(cause)
                )
            case ir.Assert(test, message):
                return ast.Assert(e(test), None if message is None else e(message))
            case ir.Import(node):
                return node
            case ir.Return(value):
                return ast.Return(e(value))
            case ir.Note():
                pass  # laid out by `block`
        raise AssertionError(stmt)

    def target(self, target: ir.Target) -> ast.expr:
        if isinstance(target, str):
            return self.name(target, STORE)
        return ast.Tuple([self.target(t) for t in target], STORE)


def discards_nothing(stmt: ir.Stmt) -> TypeGuard[ir.Try]:
    """`try: … except (): pass`, which tells the compiler that the block may be left anywhere."""
    match stmt:
        case ir.Try(_, (handler,), (), ()):
            return not handler.catches
        case _:
            return False


def _stored(node: ast.expr) -> ast.expr:
    node.ctx = STORE  # type: ignore[attr-defined]
    return node


def _deleted(node: ast.expr) -> ast.expr:
    node.ctx = ast.Del()  # type: ignore[attr-defined]
    return node


def _sliced(index: ir.Expr) -> ir.Expr:
    """`slice(1, None, None)` as an index is `1:`."""
    match index:
        case ir.Call(ir.Ref(builtins.slice), (lower, upper, step)):
            parts = (None if p == ir.Const(None) else p for p in (lower, upper, step))
            return ir.Slice(*parts)
        case _:
            return index


def constant(value: Any) -> ast.expr:
    """A literal; a negative number is an operation in Python's grammar."""
    if isinstance(value, tuple):
        return ast.Tuple([constant(v) for v in value], LOAD)
    if type(value) in (int, float) and (value < 0 or (value == 0 and str(value)[0] == "-")):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _module(root: str) -> Any:
    import math
    import sys

    import numpy

    return {"np": numpy, "math": math}.get(root) or sys.modules[root]
