"""Refuse iterators that are asked after something they read has changed.

    pairs = zip(xs, ys)         a list is made of it here …
    xs.append(3.0)              … and this would be missing in it: refused
    s = sum(a * b for a, b in pairs)

What is asked before anything changes, `dict(zip(xs, ys))` or a loop that writes nothing of it, is a
list as well as an iterator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srcad import errors
from srcad.analysis.effects import aliases
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Invoke
from srcad.ir import nodes as ir
from srcad.ir.types import Clo
from srcad.runtime.substitutes import EXHAUSTED, pairs_of
from srcad.runtime.walks import walked

_LISTED = EXHAUSTED | {pairs_of}
LATE = (
    "`{maker}` hands out its items when they are asked for, and what they are made of changes "
    "before that, here. Make a list of them first: `list({maker}(...))`."
)


def refuse_late(facts: Inferred, body: ir.Block) -> None:
    """Refuse what is written between an iterator and the last place that asks it."""
    makers = [s for s in ir.walk(body) if isinstance(s, ir.Assign) and _made(facts, s) is not None]
    if makers:
        where = _Where(list(_lines(body, ())))
        for stmt in makers:
            _look(facts, body, where, stmt)


@dataclass(frozen=True)
class _Where:
    """The statements as they stand in the text, each with the loops around it, by id."""

    lines: list[tuple[ir.Stmt, tuple[int, ...]]]

    def place(self, stmt: ir.Stmt) -> int:
        return next(k for k, (s, _) in enumerate(self.lines) if s is stmt)

    def inside(self, loop: int) -> list[int]:
        """The places of what stands in a loop, and of the loop itself."""
        return [k for k, (s, around) in enumerate(self.lines) if id(s) == loop or loop in around]

    def until(self, first: int, readers: list[int]) -> list[int]:
        """What may run between a statement and the last of those that come behind it."""
        own = set(self.lines[first][1])
        last = first
        for k in readers:
            stmt, around = self.lines[k]
            again = [loop for loop in around if loop not in own or k <= first]
            inner = self.inside(again[0]) if again else [k]
            inner += self.inside(id(stmt)) if isinstance(stmt, ir.For) else []
            if k <= first:  # in the next iteration
                return inner
            last = max(last, *inner)
        return list(range(first + 1, last + 1))


def _lines(block: ir.Block, loops: tuple[int, ...]) -> Iterator[tuple[ir.Stmt, tuple[int, ...]]]:
    for stmt in block:
        yield stmt, loops
        inner = (*loops, id(stmt)) if isinstance(stmt, ir.For | ir.While) else loops
        for part in ir.blocks(stmt):
            yield from _lines(part, inner)


def _made(facts: Inferred, stmt: ir.Assign) -> Invoke | None:
    """The call that makes a list in place of an iterator."""
    operation = facts.operations.get(id(stmt.value))
    known = isinstance(operation, Invoke) and operation.unit.function in _LISTED
    return operation if known else None  # type: ignore[return-value]


def _look(facts: Inferred, body: ir.Block, where: _Where, maker: ir.Assign) -> None:
    operation = _made(facts, maker)
    assert operation is not None
    names = _holders(facts, body, maker, operation)
    first = where.place(maker)
    readers = [
        k
        for k, (s, _) in enumerate(where.lines)
        if s is not maker and names & frozenset().union(*map(ir.reads, ir.expressions(s)))
    ]
    given = frozenset().union(*map(ir.reads, operation.args))
    kinds = (facts.types.get(n) for n in given)
    held = frozenset(n for k in kinds if isinstance(k, Clo) for n, _ in k.captures)
    effects = maker.alters
    for k in where.until(first, readers):
        stmt = where.lines[k][0]
        changed: frozenset[str] = getattr(stmt, "alters", frozenset()) & given
        changed |= frozenset(ir.targets(stmt)) & held
        touched = frozenset(ir.statement_reads(stmt)) & effects
        if (k not in readers or ir.blocks(stmt)) and (changed or touched - names):
            raise errors.UnsupportedMutation(
                LATE.format(maker=_said(operation)),
                facts.unit.place(getattr(stmt, "at", None)),
            )


def _said(operation: Invoke) -> str:
    """The iterator as the user made it."""
    if operation.unit.function is pairs_of:
        return ".items"
    return str(operation.unit.name).removesuffix("_list")


def _holders(
    facts: Inferred, body: ir.Block, maker: ir.Assign, operation: Invoke
) -> frozenset[str]:
    """The variables that may be the iterator, or hold it."""
    reads = [s for s in ir.walk(body) if maker.target in ir.statement_reads(s)]
    if len(reads) == 1 and _asks(reads[0], maker.target):
        return frozenset({maker.target})
    points = aliases(facts, body)
    taken = frozenset().union(*(points.reach(n) for a in operation.args for n in ir.reads(a)))
    own = points.itself(maker.target) - taken
    return frozenset(n for n in facts.types if points.reach(n) & own) | {maker.target}


def _asks(stmt: ir.Stmt, name: str) -> bool:
    """Whether a statement takes all items at once."""
    match stmt:
        case ir.For() | ir.Unpack(_, ir.Name()):
            return True
        case ir.Assign(_, ir.Call(ir.Ref(function))) if function is walked:
            return False
        case ir.Assign(_, ir.Call(func)) | ir.Effect(ir.Call(func)):
            return isinstance(func, ir.Ref)
        case _:
            return False
