"""Brackets that compute: `np.c_[a, b]`, and items of objects of a module.

np.c_[a, b]        joined(np.c_, (a, b))      columns_joined((a, b))
TABLE[x]           a class with __getitem__   TABLE.__getitem__(x)
Mode["FAST"]       a member of an Enum        what the class holds under the name
list[float]        of a class                 the class
np.mgrid[0:x]      refused, where x carries a derivative
"""

from __future__ import annotations

import enum
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

from srcad.analysis.invoke import Found, invoke_function
from srcad.analysis.operations import Inert, Refused
from srcad.ir import nodes as ir
from srcad.ir.indices import as_value
from srcad.ir.types import ANY, Known, Scalar, Tup
from srcad.runtime.index_tricks import JOINING

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def item(expr: ir.Item, value: Any, inference: Inference) -> Found:
    """An item of an object that carries no derivative; its class may compute with the index."""
    if isinstance(value, type):
        return _of_class(expr, value, inference)
    cls = type(value)
    function = inspect.getattr_static(cls, "__getitem__", None)
    if isinstance(function, pytypes.FunctionType) and not cls.__module__.startswith("numpy"):
        return invoke_function(function, (expr.obj, as_value(expr.index)), (), inference)
    return ANY, Refused(f"`[...]` of a {cls.__name__}")


def _of_class(expr: ir.Item, value: type, inference: Inference) -> Found:
    """`list[float]` is `list` for our purposes; other classes say themselves what they give."""
    if isinstance(value, enum.EnumType):
        key = inference.expr(expr.index)
        member = value.__members__.get(key.value) if isinstance(key, Scalar) else None
        kind = ANY if member is None else inference.session.found(member, member.name)
        return kind, Inert()  # its key is a text
    meta = inspect.getattr_static(type(value), "__getitem__", None)
    own = inspect.getattr_static(value, "__class_getitem__", None)
    function = meta if meta is not None else getattr(own, "__func__", None)
    if isinstance(function, pytypes.FunctionType) and function.__module__ != "typing":
        return invoke_function(function, (expr.obj, as_value(expr.index)), (), inference)
    if meta is not None:
        return ANY, Refused(f"`[...]` of the class {value.__name__}")
    return Known.of(value), Inert()


def join(args: tuple[ir.Expr, ...], inference: Inference) -> Found:
    """`joined(np.c_, (a, b))`; strings give directions there, which are not followed."""
    owner, key = map(inference.expr, args)
    parts = key.items if isinstance(key, Tup) else (key,)
    text = any(isinstance(p, Scalar) and p.kind is str for p in parts)
    function = JOINING.get(type(owner.value)) if isinstance(owner, Known) else None
    if function is not None and not text:
        return invoke_function(function, args[1:], (), inference)
    return ANY, Refused("`[...]` of this object")
