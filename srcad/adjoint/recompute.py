"""Compute cheap values again in the backward part of a loop instead of saving them.

    t = r * x               backward reads t        →       backward reads r * x
    x = t * (1 - x)         (saved in every iteration)      (only x is saved)

Cheap are one arithmetic operation or comparison of numbers, a view or an element of an array that
nobody writes, and a shape.  Other arrays are kept: a reference is cheaper than an operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from srcad.adjoint.sweep import (
    Attempt,
    Branch,
    Loop,
    Node,
    Record,
    Scope,
    Step,
    own_definitions,
    parts,
)
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Scalar, Type, is_scalar

TypeOf = Callable[[str], Type]
Known = dict[str, ir.Expr]
CHEAP = {"+", "-", "*", "/"}


def recompute(
    nodes: tuple[Node, ...], type_of: TypeOf, user: frozenset[str], written: frozenset[str]
) -> tuple[Node, ...]:
    """The sweep with cheap temporaries of loop bodies recomputed.

    user: names that the user gave, which are kept; written: names of objects written in place.
    """
    if not any(map(_loops, nodes)):
        return nodes
    counts = Counter(_bound(nodes))
    return _Recompute(type_of, user, counts, written).block(nodes, {}, inside=False)


def _loops(node: Node) -> bool:
    return isinstance(node, Loop) or any(map(_loops, parts(node)))


def _bound(nodes: tuple[Node, ...]) -> list[str]:
    """The variables that are bound, each as often as it is."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Step):
            for stmt in ir.walk(node.forward):
                found += ir.targets(stmt)
        else:
            found += own_definitions(node)
            found += _bound(parts(node))
    return found


class _Recompute:
    def __init__(
        self,
        type_of: TypeOf,
        user: frozenset[str],
        counts: Counter[str],
        written: frozenset[str],
    ) -> None:
        self.type_of, self.user, self.counts, self.written = type_of, user, counts, written

    def block(self, nodes: tuple[Node, ...], known: Known, inside: bool) -> tuple[Node, ...]:
        known = dict(known)
        out: list[Node] = []
        for node in nodes:
            if isinstance(node, Step) and not (inside or known):
                out.append(node)  # nothing is known outside of loops
                continue
            match node:
                case Step():
                    node = self.step(node, known)
                    if inside:
                        self.learn(node, known)
                case Branch():
                    then = self.block(node.then, known, inside)
                    orelse = self.block(node.orelse, known, inside)
                    lasting = dict(known)
                    self.forget(node.defined, lasting)
                    test = ir.substitute(node.test, lasting)
                    node = replace(node, test=test, then=then, orelse=orelse)
                    self.forget(node.defined, known)
                case Loop():
                    lasting = dict(known)
                    self.forget(node.defined, lasting)
                    iterable = ir.substitute(node.iterable, lasting)
                    node = replace(
                        node, iterable=iterable, body=self.block(node.body, lasting, True)
                    )
                    self.forget(node.defined, known)
                case Scope():
                    node = replace(node, body=self.block(node.body, known, inside))
                    self.forget(node.defined, known)
                case Attempt() | Record():
                    self.forget(node.defined, known)
            out.append(node)
        return tuple(out)

    def learn(self, node: Step, known: Known) -> None:
        match node.forward:
            case (ir.Assign(target, value),) if (
                target not in self.user and self.counts.get(target) == 1
            ):
                value = ir.substitute(value, known)
                if size(value) <= 9 and self.cheap(value) and target not in ir.reads(value):
                    known[target] = value

    def cheap(self, value: ir.Expr) -> bool:
        match value:
            case ir.Compare(left, _, rights):
                return self.scalar(left) and all(map(self.scalar, rights))
            case ir.Attr(ir.Name(owner), "shape"):
                return isinstance(self.type_of(owner), Array)
            case ir.Item(ir.Name(owner), index):
                frozen = owner not in self.written
                return frozen and isinstance(self.type_of(owner), Array) and self.view(index)
            case _:
                pass
        return self.scalar(value) and not isinstance(value, ir.Name | ir.Const)

    def scalar(self, expr: ir.Expr) -> bool:
        match expr:
            case ir.Const(value):
                return type(value) in (int, float)
            case ir.Name(name):
                return is_scalar(self.type_of(name))
            case ir.Binary(op, left, right):
                return op in CHEAP and self.scalar(left) and self.scalar(right)
            case ir.Unary("-", operand):
                return self.scalar(operand)
            case ir.Item(ir.Attr(ir.Name(owner), "shape"), ir.Const()):
                return isinstance(self.type_of(owner), Array)
            case ir.Item(ir.Name(owner), index):
                kind = self.type_of(owner)
                flat = isinstance(kind, Array) and kind.ndim == 1 and not _sliced(index)
                return flat and owner not in self.written and self.view(index)
            case _:
                pass
        return False

    def view(self, index: ir.Expr) -> bool:
        """Integers and slices of integers."""
        match index:
            case ir.Const(value):
                return type(value) is int
            case ir.Name(name):
                kind = self.type_of(name)
                return isinstance(kind, Scalar) and kind.kind is int
            case ir.Sequence("tuple", items):
                return all(map(self.view, items))
            case ir.Slice():
                return all(map(self.view, ir.children(index)))
            case ir.Binary(op, left, right):
                return op in "+-*" and self.view(left) and self.view(right)
            case ir.Unary("-", operand):
                return self.view(operand)
            case _:
                pass
        return False

    def step(self, node: Step, known: Known) -> Step:
        written, reads = node.defined, node.reads
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


def _sliced(index: ir.Expr) -> bool:
    return isinstance(index, ir.Slice | ir.Sequence)
