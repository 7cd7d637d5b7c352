"""Keep copies of what the backward part reads, where a later write changes it.

    y = u * w                      w_kept = np.copy(w)
    w[0] = 0.0              →      y = u * w
                                   w[0] = 0.0
                                   …
                                   u_bar = y_bar * w_kept

The forward part stays the user's program: nothing is ever restored.  A copy costs no more than the
operation that read the array.  It is made as early as its contents are there, once for all readers:
behind the last statement that binds or writes the variable, or first in the block.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from srcad.adjoint.sweep import Node, Step
from srcad.adjoint.values import renamed, value_reads
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Element
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, Array, mutable
from srcad.runtime.writes import copied

COPY = ir.Ref(np.copy, "np.copy")
COPIED = ir.Ref(copied, "copied")


@dataclass
class Keeper:
    """The copies of one function; `waiting` are those still to be made, by variable."""

    facts: Inferred
    body: ir.Block
    storage: Storage
    names: Names
    user: frozenset[str]
    waiting: dict[str, str] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)  # views of our own that are made copies

    def __post_init__(self) -> None:
        self.views = self.own_views()

    def own_views(self) -> frozenset[str]:
        """`t = u[1:]` of the compiler's own, which is read before anything changes u.

        Only arithmetic may read it: sums and products of matrices round a copy, which lies
        otherwise in memory, in another order.
        """
        made: dict[str, list[ir.Stmt]] = {}
        if self.storage.still:
            return frozenset()  # no copies are made
        for stmt in ir.walk(self.body):
            for name in ir.targets(stmt):
                made.setdefault(name, []).append(stmt)
            if not _arithmetic(stmt):
                for name in ir.statement_reads(stmt):
                    made.setdefault(name, []).append(stmt)
        return frozenset(
            name
            for name, (stmt, *others) in made.items()
            if not others
            and name not in self.user
            and isinstance(stmt, ir.Assign)
            and self.is_element(stmt.value)
            and not self.storage.outlives(name)
        )

    def is_element(self, value: ir.Expr) -> bool:
        """Whether a value is certainly part of an array."""
        match self.facts.operations.get(id(value)):
            case Element(ir.Name(owner)):
                return isinstance(self.facts.types.get(owner, ANY), Array)
            case _:
                return False

    def changes(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether the arrays of the variable are not the same when it is read backwards."""
        kind = self.facts.types.get(name, ANY)
        if not mutable(kind) or name not in self.facts.types:
            return False
        moved = not isinstance(kind, Array) and self.storage.refilled_after(name, stmt)
        return moved or self.storage.changes_after(name, stmt)

    def behind(self, stmt: ir.Stmt) -> dict[str, str]:
        """The copies that must follow the statement at once, for those who read later.

        Asked before the statement is reversed: what it reads itself waits for an earlier place.
        """
        if not self.waiting:
            return {}
        behind = self.due(ir.bound(stmt) | getattr(stmt, "alters", frozenset()) | _inside(stmt))
        if _may_leave(stmt):  # what follows may not run, and its variables have no value
            behind, self.waiting = {**behind, **self.waiting}, {}
        return behind

    def around(self, stmt: ir.Stmt, nodes: list[Node], behind: dict[str, str]) -> list[Node]:
        """The statement reversed, reading copies, with the copies that follow it."""
        if self.storage.still:
            return nodes
        nodes = [self.step(stmt, n) if isinstance(n, Step) else n for n in nodes]
        if isinstance(stmt, ir.Assign) and stmt.target in self.copied:
            copy = replace(stmt, value=ir.Call(COPY, (stmt.value,)))
            nodes = [_with(n, stmt, copy) for n in nodes]
        return [*nodes, Step(tuple(self.copies(behind)))] if behind else nodes

    def step(self, stmt: ir.Stmt, step: Step) -> Step:
        """The step with its backward part reading copies."""
        table: dict[str, ir.Expr] = {}
        results: dict[str, str] = {}
        for name in sorted(value_reads(step.backward)):
            if self.changes(name, stmt) and name in self.views:
                self.copied.add(name)
            elif self.changes(name, stmt):
                result = name in ir.targets(stmt) and not step.before
                place = results if result else self.waiting
                if name not in place:
                    place[name] = self.fresh(name)
                table[name] = ir.Name(place[name])
        if not table:
            return step
        forward = (*step.forward, *self.copies(results))
        return replace(step, forward=forward, backward=renamed(step.backward, table))

    def fresh(self, name: str) -> str:
        kept = self.names.fresh(f"{name}_kept")
        self.facts.types[kept] = self.facts.types[name]
        return kept

    def due(self, changed: frozenset[str]) -> dict[str, str]:
        """The copies that cannot be made before a statement which changes these variables."""
        found = {n: k for n, k in self.waiting.items() if n in changed}
        self.waiting = {n: k for n, k in self.waiting.items() if n not in changed}
        return found

    def copies(self, which: dict[str, str]) -> list[ir.Stmt]:
        """The statements that make these copies."""
        return [ir.Assign(k, self.copy(n)) for n, k in sorted(which.items())]

    def copy(self, name: str) -> ir.Expr:
        array = isinstance(self.facts.types.get(name, ANY), Array)
        return ir.Call(COPY if array else COPIED, (ir.Name(name),))


def _arithmetic(stmt: ir.Stmt) -> bool:
    """Whether the statement computes each element by itself, in the same way in any layout."""
    match stmt:
        case ir.Assign(_, value) | ir.Store(_, value):
            elementwise = isinstance(value, ir.Binary) and value.op in ("+", "-", "*", "/")
            return elementwise or isinstance(value, ir.Name | ir.Unary)
        case ir.Augment(_, op):
            return op in ("+", "-", "*", "/")
        case _:
            return False


def _may_leave(stmt: ir.Stmt) -> bool:
    """Whether the statement may end the block, or the function, before its end."""
    if isinstance(stmt, ir.Break | ir.Raise | ir.Assert):
        return True
    return any(_may_leave(s) for b in ir.blocks(stmt) for s in b)


def _inside(stmt: ir.Stmt) -> frozenset[str]:
    """What the statements of its blocks write in place."""
    return frozenset().union(
        *(getattr(s, "alters", frozenset()) for b in ir.blocks(stmt) for s in ir.walk(b))
    )


def _with(node: Node, stmt: ir.Stmt, new: ir.Stmt) -> Node:
    """The node with another statement in the forward part."""
    if not isinstance(node, Step):
        return node
    return replace(node, forward=tuple(new if s is stmt else s for s in node.forward))
