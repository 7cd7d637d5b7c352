"""Find the method that an operator calls where an object of a class stands beside it.

a + b     a: a Vector                      Invoke(Vector.__add__, (a, b))
2.0 * b   b: a Vector                      Invoke(Vector.__rmul__, (b, 2.0))
a + b     b: of a subclass with an         Invoke(Special.__radd__, (b, a))
          `__radd__` of its own
a + b     a: anything                      Dynamic(add_operands, (a, b)): found when it runs

The order is Python's: the reflected method of a subclass, the method of the left operand, and where
that answers NotImplemented, the reflected method of the right one.
"""

from __future__ import annotations

import inspect
import types as pytypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from srcad.analysis.invoke import Found, invoke_function
from srcad.analysis.operations import BINARY_FUNCTIONS, Dynamic, Inert, Refused
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    STR,
    AnyType,
    Array,
    Bottom,
    Dct,
    Known,
    Lst,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
)
from srcad.runtime.operators import IN_PLACE, OPERATORS

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

_BUILTIN = Scalar | Lst | Tup | Dct | Bottom  # they know no objects of a class
WHEN_IT_RUNS = frozenset((*OPERATORS.values(), *IN_PLACE.values()))


def of_class(
    expr: ir.Binary, op: str, left: Type, right: Type, inference: Inference
) -> Found | None:
    """`a + b` of objects whose class defines the operator; None where there is no object."""
    if not isinstance(left, Obj) and not isinstance(right, Obj):
        return None
    if op == "%" and isinstance(left, Scalar) and left.kind in (str, bytes):
        return STR, Inert()  # makes a text
    if not isinstance(left, Obj | Array | Number | _BUILTIN):
        return _when_it_runs(expr, op, inference)
    name = BINARY_FUNCTIONS[op].__name__.strip("_")
    if _may_go_first(left, right, name):
        return _when_it_runs(expr, op, inference)
    for owner, function, args in _methods(expr, name, left, right):
        if not isinstance(function, pytypes.FunctionType):
            return ANY, Refused(f"`{op}` of these objects")
        if isinstance(left, Array | Number) and owner is right and not _left_alone(left, right):
            return ANY, Refused(
                f"`{op}` of an array and a {owner.cls.__name__}, which NumPy applies to each item,",
                "Give the class `__array_ufunc__ = None`.",
            )
        found = invoke_function(function, args, (), inference)
        if found[0] == Known.of(NotImplemented):
            continue  # the other one is asked
        if isinstance(found[0], AnyType) and "NotImplemented" in function.__code__.co_names:
            return _when_it_runs(expr, op, inference)
        return found
    return ANY, Refused(f"`{op}` of these objects")


def _when_it_runs(expr: ir.Binary, op: str, inference: Inference) -> Found:
    """The running program knows the types, and compiles the operator for them."""
    if inference.unit.function in WHEN_IT_RUNS:
        return ANY, Refused(f"`{op}` of these objects")
    function = OPERATORS[op]
    func = ir.Ref(function, function.__name__)
    return ANY, Dynamic(func, (expr.left, expr.right), ())


def _methods(
    expr: ir.Binary, name: str, left: Type, right: Type
) -> Iterator[tuple[Obj, Any, tuple[ir.Expr, ...]]]:
    """Whose method is asked, the method, and its arguments: one after the other."""
    own, reflected = f"__{name}__", f"__r{name}__"
    first: tuple[Obj, Any, tuple[ir.Expr, ...]] | None = None
    second: tuple[Obj, Any, tuple[ir.Expr, ...]] | None = None
    if isinstance(left, Obj):
        first = left, _found(left.cls, own), (expr.left, expr.right)
    if isinstance(right, Obj) and getattr(left, "cls", None) is not right.cls:
        second = right, _found(right.cls, reflected), (expr.right, expr.left)
    if isinstance(left, Obj) and isinstance(right, Obj) and _is_special(right.cls, left.cls, name):
        first, second = second, first
    for one in (first, second):
        if one is not None and one[1] is not None:
            yield one


def _found(cls: type, name: str) -> Any:
    return inspect.getattr_static(cls, name, None)


def _is_special(cls: type, base: type, name: str) -> bool:
    """Whether a subclass has a reflected method of its own, which is asked first."""
    reflected = _found(cls, f"__r{name}__")
    subclass = cls is not base and issubclass(cls, base)
    return subclass and reflected is not None and reflected is not _found(base, f"__r{name}__")


def _may_go_first(left: Type, right: Type, name: str) -> bool:
    """Whether the right operand may be of a subclass that is asked first."""
    if not isinstance(left, Obj) or not isinstance(right, AnyType):
        return False
    known = [o.cls for o in right.objects]
    return any(_is_special(c, left.cls, name) for c in known or _subclasses(left.cls))


def _subclasses(cls: type) -> Iterator[type]:
    one: type
    for one in type.__subclasses__(cls):
        yield one
        yield from _subclasses(one)


_MISSING = object()


def _left_alone(left: Type, right: Obj) -> bool:
    """Whether NumPy leaves the operator to the object, and makes no array of it."""
    cls = right.cls
    ufunc = inspect.getattr_static(cls, "__array_ufunc__", _MISSING)
    if ufunc is not _MISSING:
        return ufunc is None
    if getattr(cls, "__array_priority__", -1.0) > 0:
        return True
    listed = ("__getitem__", "__array__", "__array_interface__", "__array_struct__")
    return isinstance(left, Number) and all(_found(cls, name) is None for name in listed)
