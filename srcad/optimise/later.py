"""Compute in the backward part what the forward part computes for it alone.

    for h in hs:                                (nothing is left of the loop)
        y = v @ h
        saved.append(y)                   →     …
    …                                           for k in reversed(range(len(hs))):
    for k in reversed(range(len(hs))):              h = hs[k]
        y = saved.pop()                             y = v @ h
        …                                           …

The loops go over the same, and what the value is made of is not written meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from srcad.adjoint.loops import LEN, RANGE, REVERSED
from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings, readings, writings
from srcad.optimise.halves import backward_start
from srcad.optimise.pack import Path, Slot, leaves_early, replaced, slots_of
from srcad.optimise.writes import touched, written


@dataclass(frozen=True)
class _Counts:
    """How often each name is bound and written in a body, and read in its forward part."""

    bound: Counter[str]
    writes: Counter[str]
    read_forward: Counter[str]

    @staticmethod
    def of(body: ir.Block, params: frozenset[str]) -> _Counts:
        forward = body[: backward_start(body)]
        return _Counts(bindings(body, params), writings(body, params), readings(forward))


@dataclass(frozen=True)
class Later:
    """droppable: whether nobody misses a statement of the user."""

    pure: Callable[[ir.Expr], bool]
    droppable: Callable[[ir.Stmt, bool], bool]
    params: frozenset[str]

    def computed(self, body: ir.Block, stacks: frozenset[str]) -> tuple[ir.Block, set[str]]:
        """The body with values computed later, and the variables that hold them."""
        names: set[str] = set()
        if backward_start(body) is None or not stacks:
            return body, names
        slots = slots_of(body, stacks)
        counts = _Counts.of(body, self.params)
        for stack in sorted(slots):
            slot = slots[stack]
            new = self.changed(body, slot, counts)
            if new:
                out = replaced(body, (), new)
                body = tuple(s for s in out if not (isinstance(s, ir.Assign) and s.target == stack))
                names.add(slot.name)
                slots, counts = slots_of(body, stacks), _Counts.of(body, self.params)
        return body, names

    def changed(
        self, body: ir.Block, slot: Slot, counts: _Counts
    ) -> dict[tuple[Path, int], ir.Stmt | ir.Block | None] | None:
        """What stands in place of the save, and of where it is taken out."""
        if len(slot.push[0]) != 1 or len(slot.pop[0]) != 1:
            return None
        loop, back = body[slot.push[0][0][0]], body[slot.pop[0][0][0]]
        if not isinstance(loop, ir.For) or not isinstance(back, ir.For):
            return None
        made = self.definition(loop, slot, counts)
        if made is None:
            return None
        target = loop.target if isinstance(loop.target, str) else ""
        before: ir.Block = ()
        if target in ir.reads(made.value):
            found = self.again(body, loop, back, target, slot, counts)
            if found is None:
                return None
            before = found
        varying = ir.assigned((loop,))
        for name in ir.reads(made.value) - {target}:
            if counts.writes[name] > 1 or name in varying:
                return None
        pop = back.body[slot.pop[1]]
        assert isinstance(pop, ir.Assign)
        return {slot.push: None, slot.pop: (*before, replace(pop, value=made.value))}

    def definition(self, loop: ir.For, slot: Slot, counts: _Counts) -> ir.Assign | None:
        """Where the saved value is computed, if for no other end."""
        if counts.bound[slot.name] != 2 or counts.read_forward[slot.name] != 1:
            return None
        if any(map(leaves_early, loop.body)):
            return None
        for stmt in loop.body[: slot.push[1]]:
            if isinstance(stmt, ir.Assign) and stmt.target == slot.name:
                computes = self.pure(stmt.value) and not _ours(stmt.value)
                return stmt if computes and self.droppable(stmt, True) else None
        return None

    def again(
        self, body: ir.Block, loop: ir.For, back: ir.For, target: str, slot: Slot, counts: _Counts
    ) -> ir.Block | None:
        """What gives the variable of the loop its value in the loop that runs back."""
        bound = counts.bound[target]
        if target in self.params or not _stays(body, loop, back, target):
            return None
        if back.target == target:
            return () if bound == 2 and back.iterable == _reversed(loop.iterable) else None
        items = loop.iterable
        if not isinstance(items, ir.Name) or not isinstance(back.target, str):
            return None
        if back.iterable != _indices(items) or not _stays(body, loop, back, items.id):
            return None
        item = ir.Assign(target, ir.Item(items, ir.Name(back.target)), loop.at)
        if bound == 1:
            return (item,)
        there = back.body[: slot.pop[1]]
        again = any(
            isinstance(s, ir.Assign) and (s.target, s.value) == (target, item.value) for s in there
        )
        return () if bound == 2 and again else None


def _ours(value: ir.Expr) -> bool:
    """Whether a helper is called that gives an object of its own, and not only a value."""
    if isinstance(value, ir.Ref) and str(getattr(value.value, "__module__", "")).startswith(
        "srcad"
    ):
        return True
    return any(map(_ours, ir.children(value)))


def _stays(body: ir.Block, loop: ir.For, back: ir.For, name: str) -> bool:
    """Whether nobody writes into an object from the one loop to the end of the other."""
    first = next(k for k, s in enumerate(body) if s is loop)
    last = next(k for k, s in enumerate(body) if s is back)
    between = body[first + 1 : last]
    return name not in touched(loop) | touched(back) | written(between)


def _reversed(iterable: ir.Expr) -> ir.Expr:
    return ir.Call(REVERSED, (iterable,))


def _indices(items: ir.Expr) -> ir.Expr:
    return _reversed(ir.Call(RANGE, (ir.Call(LEN, (items,)),)))
