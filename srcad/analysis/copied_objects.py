"""Write out what copies objects: `copy.copy`, `copy.deepcopy`, `dataclasses.asdict`, `astuple`.

    new = copy.copy(p)               x, y = p.x, p.y
                               →     new = made(Point, x=x, y=y)

    new = copy.deepcopy(p)           no_sharing(p)                    checked when it runs
                               →     x = copy.deepcopy(p.x) …
                                     new = made(Point, x=x, y=y)

    table = asdict(p)          →     x = as_dict_part(p.x) …
                                     table = {"x": x, "y": y}

An attribute that some objects of the class lack is set afterwards, where it is there.  Classes that
copy in a way of their own are asked.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.analysis.defaults import surely_set
from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Clo, Known, Lst, Obj, Scalar, Tup, Type
from srcad.runtime.copies import as_dict_part, as_tuple_part, no_sharing
from srcad.runtime.objects import has_own, made, no_others

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

MADE = ir.Ref(made, "made")
HAS_OWN = ir.Ref(has_own, "has_own")
NO_OTHERS = ir.Ref(no_others, "no_others")
NO_SHARING = ir.Ref(no_sharing, "no_sharing")
DEEP = ir.Ref(copy.deepcopy, "copy.deepcopy")
PARTS = {dataclasses.asdict: as_dict_part, dataclasses.astuple: as_tuple_part}
_OWN_WAYS = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__",
             "__getnewargs_ex__")  # fmt: skip


def copied_object(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of `target = copy.copy(obj)` and its like; None of others."""
    match stmt:
        case ir.Assign(target, ir.Call(func, (ir.Name(owner) as name,), ())):
            kind = inference.types.get(owner)
        case _:
            return None
    if not isinstance(kind, Obj) or not isinstance(func, ir.Name | ir.Attr | ir.Ref):
        return None
    called = inference.expr(func)
    function = called.value if isinstance(called, Known) else None
    writer = Writer(stmt, inference)
    if function is copy.copy or function is copy.deepcopy:
        return _Copying(writer, target, name, kind, function is copy.deepcopy).block()
    if function is dataclasses.asdict or function is dataclasses.astuple:
        return _as_plain(writer, target, name, kind, function)
    return None


class _Copying:
    def __init__(self, writer: Writer, target: str, owner: ir.Name, kind: Obj, deep: bool) -> None:
        self.writer, self.target, self.owner = writer, target, owner
        self.kind, self.deep, self.at = kind, deep, writer.stmt.at

    def block(self) -> ir.Block | None:
        cls, writer = self.kind.cls, self.writer
        if not copies_plainly(cls):
            return self.by_class()
        kinds = dict(self.kind.fields)
        if self.deep and any(isinstance(k, Known) and not _is_itself(k) for k in kinds.values()):
            return None
        names = tuple(map(ir.Const, kinds))
        writer.block.append(ir.Effect(ir.Call(NO_OTHERS, (self.owner, *names)), self.at))
        if self.deep:
            writer.block.append(ir.Effect(ir.Call(NO_SHARING, (self.owner,)), self.at))
        sure = [n for n, _ in self.kind.fields if surely_set(cls, n)]
        given = tuple((n, self.part(n)) for n in sure)
        new: ir.Expr = ir.Call(MADE, (ir.Ref(cls, cls.__name__),), given)
        if cls is pytypes.SimpleNamespace:
            new = ir.Call(ir.Ref(cls, "SimpleNamespace"), (), given)
        copied = ir.Name(writer.fresh("copied", "copied"))
        block = [*writer.block, ir.Assign(copied.id, new, self.at)]
        for name, _ in self.kind.fields:
            if name in sure:
                continue
            writer.block = []
            value = self.part(name)
            then = (*writer.block, ir.Store(ir.Attr(copied, name), value, self.at))
            test = ir.Call(HAS_OWN, (self.owner, ir.Const(name)))
            block.append(ir.If(test, then, (), self.at))
        return (*block, ir.Assign(self.target, copied, self.at))

    def part(self, name: str) -> ir.Expr:
        """The value of an attribute in the copy."""
        writer = self.writer
        value = ir.Name(writer.fresh(name, ("part", name)))
        writer.block.append(ir.Assign(value.id, ir.Attr(self.owner, name), self.at))
        kind = dict(self.kind.fields).get(name, ANY)
        if not self.deep or _is_itself(kind):
            return value
        deep = ir.Name(writer.fresh(name, ("deep", name)))
        writer.block.append(ir.Assign(deep.id, ir.Call(DEEP, (value,)), self.at))
        return deep

    def by_class(self) -> ir.Block | None:
        """`__copy__` and `__deepcopy__`."""
        name = "__deepcopy__" if self.deep else "__copy__"
        found = inspect.getattr_static(self.kind.cls, name, None)
        if not isinstance(found, pytypes.FunctionType):
            return None
        args: tuple[ir.Expr, ...] = (ir.Mapping((), ()),) if self.deep else ()
        if args:
            memo = ir.Name(self.writer.fresh("memo", "memo"))
            self.writer.block.append(ir.Assign(memo.id, args[0], self.at))
            args = (memo,)
        call = ir.Call(ir.Attr(self.owner, name), args)
        return (*self.writer.block, ir.Assign(self.target, call, self.at))


def _is_itself(kind: Type) -> bool:
    """Whether what cannot change is its own copy: numbers, texts, functions and classes."""
    if isinstance(kind, Scalar | Clo):
        return True
    steady = (type, pytypes.FunctionType, pytypes.BuiltinFunctionType, np.ufunc)
    return isinstance(kind, Known) and isinstance(kind.value, steady)


def copies_plainly(cls: type) -> bool:
    """Whether a copy of an object is a new object with the same attributes."""
    if any(inspect.getattr_static(cls, n, None) is not None for n in ("__copy__", "__deepcopy__")):
        return False
    base: Any = pytypes.SimpleNamespace if cls is pytypes.SimpleNamespace else object
    plain = all(getattr(cls, n, None) is getattr(base, n, None) for n in _OWN_WAYS)
    frozen_slots = dataclasses.is_dataclass(cls) and "__slots__" in vars(cls)
    return (plain or frozen_slots) and cls.__new__ is base.__new__


def _as_plain(
    writer: Writer, target: str, owner: ir.Name, kind: Obj, function: Any
) -> ir.Block | None:
    """`asdict(p)` and `astuple(p)`."""
    fields = dict(kind.fields)
    if not dataclasses.is_dataclass(kind.cls):
        return None
    names = [f.name for f in dataclasses.fields(kind.cls)]
    if not set(names) <= set(fields):
        return None
    inner = ir.Ref(PARTS[function], PARTS[function].__name__)
    parts: list[ir.Expr] = []
    for name in names:
        value = writer.let(name, ir.Attr(owner, name))
        parts.append(_plain_part(writer, name, value, fields[name], inner))
    whole: ir.Expr = ir.Sequence("tuple", tuple(parts))
    if function is dataclasses.asdict:
        whole = ir.Mapping(tuple(map(ir.Const, names)), tuple(parts))
    return (*writer.block, ir.Assign(target, whole, writer.stmt.at))


def _plain_part(writer: Writer, hint: str, value: ir.Name, kind: Type, inner: ir.Expr) -> ir.Expr:
    """The value of a field as `asdict` or `astuple` has it; known items one by one."""
    items = kind.items if isinstance(kind, Tup | Lst) and kind.cls in (tuple, list) else None
    if items is None or len(items) > _MOST:
        return writer.let(f"{hint}_part", ir.Call(inner, (value,)))
    parts: list[ir.Expr] = []
    for k, item in enumerate(items):
        one = writer.let(hint, ir.Item(value, ir.Const(k)))
        parts.append(_plain_part(writer, hint, one, item, inner))
    whole = "tuple" if isinstance(kind, Tup) else "list"
    return writer.let(f"{hint}_part", ir.Sequence(whole, tuple(parts)))


_MOST = 8
