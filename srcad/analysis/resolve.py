"""Find out what an attribute or an element refers to; calls are in `calls`.

x.T          x: float64[n, m]     Apply(np.transpose, (x,))          float64[m, n]
p["W"]       p: dict              Part(p, "W")
x[1:]        x: float64[n]        Element(x, 1:)                     float64[n-1]
"""

from __future__ import annotations

import functools
import inspect
import types as pytypes
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.analysis import brackets
from srcad.analysis.any_rank import attribute_of_any_rank
from srcad.analysis.calls import call
from srcad.analysis.defaults import is_default, surely_set
from srcad.analysis.dispatch import field_of
from srcad.analysis.elements import element
from srcad.analysis.invoke import Found, invoke_function
from srcad.analysis.invoke import with_captures as with_captures
from srcad.analysis.operations import Apply, Element, Inert, Make, Mutation, Part, Refused
from srcad.analysis.parents import parent_attribute
from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir
from srcad.ir.indices import as_value
from srcad.ir.tables import under
from srcad.ir.types import (
    ANY,
    BOTTOM,
    INT,
    NUMERIC,
    SIZES,
    STR,
    AnyType,
    Array,
    Bottom,
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
    carries,
    count,
    join,
    join_all,
    key_of,
)
from srcad.rules.mutable import MISSING as MISSING_KEY
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime import methods
from srcad.runtime.gates import Gate
from srcad.runtime.methods import ATTRIBUTES
from srcad.runtime.objects import reads_by_code

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def resolve(expr: ir.Attr | ir.Item | ir.Call, inference: Inference) -> Found:
    """The type of the expression and the operation that it is."""
    match expr:
        case ir.Attr():
            inherited = parent_attribute(expr, inference)
            if inherited is not None:
                return inherited
            return attribute(expr, inference.expr(expr.obj), expr.name, inference)
        case ir.Item(obj, index):
            return item(expr, inference.expr(obj), inference.expr(index), inference)
        case ir.Call():
            named = _getattr(expr, inference)
            return call(expr, inference) if named is None else named
    raise AssertionError(expr)


def _getattr(expr: ir.Call, inference: Inference) -> Found | None:
    """`getattr(obj, name)`: the attribute, where the name is known or is that of a field."""
    match inference.expr(expr.func), expr.args, expr.kwargs:
        case Known(value), (obj, name), () if value is getattr:
            pass
        case _:
            return None
    owner, key = inference.expr(obj), inference.expr(name)
    if isinstance(key, Scalar) and key.kind is str and key.known:
        return attribute(ir.Attr(obj, key.value), owner, key.value, inference)
    if isinstance(owner, AnyType):
        return ANY, Part(obj, name)
    if not isinstance(owner, Obj):
        return None
    plain = {n for n, _ in owner.fields}
    for cls in owner.cls.__mro__[:-1]:
        for other, value in vars(cls).items():
            special = other.startswith("__") and other.endswith("__")
            if not (special or other in plain or isinstance(value, pytypes.FunctionType)):
                return ANY, Refused(f"`getattr` by a computed name, which may be `{other}`,")
    return join_all([kind for _, kind in owner.fields]), Part(obj, name)


# -- attributes ------------------------------------------------------------------------


# Of a function: what shows the values that it holds.
_HELD = frozenset({"__closure__", "__defaults__", "__kwdefaults__", "__dict__", "__wrapped__"})


def attribute(  # noqa: C901 - one decision over the kinds
    expr: ir.Attr, owner: Type, name: str, inference: Inference
) -> Found:
    match owner:
        case Bottom():
            return BOTTOM, Inert()
        case Known(value):
            return inference.session.attribute(value, name) or ANY, Inert()
        case Array() | Number() | Scalar():
            return _number_attribute(expr, owner, name, inference)
        case Tup(items, cls) if name in getattr(cls, "_fields", ()):
            return items[cls._fields.index(name)], Part(expr.obj, name)  # type: ignore[attr-defined]
        case Tup(_, cls) if cls is not tuple and not hasattr(tuple, name):
            return _of_named_tuple(expr, owner, cls, name, inference)
        case Obj(cls, fields):
            return _field(expr, owner, cls, dict(fields), name, inference)
        case AnyType(form="numeric") if attribute_of_any_rank(name) is not None:
            return _of_any_rank(expr, owner, name)
        case AnyType() if name in _LAYOUT and inference.unit.of_runtime:
            return _LAYOUT[name], Inert()
        case AnyType(objects):
            kind = field_of(owner, name) if objects else ANY
            if isinstance(kind, Bottom) and any(inference.session.may_come(o.cls) for o in objects):
                return BOTTOM, Inert()
            return (ANY if kind is None or isinstance(kind, Bottom) else kind), Part(expr.obj, name)
        case Method(_, bound) if name == "__self__":
            return bound, Part(expr.obj, name)
        case Clo() if name not in _HELD:
            return ANY, Inert()
        case _:
            return ANY, Refused(f"`.{name}` of this value")


# what our own helpers ask of an array, whatever is known of it
_LAYOUT: dict[str, Type] = {"shape": ANY, "ndim": INT, "size": INT, "dtype": ANY}


def _of_named_tuple(expr: ir.Attr, owner: Tup, cls: type, name: str, inference: Inference) -> Found:
    """What the class of a named tuple has besides its fields: methods, properties, values."""
    found = inspect.getattr_static(cls, name, MISSING)
    if isinstance(found, property) and isinstance(found.fget, pytypes.FunctionType):
        inference.session.program.attribute(cls, name)
        return invoke_function(found.fget, (expr.obj,), (), inference)
    if isinstance(found, pytypes.FunctionType) and not name.startswith("_"):
        inference.session.program.attribute(cls, name)
        held = Make(pytypes.MethodType, (("__self__", expr.obj),))
        return Method(Known.of(found), owner, name), held
    if found is MISSING or hasattr(type(found), "__get__"):
        return ANY, Refused(f"`.{name}` of this value")
    value = inference.session.program.attribute(cls, name)
    return inference.session.member(value, name), Inert()


def _of_any_rank(expr: ir.Attr, owner: Type, name: str) -> Found:
    """An attribute of a number or an array, whichever it is."""
    kind, function = attribute_of_any_rank(name), ATTRIBUTES.get(name)
    if kind is None or not carries(kind) or function is None:
        return kind or ANY, Inert()
    return kind, Apply(function, (expr.obj,), (), TABLE.get(function), (owner,), "attribute")


def _number_attribute(expr: ir.Attr, owner: Type, name: str, inference: Inference) -> Found:
    if name == "shape" and isinstance(owner, Array):
        return Tup(tuple(map(count, owner.dims))), Inert()
    if name == "size" and isinstance(owner, Array) and owner.ndim == 1:
        return count(owner.dims[0]), Inert()
    if name == "ndim" and isinstance(owner, Array):
        return Scalar(int, owner.ndim, True), Inert()
    function = ATTRIBUTES.get(name)
    if name == "__class__":
        return ANY, Inert()
    if function is None:
        python = owner.kind if isinstance(owner, Scalar) else np.ndarray
        if not hasattr(python, name):
            return ANY, Inert()  # raises when it runs
        return ANY, Refused(f"`.{name}` of {'an array' if python is np.ndarray else 'a number'}")
    rule = TABLE.get(function)
    flat = function is methods.flat and isinstance(owner, Array)
    kind = Array(owner.dtype, (None,)) if flat else inference.typed(function, (owner,), ())  # type: ignore[union-attr]
    if isinstance(rule, NoDerivative):
        return (ANY if isinstance(kind, AnyType) else kind), Inert()
    return kind, Apply(function, (expr.obj,), (), rule, (owner,), "attribute")


def _field(
    expr: ir.Attr, owner: Obj, cls: type, fields: dict[str, Type], name: str, inference: Inference
) -> Found:
    if name == "__class__":
        return Known.of(cls), Inert()
    found = inspect.getattr_static(cls, name, MISSING)
    if name == "__dict__" or isinstance(found, pytypes.GetSetDescriptorType):
        return ANY, Refused(f"`.{name}` of an object")
    if isinstance(found, property) and isinstance(found.fget, pytypes.FunctionType):
        inference.session.program.attribute(cls, name)
        return invoke_function(found.fget, (expr.obj,), (), inference)
    if reads_by_code(cls, name, name in fields):
        return ANY, Refused(f"`.{name}` of a {cls.__name__}, which runs code of its class,")
    if isinstance(found, functools.cached_property) and name not in fields:
        return ANY, Refused(f"the cached property `{name}`")
    if name in fields:
        kind = fields[name]
        if found is not MISSING and is_default(found) and not surely_set(cls, name):
            value = inference.session.program.attribute(cls, name)
            kind = join(kind, inference.session.member(value, name))
        return kind, Part(expr.obj, name)
    return _of_class(expr, owner, found, name, inference)


def _of_class(expr: ir.Attr, owner: Obj, found: Any, name: str, inference: Inference) -> Found:
    """What the class of an object has under a name: a method, or a value."""
    cls = owner.cls
    if found is MISSING and inference.session.may_come(cls):
        return BOTTOM, Inert()
    if found is MISSING:
        return ANY, Inert() if hasattr(cls, name) else Refused(f"`.{name}`")
    if isinstance(found, pytypes.FunctionType | Gate):
        inference.session.program.attribute(cls, name)
        held = Make(pytypes.MethodType, (("__self__", expr.obj),))
        return Method(Known.of(found), owner, name), held
    value = inference.session.program.attribute(cls, name)
    if isinstance(found, classmethod | staticmethod):
        return Known.of(value), Inert()
    if isinstance(found, functools._lru_cache_wrapper):  # what it computes when it forgets
        held = Make(pytypes.MethodType, (("__self__", expr.obj),))
        return Method(Known.of(inspect.unwrap(found)), owner, name), held
    if hasattr(type(found), "__get__"):
        return ANY, Refused(f"`.{name}` of a {cls.__name__}, which runs code of its class,")
    return inference.session.member(value, name), Inert()


# -- elements --------------------------------------------------------------------------


def item(expr: ir.Item, owner: Type, index: Type, inference: Inference) -> Found:  # noqa: C901 - one decision over the kinds
    match owner:
        case Bottom():
            return BOTTOM, Inert()
        case Array():
            return element(expr, owner, inference), Element(expr.obj, expr.index)
        case Number(dtype):  # `x[..., None]`: a NumPy number is indexed as an array without axes
            return element(expr, Array(dtype, ()), inference), Element(expr.obj, expr.index)
        case Tup(items) | Lst(items) if items is not None and isinstance(index, Scalar):
            return _from_items(expr, owner, items, index)
        case Lst(_, inner):
            if isinstance(expr.index, ir.Slice):
                return Lst(None, inner), Part(expr.obj, expr.index)
            return inner, Part(expr.obj, expr.index)
        case Dct(_, inner, cls):
            key = key_of(index)
            found = inner if key is None else under(owner, key)
            found = inner if isinstance(found, Bottom) else found  # it is not there: Python raises
            own = inspect.getattr_static(cls, "__getitem__", None)
            if isinstance(own, pytypes.FunctionType):
                return invoke_function(own, (expr.obj, expr.index), (), inference)
            if cls is defaultdict:
                return found, Mutation(expr.obj, f".{MISSING_KEY}()")
            return found, Part(expr.obj, expr.index)
        case Scalar(kind) if kind in (str, range, bytes):
            return (STR if kind is str else INT), Inert()
        case Known(value):
            return brackets.item(expr, value, inference)
        case Obj(cls):
            function = inspect.getattr_static(cls, "__getitem__", None)
            if isinstance(function, pytypes.FunctionType):
                key = as_value(expr.index)
                return invoke_function(function, (expr.obj, key), (), inference)
            return ANY, Refused(f"`[...]` of a {cls.__name__}")
        case _:
            pass
    if isinstance(index, Array | Number | Scalar) and carries(index):
        return ANY, Refused("`[...]` with a number that carries a derivative")
    if isinstance(owner, AnyType) and owner.of is not None:
        return item(expr, owner.of, index, inference)[0], Element(expr.obj, expr.index)
    if owner == SIZES:
        return (SIZES if isinstance(expr.index, ir.Slice) else INT), Part(expr.obj, expr.index)
    return (NUMERIC if owner == NUMERIC else ANY), Element(expr.obj, expr.index)


def _from_items(expr: ir.Item, owner: Tup | Lst, items: tuple[Type, ...], index: Scalar) -> Found:
    part = Part(expr.obj, expr.index)
    if index.known and isinstance(index.value, int) and -len(items) <= index.value < len(items):
        return items[index.value], part
    if isinstance(expr.index, ir.Slice):
        bounds: list[Any] = [
            None if b is None else b.value if isinstance(b, ir.Const) else ...
            for b in (expr.index.lower, expr.index.upper, expr.index.step)
        ]
        if ... in bounds:
            return (ANY if isinstance(owner, Tup) else Lst(None, owner.element)), part
        chosen = items[slice(*bounds)]
        return (Tup(chosen) if isinstance(owner, Tup) else Lst(chosen, join_all(chosen))), part
    return join_all(items), part
