"""Read a part of a buffer as it is where nobody writes it meanwhile.

p = np.copy(u_bar[1:-1])              p = u_bar[1:-1]
k_bar += np.sum(p * s)                k_bar += np.sum(p * s)
s_bar = p * k                  →      s_bar = p * k
u_bar[2:] += s_bar                    u_bar[2:] += s_bar

h_bar[t] += np.copy(h_bar[t + 1]) * w     →     h_bar[t] += h_bar[t + 1] * w

s_bar = stored(np.copy(u_bar[1:-1]), s)     →     s_bar = stored(u_bar[1:-1], s)

Only where every use computes something new of it, before the next write.  It is the last pass:
those that move operations do not know that p is a part of u_bar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings, readings
from srcad.optimise.halves import backward_start
from srcad.optimise.rewrite import same
from srcad.optimise.signs import all_signs
from srcad.optimise.writes import written_by
from srcad.runtime.writes import stored

Sum = ir.Assign | ir.AddTo | ir.AddAt
NEW = {np.sum, np.outer, np.dot}
COPY = hash(np.copy)


def uncopied(
    body: ir.Block, generated: frozenset[str], tidy: Callable[[ir.Expr], ir.Expr]
) -> ir.Block:
    """The body with fewer copies in its backward part; `generated` are the compiler's names."""
    start = backward_start(body)
    if start is None:
        return body
    writes, reads = bindings(body), readings(body)
    uses = {n: reads[n] for n in generated if writes[n] == 1}
    return same(body, (*body[:start], *_block(body[start:], uses, tidy)))


def _block(block: ir.Block, uses: dict[str, int], tidy: Callable[[ir.Expr], ir.Expr]) -> ir.Block:
    out = list(block)
    for k, stmt in enumerate(out):
        if type(stmt) in ir.COMPOUND:
            out[k] = ir.with_blocks(stmt, tuple(_block(b, uses, tidy) for b in ir.blocks(stmt)))
            continue
        copies = COPY in all_signs(stmt)
        if isinstance(stmt, (ir.Assign, ir.AddTo, ir.AddAt)):
            # `x += v` reads v alone, and at once
            inside = type(stmt) is not ir.Assign
            value = tidy(_plain(stmt.value, inside=inside) if copies else stmt.value)
            if value is not stmt.value:
                stmt = out[k] = replace(stmt, value=value)
        if not copies:
            continue
        match stmt:
            case ir.Assign(name, ir.Call(ir.Ref(f), (place,), ())) if f is np.copy:
                if name in uses and _at_once(out[k + 1 :], name, place, uses[name]):
                    out[k] = replace(stmt, value=place)
            case ir.Assign(
                name, ir.Call(ir.Ref(f) as fits, (ir.Call(ir.Ref(g), (place,), ()), of), ())
            ):
                once = f is stored and g is np.copy and name in uses
                if once and _at_once(out[k + 1 :], name, place, uses[name]):
                    out[k] = replace(stmt, value=ir.Call(fits, (place, of)))
            case _:
                pass
    return same(block, out)


def _plain(expr: ir.Expr, *, inside: bool) -> ir.Expr:
    """The expression without copies of what an operation reads; inside: one reads the whole."""
    match expr:
        case ir.Call(ir.Ref(f), (place,), ()) if f is np.copy and inside:
            return _plain(place, inside=False)
        case ir.Binary() | ir.Unary():
            return ir.rebuild(expr, lambda e: _plain(e, inside=True))
        case ir.Call(ir.Ref(f)) if f in NEW:
            return ir.rebuild(expr, lambda e: _plain(e, inside=True))
        case _:
            return ir.rebuild(expr, lambda e: _plain(e, inside=False))


def _at_once(block: list[ir.Stmt], name: str, place: ir.Expr, uses: int) -> bool:
    """Whether all uses compute something new, and stand before the next write of the place."""
    needed = ir.reads(place)
    for stmt in block:
        if name in ir.all_reads(stmt):
            if not isinstance(stmt, Sum) or not _computes(stmt, name):
                return False
            uses -= 1
        if uses == 0:
            return True
        if needed & written_by(stmt):
            return False
    return False


def _computes(stmt: Sum, name: str) -> bool:
    """Whether the name is only read as an operand."""
    if isinstance(stmt, ir.AddAt) and name in ir.reads(stmt.index):
        return False
    return _operand(stmt.value, name, inside=not isinstance(stmt, ir.Assign))


def _operand(expr: ir.Expr, name: str, *, inside: bool) -> bool:
    if name not in ir.reads(expr):
        return True
    match expr:
        case ir.Name():
            return inside
        case ir.Binary(op) if op in "+-*/@":
            return all(_operand(e, name, inside=True) for e in ir.children(expr))
        case ir.Unary("-"):
            return _operand(expr.operand, name, inside=True)
        case ir.Call(ir.Ref(f)) if f in NEW:
            return all(_operand(e, name, inside=True) for e in ir.children(expr))
        case _:
            return False
