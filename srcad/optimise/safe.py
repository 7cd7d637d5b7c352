"""Tell which expressions cannot raise, whatever the values of the arguments.

x + w        numbers, or arrays whose shapes are known to go together
x / w        arrays: NumPy gives inf where Python's float raises
d["b"]       no: the key may be missing
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srcad.analysis.shapes import broadcast
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Dct, Known, Lst, Number, Scalar, Tup, Type, dims_of

TypeOf = Callable[[ir.Expr], Type]
BUILTINS = {len, isinstance, type, range, reversed, enumerate, list, tuple, zip}
TOTAL = {
    np.sin, np.cos, np.tanh, np.exp, np.log, np.sqrt, np.abs, np.sign, np.square, np.maximum,
    np.minimum, np.zeros_like, np.ones_like, np.shape, np.ndim, np.size,
}  # fmt: skip


def safe(expr: ir.Expr, type_of: TypeOf) -> bool:
    """Whether evaluating the expression cannot raise an exception."""
    match expr:
        case ir.Name() | ir.Const() | ir.Ref() | ir.Closure(_, _, ()):
            return True
        case ir.Sequence(kind, items) if kind != "set":
            return not any(isinstance(i, ir.Star) for i in items) and _all(items, type_of)
        case ir.Logic(_, items):
            return _all(items, type_of) and all(truth_is_known(type_of(i)) for i in items)
        case ir.Choice(test):
            return _all(tuple(ir.children(expr)), type_of) and truth_is_known(type_of(test))
        case ir.Unary(op, operand):
            fits = truth_is_known if op == "not" else _numeric
            return op != "~" and fits(type_of(operand)) and safe(operand, type_of)
        case ir.Binary(op, left, right):
            return _all((left, right), type_of) and _arithmetic(op, left, right, type_of)
        case ir.Compare(left, ops, rights):
            return _all((left, *rights), type_of) and _compares(ops, (left, *rights), type_of)
        case ir.Attr(obj, name):
            return safe(obj, type_of) and _attribute(type_of(obj), name)
        case ir.Item(obj, index):
            return _all((obj, index), type_of) and _item(type_of(obj), index)
        case ir.Call(func, args, ()):
            return _all(args, type_of) and _call(func, [type_of(a) for a in args], type_of)
        case _:
            return False


def _all(items: tuple[ir.Expr, ...], type_of: TypeOf) -> bool:
    return all(safe(i, type_of) for i in items)


def truth_is_known(kind: Type) -> bool:
    """A number, a string or None: it has a truth value."""
    return isinstance(kind, Scalar | Number)


def _numeric(kind: Type) -> bool:
    match kind:
        case Scalar(python):
            return python in (float, int, bool, complex)
        case Number(dtype) | Array(dtype):
            return dtype.startswith(("float", "int", "uint", "complex", "bool"))
        case _:
            return False


def _fit(kinds: list[Type]) -> bool:
    """Whether the shapes are known to go together."""
    shapes = [d for d in map(dims_of, kinds) if d]
    if len(shapes) < 2:
        return True
    if any(None in d for d in shapes):
        return False
    return len(set(shapes)) == 1 or None not in (broadcast(shapes) or (None,))


def _arithmetic(op: str, left: ir.Expr, right: ir.Expr, type_of: TypeOf) -> bool:
    kinds = [type_of(left), type_of(right)]
    if not all(map(_numeric, kinds)) or not _fit(kinds):
        return False
    if op in ("+", "-", "*"):
        return True
    if op in ("/", "//", "%"):
        known = isinstance(right, ir.Const) and bool(right.value)
        return known or any(isinstance(k, Array | Number) for k in kinds)
    return op == "**" and isinstance(right, ir.Const) and right.value in (1, 2)


def _compares(ops: tuple[str, ...], items: tuple[ir.Expr, ...], type_of: TypeOf) -> bool:
    kinds = [type_of(i) for i in items]
    if all(op in ("is", "is not") for op in ops):
        return True
    if len(ops) > 1 and any(isinstance(k, Array) for k in kinds):
        return False  # the truth of an array
    simple = all(op in ("==", "!=") for op in ops) and all(isinstance(k, Scalar) for k in kinds)
    ordered = all(op in ("==", "!=", "<", "<=", ">", ">=") for op in ops)
    return simple or (ordered and all(map(_numeric, kinds)) and _fit(kinds))


def _attribute(kind: Type, name: str) -> bool:
    match kind:
        case Array() | Number():
            return name in {"T", "shape", "ndim", "size", "dtype", "real", "imag"}
        case Known(value):
            return hasattr(value, name)
        case _:
            return name in dict(getattr(kind, "fields", ()))


def _item(kind: Type, index: ir.Expr) -> bool:
    key = index.value if isinstance(index, ir.Const) else None
    match kind:
        case Tup(items) | Lst(items) if items is not None and type(key) is int:
            return -len(items) <= key < len(items)
        case Dct(items) if items is not None and key is not None:
            return key in dict(items)
        case Array(_, dims) if dims and type(dims[0]) is int and type(key) is int:
            return -dims[0] <= key < dims[0]
        case _:
            return False


def _call(func: ir.Expr, kinds: list[Type], type_of: TypeOf) -> bool:
    function = func.value if isinstance(func, ir.Ref) else getattr(type_of(func), "value", None)
    try:
        if function is isinstance:
            return len(kinds) == 2 and isinstance(kinds[1], Known)
        if function is range:
            return len(kinds) < 3 and all(isinstance(k, Scalar) and k.kind is int for k in kinds)
        if function in BUILTINS:
            return bool(kinds) and all(may_iterate(k) for k in kinds)
        return function in TOTAL and all(map(_numeric, kinds)) and _fit(kinds) and bool(kinds)
    except TypeError:  # a callable that cannot be hashed
        return False


def may_iterate(kind: Type) -> bool:
    match kind:
        case Array(_, dims):
            return bool(dims)
        case Scalar(python):
            return python in (range, str)
        case _:
            return isinstance(kind, Lst | Tup | Dct)
