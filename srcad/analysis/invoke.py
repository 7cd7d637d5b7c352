"""Turn a call whose function is known into the operation that it is.

np.sum(x)     no source           Apply(np.sum, (x,)), its type learnt from NumPy
helper(x)     of the program      Invoke(its unit, (x,)), its type inferred from its source
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import operator
import types as pytypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import errors
from srcad.analysis.bind import CannotBind, Signature, bind, expand
from srcad.analysis.gates import as_read, gate_call, read
from srcad.analysis.made_containers import collection
from srcad.analysis.operations import (
    Apply,
    Copy,
    Dynamic,
    Inert,
    Invoke,
    Operation,
    Part,
    Refused,
)
from srcad.analysis.refusals import of_generator
from srcad.analysis.writer import is_room
from srcad.frontend.scope import captured_names
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOTTOM,
    INT,
    AnyType,
    Array,
    Bottom,
    Clo,
    Dct,
    Lst,
    Obj,
    Scalar,
    Tup,
    Type,
    carries,
    count,
    is_real,
    is_scalar,
    join_all,
    of_integer,
)
from srcad.rules.spelling import spelled
from srcad.rules.table import TABLE, NoDerivative, Staged, Unfinished
from srcad.runtime.closures import captured, default_of
from srcad.runtime.containers import cotangent
from srcad.runtime.gates import Gate
from srcad.runtime.implicit import fixed_point, iterated
from srcad.runtime.substitutes import STANDING_IN

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

Found = tuple[Type, Operation]


def _may_compute(kind: Type) -> bool:
    """Whether it is an object whose class may say what NumPy makes of it; an enum's does not."""
    return isinstance(kind, Obj) and not issubclass(kind.cls, enum.Enum)


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
    rule = TABLE.of_kinds(function, all(map(is_real, kinds)))
    special = None if kwargs else _container_call(function, args, kinds)
    made = collection(function, args, kwargs, kinds, inference)
    if made is not None:
        return made if isinstance(made, tuple) else invoke_function(made, args, kwargs, inference)
    if (function is max or function is min) and any(isinstance(k, Obj) for k in kinds):
        return ANY, Refused(f"`{function.__name__}` of this object", "Make a list of its items.")
    if function is dict and kwargs:
        return ANY, Refused(
            "`dict(...)` of this value with keywords", "Write {**old, 'key': value} instead."
        )
    if special is not None:
        return special
    objects = any(map(_may_compute, (*kinds, *(k for _, k in options))))
    if objects and _of_numbers(function, rule):
        return ANY, Refused(f"`{spelled(function)}` of this object")
    named = tuple((str(k), v) for k, v in kwargs if not is_room(v))
    kind = kinds[0] if function is cotangent else inference.typed(function, kinds, options)
    return kind, Apply(function, args, named, rule, kinds, form)


def _of_numbers(function: Any, rule: Any) -> bool:
    """Whether a function of NumPy or Python has a rule for numbers, which an object is not."""
    module = str(getattr(function, "__module__", None) or "numpy")
    ours = module.startswith("srcad.") or isinstance(function, Gate)
    made = rule is None or isinstance(rule, NoDerivative | Unfinished)
    return not (ours or made or TABLE.of_user(function))


def _container_call(
    function: Any, args: tuple[ir.Expr, ...], kinds: tuple[Type, ...]
) -> Found | None:
    """`list(xs)`, `tuple(xs)`, `dict(d)`, `len(xs)` keep what is known of the items."""
    if function is list and len(kinds) == 1 and isinstance(kinds[0], Lst | Tup):
        items = kinds[0].items
        element = kinds[0].element if isinstance(kinds[0], Lst) else join_all(items)
        return Lst(items, element), Copy(args[0])
    if function in (list, tuple) and len(kinds) == 1 and isinstance(kinds[0], Dct):
        return (Lst(None, ANY) if function is list else ANY), Inert()  # its keys
    if function is tuple and len(kinds) == 1 and isinstance(kinds[0], Lst | Tup):
        items = kinds[0].items
        return (ANY if items is None else Tup(items)), Copy(args[0])
    if function is dict and len(kinds) == 1 and isinstance(kinds[0], Dct):
        return kinds[0], Copy(args[0])
    if function in (list, dict) and not args:
        return (Lst((), BOTTOM) if function is list else Dct((), BOTTOM)), Inert()
    if function is len and len(kinds) == 1 and isinstance(kinds[0], Tup):
        return count(len(kinds[0].items)), Inert()
    if function is len and len(kinds) == 1 and isinstance(kinds[0], Array) and kinds[0].ndim:
        return count(kinds[0].dims[0]), Inert()
    if function is len and len(kinds) == 1 and isinstance(kinds[0], AnyType):
        return INT, Apply(len, args, (), TABLE.get(len), kinds)  # Python asks for no less
    if function is type:
        return ANY, Inert()
    return None


def invoke_function(
    function: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    """Call a Python function: found, bound to its parameters, and inferred."""
    if isinstance(function, Gate):
        return call_gate(function, constant_expr(function, "gate"), args, kwargs, inference)
    rule = TABLE.get(function)
    if rule is not None:
        expanded = expand(args, kwargs, inference)
        if expanded is not None:
            found = apply(function, *expanded, "call", inference)
            if not TABLE.of_user(function) and not isinstance(rule, Staged):
                return found
            return as_read(found, read(function, *expanded, inference, by_source))
    return by_source(function, args, kwargs, inference)


def call_gate(
    gate: Gate,
    func: ir.Expr,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    """Call a function that brings its own derivative."""
    return gate_call(gate, func, args, kwargs, inference, by_source, constant_expr)


def by_user(
    expr: ir.Call,
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found | None:
    """Calls of functions to which the user gave a derivative."""
    if isinstance(value, Gate):
        return call_gate(value, expr.func, args, kwargs, inference)
    if isinstance(value, pytypes.FunctionType) and TABLE.of_user(value):
        return invoke_function(value, args, kwargs, inference)
    if value is fixed_point and len(args) > 1:
        return invoke_function(iterated, args, kwargs, inference)
    return None


def by_source(
    function: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found:
    """Call a Python function as its source says, whether it has a rule or not."""
    try:
        unit = inference.session.program.unit(function)
    except errors.SrcadError as found:
        problem = found
        if inspect.isgeneratorfunction(function):
            problem = inference.session.generators[function.__name__] = of_generator(function)
        return ANY, Refused(problem.message, error=problem)
    signature = Signature.of(function, constant_expr)
    return invoke(unit, signature, args, kwargs, None, inference)


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
    defaults: dict[str, ir.Expr] = {
        n: ir.Call(ir.Ref(default_of, "default_of"), (func, ir.Const(n)))
        for n, _ in closure.defaults
    }
    signature = Signature.of_node(closure.code, defaults)
    captured = (*closure.captures, *closure.defaults)
    return invoke(unit, signature, args, kwargs, (func, closure, captured), inference)


def invoke(
    unit: Any,
    signature: Signature,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    closure: Any,
    inference: Inference,
) -> Found:
    """Call a unit; `closure`: the function object, its type and what it captured."""
    try:
        bound = bind(signature, args, kwargs, inference)
    except CannotBind as problem:
        if problem.certain and unit.function not in STANDING_IN:
            return ANY, Inert()  # Python raises its own TypeError when it runs
        if problem.certain:
            return ANY, Refused("This form of the call")
        # which parameter gets which item is known when it runs
        func = constant_expr(unit.function, unit.name) if closure is None else closure[0]
        return ANY, Dynamic(func, args, kwargs)
    defaults = dict(closure[1].defaults) if closure is not None else {}
    kinds = []
    for param, expr in zip(unit.code.params, bound, strict=True):
        if _is_default(expr) and param.name in defaults:
            kinds.append(defaults[param.name])
        else:
            kinds.append(inference.expr(expr))
    kinds = _told(kinds)
    if any(isinstance(k, Bottom) for k in kinds):
        return BOTTOM, Inert()
    session = inference.session
    kinds = session.not_growing(unit, kinds)
    if closure is None:
        result = session.infer(unit, tuple(kinds)).result
        return result, Invoke(unit, bound, tuple(kinds))
    func, clo, held = closure
    if not held and not clo.selves:
        return session.infer(unit, tuple(kinds)).result, Invoke(unit, bound, tuple(kinds))
    inner = with_captures(unit, clo)
    types = (*session.not_growing(inner, kinds), clo)
    result = session.infer(inner, types).result
    return result, Invoke(inner, (*bound, func), types, func)


def _told(kinds: list[Type]) -> list[Type]:
    """The types of arguments; of what is no size, a called function need not know the symbol.

    A recursion that counts down would else be another function at each level.
    """
    arrays = any(isinstance(k, Array) for k in kinds)
    return [INT if of_integer(k) and not (arrays and _plain(k)) else k for k in kinds]


def _plain(kind: Type) -> bool:
    return isinstance(kind, Scalar) and isinstance(kind.size, str)


def _is_default(expr: ir.Expr) -> bool:
    return (
        isinstance(expr, ir.Call)
        and isinstance(expr.func, ir.Ref)
        and (expr.func.value is default_of)
    )


_WITH_CAPTURES: dict[tuple[Any, ...], Any] = {}


def with_captures(unit: Any, closure: Clo) -> Any:
    """The unit with one more parameter, the function object, that its captured names read from.

    lambda t: w * t     →     w = captured(fn, "w")
                              return w * t

    The functions that it makes capture those names in turn.  By its own names it finds itself.
    """
    own, *others = closure.selves or (None,)
    names = tuple(n for n, _ in closure.captures)
    key = (id(unit), names, closure.selves, tuple(n for n, _ in closure.defaults))
    if key in _WITH_CAPTURES and _WITH_CAPTURES[key][0] is unit:
        return _WITH_CAPTURES[key][1]
    code = unit.code
    fn = own or "fn"
    while fn in code.taken and fn != own:
        fn += "_"
    reads = tuple(
        ir.Assign(n, ir.Call(ir.Ref(captured, "captured"), (ir.Name(fn), ir.Const(n))), None)
        for n in names
    )
    reads += tuple(ir.Assign(n, ir.Name(fn), None) for n in others)
    mine = frozenset((*names, *closure.selves))
    body = _handing_on(code.body, mine)
    inner = {n for s in ir.walk(body) for e in ir.expressions(s) for n in _captured_in(e)}
    new = dataclasses.replace(
        code,
        params=(*code.params, ir.Param(fn)),
        body=(*reads, *body),
        captured=code.captured | (inner & mine),
        locals=code.locals | {*names, fn, *others},
        taken=code.taken | {fn},
    )
    made = dataclasses.replace(unit, code=new)
    _WITH_CAPTURES[key] = (unit, made)
    return made


def _handing_on(block: ir.Block, names: frozenset[str]) -> ir.Block:
    """The block, in which functions made there also capture those of the names that they read."""

    def change(expr: ir.Expr) -> ir.Expr:
        expr = ir.rebuild(expr, change)
        if not isinstance(expr, ir.Closure):
            return expr
        captures = tuple(sorted({*expr.captures, *(captured_names(expr.code) & names)}))
        same = captures == expr.captures
        return expr if same else ir.Closure(expr.code, captures, expr.defaults)

    out = []
    for stmt in block:
        inner = tuple(_handing_on(b, names) for b in ir.blocks(stmt))
        out.append(ir.map_expressions(ir.with_blocks(stmt, inner), change))
    return tuple(out)


def _captured_in(expr: ir.Expr) -> Iterator[str]:
    if isinstance(expr, ir.Closure):
        yield from expr.captures
    for part in ir.children(expr):
        yield from _captured_in(part)


def constant_expr(value: Any, hint: str) -> ir.Expr:
    """An expression for an object that exists before the call."""
    if type(value) is float and value != value:
        return ir.Attr(ir.Ref(np, "np"), "nan")  # it has no literal
    if type(value) in (int, float, str, bool, type(None)):
        return ir.Const(value)
    if isinstance(value, np.ufunc):
        return ir.Ref(value, spelled(value))
    name = str(getattr(value, "__name__", hint))
    return ir.Ref(value, name if name.isidentifier() else f"{hint}_default")


SPECIAL = {operator.neg: "__neg__", operator.pos: "__pos__", operator.invert: "__invert__",
           abs: "__abs__", float: "__float__", round: "__round__"}  # fmt: skip


def special(function: Any, operand: ir.Expr, kind: Type, inference: Inference) -> Found | None:
    """`-a` and `abs(a)` of an object whose class defines it."""
    if not isinstance(kind, Obj) or function not in SPECIAL:
        return None
    method = inspect.getattr_static(kind.cls, SPECIAL[function], None)
    if isinstance(method, pytypes.FunctionType):
        return invoke_function(method, (operand,), (), inference)
    return ANY, Refused(f"`{function.__name__}` of this object")


def made_of_floats(args: tuple[ir.Expr, ...], inference: Inference) -> bool:
    """Whether one of the arguments is known to be a number with a derivative."""
    return any(is_scalar(k) and carries(k) for k in map(inference.expr, args))


def attributes_of(owner: ir.Expr, inference: Inference) -> Found | None:
    """`vars(x)` is `x.__dict__`."""
    match inference.expr(owner):
        case Obj():
            return ANY, Refused("`.__dict__` of an object")
        case AnyType():
            return ANY, Part(owner, "__dict__")
        case _:
            return None
