"""Write out the functions that write into what they are given.

    np.multiply(x, y, out=b)           value = np.multiply(x, y)
                                       b[...] = value
    r = np.exp(x, b)                   value = np.exp(x);  b[...] = value;  r = b
    np.divide(x, y, out=b, where=m)    part = x[m];  other = y[m]
                                       value = np.divide(part, other);  b[m] = value
    np.copyto(b, v)                    b[...] = v
    b.sort()                           value = np.sort(b);  b[...] = value
    r = operator.iadd(a, v)            r = a;  r += v

Inference reads these statements in place of the call, so that there is one kind of write to
differentiate.  A call that is not written out here is refused where a derivative passes.  Those
that write at places of their own are in `places`.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.analysis.array_methods import METHODS, of_unknown
from srcad.analysis.bind import expand
from srcad.analysis.operations import Apply, Dynamic, Mutation
from srcad.analysis.places import PLACES, at, shuffle
from srcad.analysis.writer import ROOM, WHOLE, Stays, Writer
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Scalar, Tup, Type, is_scalar
from srcad.rules.spelling import spelled
from srcad.rules.writes import draws_in_place, position_of_out, positional, written_arguments
from srcad.runtime import inplace

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

Options = tuple[tuple[str, ir.Expr], ...]
AUGMENTS = {
    operator.iadd: "+", operator.isub: "-", operator.imul: "*", operator.itruediv: "/",
    operator.ifloordiv: "//", operator.imod: "%", operator.ipow: "**", operator.imatmul: "@",
    operator.iand: "&", operator.ior: "|", operator.ixor: "^", operator.ilshift: "<<",
    operator.irshift: ">>", operator.iconcat: "+",
}  # fmt: skip


def written_out(stmt: ir.Assign | ir.Effect | ir.Unpack, inference: Inference) -> ir.Block | None:
    """The statements in place of this one; None where its call stays as it is."""
    operation = inference.facts.operations.get(id(stmt.value))
    if not isinstance(operation, (Apply, Mutation, Dynamic)) or _only_reads(operation):
        return None
    writer = Writer(stmt, inference)
    try:
        match operation:
            case Dynamic():
                return of_unknown(writer, operation, _method)
            case Apply(function):
                result = _call(writer, function, operation)
            case Mutation(owner, what) if isinstance(stmt.value, ir.Call):
                result = _method(writer, owner, what, stmt.value)
            case _:
                return None
    except Stays:
        return None
    return writer.finished(result)


def _only_reads(operation: Apply | Mutation | Dynamic) -> bool:
    """Whether it is known at once that a call writes into none of its operands."""
    if isinstance(operation, Dynamic):
        return not isinstance(operation.func, ir.Attr) or operation.func.name not in METHODS
    if isinstance(operation, Mutation) or operation.function is np.nan_to_num:
        return False  # of which `copy` may stand by position
    options = {k: v.value if isinstance(v, ir.Const) else ... for k, v in operation.kwargs}
    return not written_arguments(operation.function, len(operation.args), options)


def _call(writer: Writer, function: Any, operation: Apply) -> ir.Expr:
    if isinstance(getattr(function, "__self__", None), np.ufunc) and function.__name__ == "at":
        return at(writer, function.__self__, operation.args)
    try:
        known = function in AUGMENTS, PLACES.get(function)
    except TypeError:  # cannot be hashed
        raise Stays from None
    args, kwargs = operation.args, operation.kwargs
    if known[0] and len(args) == 2:
        return _augmented(writer, AUGMENTS[function], *args)
    if draws_in_place(function):
        return shuffle(writer, function, args, dict(kwargs))
    if known[1] is not None:
        return known[1](writer, args, dict(kwargs))
    if function is operator.setitem and len(args) == 3:
        owner, value = writer.named("owner", args[0]), writer.plain("value", args[2])
        return writer.put(owner, args[1], value)
    if function is np.copyto:
        return _copyto(writer, args, dict(kwargs))
    if function is np.nan_to_num:
        return _replaced(writer, args, kwargs)
    return _with_out(writer, function, operation)


# -- out= ------------------------------------------------------------------------------


def _with_out(writer: Writer, function: Any, operation: Apply) -> ir.Expr:
    outs, args, kwargs = _apart(writer, function, operation)
    if all(o is None for o in outs):
        raise Stays
    arrays = [None if o is None else _out(writer, o) for o in outs]
    where = kwargs.get("where", ir.Const(True))
    if where == ir.Const(True):
        kwargs.pop("where", None)
    masked = isinstance(function, np.ufunc) and where != ir.Const(True)
    index: ir.Expr = WHOLE
    if masked and len(arrays) == 1 and arrays[0] is not None:
        del kwargs["where"]
        args, index = _masked(writer, args, arrays[0], where)
    elif masked:
        raise Stays
    parts = [a if a is None or index == WHOLE else ir.Item(a, index) for a in arrays]
    call = _plain_call(writer, function, operation, args, kwargs, parts)
    if len(arrays) == 1:
        values = [writer.let("value", call)]
    else:
        values = writer.unpack(["value"] * len(arrays), call)
    for value, array in zip(values, arrays, strict=True):
        if array is not None:
            writer.put(array, index, value)
    results = tuple(v if a is None else a for v, a in zip(values, arrays, strict=True))
    return results[0] if len(results) == 1 else ir.Sequence("tuple", results)


def _apart(
    writer: Writer, function: Any, operation: Apply
) -> tuple[list[ir.Expr | None], tuple[ir.Expr, ...], dict[str, ir.Expr]]:
    """What is written into, and the call without it."""
    args, kwargs = operation.args, dict(operation.kwargs)
    count = function.nout if isinstance(function, np.ufunc) else 1
    given: list[ir.Expr | None] = []
    if "out" in kwargs:
        given = _each(writer, kwargs.pop("out"), count)
    elif isinstance(function, np.ufunc):
        args, given = args[: function.nin], list(args[function.nin :])
    else:
        place = position_of_out(function)
        if place is None or len(args) <= place:
            raise Stays
        given = [args[place]]
        later = positional(function)[place + 1 :]
        kwargs |= dict(zip(later, args[place + 1 :], strict=False))
        args = args[:place]
    given = [None if o is None or _none(writer.kind(o)) else o for o in given]
    return [*given, *[None] * (count - len(given))], args, kwargs


def _each(writer: Writer, out: ir.Expr, count: int) -> list[ir.Expr | None]:
    """`out=b`, `out=(b,)`, `out=(b, None)`."""
    kind = writer.kind(out)
    if isinstance(out, ir.Sequence):
        return list(out.items)
    if isinstance(kind, Tup):
        return [ir.Item(out, ir.Const(k)) for k in range(len(kind.items))]
    if isinstance(kind, AnyType) and count > 1:
        raise Stays
    return [out]


def _none(kind: Type) -> bool:
    return isinstance(kind, Scalar) and kind.kind is type(None)


def _out(writer: Writer, expr: ir.Expr) -> ir.Name:
    kind = writer.kind(expr)
    return writer.named("out", expr) if isinstance(kind, AnyType) else writer.written(expr)


def _plain_call(
    writer: Writer,
    function: Any,
    operation: Apply,
    args: tuple[ir.Expr, ...],
    kwargs: dict[str, ir.Expr],
    outs: Sequence[ir.Expr | None],
) -> ir.Expr:
    """The call without `out`, as the user spelled it where that can be.

    Unless the result is known to fit, it is made in an array like `out`: NumPy raises what it
    would, casts as it would, and computes in the dtype that it would.
    """
    func: ir.Expr = ir.Ref(function, spelled(function))
    func = func if operation.form == "method" else writer.function(function)
    call = ir.Call(func, args, tuple(kwargs.items()))
    kind = writer.kind(call)
    kinds = [kind] if len(outs) == 1 else writer.inference.parts(kind, len(outs), None)
    exact = not isinstance(function, np.ufunc)
    if all(o is None or writer.fits(k, o, exact) for k, o in zip(kinds, outs, strict=True)):
        return call
    rooms = tuple(ir.Const(None) if o is None else ir.Call(ROOM, (o,)) for o in outs)
    room = rooms[0] if len(rooms) == 1 else ir.Sequence("tuple", rooms)
    return replace(call, kwargs=(*call.kwargs, ("out", room)))


def _masked(
    writer: Writer, args: tuple[ir.Expr, ...], out: ir.Name, where: ir.Expr
) -> tuple[tuple[ir.Expr, ...], ir.Expr]:
    """The operands at the places that a mask selects, and the mask in the shape of `out`."""
    mask = writer.mask(where, out)
    return tuple(writer.chosen(a, out, mask) for a in args), mask


# -- other functions -------------------------------------------------------------------


def _augmented(writer: Writer, op: str, owner: ir.Expr, value: ir.Expr) -> ir.Expr:
    """`operator.iadd(a, v)`: what `a += v` leaves in a, under another name."""
    old = writer.let("augmented", owner)
    writer.block.append(ir.Augment(old, op, writer.plain("value", value), writer.stmt.at))
    return old


def _copyto(writer: Writer, args: tuple[ir.Expr, ...], options: dict[str, ir.Expr]) -> ir.Expr:
    names = ("dst", "src", "casting", "where")
    given = {**dict(zip(names, args, strict=False)), **options}
    if given.get("casting", ir.Const("same_kind")) != ir.Const("same_kind"):
        raise Stays
    out, value = writer.written(given["dst"]), writer.plain("value", given["src"])
    where = given.get("where", ir.Const(True))
    index: ir.Expr = WHOLE
    if where != ir.Const(True):
        index = writer.mask(where, out)
        value = writer.chosen(value, out, index)
    part = out if index == WHOLE else ir.Item(out, index)
    writer.put(out, index, writer.fitted(value, part, loose=True))
    return ir.Const(None)


def _replaced(writer: Writer, args: tuple[ir.Expr, ...], options: Options) -> ir.Expr:
    """`np.nan_to_num(b, copy=False)`."""
    names = ("x", "copy", "nan", "posinf", "neginf")
    given = {**dict(zip(names, args, strict=False)), **dict(options)}
    if given.pop("copy", ir.Const(True)) != ir.Const(False):
        raise Stays
    out = writer.written(given.pop("x"))
    call = ir.Call(ir.Ref(np.nan_to_num, "np.nan_to_num"), (out,), tuple(given.items()))
    return writer.put(out, WHOLE, writer.let("value", call), out)


def _method(writer: Writer, owner: ir.Expr, what: str, call: ir.Call) -> ir.Expr:
    """`b.fill(v)`, `b.sort()`, `b.partition(k)`, `b.put(index, v)`."""
    expanded = expand(call.args, call.kwargs, writer.inference)
    if expanded is None:
        raise Stays
    args, kwargs = expanded
    out = writer.written(owner)
    if what == ".fill()" and len(args) == 1 and not kwargs:
        value = writer.plain("value", args[0])
        if not is_scalar(writer.kind(value)):
            if not writer.checks and out.id not in writer.arrays:
                raise Stays
            writer.check(inplace.one_number, value)
        return writer.put(out, WHOLE, value)
    if what in (".sort()", ".partition()"):
        function = np.sort if what == ".sort()" else np.partition
        made = ir.Call(ir.Ref(function, spelled(function)), (out, *args), kwargs)
        return writer.put(out, WHOLE, writer.let("value", made))
    if what == ".put()":
        return PLACES[np.put](writer, (out, *args), dict(kwargs))
    raise Stays
