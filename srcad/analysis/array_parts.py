"""Write out what is done with the parts of arrays that have names: `.real`, `.imag`, `.flat`.

    z.imag = v            part = z.imag; part[...] = v
    z.real *= v           part = z.real; part[...] *= v
    b.flat[::4] = v       part = flat_numbers(b, np.s_[::4]); np.put(b, part, v)
    y = b.flat[k]         y = np.take(b, k)
    o.flat[k] = v         part = o.flat; part[k] = v          where o is no array

`b.flat` is an iterator, of which no memory is known; its elements have numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import BOTTOM, Array, is_count
from srcad.runtime import inplace

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

FLAT_ITEM = ir.Ref(inplace.flat_item, "flat_item")
FLAT_NUMBERS = ir.Ref(inplace.flat_numbers, "flat_numbers")
PUT, TAKE = ir.Ref(np.put, "np.put"), ir.Ref(np.take, "np.take")


def of_array_part(stmt: ir.Stmt, facts: Inferred) -> ir.Block | None:
    """The statements in place of this one; None where it has nothing to do with such parts."""
    match stmt:
        case ir.Effect(ir.Call(ir.Ref(inplace.put_flat), (owner, index, value))):
            return _put_flat(facts, stmt, owner, index, value)
        case ir.Assign(_, ir.Call(ir.Ref(inplace.flat_item), (owner, index))):
            return _flat_item(facts, stmt, owner, index)
        case ir.Store(ir.Attr(owner, "flat"), value) if _is_array(facts, owner):
            return _put_flat(facts, stmt, owner, ir.Const(Ellipsis), value)
        case ir.Store(ir.Attr(owner, "real" | "imag")) | ir.Augment(
            ir.Attr(owner, "real" | "imag")
        ) if _is_array(facts, owner):
            return _into_part(facts, stmt)
        case _:
            return None


def takes_flat(value: ir.Expr) -> bool:
    """Whether it is `owner.flat[index]`."""
    return isinstance(value, ir.Call) and value.func == FLAT_ITEM


def _into_part(facts: Inferred, stmt: ir.Store | ir.Augment) -> ir.Block:
    """The real or imaginary part of an array is a view, which is written as a whole."""
    part = _part(facts, stmt, stmt.target)
    whole = ir.Item(ir.Name(part.target), ir.Const(Ellipsis))
    return part, replace(stmt, target=whole)


def _put_flat(
    facts: Inferred,
    stmt: ir.Effect | ir.Store,
    owner: ir.Expr,
    index: ir.Expr,
    value: ir.Expr,
) -> ir.Block:
    """`owner.flat[index] = value`"""
    part, here = _flat(facts, stmt, owner, index)
    if _is_array(facts, owner):
        return (*part, ir.Effect(ir.Call(PUT, (owner, here, value)), stmt.at))
    return (*part, ir.Store(ir.Item(here, index), value, stmt.at))


def _flat_item(facts: Inferred, stmt: ir.Assign, owner: ir.Expr, index: ir.Expr) -> ir.Block:
    """`target = owner.flat[index]`"""
    part, here = _flat(facts, stmt, owner, index)
    array = _is_array(facts, owner)
    item = ir.Call(TAKE, (owner, here)) if array else ir.Item(here, index)
    return (*part, replace(stmt, value=item))


def _flat(
    facts: Inferred, stmt: ir.Stmt, owner: ir.Expr, index: ir.Expr
) -> tuple[ir.Block, ir.Expr]:
    """Of an array the numbers of its elements at the index; of anything else its attribute."""
    if not _is_array(facts, owner):
        part = _part(facts, stmt, ir.Attr(owner, "flat"))
    elif _is_count(facts, index):
        return (), index
    else:
        part = _part(facts, stmt, ir.Call(FLAT_NUMBERS, (owner, index)))
    return (part,), ir.Name(part.target)


def _is_array(facts: Inferred, owner: ir.Expr) -> bool:
    return isinstance(owner, ir.Name) and isinstance(facts.types.get(owner.id), Array)


def _is_count(facts: Inferred, index: ir.Expr) -> bool:
    match index:
        case ir.Const(value):
            return type(value) is int
        case ir.Name(name):
            return is_count(facts.types.get(name, BOTTOM))
        case _:
            return False


def _part(facts: Inferred, stmt: ir.Stmt, value: ir.Expr) -> ir.Assign:
    """A name for a value that the statement needs: the same one whenever it is read again."""
    before = facts.overloads.get(id(stmt), ())
    at = getattr(stmt, "at", None)
    if len(before) == 2 and isinstance(before[0], ir.Assign):
        return ir.Assign(before[0].target, value, at)
    names = Names(facts.taken)
    return ir.Assign(names.fresh("part"), value, at)
