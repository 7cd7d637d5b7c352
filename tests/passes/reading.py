"""Small texts as IR and back, so that a test of a pass is a table of texts.

    block("x_bar += y_bar * w")          (AddTo("x_bar", Binary("*", …)),)
    text(fold_copies(block(before), …))  what the pass made of it
    function("def f(x): …")              a user's function, as `lower` sees it

In `block`, `np.sin` and the runtime's helpers are references, `+=` is the compiler's own (AddTo,
AddAt), and a line `# backward` is the note between the two parts.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import operator
import textwrap
import types
from typing import Any

import numpy as np

from srcad.analysis.infer import Inferred
from srcad.analysis.program import Program, Unit
from srcad.analysis.session import Session
from srcad.emit.function import plain_text
from srcad.frontend.lower import lower
from srcad.frontend.source import locate
from srcad.frontend.state import BINARY, COMPARE, UNARY
from srcad.ir import nodes as ir
from srcad.ir.observed import type_of
from srcad.ir.types import Symbols
from srcad.runtime import cotangents

_COUNT = itertools.count()


def text(body: ir.Block) -> str:
    """The statements as Python."""
    return plain_text(body).strip()


def tidy(source: str) -> str:
    """A text as `text` writes it."""
    return text(block(source)) if source.strip() else ""


# ------------------------------------------------------------------ users' functions
def function(source: str) -> ir.Function:
    """The function in the text, lowered; its exits are anywhere."""
    return lower(locate(live(source)))


def live(source: str) -> Any:
    """The function `f` of a text, as a module that only exists in linecache would hold it."""
    text_, name = textwrap.dedent(source).lstrip(), f"<pass {next(_COUNT)}>"
    linecache.cache[name] = (len(text_), None, text_.splitlines(keepends=True), name)
    module = types.ModuleType("a_pass")
    module.__file__ = name
    exec(compile(text_, name, "exec"), module.__dict__)
    return module.__dict__["f"]


def inferred(source: str, *args: Any) -> tuple[Unit, Inferred]:
    """A function with what inference finds for these arguments."""
    session = Session(Program(), Symbols())
    unit = session.program.unit(live(source))
    return unit, session.infer(unit, tuple(type_of(a, session.symbols) for a in args))


# ------------------------------------------------------------------ generated code
def block(source: str) -> ir.Block:
    """The statements of a text."""
    lines = textwrap.dedent(source).strip().splitlines()
    plain = [_noted(line) for line in lines]
    return _block(ast.parse("\n".join(plain)).body)


def _noted(line: str) -> str:
    bare = line.strip()
    return line.replace(bare, f"_note({bare[2:]!r})") if bare.startswith("# ") else line


def _block(body: list[ast.stmt]) -> ir.Block:
    return tuple(_statement(s) for s in body if not isinstance(s, ast.Pass))


def _statement(stmt: ast.stmt) -> ir.Stmt:  # noqa: C901 - one case for each kind
    match stmt:
        case ast.Expr(ast.Call(ast.Name("_note"), [ast.Constant(value=found)])):
            return ir.Note(found)
        case ast.Expr(value):
            return ir.Effect(expr(value))
        case ast.Assign([ast.Name(name)], value):
            return ir.Assign(name, expr(value))
        case ast.Assign([ast.Tuple(items)], value):
            return ir.Unpack(tuple(n.id for n in items), expr(value))  # type: ignore[attr-defined]
        case ast.Assign([ast.Subscript() | ast.Attribute() as target], value):
            place: Any = expr(target)
            return ir.Store(place, expr(value))
        case ast.AugAssign(ast.Name(name), op, value):
            return ir.AddTo(name, expr(value), None, BINARY[type(op)])
        case ast.AugAssign(ast.Subscript(ast.Name(name), index), op, value):
            return ir.AddAt(name, expr(index), expr(value), None, BINARY[type(op)])
        case ast.If(test, body, orelse):
            return ir.If(expr(test), _block(body), _block(orelse))
        case ast.For(target, iterable, body):
            return ir.For(_target(target), expr(iterable), _block(body))
        case ast.While(test, body):
            return ir.While(expr(test), _block(body))
        case ast.With([ast.withitem(context, _)], body):
            return ir.With(((expr(context), None),), _block(body))
        case ast.Try(body, handlers, orelse, final):
            caught = tuple(
                ir.Handler(None if h.type is None else expr(h.type), h.name, _block(h.body))
                for h in handlers
            )
            return ir.Try(_block(body), caught, _block(orelse), _block(final))
        case ast.Return(ast.expr() as value):
            return ir.Return(expr(value))
        case ast.Break():
            return ir.Break()
        case ast.Raise(exc, _):
            return ir.Raise(None if exc is None else expr(exc))
    raise NotImplementedError(ast.unparse(stmt))


def _target(node: ast.expr) -> ir.Target:
    return node.id if isinstance(node, ast.Name) else tuple(map(_target, node.elts))  # type: ignore[attr-defined]


def expr(node: ast.expr | str) -> ir.Expr:  # noqa: C901 - one case for each kind
    """One expression."""
    match node:
        case str():
            return expr(ast.parse(node, mode="eval").body)
        case ast.Constant(value):
            return ir.Const(value)
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int() | float() as number)):
            return ir.Const(-number)
        case ast.UnaryOp(op, operand):
            return ir.Unary(UNARY[type(op)], expr(operand))
        case ast.Name(name):
            helper = getattr(cotangents, name, None) or {"float": float}.get(name)
            return ir.Name(name) if helper is None else ir.Ref(helper, name)
        case ast.Attribute():
            return _attribute(node)
        case ast.BinOp(left, op, right):
            return ir.Binary(BINARY[type(op)], expr(left), expr(right))
        case ast.Compare(left, ops, rights):
            names = tuple(COMPARE[type(op)] for op in ops)
            return ir.Compare(expr(left), names, tuple(map(expr, rights)))
        case ast.BoolOp(op, values):
            word = "and" if isinstance(op, ast.And) else "or"
            return ir.Logic(word, tuple(map(expr, values)))
        case ast.IfExp(test, body, orelse):
            return ir.Choice(expr(test), expr(body), expr(orelse))
        case ast.Call(func, args, keywords):
            kwargs = tuple((k.arg, expr(k.value)) for k in keywords)
            return ir.Call(expr(func), tuple(map(expr, args)), kwargs)
        case ast.Subscript(obj, index):
            return ir.Item(expr(obj), expr(index))
        case ast.Slice(lower_, upper, step):
            return ir.Slice(*(None if p is None else expr(p) for p in (lower_, upper, step)))
        case ast.Tuple(items) | ast.List(items):
            return ir.Sequence(type(node).__name__.lower(), tuple(map(expr, items)))
        case ast.Dict(keys, values):
            return ir.Mapping(
                tuple(None if k is None else expr(k) for k in keys), tuple(map(expr, values))
            )
    raise NotImplementedError(ast.dump(node))


def _attribute(node: ast.Attribute) -> ir.Expr:
    """`np.add.at` is a reference; every other attribute is one of a value."""
    path = ast.unparse(node)
    if path.startswith("np."):
        return ir.Ref(operator.attrgetter(path[3:])(np), path)
    return ir.Attr(expr(node.value), node.attr)
