"""Lower what carries no derivative: tests, indices and messages stay nested, as written."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from srcad.frontend.ordered import is_code, may_act, of_builtins
from srcad.frontend.scope import free_names
from srcad.frontend.state import BINARY, COMPARE, UNARY, State
from srcad.frontend.tree import by_kind
from srcad.ir import nodes as ir

_NESTED = {
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Compare,
    ast.BoolOp, ast.IfExp, ast.Call, ast.Tuple, ast.List, ast.Slice, ast.Set, ast.Starred,
    ast.keyword, ast.JoinedStr, ast.FormattedValue,
}  # fmt: skip


class Plain(State):
    """Expressions without derivative."""

    def test(self, node: ast.expr) -> ir.Expr:
        """A condition: kept whole when it is plain, else its value in a name."""
        if self.simple(node):
            return self.tree(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ir.Unary("not", self.test(node.operand))
        return self.atom(node)

    def simple(self, node: ast.expr) -> bool:
        """Whether `tree` can keep it nested."""
        return by_kind((node,)).keys() <= _NESTED

    def tree(self, node: ast.expr) -> ir.Expr:  # noqa: C901 - one decision over the kinds
        """The whole expression, nested as written."""
        tree = self.tree
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return ir.Const(-number)
            case ast.UnaryOp(op=op, operand=operand):
                return ir.Unary(UNARY[type(op)], tree(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return ir.Binary(BINARY[type(op)], tree(left), tree(right))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                names = tuple(COMPARE[type(op)] for op in ops)
                return ir.Compare(tree(left), names, tuple(map(tree, rights)))
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return ir.Logic(word, tuple(map(tree, values)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ir.Choice(tree(test), tree(body), tree(orelse))
            case ast.Call(func=func, args=args, keywords=keywords):
                kwargs = tuple((k.arg, tree(k.value)) for k in keywords)
                return ir.Call(tree(func), tuple(map(tree, args)), kwargs)
            case ast.Attribute(value=obj, attr=name):
                return ir.Attr(tree(obj), self.mangled(name))
            case ast.Subscript(value=obj, slice=index):
                return ir.Item(tree(obj), tree(index))
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = (None if p is None else tree(p) for p in (lower, upper, step))
                return ir.Slice(*parts)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return ir.Sequence(type(node).__name__.lower(), tuple(map(tree, items)))
            case ast.Starred(value=value):
                return ir.Star(tree(value))
            case ast.JoinedStr():
                return self.raw(node)
            case _:
                return self.value(node)

    def index(self, node: ast.expr) -> ir.Expr:
        """An index: arithmetic on names stays nested, calls and reads get a name."""
        match node:
            case ast.Tuple(elts=items):
                found = [
                    self.read_first(self.index(e), items[k + 1 :]) for k, e in enumerate(items)
                ]
                return ir.Sequence("tuple", tuple(found))
            case ast.Slice(lower=lower, upper=upper, step=step):
                ends = [lower, upper, step]
                parts = (
                    None if p is None else self.read_first(self.index(p), ends[k + 1 :])
                    for k, p in enumerate(ends)
                )
                return ir.Slice(*parts)
            case ast.UnaryOp(op=op, operand=operand) if not isinstance(operand, ast.Constant):
                return ir.Unary(UNARY[type(op)], self.index(operand))
            case ast.BinOp(left=left, op=op, right=right):
                first = self.read_first(self.index(left), [right])
                return ir.Binary(BINARY[type(op)], first, self.index(right))
            case ast.Starred(value=value):
                return ir.Star(self.index(value))
            case _:
                return self.atom(node)

    def is_path(self, value: ir.Expr) -> bool:
        """`np.linalg.norm`: attributes of a name from outside the function."""
        while isinstance(value, ir.Attr):
            value = value.obj
        return isinstance(value, ir.Name) and not self.is_local(value.id)

    def read_first(self, atom: ir.Expr, later: Sequence[ast.expr | None]) -> ir.Expr:
        """A value from outside, read before what is computed behind it, which may change it."""
        if not later or not self.reads_state(atom) or not may_act(later, self.known_outside):
            return atom
        match atom:
            case ir.Attr(_, name) | ir.Name(name):
                return self.temp(atom, name.lower())
            case _:
                return self.temp(atom, "first")

    def reads_state(self, expr: ir.Expr) -> bool:
        """Whether it reads a value that lives outside of the function."""
        if isinstance(expr, ir.Star):
            return False
        if self.is_path(expr):
            return not is_code(expr, self.source.function.__globals__)
        return any(map(self.reads_state, ir.children(expr)))

    def known_outside(self, name: str) -> Any:
        """The object from outside that the name stands for, which is relied on."""
        if not self.is_bound(name):
            return of_builtins(name)
        if name in self.scope.own or name in self.comprehension_names or name in self.captured:
            return None
        self.met.add(name)
        return self.source.function.__globals__.get(name)

    def raw(self, node: ast.expr) -> ir.Expr:
        """Keep the code as written: it carries no derivative."""
        if ast.NamedExpr in by_kind((node,)):
            raise self.refuse("Take the `:=` out of this expression.", node)
        for name in sorted(free_names(node) & self.generators.keys()):
            raise self.refuse(
                f"The generator `{name}` is run inside an expression that stays as it is. Collect "
                "its values in a list first.",
                node,
            )
        renamed = {k: v for k, v in self.renamed.items() if k != v}
        if renamed:
            node = _Rename(renamed).visit(ast.parse(ast.unparse(node), mode="eval").body)
        return ir.Raw(node, tuple(sorted(free_names(node))))


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)
