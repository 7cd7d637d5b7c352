"""Write rules the way an expert would when the shapes are known.

    y = A @ B, both matrices      B_bar += A.T @ y_bar             not matmul_right(y_bar, A, B)
    y = np.sum(x)                 x_bar += np.full_like(x, y_bar)  not spread(y_bar, x, None, False)
    y = x ** 2                    x_bar += y_bar * (2 * x)         not pow_base(x, 2)

Leaving any of these out changes how the code reads and how fast it runs, never a result.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.adjoint import algebra
from srcad.analysis.elements import index_parts
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Dim, Number, Scalar, Type, is_complex, is_real
from srcad.runtime.elementwise import divide, pow_base
from srcad.runtime.reductions import spread

FULL = ir.Ref(np.full_like, "np.full_like")
DIVIDE = ir.Ref(divide, "divide")
INV = ir.Ref(np.linalg.inv, "np.linalg.inv")
OUTER = ir.Ref(np.outer, "np.outer")
BROADCAST = ir.Ref(np.broadcast_to, "np.broadcast_to")
EXPAND = ir.Ref(np.expand_dims, "np.expand_dims")
PRODUCTS = {operator.matmul, np.matmul, np.dot}
SPECIAL = {*PRODUCTS, np.sum, np.mean, np.outer, np.linalg.slogdet, np.transpose}


def rule(
    function: Any,
    position: int,
    values: dict[str, ir.Expr],
    types: dict[str, Type],
    y_bar: ir.Expr,
) -> ir.Expr | None:
    """The cotangent of an argument, where the ranks say how; else None."""
    try:
        if function not in SPECIAL:
            return None
    except TypeError:  # it cannot be hashed
        return None
    names = list(values)
    if function in PRODUCTS and len(names) == 2:
        return _product(position, values, types, y_bar)
    if function in (np.sum, np.mean) and position == 0:
        return _reduction(function, values, types, y_bar)
    if function is np.outer and len(names) == 2 and all(map(_real_vector, types.values())):
        a, b = values.values()
        return ir.Binary("@", y_bar, b) if position == 0 else ir.Binary("@", a, y_bar)
    if function is np.linalg.slogdet and _real_matrix(types[names[0]]):
        weight = ir.Item(y_bar, ir.Const(1))
        inverse = algebra.call(INV, values[names[0]])
        return algebra.mul(weight, ir.Attr(inverse, "T"))
    if function is np.transpose and len(names) == 1 and isinstance(types[names[0]], Array):
        return ir.Attr(y_bar, "T")
    return None


def _real_matrix(kind: Type) -> bool:
    return isinstance(kind, Array) and kind.ndim == 2 and kind.dtype == "float64"


def _real_vector(kind: Type) -> bool:
    return isinstance(kind, Array) and kind.ndim == 1 and kind.dtype == "float64"


def _product(
    position: int, values: dict[str, ir.Expr], types: dict[str, Type], y_bar: ir.Expr
) -> ir.Expr | None:
    a, b = values.values()
    ta, tb = (types[n] for n in values)
    if not isinstance(ta, Array) or not isinstance(tb, Array):
        return None
    if "complex" in ta.dtype + tb.dtype:
        return None
    match ta.ndim, tb.ndim, position:
        case 2, 2, 0:
            return ir.Binary("@", y_bar, ir.Attr(b, "T"))
        case 2, 2, 1:
            return ir.Binary("@", ir.Attr(a, "T"), y_bar)
        case 2, 1, 0:
            return algebra.call(OUTER, y_bar, b)
        case 2, 1, 1:
            return ir.Binary("@", ir.Attr(a, "T"), y_bar)
        case 1, 2, 0:
            return ir.Binary("@", b, y_bar)
        case 1, 2, 1:
            return algebra.call(OUTER, a, y_bar)
        case 1, 1, 0:
            return algebra.mul(y_bar, b)
        case 1, 1, 1:
            return algebra.mul(y_bar, a)
        case _:
            pass
    return None


def _reduction(
    function: Any, values: dict[str, ir.Expr], types: dict[str, Type], y_bar: ir.Expr
) -> ir.Expr | None:
    names = list(values)
    x, kind = values[names[0]], types[names[0]]
    options = {n: v for n, v in values.items() if n != names[0]}
    if not isinstance(kind, Array) or kind.ndim == 0 or set(options) - {"axis", "keepdims"}:
        return None
    if not all(isinstance(v, ir.Const) for v in options.values()):
        return None
    axis = options.get("axis", ir.Const(None)).value  # type: ignore[union-attr]
    keep = bool(options.get("keepdims", ir.Const(False)).value)  # type: ignore[union-attr]
    if axis is None and not keep:
        if function is np.mean and maybe_empty(kind.dims):
            y_bar = algebra.call(DIVIDE, y_bar, ir.Attr(x, "size"))
        elif function is np.mean:
            y_bar = ir.Binary("/", y_bar, ir.Attr(x, "size"))
        return algebra.call(FULL, x, y_bar)
    if not isinstance(axis, int):
        return None
    if function is np.mean:
        count = ir.Item(ir.Attr(x, "shape"), ir.Const(axis))
        whole = kind.ndim > 1 or not maybe_empty(kind.dims)  # else a number is divided
        y_bar = ir.Binary("/", y_bar, count) if whole else algebra.call(DIVIDE, y_bar, count)
    if not keep:
        y_bar = algebra.call(EXPAND, y_bar, ir.Const(axis))
    return algebra.call(BROADCAST, y_bar, ir.Attr(x, "shape"))


def decided(expr: ir.Expr, types: dict[str, Type], values: dict[str, ir.Expr]) -> ir.Expr:
    """`a if np.isrealobj(x) else b`, where the kind of x is known."""
    if not isinstance(expr, ir.Choice):
        return expr
    match expr:
        case ir.Choice(ir.Call(ir.Ref(f), (x,)), then, orelse) if f is np.isrealobj:
            kind = next((types[n] for n, v in values.items() if v is x), None)
            if kind is not None and is_real(kind):
                return then
            return orelse if kind is not None and is_complex(kind) else expr
        case _:
            return expr


def partial(
    function: Any,
    position: int,
    values: dict[str, ir.Expr],
    types: dict[str, Type],
    found: ir.Expr,
) -> ir.Expr:
    """The partial derivative of a power with a literal exponent, and of a quotient."""
    if function in (operator.pow, np.power) and position == 0:
        base, exponent = list(values.values())[:2]
        if isinstance(exponent, ir.Const) and type(exponent.value) in (int, float):
            return power(base, exponent.value)
    if function in (operator.truediv, np.divide) and position == 0:
        dividend, kind = list(types.values())[:2]
        divisor = list(values.values())[1]
        return ir.Binary("/", ir.Const(1), divisor) if divides(dividend, kind, divisor) else found
    return found


def divides(dividend: Type, kind: Type, divisor: ir.Expr) -> bool:
    """Whether a cotangent or tangent can be divided by what the function divided by.

    Python's numbers refuse to be divided by zero where NumPy's gave inf or NaN.
    """
    if isinstance(divisor, ir.Const):
        return isinstance(divisor.value, int | float | complex) and divisor.value != 0
    if isinstance(kind, Number) and not kind.loose:
        return True
    if isinstance(kind, Scalar) and kind.size is not None and not maybe_empty((kind.size,)):
        return True
    return isinstance(kind, Array) or isinstance(dividend, Scalar | Array)


def maybe_empty(dims: tuple[Dim, ...]) -> bool:
    """Whether an array of these dimensions may hold nothing; those of arguments do, as they are."""
    return any(not (isinstance(d, int) and d > 0 or str(d).startswith("d")) for d in dims)


def power(base: ir.Expr, n: float) -> ir.Expr:
    """∂(x**n)/∂x."""
    if n == 0:
        return ir.Const(0)
    if n == 1:
        return ir.Const(1)
    if n == 2:
        return algebra.mul(ir.Const(2), base)
    if n > 1:
        return algebra.mul(ir.Const(n), ir.Binary("**", base, ir.Const(n - 1)))
    return _guarded(base, n)


def _guarded(base: ir.Expr, n: float) -> ir.Expr:
    return algebra.call(ir.Ref(pow_base, "pow_base"), base, ir.Const(n))


def new_axes(kind: Type, index: ir.Expr) -> ir.Expr | None:
    """The index that takes back what `x[:, None]` added: `y_bar[:, 0]`."""
    parts = tuple(
        ir.Const(None) if isinstance(p, ir.Attr) and p.name == "newaxis" else p
        for p in index_parts(index)
    )
    if not isinstance(kind, Array) or ir.Const(None) not in parts:
        return None
    whole = [p for p in parts if p == ir.Slice(None, None, None)]
    if len(whole) + sum(p == ir.Const(None) for p in parts) < len(parts):
        return None
    if len(whole) > kind.ndim:
        return None
    return ir.Sequence("tuple", tuple(ir.Const(0) if p == ir.Const(None) else p for p in parts))


def call(expr: ir.Expr, types: dict[str, Type], values: dict[str, ir.Expr]) -> ir.Expr:
    """A reduced cotangent spread over axes that are known."""
    match expr:
        case ir.Call(ir.Ref(f), (y_bar, x, ir.Const(axis), ir.Const(keep)), ()) if f is spread:
            kind = next((types[n] for n, v in values.items() if v is x), None)
            if not isinstance(kind, Array) or kind.ndim == 0:
                return expr
            if keep is True:
                return algebra.call(BROADCAST, y_bar, ir.Attr(x, "shape"))
            if axis is None and keep is False:
                return algebra.call(FULL, x, y_bar)
            if type(axis) is int and keep is False:
                return algebra.call(
                    BROADCAST, algebra.call(EXPAND, y_bar, ir.Const(axis)), ir.Attr(x, "shape")
                )
        case ir.Binary(op, left, right):
            return ir.Binary(op, call(left, types, values), call(right, types, values))
        case _:
            pass
    return expr
