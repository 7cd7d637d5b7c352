"""Find out what a method of a list, a tuple or a dict does.

items.append(v)     Append(items, v)          table.get(k)        Handed(table)
items.pop()         Mutation(items)           table.values()      Apply(values, (table,))
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from srcad.analysis.changing import general
from srcad.analysis.invoke import Found, invoke_function
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Handed,
    Inert,
    Mutation,
    Part,
    Refused,
    Same,
)
from srcad.ir import nodes as ir
from srcad.ir.tables import under
from srcad.ir.types import ANY, BOTTOM, INT, NONE, Bottom, Dct, Lst, Tup, Type, join_all, key_of
from srcad.rules.mutable import HANDS_OUT, MOVES, PUTS
from srcad.rules.table import TABLE
from srcad.runtime.containers import values
from srcad.runtime.substitutes import pairs_of, update_pairs

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def container_method(
    expr: ir.Call, func: ir.Attr, owner: Lst | Tup | Dct, inference: Inference
) -> Found | None:
    kinds = [inference.expr(a) for a in expr.args]
    if any(isinstance(a, ir.Star) for a in expr.args):
        return ANY, Refused(f"`.{func.name}(*…)` of this container", "Write its arguments out.")
    return _method(expr, func, owner, kinds, inference)


def _method(
    expr: ir.Call, func: ir.Attr, owner: Lst | Tup | Dct, kinds: list[Type], inference: Inference
) -> Found | None:
    name, args = func.name, expr.args
    if (
        isinstance(owner, Lst)
        and owner.cls is list
        and name == "append"
        and isinstance(func.obj, ir.Name)
    ):
        return NONE, Append(func.obj.id, args[0])
    if name in {"count", "index"}:
        return INT, Inert()
    if name == "copy":
        return owner, Copy(func.obj)
    if isinstance(owner, Dct):
        read = _read_of_dict(func, name, args, kinds, owner, inference)
        if read is not None:
            return read
    if isinstance(owner, Dct) and owner.cls is Counter and name in ("update", "subtract"):
        return NONE, Refused(f"`.{name}()` of a Counter", "It adds: write a loop.")
    if isinstance(owner, Dct) and name == "update" and kinds and isinstance(kinds[0], Lst | Tup):
        return invoke_function(update_pairs, (func.obj, *args), expr.kwargs, inference)
    if isinstance(owner, Tup) and owner.cls is not tuple:
        return None
    if not _has_method(owner, name):
        return ANY, Inert()
    if isinstance(owner, Tup):
        return ANY, Refused(f"the method `.{name}` of a tuple")
    if isinstance(owner, Dct) and name == "popitem":
        return Tup((inference.item_of(owner), owner.element)), Mutation(func.obj, ".popitem()")
    return _handed_out(owner, name, kinds), Mutation(func.obj, f".{name}()")


def _read_of_dict(
    func: ir.Attr,
    name: str,
    args: tuple[ir.Expr, ...],
    kinds: list[Type],
    owner: Dct,
    inference: Inference,
) -> Found | None:
    """`table.get(k)`, `table.values()` and the like."""
    if name == "get" and args:
        key = key_of(kinds[0])
        element = owner.element if key is None else under(owner, key)
        if isinstance(args[0], ir.Const) and owner.items is not None:
            found = dict(owner.items)
            if args[0].value in found:
                return found[args[0].value], Part(func.obj, args[0])
            return (kinds[1] if len(kinds) > 1 else NONE), (
                Same(args[1]) if len(args) > 1 else Inert()
            )
        default = args[1] if len(args) > 1 else None
        given = kinds[1:] or [NONE]
        if isinstance(element, Bottom):  # nobody in sight stores it: nothing is decided by that
            none = given == [NONE]
            element, given = (owner.element, given) if none else (BOTTOM, [general(given[0])])
        return join_all([element, *given]), Handed(func.obj, default)
    if name == "keys":
        return Lst(None, inference.item_of(owner)), Inert()
    if name == "values":
        items = owner.items
        known = None if items is None else tuple(t for _, t in items)
        return Lst(known, owner.element), Apply(
            values, (func.obj,), (), TABLE.get(values), (owner,), "method"
        )
    if name == "items":
        return invoke_function(pairs_of, (func.obj,), (), inference)
    return None


def _handed_out(owner: Lst | Tup | Dct, name: str, kinds: list[Type]) -> Type:
    """The type of what a method that writes returns."""
    if isinstance(owner, Lst) and name in ("pop", "popleft"):
        return owner.element
    if isinstance(owner, Dct) and name in ("pop", "setdefault"):
        return join_all([owner.element, *kinds[1:]])
    return NONE if name in PUTS or name in MOVES - HANDS_OUT else ANY


def _has_method(owner: Lst | Tup | Dct, name: str) -> bool:
    """Whether the container has such a method; without it, the call raises when it runs."""
    if isinstance(owner, Lst):
        return hasattr(owner.cls, name)
    builtin = tuple if isinstance(owner, Tup) else dict
    return hasattr(builtin, name) or owner.cls is not builtin
