"""Find out what an attribute, an element or a call refers to.

x.T          x: float64[n, m]     Apply(np.transpose, (x,))          float64[m, n]
p["W"]       p: dict              Part(p, "W")
x[1:]        x: float64[n]        Element(x, 1:)                     float64[n-1]
act(x)       act: a closure       Invoke(its unit, (x,))
f(x)         f: anything          Dynamic

Long because attributes, elements and calls of every kind of value are answered in one place.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import types as pytypes
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import errors
from srcad.analysis import shapes
from srcad.analysis.bind import CannotBind, Signature, bind
from srcad.analysis.operations import (
    BINARY_FUNCTIONS,
    Append,
    Apply,
    Copy,
    Dynamic,
    Element,
    Inert,
    Invoke,
    Make,
    Mutation,
    Operation,
    Part,
    Refused,
    Same,
)
from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOOL,
    BOTTOM,
    INT,
    NONE,
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
    join_all,
    type_of,
)
from srcad.rules.table import TABLE, NoDerivative
from srcad.runtime.closures import captured, default_of
from srcad.runtime.containers import values
from srcad.runtime.methods import ATTRIBUTES, METHODS
from srcad.runtime.substitutes import SUBSTITUTES

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

Found = tuple[Type, Operation]


def resolve(expr: ir.Attr | ir.Item | ir.Call, inference: Inference) -> Found:
    """The type of the expression and the operation that it is."""
    match expr:
        case ir.Attr(obj, name):
            return attribute(expr, inference.expr(obj), name, inference)
        case ir.Item(obj, index):
            return item(expr, inference.expr(obj), inference.expr(index), inference)
        case ir.Call():
            return call(expr, inference)
    raise AssertionError(expr)


# -- attributes ------------------------------------------------------------------------


def attribute(expr: ir.Attr, owner: Type, name: str, inference: Inference) -> Found:
    match owner:
        case Bottom():
            return BOTTOM, Inert()
        case Known(value):
            found = inference.session.program.attribute(value, name)
            if found is MISSING:
                return ANY, Inert()
            return type_of(found, inference.session.symbols), Inert()
        case Array() | Number() | Scalar():
            return _number_attribute(expr, owner, name, inference)
        case Tup(items, cls) if name in getattr(cls, "_fields", ()):
            return items[cls._fields.index(name)], Part(expr.obj, name)  # type: ignore[attr-defined]
        case Obj(cls, fields):
            return _field(expr, owner, cls, dict(fields), name, inference)
        case AnyType():
            return ANY, Part(expr.obj, name)
        case Clo():
            return ANY, Inert()
    return ANY, Refused(f"`.{name}` of this value")


def _captured(expr: ir.Call, inference: Inference) -> Found:
    """What a function made during the call holds: `captured(fn, "w")`."""
    func, name = expr.args
    assert isinstance(name, ir.Const)
    kind = inference.expr(func)
    if isinstance(kind, Clo):
        fields = dict((*kind.captures, *kind.defaults))
        return fields.get(name.value, ANY), Part(func, name)
    return (BOTTOM if isinstance(kind, Bottom) else ANY), Part(func, name)


def _number_attribute(expr: ir.Attr, owner: Type, name: str, inference: Inference) -> Found:
    if name == "shape" and isinstance(owner, Array):
        dims = (
            Scalar(int, d, isinstance(d, int)) if isinstance(d, int) else INT for d in owner.dims
        )
        return Tup(tuple(dims)), Inert()
    if name == "ndim" and isinstance(owner, Array):
        return Scalar(int, owner.ndim, True), Inert()
    function = ATTRIBUTES.get(name)
    if function is None:
        return ANY, Refused(f"`.{name}` of an array")
    rule = TABLE.get(function)
    kind = inference.typed(function, (owner,), ())
    if isinstance(rule, NoDerivative):
        return (ANY if isinstance(kind, AnyType) else kind), Inert()
    return kind, Apply(function, (expr.obj,), (), rule, (owner,), "attribute")


def _field(
    expr: ir.Attr, owner: Obj, cls: type, fields: dict[str, Type], name: str, inference: Inference
) -> Found:
    found = inspect.getattr_static(cls, name, MISSING)
    if isinstance(found, property) and isinstance(found.fget, pytypes.FunctionType):
        inference.session.program.attribute(cls, name)
        return invoke_function(found.fget, (expr.obj,), (), inference)
    if isinstance(found, functools.cached_property) and name not in fields:
        return ANY, Refused(f"the cached property `{name}`")
    if name in fields:
        return fields[name], Part(expr.obj, name)
    if found is MISSING:
        return ANY, Inert() if hasattr(cls, name) else Refused(f"`.{name}`")
    if isinstance(found, pytypes.FunctionType):
        inference.session.program.attribute(cls, name)
        return Method(Known.of(found), owner, name), Inert()
    value = inference.session.program.attribute(cls, name)
    if isinstance(found, classmethod | staticmethod):
        return Known.of(value), Inert()
    return type_of(value, inference.session.symbols), Inert()


# -- elements --------------------------------------------------------------------------


def item(expr: ir.Item, owner: Type, index: Type, inference: Inference) -> Found:  # noqa: C901 - one decision over the kinds
    match owner:
        case Bottom():
            return BOTTOM, Inert()
        case Array():
            return _element(expr, owner, inference), Element(expr.obj, expr.index)
        case Tup(items) | Lst(items) if items is not None and isinstance(index, Scalar):
            return _from_items(expr, owner, items, index)
        case Lst(_, element):
            if isinstance(expr.index, ir.Slice):
                return Lst(None, element), Part(expr.obj, expr.index)
            return element, Part(expr.obj, expr.index)
        case Dct(items, element):
            if items is not None and isinstance(index, Scalar) and index.known:
                return dict(items).get(index.value, element), Part(expr.obj, expr.index)
            return element, Part(expr.obj, expr.index)
        case Scalar(kind) if kind in (str, range, bytes):
            return (STR if kind is str else INT), Inert()
        case Known(value) if isinstance(value, type):
            return Known.of(value), Inert()  # list[float] in an annotation
        case Obj(cls):
            function = inspect.getattr_static(cls, "__getitem__", None)
            if isinstance(function, pytypes.FunctionType):
                return invoke_function(function, (expr.obj, expr.index), (), inference)
    if isinstance(owner, Number):
        return ANY, Element(expr.obj, expr.index)
    return ANY, Element(expr.obj, expr.index)


def _from_items(expr: ir.Item, owner: Tup | Lst, items: tuple[Type, ...], index: Scalar) -> Found:
    part = Part(expr.obj, expr.index)
    if index.known and isinstance(index.value, int) and -len(items) <= index.value < len(items):
        return items[index.value], part
    if isinstance(expr.index, ir.Slice):
        bounds = [
            None if b is None else b.value if isinstance(b, ir.Const) else ...
            for b in (expr.index.lower, expr.index.upper, expr.index.step)
        ]
        if ... in bounds:
            return (ANY if isinstance(owner, Tup) else Lst(None, owner.element)), part
        chosen = items[slice(*bounds)]
        return (Tup(chosen) if isinstance(owner, Tup) else Lst(chosen, join_all(chosen))), part
    return join_all(items), part


def index_parts(index: ir.Expr) -> tuple[ir.Expr, ...]:
    """The subscripts of `x[i, j]`."""
    if isinstance(index, ir.Sequence) and index.kind == "tuple":
        return index.items
    return (index,)


def is_basic(index: ir.Expr, inference_type: Any) -> bool | None:
    """Whether the index selects a view (ints, slices, ... and None); None when not known."""
    for part in index_parts(index):
        if isinstance(part, ir.Slice | ir.Const):
            if isinstance(part, ir.Const) and isinstance(part.value, bool):
                return False
            continue
        kind = inference_type(part)
        if isinstance(kind, Scalar) and kind.kind in (int, slice, type(None), type(Ellipsis)):
            continue
        if isinstance(kind, Number) and "int" in kind.dtype:
            continue
        if isinstance(kind, Array | Lst) or (isinstance(kind, Scalar) and kind.kind is bool):
            return False
        if isinstance(kind, Tup) and all(
            isinstance(i, Scalar) and i.kind is int for i in kind.items
        ):
            continue
        return None
    return True


def _element(expr: ir.Item, owner: Array, inference: Inference) -> Type:
    parts: list[Any] = []
    symbolic = True
    for part in index_parts(expr.index):
        if isinstance(part, ir.Slice):
            bounds = [
                None if b is None else b.value if isinstance(b, ir.Const) else ...
                for b in (part.lower, part.upper, part.step)
            ]
            parts.append(tuple(bounds))
            continue
        if isinstance(part, ir.Const) and part.value in (None, Ellipsis):
            parts.append(part.value)
            continue
        kind = inference.expr(part)
        if isinstance(kind, Bottom):
            return BOTTOM
        if isinstance(kind, Tup):
            parts.extend(kind.items)
            continue
        if isinstance(part, ir.Attr) and isinstance(kind, Scalar) and kind.kind is type(None):
            parts.append(None)  # np.newaxis
            continue
        if isinstance(kind, Scalar) and kind.kind is type(None):
            parts.append(None)
            continue
        parts.append(kind)
        ints = (isinstance(kind, Scalar) and kind.kind is int) or (
            isinstance(kind, Number) and "int" in kind.dtype
        )
        symbolic = symbolic and ints
    if symbolic:
        dims = shapes.indexed(owner, tuple(parts))
        if dims is not None:
            ellipsis = any(p is Ellipsis for p in parts)
            return Array(owner.dtype, dims) if dims or ellipsis else Number(owner.dtype)
        return ANY
    return _fancy(owner, parts)


def _fancy(owner: Array, parts: list[Any]) -> Type:
    """An index with arrays: the rank by NumPy's rule, sizes unknown."""
    shape: list[tuple[Any, ...]] = []
    used = fixed = 0
    scalars = 0
    for part in parts:
        if part is None:
            fixed += 1
        elif part is Ellipsis:
            continue
        elif isinstance(part, tuple) or (isinstance(part, Scalar) and part.kind is slice):
            used += 1
            fixed += 1
        elif isinstance(part, Array):
            if part.dtype == "bool":
                used += part.ndim
                shape.append((None,))
            else:
                used += 1
                shape.append(part.dims)
        elif isinstance(part, Lst):
            element = part.element
            if not (isinstance(element, Scalar) and element.kind in (int, bool)):
                return ANY
            used += 1
            shape.append((None,))
        elif isinstance(part, Scalar | Number):
            used += 1
            scalars += 1
        else:
            return ANY
    advanced = shapes.broadcast(shape) or ()  # type: ignore[arg-type]
    rank = len(advanced) + fixed + owner.ndim - used
    if rank < 0:
        return ANY
    if len(parts) == 1 and len(shape) == 1:
        return Array(owner.dtype, (*advanced, *owner.dims[used:]))
    return Array(owner.dtype, (None,) * rank)


# -- calls -----------------------------------------------------------------------------


def call(expr: ir.Call, inference: Inference) -> Found:  # noqa: C901 - one decision over the kinds
    if isinstance(expr.func, ir.Attr):
        owner = inference.expr(expr.func.obj)
        found = method(expr, expr.func, owner, inference)
        if found is not None:
            return found
    if isinstance(expr.func, ir.Ref) and expr.func.value in (captured, default_of):
        return _captured(expr, inference)
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
            owner_expr = expr.func.obj if isinstance(expr.func, ir.Attr) else None
            if owner_expr is None:
                return ANY, Dynamic(expr.func, args, kwargs)
            return invoke_function(function.value, (owner_expr, *args), kwargs, inference)
        case Clo():
            return invoke_closure(target, expr.func, args, kwargs, inference)
        case Obj(cls):
            function = inspect.getattr_static(cls, "__call__", None)
            if isinstance(function, pytypes.FunctionType):
                return invoke_function(function, (expr.func, *args), kwargs, inference)
    return ANY, Dynamic(expr.func, args, kwargs)


def known_call(
    expr: ir.Call,
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    spread = any(isinstance(a, ir.Star) for a in args) or any(k is None for k, _ in kwargs)
    if isinstance(value, pytypes.FunctionType) and TABLE.get(value) is None:
        value = SUBSTITUTES.get(value, value)
        return invoke_function(value, args, kwargs, inference)
    if isinstance(value, pytypes.MethodType):
        bound = ir.Ref(value.__self__, "self_")
        return invoke_function(value.__func__, (bound, *args), kwargs, inference)
    if isinstance(value, functools.partial):
        first = tuple(constant_expr(a, "bound") for a in value.args)
        given = {k for k, _ in kwargs}
        later = tuple((k, constant_expr(v, k)) for k, v in value.keywords.items() if k not in given)
        inner = ir.Call(constant_expr(value.func, "function"), (*first, *args), (*later, *kwargs))
        return known_call(inner, value.func, inner.args, inner.kwargs, inference)
    if isinstance(value, type) and value not in SUBSTITUTES:
        made = construct(value, args, kwargs, inference)
        if made is not None:
            return made
    substitute = SUBSTITUTES.get(value) if _hashable(value) else None
    if substitute is not None and (TABLE.get(value) is None or _needs_substitute(value, kwargs)):
        return invoke_function(substitute, args, kwargs, inference)
    if spread:
        expanded = expand(args, kwargs, inference)
        if expanded is None:
            return ANY, Dynamic(expr.func, args, kwargs)
        args, kwargs = expanded
    return apply(value, args, kwargs, "call", inference)


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _needs_substitute(value: Any, kwargs: tuple[tuple[str | None, ir.Expr], ...]) -> bool:
    """`max(xs, key=f)` calls a function of the user, which a rule cannot."""
    return any(k == "key" for k, _ in kwargs) and value in (max, min, sorted)


def apply(
    function: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    form: str,
    inference: Inference,
) -> Found:
    """A call of something without source: NumPy, a builtin, another library."""
    kinds = tuple(inference.expr(a) for a in args)
    options = tuple((str(k), inference.expr(v)) for k, v in kwargs)
    rule = TABLE.get(function)
    special = None if kwargs else _container_call(function, args, kinds)
    if function is dict and kwargs:
        return ANY, Refused("`dict(...)` with keywords; write {**old, 'key': value}")
    if special is not None:
        return special
    named = tuple((str(k), v) for k, v in kwargs)
    kind = inference.typed(function, kinds, options)
    return kind, Apply(function, args, named, rule, kinds, form)


def _container_call(
    function: Any, args: tuple[ir.Expr, ...], kinds: tuple[Type, ...]
) -> Found | None:
    """`list(xs)`, `tuple(xs)`, `dict(d)`, `len(xs)` keep what is known of the items."""
    if function is list and len(kinds) == 1 and isinstance(kinds[0], Lst | Tup):
        items = kinds[0].items
        element = kinds[0].element if isinstance(kinds[0], Lst) else join_all(items)
        return Lst(items, element), Copy(args[0])
    if function is tuple and len(kinds) == 1 and isinstance(kinds[0], Lst | Tup):
        items = kinds[0].items
        return (ANY if items is None else Tup(items)), Copy(args[0])
    if function is dict and len(kinds) == 1 and isinstance(kinds[0], Dct):
        return kinds[0], Copy(args[0])
    if function in (list, dict) and not args:
        return (Lst((), BOTTOM) if function is list else Dct((), BOTTOM)), Inert()
    if function is len and len(kinds) == 1 and isinstance(kinds[0], Tup):
        return Scalar(int, len(kinds[0].items), True), Inert()
    if function is type:
        return ANY, Inert()
    return None


def construct(
    cls: type,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found | None:
    """`Point(x, y)` of a namedtuple or a dataclass."""
    if issubclass(cls, BaseException):
        return ANY, Inert()
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        names = tuple(cls._fields)
        defaults = cls._field_defaults  # type: ignore[attr-defined]
    elif dataclasses.is_dataclass(cls) and _generated_init(cls):
        usable = [f for f in dataclasses.fields(cls) if f.init]
        names = tuple(f.name for f in usable)
        defaults = {f.name: f.default for f in usable if f.default is not dataclasses.MISSING}
    else:
        return None
    signature = Signature(names, None, None, {k: constant_expr(v, k) for k, v in defaults.items()})
    try:
        bound = bind(signature, args, kwargs, inference)
    except CannotBind:
        return ANY, Refused(f"this call of `{cls.__name__}`")
    kinds = [inference.expr(b) for b in bound]
    made = Make(cls, tuple(zip(names, bound, strict=True)))
    if issubclass(cls, tuple):
        return Tup(tuple(kinds), cls), made
    return Obj(cls, tuple(zip(names, kinds, strict=True))), made


def _generated_init(cls: type) -> bool:
    """Whether `__init__` is the one that @dataclass wrote, with nothing after it."""
    code = getattr(cls.__init__, "__code__", None)  # type: ignore[misc]
    generated = code is not None and code.co_filename == "<string>"
    return generated and not hasattr(cls, "__post_init__")


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
        case Scalar(kind) if kind in (float, int, complex, bool):
            if name == "conjugate":
                return apply(np.conj, (func.obj,), (), "call", inference)
            if not hasattr(kind, name):
                return ANY, Inert()  # raises when it runs
            return inference.typed(getattr(kind, name), (owner,), ()), Inert()
        case Scalar(kind) if kind in (str, bytes):
            for arg in expr.args:
                inference.expr(arg)
            return (STR if name in {"format", "join", "strip", "lower", "upper"} else ANY), Inert()
        case Lst() | Tup() | Dct():
            return container_method(expr, func, owner, inference)
    return None


def _array_method(expr: ir.Call, func: ir.Attr, owner: Type, inference: Inference) -> Found:
    name = func.name
    function = METHODS.get(name)
    if function is None:
        if name in {"fill", "sort", "partition", "put", "itemset", "resize", "setfield",
                    "setflags", "byteswap"}:  # fmt: skip
            return NONE, Mutation(func.obj, f".{name}()")
        return ANY, Refused(f"the method `.{name}` of an array")
    expanded = expand(expr.args, expr.kwargs, inference)
    if expanded is None:
        return ANY, Dynamic(expr.func, expr.args, expr.kwargs)
    args, kwargs = expanded
    if any(k == "out" for k, _ in kwargs):
        return ANY, Mutation(dict(kwargs)["out"], "out=")
    return apply(function, (func.obj, *args), kwargs, "method", inference)


def container_method(
    expr: ir.Call, func: ir.Attr, owner: Lst | Tup | Dct, inference: Inference
) -> Found | None:
    name, args = func.name, expr.args
    kinds = [inference.expr(a) for a in args]
    if isinstance(owner, Lst) and name == "append" and isinstance(func.obj, ir.Name):
        return NONE, Append(func.obj.id, args[0])
    if name in {"count", "index"}:
        return INT, Inert()
    if name == "copy":
        return owner, Copy(func.obj)
    if isinstance(owner, Dct):
        if name == "get" and args:
            element = owner.element
            if isinstance(args[0], ir.Const) and owner.items is not None:
                found = dict(owner.items)
                if args[0].value in found:
                    return found[args[0].value], Part(func.obj, args[0])
                return (kinds[1] if len(kinds) > 1 else NONE), (
                    Same(args[1]) if len(args) > 1 else Inert()
                )
            return join_all([element, *(kinds[1:] or [NONE])]), Refused(
                "`dict.get` with a key that is not a literal"
            )
        if name == "keys":
            return Lst(None, inference.item_of(owner)), Inert()
        if name == "values":
            items = owner.items
            known = None if items is None else tuple(t for _, t in items)
            return Lst(known, owner.element), Apply(
                values, (func.obj,), (), TABLE.get(values), (owner,), "method"
            )
        if name == "items":
            return Lst(None, Tup((inference.item_of(owner), owner.element))), Refused(
                "`.items()` outside a for loop"
            )
    cls = getattr(owner, "cls", None)
    if isinstance(owner, Tup) and cls is not tuple:
        return None
    return ANY, Mutation(func.obj, f".{name}()")


# -- functions of the program ----------------------------------------------------------


def invoke_function(
    function: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    """Call a Python function: found, bound to its parameters, and inferred."""
    rule = TABLE.get(function)
    if rule is not None:
        expanded = expand(args, kwargs, inference)
        if expanded is not None:
            return apply(function, *expanded, "call", inference)
    try:
        unit = inference.session.program.unit(function)
    except errors.SrcadError as problem:
        return ANY, Refused(str(problem.message))
    signature = Signature.of(function, constant_expr)
    return _invoke(unit, signature, args, kwargs, None, inference)


def invoke_closure(
    closure: Clo,
    func: ir.Expr,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    """Call a function made during the call: what it captured comes first."""
    names = frozenset(n for n, _ in closure.captures)
    unit = inference.session.program.inner(closure.owner, closure.code, names)
    defaults = {
        n: ir.Call(ir.Ref(default_of, "default_of"), (func, ir.Const(n)))
        for n, _ in closure.defaults
    }
    signature = Signature.of_node(closure.code, defaults)
    captured = (*closure.captures, *closure.defaults)
    return _invoke(unit, signature, args, kwargs, (func, closure, captured), inference)


def _invoke(
    unit: Any,
    signature: Signature,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    closure: Any,
    inference: Inference,
) -> Found:
    try:
        bound = bind(signature, args, kwargs, inference)
    except CannotBind as problem:
        if problem.certain:
            return ANY, Inert()  # Python raises its own TypeError when it runs
        return ANY, Refused("`*` or `**` with an argument of unknown length")
    defaults = dict(closure[1].defaults) if closure is not None else {}
    kinds = []
    for param, expr in zip(unit.code.params, bound, strict=True):
        if _is_default(expr):
            kinds.append(defaults[param.name])
        else:
            kinds.append(inference.expr(expr))
    if any(isinstance(k, Bottom) for k in kinds):
        return BOTTOM, Inert()
    session = inference.session
    if closure is None:
        result = session.infer(unit, tuple(kinds)).result
        return result, Invoke(unit, bound, tuple(kinds))
    func, clo, held = closure
    if not held and getattr(clo.code, "name", "") not in unit.code.free:
        return session.infer(unit, tuple(kinds)).result, Invoke(unit, bound, tuple(kinds))
    inner = with_captures(unit, clo)
    types = (*kinds, clo)
    result = session.infer(inner, types).result
    return result, Invoke(inner, (*bound, func), types, func)


def _is_default(expr: ir.Expr) -> bool:
    return (
        isinstance(expr, ir.Call)
        and isinstance(expr.func, ir.Ref)
        and (expr.func.value is default_of)
    )


_WITH_CAPTURES: dict[tuple[int, tuple[str, ...], tuple[str, ...]], Any] = {}


def with_captures(unit: Any, closure: Clo) -> Any:
    """The unit with one more parameter, the function object, that its captured names read from.

    lambda t: w * t     →     w = captured(fn, "w")
                              return w * t
    """
    own = getattr(closure.code, "name", None)
    names = tuple(n for n, _ in closure.captures)
    key = (id(unit), names, tuple(n for n, _ in closure.defaults))
    if key in _WITH_CAPTURES and _WITH_CAPTURES[key][0] is unit:
        return _WITH_CAPTURES[key][1]
    code = unit.code
    fn = own if own is not None and own in code.free else "fn"
    while fn in code.taken and fn != own:
        fn += "_"
    reads = tuple(
        ir.Assign(n, ir.Call(ir.Ref(captured, "captured"), (ir.Name(fn), ir.Const(n))), None)
        for n in names
    )
    new = dataclasses.replace(
        code,
        params=(*code.params, ir.Param(fn)),
        body=(*reads, *code.body),
        locals=code.locals | set(names) | {fn},
        taken=code.taken | {fn},
    )
    made = dataclasses.replace(unit, code=new)
    _WITH_CAPTURES[key] = (unit, made)
    return made


def constant_expr(value: Any, hint: str) -> ir.Expr:
    """An expression for an object that exists before the call."""
    if type(value) in (int, float, str, bool, type(None)):
        return ir.Const(value)
    return ir.Ref(value, getattr(value, "__name__", hint))


def expand(
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> tuple[tuple[ir.Expr, ...], tuple[tuple[str, ir.Expr], ...]] | None:
    """Arguments with `*items` and `**table` written out; None when their lengths are unknown."""
    out: list[ir.Expr] = []
    for arg in args:
        if not isinstance(arg, ir.Star):
            out.append(arg)
            continue
        kind = inference.expr(arg.value)
        items = kind.items if isinstance(kind, Tup | Lst) else None
        if items is None:
            return None
        out.extend(ir.Item(arg.value, ir.Const(k)) for k in range(len(items)))
    named: list[tuple[str, ir.Expr]] = []
    for key, value in kwargs:
        if key is not None:
            named.append((key, value))
            continue
        kind = inference.expr(value)
        if not isinstance(kind, Dct) or kind.items is None:
            return None
        named.extend((str(k), ir.Item(value, ir.Const(k))) for k, _ in kind.items)
    return tuple(out), tuple(named)


def dunder(expr: ir.Expr, op: str, left: Type, right: Type, inference: Inference) -> Found | None:
    """`a + b` of objects whose class defines the operator."""
    if not isinstance(left, Obj) and not isinstance(right, Obj):
        return None
    assert isinstance(expr, ir.Binary)
    name = BINARY_FUNCTIONS[op].__name__.strip("_")
    for owner, special, args in (
        (left, f"__{name}__", (expr.left, expr.right)),
        (right, f"__r{name}__", (expr.right, expr.left)),
    ):
        if isinstance(owner, Obj):
            function = inspect.getattr_static(owner.cls, special, None)
            if isinstance(function, pytypes.FunctionType):
                return invoke_function(function, args, (), inference)
    return ANY, Refused(f"`{op}` of these objects")


__all__ = ["BOOL", "Found", "ast", "index_parts", "is_basic", "resolve", "with_captures"]
