"""Put a spread cotangent where it is used, when no use needs it spread.

s_bar = np.full_like(s, g)               (gone)
a_bar = s_bar * (2 * a)          →       a_bar = 2 * g * a
x_bar[1:] -= s_bar * b                   x_bar[1:] -= g * b
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings
from srcad.optimise.rewrite import same
from srcad.optimise.signs import all_signs, signs
from srcad.optimise.tidy import SPREADING, spread_value

Tidy = Callable[[ir.Expr], ir.Expr]


def place_spreads(
    block: ir.Block, generated: frozenset[str], params: frozenset[str], tidy: Tidy
) -> ir.Block:
    """The block without spread cotangents that every use can do without."""
    if all(map(SPREADING.isdisjoint, map(all_signs, block))):
        return block
    return _block(block, generated, bindings(block, params), tidy)


def _block(
    block: ir.Block, generated: frozenset[str], writes: Counter[str], tidy: Tidy
) -> ir.Block:
    out = list(block)
    for k, stmt in enumerate(out):
        if SPREADING.isdisjoint(all_signs(stmt)):
            continue
        inner = ir.blocks(stmt)
        if inner:
            new = tuple(_block(b, generated, writes, tidy) for b in inner)
            out[k] = ir.with_blocks(stmt, new)
        if not isinstance(stmt, ir.Assign) or stmt.target not in generated:
            continue
        value = spread_value(stmt.value)
        if value is None or writes[stmt.target] != 1:
            continue
        if not all(writes[n] <= 1 for n in ir.reads(stmt.value)):
            continue
        rest = _replaced(tuple(out[k + 1 :]), stmt.target, stmt.value, tidy)
        if rest is not None:
            out[k + 1 :] = rest
            out[k] = _GONE
    return same(block, [s for s in out if s is not _GONE])


_GONE = ir.Note("")


def _replaced(block: ir.Block, name: str, value: ir.Expr, tidy: Tidy) -> list[ir.Stmt] | None:
    """The statements with the spread put in; None when it would stay somewhere."""
    out: list[ir.Stmt] = []
    for stmt in block:
        if any(name in ir.all_reads(s) for b in ir.blocks(stmt) for s in b):
            return None
        if name in ir.statement_reads(stmt):
            new = _put_in(stmt, name, value, tidy)
            if any(
                _has_spread(e) and not _has_spread(o)
                for e, o in zip(ir.expressions(new), ir.expressions(stmt), strict=True)
            ):
                return None
            stmt = new
        out.append(stmt)
    return out


def _put_in(stmt: ir.Stmt, name: str, value: ir.Expr, tidy: Tidy) -> ir.Stmt:
    """The statement with the spread in place of the name; `+=` spreads what it adds anyway."""
    if isinstance(stmt, ir.AddTo | ir.AddAt) and name in ir.reads(stmt.value):
        inner = spread_value(tidy(ir.substitute(stmt.value, {name: value})))
        if inner is not None:
            return ir.map_expressions(stmt, lambda e: inner if name in ir.reads(e) else e)
    return ir.map_expressions(stmt, lambda e: _tidied(e, name, value, tidy))


def _tidied(expr: ir.Expr, name: str, value: ir.Expr, tidy: Tidy) -> ir.Expr:
    if name not in ir.reads(expr):
        return expr
    return tidy(ir.substitute(expr, {name: value}))


def _has_spread(expr: ir.Expr) -> bool:
    if SPREADING.isdisjoint(signs(expr)):
        return False
    return spread_value(expr) is not None or any(map(_has_spread, ir.children(expr)))
