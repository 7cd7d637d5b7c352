"""Write out `getattr(obj, "name", default)` as the choice that it is.

gain = getattr(p, "gain", 1.0)       if hasattr(p, "gain"):
                                 →       gain = p.gain
                                     else:
                                         gain = 1.0

a property, which may raise          try: gain = p.gain
AttributeError itself                except AttributeError: gain = 1.0

p has no such attribute              lacks(p, "gain")              checked when it runs
                                     gain = 1.0
gain = p.gain                        gain = absent(p, "gain")      the same: it raises

p is one of several classes          if type(p) is Lens: …         (each as above)
"""

from __future__ import annotations

import functools
import inspect
import types as pytypes
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.decide import python_class
from srcad.analysis.dispatch import INSTANCE, TYPE
from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import (
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
from srcad.runtime.objects import absent, lacks, reads_by_code

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

ABSENT = ir.Ref(absent, "absent")
LACKS = ir.Ref(lacks, "lacks")
HASATTR = ir.Ref(hasattr, "hasattr")
MISSING = object()


def attribute_or_default(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of `target = getattr(obj, "name", default)`; None for others."""
    match stmt:
        case ir.Assign(_, ir.Attr(ir.Name(variable) as owner, attribute)):
            kind = inference.types.get(variable)
            if not isinstance(kind, Obj) or not _absent(kind, attribute, inference):
                return None
            return (replace(stmt, value=ir.Call(ABSENT, (owner, ir.Const(attribute)))),)
        case ir.Assign(
            target,
            ir.Call(ir.Name("getattr") as func, (ir.Name() as owner, key, default), ()),
        ) if inference.expr(func) == Known.of(getattr):
            pass
        case _:
            return None
    name = inference.expr(key)
    if not isinstance(name, Scalar) or name.kind is not str or not name.known:
        return None
    return _Asked(stmt, target, name.value, default, inference).of(
        owner, inference.types.get(owner.id, inference.expr(owner))
    )


class _Asked:
    def __init__(
        self, stmt: ir.Assign, target: str, name: str, default: ir.Expr, inference: Inference
    ) -> None:
        self.stmt, self.target, self.name, self.default = stmt, target, name, default
        self.inference = inference

    def let(self, value: ir.Expr) -> ir.Assign:
        return ir.Assign(self.target, value, self.stmt.at)

    def of(self, owner: ir.Name, kind: Type) -> ir.Block | None:
        match kind:
            case Bottom():
                return None
            case Obj():
                return self.of_object(owner, kind)
            case AnyType(objects, none) if objects:
                return self.of_one_class(owner, objects, none)
            case Lst() | Dct() | Tup() | Array() | Scalar() | Number():
                cls = python_class(kind)
                if cls is not None:
                    there = hasattr(cls, self.name)
                    return (self.let(ir.Attr(owner, self.name) if there else self.default),)
            case _:
                pass
        return self.if_there(owner)

    def if_there(self, owner: ir.Name) -> ir.Block:
        test = ir.Call(HASATTR, (owner, ir.Const(self.name)))
        found = self.let(ir.Attr(owner, self.name))
        return (ir.If(test, (found,), (self.let(self.default),), self.stmt.at),)

    def of_object(self, owner: ir.Name, kind: Obj) -> ir.Block | None:
        found = inspect.getattr_static(kind.cls, self.name, MISSING)
        stored = self.name in dict(kind.fields)
        if isinstance(found, property | functools.cached_property) and not stored:
            error = ir.Ref(AttributeError, "AttributeError")
            caught = ir.Handler(error, None, (self.instead(),))
            asked = self.let(ir.Attr(owner, self.name))
            return (ir.Try((asked,), (caught,), (), (), self.stmt.at),)
        if reads_by_code(kind.cls, self.name, stored) or (
            found is MISSING and isinstance(_fallback(kind.cls), pytypes.FunctionType)
        ):
            return None
        if found is not MISSING:
            return (self.let(ir.Attr(owner, self.name)),)
        if stored:
            return self.if_there(owner)
        if not _absent(kind, self.name, self.inference):
            return (self.let(ir.Attr(owner, self.name)),)
        check = ir.Effect(ir.Call(LACKS, (owner, ir.Const(self.name))), self.stmt.at)
        return (check, self.instead())

    def instead(self) -> ir.Stmt:
        return self.let(self.default)

    def of_one_class(self, owner: ir.Name, objects: tuple[Obj, ...], none: bool) -> ir.Block | None:
        """The choice of the class; None has no attributes of the user's."""
        writer = Writer(self.stmt, self.inference)
        block: ir.Block = ()
        if none:
            block = self.if_there(owner) if hasattr(None, self.name) else (self.instead(),)
        for one in reversed(objects):
            narrow = ir.Name(writer.fresh(f"{owner.id}_{one.cls.__name__}", one.cls))
            cls = ir.Ref(one.cls, one.cls.__name__)
            inner = self.of_object(narrow, one)
            if inner is None:
                return None
            narrowed = ir.Call(INSTANCE, (owner, cls, ir.Const("__class__")))
            branch: ir.Block = (ir.Assign(narrow.id, narrowed, self.stmt.at), *inner)
            if block:
                test = ir.Compare(ir.Call(TYPE, (owner,)), ("is",), (cls,))
                branch = (ir.If(test, branch, block, self.stmt.at),)
            block = branch
        return block


def _absent(kind: Obj, name: str, inference: Inference) -> bool:
    """Whether an object has no attribute of the name, as far as is known in the end."""
    if name in dict(kind.fields) or hasattr(kind.cls, name) or name in ("__dict__", "__class__"):
        return False
    if hasattr(kind.cls, "__getattr__") or reads_by_code(kind.cls, name, False):
        return False
    return not inference.session.may_come(kind.cls)


def _fallback(cls: type) -> object:
    return inspect.getattr_static(cls, "__getattr__", None)
