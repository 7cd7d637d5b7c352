"""What a statement may change besides the names that it binds."""

from __future__ import annotations

import numpy as np

from srcad.ir import nodes as ir
from srcad.optimise.signs import all_signs, signs
from srcad.runtime.cotangents import accumulate, accumulate_under
from srcad.runtime.writes import taken_out

INTO_FIRST = (
    np.add.at,
    np.subtract.at,
    accumulate,
    accumulate_under,
    taken_out,
)  # these write there
_INTO = frozenset(map(hash, INTO_FIRST))
_NOTHING: frozenset[str] = frozenset()


def written(block: ir.Block) -> set[str]:
    """Names that the statements bind, and names of objects that they may write into."""
    found = ir.assigned(block)
    for stmt in block:
        found |= touched(stmt)
    return found


def written_by(stmt: ir.Stmt) -> frozenset[str]:
    """The same for one statement."""
    inside = touched(stmt)
    return ir.bound(stmt) | inside if inside else ir.bound(stmt)


def touched(stmt: ir.Stmt) -> frozenset[str]:
    """Names of objects that the statement may write into."""
    known = stmt._touched
    if known is not None:
        return known
    kind = type(stmt)
    computes = (kind is ir.Assign or kind is ir.AddTo) and type(stmt.value) is not ir.Call  # type: ignore[union-attr]
    found = _NOTHING if computes and not all_signs(stmt) else _touched(stmt)
    altered = getattr(stmt, "alters", _NOTHING)
    if altered:
        found |= altered
    if kind in ir.COMPOUND:
        found = found.union(*(touched(s) for b in ir.blocks(stmt) for s in b))
    stmt._touched = found  # type: ignore[misc]
    return found


def into_first(stmt: ir.Stmt) -> frozenset[str]:
    """The variables that functions of ours write into, in the statement's own expressions."""
    if _INTO.isdisjoint(all_signs(stmt)):
        return _NOTHING
    return _NOTHING.union(*map(_into, ir.expressions(stmt)))


def _into(expr: ir.Expr) -> frozenset[str]:
    if _INTO.isdisjoint(signs(expr)):
        return _NOTHING
    found = _NOTHING.union(*map(_into, ir.children(expr)))
    match expr:
        case ir.Call(ir.Ref(f), (ir.Name(name), *_)) if f in INTO_FIRST:
            return found | {name}
        case _:
            return found


def _touched(stmt: ir.Stmt) -> frozenset[str]:
    written, first = _written_into(stmt), into_first(stmt)
    return written | first if first else written


_WRITING = frozenset((ir.Effect, ir.Store, ir.Augment))


def _written_into(stmt: ir.Stmt) -> frozenset[str]:
    if isinstance(stmt, ir.Assign):
        if type(stmt.value) is not ir.Call:
            return _NOTHING
        match stmt.value:
            case ir.Call(ir.Attr(ir.Name(owner), "pop")):
                return frozenset((owner,))
            case _:
                return _NOTHING
    if type(stmt) not in _WRITING:
        return _NOTHING
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), _)):
            return frozenset((owner,))
        case ir.Effect(ir.Call(ir.Ref(f))) if any(f is known for known in INTO_FIRST):
            return _NOTHING  # besides the first, see `into_first`
        case ir.Effect(ir.Call(func, args)):
            return _NOTHING.union(ir.reads(func), *map(ir.reads, args))
        case ir.Store(target) | ir.Augment(target):
            return ir.reads(target if isinstance(target, ir.Name) else target.obj)
        case _:
            return _NOTHING
