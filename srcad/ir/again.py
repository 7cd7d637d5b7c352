"""Write a statement once more: facts are kept by the identity of expressions and statements."""

from __future__ import annotations

from dataclasses import replace

from srcad.ir import nodes as ir


def once_more(stmt: ir.Stmt) -> ir.Stmt:
    """The statement once more: facts are kept by identity."""
    new = replace(ir.map_expressions(stmt, _copied))
    inner = tuple(tuple(map(once_more, b)) for b in ir.blocks(new))
    return ir.with_blocks(new, inner) if inner else new


def _copied(expr: ir.Expr) -> ir.Expr:
    new = ir.rebuild(expr, _copied)
    return new if isinstance(new, ir.Name | ir.Const | ir.Ref) else replace(new)
