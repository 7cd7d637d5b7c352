"""Take a view again in the backward part of a loop instead of saving it.

    for i in range(n):                         for i in range(n):
        patch = image[i : i + 3]                   patch = image[i : i + 3]
        patch_saved.append(patch)         →        …
        …                                      for i in reversed(range(n)):
    for i in reversed(range(n)):                   patch = image[i : i + 3]
        patch = patch_saved.pop()                  …
        …

A view, a shape or a number of an array, where the index is made of loop variables that the backward
loop binds to the same values, and of variables written once.  Nobody writes there after it was
taken: not into the array at all, or only at other indices.  A number that was put into an array is
read there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from srcad.analysis.elements import index_parts, is_basic
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Number, Type, same_shape
from srcad.optimise.counts import bindings, writings
from srcad.optimise.halves import halves
from srcad.optimise.lasting import Lasting
from srcad.optimise.pack import Path, Slot, block_at, replaced, slots_of


def take_views_again(
    body: ir.Block,
    stacks: frozenset[str],
    params: frozenset[str],
    in_place: frozenset[str],
    type_of: Callable[[ir.Expr], Type],
    lasting: Lasting | None = None,
) -> ir.Block:
    """The body with views taken again; `in_place` are names of objects that are written into.

    lasting: tells which parts of these stay.
    """
    return retaken(body, stacks, Taker(params, in_place, type_of, lasting))[0]


def retaken(body: ir.Block, stacks: frozenset[str], taker: Taker) -> tuple[ir.Block, set[str]]:
    """The body with views taken again, and the variables that are bound to them again."""
    slots = slots_of(body, stacks) if stacks else {}
    if not slots:
        return body, set()
    writes, bound = writings(body, taker.params), bindings(body, taker.params)
    new: dict[tuple[Path, int], ir.Stmt | None] = {}
    gone: set[str] = set()
    names: set[str] = set()
    for slot in slots.values():
        value = taker.again(body, slot, bound)
        if value is None:
            continue
        same, varying = _same_loops(body, slot), _varying(body, slot.push[0])
        owner = ir.reads(value.obj) & taker.in_place
        if all(
            writes[n] == 2 if n in same else writes[n] <= 1 and n not in varying
            for n in ir.reads(value) - owner
        ):
            pop = block_at(body, slot.pop[0])[slot.pop[1]]
            assert isinstance(pop, ir.Assign)
            new[slot.push], new[slot.pop] = None, replace(pop, value=value)
            gone.add(slot.stack)
            if _only_behind(body, slot):
                names.add(slot.name)
    if not gone:
        return body, set()
    out = replaced(body, (), new)
    return tuple(s for s in out if not (isinstance(s, ir.Assign) and s.target in gone)), names


def _only_behind(body: ir.Block, slot: Slot) -> bool:
    """Whether the backward part mentions the variable only behind its pop, in the same block."""
    path, place = slot.pop
    behind = block_at(body, path)[place + 1 :]
    return _mentions(halves(body)[1], slot.name) == _mentions(behind, slot.name)


def _mentions(block: ir.Block, name: str) -> int:
    return sum(name in ir.statement_reads(s) for s in ir.walk(block))


def renamed_backward(body: ir.Block, names: dict[str, str]) -> ir.Block:
    """The body in whose backward part the variables have other names."""
    if not names:
        return body
    forward, backward = halves(body)
    table: dict[str, ir.Expr] = {old: ir.Name(new) for old, new in names.items()}
    return (*forward, *_renamed(backward, table))


def _renamed(block: ir.Block, table: dict[str, ir.Expr]) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        stmt = ir.with_blocks(stmt, tuple(_renamed(b, table) for b in ir.blocks(stmt)))
        stmt = ir.map_expressions(stmt, lambda e: ir.substitute(e, table))
        match stmt:
            case ir.Assign(target) if isinstance(new := table.get(target), ir.Name):
                stmt = replace(stmt, target=new.id)
            case _:
                pass
        out.append(stmt)
    return tuple(out)


@dataclass(frozen=True)
class Taker:
    """Finds where saved values can be read again."""

    params: frozenset[str]
    in_place: frozenset[str]
    type_of: Callable[[ir.Expr], Type]
    lasting: Lasting | None
    region: Callable[[Array, ir.Expr], Type] = lambda owner, index: ANY  # with sizes of slices

    def again(self, body: ir.Block, slot: Slot, bound: Counter[str]) -> ir.Item | ir.Attr | None:
        """Where the saved value can be read, where it is bound once, in the block that saves it."""
        if bound[slot.name] != 2:  # once by the user, once by the pop
            return None
        block = block_at(body, slot.push[0])
        for k, stmt in enumerate(block[: slot.push[1]]):
            if isinstance(stmt, ir.Assign) and stmt.target == slot.name:
                return self.view(stmt) or self.stored(slot.name, block[k + 1 :])
        return None

    def view(self, stmt: ir.Assign) -> ir.Item | ir.Attr | None:
        """The value itself, where it is a view."""
        match stmt.value:
            case ir.Item(ir.Name(owner) as obj, index) as value:
                if not isinstance(self.type_of(obj), Array):
                    return None
                if is_basic(index, self.type_of) is not True:
                    return None
                frozen = owner not in self.in_place or self.stays(stmt, obj, index)
                return value if frozen else None
            case ir.Attr(ir.Name(owner) as obj, "shape" | "T") as value:
                frozen = owner not in self.in_place and isinstance(self.type_of(obj), Array)
                return value if frozen else None
            case _:
                return None

    def stored(self, name: str, block: ir.Block) -> ir.Item | None:
        """The place into which a statement of the block puts the value."""
        kind = self.type_of(ir.Name(name))
        for stmt in block:
            match stmt:
                case ir.Store(ir.Item(ir.Name() as obj, index) as place, ir.Name(value)):
                    array = self.type_of(obj)
                    if value != name or not isinstance(array, Array):
                        pass
                    elif not self.as_stored(kind, array, index):
                        return None
                    else:
                        return place if self.stays(stmt, obj, index) else None
                case _:
                    pass
            if ir.blocks(stmt):
                return None
        return None

    def as_stored(self, kind: Type, array: Array, index: ir.Expr) -> bool:
        """Whether what is read at the index is the value of this kind that was put there."""
        if isinstance(kind, Array) and is_basic(index, self.type_of) is True:
            return same_shape(kind, there := self.region(array, index)) and (
                isinstance(there, Array) and there.dtype == kind.dtype
            )
        return kind == Number(array.dtype) and len(_subscripts(index)) == array.ndim

    def stays(self, stmt: ir.Stmt, obj: ir.Expr, index: ir.Expr) -> bool:
        return self.lasting is not None and self.lasting.stays(stmt, obj, index)


def _subscripts(index: ir.Expr) -> tuple[ir.Expr, ...]:
    return tuple(p for p in index_parts(index) if not isinstance(p, ir.Slice))


def _same_loops(body: ir.Block, slot: Slot) -> set[str]:
    """Variables that the loops around the push and those around the pop bind alike."""
    there, back = _targets(body, slot.push[0]), _targets(body, slot.pop[0])
    if len(there) != len(back):
        return set()
    return {n for n, m in zip(there, back, strict=True) if n == m}


def _varying(body: ir.Block, path: Path) -> set[str]:
    """What the loops around a block bind."""
    for k, j in path:
        if isinstance(body[k], ir.For | ir.While):
            return ir.assigned((body[k],))
        body = ir.blocks(body[k])[j]
    return set()


def _targets(body: ir.Block, path: Path) -> list[str]:
    """The variable of each loop on the way to a block; "" where it is not a `for` over names."""
    found: list[str] = []
    for k, j in path:
        stmt = body[k]
        if isinstance(stmt, ir.For | ir.While):
            simple = isinstance(stmt, ir.For) and isinstance(stmt.target, str)
            found.append(stmt.target if simple else "")  # type: ignore[union-attr,arg-type]
        body = ir.blocks(stmt)[j]
    return found
