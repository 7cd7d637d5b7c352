"""Put the statements of what hands out items around the body of the loop that takes them.

    for v in doubled:         for u in doubled.values:
        s += v          →         v = 2 * u
                                  s += v

They come from a function that lists (`frontend/handing`): the body of the loop stands where it
appends an item.
"""

from __future__ import annotations

import builtins
import types as pytypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from srcad.analysis.invoke import constant_expr
from srcad.analysis.program import MISSING, Unit
from srcad.analysis.writer import Writer
from srcad.frontend.leaving import instead_of_exits, part
from srcad.ir import nodes as ir
from srcad.ir.again import once_more
from srcad.ir.renaming import renamed

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

MOST_PLACES = 6  # at which an item is made: the loop's body stands at each
DEEPEST = 4  # loops over objects that hand out what objects hand out


@dataclass(frozen=True)
class Handing:
    """A function that lists, its variable for the list, and what its parameters are called here.

    ours: these are variables that nothing else reads.
    """

    unit: Unit
    handed: str
    names: Mapping[str, str]
    ours: bool = False


class Inlining:
    """One loop over an object with a way of its own."""

    def __init__(self, stmt: ir.For, handing: Handing, inference: Inference) -> None:
        self.stmt, self.handing, self.inference = stmt, handing, inference
        self.writer = Writer(stmt, inference)
        self.copies = 0

    def counted(self, start: ir.Expr) -> ir.Block | None:
        """`for k, v in enumerate(obj)`: a number that counts."""
        target, at = self.stmt.target, self.stmt.at
        count = self.writer.fresh("count", "count")
        more = ir.Assign(count, ir.Binary("+", ir.Name(count), ir.Const(1)), at)
        if not isinstance(target, str) and len(target) == 2 and isinstance(target[0], str):
            first: ir.Block = (ir.Assign(target[0], ir.Name(count), at), more)
            found = self.loop(target[1], first)
        else:
            number = self.writer.fresh("number", "number")
            first = (ir.Assign(number, ir.Name(count), at), more)
            found = self.loop(target, first, number)
        return None if found is None else (ir.Assign(count, start, at), *found)

    def loop(
        self, target: ir.Target | None = None, first: ir.Block = (), number: str = ""
    ) -> ir.Block | None:
        """number: the variable that is to stand before the item, in a tuple."""
        unit, handed = self.handing.unit, self.handing.handed
        depth = self.inference.facts.inlined.get(id(self.stmt), 0)
        if depth >= DEEPEST or not self.stands():
            return None
        body = self.own_statements()
        own = ir.assigned(tuple(body)) | {unit.code.result}
        table = {n: self.writer.fresh(n, n) for n in sorted(own)}
        table.update(self.handing.names)
        table[handed] = self.writer.fresh("handed", "handed")
        outside = outside_names(unit, own, handed, self.inference)
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
            item = ir.substitute(item, outside)
            start = first
            if number:
                value = self.writer.fresh("item", ("value", self.copies))
                start = (*first, ir.Assign(value, item, self.stmt.at))
                item = ir.Sequence("tuple", (ir.Name(number), ir.Name(value)))
            return self.at_item(item, target, start, broken)

        self.inference.facts.inlined.setdefault(id(self.stmt), depth)
        block = part(tuple(n for s in renamed(tuple(body), table) for n in made(s)), broken)
        for stmt in ir.walk(block):
            if isinstance(stmt, ir.For | ir.Assign):
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

    def own_statements(self) -> list[ir.Stmt]:
        return [s for s in self.handing.unit.code.body if not begins(s, self.handing.handed)]

    def stands(self) -> bool:
        """Whether the statements of `__iter__` mean in the loop's function what they mean."""
        unit, handed, body = self.handing.unit, self.handing.handed, self.own_statements()
        own = ir.assigned(tuple(body)) | {p.name for p in unit.code.params} | {handed}
        places = 0
        for stmt in ir.walk(tuple(body)):
            places += handed_item(stmt, handed) is not None
            around = isinstance(stmt, ir.Try | ir.With)
            if around and any(handed_item(s, handed) for b in ir.blocks(stmt) for s in ir.walk(b)):
                return False
        again = ir.assigned(tuple(body)) & self.handing.names.keys()
        written = ir.bound(self.stmt) & set(self.handing.names.values())
        if (again or written) and not self.handing.ours:
            return False
        if places > MOST_PLACES or not stands_as_written(unit, body, own):
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

    None where one may change; a number does not while the function runs, and is looked at before.
    """
    found: dict[str, ir.Expr] = {}
    outer, lookup = inference.unit, inference.session.program.lookup
    read = set().union(*map(ir.all_reads, unit.code.body)) - set(own) - {handed}
    read -= {p.name for p in unit.code.params}
    for name in sorted(read):
        value = lookup(unit, name)
        steady = (type, pytypes.FunctionType, pytypes.ModuleType, pytypes.BuiltinFunctionType)
        number = type(value) in (int, float, bool, str, type(None)) and value is not MISSING
        if number:
            inference.session.found(value, name)  # which may be one that changes
            if name in inference.session.changing.variables:
                return None
            found[name] = constant_expr(value, name)
            continue
        if value is MISSING or not (isinstance(value, steady) or callable(value)):
            return None
        inside = name in outer.code.locals and name not in outer.code.free
        same = not inside and lookup(outer, name) is value
        if not (same and (name in outer.code.free or hasattr(builtins, name))):
            found[name] = ir.Ref(value, name)
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
