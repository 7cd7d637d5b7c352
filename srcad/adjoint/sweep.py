"""The forward part and its reversal, statement beside statement, before values are saved.

    Step     one forward statement and the backward statements that reverse it
    Branch   an `if` whose arms are such lists
    Loop     a loop; how the backward loop runs, and what it binds anew in each iteration
    Scope    a `with` block
    Attempt  a `try` without handlers: an exception leaves the function
    Record   a `try` with handlers, whose statements note that they ran

`weave` turns the list into the two finished blocks and adds the saves that the backward needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srcad.ir import nodes as ir


@dataclass(frozen=True)
class Step:
    forward: ir.Block
    backward: ir.Block = ()
    before: bool = False  # backward reads the values from before the statement


@dataclass(frozen=True)
class Branch:
    stmt: ir.If
    test: ir.Expr  # what the backward part tests
    then: tuple[Node, ...]
    orelse: tuple[Node, ...]


@dataclass(frozen=True)
class Loop:
    stmt: ir.For | ir.While
    body: tuple[Node, ...]
    target: ir.Target  # of the backward loop
    iterable: ir.Expr
    rebinds: ir.Block = ()  # first in each backward iteration
    last: ir.Block = ()  # last in each backward iteration


@dataclass(frozen=True)
class Scope:
    stmt: ir.With
    body: tuple[Node, ...]
    again: bool  # enter the same context in the backward part


@dataclass(frozen=True)
class Attempt:
    stmt: ir.Try
    body: tuple[Node, ...]
    final: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """One simple statement of a recorded block: its steps are reversed if it ran to its end.

    zeros: the cotangents that it used up, for the statements that ran before;
    unfinished: said where an exception left it half done, which cannot be reversed.
    """

    steps: tuple[Step, ...]
    zeros: ir.Block = ()
    unfinished: str | None = None


@dataclass(frozen=True)
class Frame:
    """A compound statement in a recorded block."""

    stmt: ir.Stmt
    blocks: tuple[tuple[Entry | Frame, ...], ...]


@dataclass(frozen=True)
class Record:
    """A `try` whose statements note in the list `path` that they ran, `step` goes back over it."""

    body: Frame
    path: str
    step: str


Node = Step | Branch | Loop | Scope | Attempt | Record


def written_by(block: ir.Block) -> frozenset[str]:
    """Every variable that the statements bind, nested ones included."""
    return frozenset().union(*map(ir.bound, block))


def has_backward(nodes: tuple[Node, ...]) -> bool:
    """Whether anything is done in the backward part."""
    for node in nodes:
        match node:
            case Step(_, backward):
                if backward:
                    return True
            case Branch(_, _, then, orelse):
                if has_backward(then) or has_backward(orelse):
                    return True
            case Loop(_, body, _, _, _, last):
                if has_backward(body) or last:
                    return True
            case Scope(_, body):
                if has_backward(body):
                    return True
            case Attempt(_, body, final):
                if has_backward(body) or has_backward(final):
                    return True
            case Record(body):
                if any(s.backward for e, _ in entries(body) for s in e.steps):
                    return True
    return False


def entries(frame: Frame, loops: int = 0) -> Iterator[tuple[Entry, int]]:
    """Every entry of a recorded block, and how many of its loops are around."""
    inner = loops + isinstance(frame.stmt, ir.For | ir.While)
    for block in frame.blocks:
        for item in block:
            if isinstance(item, Entry):
                yield item, inner
            else:
                yield from entries(item, inner)


def headers(frame: Frame) -> Iterator[ir.Stmt]:
    """The compound statements of a recorded block."""
    yield frame.stmt
    for block in frame.blocks:
        for item in block:
            if isinstance(item, Frame):
                yield from headers(item)


def backward_of(entry: Entry) -> ir.Block:
    """All that reverses an entry, in no order."""
    return (*(s for step in entry.steps for s in step.backward), *entry.zeros)


def backward_targets(nodes: tuple[Node, ...]) -> set[str]:
    """Every variable that the backward statements bind."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case Step(_, backward):
                found |= ir.assigned(backward)
            case Branch(_, _, then, orelse):
                found |= backward_targets(then) | backward_targets(orelse)
            case Loop(_, body, _, _, rebinds, last):
                found |= backward_targets(body) | ir.assigned((*rebinds, *last))
            case Scope(_, body):
                found |= backward_targets(body)
            case Attempt(_, body, final):
                found |= backward_targets(body) | backward_targets(final)
            case Record(body):
                found |= {n for e, _ in entries(body) for n in ir.assigned(backward_of(e))}
    return found


def defined_in(node: Node) -> frozenset[str]:
    """The variables that a node defines, nested ones included."""
    match node:
        case Step(forward):
            return written_by(forward)
        case Branch(_, _, then, orelse):
            return defined(then) | defined(orelse)
        case Loop(stmt, body):
            return defined(body) | frozenset(ir.targets(stmt))
        case Scope(stmt, body):
            return defined(body) | frozenset(ir.targets(stmt))
        case Attempt(_, body, final):
            return defined(body) | defined(final)
        case Record(body, path):
            steps = [s for e, _ in entries(body) for s in e.steps]
            around = frozenset(n for s in headers(body) for n in ir.targets(s))
            return around.union({path}, *(written_by(s.forward) for s in steps))
    raise AssertionError(node)


def defined(nodes: tuple[Node, ...]) -> frozenset[str]:
    """The variables that the nodes define."""
    return frozenset().union(*map(defined_in, nodes)) if nodes else frozenset()
