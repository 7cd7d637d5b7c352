"""Write out what assignments to objects do where their class has code for it.

    table[k] = v              Table has __setitem__      table.__setitem__(k, v)
    model.rate = v            a property with a setter   its setter(model, v)
    c = a | b                 a, b: dicts            c = {**a, **b}
    a |= b                                           a.update(b)
    total += term             Vector has __iadd__        total = total.__iadd__(term)
    total += term             Vector has __add__         total = total + term
    table[k] += v                                        old = table[k]
                                                         old += v
                                                         table.__setitem__(k, old)
    for t in bag: …           Bag has __iter__           items = bag.items; for t in items: …
    total += term             term is an object,         total = add_in_place(total, term)
                              total is not             (found when it runs)
    del table[k]              Table has __delitem__      table.__delitem__(k)
    x += e                    x of unknown type          bound_anew(x)
                              (`Reading.anew`)           x = x + e

Inference knows the class, reads these statements in place of the one that the user wrote, and
leaves them to those who come after (`Inferred.body`).
"""

from __future__ import annotations

import inspect
import operator
import types as pytypes
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad.analysis.iterated import over_items
from srcad.analysis.operations import BINARY_FUNCTIONS
from srcad.ir import nodes as ir
from srcad.ir.indices import as_value
from srcad.ir.names import Names
from srcad.ir.types import AnyType, Array, Dct, Number, Obj, Scalar
from srcad.runtime.operators import IN_PLACE
from srcad.runtime.rebinding import bound_anew

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

BOUND_ANEW = ir.Ref(bound_anew, "bound_anew")


def overloaded(stmt: ir.Stmt, facts: Inferred) -> ir.Block | None:
    """The statements in place of this one; None where it does what it says."""
    match stmt:
        case ir.Assign(_, ir.Binary("|", left, right)) if _dicts(facts, left, right):
            return (replace(stmt, value=ir.Mapping((None, None), (left, right))),)
        case ir.Augment(ir.Name(owner), "|", value) if _dicts(facts, stmt.target, value):
            return (ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "update"), (value,)), stmt.at),)
        case ir.Store(ir.Item(ir.Name(owner), index), value):
            call = _item_call(facts, owner, "__setitem__", (as_value(index), value))
            return None if call is None else (ir.Effect(call, stmt.at),)
        case ir.Store(ir.Attr(ir.Name(owner), name), value):
            call = _setter_call(facts, owner, name, value)
            return None if call is None else (ir.Effect(call, stmt.at),)
        case ir.Effect(ir.Call(ir.Ref(operator.delitem), (ir.Name(owner), index))):
            call = _item_call(facts, owner, "__delitem__", (index,))
            return None if call is None else (ir.Effect(call, stmt.at),)
        case ir.Augment(ir.Name(owner), op, value):
            return _augmented(facts, stmt, owner, op, value)
        case ir.For():
            return over_items(stmt, facts)
        case ir.Augment(ir.Item(ir.Name(owner)) | ir.Attr(ir.Name(owner)) as target):
            return _apart(facts, stmt, owner, target) or _read_before(facts, stmt, target)
        case _:
            return None


def _dicts(facts: Inferred, *operands: ir.Expr) -> bool:
    """Whether these are variables of plain dicts."""
    kinds = [facts.types.get(e.id) for e in operands if isinstance(e, ir.Name)]
    plain = [isinstance(k, Dct) and k.cls is dict for k in kinds]
    return all(plain) and len(plain) == len(operands)


def _class(facts: Inferred, owner: str) -> type | None:
    kind = facts.types.get(owner)
    return kind.cls if isinstance(kind, Obj) else None


def _method(cls: type | None, name: str) -> bool:
    found = None if cls is None else inspect.getattr_static(cls, name, None)
    return isinstance(found, pytypes.FunctionType)


def _item_call(facts: Inferred, owner: str, name: str, args: tuple[ir.Expr, ...]) -> ir.Call | None:
    if not _method(_class(facts, owner), name):
        return None
    return ir.Call(ir.Attr(ir.Name(owner), name), args)


def _setter_call(facts: Inferred, owner: str, name: str, value: ir.Expr) -> ir.Call | None:
    cls = _class(facts, owner)
    found = None if cls is None else inspect.getattr_static(cls, name, None)
    if not isinstance(found, property) or not isinstance(found.fset, pytypes.FunctionType):
        return None
    return ir.Call(ir.Ref(found.fset, found.fset.__name__), (ir.Name(owner), value))


def _augmented(
    facts: Inferred, stmt: ir.Augment, owner: str, op: str, value: ir.Expr
) -> ir.Block | None:
    cls = _class(facts, owner)
    if facts.session.reading.anew and isinstance(facts.types.get(owner), AnyType):
        check = ir.Effect(ir.Call(BOUND_ANEW, (ir.Name(owner),)), stmt.at)
        return (check, ir.Assign(owner, ir.Binary(op, ir.Name(owner), value), stmt.at))
    if cls is None and isinstance(facts.types.get(owner), Scalar | Number | AnyType):
        return _by_an_object(facts, stmt, owner, op, value)
    if cls is None:
        return None
    plain = BINARY_FUNCTIONS[op].__name__.strip("_")
    new: ir.Expr = ir.Binary(op, ir.Name(owner), value)
    if _method(cls, f"__i{plain}__"):
        new = ir.Call(ir.Attr(ir.Name(owner), f"__i{plain}__"), (value,))
    return (ir.Assign(owner, new, stmt.at),)


def _by_an_object(
    facts: Inferred, stmt: ir.Augment, owner: str, op: str, value: ir.Expr
) -> ir.Block | None:
    """`total += term` where the term is an object, and the total none so far: `0 + term`."""
    known = isinstance(value, ir.Name) and isinstance(facts.types.get(value.id), Obj)
    if not known or op not in IN_PLACE:
        return None
    if facts.unit.function in IN_PLACE.values():
        anew = isinstance(facts.params[0], Scalar | Number)  # the total, as it was given
        given = ir.Name(facts.unit.code.params[0].name)
        return (ir.Assign(owner, ir.Binary(op, given, value), stmt.at),) if anew else None
    function = IN_PLACE[op]
    call = ir.Call(ir.Ref(function, function.__name__), (ir.Name(owner), value))
    return (ir.Assign(owner, call, stmt.at),)


def _apart(
    facts: Inferred, stmt: ir.Augment, owner: str, target: ir.Item | ir.Attr
) -> ir.Block | None:
    value = ir.Const(None)
    if isinstance(target, ir.Item):
        writes: Any = _item_call(facts, owner, "__setitem__", (value, value))
    else:
        writes = _setter_call(facts, owner, target.name, value)
    if writes is None:
        return None
    names = Names(facts.taken)
    out: list[ir.Stmt] = []
    if isinstance(target, ir.Item):
        key = names.fresh("key")
        out.append(ir.Assign(key, as_value(target.index), stmt.at))
        target = ir.Item(target.obj, ir.Name(key))
    old = stmt.first or names.fresh("old")
    if not stmt.first:
        out.append(ir.Assign(old, target, stmt.at))
    out.append(ir.Augment(ir.Name(old), stmt.op, stmt.value, stmt.at))
    last = ir.Store(target, ir.Name(old), stmt.at)
    return (*out, *(overloaded(last, facts) or (last,)))


def _read_before(facts: Inferred, stmt: ir.Augment, target: ir.Item | ir.Attr) -> ir.Block | None:
    """`p.x += p.drift()`: p.x was read before; an array that was read then is the same one now."""
    kind = facts.types.get(stmt.first)
    if kind is None or isinstance(kind, Array):
        return None
    changed = ir.Augment(ir.Name(stmt.first), stmt.op, stmt.value, stmt.at)
    return (changed, ir.Store(target, ir.Name(stmt.first), stmt.at))
