"""Compute cheap scalars again in the backward part of a loop instead of saving them.

    t = r * x               backward reads t        →       backward reads r * x
    x = t * (1 - x)         (saved in every iteration)      (only x is saved)

One arithmetic operation costs what one save and restore cost, and the values it needs are mostly
needed anyway.  Arrays are kept: a reference is cheaper than an operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad.adjoint.sweep import Attempt, Branch, Loop, Node, Scope, Step
from srcad.ir import nodes as ir
from srcad.ir.types import Type, is_scalar

TypeOf = Callable[[str], Type]
Known = dict[str, ir.Expr]
CHEAP = {"+", "-", "*"}


def recompute(nodes: tuple[Node, ...], type_of: TypeOf, user: frozenset[str]) -> tuple[Node, ...]:
    """The sweep with cheap temporaries of loop bodies recomputed; the user's names are kept."""
    counts: dict[str, int] = {}
    _count(nodes, counts)
    return _Recompute(type_of, user, counts).block(nodes, {}, inside=False)


def _count(nodes: tuple[Node, ...], counts: dict[str, int]) -> None:
    for node in nodes:
        match node:
            case Step(forward):
                for s in ir.walk(forward):
                    for name in ir.targets(s):
                        counts[name] = counts.get(name, 0) + 1
            case Branch(_, _, then, orelse):
                _count(then, counts)
                _count(orelse, counts)
            case Loop(_, body) | Scope(_, body):
                _count(body, counts)
            case Attempt():
                for part in (*node.body, *node.handlers, node.orelse, node.final):
                    _count(part, counts)


class _Recompute:
    def __init__(self, type_of: TypeOf, user: frozenset[str], counts: dict[str, int]) -> None:
        self.type_of, self.user, self.counts = type_of, user, counts

    def block(self, nodes: tuple[Node, ...], known: Known, inside: bool) -> tuple[Node, ...]:
        known = dict(known)
        out: list[Node] = []
        for node in nodes:
            match node:
                case Step():
                    node = self.step(node, known)
                    if inside:
                        self.learn(node, known)
                case Branch():
                    then = self.block(node.then, known, inside)
                    orelse = self.block(node.orelse, known, inside)
                    node = replace(node, then=then, orelse=orelse)
                    self.forget(_written((node,)), known)
                case Loop():
                    lasting = dict(known)
                    self.forget(_written((node,)), lasting)
                    node = replace(node, body=self.block(node.body, lasting, True))
                    self.forget(_written((node,)), known)
                case Scope():
                    node = replace(node, body=self.block(node.body, known, inside))
                    self.forget(_written((node,)), known)
                case Attempt():
                    self.forget(_written((node,)), known)
            out.append(node)
        return tuple(out)

    def learn(self, node: Step, known: Known) -> None:
        match node.forward:
            case (ir.Assign(target, value),) if (
                target not in self.user and self.counts.get(target) == 1 and self.cheap(value)
            ):
                value = ir.substitute(value, known)
                if size(value) <= 7 and target not in ir.reads(value):
                    known[target] = value

    def cheap(self, value: ir.Expr) -> bool:
        match value:
            case ir.Binary(op, left, right):
                return op in CHEAP and self.scalar(left) and self.scalar(right)
            case ir.Unary("-", operand):
                return self.scalar(operand)
        return False

    def scalar(self, expr: ir.Expr) -> bool:
        if isinstance(expr, ir.Const):
            return type(expr.value) in (int, float)
        return isinstance(expr, ir.Name) and is_scalar(self.type_of(expr.id))

    def step(self, node: Step, known: Known) -> Step:
        written = _written((node,))
        reads = ir.free_reads(node.backward)
        usable = {n: e for n, e in known.items() if n in reads}
        clash = {n for n, e in usable.items() if ir.reads(e) & written}
        if clash:
            # the backward statements must see the values from before this statement
            if reads & written and not node.before:
                usable = {n: e for n, e in usable.items() if n not in clash}
            else:
                node = replace(node, before=True)
        if usable:
            backward = tuple(
                ir.map_expressions(s, lambda e: ir.substitute(e, usable)) for s in node.backward
            )
            if not any(ir.blocks(s) for s in node.backward):
                node = replace(node, backward=backward)
        self.forget(written, known)
        return node

    def forget(self, written: frozenset[str], known: Known) -> None:
        for name in [n for n, e in known.items() if n in written or ir.reads(e) & written]:
            del known[name]


def size(expr: ir.Expr) -> int:
    """The number of names, numbers and operations."""
    return 1 + sum(map(size, ir.children(expr)))


def _written(nodes: tuple[Node, ...]) -> frozenset[str]:
    from srcad.adjoint.weave import defined

    return defined(nodes)
