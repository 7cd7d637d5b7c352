"""Use a quotient that is there anyway.

probs = scores / total
…
s_bar = g / total * scores       →       s_bar = g * probs
"""

from __future__ import annotations

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.optimise.counts import writings
from srcad.optimise.halves import backward_start
from srcad.optimise.rewrite import same

Quotients = dict[str, dict[str, ir.Name]]  # by divisor and dividend


def reuse(body: ir.Block, params: frozenset[str]) -> ir.Block:
    """The body with quotients of the forward part used in the backward part."""
    start = backward_start(body)
    if start is None:
        return body
    writes = writings(body, params)
    found: Quotients = {}
    for stmt in body[:start]:
        if type(stmt) is ir.Assign and type(stmt.value) is ir.Binary:
            match stmt:
                case ir.Assign(name, ir.Binary("/", ir.Name(a), ir.Name(b))):
                    if writes[name] == writes[a] == writes[b] == 1:
                        found.setdefault(b, {})[a] = ir.Name(name)
                case _:
                    pass
    if not found:
        return body
    return same(body, (*body[:start], *(_statement(s, found) for s in body[start:])))


def _statement(stmt: ir.Stmt, found: Quotients) -> ir.Stmt:
    if found.keys().isdisjoint(ir.all_reads(stmt)):
        return stmt
    inner = ir.blocks(stmt)
    if inner:
        new = tuple(same(b, [_statement(s, found) for s in b]) for b in inner)
        stmt = ir.with_blocks(stmt, new)
    return ir.map_expressions(stmt, lambda e: _expr(e, found))


def _expr(expr: ir.Expr, found: Quotients) -> ir.Expr:
    if found.keys().isdisjoint(ir.reads(expr)) or not _divides(expr):
        return expr
    if not isinstance(expr, ir.Binary) or expr.op not in "*/":
        return ir.rebuild(expr, lambda e: _expr(e, found))
    above: list[ir.Expr] = []
    below: list[ir.Expr] = []
    factors(expr, above, below)
    for b in [b for b in below if isinstance(b, ir.Name) and b.id in found]:
        for k, a in enumerate(above):
            if isinstance(a, ir.Name) and a.id in found[b.id]:
                above[k] = found[b.id][a.id]
                below.remove(b)
                return _expr(_product(above, below), found)
    return ir.rebuild(expr, lambda e: _expr(e, found))


def _divides(expr: ir.Expr) -> bool:
    """Whether there is a quotient anywhere in the expression."""
    if isinstance(expr, ir.Binary) and expr.op == "/":
        return True
    return any(map(_divides, ir.children(expr)))


def factors(expr: ir.Expr, above: list[ir.Expr], below: list[ir.Expr]) -> None:
    """Split `a / b * c` into what multiplies and what divides, in order."""
    match expr:
        case ir.Binary("*", left, right):
            factors(left, above, below)
            factors(right, above, below)
        case ir.Binary("/", left, right):
            factors(left, above, below)
            factors(right, below, above)
        case _:
            above.append(expr)


def _product(above: list[ir.Expr], below: list[ir.Expr]) -> ir.Expr:
    value = above[0]
    for factor in above[1:]:
        value = algebra.mul(value, factor)
    for factor in below:
        value = ir.Binary("/", value, factor)
    return value
