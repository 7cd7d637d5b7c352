"""Leave out arithmetic that does nothing.

1.0 * w        →    w            unless w is a truth value
2 * (3 * w)    →    6 * w
a - -b         →    a + b
"""

from __future__ import annotations

from collections.abc import Callable

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Type
from srcad.optimise.rewrite import Rewriter
from srcad.optimise.truths import maybe_truth, nothing_known


def simplify(expr: ir.Expr, type_of: Callable[[ir.Expr], Type] = nothing_known) -> ir.Expr:
    """`1.0 * w` is w, unless w is a truth value; `2 * 1.0` is 2."""
    return simplifier(type_of)(expr)


def simplifier(type_of: Callable[[ir.Expr], Type]) -> Callable[[ir.Expr], ir.Expr]:
    """Simplifies expressions, each once."""

    def simpler(expr: ir.Expr, _: Rewriter) -> ir.Expr:
        if type(expr) is ir.Binary:
            if expr.op == "*":
                return _simpler_product(expr, type_of)
            return _simpler_sum(expr) if expr.op in "+-" else expr
        if type(expr) is ir.Unary and expr.op == "-":
            match expr.operand:
                case ir.Const(v) if isinstance(v, int | float):
                    return ir.Const(-v)
                case ir.Unary("-", inner):
                    return inner
                case _:
                    pass
        return expr

    return Rewriter(simpler)


def _simpler_product(expr: ir.Binary, type_of: Callable[[ir.Expr], Type]) -> ir.Expr:
    a, b = expr.left, expr.right
    if type(a) is not ir.Const and type(b) is not ir.Const:
        return expr
    if maybe_truth(a, type_of) or maybe_truth(b, type_of):
        return expr
    if any(algebra.is_number(e, n) for n in (1, -1) for e in (a, b)):
        return algebra.mul(a, b)
    match expr:
        case ir.Binary("*", ir.Const(p), ir.Binary("*", ir.Const(q), _)):
            if type(p) in (int, float) and type(q) in (int, float):
                return algebra.mul(a, b)
        case _:
            pass
    return expr


def _simpler_sum(expr: ir.Binary) -> ir.Expr:
    b = expr.right
    if type(b) is ir.Unary and b.op == "-":
        return ir.Binary("-" if expr.op == "+" else "+", expr.left, b.operand)
    return expr
