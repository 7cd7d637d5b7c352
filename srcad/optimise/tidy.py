"""Leave out the spreading of a cotangent that the next operation spreads anyway.

    np.full_like(s, g) * (2 * w)                       →     g * (2 * w)      s, w of one shape
    np.broadcast_to(np.expand_dims(g, 1), s.shape) * w →     np.expand_dims(g, 1) * w
    np.full_like(s, 1.0)                               →     np.ones_like(s)

Needs the shapes to be known; where they are not, the cotangent is spread.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar, same_shape
from srcad.optimise.copies import simplify

FULL = ir.Ref(np.full_like, "np.full_like")
ONES = ir.Ref(np.ones_like, "np.ones_like")
TypeOf = Callable[[ir.Expr], Type]


def tidier(type_of: TypeOf) -> Callable[[ir.Expr], ir.Expr]:
    """A function that simplifies one expression, given the types of the variables."""

    def tidy(expr: ir.Expr) -> ir.Expr:
        return _tidy(simplify(expr), type_of)

    return tidy


def _tidy(expr: ir.Expr, type_of: TypeOf) -> ir.Expr:
    expr = ir.rebuild(expr, lambda e: _tidy(e, type_of))
    match expr:
        case ir.Binary("*"):
            return _product(expr, type_of)
        case ir.Binary("/", left, right):
            inner = spread_value(left)
            if inner is not None and _covers(right, left, type_of):
                return ir.Binary("/", inner, right)
        case ir.Unary("-", operand):
            inner = spread_value(operand)
            if inner is not None and isinstance(operand, ir.Call):
                return _with_value(operand, algebra.neg(inner))
        case ir.Call(ir.Ref(f), (x, ir.Const(1.0)), ()) if f is np.full_like:
            return algebra.call(ONES, x)
    return expr


def _product(expr: ir.Expr, type_of: TypeOf) -> ir.Expr:
    """Numbers first, then scalars, then arrays; spreads go where an array has the full shape."""
    factors = _factors(expr)
    sign = 1
    for k, factor in enumerate(factors):
        if isinstance(factor, ir.Unary) and factor.op == "-":
            sign, factors[k] = -sign, factor.operand
    changed = sign < 0
    for k, factor in enumerate(factors):
        inner = spread_value(factor)
        others = [f for j, f in enumerate(factors) if j != k]
        if inner is not None and any(_covers(o, factor, type_of) for o in others):
            factors[k], changed = inner, True
    if not changed and len(factors) < 3:
        return expr
    numbers = [f for f in factors if isinstance(f, ir.Const)]
    rest = [f for f in factors if not isinstance(f, ir.Const)]
    scalars = [f for f in rest if is_scalar(type_of(f))]
    arrays = [f for f in rest if not is_scalar(type_of(f))]
    result: ir.Expr = algebra.ONE
    for factor in (*numbers, *scalars, *arrays):
        result = algebra.mul(result, factor)
    return algebra.neg(result) if sign < 0 else result


def _factors(expr: ir.Expr) -> list[ir.Expr]:
    if isinstance(expr, ir.Binary) and expr.op == "*":
        return [*_factors(expr.left), *_factors(expr.right)]
    return [expr]


def _with_value(call: ir.Call, value: ir.Expr) -> ir.Expr:
    if isinstance(call.func, ir.Ref) and call.func.value in (np.full_like, np.ones_like):
        return algebra.call(FULL, call.args[0], value)
    return ir.Call(call.func, (value, call.args[1]))


def spread_value(expr: ir.Expr) -> ir.Expr | None:
    """What a spreading call spreads."""
    match expr:
        case ir.Call(ir.Ref(f), (_, value), ()) if f is np.full_like:
            return value
        case ir.Call(ir.Ref(f), (_,), ()) if f is np.ones_like:
            return algebra.ONE
        case ir.Call(ir.Ref(f), (value, ir.Attr(_, "shape")), ()) if f is np.broadcast_to:
            return value
    return None


def spread_like(expr: ir.Expr) -> ir.Expr | None:
    """The array whose shape the spreading call fills."""
    match expr:
        case ir.Call(ir.Ref(f), (like, *_), ()) if f in (np.full_like, np.ones_like):
            return like
        case ir.Call(ir.Ref(f), (_, ir.Attr(like, "shape")), ()) if f is np.broadcast_to:
            return like
    return None


def _covers(other: ir.Expr, spread: ir.Expr, type_of: TypeOf) -> bool:
    """Whether the other factor alone has the full shape, and a dtype no smaller."""
    like = spread_like(spread)
    if like is None or spread_value(other) is not None:
        return False
    a, b = type_of(other), type_of(like)
    if not isinstance(a, Array) or not isinstance(b, Array) or not same_shape(a, b):
        return False
    return a.dtype == b.dtype
