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
