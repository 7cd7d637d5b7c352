"""Leave out zeros that nobody reads, and write at once what is added to zeros.

c_bar[i] = 0.0                 (gone: every iteration has its own i, and c_bar is not read later)

u_bar[1:] = 0.0
u_bar[1:] += g * u     →       u_bar[1:] = g * u
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srcad.analysis.elements import index_parts
from srcad.analysis.liveness import Liveness, liveness
from srcad.ir import nodes as ir
from srcad.optimise.halves import backward_start
from srcad.optimise.writes import written_by

ZERO = ir.Const(0.0)
Loops = tuple[ir.For, ...]


def overwrite(body: ir.Block) -> ir.Block:
    """The body with fewer zeros written in its backward part."""
    start = backward_start(body)
    if start is None or not any(_zeroed(s) for s in ir.walk(body[start:])):
        return body
    gone = set(_unread(body[start:], liveness(body, frozenset()), ()))
    return (*body[:start], *_at_once(_without(body[start:], gone)))


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


def _unread(block: ir.Block, live: Liveness, around: Loops) -> Iterator[int]:
    """The ids of statements that write zeros for nobody."""
    for stmt in block:
        if isinstance(stmt, ir.For):
            zeroed = {b for s in ir.walk(stmt.body) if (b := _zeroed(s))}
            for bar in sorted(zeroed - live.after.get(id(stmt), frozenset())):
                yield from _of(bar, stmt)
        for inner in ir.blocks(stmt):
            yield from _unread(inner, live, around)


def _of(bar: str, loop: ir.For) -> Iterator[int]:
    """The zeros of one buffer in a loop behind which it is dead."""
    mentions = list(_mentions(bar, loop, (loop,)))
    if not mentions or any(chain != mentions[0][0] for chain, _, _ in mentions):
        return
    chain, block, _ = mentions[0]
    counters = [s.target for s in chain]
    if not all(_steps(s) for s in chain) or set(counters) & ir.assigned(chain[-1].body):
        return
    indices = {i for _, _, i in mentions}
    if len(indices) != 1 or (index := indices.pop()) is None:
        return
    parts = index_parts(index)
    last = max(k for k, s in enumerate(block) if bar in ir.all_reads(s) | written_by(s))
    if _zeroed(block[last]) == bar and all(ir.Name(str(c)) in parts for c in counters):
        yield id(block[last])


def _steps(loop: ir.For) -> bool:
    """Whether the loop counts through different numbers."""
    counted = loop.iterable
    match counted:
        case ir.Call(func, (ir.Call() as inner,)) if _named(func, "reversed"):
            counted = inner
        case _:
            pass
    match counted:
        case ir.Call(func, args, ()) if _named(func, "range"):
            return isinstance(loop.target, str) and _from_zero(args)
        case _:
            return False


def _from_zero(bounds: tuple[ir.Expr, ...]) -> bool:
    """No number below zero, which would name an element from the other end a second time."""
    match bounds:
        case (_,):
            return True
        case (ir.Const(int() as first), _) | (ir.Const(int() as first), _, ir.Const(1)):
            return first >= 0
        case (_, ir.Const(int() as stop), ir.Const(int() as step)):
            return step < 0 and stop >= -1
        case _:
            return False


def _named(func: ir.Expr, name: str) -> bool:
    return func == ir.Name(name) or (isinstance(func, ir.Ref) and func.text == name)


def _mentions(
    bar: str, loop: ir.For, chain: Loops
) -> Iterator[tuple[Loops, ir.Block, ir.Expr | None]]:
    """Where a loop mentions the buffer: the loops around, the block, and the index if any."""
    for stmt in loop.body:
        if isinstance(stmt, ir.For):
            yield from _mentions(bar, stmt, (*chain, stmt))
            if bar in ir.reads(stmt.iterable):
                yield chain, loop.body, None
        elif ir.blocks(stmt):
            if bar in ir.all_reads(stmt) | written_by(stmt):
                yield chain, loop.body, None
        else:
            for index in _indices(bar, stmt):
                yield chain, loop.body, index


def _indices(bar: str, stmt: ir.Stmt) -> Iterator[ir.Expr | None]:
    if bar in ir.targets(stmt):
        yield stmt.index if isinstance(stmt, ir.AddAt) else None
    stack = list(ir.expressions(stmt))
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


def _at_once(block: ir.Block) -> ir.Block:
    out = [ir.with_blocks(s, tuple(map(_at_once, ir.blocks(s)))) for s in block]
    for k, stmt in enumerate(out):
        bar = _zeroed(stmt)
        place = _sum_behind(out, k, bar) if bar else None
        if place is not None:
            added = out[place]
            assert isinstance(stmt, ir.Store) and isinstance(added, ir.AddAt)
            value = added.value if added.op == "+" else ir.Unary("-", added.value)
            out[place] = replace(stmt, value=value)
            out[k] = ir.Note("")
    return tuple(s for s in out if s != ir.Note(""))


def _sum_behind(out: list[ir.Stmt], k: int, bar: str) -> int | None:
    """Where the first sum into the zeros stands, if nothing reads them before."""
    zero = out[k]
    assert isinstance(zero, ir.Store) and isinstance(zero.target, ir.Item)
    for j in range(k + 1, len(out)):
        stmt = out[j]
        if isinstance(stmt, ir.AddAt) and stmt.target == bar:
            reads = ir.reads(stmt.value) | ir.reads(stmt.index)
            return j if stmt.index == zero.target.index and bar not in reads else None
        mentioned = ir.all_reads(stmt) | written_by(stmt)
        if bar in mentioned or ir.reads(zero.target.index) & written_by(stmt):
            return None
    return None
