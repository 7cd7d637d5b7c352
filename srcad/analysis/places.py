"""Write out the functions that write at places of their own.

np.add.at(b, index, v)            b[index] += v, where every repeat counts
np.maximum.at(b, index, v)        for here, which in rounds(b, index):
                                      old = b[here];  other = v[which]
                                      new = np.maximum(old, other);  b[here] = new
np.put(b, index, v)               here = put_places(b, index)
                                  value = v.ravel()[cycled(here, v)];  b[here] = value
np.fill_diagonal(b, 0.0)          b[diagonal_places(b)] = 0.0
np.random.shuffle(b)              order = shuffled_order(np.random.shuffle, len(b))
                                  value = b[order];  b[...] = value
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.analysis.writer import BROADCAST, COPY, WHOLE, Stays, Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Array, is_scalar, same_shape
from srcad.rules.spelling import spelled
from srcad.runtime import inplace

Args = tuple[ir.Expr, ...]
Options = dict[str, ir.Expr]
RAVEL, LEN = ir.Ref(np.ravel, "np.ravel"), ir.Ref(len, "len")
DIRECT = {np.add: "+", np.subtract: "-"}  # their derivative is the same however often it is done


def _given(names: str, extra: str, args: Args, options: Options) -> dict[str, ir.Expr]:
    """The arguments by name; where one is missing, the call raises when it runs."""
    needed = names.split()
    given = {**dict(zip([*needed, *extra.split()], args, strict=False)), **options}
    if not given.keys() >= set(needed):
        raise Stays
    return given


def _call(function: Callable[..., Any], *args: ir.Expr) -> ir.Call:
    return ir.Call(ir.Ref(function, function.__name__), args)


# -- ufunc.at --------------------------------------------------------------------------


def at(writer: Writer, ufunc: np.ufunc, args: Args) -> ir.Expr:
    """`ufunc.at(b, index)` and `ufunc.at(b, index, v)`."""
    if len(args) != ufunc.nin + 1 or ufunc.nout != 1:
        raise Stays
    out = writer.written(args[0])
    index = args[1] if isinstance(args[1], ir.Name | ir.Const) else writer.let("index", args[1])
    values = tuple(writer.plain("values", v) for v in args[2:])
    if ufunc in DIRECT and isinstance(writer.kind(out), Array):
        place = ir.Item(out, index)
        stmt = ir.Augment(place, DIRECT[ufunc], values[0], writer.stmt.at, every=True)
        writer.block.append(stmt)
        return ir.Const(None)
    return _in_rounds(writer, ufunc, out, index, values)


def _in_rounds(
    writer: Writer, ufunc: np.ufunc, out: ir.Name, index: ir.Expr, values: Args
) -> ir.Expr:
    spread = []
    for value in values:
        if not is_scalar(writer.kind(value)):
            shape = _call(inplace.selection_shape, out, index)
            whole = writer.let("whole", ir.Call(BROADCAST, (value, shape)))
            value = writer.let("spread", ir.Call(COPY, (whole,)))  # it may be of `out` itself
        spread.append(value)
    groups = writer.let("groups", _call(inplace.rounds, out, index))
    here, which = ir.Name(writer.fresh("here")), ir.Name(writer.fresh("which"))
    kind = writer.inference.element(groups)
    writer.inference.bind_target((here.id, which.id), kind)
    outside, writer.block = writer.block, []
    old = writer.let("old", ir.Item(out, here))
    scalar = [is_scalar(writer.kind(v)) for v in spread]
    others = [
        v if s else writer.let("other", ir.Item(v, which))
        for v, s in zip(spread, scalar, strict=True)
    ]
    new = writer.let("new", ir.Call(ir.Ref(ufunc, spelled(ufunc)), (old, *others)))
    writer.put(out, here, writer.fitted(new, old, loose=True))
    body, writer.block = tuple(writer.block), outside
    writer.block.append(ir.For((here.id, which.id), groups, body, writer.stmt.at))
    return ir.Const(None)


# -- functions with places -------------------------------------------------------------


def _put(writer: Writer, args: Args, options: Options) -> ir.Expr:
    given = _given("a ind v", "mode", args, options)
    out = writer.written(given["a"])
    mode = (given["mode"],) if "mode" in given else ()
    return _in_turn(writer, out, _call(inplace.put_places, out, given["ind"], *mode), given["v"])


def _place(writer: Writer, args: Args, options: Options) -> ir.Expr:
    given = _given("arr mask vals", "", args, options)
    out = writer.written(given["arr"])
    return _in_turn(writer, out, _call(inplace.mask_places, out, given["mask"]), given["vals"])


def _putmask(writer: Writer, args: Args, options: Options) -> ir.Expr:
    given = _given("a mask values", "", args, options)
    out = writer.written(given["a"])
    mask, values = writer.named("mask", given["mask"]), given["values"]
    if same_shape(writer.kind(mask), writer.kind(out)) and (
        is_scalar(writer.kind(values)) or same_shape(writer.kind(values), writer.kind(out))
    ):
        value = writer.chosen(writer.plain("value", values), out, mask)
        return writer.put(out, mask, value)
    here = _call(inplace.mask_places, out, mask)
    return _in_turn(writer, out, here, values, mask)


def _fill_diagonal(writer: Writer, args: Args, options: Options) -> ir.Expr:
    given = _given("a val", "wrap", args, options)
    out = writer.written(given["a"])
    wrap = (given["wrap"],) if "wrap" in given else ()
    return _in_turn(writer, out, _call(inplace.diagonal_places, out, *wrap), given["val"])


def _in_turn(
    writer: Writer,
    out: ir.Name,
    places: ir.Expr,
    values: ir.Expr,
    mask: ir.Expr | None = None,
) -> ir.Expr:
    """A number goes to every place; of an array, one element after the other, round and round."""
    here, value = writer.let("here", places), writer.plain("value", values)
    if not is_scalar(writer.kind(value)):
        flat = writer.let("flat", ir.Call(RAVEL, (value,)))
        turns = _call(inplace.cycled, here, flat)
        if mask is not None:
            turns = _call(inplace.cycled_by_mask, mask, flat)
        turn = writer.let("turn", turns)
        value = writer.let("value", ir.Item(flat, turn))
    return writer.put(out, here, value)


def _put_along_axis(writer: Writer, args: Args, options: Options) -> ir.Expr:
    given = _given("arr indices values", "axis", args, options)
    out = writer.written(given["arr"])
    axis = given.get("axis", ir.Const(-1))
    here = writer.let("here", _call(inplace.places_along, out, given["indices"], axis))
    return writer.put(out, here, writer.plain("value", given["values"]))


def shuffle(writer: Writer, function: Any, args: Args, options: Options) -> ir.Expr:
    """`np.random.shuffle(b)`, and `rng.shuffle(b)` of a generator that was there before."""
    if len(args) != 1 or options:
        raise Stays
    out = writer.written(args[0])
    drawn = _call(inplace.shuffled_order, writer.function(function), ir.Call(LEN, (out,)))
    order = writer.let("order", drawn)
    return writer.put(out, WHOLE, writer.let("value", ir.Item(out, order)))


PLACES: dict[Any, Callable[[Writer, Args, Options], ir.Expr]] = {
    np.put: _put,
    np.place: _place,
    np.putmask: _putmask,
    np.fill_diagonal: _fill_diagonal,
    np.put_along_axis: _put_along_axis,
}
