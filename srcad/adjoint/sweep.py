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

from srcad.ir import nodes as ir
from srcad.ir.records import record


class _Node:
    """What is asked of a node again and again is found once."""

    @property
    def definitions(self) -> tuple[str, ...]:
        """The variables that it defines, nested ones included, each as often as it is bound."""
        return tuple(_definitions(self))  # type: ignore[arg-type]

    @property
    def defined(self) -> frozenset[str]:
        """The same, each once."""
        known: dict[str, frozenset[str]] = self.__dict__
        if "_defined" not in known:
            inner = (part.defined for part in parts(self))  # type: ignore[arg-type]
            known["_defined"] = frozenset(own_definitions(self)).union(*inner)  # type: ignore[arg-type]
        return known["_defined"]


@record(frozen=True)
class Step(_Node):
    forward: ir.Block
    backward: ir.Block = ()
    before: bool = False  # backward reads the values from before the statement

    @property
    def defined(self) -> frozenset[str]:
        return written_by(self.forward)

    @property
    def reads(self) -> frozenset[str]:
        """The variables that the backward statements read before binding them."""
        known: dict[str, frozenset[str]] = self.__dict__
        if "_reads" not in known:
            known["_reads"] = ir.free_reads(self.backward)
        return known["_reads"]


@record(frozen=True)
class Branch(_Node):
    stmt: ir.If
    test: ir.Expr  # what the backward part tests
    then: tuple[Node, ...]
    orelse: tuple[Node, ...]


@record(frozen=True)
class Loop(_Node):
    stmt: ir.For | ir.While
    body: tuple[Node, ...]
    target: ir.Target  # of the backward loop
    iterable: ir.Expr
    rebinds: ir.Block = ()  # first in each backward iteration
    last: ir.Block = ()  # last in each backward iteration


@record(frozen=True)
class Scope(_Node):
    stmt: ir.With
    body: tuple[Node, ...]
    again: bool  # enter the same context in the backward part


@record(frozen=True)
class Attempt(_Node):
    stmt: ir.Try
    body: tuple[Node, ...]
    final: tuple[Node, ...]


@record(frozen=True)
class Entry:
    """One simple statement of a recorded block: its steps are reversed if it ran to its end.

    zeros: the cotangents that it used up, for the statements that ran before;
    unfinished: said where an exception left it half done, which cannot be reversed.
    """

    steps: tuple[Step, ...]
    zeros: ir.Block = ()
    unfinished: str | None = None


@record(frozen=True)
class Frame:
    """A compound statement in a recorded block."""

    stmt: ir.Stmt
    blocks: tuple[tuple[Entry | Frame, ...], ...]


@record(frozen=True)
class Record(_Node):
    """A `try` whose statements note in the list `path` that they ran, `step` goes back over it."""

    body: Frame
    path: str
    step: str


Node = Step | Branch | Loop | Scope | Attempt | Record


def written_by(block: ir.Block) -> frozenset[str]:
    """Every variable that the statements bind, nested ones included."""
    if len(block) == 1:
        return ir.bound(block[0])
    return frozenset().union(*map(ir.bound, block))


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes of the blocks of a node."""
    if isinstance(node, Step):
        return ()
    match node:
        case Branch(_, _, then, orelse):
            return (*then, *orelse)
        case Attempt(_, body, final):
            return (*body, *final)
        case Loop(_, body) | Scope(_, body):
            return body
        case _:
            return ()


def has_backward(nodes: tuple[Node, ...]) -> bool:
    """Whether anything is done in the backward part."""
    for node in nodes:
        match node:
            case Step(_, backward) | Loop(last=backward):
                here = bool(backward)
            case Record(body):
                here = any(s.backward for e, _ in entries(body) for s in e.steps)
            case _:
                here = False
        if here or has_backward(parts(node)):
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
        found |= backward_targets(parts(node))
        match node:
            case Step(_, backward):
                found |= ir.assigned(backward)
            case Loop(rebinds=rebinds, last=last):
                found |= ir.assigned((*rebinds, *last))
            case Record(body):
                found |= {n for e, _ in entries(body) for n in ir.assigned(backward_of(e))}
            case _:
                pass
    return found


def definitions(nodes: tuple[Node, ...]) -> Iterator[str]:
    """The variables that the nodes define, each as often as a statement binds it."""
    for node in nodes:
        yield from node.definitions


def _definitions(node: Node) -> Iterator[str]:
    yield from own_definitions(node)
    yield from definitions(parts(node))


def own_definitions(node: Node) -> Iterator[str]:
    """The variables that a node defines itself, its blocks apart."""
    match node:
        case Step(forward):
            yield from _bindings(forward)
        case Loop(stmt) | Scope(stmt):
            yield from ir.targets(stmt)
        case Record(body, path):
            yield path
            for around in headers(body):
                yield from ir.targets(around)
            for entry, _ in entries(body):
                for step in entry.steps:
                    yield from _bindings(step.forward)
        case _:
            pass


def _bindings(block: ir.Block) -> Iterator[str]:
    for stmt in ir.walk(block):
        yield from ir.targets(stmt)


def defined_in(node: Node) -> frozenset[str]:
    """The variables that a node defines, nested ones included."""
    return node.defined


def defined(nodes: tuple[Node, ...]) -> frozenset[str]:
    """The variables that the nodes define."""
    return frozenset().union(*(node.defined for node in nodes))
