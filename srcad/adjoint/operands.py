"""Have operands of unknown type looked at where an operator of their class would do the work.

    c = a + b, a: anything     →     no_objects(a)
                                     c = a + b

The rule of `+` is right for numbers and arrays; an object's `__add__` is a function like any other,
which inference calls by its name where it knows the class.
"""

from __future__ import annotations

import operator

from srcad.adjoint import algebra
from srcad.analysis.operations import Apply, Operation
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType
from srcad.runtime.operands import factors_alone, no_objects

NO_OBJECTS = ir.Ref(no_objects, "no_objects")
FACTORS_ALONE = ir.Ref(factors_alone, "factors_alone")


def looked_at(operation: Operation | None, at: ir.Loc | None) -> tuple[ir.Stmt, ...]:
    """The statement that looks at operands of unknown type, if there are any."""
    if not isinstance(operation, Apply):
        return ()
    if operation.form != "operator" and operation.function not in (abs, operator.abs):
        return ()
    pairs = zip(operation.args, operation.types, strict=False)
    unknown = [a for a, t in pairs if isinstance(t, AnyType) and isinstance(a, ir.Name)]
    look = FACTORS_ALONE if operation.function is operator.matmul else NO_OBJECTS
    return (ir.Effect(algebra.call(look, *unknown), at),) if unknown else ()
