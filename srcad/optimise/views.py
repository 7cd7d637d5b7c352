"""Take a view again in the backward part of a loop instead of saving it.

    for i in range(n):                         for i in range(n):
        patch = image[i : i + 3]                   patch = image[i : i + 3]
        patch_saved.append(patch)         →        …
        …                                      for i in reversed(range(n)):
    for i in reversed(range(n)):                   patch = image[i : i + 3]
        patch = patch_saved.pop()                  …
        …

A view, a shape or a number of an array that nobody writes, where the index is made of loop
variables that the backward loop binds to the same values, and of variables written once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from srcad.analysis.elements import is_basic
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type
from srcad.optimise.counts import writings
from srcad.optimise.pack import Path, Slot, block_at, replaced, slots_of


def take_views_again(
    body: ir.Block,
    stacks: frozenset[str],
    params: frozenset[str],
    in_place: frozenset[str],
    type_of: Callable[[ir.Expr], Type],
) -> ir.Block:
    """The body with views taken again; `in_place` are names of objects that are written into."""
    slots = slots_of(body, stacks) if stacks else {}
    if not slots:
        return body
    writes = writings(body, params)
    new: dict[tuple[Path, int], ir.Stmt | None] = {}
    gone: set[str] = set()
    for slot in slots.values():
        value = _definition(body, slot, writes)
        if value is None or not _view(value, in_place, type_of):
            continue
        same, varying = _same_loops(body, slot), _varying(body, slot.push[0])
        if all(
            writes[n] == 2 if n in same else writes[n] <= 1 and n not in varying
            for n in ir.reads(value)
        ):
            pop = block_at(body, slot.pop[0])[slot.pop[1]]
            assert isinstance(pop, ir.Assign)
            new[slot.push], new[slot.pop] = None, replace(pop, value=value)
            gone.add(slot.stack)
    if not gone:
        return body
    out = replaced(body, (), new)
    return tuple(s for s in out if not (isinstance(s, ir.Assign) and s.target in gone))


def _definition(body: ir.Block, slot: Slot, writes: Counter[str]) -> ir.Expr | None:
    """What the saved variable is, where it is bound once, in the block that saves it."""
    if writes[slot.name] != 2:  # once by the user, once by the pop
        return None
    for stmt in block_at(body, slot.push[0])[: slot.push[1]]:
        if isinstance(stmt, ir.Assign) and stmt.target == slot.name:
            return stmt.value
    return None


def _view(value: ir.Expr, in_place: frozenset[str], type_of: Callable[[ir.Expr], Type]) -> bool:
    match value:
        case ir.Item(ir.Name(owner), index):
            frozen = owner not in in_place and isinstance(type_of(ir.Name(owner)), Array)
            return frozen and is_basic(index, type_of) is True
        case ir.Attr(ir.Name(owner), "shape" | "T"):
            return owner not in in_place and isinstance(type_of(ir.Name(owner)), Array)
        case _:
            return False


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
