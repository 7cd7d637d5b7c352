"""Leave out sums of cotangents that are known to vanish.

    z = s - np.max(s, axis=1, keepdims=True)           log-softmax that cannot overflow
    e = np.exp(z)
    z_bar = g - np.sum(g, axis=1, keepdims=True) / np.sum(e, axis=1, keepdims=True) * e
    m_bar = -np.sum(z_bar, axis=1, keepdims=True)      zero: z_bar sums to nothing along a row
    s_bar = z_bar + m_bar * shares(…)            →     s_bar = z_bar

A function that does not change when all of a row is shifted hands on cotangents that sum to zero
along the row; what the shift was taken from then gets none.  The sum is written out as a linear
combination of smaller sums; it vanishes when every coefficient does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar, same_shape
from srcad.optimise.signs import all_signs, signs
from srcad.optimise.sums import SUM
from srcad.optimise.tidy import spread_value
from srcad.optimise.writes import written_by

_SUM = signs(SUM)
Term = tuple[tuple[ir.Expr, ...], tuple[ir.Expr, ...]]  # what multiplies, what divides
Sum = dict[Term, float]


def vanish(
    body: ir.Block,
    type_of: Callable[[ir.Expr], Type],
    called: Callable[[ir.Expr], Any],
) -> ir.Block:
    """The body without sums that are zero.

    type_of: the type of an expression; called: the function that the expression of a call is.
    """
    summing = (s for s in body if not _SUM.isdisjoint(all_signs(s)))
    if not any(_sums(e) for s in ir.walk(tuple(summing)) for e in ir.expressions(s)):
        return body
    return _Vanish(type_of, called).block(body, {}, frozenset())


def _sums(expr: ir.Expr) -> bool:
    """Whether a cotangent is summed along an axis that is kept."""
    if _SUM.isdisjoint(signs(expr)):
        return False
    match expr:
        case ir.Call(ir.Ref(f), _, (("axis", _), ("keepdims", _))) if f is np.sum:
            return True
        case _:
            return any(map(_sums, ir.children(expr)))


@dataclass(frozen=True)
class _Vanish:
    type_of: Callable[[ir.Expr], Type]
    called: Callable[[ir.Expr], Any]

    def block(self, block: ir.Block, known: dict[str, ir.Expr], zero: frozenset[str]) -> ir.Block:
        """`known` are the definitions that hold at this point; `zero` names hold zeros."""
        out: list[ir.Stmt] = []
        at = _Point(self.type_of, self.called, dict(known), zero)
        for stmt in block:
            changed = written_by(stmt)
            inner = ir.blocks(stmt)
            if inner:
                around = at.after(changed)
                new = tuple(self.block(b, around.known, around.zero) for b in inner)
                stmt = ir.with_blocks(stmt, new)
            elif isinstance(stmt, ir.Assign | ir.AddTo | ir.AddAt):
                value = at.reduced(stmt.value)
                if value is None and not isinstance(stmt, ir.Assign):
                    continue
                nothing = value is None
                if value is not None and value != stmt.value:
                    stmt = replace(stmt, value=value)
                at = at.after(changed)
                if isinstance(stmt, ir.Assign) and stmt.target not in ir.reads(stmt.value):
                    at.known[stmt.target] = stmt.value
                if nothing:
                    at = replace(at, zero=at.zero | {stmt.target})
                out.append(stmt)
                continue
            at = at.after(changed)
            out.append(stmt)
        return tuple(out)


@dataclass(frozen=True)
class _Point:
    """What is known at one point of a block."""

    type_of: Callable[[ir.Expr], Type]
    called: Callable[[ir.Expr], Any]
    known: dict[str, ir.Expr] = field(default_factory=dict)
    zero: frozenset[str] = frozenset()

    def after(self, changed: frozenset[str]) -> _Point:
        """What is still known when these names have changed."""
        known = {
            n: e for n, e in self.known.items() if n not in changed and not ir.reads(e) & changed
        }
        return replace(self, known=known, zero=self.zero - changed)

    # -- leaving out -------------------------------------------------------------------

    def reduced(self, expr: ir.Expr) -> ir.Expr | None:
        """The expression without what is zero; None when nothing is left."""
        match expr:
            case ir.Name(name):
                return None if name in self.zero else expr
            case ir.Unary("-", operand):
                inner = self.reduced(operand)
                return None if inner is None else algebra.neg(inner)
            case ir.Binary("*" | "/" as op, left, right):
                a, b = self.reduced(left), self.reduced(right) if op == "*" else right
                return None if a is None or b is None else ir.Binary(op, a, b)
            case ir.Binary("+" | "-" as op, left, right):
                return self.sum_of(expr, op, self.reduced(left), self.reduced(right))
            case ir.Call(_, (inner, *_)):
                along = self.summed_along(expr)
                if along is not None:
                    total = self.summed(*along)
                    gone = total is not None and not any(total.values())
                    return None if gone else expr
                if spread_value(expr) is inner and self.reduced(inner) is None:
                    return None
            case _:
                pass
        return expr

    def sum_of(
        self, expr: ir.Binary, op: str, a: ir.Expr | None, b: ir.Expr | None
    ) -> ir.Expr | None:
        if a is None and b is None:
            return None
        if a is not None and b is not None:
            return ir.Binary(op, a, b)
        left = a if a is not None else b
        assert left is not None
        if not same_shape(self.type_of(left), self.type_of(expr)):
            return expr
        return left if a is not None or op == "+" else algebra.neg(left)

    # -- sums as linear combinations ---------------------------------------------------

    def summed_along(self, expr: ir.Expr) -> tuple[ir.Expr, int] | None:
        """What `np.sum(x, axis=k, keepdims=True)` sums, and along which axis."""
        match expr:
            case ir.Call(func, (inner,), (("axis", ir.Const(axis)), ("keepdims", ir.Const(True)))):
                if self.called(func) is np.sum and type(axis) is int:
                    return inner, axis
            case ir.Name(name) if name in self.known:
                return self.summed_along(self.known[name])
            case _:
                pass
        return None

    def summed(self, expr: ir.Expr, axis: int) -> Sum | None:
        """Σ of the expression along the axis; None when it cannot be written out."""
        kind = self.type_of(expr)
        if not isinstance(kind, Array) or not -kind.ndim <= axis < kind.ndim:
            return None
        match expr:
            case ir.Name(name) if isinstance(self.known.get(name), ir.Binary | ir.Unary):
                written_out = self.summed(self.known[name], axis)
                return written_out if written_out is not None else self.product(expr, axis)
            case ir.Unary("-", operand):
                return _plus({}, self.summed(operand, axis), -1.0)
            case ir.Binary("+" | "-" as op, left, right):
                if not all(same_shape(self.type_of(p), kind) for p in (left, right)):
                    return None
                first = self.summed(left, axis)
                return _plus(first, self.summed(right, axis), 1.0 if op == "+" else -1.0)
            case _:
                pass
        return self.product(expr, axis)

    def product(self, expr: ir.Expr, axis: int) -> Sum | None:
        """A product: what does not vary along the axis leaves the sum."""
        above: list[ir.Expr] = []
        below: list[ir.Expr] = []
        number = _factors(expr, above, below)
        varying = [f for f in above if not self.steady(f, axis)]
        if not varying or not all(self.steady(f, axis) for f in below):
            return None
        value: ir.Expr = algebra.ONE
        for factor in varying:
            value = algebra.mul(value, factor)
        above = [self.named(f) for f in above if f not in varying]
        above.append(self.named(algebra.call(SUM, value, **_kept(axis))))
        left = []
        for factor in map(self.named, below):
            if factor in above:
                above.remove(factor)
            else:
                left.append(factor)
        return {_term(above, left): number}

    def steady(self, factor: ir.Expr, axis: int) -> bool:
        kind = self.type_of(factor)
        if is_scalar(kind):
            return True
        fits = isinstance(kind, Array) and -kind.ndim <= axis < kind.ndim
        return fits and isinstance(kind, Array) and kind.dims[axis] == 1

    def named(self, factor: ir.Expr) -> ir.Expr:
        """The factor in one form: a sum as it is computed, whatever it is called."""
        along = self.summed_along(factor)
        return factor if along is None else algebra.call(SUM, along[0], **_kept(along[1]))


def _kept(axis: int) -> dict[str, ir.Expr]:
    return {"axis": ir.Const(axis), "keepdims": ir.Const(True)}


def _factors(expr: ir.Expr, above: list[ir.Expr], below: list[ir.Expr]) -> float:
    """Split a product into factors and divisors; its number in front."""
    match expr:
        case ir.Binary("*", left, right):
            return _factors(left, above, below) * _factors(right, above, below)
        case ir.Binary("/", left, right):
            number = _factors(left, above, below)
            return number / n if (n := _factors(right, below, above)) else number
        case ir.Unary("-", operand):
            return -_factors(operand, above, below)
        case ir.Const(value) if type(value) in (int, float) and value:
            return float(value)
        case _:
            pass
    above.append(expr)
    return 1.0


def _term(above: list[ir.Expr], below: list[ir.Expr]) -> Term:
    return tuple(sorted(above, key=repr)), tuple(sorted(below, key=repr))


def _plus(first: Sum | None, second: Sum | None, factor: float) -> Sum | None:
    if first is None or second is None:
        return None
    total = dict(first)
    for term, number in second.items():
        total[term] = total.get(term, 0.0) + factor * number
    return total
