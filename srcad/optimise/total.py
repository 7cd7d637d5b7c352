"""Tell which expressions have a value whatever the numbers are: they can be computed later.

    2.0 * x + w @ v       shapes known to fit             x / n      floats: n may be zero
    np.exp(x)             an array: warns, never raises   x ** 2     floats: may overflow
    x[:-1], x.T, x.shape                                  table[k]   k may be missing

Where such an expression stands, an error of the user's program can neither appear nor vanish.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.analysis.elements import index_parts
from srcad.analysis.operations import BINARY_FUNCTIONS
from srcad.analysis.shapes import broadcast, elementwise
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Known, Number, Scalar, Type, counted, dims_of, is_scalar
from srcad.runtime.methods import ATTRIBUTES

ALONG = {np.sum, np.mean, np.prod, np.cumsum, np.any, np.all}  # empty input has a value, too
LIKE = {np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.eye, np.outer, np.transpose}
PRODUCTS = {operator.matmul, np.matmul, np.dot}


@dataclass(frozen=True)
class Total:
    """`called` tells the pure function that the expression of a call refers to, or None."""

    called: Callable[[ir.Expr], Any]
    type_of: Callable[[ir.Expr], Type]
    known: dict[int, tuple[ir.Expr, bool]] = field(default_factory=dict)  # by id, kept alive

    def __call__(self, expr: ir.Expr) -> bool:
        """Whether the expression cannot raise."""
        if type(expr) in _VALUES:
            return True
        key = id(expr)
        if key not in self.known:
            self.known[key] = expr, self.of(expr)
        return self.known[key][1]

    def of(self, expr: ir.Expr) -> bool:
        """The same, found anew."""
        match expr:
            case ir.Attr(obj, _) if isinstance(self.type_of(obj), Known):
                return is_scalar(self.type_of(expr))  # a constant of a module: np.pi
            case ir.Attr(obj, name):
                return name in _PLAIN and self(obj) and isinstance(self.type_of(obj), Array)
            case ir.Item(obj, index):
                return self(obj) and self.item(self.type_of(obj), obj, index)
            case ir.Unary(op, operand):
                return op in "+-" and self(operand) and _number(self.type_of(operand))
            case ir.Binary(op, left, right):
                both = self.type_of(left), self.type_of(right)
                return self(left) and self(right) and _applies(BINARY_FUNCTIONS[op], both)
            case ir.Compare(left, (op,), (right,)) if op in _ORDERS:
                both = self.type_of(left), self.type_of(right)
                return self(left) and self(right) and all(map(_number, both)) and _fit(both)
            case ir.Call(func, args, kwargs):
                if not all(map(self, args)) or not all(self(v) for _, v in kwargs):
                    return False
                if isinstance(func, ir.Attr) and not isinstance(self.type_of(func.obj), Known):
                    return False  # a method
                kinds = tuple(map(self.type_of, args))
                return _calls(self.called(func), kinds, {k: self.type_of(v) for k, v in kwargs})
            case _:
                pass
        return False

    def size(self, expr: ir.Expr) -> bool:
        """A size or a count, as cheap as a name: `x.shape[0]`, `x.shape[0] - 1`."""
        if type(expr) not in _SIZES:
            return False
        match expr:
            case ir.Const(value):
                return type(value) is int
            case ir.Name():
                kind = self.type_of(expr)
                return isinstance(kind, Scalar) and kind.kind is int
            case ir.Item(ir.Attr(ir.Name(), "shape")):
                return self(expr)
            case ir.Binary() if expr.op in ("+", "-"):
                both = self.size(expr.left) and self.size(expr.right)
                return both and _nodes(expr) <= LONGEST
            case _:
                return False

    def item(self, kind: Type, obj: ir.Expr, index: ir.Expr) -> bool:
        """Slices and new axes; the sizes of a shape."""
        parts = index_parts(index)
        if isinstance(kind, Array):
            taken = [p for p in parts if isinstance(p, ir.Slice)]
            rest = [p for p in parts if not isinstance(p, ir.Slice)]
            return (
                len(taken) <= kind.ndim
                and all(isinstance(p, ir.Const) and p.value is None for p in rest)
                and all(isinstance(b, ir.Const) for p in taken for b in ir.children(p))
            )
        shape = isinstance(obj, ir.Attr) and obj.name == "shape"
        owner = self.type_of(obj.obj) if shape and isinstance(obj, ir.Attr) else None
        return (
            isinstance(owner, Array)
            and isinstance(index, ir.Const)
            and type(index.value) is int
            and -owner.ndim <= index.value < owner.ndim
        )


def _nodes(expr: ir.Expr) -> int:
    return 1 + sum(map(_nodes, ir.children(expr)))


_VALUES = frozenset((ir.Name, ir.Const, ir.Ref))
_SIZES = frozenset((ir.Name, ir.Const, ir.Item, ir.Binary))
_ORDERS = {"<", "<=", ">", ">=", "==", "!="}
LONGEST = 9  # nodes of a size: `x.shape[0] - k + 1`
_PLAIN = {"T", "shape", "size", "ndim", *ATTRIBUTES} - {"flat"}


def _number(kind: Type) -> bool:
    return is_scalar(kind) or (isinstance(kind, Array) and kind.dtype != "bool")


def _applies(function: Any, kinds: tuple[Type, ...]) -> bool:
    """Whether an operator has a value for operands of these types."""
    if not all(map(_number, kinds)):
        return False
    if function in PRODUCTS:
        return _conform(kinds)
    if function in (operator.add, operator.sub, operator.mul):
        return _fit(kinds)
    if function in (operator.truediv, operator.pow):
        # arrays and NumPy's numbers divide by zero with a warning
        return _fit(kinds) and any(isinstance(k, Array | Number) and _floats(k) for k in kinds)
    return False


def _calls(function: Any, kinds: tuple[Type, ...], options: dict[str | None, Type]) -> bool:
    try:
        hash(function)
    except TypeError:
        return False
    if function is None or not kinds:
        return False
    if isinstance(function, np.ufunc) and elementwise(function):
        floats = all(map(_number, kinds)) and any(map(_floats, kinds))
        floats = floats or all(isinstance(k, Scalar) and k.kind is float for k in kinds)
        return not options and floats and _fit(kinds)
    if function in ALONG:
        return _axis_fits(kinds, options)
    if function in PRODUCTS:
        return not options and _conform(kinds)
    if function in (np.eye, np.arange):
        return not options and len(kinds) == 1 and counted(kinds[0]) is not None
    return function in LIKE and not options and isinstance(kinds[0], Array)


def _floats(kind: Type) -> bool:
    return (
        isinstance(kind, (Array, Number))
        and kind.dtype.startswith(("float", "complex"))
        and (not isinstance(kind, Number) or not kind.loose)
    )


def _fit(kinds: tuple[Type, ...]) -> bool:
    """Whether the shapes are known to go together."""
    shapes = [dims_of(k) for k in kinds if dims_of(k) != ()]
    if any(s is None or None in s for s in shapes):
        return False
    return not shapes or None not in (broadcast(shapes) or (None,))


def _conform(kinds: tuple[Type, ...]) -> bool:
    if len(kinds) != 2:
        return False  # a method: its owner is not among the arguments
    a, b = (dims_of(k) for k in kinds)
    if not a or not b or len(a) > 2 or len(b) > 2 or None in (*a, *b):
        return False
    return a[-1] == b[0]


def _axis_fits(kinds: tuple[Type, ...], options: dict[str | None, Type]) -> bool:
    if len(kinds) != 1 or not isinstance(kinds[0], Array) or set(options) - {"axis", "keepdims"}:
        return False
    if not all(isinstance(k, Scalar) and (k.known or k.kind is bool) for k in options.values()):
        return False
    axis = options.get("axis", Scalar(type(None), None, True))
    assert isinstance(axis, Scalar)
    ndim = kinds[0].ndim
    return axis.value is None or (type(axis.value) is int and -ndim <= axis.value < ndim)
