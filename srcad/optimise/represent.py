"""Read a shape off a value that is there anyway, so that one needed for nothing else can go.

    log = np.log(p)                            (gone)
    g = np.full_like(log, 1.0 / log.size) →    g = np.full_like(p, 1.0 / p.size)

    scores = x[i] @ w                          (gone)
    scores_bar = np.zeros_like(scores)    →    scores_bar = np.zeros(w.shape[1])

In a loop nothing of the same shape may be at hand; there a size is read off a parameter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Dim, Type
from srcad.optimise.writes import count

ZEROS = ir.Ref(np.zeros, "np.zeros")
FILLED = {
    np.zeros_like: ZEROS,
    np.ones_like: ir.Ref(np.ones, "np.ones"),
    np.full_like: ir.Ref(np.full, "np.full"),
}
TypeOf = Callable[[str], Type]


def represent(block: ir.Block, params: frozenset[str], type_of: TypeOf) -> ir.Block:
    """The body with shapes read off what is needed for its values."""
    uses = _Uses()
    uses.block(block, top=True, backward=False)
    wanted = {n for n in uses.shapes - params if not uses.values[n] and _known(type_of(n))}
    if not uses.shapes:
        return block
    sizes = _sizes(params, uses.writes, type_of)
    there = [
        n
        for n in (*sorted(params), *uses.order)
        if n not in wanted and (uses.values[n] or n in params)
    ]
    steady = [n for n in there if uses.writes[n] == (n not in params)]
    change = _Change(wanted, params, steady, sizes, type_of)
    return change.block(block)


def _known(kind: Type) -> bool:
    return isinstance(kind, Array) and kind.ndim > 0 and None not in kind.dims


class _Uses:
    """How often each name is read for its values, and which names for their shapes."""

    def __init__(self) -> None:
        self.values: Counter[str] = Counter()
        self.shapes: set[str] = set()
        self.writes: Counter[str] = Counter()
        self.order: list[str] = []  # names bound at the top of the forward part

    def block(self, block: ir.Block, top: bool, backward: bool) -> None:
        for stmt in block:
            backward = backward or stmt == ir.Note("backward")
            count(self.writes, ir.targets(stmt))
            if top and isinstance(stmt, ir.Assign) and not backward:
                self.order.append(stmt.target)
            for expr in ir.expressions(stmt):
                if not _saves(stmt):
                    self.expr(expr, backward)
            for inner in ir.blocks(stmt):
                self.block(inner, False, backward)

    def expr(self, expr: ir.Expr, backward: bool) -> None:
        name = shape_read(expr)
        if name is not None and backward:
            self.shapes.add(name)
            rest = [c for c in ir.children(expr) if c != ir.Name(name)]
        elif isinstance(expr, ir.Name):
            self.values[expr.id] += backward
            return
        else:
            rest = list(ir.children(expr))
            count(self.values, _held(expr))
        for child in rest:
            self.expr(child, backward)


def _held(expr: ir.Expr) -> tuple[str, ...]:
    if isinstance(expr, ir.Raw):
        return expr.reads
    return expr.captures if isinstance(expr, ir.Closure) else ()


def _saves(stmt: ir.Stmt) -> bool:
    """A push keeps no value by itself: what is popped is read elsewhere."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(_, "append"), (ir.Name(),))):
            return True
        case _:
            return False


def shape_read(expr: ir.Expr) -> str | None:
    """The name of which the expression reads the shape, and dtype, alone."""
    match expr:
        case ir.Attr(ir.Name(name), "shape" | "size"):
            return name
        case ir.Call(ir.Ref(f), (ir.Name(name), *_), ()) if f in FILLED:
            return name
        case _:
            return None


def _sizes(params: frozenset[str], writes: Counter[str], type_of: TypeOf) -> dict[Dim, ir.Expr]:
    """Where each size can be read: `x.shape[0]`; none where several parameters have it."""
    found: dict[Dim, ir.Expr] = {}
    for name in sorted(params):
        kind = type_of(name)
        if writes[name] or not isinstance(kind, Array):
            continue
        for k, dim in enumerate(kind.dims):
            if dim is None:  # a size of which nothing is known is not that of another array
                continue
            found.setdefault(dim, ir.Item(ir.Attr(ir.Name(name), "shape"), ir.Const(k)))
    return found


@dataclass(frozen=True)
class _Change:
    wanted: set[str]
    params: frozenset[str]
    steady: list[str]
    sizes: dict[Dim, ir.Expr]
    type_of: TypeOf

    def block(self, block: ir.Block) -> ir.Block:
        out = []
        backward = False
        for stmt in block:
            backward = backward or stmt == ir.Note("backward")
            out.append(self.statement(stmt) if backward else stmt)
        return tuple(out)

    def statement(self, stmt: ir.Stmt) -> ir.Stmt:
        inner = ir.blocks(stmt)
        if inner:
            new = tuple(tuple(map(self.statement, b)) for b in inner)
            stmt = ir.with_blocks(stmt, new)
        return ir.map_expressions(stmt, self.expr)

    def expr(self, expr: ir.Expr) -> ir.Expr:
        expr = ir.rebuild(expr, self.expr)
        name = shape_read(expr)
        if name is None:
            return expr
        kind = self.type_of(name)
        if name not in self.wanted:
            flat = isinstance(kind, Array) and kind.ndim == 1 and isinstance(expr, ir.Attr)
            known = flat and name not in self.params and expr.name == "size"  # type: ignore[union-attr]
            return self.sizes.get(kind.dims[0], expr) if known else expr  # type: ignore[union-attr]
        for other in self.steady:
            if self.type_of(other) == kind:
                return ir.substitute(expr, {name: ir.Name(other)})
        assert isinstance(kind, Array)
        return self.made(expr, kind) or expr

    def made(self, expr: ir.Expr, kind: Array) -> ir.Expr | None:
        """The expression from the sizes of parameters."""
        sizes = [self.size(d) for d in kind.dims]
        shape = sizes[0] if len(sizes) == 1 else ir.Sequence("tuple", tuple(_all(sizes)))
        if None in sizes or shape is None:
            return None
        match expr:
            case ir.Attr(_, "shape"):
                return ir.Sequence("tuple", tuple(_all(sizes)))
            case ir.Attr(_, "size") if len(sizes) == 1:
                return shape
            case ir.Call(ir.Ref(f), (_, *rest)) if f in FILLED:
                dtype = (
                    {}
                    if kind.dtype == "float64" and f is not np.full_like
                    else {"dtype": ir.Ref(getattr(np, kind.dtype), f"np.{kind.dtype}")}
                    if kind.dtype in vars(np)
                    else None
                )
                return None if dtype is None else algebra.call(FILLED[f], shape, *rest, **dtype)
        return None

    def size(self, dim: Dim) -> ir.Expr | None:
        return self.sizes.get(dim, ir.Const(dim) if isinstance(dim, int) else None)


def _all(sizes: list[ir.Expr | None]) -> list[ir.Expr]:
    return [s for s in sizes if s is not None]
