"""Have operands of unknown type looked at where an operator of their class would do the work.

    c = a + b, a: anything     →     no_objects(a)
                                     c = a + b

    m = max(xs), xs: anything  →     numbers_alone(xs)
                                     m = max(xs)

    y = np.repeat(x, n), n: anything     →     no_derivative_in(n, "np.repeat", "repeats")
                                               y = np.repeat(x, n)

The rule of `+` is right for numbers and arrays; an object's `__add__` is a function like any other,
which inference calls by its name where it knows the class.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from srcad.adjoint import algebra
from srcad.adjoint.rule_operands import unknown_operands
from srcad.analysis.operations import Apply, Operation
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Type
from srcad.rules.spelling import spelled
from srcad.runtime.operands import (
    factors_alone,
    no_derivative_in,
    no_objects,
    no_objects_inside,
    numbers_alone,
)

NO_OBJECTS = ir.Ref(no_objects, "no_objects")
INSIDE = ir.Ref(no_objects_inside, "no_objects_inside")
NUMBERS = ir.Ref(numbers_alone, "numbers_alone")
NO_DERIVATIVE_IN = ir.Ref(no_derivative_in, "no_derivative_in")
NONE = ir.Const(None)
FACTORS_ALONE = ir.Ref(factors_alone, "factors_alone")
_BY_METHODS = (abs, operator.abs, float, complex, round)  # of an object, methods of its class


def looked_at(operation: Operation | None, at: ir.Loc | None) -> tuple[ir.Stmt, ...]:
    """The statement that looks at operands of unknown type, if there are any."""
    if not isinstance(operation, Apply):
        return ()
    if operation.function in (max, min, sum):
        return _items_looked_at(operation, at)
    if operation.form != "operator" and operation.function not in _BY_METHODS:
        return ()
    pairs = zip(operation.args, operation.types, strict=False)
    unknown = [a for a, t in pairs if _unknown(t) and isinstance(a, ir.Name)]
    look = FACTORS_ALONE if operation.function is operator.matmul else NO_OBJECTS
    return (ir.Effect(algebra.call(look, *unknown), at),) if unknown else ()


def whole_looked_at(
    operation: Operation | None,
    at: ir.Loc | None,
    type_of: Callable[[ir.Expr], Type],
    moves: Callable[[ir.Expr], bool],
) -> tuple[ir.Stmt, ...]:
    """The statements that look at operands which the rule has no derivative for."""
    found = unknown_operands(operation, type_of, moves)
    if not found:
        return ()
    said = ir.Const(spelled(operation.function)) if isinstance(operation, Apply) else NONE
    calls = [ir.Call(NO_DERIVATIVE_IN, (v, said, ir.Const(name))) for name, v in found.items()]
    return tuple(ir.Effect(call, at) for call in calls)


def _items_looked_at(operation: Apply, at: ir.Loc | None) -> tuple[ir.Stmt, ...]:
    """The same of what `max`, `min` and `sum` are given, or find in what they are given."""
    pairs = tuple(zip(operation.args, operation.types, strict=False))
    if operation.function is sum or len(pairs) == 1:
        pairs = pairs[:1]
        look = INSIDE if operation.function is sum else NUMBERS
        unknown = [a for a, t in pairs if _unknown(t) or _unknown(getattr(t, "element", None))]
    else:
        look = NUMBERS
        unknown = [a for a, _ in pairs] if any(_unknown(t) for _, t in pairs) else []
    if not unknown or not all(isinstance(a, ir.Name | ir.Const) for a in unknown):
        return ()
    return (ir.Effect(algebra.call(look, *unknown), at),)


def _unknown(kind: object) -> bool:
    return isinstance(kind, AnyType) and not kind.form
