"""Write out loops over objects whose class says what they hand out.

    class Doubled:
        def __iter__(self):              for v in doubled:         for u in doubled.values:
            for u in self.values:            s += v          →         v = 2 * u
                yield 2 * u                                            s += v

The body of the loop stands where an item is made, as Python runs the two in turns.  Where all items
are wanted at once, a function lists them (`frontend/handing`):

    a, b = pair                →     items = items_of(pair)
                                     a, b = items
    f(*pair), xs.extend(pair), [*pair], xs += pair              the same
"""

from __future__ import annotations

import inspect
import types as pytypes
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from srcad.analysis.bind import Signature
from srcad.analysis.fresh_lists import only_lists, put_one_by_one
from srcad.analysis.inlining import Handing, Inlining
from srcad.analysis.invoke import Found, invoke
from srcad.analysis.iterated import items_of as plain_items
from srcad.analysis.operations import Refused
from srcad.analysis.program import MISSING, Unit
from srcad.analysis.writer import Writer
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Known, Lst, Obj
from srcad.runtime.iterators import ENDLESS, fewest, first_items
from srcad.runtime.substitutes import items_by_index, items_of

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

_BY_INDEX = cast("pytypes.FunctionType", items_by_index)
FEWEST = ir.Ref(fewest, "fewest")
FIRST_ITEMS = ir.Ref(first_items, "first_items")
ITEMS_OF = ir.Ref(items_of, "items_of")


def way_of(kind: Any) -> pytypes.FunctionType | None:
    """What an object's class hands out its items by: `__iter__`, or `__getitem__` alone."""
    if not isinstance(kind, Obj):
        return None
    found = inspect.getattr_static(kind.cls, "__iter__", MISSING)
    by_index = found is MISSING and inspect.getattr_static(kind.cls, "__getitem__", None)
    if isinstance(by_index, pytypes.FunctionType):
        return _BY_INDEX
    return found if isinstance(found, pytypes.FunctionType) else None


def listed(owner: ir.Expr, inference: Inference) -> Found | None:
    """`items_of(obj)`: the call of the function that lists what the object hands out."""
    kind = inference.expr(owner)
    found = _listing(kind, inference) if isinstance(kind, Obj) else None
    if isinstance(kind, Obj) and kind.cls in ENDLESS:
        return ANY, Refused("A list of what never ends")
    if found is None or not isinstance(kind, Obj):
        return None
    unit, _ = found
    _rely(kind, inference)
    signature = Signature((unit.code.params[0].name,), None, None, {})
    return invoke(unit, signature, (owner,), (), None, inference)


def _rely(kind: Obj, inference: Inference) -> None:
    """Remember what the class says now."""
    for name in ("__iter__", "__getitem__"):
        inference.session.program.attribute(kind.cls, name)


def _listing(kind: Obj, inference: Inference) -> tuple[Unit, str] | None:
    function = way_of(kind)
    if function is None:
        return None
    try:
        found = inference.session.program.listing(function, kind.cls)
    except SrcadError:
        return None
    return found if found is not None and len(found[0].code.params) == 1 else None


# -- where all items are wanted ----------------------------------------------------------


def all_handed_out(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statement with a list in place of an object that it takes the items of."""
    owners = [n for n in dict.fromkeys(_wanted(stmt, inference)) if way_of(inference.types.get(n))]
    if not owners:
        return None
    writer = Writer(stmt, inference)
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(taker, "extend" | "extendleft" as name))) if owners:
            item = writer.fresh("item", "item")
            put = "append" if name == "extend" else "appendleft"
            return (put_one_by_one(item, taker, owners[0], put, stmt.at),)
        case ir.Augment(ir.Name() as taker):
            item = writer.fresh("item", "item")
            return (put_one_by_one(item, taker, owners[0], "append", stmt.at),)
        case _:
            pass
    names: dict[str, str] = {}
    for owner in owners:
        names[owner] = writer.let("items", ir.Call(ITEMS_OF, (ir.Name(owner),))).id
    return (*writer.block, _with_lists(stmt, names))


_TAKING = frozenset((ir.Call, ir.Sequence))


def _wanted(stmt: ir.Stmt, inference: Inference) -> list[str]:
    """The variables of which a statement takes the items."""
    if type(stmt) is ir.Assign and type(stmt.value) not in _TAKING:
        return []
    match stmt:
        case ir.Unpack(_, ir.Name(owner)):
            return [owner]
        case ir.Augment(ir.Name(target), "+", ir.Name(owner)):
            return [owner] if isinstance(inference.types.get(target), Lst) else []
        case ir.Assign(_, value) | ir.Effect(value) | ir.Unpack(_, value):
            return _spread(value, inference)
        case _:
            return []


def _spread(value: ir.Expr, inference: Inference) -> list[str]:
    match value:
        case ir.Call(ir.Name("max" | "min") as func, (ir.Name(owner),)) if inference.expr(func) in (
            Known.of(max),
            Known.of(min),
        ):
            return [owner]
        case ir.Call(ir.Attr(_, "extend" | "extendleft"), (ir.Name(owner),), ()):
            return [owner]
        case ir.Call(_, parts) | ir.Sequence(_, parts):
            return [p.value.id for p in parts if isinstance(p, ir.Star) and _is_name(p.value)]  # type: ignore[union-attr]
        case _:
            return []


def _is_name(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Name)


def _with_lists(stmt: ir.Stmt, names: dict[str, str]) -> ir.Stmt:
    def change(expr: ir.Expr) -> ir.Expr:
        match expr:
            case ir.Star(ir.Name(owner)) if owner in names:
                return ir.Star(ir.Name(names[owner]))
            case _:
                return expr

    match stmt:
        case ir.Unpack(_, ir.Name(owner)) | ir.Augment(_, _, ir.Name(owner)):
            return replace(stmt, value=ir.Name(names[owner]))
        case ir.Assign(_, value) | ir.Effect(value) | ir.Unpack(_, value):
            if isinstance(value, ir.Call) and isinstance(value.args[0], ir.Name):
                extended = value.args[0].id in names and len(value.args) == 1
                if extended:
                    new = replace(value, args=(ir.Name(names[value.args[0].id]),))
                    return replace(stmt, value=new)
            return replace(stmt, value=ir.rebuild(value, change))
        case _:
            return stmt


# -- loops -------------------------------------------------------------------------------


def loop_handed_out(stmt: ir.For, inference: Inference) -> ir.Block | None:
    """The loop with the statements of `__iter__` around its body; None where it stays."""
    whole, types = stmt.iterable, inference.types
    owners = [n for n in sorted(ir.reads(whole)) if _own_way(types.get(n))]
    if not owners:
        return None
    written = inference.facts.overloads.get(id(stmt))
    if written is not None and id(stmt) in inference.facts.inlined:
        return written
    endless = _endless(stmt, owners, inference)
    if endless is not None:
        return endless
    if inference.unit.of_runtime or only_lists(stmt, inference):
        return _over_lists(stmt, owners, inference)
    match whole:
        case ir.Name(owner):
            around = _around(stmt, owner, inference)
            return None if around is None else around.loop()
        case ir.Call(ir.Name("enumerate"), (ir.Name(owner), *rest), kwargs) if inference.is_builtin(
            "enumerate"
        ):
            start = rest[0] if rest else dict(kwargs).get("start", ir.Const(0))
            around = _around(stmt, owner, inference)
            return None if around is None else around.counted(start)
        case _:
            return _side_by_side(stmt, owners, inference)


def _side_by_side(stmt: ir.For, owners: list[str], inference: Inference) -> ir.Block | None:
    """`zip(u, v)` of such objects: lists of what they hand out, if nobody would notice."""
    if not inference.session.reading.early or _listing_of(owners, inference) is None:
        return None
    writer = Writer(stmt, inference)
    names: dict[str, ir.Expr] = {}
    for owner in owners:
        function = way_of(inference.types[owner])
        assert function is not None
        items = names[owner] = writer.let("items", ir.Call(ITEMS_OF, (ir.Name(owner),)))
        inference.facts.early[items.id] = function
    return (*writer.block, replace(stmt, iterable=ir.substitute(stmt.iterable, names)))


def _listing_of(owners: list[str], inference: Inference) -> list[Any] | None:
    kinds = [inference.types[n] for n in owners]
    found = [_listing(k, inference) if isinstance(k, Obj) else None for k in kinds]
    return None if None in found else found


def _around(stmt: ir.For, owner: str, inference: Inference) -> Inlining | None:
    kind = inference.types[owner]
    assert isinstance(kind, Obj)
    known = _listing(kind, inference)
    if known is None:
        return None
    _rely(kind, inference)
    unit, handed = known
    names = {unit.code.params[0].name: owner}
    return Inlining(stmt, Handing(unit, handed, names), inference)


def _endless(stmt: ir.For, owners: list[str], inference: Inference) -> ir.Block | None:
    """`zip(xs, repeat(v))`: as many of what never ends as the others have."""
    match stmt.iterable:
        case ir.Call(ir.Name("zip"), args) if all(map(_is_name, args)):
            pass
        case _:
            return None
    kinds = [inference.types.get(n) for n in owners]
    others = [a for a in args if a.id not in owners]  # type: ignore[union-attr]
    if not others or not all(isinstance(k, Obj) and k.cls in ENDLESS for k in kinds):
        return None
    writer = Writer(stmt, inference)
    count = writer.let("count", ir.Call(FEWEST, tuple(others)))
    names: dict[str, ir.Expr] = {}
    for owner in owners:
        names[owner] = writer.let("items", ir.Call(FIRST_ITEMS, (ir.Name(owner), count)))
    return (*writer.block, replace(stmt, iterable=ir.substitute(stmt.iterable, names)))


def _own_way(kind: Any) -> bool:
    return way_of(kind) is not None and plain_items(kind.cls) is None


def _over_lists(stmt: ir.For, owners: list[str], inference: Inference) -> ir.Block:
    writer = Writer(stmt, inference)
    names: dict[str, ir.Expr] = {}
    for owner in owners:
        names[owner] = writer.let("items", ir.Call(ITEMS_OF, (ir.Name(owner),)))
    return (*writer.block, replace(stmt, iterable=ir.substitute(stmt.iterable, names)))
