"""Take out of a sum what does not vary in it.

np.sum(-(w / c), axis=1, keepdims=True)      →     -(np.sum(w, axis=1, keepdims=True) / c)
np.sum(w, axis=1, keepdims=True)[:, 0]       →     np.sum(w, axis=1)
np.sum(a * x / b)   a, b: numbers            →     a * np.sum(x) / b
np.sum(x * y)       x, y: float64[n]         →     x @ y
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srcad.adjoint import algebra
from srcad.analysis.elements import index_parts
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar, same_shape
from srcad.optimise.signs import signs

SUM = ir.Ref(np.sum, "np.sum")
_SUM = signs(SUM)
TypeOf = Callable[[ir.Expr], Type]


def simpler_sum(expr: ir.Call | ir.Item, type_of: TypeOf) -> ir.Expr:
    """The sum without what can be taken out of it; another expression as it is."""
    if _SUM.isdisjoint(signs(expr)):
        return expr
    match expr:
        case ir.Call(ir.Ref(f), (inner,), (("axis", ir.Const(axis)), *_)) if f is np.sum:
            return pulled_out(expr, inner, axis, type_of) if type(axis) is int else expr
        case ir.Call(ir.Ref(f), (inner,), ()) if f is np.sum:
            return scaled(inner, type_of)
        case ir.Item(ir.Call(ir.Ref(f), (inner,), (("axis", axis_), ("keepdims", _))), index):
            if f is np.sum and removes(index, axis_, type_of(inner)):
                return algebra.call(SUM, inner, axis=axis_)
        case _:
            pass
    return expr


def pulled_out(expr: ir.Call, inner: ir.Expr, axis: int, type_of: TypeOf) -> ir.Expr:
    """Signs, and divisors that do not vary along the axis, leave the sum."""
    match inner:
        case ir.Unary("-", operand):
            return algebra.neg(pulled_out(expr, operand, axis, type_of))
        case ir.Binary("/", value, divisor) if steady(divisor, value, axis, type_of):
            summed = pulled_out(expr, value, axis, type_of)
            if isinstance(summed, ir.Unary):
                return algebra.neg(ir.Binary("/", summed.operand, divisor))
            return ir.Binary("/", summed, divisor)
        case _:
            return expr if inner is expr.args[0] else ir.Call(expr.func, (inner,), expr.kwargs)


def scaled(inner: ir.Expr, type_of: TypeOf) -> ir.Expr:
    """A sum over everything: numbers leave it, `np.sum(a * x / b)` is `a * np.sum(x) / b`."""
    match inner:
        case ir.Unary("-", operand):
            return algebra.neg(scaled(operand, type_of))
        case ir.Binary("/", value, divisor) if is_scalar(type_of(divisor)):
            return ir.Binary("/", scaled(value, type_of), divisor)
        case ir.Binary("*"):
            factors = factors_of(inner)
            scalars = [f for f in factors if is_scalar(type_of(f))]
            arrays = [f for f in factors if f not in scalars]
            if arrays:
                return algebra.mul(product_of(scalars), summed(arrays, type_of))
        case _:
            pass
    return algebra.call(SUM, inner)


def summed(factors: list[ir.Expr], type_of: TypeOf) -> ir.Expr:
    """The sum of a product of arrays; of vectors it is a product by itself."""
    kinds = [type_of(f) for f in factors]
    first = kinds[0]
    vectors = isinstance(first, Array) and first.ndim == 1 and first.dtype == "float64"
    if len(factors) > 1 and vectors and all(k == first and same_shape(k, first) for k in kinds):
        return ir.Binary("@", product_of(factors[:-1]), factors[-1])
    return algebra.call(SUM, product_of(factors))


def steady(divisor: ir.Expr, value: ir.Expr, axis: int, type_of: TypeOf) -> bool:
    """Whether `divisor` has size 1 along an axis of `value`, which has the full shape."""
    a, b = type_of(divisor), type_of(value)
    if not isinstance(b, Array) or not -b.ndim <= axis < b.ndim or b.dims[axis] == 1:
        return False
    if is_scalar(a):
        return True
    return isinstance(a, Array) and a.ndim == b.ndim and a.dims[axis] == 1


def removes(index: ir.Expr, axis: ir.Expr, kind: Type) -> bool:
    """Whether the index takes element 0 along that axis, and all of the others."""
    parts = index_parts(index)
    if not isinstance(kind, Array) or not isinstance(axis, ir.Const) or len(parts) != kind.ndim:
        return False
    whole = ir.Slice(None, None, None)
    k = axis.value % kind.ndim if type(axis.value) is int else -1
    return all(p == (ir.Const(0) if j == k else whole) for j, p in enumerate(parts))


def factors_of(expr: ir.Expr) -> list[ir.Expr]:
    """The factors of a product, in order."""
    if isinstance(expr, ir.Binary) and expr.op == "*":
        return [*factors_of(expr.left), *factors_of(expr.right)]
    return [expr]


def product_of(factors: list[ir.Expr]) -> ir.Expr:
    """The product of the factors, in order."""
    result: ir.Expr = algebra.ONE
    for factor in factors:
        result = algebra.mul(result, factor)
    return result
