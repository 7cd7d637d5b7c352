"""Read `xs[i] += v` as Python does where the place may hold an array or a container.

    xs[i] += v        old = xs[i]
                      old += v
                      xs[i] = old

What stands there is written, whatever else shows it: `old` says so to all who ask what shares
memory with what.  The places of arrays are written as they are, and what holds a number or a text
is bound anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcad.analysis.infer import Inference, Inferred
from srcad.ir import nodes as ir
from srcad.ir.indices import computed_once
from srcad.ir.names import Names
from srcad.ir.types import AnyType, Array, Dct, Known, Lst, Obj, Type, is_unknown
from srcad.runtime.rebinding import bound_anew

BOUND_ANEW = ir.Ref(bound_anew, "bound_anew")


def apart(facts: Inferred, stmt: ir.Augment) -> ir.Block:
    """The statement, or those in its place."""
    target = stmt.target
    inference = Inference(facts.session, facts)
    if isinstance(target, ir.Name) or isinstance(inference.expr(target.obj), Array | AnyType):
        return (stmt,)
    names = Names(facts.taken)
    out: list[ir.Stmt] = []

    def named(index: ir.Expr) -> ir.Expr:
        key = names.fresh("key")
        facts.types[key] = inference.expr(index)
        out.append(ir.Assign(key, index, stmt.at))
        return ir.Name(key)

    kind = inference.expr(target)
    if not _has_contents(kind):
        return (stmt,)
    if is_unknown(kind) and _is_number_now(facts, inference.expr(target.obj), target):
        return (*_checked(facts, inference, replace(target), names, stmt.at), stmt)
    if isinstance(target, ir.Item):
        target = replace(target, index=computed_once(target.index, named))
    read = replace(target)
    old = stmt.first or names.fresh("old")
    if not stmt.first:
        facts.types[old] = inference.expr(read)
        out.append(ir.Assign(old, read, stmt.at))
    facts.keep.extend((read, target))
    changed = ir.Augment(ir.Name(old), stmt.op, stmt.value, stmt.at)
    return (*out, changed, ir.Store(target, ir.Name(old), stmt.at))


def _is_number_now(facts: Inferred, owner: Type, target: ir.Item | ir.Attr) -> bool:
    """Whether a place of an object from outside, of which no type is known, holds a number."""
    value: Any = owner.value if isinstance(owner, Known) else None
    code, name = facts.unit.code, target.obj
    if isinstance(name, ir.Name) and name.id in code.free - code.locals:
        value = facts.session.program.lookup(facts.unit, name.id)
    match target:
        case ir.Item(_, ir.Const(key)) if type(value) in (dict, list):
            table = dict(enumerate(value)) if type(value) is list else value
        case ir.Attr(_, attribute):
            key, table = attribute, getattr(value, "__dict__", {})
        case _:
            return False
    return isinstance(table.get(key), int | float | complex | str | np.number)


def _checked(
    facts: Inferred,
    inference: Inference,
    read: ir.Item | ir.Attr,
    names: Names,
    at: ir.Loc | None,
) -> ir.Block:
    """A look at what stands there when it runs: it may be an array by then."""
    now = names.fresh("now")
    facts.types[now] = inference.expr(read)
    check = ir.Call(BOUND_ANEW, (ir.Name(now),))
    inference.expr(check)
    facts.keep.extend((read, check))
    return ir.Assign(now, read, at), ir.Effect(check, at)


def _has_contents(kind: Type) -> bool:
    """Whether what stands there may be written in place."""
    return isinstance(kind, Array | Lst | Dct | Obj | AnyType)
