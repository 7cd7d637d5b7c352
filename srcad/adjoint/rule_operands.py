"""What the rule of a function says of its operands.

np.sum(x, axis=0)     nothing passes through `axis`
x: [m], y: [n, m]     what was broadcast is summed: np.sum(y_bar, axis=0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.adjoint import algebra
from srcad.adjoint.formulas import operands_of
from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Type, carries
from srcad.rules.table import TABLE, Linear, Partials, Pushes, Rule, Vjp

SUM = ir.Ref(np.sum, "np.sum")
OF_METHODS = "srcad.runtime.methods"
NO_NUMBERS = frozenset(
    {"dtype", "shape", "axis", "order", "newshape", "axes", "device", "copy", "subok", "keepdims"}
)


def nothing_passes(rule: Rule, position: int, operation: Apply, kind: Type) -> bool:
    """Whether an operand is without derivative; it may be an item of something active."""
    return not carries(kind) or _takes_no_numbers(rule, position, operation, kind)


def _takes_no_numbers(rule: Rule, position: int, operation: Apply, kind: Type) -> bool:
    """Whether NumPy takes no floats there, or asks for their truth or shape: nothing passes."""
    if TABLE.is_like(operation.function, position):
        return True
    if not isinstance(kind, AnyType):
        return False
    module = str(getattr(operation.function, "__module__", None) or "")
    ours = module.startswith(("numpy", OF_METHODS))
    found = formulas_of(rule)
    none = position >= len(found) or found[position] is None
    return ours and none and operands_of(rule).names[position] in NO_NUMBERS


def formulas_of(rule: Rule) -> tuple[Any, ...]:
    match rule:
        case Partials() | Pushes():
            return rule.formulas
        case Linear():
            return rule.transposes
        case Vjp():
            return rule.pullbacks
        case _:
            return ()


def summed(value: ir.Expr, dims: tuple[Any, ...], full: tuple[Any, ...]) -> ir.Expr | None:
    """`np.sum` over known broadcast axes."""
    if None in dims or None in full or len(dims) > len(full):
        return None
    lead = len(full) - len(dims)
    units = [k for k, d in enumerate(dims) if d == 1 and full[lead + k] != 1]
    if any(d != full[lead + k] and k not in units for k, d in enumerate(dims)):
        return None
    if lead and units:
        return None
    if lead:
        axes: tuple[int, ...] = tuple(range(lead))
        return algebra.call(SUM, value, axis=ir.Const(axes[0] if lead == 1 else axes))
    axes = tuple(units)
    axis = ir.Const(axes[0] if len(axes) == 1 else axes)
    return algebra.call(SUM, value, axis=axis, keepdims=ir.Const(True))
