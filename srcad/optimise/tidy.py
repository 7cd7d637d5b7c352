"""Leave out the spreading of a cotangent that the next operation spreads anyway.

    np.full_like(s, g) * (2 * w)                       →     g * (2 * w)      s, w of one shape
    np.broadcast_to(np.expand_dims(g, 1), s.shape) * w →     np.expand_dims(g, 1) * w
    np.full_like(s, 1.0)                               →     np.ones_like(s)
    w / c - u / c                                      →     (w - u) / c

Needs the shapes to be known; where they are not, the cotangent is spread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Type, is_scalar, same_shape
from srcad.optimise.rewrite import Rewriter
from srcad.optimise.simplify import simplifier
from srcad.optimise.sums import factors_of, product_of, simpler_sum
from srcad.optimise.truths import maybe_truth

FULL = ir.Ref(np.full_like, "np.full_like")
ONES = ir.Ref(np.ones_like, "np.ones_like")
SPREADING = frozenset(map(hash, (np.full_like, np.ones_like, np.full, np.broadcast_to)))
TypeOf = Callable[[ir.Expr], Type]
Tidy = Callable[[ir.Expr], ir.Expr]


def tidier(
    type_of: TypeOf, simpler: Callable[[ir.Expr], ir.Expr] | None = None
) -> Callable[[ir.Expr], ir.Expr]:
    """A function that simplifies one expression, given the types of the variables."""
    simpler = simpler or simplifier(type_of)

    def step(expr: ir.Expr, tidy: Rewriter) -> ir.Expr:
        handle = _STEPS.get(type(expr))
        return expr if handle is None else handle(expr, type_of, tidy)

    tidy = Rewriter(step)
    return lambda expr: tidy(simpler(expr))


def _binary(expr: ir.Binary, type_of: TypeOf, tidy: Tidy) -> ir.Expr:
    op, left, right = expr.op, expr.left, expr.right
    if op == "*":
        return _cancelled(_product(expr, type_of))
    if op in "+-":
        whole = _sum_of(op, left, right, type_of)
        same = isinstance(whole, ir.Binary) and whole.op == op
        same = same and whole.left is left and whole.right is right  # type: ignore[union-attr]
        return expr if same else whole
    if op == "/":
        if type(left) is ir.Unary and left.op == "-":
            return algebra.neg(tidy(ir.Binary("/", left.operand, right)))
        spread = spread_value(left)
        if spread is not None and _covers(right, left, type_of):
            return ir.Binary("/", spread, right)
    return expr


def _unary(expr: ir.Unary, type_of: TypeOf, tidy: Tidy) -> ir.Expr:
    operand = expr.operand
    if expr.op == "-" and isinstance(operand, ir.Call):
        spread = spread_value(operand)
        if spread is not None:
            return _with_value(operand, algebra.neg(spread))
    return expr


def _call(expr: ir.Call, type_of: TypeOf, tidy: Tidy) -> ir.Expr:
    match expr:
        case ir.Call(ir.Ref(f), (x, ir.Const(1.0)), ()) if f is np.full_like:
            return algebra.call(ONES, x)
        case _:
            return simpler_sum(expr, type_of)


def _item(expr: ir.Item, type_of: TypeOf, tidy: Tidy) -> ir.Expr:
    match expr:
        case ir.Item(ir.Sequence(kind, items), ir.Const(k)) if _chosen(kind, items, k):
            chosen: ir.Expr = items[k]
            return chosen
        case ir.Item(ir.Unary("-", inner), index) if isinstance(type_of(inner), Array):
            return algebra.neg(tidy(ir.Item(inner, index)))
        case _:
            return simpler_sum(expr, type_of)


_STEPS: dict[type, Callable[[Any, TypeOf, Tidy], ir.Expr]] = {
    ir.Binary: _binary, ir.Unary: _unary, ir.Call: _call, ir.Item: _item,
}  # fmt: skip


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


_WHOLE = frozenset((ir.Name, ir.Const, ir.Item, ir.Attr))  # neither products nor spreads


def _product(expr: ir.Binary, type_of: TypeOf) -> ir.Expr:
    """Numbers first, then scalars, then arrays; spreads go where an array has the full shape."""
    if type(expr.left) in _WHOLE and type(expr.right) in _WHOLE:
        return expr
    factors = factors_of(expr)
    sign = 1
    for k, factor in enumerate(factors):
        if isinstance(factor, ir.Unary) and factor.op == "-":
            sign, factors[k] = -sign, factor.operand
    changed = sign < 0
    for k, factor in enumerate(factors):
        inner = spread_value(factor)
        if inner is None:
            continue
        others = [f for j, f in enumerate(factors) if j != k]
        if any(_covers(o, factor, type_of) for o in others):
            factors[k], changed = inner, True
    if not changed and len(factors) < 3:
        return expr
    numbers = [f for f in factors if isinstance(f, ir.Const)]
    rest = [f for f in factors if not isinstance(f, ir.Const)]
    single = [is_scalar(type_of(f)) for f in rest]
    scalars = [f for f, one in zip(rest, single, strict=True) if one]
    arrays = [f for f, one in zip(rest, single, strict=True) if not one]
    if all(maybe_truth(f, type_of) for f in rest):
        return expr  # `1.0 * (x > 0)` is a number, `x > 0` is none
    result = product_of([*numbers, *scalars, *arrays])
    if sign < 0:
        return algebra.neg(result)
    return expr if result == expr else result  # the factors are the same objects


def _cancelled(expr: ir.Expr) -> ir.Expr:
    """`a / x**2 * x` is `a / x`."""
    if type(expr) is ir.Unary and expr.op == "-":
        return algebra.neg(_cancelled(expr.operand))
    if type(expr) is not ir.Binary or type(expr.left) is not ir.Binary:
        return expr
    match expr:
        case ir.Binary("*", ir.Binary("/", a, ir.Binary("**", x, ir.Const(n))), y) if x == y:
            if type(n) is int and n >= 2:
                return ir.Binary("/", a, x if n == 2 else ir.Binary("**", x, ir.Const(n - 1)))
        case _:
            pass
    return expr


def _with_value(call: ir.Call, value: ir.Expr) -> ir.Expr:
    if isinstance(call.func, ir.Ref) and call.func.value in (np.full_like, np.ones_like):
        return algebra.call(FULL, call.args[0], value)
    if isinstance(call.func, ir.Ref) and call.func.value is np.full:
        return ir.Call(call.func, (call.args[0], value), call.kwargs)
    return ir.Call(call.func, (value, call.args[1]))


def spread_value(expr: ir.Expr) -> ir.Expr | None:
    """What a spreading call spreads."""
    if type(expr) is not ir.Call or type(expr.func) is not ir.Ref:
        return None
    f, args, kwargs = expr.func.value, expr.args, expr.kwargs
    if len(args) == 2 and ((f is np.full_like and not kwargs) or f is np.full):
        return args[1]
    if f is np.ones_like and len(args) == 1 and not kwargs:
        return algebra.ONE
    if f is np.broadcast_to and len(args) == 2 and not kwargs:
        shape = args[1]
        return args[0] if type(shape) is ir.Attr and shape.name == "shape" else None
    return None


def spread_like(expr: ir.Expr) -> ir.Expr | None:
    """The array whose shape the spreading call fills."""
    match expr:
        case ir.Call(ir.Ref(f), (like, *_), ()) if f in (np.full_like, np.ones_like):
            return like
        case ir.Call(ir.Ref(f), (_, ir.Attr(like, "shape")), ()) if f is np.broadcast_to:
            return like
    return None


def _is_full(expr: ir.Expr) -> bool:
    """`np.full(shape, value)`, which says itself what shape it fills."""
    return (
        isinstance(expr, ir.Call) and isinstance(expr.func, ir.Ref) and expr.func.value is np.full
    )


def _covers(other: ir.Expr, spread: ir.Expr, type_of: TypeOf) -> bool:
    """Whether the other factor alone has the full shape, and a dtype no smaller."""
    if spread_value(other) is not None:
        return False
    like = spread_like(spread)
    if like is None and not _is_full(spread):
        return False
    a, b = type_of(other), type_of(spread if like is None else like)
    if not isinstance(a, Array) or not isinstance(b, Array) or a.dtype != b.dtype:
        return False
    return same_shape(a, b) or (like is not None and _has_its_shape(like, other, type_of))


def _has_its_shape(expr: ir.Expr, array: ir.Expr, type_of: TypeOf) -> bool:
    """Whether it is arithmetic of the array and numbers, such as `W ** 2`."""
    match expr:
        case ir.Binary(_, left, right):
            parts = (left, right)
            alike = [_has_its_shape(p, array, type_of) for p in parts]
            return any(alike) and all(
                one or is_scalar(type_of(p)) for p, one in zip(parts, alike, strict=True)
            )
        case ir.Unary("-", operand):
            return _has_its_shape(operand, array, type_of)
        case _:
            return expr == array
