"""Indices as values: what stands between brackets, as an argument of a function.

a[1:n, k]      np.s_[1:n, k]  is  (slice(1, n, None), k)
"""

from __future__ import annotations

from collections.abc import Callable

from srcad.ir import nodes as ir

SLICE = ir.Ref(slice, "slice")


def as_value(index: ir.Expr) -> ir.Expr:
    """An index as an object: slices are made by `slice`."""
    match index:
        case ir.Slice(lower, upper, step):
            parts = (p if p is not None else ir.Const(None) for p in (lower, upper, step))
            return ir.Call(SLICE, tuple(parts))
        case ir.Sequence(kind, items):
            return ir.Sequence(kind, tuple(map(as_value, items)))
        case _:
            return index


def computed_once(index: ir.Expr, named: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """An index that may be written twice: what it computes is `named` first."""
    match index:
        case ir.Name() | ir.Const():
            return index
        case ir.Slice() | ir.Sequence("tuple", _):
            return ir.rebuild(index, lambda part: computed_once(part, named))
        case _:
            return named(index)
