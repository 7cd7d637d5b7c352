"""Leave out zeros that nobody reads, and write at once what is added to zeros.

h_bar[t + 1] = 0.0             (gone: what follows reads h_bar[t], and later iterations have less t)

u_bar[1:] = 0.0
u_bar[1:] += g * u     →       u_bar[1:] = g * u

g = u_bar[i]                   g = u_bar[i]
u_bar[i] = 0.0                 u_bar[i + 1] += g * w
u_bar[i + 1] += g * w  →
u_bar[i] += g
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from srcad.analysis.regions import Counters, IsInt
from srcad.analysis.spots import meet, spots
from srcad.ir import nodes as ir
from srcad.optimise.halves import backward_start
from srcad.optimise.writes import written_by

ZERO = ir.Const(0.0)


def overwrite(body: ir.Block, is_int: IsInt) -> ir.Block:
    """The body with fewer zeros written in its backward part."""
    start = backward_start(body)
    if start is None or not any(_zeroed(s) for s in ir.walk(body[start:])):
        return body
    gone = _unread(body[start:], is_int)
    return (*body[:start], *_AtOnce(is_int).block(_without(body[start:], gone), Counters()))


def _zeroed(stmt: ir.Stmt) -> str:
    """The buffer in which the statement makes a place zero."""
    if type(stmt) is not ir.Store:
        return ""
    match stmt:
        case ir.Store(ir.Item(ir.Name(bar)), value) if value == ZERO:
            return bar
        case _:
            return ""


# -- zeros that nobody reads -----------------------------------------------------------


def _unread(body: ir.Block, is_int: IsInt) -> set[int]:
    """The ids of statements that write zeros for nobody."""
    if any(isinstance(s, ir.Try) for s in ir.walk(body)):
        return set()
    every = spots(body)
    gone: set[int] = set()
    for bar in {b for spot in every if (b := _zeroed(spot.stmt))}:
        mentions = [(spot, index) for spot in every for index in _indices(bar, spot.stmt)]
        for spot in every:
            if _zeroed(spot.stmt) != bar:
                continue
            index = _place(spot.stmt)
            if not any(meet(spot, index, other, i, is_int) for other, i in mentions):
                gone.add(id(spot.stmt))
    return gone


def _place(stmt: ir.Stmt) -> ir.Expr:
    """The index at which a statement writes."""
    assert isinstance(stmt, ir.Store) and isinstance(stmt.target, ir.Item)
    return stmt.target.index


def _indices(bar: str, stmt: ir.Stmt) -> Iterator[ir.Expr | None]:
    """Where a statement reads the buffer; None is all of it."""
    if isinstance(stmt, ir.AddAt) and stmt.target == bar:
        yield stmt.index
    elif isinstance(stmt, ir.AddTo) and stmt.target == bar:
        yield None
    stack = list(ir.expressions(stmt))
    match stmt:
        case ir.Store(ir.Item(ir.Name(owner), index), value) if owner == bar:
            stack = [index, value]  # what is written over is not read
        case _:
            pass
    while stack:
        expr = stack.pop()
        match expr:
            case ir.Item(ir.Name(name), index) if name == bar:
                yield index
                stack.append(index)
            case ir.Name(name) if name == bar:
                yield None
            case ir.Raw() | ir.Closure() if bar in ir.reads(expr):
                yield None
            case _:
                stack.extend(ir.children(expr))


def _without(block: ir.Block, gone: set[int]) -> ir.Block:
    out = []
    for stmt in block:
        if id(stmt) not in gone:
            out.append(ir.with_blocks(stmt, tuple(_without(b, gone) for b in ir.blocks(stmt))))
    return tuple(out)


# -- sums that begin with zeros --------------------------------------------------------


class _AtOnce:
    """Writes what is added to zeros; and not what stands there anyway."""

    def __init__(self, is_int: IsInt) -> None:
        self.is_int = is_int

    def block(self, block: ir.Block, known: Counters) -> ir.Block:
        out: list[ir.Stmt] = []
        for stmt in block:
            inner = known.loop(stmt) if isinstance(stmt, ir.For | ir.While) else known
            parts = tuple(self.block(b, inner) for b in ir.blocks(stmt))
            out.append(ir.with_blocks(stmt, parts))
        for k, stmt in enumerate(out):
            bar = _zeroed(stmt)
            place = self.sum_behind(out, k, bar, known) if bar else None
            if place is not None:
                added = out[place]
                assert isinstance(stmt, ir.Store) and isinstance(added, ir.AddAt)
                value = added.value if added.op == "+" else ir.Unary("-", added.value)
                out[place] = replace(stmt, value=value)
                out[k] = ir.Note("")
        for k in range(len(out)):
            if self.stands(out, k, known):
                out[k] = ir.Note("")
        return tuple(s for s in out if s != ir.Note(""))

    def sum_behind(self, out: list[ir.Stmt], k: int, bar: str, known: Counters) -> int | None:
        """Where the first sum into the zeros stands, if nothing reads them before."""
        index = _place(out[k])
        for j in range(k + 1, len(out)):
            stmt = out[j]
            if isinstance(stmt, ir.AddAt) and stmt.target == bar and stmt.index == index:
                return None if bar in ir.reads(stmt.value) | ir.reads(stmt.index) else j
            if not self.passes(stmt, bar, index, known):
                return None
        return None

    def passes(self, stmt: ir.Stmt, bar: str, index: ir.Expr, known: Counters) -> bool:
        """Whether the statement neither reads nor writes the place."""
        changed = written_by(stmt)
        if ir.reads(index) & changed:
            return False
        if bar not in ir.all_reads(stmt) | changed:
            return True
        if ir.blocks(stmt) or not isinstance(stmt, ir.Assign | ir.AddTo | ir.AddAt | ir.Store):
            return False
        places = list(_indices(bar, stmt))
        if isinstance(stmt, ir.Store) and ir.Name(bar) == getattr(stmt.target, "obj", None):
            places.append(stmt.target.index if isinstance(stmt.target, ir.Item) else None)
        if bar in ir.targets(stmt) and not isinstance(stmt, ir.AddAt):
            return False
        return not any(place is None or self.common(index, place, known) for place in places)

    def common(self, index: ir.Expr, other: ir.Expr, known: Counters) -> bool:
        """Whether two indices of one moment may name a common element."""
        a, b = known.spans(index, self.is_int), known.spans(other, self.is_int)
        return not known.apart(a, b, dict.fromkeys(ir.reads(index), 0), known)

    def stands(self, out: list[ir.Stmt], k: int, known: Counters) -> bool:
        """Whether the statement puts back what was read at the place, and is still there."""
        match out[k]:
            case ir.Store(ir.Item(ir.Name(bar), index), ir.Name(name)) if name != bar:
                pass
            case _:
                return False
        for stmt in reversed(out[:k]):
            if isinstance(stmt, ir.Assign) and stmt.target == name:
                return _read_of(stmt.value) == ir.Item(ir.Name(bar), index)
            if name in written_by(stmt) or not self.keeps(stmt, bar, index, known):
                return False
        return False

    def keeps(self, stmt: ir.Stmt, bar: str, index: ir.Expr, known: Counters) -> bool:
        """Whether the place holds the same behind the statement."""
        changed = written_by(stmt)
        if bar not in changed:
            return not ir.reads(index) & changed
        return isinstance(stmt, ir.AddAt | ir.Store) and self.passes(stmt, bar, index, known)


def _read_of(value: ir.Expr) -> ir.Expr:
    """What is read, or copied."""
    match value:
        case ir.Call(ir.Ref(f), (inner,), ()) if f is np.copy:
            return inner
        case _:
            return value
