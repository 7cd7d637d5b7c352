"""Find what the variables of a loop may point to: the items, and not what these hold.

for layer in net:                     layer → what `net` holds
for k, (w, b) in enumerate(pairs):    w → what the items of `pairs` hold at 0
for a, b in zip(xs, ys):              a → what `xs` holds
for key, value in table.items():      value → what `table` holds, key → its keys
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srcad.analysis.keyed import without_keys
from srcad.analysis.sites import ANY_KEY, KEYS, Sites
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Dct, Lst, Tup, Type, join_all

if TYPE_CHECKING:
    from srcad.analysis.points import Points

Bound = Iterator[tuple[str, Sites]]
_BUILTINS = {"enumerate": enumerate, "zip": zip, "reversed": reversed}


def loop_sites(points: Points, target: ir.Target, iterable: ir.Expr) -> Bound:
    """The variables that a loop binds, each with what it may point to."""
    match iterable:
        case ir.Call(ir.Name("enumerate"), (inner, *_)) if (
            _is_builtin(points, "enumerate") and not isinstance(target, str) and len(target) == 2
        ):
            yield from loop_sites(points, target[1], inner)
        case ir.Call(ir.Name("zip"), args) if (
            _is_builtin(points, "zip") and not isinstance(target, str) and len(args) == len(target)
        ):
            for part, inner in zip(target, args, strict=True):
                yield from loop_sites(points, part, inner)
        case ir.Call(ir.Name("reversed"), (inner,)) if _is_builtin(points, "reversed"):
            yield from loop_sites(points, target, inner)
        case ir.Name(name) if isinstance(kind := points.kind(iterable), Lst | Tup | Array):
            found = points.items(iterable, points.named(name), ANY_KEY)
            yield from _bound(points, target, _item(kind, None), found)
        case ir.Call(ir.Attr(ir.Name(name) as table, "items" | "values" | "keys" as how), ()) if (
            isinstance(kind := points.kind(table), Dct)
        ):
            yield from _of_table(points, target, kind, points.named(name), how)
        case _:
            items = frozenset(ir.leaves(without_keys(points.facts, target, iterable)))
            for leaf in ir.leaves(target):
                yield leaf, points.inside(iterable, ANY_KEY if leaf in items else KEYS)


def _of_table(points: Points, target: ir.Target, kind: Dct, table: Sites, how: str) -> Bound:
    keys, values = points.held(table, KEYS), points.held(table)
    if how == "keys":
        yield from _bound(points, target, ANY, keys)
    elif how == "values":
        yield from _bound(points, target, _item(kind, None), values)
    elif isinstance(target, str):
        for leaf in ir.leaves(target):
            yield leaf, points.closure(keys | values)
    else:
        yield from _bound(points, target[0], ANY, keys)
        yield from _bound(points, target[1], _item(kind, None), values)


def _bound(points: Points, target: ir.Target, kind: Type, sites: Sites) -> Bound:
    """What the variables of a target get of one item: one that is unpacked, its items."""
    if isinstance(target, str):
        yield target, sites
        return
    for k, part in enumerate(target):
        inner = points.held(sites, k) if not isinstance(kind, Array) else sites
        if isinstance(kind, AnyType):
            inner |= sites
        yield from _bound(points, part, _item(kind, k), inner)


def _item(kind: Type, k: int | None) -> Type:
    match kind:
        case Lst(items, element):
            return items[k] if k is not None and items and k < len(items) else element
        case Tup(items):
            return items[k] if k is not None and k < len(items) else join_all(items)
        case Dct(_, element):
            return element
        case Array():
            return kind
        case _:
            return ANY


def _is_builtin(points: Points, name: str) -> bool:
    return points.path(ir.Name(name)) is _BUILTINS[name]
