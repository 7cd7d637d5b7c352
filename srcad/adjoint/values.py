"""Which variables a backward part reads for their contents, and not for their shapes alone.

x_bar = y_bar * w             w
x_bar = np.zeros_like(x)      none: x gives shape and dtype
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from srcad.ir import nodes as ir
from srcad.runtime import adopting, cells, shadows
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.cotangents import shadow
from srcad.runtime.products import matmul_a, matmul_b
from srcad.runtime.shapes import unreshape
from srcad.runtime.writes import stored

SHAPES = {"shape", "size", "ndim", "dtype"}
LIKE: dict[object, int] = {  # the argument that gives its shape alone
    np.zeros_like: 0, np.ones_like: 0, np.full_like: 0, np.empty_like: 0, np.shape: 0, np.ndim: 0,
    np.size: 0, unbroadcast: 1, stored: 1, shadow: 0,
    unreshape: 1, matmul_a: 1, matmul_b: 2,
    cells.cell_zeros: 0,
}  # fmt: skip

BY_REFERENCE: dict[object, int] = {  # how many arguments only tell which memory is meant
    shadows.shadow_added: 2, shadows.shadow_added_at: 2, shadows.shadow_read: 2,
    shadows.shadow_taken_out: 2, shadows.shadow_scaled: 2, shadows.shadow_taken: 100,
    shadows.shadow_gathered: 100, shadows.shadow_spread: 2,
    shadows.shadow_accumulate: 2, shadows.shadow_put_back: 3,
    cells.cell_added: 2, cells.cell_added_at: 2, cells.cell_read: 3, cells.cell_taken: 2,
    cells.cell_stored: 3, adopting.cells_gathered: 2, adopting.items_taken: 2,
    adopting.result_gathered: 100, cells.cell_spread: 2, cells.cell_made: 100,
}  # fmt: skip


def value_reads(block: ir.Block, among: frozenset[str] | None = None) -> frozenset[str]:
    """The variables whose contents the statements may read; `among`: only these are asked for."""
    found: set[str] = set()
    for stmt in ir.walk(block):
        if among is not None and among.isdisjoint(ir.statement_reads(stmt)):
            continue
        for expr in ir.expressions(stmt):
            _add(expr, found)
    return frozenset(found)


def _add(expr: ir.Expr, found: set[str]) -> None:
    match expr:
        case ir.Name(name):
            found.add(name)
        case ir.Raw() | ir.Closure():
            found |= ir.reads(expr)
        case ir.Call(ir.Ref(function), args) if references(function):
            for arg in args[references(function) :]:
                _add(arg, found)
        case ir.Attr(ir.Name(), name) if name in SHAPES:
            pass
        case ir.Call(ir.Ref(function), args, kwargs) if _like(function) is not None:
            for k, arg in enumerate(args):
                if k != _like(function) or not isinstance(arg, ir.Name):
                    _add(arg, found)
            for _, value in kwargs:
                _add(value, found)
        case _:
            for child in ir.children(expr):
                _add(child, found)


def _like(function: object) -> int | None:
    try:
        return LIKE.get(function)
    except TypeError:  # it cannot be hashed
        return None


def renamed(block: ir.Block, names: Mapping[str, ir.Expr]) -> ir.Block:
    """The statements with variables replaced where they are read."""
    out = []
    for stmt in block:
        stmt = ir.with_blocks(stmt, tuple(renamed(b, names) for b in ir.blocks(stmt)))
        out.append(ir.map_expressions(stmt, lambda e: _renamed(e, names)))
    return tuple(out)


def _renamed(expr: ir.Expr, names: Mapping[str, ir.Expr]) -> ir.Expr:
    if ir.reads(expr).isdisjoint(names):
        return expr
    match expr:
        case ir.Name(name):
            return names[name]
        case ir.Call(ir.Ref(function) as called, args, kwargs) if references(function):
            count = references(function)
            others = tuple(_renamed(a, names) for a in args[count:])
            return ir.Call(called, (*args[:count], *others), kwargs)
        case _:
            return ir.rebuild(expr, lambda e: _renamed(e, names))


def references(function: object) -> int:
    """How many arguments of a function stand for memory, whatever its contents."""
    try:
        return BY_REFERENCE.get(function, 0)
    except TypeError:  # it cannot be hashed
        return 0
