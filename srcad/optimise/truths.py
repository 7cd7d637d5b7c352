"""Tell what may be a truth value, whose arithmetic is not that of numbers.

1.0 * (x > 0) + 1.0 * (x < 1)      2.0
(x > 0) + (x < 1)                  True, for truth values of NumPy; and -(x > 0) is an error
"""

from __future__ import annotations

from collections.abc import Callable

from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Number, Scalar, Type

OURS = ("srcad.", "numpy", "math", "builtins")
TypeOf = Callable[[ir.Expr], Type]


def nothing_known(expr: ir.Expr) -> Type:
    """Any type at all."""
    return ANY


def maybe_truth(expr: ir.Expr, type_of: TypeOf) -> bool:
    """Whether the value of a factor may be True or False, or an array of these."""
    kind = type(expr)
    if kind is ir.Const:
        return isinstance(expr.value, bool)  # type: ignore[union-attr]
    if kind in _TYPED:
        return _is_truth(type_of(expr)) or _of_a_user(expr)
    match expr:
        case ir.Compare() | ir.Logic() | ir.Unary("not", _):
            return True
        case ir.Unary(_, operand):
            return maybe_truth(operand, type_of)
        case ir.Binary("*" | "&" | "|" | "^" | "+", left, right):
            return maybe_truth(left, type_of) and maybe_truth(right, type_of)
        case ir.Choice(_, then, orelse):
            return maybe_truth(then, type_of) or maybe_truth(orelse, type_of)
        case _:
            return False


_TYPED = frozenset((ir.Name, ir.Item, ir.Attr, ir.Call))


def _is_truth(kind: Type) -> bool:
    if isinstance(kind, Scalar):
        return kind.kind is bool
    return isinstance(kind, (Array, Number)) and kind.dtype == "bool"


def _of_a_user(expr: ir.Expr) -> bool:
    """Whether a function that is neither ours nor NumPy's made the value."""
    match expr:
        case ir.Call(ir.Ref(function)):
            module = getattr(function, "__module__", None) or type(function).__module__
            return not module.startswith(OURS)
        case _:
            return False
