"""Have operands of unknown type looked at where an operator of their class would do the work.

    c = a + b, a: anything     →     no_objects(a)
                                     c = a + b

    m = max(xs), xs: anything  →     numbers_alone(xs)
                                     m = max(xs)

The rule of `+` is right for numbers and arrays; an object's `__add__` is a function like any other,
which inference calls by its name where it knows the class.
"""

from __future__ import annotations

import operator

from srcad.adjoint import algebra
from srcad.analysis.operations import Apply, Operation
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType
from srcad.runtime.operands import factors_alone, no_objects, no_objects_inside, numbers_alone

NO_OBJECTS = ir.Ref(no_objects, "no_objects")
INSIDE = ir.Ref(no_objects_inside, "no_objects_inside")
NUMBERS = ir.Ref(numbers_alone, "numbers_alone")
FACTORS_ALONE = ir.Ref(factors_alone, "factors_alone")


def looked_at(operation: Operation | None, at: ir.Loc | None) -> tuple[ir.Stmt, ...]:
    """The statement that looks at operands of unknown type, if there are any."""
    if not isinstance(operation, Apply):
        return ()
    if operation.function in (max, min, sum):
        return _items_looked_at(operation, at)
    if operation.form != "operator" and operation.function not in (abs, operator.abs):
        return ()
    pairs = zip(operation.args, operation.types, strict=False)
    unknown = [a for a, t in pairs if isinstance(t, AnyType) and isinstance(a, ir.Name)]
    look = FACTORS_ALONE if operation.function is operator.matmul else NO_OBJECTS
    return (ir.Effect(algebra.call(look, *unknown), at),) if unknown else ()


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
    return isinstance(kind, AnyType)
