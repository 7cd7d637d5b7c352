"""Use the original where a name is only another name for it.

    x_bar = q_bar            (gone)
    return x_bar, z_bar  →   return q_bar, z_bar

and put constants in place:  y_bar = 1.0; x_bar = y_bar * w   →   x_bar = w

Only generated names are replaced, and only where neither name is written again.
"""

from __future__ import annotations

from collections import Counter

from srcad.adjoint import algebra
from srcad.ir import nodes as ir


def fold_copies(block: ir.Block, generated: frozenset[str]) -> ir.Block:
    """The block without copies of names and constants."""
    writes: Counter[str] = Counter()
    for stmt in ir.walk(block):
        writes.update(ir.targets(stmt))
    replace: dict[str, ir.Expr] = {}
    return _block(block, generated, writes, replace, top=True)


def _block(
    block: ir.Block,
    generated: frozenset[str],
    writes: Counter[str],
    replace: dict[str, ir.Expr],
    top: bool,
) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        if replace:
            stmt = ir.map_expressions(stmt, lambda e: simplify(ir.substitute(e, replace)))
        if (
            isinstance(stmt, ir.Assign)
            and stmt.target in generated
            and writes[stmt.target] == 1
            and _stable(stmt.value, writes)
        ):
            replace[stmt.target] = stmt.value
            continue
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(
                stmt, tuple(_block(b, generated, writes, replace, False) for b in inner)
            )
        out.append(stmt)
    return tuple(out)


def _stable(value: ir.Expr, writes: Counter[str]) -> bool:
    if isinstance(value, ir.Const):
        return True
    return isinstance(value, ir.Name) and writes[value.id] <= 1


def simplify(expr: ir.Expr) -> ir.Expr:
    """`1.0 * w` is w; `2 * 1.0` is 2."""
    expr = ir.rebuild(expr, simplify)
    match expr:
        case ir.Binary("*", a, b) if algebra.is_number(a, 1) or algebra.is_number(b, 1):
            return algebra.mul(a, b)
        case ir.Binary("*", a, b) if algebra.is_number(a, -1) or algebra.is_number(b, -1):
            return algebra.mul(a, b)
        case ir.Unary("-", ir.Const(v)) if isinstance(v, int | float):
            return ir.Const(-v)
        case ir.Unary("-", ir.Unary("-", inner)):
            return inner
        case ir.Binary("+", a, ir.Unary("-", b)):
            return ir.Binary("-", a, b)
        case ir.Binary("-", a, ir.Unary("-", b)):
            return ir.Binary("+", a, b)
    return expr
