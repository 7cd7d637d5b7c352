"""Write out what is done with an object of one of several classes as a choice of its class.

    for layer in [Linear(w), ReLU()]:          if type(layer) is Linear:
        x = layer.forward(x)             →         layer_Linear = instance(layer, Linear, "forward")
                                                   x = layer_Linear.forward(x)
                                               else:
                                                   layer_ReLU = instance(layer, ReLU, "forward")
                                                   x = layer_ReLU.forward(x)

Calls of methods and of objects, properties, assignments to attributes and items, operators.
A function beside the objects is called by its name: `elif layer is np.tanh: x = np.tanh(x)`.
Inference reads the choice in place of the statement, so that each method is known where it is
called.  What all the classes keep as an attribute is read as it is.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad.analysis.invoke import SPECIAL
from srcad.analysis.operations import BINARY_FUNCTIONS, UNARY_FUNCTIONS
from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.again import once_more
from srcad.ir.types import BOTTOM, AnyType, Bottom, Known, Obj, Type, join_all
from srcad.rules.spelling import spelled
from srcad.runtime.objects import instance

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

INSTANCE = ir.Ref(instance, "instance")
TYPE = ir.Ref(type, "type")
Rewrite = Callable[[ir.Expr], ir.Stmt]


def dispatched(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The choice in place of this statement; None where no class has to be chosen."""
    found = _chosen(stmt, inference)
    if found is None:
        return None
    owner, name, rewrite = found
    objects = _objects(inference, owner)
    if name == "__class__" and inference.types[owner].none:  # type: ignore[union-attr]
        return None
    if name.startswith("__"):
        able = [o for o in objects if _of_class(o.cls, name)]
        if len(able) < len(objects):
            return None
    else:
        able = [o for o in objects if isinstance(stmt, ir.Store | ir.Augment) or _has(o, name)]
    writer = Writer(stmt, inference)
    block: ir.Block = ()
    for one in reversed(able):
        branch = _branch(writer, owner, one.cls, name, rewrite)
        if block:
            branch = (ir.If(type_is(owner, one.cls), branch, block, getattr(stmt, "at", None)),)
        block = branch
    if block and name == "__call__":
        for function in reversed(_functions(inference, owner)):
            called = ir.Ref(function.value, spelled(function.value))
            test = ir.Compare(ir.Name(owner), ("is",), (called,))
            block = (ir.If(test, (rewrite(called),), block, getattr(stmt, "at", None)),)
    return block or None


def _branch(writer: Writer, owner: str, cls: type, name: str, rewrite: Rewrite) -> ir.Block:
    narrow = writer.fresh(f"{owner}_{cls.__name__}", cls)
    return ir.Assign(narrow, narrowed(owner, cls, name), writer.stmt.at), rewrite(ir.Name(narrow))


def narrowed(owner: str, cls: type, name: str) -> ir.Expr:
    """The object, known to be of this class, of which `name` is asked."""
    return ir.Call(INSTANCE, (ir.Name(owner), _class(cls), ir.Const(name)))


def type_is(owner: str, cls: type) -> ir.Expr:
    """Whether the object is of this class."""
    return ir.Compare(ir.Call(TYPE, (ir.Name(owner),)), ("is",), (_class(cls),))


def _class(cls: type) -> ir.Ref:
    return ir.Ref(cls, cls.__name__)


def instance_of(kind: Type, cls: Type) -> Type:
    """The type of an object that is known to be of this class."""
    if isinstance(kind, Bottom) or not isinstance(cls, Known):
        return BOTTOM
    objects = (kind,) if isinstance(kind, Obj) else getattr(kind, "objects", ())
    return next((o for o in objects if o.cls is cls.value), kind)


def field_of(kind: AnyType, name: str) -> Type | None:
    """The type of an attribute that is no more than that in all classes; else None."""
    if not all(_plain(o, name) for o in kind.objects):
        return None
    return join_all([t for o in kind.objects for n, t in o.fields if n == name])


def _objects(inference: Inference, owner: str) -> tuple[Obj, ...]:
    kind = inference.types.get(owner)
    return kind.objects if isinstance(kind, AnyType) else ()


def _functions(inference: Inference, owner: str) -> tuple[Known, ...]:
    kind = inference.types.get(owner)
    return kind.functions if isinstance(kind, AnyType) else ()


def _chosen(stmt: ir.Stmt, inference: Inference) -> tuple[str, str, Rewrite] | None:
    """The object, what is asked of its class, and the statement for another name of it."""

    def known(name: str) -> bool:
        return bool(_objects(inference, name))

    match stmt:
        case ir.Assign(_, value) | ir.Effect(value):
            found = _read(value, inference)
            if found is None:
                return None
            owner, name, change = found
            return owner, name, lambda new: replace(stmt, value=change(new))
        case ir.For(_, ir.Name(owner)) if known(owner) and not inference.types[owner].none:  # type: ignore[union-attr]
            return owner, "__iter__", lambda new: replace(once_more(stmt), iterable=new)
        case ir.Store(ir.Attr(ir.Name(owner), name) as target) | ir.Augment(
            ir.Attr(ir.Name(owner), name) as target
        ) if known(owner):
            return owner, name, lambda new: replace(stmt, target=replace(target, obj=new))
        case ir.Store(ir.Item(ir.Name(owner)) as item) | ir.Augment(
            ir.Item(ir.Name(owner)) as item
        ) if known(owner):
            return owner, "__setitem__", lambda new: replace(stmt, target=replace(item, obj=new))
        case ir.Unpack(_, ir.Name(owner)) if known(owner):
            return owner, "__iter__", lambda new: replace(stmt, value=new)
        case _:
            return None


def _read(
    value: ir.Expr, inference: Inference
) -> tuple[str, str, Callable[[ir.Expr], ir.Expr]] | None:
    def objects(name: str) -> tuple[Obj, ...]:
        return _objects(inference, name)

    match value:
        case ir.Call(ir.Attr(ir.Name(owner), name) as func) if objects(owner):
            return owner, name, lambda new: replace(value, func=replace(func, obj=new))
        case ir.Call(func, (ir.Name(owner),), ()) if objects(owner) and _copies(func, inference):
            asked = "__abs__" if func == ir.Name("abs") else "__class__"
            return owner, asked, lambda new: replace(value, args=(new,))
        case ir.Call(ir.Name(owner)) if objects(owner):
            return owner, "__call__", lambda new: replace(value, func=new)
        case ir.Attr(ir.Name(owner), name) if objects(owner):
            if all(_plain(o, name) for o in objects(owner)):
                return None
            return owner, name, lambda new: replace(value, obj=new)
        case ir.Item(ir.Name(owner)) if objects(owner):
            return owner, "__getitem__", lambda new: replace(value, obj=new)
        case ir.Unary(op, ir.Name(owner)) if op != "not" and objects(owner):
            return owner, SPECIAL[UNARY_FUNCTIONS[op]], lambda new: replace(value, operand=new)
        case ir.Binary(op, ir.Name(owner)) if objects(owner):
            return owner, _operator(op, ""), lambda new: replace(value, left=new)
        case ir.Binary(op, _, ir.Name(owner)) if objects(owner):
            return owner, _operator(op, "r"), lambda new: replace(value, right=new)
        case _:
            return None


def _copies(func: ir.Expr, inference: Inference) -> bool:
    """Whether a function copies objects, or takes them apart, each class in its way."""
    kind = inference.expr(func) if isinstance(func, ir.Name | ir.Attr | ir.Ref) else None
    return isinstance(kind, Known) and any(kind.value is f for f in _COPYING)


_COPYING = (abs, copy.copy, copy.deepcopy, dataclasses.asdict, dataclasses.astuple)


def _operator(op: str, reflected: str) -> str:
    return f"__{reflected}{BINARY_FUNCTIONS[op].__name__.strip('_')}__"


_NOTHING = object()


def _of_class(cls: type, name: str) -> Any:
    found = inspect.getattr_static(cls, name, _NOTHING)
    return None if found is _NOTHING else found


def _has(one: Obj, name: str) -> bool:
    return name in dict(one.fields) or _of_class(one.cls, name) is not None


def _plain(one: Obj, name: str) -> bool:
    """Whether the class has nothing of that name, or only a default of what the object has."""
    found = _of_class(one.cls, name)
    return found is None or (name in dict(one.fields) and not hasattr(type(found), "__get__"))
