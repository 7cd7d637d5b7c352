"""What `super()` finds: methods, properties and values of the next class that has them.

super(C, self).step(x)      Invoke(B.step, (self, x))      B: the next class after C that has `step`
super(C, self).area         Invoke(the getter of B.area, (self,))
"""

from __future__ import annotations

import types as pytypes
from typing import TYPE_CHECKING

from srcad.analysis.invoke import Found, invoke_function
from srcad.analysis.operations import Inert, Refused
from srcad.ir import nodes as ir
from srcad.ir.observed import type_of
from srcad.ir.types import ANY, BOTTOM, NONE, Bottom, Known, Obj, Type

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def parent_method(expr: ir.Call, func: ir.Attr, inference: Inference) -> Found | None:
    """`super(C, self).name(...)`: the method of the next class after C that has one."""
    asked = parent_of(func.obj, inference)
    if asked is None:
        return None
    for arg in (*expr.args, *(v for _, v in expr.kwargs)):
        inference.expr(arg)
    owner, kind, classes = asked
    if isinstance(kind, Bottom):
        return BOTTOM, Inert()
    base = next((c for c in classes if func.name in vars(c)), None)
    found = None if base is None else vars(base)[func.name]
    if base is object and func.name == "__init__":
        return NONE, Inert()
    if isinstance(found, pytypes.FunctionType):
        method = inference.session.program.attribute(base, func.name)
        return invoke_function(method, (owner, *expr.args), expr.kwargs, inference)
    if isinstance(found, staticmethod) and isinstance(found.__func__, pytypes.FunctionType):
        inference.session.program.attribute(base, func.name)
        return invoke_function(found.__func__, expr.args, expr.kwargs, inference)
    return ANY, Refused(f"`super().{func.name}(...)`")


def parent_attribute(expr: ir.Attr, inference: Inference) -> Found | None:
    """`super(C, self).name`: a property or a value of the next class after C that has one."""
    asked = parent_of(expr.obj, inference)
    if asked is None:
        return None
    owner, kind, classes = asked
    if isinstance(kind, Bottom):
        return BOTTOM, Inert()
    base = next((c for c in classes if expr.name in vars(c)), None)
    found = None if base is None else vars(base)[expr.name]
    if isinstance(found, property) and isinstance(found.fget, pytypes.FunctionType):
        inference.session.program.attribute(base, expr.name)
        return invoke_function(found.fget, (owner,), (), inference)
    if base is None or hasattr(type(found), "__get__"):
        return ANY, Refused(f"`super().{expr.name}`")
    value = inference.session.program.attribute(base, expr.name)
    return type_of(value, inference.session.symbols), Inert()


def parent_of(expr: ir.Expr, inference: Inference) -> tuple[ir.Expr, Type, tuple[type, ...]] | None:
    """What `super(C, self)` asks: the object, its type, and the classes after C."""
    if not isinstance(expr, ir.Call):
        return None
    match expr:
        case ir.Call(ir.Ref(found), (named, owner)) if found is super:
            cls, kind = inference.expr(named), inference.expr(owner)
        case _:
            return None
    order = kind.cls.__mro__ if isinstance(kind, Obj) else ()
    known = isinstance(cls, Known) and cls.value in order
    return owner, kind, order[order.index(cls.value) + 1 :] if known else ()  # type: ignore[union-attr]
