"""The forward part and its reversal, statement beside statement, before values are saved.

    Step     one forward statement and the backward statements that reverse it
    Branch   an `if` whose arms are such lists
    Loop     a loop; how the backward loop runs, and what it binds anew in each iteration
    Scope    a `with` block
    Attempt  a `try` with what was reached and caught

`weave` turns the list into the two finished blocks and adds the saves that the backward needs.
"""

from __future__ import annotations

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
    """A `try`: `reached` counts the statements that got through, `caught` names the handler."""

    stmt: ir.Try
    body: tuple[tuple[Node, ...], ...]  # statement by statement
    handlers: tuple[tuple[Node, ...], ...]
    orelse: tuple[Node, ...]
    final: tuple[Node, ...]
    reached: str
    caught: str
    zeros: tuple[ir.Block, ...]  # cotangents that must exist even where a statement was not reached


Node = Step | Branch | Loop | Scope | Attempt


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
            case Attempt():
                if any(map(has_backward, parts_of(node))):
                    return True
    return False


def parts_of(node: Attempt) -> tuple[tuple[Node, ...], ...]:
    """Every list of nodes in a `try`."""
    return (*node.body, *node.handlers, node.orelse, node.final)


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
            case Attempt():
                for part in parts_of(node):
                    found |= backward_targets(part)
                found |= {n for z in node.zeros for n in ir.assigned(z)}
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
        case Attempt():
            return frozenset().union(*map(defined, parts_of(node))) | {node.reached, node.caught}
    raise AssertionError(node)


def defined(nodes: tuple[Node, ...]) -> frozenset[str]:
    """The variables that the nodes define."""
    return frozenset().union(*map(defined_in, nodes)) if nodes else frozenset()
