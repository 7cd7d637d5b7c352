"""Find out what a call refers to, by what is called and by the kind of value it is a method of.

act(x)              act: a closure       Invoke(its unit, (x,))
items.append(v)     items: a list        Append(items, v)
Point(x, y)         a namedtuple         Make(Point, x, y)
f(x)                f: anything          Dynamic
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.analysis import brackets, refusals
from srcad.analysis.bind import expand
from srcad.analysis.construct import construct, plain_dataclass, replaced
from srcad.analysis.container_methods import container_method
from srcad.analysis.derivatives import of_derivatives
from srcad.analysis.dispatch import instance_of
from srcad.analysis.drawn import drawn_by, made_generator
from srcad.analysis.generated import items_listed
from srcad.analysis.handed_out import listed
from srcad.analysis.invoke import (
    Found,
    apply,
    attributes_of,
    by_user,
    constant_expr,
    invoke_closure,
    invoke_function,
    made_of_floats,
    special,
)
from srcad.analysis.operations import (
    Dynamic,
    Inert,
    Mutation,
    Part,
    Refused,
    Same,
)
from srcad.analysis.operators import WHEN_IT_RUNS
from srcad.analysis.parents import parent_method
from srcad.analysis.substituting import substitute
from srcad.analysis.text_methods import result_of
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOOL,
    BOTTOM,
    NONE,
    NUMERIC,
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
)
from srcad.rules.mutable import OF_CONTAINERS
from srcad.rules.numbers import PASSING
from srcad.rules.table import TABLE
from srcad.rules.writes import called_whole
from srcad.runtime import draws
from srcad.runtime.closures import captured, default_of
from srcad.runtime.copies import as_dict_part, as_tuple_part
from srcad.runtime.generated import items_from
from srcad.runtime.index_tricks import joined
from srcad.runtime.inplace import fitting
from srcad.runtime.matching import plain_keys
from srcad.runtime.methods import METHODS
from srcad.runtime.noted import named_like, noted
from srcad.runtime.objects import absent, instance, not_kept
from srcad.runtime.operators import BY_NAME
from srcad.runtime.substitutes import SUBSTITUTES, items_of
from srcad.runtime.walks import OF_DICTS

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def call(expr: ir.Call, inference: Inference) -> Found:  # noqa: C901 - one decision over the kinds
    by_name = _method_by_name(expr.func, inference)
    if by_name is not None:
        expr = dataclasses.replace(expr, func=by_name)
    if isinstance(expr.func, ir.Attr):
        parent = parent_method(expr, expr.func, inference)
        if parent is not None:
            return parent
        owner = inference.expr(expr.func.obj)
        found = method(expr, expr.func, owner, inference)
        if found is not None:
            return found
    if isinstance(expr.func, ir.Ref) and expr.func.value in (captured, default_of):
        return _captured(expr.args, inference)
    target = inference.expr(expr.func)
    args, kwargs = expr.args, expr.kwargs
    for arg in args:
        inference.expr(arg)
    for _, value in kwargs:
        inference.expr(value)
    match target:
        case Bottom():
            return BOTTOM, Inert()
        case Known(value):
            return known_call(expr, value, args, kwargs, inference)
        case Method(function):
            direct = isinstance(expr.func, ir.Attr)
            owner_expr = expr.func.obj if direct else ir.Attr(expr.func, "__self__")  # type: ignore[union-attr]
            return invoke_function(function.value, (owner_expr, *args), kwargs, inference)
        case Clo():
            return invoke_closure(target, expr.func, args, kwargs, inference)
        case Obj(cls):
            function = inspect.getattr_static(cls, "__call__", None)
            if isinstance(function, pytypes.FunctionType):
                return invoke_function(function, (expr.func, *args), kwargs, inference)
        case _:
            pass
    return ANY, Dynamic(expr.func, args, kwargs)


def _method_by_name(func: ir.Expr, inference: Inference) -> ir.Attr | None:
    """`getattr(x, name)(...)` where the name is known: the method that it is."""
    match func:
        case ir.Call(ir.Name("getattr"), (obj, name), ()) if inference.expr(func.func) == Known.of(
            getattr
        ):
            key = inference.expr(name)
            known = isinstance(key, Scalar) and key.kind is str and key.known
            return ir.Attr(obj, key.value) if known else None  # type: ignore[union-attr]
        case _:
            return None


def known_call(
    expr: ir.Call,
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    if isinstance(value, functools._lru_cache_wrapper):
        value = value.__wrapped__  # what it computes when it does not remember
    special = by_user(expr, value, args, kwargs, inference)
    if special is None:
        special = _special(expr, value, args, inference)
    if special is not None:
        return special
    made = made_generator(value, args, kwargs, inference)
    new = made or construct(value, args, kwargs, inference)
    if new is not None:
        return new
    by_types = value in (copy.copy, copy.deepcopy, as_dict_part, as_tuple_part, *OF_DICTS)
    other = substitute(value, args, kwargs, inference) if by_types else None
    if other is not None:
        return known_call(expr, other, args, kwargs, inference)
    if isinstance(value, pytypes.FunctionType) and TABLE.get(value) is None:
        value = SUBSTITUTES.get(value, value)
        return invoke_function(value, args, kwargs, inference)
    drawn = draws.of_method(value) or draws.constant_of(value)
    if drawn is not None:
        value, args = drawn[0], (ir.Ref(drawn[1], "rng"), *args)
    elif isinstance(value, pytypes.MethodType) and not called_whole(value):
        bound = ir.Ref(value.__self__, "self_")
        return known_call(expr, value.__func__, (bound, *args), kwargs, inference)
    if isinstance(value, functools.partial):
        return _partial(value, args, kwargs, inference)
    other = substitute(value, args, kwargs, inference)
    if other is not None:
        return known_call(expr, other, args, kwargs, inference)
    expanded = expand(args, kwargs, inference)
    if expanded is None:
        numbers = value in draws.OF_SIZES and not kwargs
        return (NUMERIC if numbers else ANY), Dynamic(expr.func, expr.args, expr.kwargs)
    return apply(value, *expanded, "call", inference)


def _special(
    expr: ir.Call, value: Any, args: tuple[ir.Expr, ...], inference: Inference
) -> Found | None:
    """Calls of a few functions that are read in a way of their own."""
    if value is dataclasses.replace and len(args) == 1:
        owner = inference.expr(args[0])
        if isinstance(owner, Obj) and plain_dataclass(owner):
            return replaced(owner.cls, args[0], expr, inference)
        if isinstance(owner, Bottom):
            return BOTTOM, Inert()
    if getattr(value, "__module__", None) in _MEMORY:
        return ANY, Refused(refusals.BY_MEMORY, refusals.TAKE_JVP)
    if value is vars and args and isinstance(inference.expr(args[0]), Clo):
        return ANY, Refused("`vars` of a function")
    if value is items_of:
        return listed(args[0], inference)
    if value is items_from:
        return items_listed(args, inference)
    if value is getattr and len(args) == 3:
        return ANY, Refused("`getattr` of what its class may make up, with a default,")
    return of_derivatives(expr, value, args) or _by_value(value, args, inference)


def _by_value(value: Any, args: tuple[ir.Expr, ...], inference: Inference) -> Found | None:
    if value is type and len(args) == 1 and isinstance(inference.expr(args[0]), Obj):
        return Known.of(inference.expr(args[0]).cls), Inert()  # type: ignore[union-attr]
    if isinstance(value, pytypes.FunctionType) and value in WHEN_IT_RUNS:
        return ANY, Dynamic(ir.Ref(value, value.__name__), args, ())
    if value is slice and made_of_floats(args, inference):
        return ANY, Refused("a slice that is made of floats")
    if isinstance(value, pytypes.BuiltinFunctionType) and not any(map(_is_star, args)):
        plain = BY_NAME.get(value)
        if plain is not None and any(isinstance(inference.expr(a), Obj) for a in args):
            return invoke_function(plain, args, (), inference)
    if len(args) == 1 and (value is abs or value is float or value is round):
        return special(value, args[0], inference.expr(args[0]), inference)
    if value is joined:
        return brackets.join(args, inference)
    if value is absent or value is plain_keys or value is not_kept:  # they carry nothing
        return (ANY if value is absent else BOOL if value is not_kept else Lst(None, STR)), Inert()
    if value is fitting or value is noted or value is named_like:
        return inference.expr(args[0]), Same(args[0])
    if (value is captured or value is default_of) and len(args) == 2:
        return _captured(args, inference)
    if value is instance:
        return instance_of(inference.expr(args[0]), inference.expr(args[1])), Same(args[0])
    return attributes_of(args[0], inference) if value is vars and len(args) == 1 else None


def _is_star(arg: ir.Expr) -> bool:
    return isinstance(arg, ir.Star)


def _partial(
    value: functools.partial[Any],
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    first = tuple(constant_expr(a, "bound") for a in value.args)
    given = {k for k, _ in kwargs}
    later = tuple((k, constant_expr(v, k)) for k, v in value.keywords.items() if k not in given)
    inner = ir.Call(constant_expr(value.func, "function"), (*first, *args), (*later, *kwargs))
    return known_call(inner, value.func, inner.args, inner.kwargs, inference)


_MEMORY = (
    "srcad.runtime.shadows",
    "srcad.runtime.cells",
    "srcad.runtime.adopting",
    "srcad.runtime.snapshots",
    "srcad.runtime.by_code",
)  # only in code that we generate


def _captured(args: tuple[ir.Expr, ...], inference: Inference) -> Found:
    """What a function made during the call holds: `captured(fn, "w")`."""
    func, name = args
    assert isinstance(name, ir.Const)
    kind = inference.expr(func)
    if isinstance(kind, Clo):
        fields = dict((*kind.captures, *kind.defaults))
        return fields.get(name.value, ANY), Part(func, name)
    return (BOTTOM if isinstance(kind, Bottom) else ANY), Part(func, name)


def method(expr: ir.Call, func: ir.Attr, owner: Type, inference: Inference) -> Found | None:
    """`x.sum(axis=0)`, `items.append(v)`, `table.get(k)`: methods of builtin kinds of values."""
    name = func.name
    match owner:
        case Bottom():
            for arg in expr.args:
                inference.expr(arg)
            return BOTTOM, Inert()
        case Array() | Number():
            return _array_method(expr, func, owner, inference)
        case AnyType(form="numeric") if METHODS.get(name) is not None:
            return _array_method(expr, func, owner, inference)
        case Scalar():
            return _of_scalar(expr, func, owner, inference)
        case Tup(_, cls) if name == "_replace" and hasattr(cls, "_fields"):
            return replaced(cls, func.obj, expr, inference)
        case Lst() | Tup() | Dct():
            return container_method(expr, func, owner, inference)
        case _:
            unknown = isinstance(owner, AnyType)
            return _method_of_unknown(expr, func, inference) if unknown else None


def _of_scalar(expr: ir.Call, func: ir.Attr, owner: Scalar, inference: Inference) -> Found | None:
    kind, name = owner.kind, func.name
    if kind in (float, int, complex, bool):
        if name == "conjugate":
            return apply(np.conj, (func.obj,), (), "method", inference)
        if not hasattr(kind, name):
            return ANY, Inert()  # raises when it runs
        if name in PASSING:
            return ANY, Refused(f"the method `.{name}` of a number")
        return inference.typed(getattr(kind, name), (owner,), ()), Inert()
    if kind in draws.GENERATORS:
        return drawn_by(expr, func, owner, inference)
    if kind not in (str, bytes):
        return None
    for arg in expr.args:
        inference.expr(arg)
    return result_of(kind, name), Inert()


def _method_of_unknown(expr: ir.Call, func: ir.Attr, inference: Inference) -> Found | None:
    """`xs.append(v)` where xs may be anything; the running program checks what it is."""
    filled = func.name == "update" and len(expr.args) == 1 and not expr.kwargs
    of_dict = filled and isinstance(inference.expr(expr.args[0]), Dct)
    saved = func.name == "pop" and inference.unit.of_derivative
    listed = of_dict or saved or func.name in OF_CONTAINERS
    if not listed or not isinstance(func.obj, ir.Name):
        return None
    for arg in expr.args:
        inference.expr(arg)
    return ANY, Mutation(func.obj, f".{func.name}()")


_WRITING = {
    "fill", "sort", "partition", "put", "itemset", "resize", "setfield", "setflags", "byteswap",
    "__setitem__", "__delitem__", "__setstate__", "__iadd__", "__isub__", "__imul__",
    "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__", "__imatmul__", "__iand__", "__ior__",
    "__ixor__", "__ilshift__", "__irshift__",
}  # fmt: skip


def _array_method(expr: ir.Call, func: ir.Attr, owner: Type, inference: Inference) -> Found:
    name = func.name
    function = METHODS.get(name)
    if function is None:
        if name in _WRITING:
            return NONE, Mutation(func.obj, f".{name}()")
        if not hasattr(np.ndarray, name):
            return ANY, Inert()  # raises when it runs
        return ANY, Refused(f"the method `.{name}` of an array")
    expanded = expand(expr.args, expr.kwargs, inference)
    if expanded is None:
        return ANY, Dynamic(expr.func, expr.args, expr.kwargs)
    args, kwargs = expanded
    return apply(function, (func.obj, *args), kwargs, "method", inference)
