"""Give a parameter that a test binds anew another name behind it.

    if ell is None:                   if ell is None:
        ell = standard()                  ell = standard()
    use(ell)                   →          ell_2 = ell
                                      else:
                                          ell_2 = ell
                                      use(ell_2)

So the test is about the parameter alone: where its type decides it, one arm is left, and `ell_2` is
what that arm makes of it.  Otherwise both types would meet in one variable, of which nothing would
be known.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from srcad.ir import nodes as ir
from srcad.ir.names import Names

CHECKS = {"isinstance", "callable", "hasattr", "isscalar", "issubdtype", "iscomplexobj", "ndim"}


def parted(function: ir.Function) -> ir.Function:
    """The function with one more name for each parameter that a test guards, and binds."""
    names = Names(function.taken)
    options = frozenset(p.name for p in function.params if p.has_default)
    current = frozenset(p.name for p in function.params) - function.captured
    body = _Parting(names, options).block(function.body, current, frozenset({function.result}))
    if body is function.body:
        return function
    return replace(
        function,
        body=body,
        taken=names.known(),
        locals=function.locals | names.given(),
    )


@dataclass(frozen=True)
class _Parting:
    names: Names
    options: frozenset[str]

    def block(self, body: ir.Block, current: frozenset[str], after: frozenset[str]) -> ir.Block:
        """A block that runs once at most.

        current: the parameters, and the names that took their place.  after: the names that are
        read behind the block, which must keep what they stand for.
        """
        k = 0
        while k < len(body):
            stmt = body[k]
            if isinstance(stmt, ir.If):
                later = after.union(*map(ir.all_reads, body[k + 1 :]))
                stmt, renamed = self.branch(stmt, current, after)
                rest = body[k + 1 :]
                for name, new in renamed.items():
                    rest = tuple(_renamed(s, name, new) for s in rest)
                current |= frozenset(renamed.values())
                then = self.block(stmt.then, current, later)
                orelse = self.block(stmt.orelse, current, later)
                same = then is stmt.then and orelse is stmt.orelse
                stmt = stmt if same else replace(stmt, then=then, orelse=orelse)
                body = body if stmt is body[k] else (*body[:k], stmt, *rest)
            k += 1
        return body

    def branch(
        self, stmt: ir.If, current: frozenset[str], after: frozenset[str]
    ) -> tuple[ir.If, dict[str, str]]:
        """The branch that hands on what it guards under new names, and which."""
        bound = ir.assigned(stmt.then) | ir.assigned(stmt.orelse)
        guarded = current if _chosen(stmt.test, self.options) else _guarded(stmt.test)
        renamed: dict[str, str] = {}
        for name in sorted((guarded & bound & current) - after):
            new = renamed[name] = self.names.fresh(name)
            copy = ir.Assign(new, ir.Name(name), stmt.at)
            stmt = replace(stmt, then=(*stmt.then, copy), orelse=(*stmt.orelse, copy))
        return stmt, renamed


def _chosen(test: ir.Expr, options: frozenset[str]) -> bool:
    """Whether a test asks options alone: `if deg:`, `if mode == "relu":`."""
    match test:
        case ir.Unary("not", inner):
            return _chosen(inner, options)
        case ir.Compare(ir.Name(name), _, (ir.Const(),)) | ir.Name(name):
            return name in options
        case _:
            return False


def _guarded(test: ir.Expr) -> frozenset[str]:
    """The variables of which a test asks the kind."""
    match test:
        case ir.Unary("not", inner):
            return _guarded(inner)
        case ir.Logic(_, items):
            return frozenset().union(*map(_guarded, items))
        case ir.Compare(ir.Name(name), ("is" | "is not",), (ir.Const(None),)):
            return frozenset({name})
        case ir.Call(ir.Name(check) | ir.Attr(_, check), (ir.Name(name), *_)) if check in CHECKS:
            return frozenset({name})
        case ir.Compare(ir.Call() as asked, _, (ir.Const(),)):
            return _guarded(asked)
        case _:
            return frozenset()


def _renamed(stmt: ir.Stmt, old: str, new: str) -> ir.Stmt:
    """The statement about the new variable, in what it binds as well."""
    if old not in ir.all_reads(stmt) and old not in ir.bound(stmt):
        return stmt
    inner = tuple(tuple(_renamed(s, old, new) for s in b) for b in ir.blocks(stmt))
    stmt = ir.with_blocks(stmt, inner) if inner else stmt
    stmt = ir.map_expressions(stmt, lambda e: _expr(e, old, new))
    match stmt:
        case ir.Assign(target) if target == old:
            return replace(stmt, target=new)
        case ir.Unpack(targets) if old in targets:
            return replace(stmt, targets=tuple(new if t == old else t for t in targets))
        case ir.For(target):
            return replace(stmt, target=_target(target, old, new))
        case ir.Augment(ir.Name(name)) if name == old:
            return replace(stmt, target=ir.Name(new))
        case ir.With(items):
            return replace(stmt, items=tuple((e, new if n == old else n) for e, n in items))
        case ir.Try(_, handlers):
            named = tuple(replace(h, name=new if h.name == old else h.name) for h in handlers)
            return replace(stmt, handlers=named)
        case _:
            return stmt


def _target(target: ir.Target, old: str, new: str) -> ir.Target:
    if isinstance(target, str):
        return new if target == old else target
    return tuple(_target(t, old, new) for t in target)


def _expr(expr: ir.Expr, old: str, new: str) -> ir.Expr:
    if isinstance(expr, ir.Name):
        return ir.Name(new) if expr.id == old else expr
    if isinstance(expr, ir.Raw) and old in expr.reads:
        node = _Rename(old, new).visit(ast.parse(ast.unparse(expr.node), mode="eval").body)
        return ir.Raw(node, tuple(sorted(new if n == old else n for n in expr.reads)))
    return ir.rebuild(expr, lambda e: _expr(e, old, new))


class _Rename(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new if node.id == self.old else node.id, node.ctx)
