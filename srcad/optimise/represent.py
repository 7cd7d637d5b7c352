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
from srcad.ir.records import record
from srcad.ir.types import Array, Dim, Type, counted, of_integer
from srcad.optimise.counts import bindings
from srcad.optimise.halves import backward_start
from srcad.optimise.rewrite import same
from srcad.optimise.signs import SHAPE, TEXT, all_signs, signs

ZEROS = ir.Ref(np.zeros, "np.zeros")
FILLED = {
    np.zeros_like: ZEROS,
    np.ones_like: ir.Ref(np.ones, "np.ones"),
    np.full_like: ir.Ref(np.full, "np.full"),
}
_LOOKED_FOR = frozenset((SHAPE, TEXT, *map(hash, FILLED)))
_SHAPES = _LOOKED_FOR - {TEXT}
TypeOf = Callable[[str], Type]
Names = frozenset[str]


def represent(block: ir.Block, params: frozenset[str], type_of: TypeOf) -> ir.Block:
    """The body with shapes read off what is needed for its values."""
    uses = _Uses(block)
    if not uses.shapes:
        return block
    wanted = {n for n in uses.shapes - params if n not in uses.values and _known(type_of(n))}
    writes = bindings(block)
    sizes = _sizes(params, writes, type_of)
    there = [
        n
        for n in (*sorted(params), *uses.order)
        if n not in wanted and (n in uses.values or n in params)
    ]
    steady = [n for n in there if writes[n] == (n not in params)]
    like: dict[Type, str] = {}
    for name in steady:
        kind = type_of(name)
        if isinstance(kind, Array):
            like.setdefault(kind, name)
    change = _Change(wanted, params, like, sizes, type_of)
    return change.block(block)


def _known(kind: Type) -> bool:
    return isinstance(kind, Array) and kind.ndim > 0 and None not in kind.dims


class _Uses:
    """Which names are read for their values, and which for their shapes."""

    def __init__(self, block: ir.Block) -> None:
        self.values: set[str] = set()
        self.shapes: set[str] = set()
        self.order: list[str] = []  # names bound at the top of the forward part
        start = backward_start(block)
        if start is None or all(_SHAPES.isdisjoint(all_signs(s)) for s in block[start:]):
            return
        for stmt in ir.walk(block[:start]):
            if TEXT in all_signs(stmt):
                for expr in ir.expressions(stmt):
                    self.values |= _read(expr).held
        self.order += [s.target for s in block[:start] if isinstance(s, ir.Assign)]
        for stmt in ir.walk(block[start:]):
            if not _saves(stmt):
                for expr in ir.expressions(stmt):
                    if _LOOKED_FOR.isdisjoint(signs(expr)):
                        self.values |= ir.reads(expr)
                        continue
                    found = _read(expr)
                    self.values |= found.values
                    self.shapes |= found.shapes


@record(frozen=True)
class _Read:
    """What an expression reads for values, for shapes, and inside code that is kept as written."""

    values: Names = frozenset()
    shapes: Names = frozenset()
    held: Names = frozenset()


def _read(expr: ir.Expr) -> _Read:
    if _LOOKED_FOR.isdisjoint(signs(expr)):
        return _Read(ir.reads(expr))
    known: _Read | None = expr._shapes
    if known is not None:
        return known
    if isinstance(expr, ir.Raw):
        found = _Read(ir.reads(expr), held=ir.reads(expr))
    else:
        name = shape_read(expr)
        parts = [c for c in ir.children(expr) if name is None or c != ir.Name(name)]
        inner = list(map(_read, parts))
        own = frozenset(expr.captures) if isinstance(expr, ir.Closure) else frozenset()
        found = _Read(
            own.union(*(r.values for r in inner)),
            frozenset(() if name is None else (name,)).union(*(r.shapes for r in inner)),
            own.union(*(r.held for r in inner)),
        )
    expr._shapes = found  # type: ignore[misc]
    return found


def _saves(stmt: ir.Stmt) -> bool:
    """A push keeps no value by itself: what is popped is read elsewhere."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(_, "append"), (ir.Name(),))):
            return True
        case _:
            return False


def shape_read(expr: ir.Expr) -> str | None:
    """The name of which the expression reads the shape, and dtype, alone."""
    if type(expr) is not ir.Attr and type(expr) is not ir.Call:
        return None
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
        if not writes[name] and of_integer(kind):
            found.setdefault(counted(kind), ir.Name(name))
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
    like: dict[Type, str]  # the first steady array of each type
    sizes: dict[Dim, ir.Expr]
    type_of: TypeOf

    def block(self, block: ir.Block) -> ir.Block:
        start = backward_start(block)
        if start is None:
            return block
        return same(block, (*block[:start], *map(self.statement, block[start:])))

    def statement(self, stmt: ir.Stmt) -> ir.Stmt:
        if _SHAPES.isdisjoint(all_signs(stmt)):
            return stmt
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(stmt, tuple(same(b, [*map(self.statement, b)]) for b in inner))
        return ir.map_expressions(stmt, self.expr)

    def expr(self, expr: ir.Expr) -> ir.Expr:
        if _SHAPES.isdisjoint(signs(expr)):
            return expr
        expr = ir.rebuild(expr, self.expr)
        name = shape_read(expr)
        if name is None:
            return expr
        kind = self.type_of(name)
        if name not in self.wanted:
            flat = isinstance(kind, Array) and kind.ndim == 1 and isinstance(expr, ir.Attr)
            known = flat and name not in self.params and expr.name == "size"  # type: ignore[union-attr]
            return self.sizes.get(kind.dims[0], expr) if known else expr  # type: ignore[union-attr]
        if kind in self.like:
            return ir.substitute(expr, {name: ir.Name(self.like[kind])})
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
