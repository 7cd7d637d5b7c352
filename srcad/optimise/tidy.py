"""Leave out the spreading of a cotangent that the next operation spreads anyway.

    np.full_like(s, g) * (2 * w)                       →     g * (2 * w)      s, w of one shape
    np.broadcast_to(np.expand_dims(g, 1), s.shape) * w →     np.expand_dims(g, 1) * w
    np.full_like(s, 1.0)                               →     np.ones_like(s)
    np.sum(w / c, axis=1, keepdims=True)               →     np.sum(w, axis=1, keepdims=True) / c
    np.sum(w, axis=1, keepdims=True)[:, 0]             →     np.sum(w, axis=1)
    w / c - u / c                                      →     (w - u) / c

Needs the shapes to be known; where they are not, the cotangent is spread.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srcad.adjoint import algebra
from srcad.analysis.elements import index_parts
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar, same_shape
from srcad.optimise.copies import simplify

FULL = ir.Ref(np.full_like, "np.full_like")
ONES = ir.Ref(np.ones_like, "np.ones_like")
SUM = ir.Ref(np.sum, "np.sum")
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
            return _cancelled(_product(expr, type_of))
        case ir.Item(ir.Sequence(kind, items), ir.Const(k)) if _chosen(kind, items, k):
            return items[k]
        case ir.Binary("/", ir.Unary("-", a), b):
            return algebra.neg(_tidy(ir.Binary("/", a, b), type_of))
        case ir.Item(ir.Unary("-", inner), index) if isinstance(type_of(inner), Array):
            return algebra.neg(_tidy(ir.Item(inner, index), type_of))
        case ir.Binary("+" | "-" as op, left, right):
            return _sum_of(op, left, right, type_of)
        case ir.Call(ir.Ref(f), (inner,), (("axis", ir.Const(axis)), *_)) if (
            f is np.sum and type(axis) is int
        ):
            return _pulled_out(expr, inner, axis, type_of)
        case ir.Call(ir.Ref(f), (inner,), ()) if f is np.sum:
            return _scaled(inner, type_of)
        case ir.Item(ir.Call(ir.Ref(f), (inner,), (("axis", axis_), ("keepdims", _))), index) if (
            f is np.sum and _removes(index, axis_, type_of(inner))
        ):
            return algebra.call(SUM, inner, axis=axis_)
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


def _chosen(kind: str, items: tuple[ir.Expr, ...], k: object) -> bool:
    """Whether `(a, b)[k]` is one of the names or constants shown."""
    plain = all(isinstance(i, ir.Name | ir.Const) for i in items)
    return kind != "set" and plain and type(k) is int and -len(items) <= k < len(items)


def _sum_of(op: str, left: ir.Expr, right: ir.Expr, type_of: TypeOf) -> ir.Expr:
    """A summand need not be spread beside one that has the full shape."""
    a, b = spread_value(left), spread_value(right)
    if b is not None and _covers(left, right, type_of):
        right = b
    elif a is not None and _covers(right, left, type_of):
        left = a
    whole = algebra.add(left, right if op == "+" else algebra.neg(right))
    match whole:
        case ir.Binary("+" | "-" as sign, ir.Binary("/", p, c), ir.Binary("/", q, d)) if c == d:
            return ir.Binary("/", ir.Binary(sign, p, q), c)
        case _:
            return whole


def _pulled_out(expr: ir.Call, inner: ir.Expr, axis: int, type_of: TypeOf) -> ir.Expr:
    """Signs, and divisors that do not vary along the axis, leave the sum."""
    match inner:
        case ir.Unary("-", operand):
            return algebra.neg(_pulled_out(expr, operand, axis, type_of))
        case ir.Binary("/", value, divisor) if _steady(divisor, value, axis, type_of):
            summed = _pulled_out(expr, value, axis, type_of)
            if isinstance(summed, ir.Unary):
                return algebra.neg(ir.Binary("/", summed.operand, divisor))
            return ir.Binary("/", summed, divisor)
        case _:
            return ir.Call(expr.func, (inner,), expr.kwargs)


def _scaled(inner: ir.Expr, type_of: TypeOf) -> ir.Expr:
    """A sum over everything: numbers leave it, `np.sum(a * x / b)` is `a * np.sum(x) / b`."""
    match inner:
        case ir.Unary("-", operand):
            return algebra.neg(_scaled(operand, type_of))
        case ir.Binary("/", value, divisor) if is_scalar(type_of(divisor)):
            return ir.Binary("/", _scaled(value, type_of), divisor)
        case ir.Binary("*"):
            factors = _factors(inner)
            scalars = [f for f in factors if is_scalar(type_of(f))]
            arrays = [f for f in factors if f not in scalars]
            if scalars and arrays:
                return algebra.mul(_all(scalars), algebra.call(SUM, _all(arrays)))
        case _:
            pass
    return algebra.call(SUM, inner)


def _all(factors: list[ir.Expr]) -> ir.Expr:
    result: ir.Expr = algebra.ONE
    for factor in factors:
        result = algebra.mul(result, factor)
    return result


def _steady(divisor: ir.Expr, value: ir.Expr, axis: int, type_of: TypeOf) -> bool:
    """Whether `divisor` has size 1 along an axis of `value`, which has the full shape."""
    a, b = type_of(divisor), type_of(value)
    if not isinstance(b, Array) or not -b.ndim <= axis < b.ndim or b.dims[axis] == 1:
        return False
    if is_scalar(a):
        return True
    return isinstance(a, Array) and a.ndim == b.ndim and a.dims[axis] == 1


def _removes(index: ir.Expr, axis: ir.Expr, kind: Type) -> bool:
    """Whether the index takes element 0 along that axis, and all of the others."""
    parts = index_parts(index)
    if not isinstance(kind, Array) or not isinstance(axis, ir.Const) or len(parts) != kind.ndim:
        return False
    whole = ir.Slice(None, None, None)
    k = axis.value % kind.ndim if type(axis.value) is int else -1
    return all(p == (ir.Const(0) if j == k else whole) for j, p in enumerate(parts))


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
    result = _all([*numbers, *scalars, *arrays])
    return algebra.neg(result) if sign < 0 else result


def _cancelled(expr: ir.Expr) -> ir.Expr:
    """`a / x**2 * x` is `a / x`."""
    match expr:
        case ir.Unary("-", inner):
            return algebra.neg(_cancelled(inner))
        case ir.Binary("*", ir.Binary("/", a, ir.Binary("**", x, ir.Const(n))), y) if x == y:
            if type(n) is int and n >= 2:
                return ir.Binary("/", a, x if n == 2 else ir.Binary("**", x, ir.Const(n - 1)))
        case _:
            pass
    return expr


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
        case ir.Call(ir.Ref(f), (_, value), _) if f is np.full:
            return value
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
