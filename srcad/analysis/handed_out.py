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

import builtins
import inspect
import types as pytypes
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from srcad.analysis.bind import Signature
from srcad.analysis.invoke import Found, invoke
from srcad.analysis.iterated import items_of as plain_items
from srcad.analysis.operations import Refused
from srcad.analysis.program import MISSING, Unit
from srcad.analysis.writer import Writer
from srcad.errors import SrcadError
from srcad.frontend.leaving import instead_of_exits, part
from srcad.ir import nodes as ir
from srcad.ir.again import once_more
from srcad.ir.renaming import renamed
from srcad.ir.types import ANY, Known, Lst, Obj
from srcad.runtime.iterators import ENDLESS, fewest, first_items
from srcad.runtime.substitutes import items_by_index, items_of

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

_BY_INDEX = cast("pytypes.FunctionType", items_by_index)
FEWEST = ir.Ref(fewest, "fewest")
FIRST_ITEMS = ir.Ref(first_items, "first_items")
ITEMS_OF = ir.Ref(items_of, "items_of")
MOST_PLACES = 6  # at which an item is made: the loop's body stands at each
DEEPEST = 4  # loops over objects that hand out what objects hand out


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
    names: dict[str, str] = {}
    for owner in owners:
        names[owner] = writer.let("items", ir.Call(ITEMS_OF, (ir.Name(owner),))).id
    return (*writer.block, _with_lists(stmt, names))


def _wanted(stmt: ir.Stmt, inference: Inference) -> list[str]:
    """The variables of which a statement takes the items."""
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
    if inference.unit.of_runtime or _only_lists(stmt):
        return _over_lists(stmt, owners, inference)
    match whole:
        case ir.Name(owner):
            return _Inlining(stmt, owner, inference).loop()
        case ir.Call(ir.Name("enumerate"), (ir.Name(owner), *rest), kwargs) if inference.is_builtin(
            "enumerate"
        ):
            start = rest[0] if rest else dict(kwargs).get("start", ir.Const(0))
            return _Inlining(stmt, owner, inference).counted(start)
        case _:
            return None


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


def _only_lists(stmt: ir.For) -> bool:
    """Whether the loop only puts its items into a list."""
    match stmt.target, stmt.body:
        case str(target), (ir.Effect(ir.Call(ir.Attr(ir.Name(), "append"), (ir.Name(item),))),):
            return target == item
        case _:
            return False


class _Inlining:
    """One loop over an object with a way of its own."""

    def __init__(self, stmt: ir.For, owner: str, inference: Inference) -> None:
        self.stmt, self.owner, self.inference = stmt, owner, inference
        self.writer = Writer(stmt, inference)
        self.copies = 0

    def counted(self, start: ir.Expr) -> ir.Block | None:
        """`for k, v in enumerate(obj)`: a number that counts."""
        target = self.stmt.target
        if isinstance(target, str) or len(target) != 2 or not isinstance(target[0], str):
            return None
        count = self.writer.fresh("count", "count")
        at = self.stmt.at
        more = ir.Assign(count, ir.Binary("+", ir.Name(count), ir.Const(1)), at)
        first = (ir.Assign(target[0], ir.Name(count), at), more)
        found = self.loop(target[1], first)
        return None if found is None else (ir.Assign(count, start, at), *found)

    def loop(self, target: ir.Target | None = None, first: ir.Block = ()) -> ir.Block | None:
        kind = self.inference.types[self.owner]
        assert isinstance(kind, Obj)
        known = _listing(kind, self.inference)
        if known is None:
            return None
        unit, handed = known
        depth = self.inference.facts.inlined.get(id(self.stmt), 0)
        body = [s for s in unit.code.body if not begins(s, handed)]
        if depth >= DEEPEST or not self.stands(unit, handed, body):
            return None
        _rely(kind, self.inference)
        own = ir.assigned(tuple(body)) | {unit.code.result}
        table = {n: self.writer.fresh(n, n) for n in sorted(own)}
        table[unit.code.params[0].name] = self.owner
        table[handed] = self.writer.fresh("handed", "handed")
        found = outside_names(unit, own, handed, self.inference)
        outside = {n: ir.Ref(v, n) for n, v in found.items()}
        broken = self.writer.fresh("broken", "broken")
        target = self.stmt.target if target is None else target

        def made(stmt: ir.Stmt) -> ir.Block:
            item = handed_item(stmt, table[handed])
            if isinstance(stmt, ir.Assign) and stmt.value == ir.Name(table[handed]):
                return (ir.Assign(stmt.target, ir.Const(None), self.stmt.at),)  # it returns
            if item is None:
                inner = tuple(tuple(n for s in b for n in made(s)) for b in ir.blocks(stmt))
                new = ir.map_expressions(stmt, lambda e: ir.substitute(e, outside))
                new = ir.placed(new, self.stmt.at)
                return (ir.with_blocks(new, inner) if inner else new,)
            return self.at_item(ir.substitute(item, outside), target, first, broken)

        self.inference.facts.inlined.setdefault(id(self.stmt), depth)
        block = part(tuple(n for s in renamed(tuple(body), table) for n in made(s)), broken)
        for stmt in ir.walk(block):
            if isinstance(stmt, ir.For):
                self.inference.facts.inlined[id(stmt)] = depth + 1
        return block

    def at_item(self, item: ir.Expr, target: ir.Target, first: ir.Block, broken: str) -> ir.Block:
        """The body of the loop, where an item is made."""
        at = self.stmt.at
        bind: list[ir.Stmt] = list(first)
        if isinstance(target, str):
            bind.append(ir.Assign(target, item, at))
        else:
            name = self.writer.fresh("item", ("item", self.copies))
            bind.append(ir.Assign(name, item, at))
            bind += self.taken_apart(target, name)
        body = self.stmt.body if not self.copies else tuple(map(once_more, self.stmt.body))
        self.copies += 1
        return (*bind, *instead_of_exits(body, broken, ""))

    def taken_apart(self, target: tuple[ir.Target, ...], whole: str) -> list[ir.Stmt]:
        names, later = [], []
        for part_ in target:
            if isinstance(part_, str):
                names.append(part_)
            else:
                names.append(self.writer.fresh("item", (whole, len(names))))
                later.append((part_, names[-1]))
        out: list[ir.Stmt] = [ir.Unpack(tuple(names), ir.Name(whole), None, self.stmt.at)]
        for part_, name in later:
            out += self.taken_apart(part_, name)
        return out

    # -- whether it may stand here ---------------------------------------------------------

    def stands(self, unit: Unit, handed: str, body: list[ir.Stmt]) -> bool:
        """Whether the statements of `__iter__` mean in the loop's function what they mean."""
        own = ir.assigned(tuple(body)) | {p.name for p in unit.code.params} | {handed}
        places = 0
        for stmt in ir.walk(tuple(body)):
            places += handed_item(stmt, handed) is not None
            around = isinstance(stmt, ir.Try | ir.With)
            if around and any(handed_item(s, handed) for b in ir.blocks(stmt) for s in ir.walk(b)):
                return False
        again = ir.assigned(tuple(body)) & {p.name for p in unit.code.params}
        written = self.owner in ir.bound(self.stmt)
        if places > MOST_PLACES or again or written or not stands_as_written(unit, body, own):
            return False
        return outside_names(unit, own, handed, self.inference) is not None


def stands_as_written(unit: Unit, body: list[ir.Stmt], own: Any) -> bool:
    """Whether no code that is kept as it is written reads the function's variables."""
    for stmt in ir.walk(tuple(body)):
        if isinstance(stmt, ir.Import):
            return False
        if any(_kept_as_written(e) and ir.reads(e) & own for e in ir.expressions(stmt)):
            return False
    return not unit.code.cells


def outside_names(unit: Unit, own: Any, handed: str, inference: Inference) -> Any:
    """What the names from outside stand for, where the same name may mean another thing here.

    None where one may change.
    """
    found: dict[str, Any] = {}
    outer, lookup = inference.unit, inference.session.program.lookup
    read = set().union(*map(ir.all_reads, unit.code.body)) - set(own) - {handed}
    read -= {p.name for p in unit.code.params}
    for name in sorted(read):
        value = lookup(unit, name)
        steady = (type, pytypes.FunctionType, pytypes.ModuleType, pytypes.BuiltinFunctionType)
        if value is MISSING or not (isinstance(value, steady) or callable(value)):
            return None
        inside = name in outer.code.locals and name not in outer.code.free
        same = not inside and lookup(outer, name) is value
        if not (same and (name in outer.code.free or hasattr(builtins, name))):
            found[name] = value
    return found


def begins(stmt: ir.Stmt, handed: str) -> bool:
    match stmt:
        case ir.Assign(target, ir.Sequence("list", ())):
            return target == handed
        case _:
            return False


def handed_item(stmt: ir.Stmt, handed: str) -> ir.Expr | None:
    """The item that the statement hands out."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(name), "append"), (item,))) if name == handed:
            return item
        case _:
            return None


def _kept_as_written(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Raw | ir.Closure) or any(map(_kept_as_written, ir.children(expr)))
