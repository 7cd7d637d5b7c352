"""Decide conditions that the types alone settle.

if isinstance(x, np.ndarray):   float64[n]: always        if axis is None:   axis=0: never
if mode == "relu":              "relu" given: always      if x.ndim == 2:    float64[n]: never
"""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.ir import nodes as ir
from srcad.ir.types import (
    Array,
    Clo,
    Dct,
    Known,
    Lst,
    Method,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
)

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

UNKNOWN = object()
CALLABLE = Known.of(callable)
CHECKS = (Known.of(isinstance), Known.of(hasattr))


def truth(test: ir.Expr, inference: Inference) -> bool | None:
    """True or False where every value of the known types agrees, else None."""
    match test:
        case ir.Const(value):
            return bool(value)
        case ir.Unary("not", inner):
            known = truth(inner, inference)
            return None if known is None else not known
        case ir.Logic(op, items):
            return _logic(op, [truth(i, inference) for i in items])
        case ir.Compare(left, (op,), (right,)):
            return _compare(op, left, right, inference)
        case ir.Call(func, args, ()) if len(args) == 2 and _is_check(func, inference):
            return _check(func, args, inference)
        case ir.Call(func, (arg,), ()) if inference.expr(func) == CALLABLE:
            kind = inference.expr(arg)
            if isinstance(kind, Known | Clo | Method):
                return not isinstance(kind, Known) or callable(kind.value)
            return False if isinstance(kind, Scalar | Number | Array | Tup | Lst) else None
        case ir.Name() | ir.Attr() | ir.Item():
            return _of_value(inference.expr(test))
        case ir.Call():  # of a function that asks what it is given
            kind = inference.expr(test)
            return _of_value(kind) if isinstance(kind, Scalar) and kind.kind is bool else None
        case _:
            pass
    return None


def _of_value(kind: Type) -> bool | None:
    """Whether every value of a type is true, or false."""
    if isinstance(kind, Scalar) and kind.kind is type(None):
        return False
    if isinstance(kind, Scalar) and kind.known:
        return bool(kind.value)
    return bool(kind.items) if isinstance(kind, Tup) and kind.cls is tuple else None


def _logic(op: str, parts: list[bool | None]) -> bool | None:
    stop = op == "or"
    for part in parts:
        if part is stop:
            return stop
        if part is None:
            return None
    return not stop


def _value(expr: ir.Expr, inference: Inference) -> Any:
    """The value of an expression, where the types pin it down."""
    match expr:
        case ir.Const(value):
            return value
        case ir.Attr(obj, "ndim"):
            kind = inference.expr(obj)
            return kind.ndim if isinstance(kind, Array) else UNKNOWN
        case ir.Call(ir.Attr(_, "ndim"), (arg,)):
            kind = inference.expr(arg)
            if isinstance(kind, Array):
                return kind.ndim
            return 0 if isinstance(kind, Number | Scalar) else UNKNOWN
        case ir.Call(ir.Name("len"), (arg,)):
            kind = inference.expr(arg)
            if isinstance(kind, Tup):
                return len(kind.items)
            return UNKNOWN
        case _:
            pass
    kind = inference.expr(expr)
    if isinstance(kind, Scalar) and kind.known and kind.kind in (str, type(None)):
        return kind.value
    if isinstance(kind, Known):
        return kind.value
    return UNKNOWN


def _compare(op: str, left: ir.Expr, right: ir.Expr, inference: Inference) -> bool | None:
    if op in ("is", "is not"):
        if isinstance(right, ir.Const) and right.value is None:
            kind = inference.expr(left)
            none = isinstance(kind, Scalar) and kind.kind is type(None)
            if not none and not isinstance(
                kind, Scalar | Number | Array | Tup | Lst | Dct | Obj | Clo | Known | Method
            ):
                return None
            return none == (op == "is")
        a, b = _value(left, inference), _value(right, inference)
        if a is UNKNOWN or b is UNKNOWN or not isinstance(a, type) and not callable(a):
            return None
        return (a is b) == (op == "is")
    a, b = _value(left, inference), _value(right, inference)
    simple = (str, int, type(None))
    if op in ("==", "!=") and isinstance(a, simple) and isinstance(b, simple):
        return (a == b) == (op == "==")
    if op in ("<", "<=", ">", ">=") and type(a) is int and type(b) is int:
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    if op in ("in", "not in") and isinstance(a, str):
        kind = inference.expr(right)
        if isinstance(kind, Dct) and kind.items is not None:
            return (a in dict(kind.items)) == (op == "in")
        if (
            isinstance(kind, Tup | Lst)
            and kind.items is not None
            and all(isinstance(i, Scalar) and i.known for i in kind.items)
        ):
            return (a in [i.value for i in kind.items]) == (op == "in")  # type: ignore[union-attr]
    return None


def _is_check(func: ir.Expr, inference: Inference) -> bool:
    return isinstance(func, ir.Name | ir.Ref) and inference.expr(func) in CHECKS


def _check(func: ir.Expr, args: tuple[ir.Expr, ...], inference: Inference) -> bool | None:
    known = inference.expr(func)
    if not isinstance(known, Known):
        return None
    if known.value is isinstance:
        possible = python_classes(inference.expr(args[0]))
        wanted = _classes(inference.expr(args[1]))
        found = set() if wanted is None else {issubclass(cls, wanted) for cls in possible}
        return found.pop() if len(found) == 1 else None
    if known.value is hasattr and isinstance(args[1], ir.Const):
        cls = python_class(inference.expr(args[0]))
        return (
            hasattr(cls, str(args[1].value))
            if cls in (float, int, np.ndarray, np.float64)
            else None
        )
    return None


def _classes(kind: Type) -> Any:
    if isinstance(kind, Known) and (
        isinstance(kind.value, type) or hasattr(kind.value, "__args__")
    ):
        return kind.value
    if isinstance(kind, Tup) and all(isinstance(i, Known) for i in kind.items):
        return tuple(i.value for i in kind.items)  # type: ignore[union-attr]
    return None


def union_of(left: Type, right: Type) -> Type | None:
    """`list | tuple` of classes that are known; None of other operands."""
    a, b = _class_or_none(left), _class_or_none(right)
    if a is UNKNOWN or b is UNKNOWN or (a is None and b is None):
        return None
    return Known.of(_either(a, b))


def _class_or_none(kind: Type) -> Any:
    if isinstance(kind, Scalar) and kind.kind is type(None):
        return None
    known = isinstance(kind, Known) and isinstance(kind.value, type | types.UnionType)
    return kind.value if known else UNKNOWN  # type: ignore[union-attr]


@functools.cache
def _either(a: Any, b: Any) -> Any:
    return a | b  # always the same object: the types know it by its identity


def python_classes(kind: Type) -> tuple[type, ...]:
    """The classes that the values of a type may have; none where they are not known."""
    if isinstance(kind, Number) and kind.loose:
        python = {"f": (float, int), "c": (complex, float, int), "b": (bool,)}
        numbers = python.get(np.dtype(kind.dtype).kind, (int,))
        return (np.dtype(kind.dtype).type, *numbers)
    found = python_class(kind)
    return () if found is None else (found,)


def python_class(kind: Type) -> type | None:
    """The class of every value of a type."""
    match kind:
        case Scalar(cls):
            return cls
        case Number(dtype, loose):
            return None if loose else np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Tup(_, cls) | Dct(_, _, cls):
            return cls
        case Lst(_, _, cls):
            return cls
        case Obj(cls):
            return cls
        case Known(value):
            return type(value)
        case _:
            return None
