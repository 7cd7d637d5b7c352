"""What the rule of a function says of its operands.

np.sum(x, axis=0)     nothing passes through `axis`
x: [m], y: [n, m]     what was broadcast is summed: np.sum(y_bar, axis=0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.adjoint import algebra
from srcad.adjoint.formulas import operands_of
from srcad.analysis.operations import Apply, Operation
from srcad.analysis.ufunc_options import without_options
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, Lst, Tup, Type, carries, is_scalar
from srcad.rules.table import TABLE, Linear, Partials, Pushes, Rule, Vjp

SUM = ir.Ref(np.sum, "np.sum")
OF_METHODS = "srcad.runtime.methods"
OF_DRAWS = "srcad.runtime.draws"
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


def unknown_operands(
    operation: Operation | None,
    type_of: Callable[[ir.Expr], Type],
    moves: Callable[[ir.Expr], bool],
) -> dict[str, ir.Expr]:
    """Operands without a derivative that may be whole numbers, names or shapes.

    np.repeat(x, n), n: anything     n
    Only the running program knows; where they may carry a derivative, they are refused there.
    """
    if not isinstance(operation, Apply):
        return {}
    rule = operation.rule
    found = () if rule is None else formulas_of(rule)
    if rule is None or not found or _of_generated_code(operation.function):
        return {}
    operands = operands_of(rule)
    if None not in found and len(found) >= len(operands.names):
        return {}  # each has a derivative
    known = without_options(operation)[0]
    try:
        values = operands.bound(known.args, known.kwargs)
    except TypeError:  # an option that the rule does not know
        return {}
    return {
        name: values[name]
        for position, name in enumerate(operands.names)
        if name in values
        and name != operands.star
        and (position >= len(found) or found[position] is None)
        and not _takes_no_numbers(rule, position, operation, type_of(values[name]))
        and may_be_whole(type_of(values[name]))
        and _again(values[name])
        and moves(values[name])
    }


def _of_generated_code(function: object) -> bool:
    """Whether only generated code calls it: of that there are other derivatives, where refused."""
    module = str(getattr(function, "__module__", None) or "")
    return module.startswith("srcad.runtime") and not module.startswith((OF_METHODS, OF_DRAWS))


def may_be_whole(kind: Type) -> bool:
    """Whether a value may carry a derivative, and may as well carry none: of unknown type."""
    match kind:
        case AnyType():
            return True
        case Tup(items):
            return any(map(may_be_whole, items)) and not any(map(_carries_surely, items))
        case Lst(_, element):
            return may_be_whole(element)
        case _:
            return False


def _carries_surely(kind: Type) -> bool:
    return carries(kind) and not may_be_whole(kind)


def _again(expr: ir.Expr) -> bool:
    """Whether an expression may be written once more, before the statement."""
    match expr:
        case ir.Name():
            return True
        case ir.Sequence(_, items):
            return all(isinstance(i, ir.Name | ir.Const) for i in items)
        case _:
            return False


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


def gives_its_shape(name: str, types: dict[str, Type], y_type: Type) -> bool:
    """Whether the result has the operand's shape, whatever that is: the others are numbers."""
    kind = types[name]
    if not isinstance(kind, Array) or not isinstance(y_type, Array) or kind.ndim != y_type.ndim:
        return False
    return all(is_scalar(types[n]) for n in types if n != name)
