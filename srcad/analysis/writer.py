"""The statements that stand for one call of a function that writes: names, temporaries, casts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import (
    AnyType,
    Array,
    Bottom,
    Known,
    Lst,
    Number,
    Scalar,
    Tup,
    Type,
    carries,
    dims_of,
    is_scalar,
    same_shape,
)
from srcad.rules.spelling import spelled
from srcad.runtime import inplace

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference
    from srcad.analysis.reading import Reading

WHOLE = ir.Const(Ellipsis)
NOTHING = ir.Const(None)
ROOM = ir.Ref(np.empty_like, "np.empty_like")  # in a call that we write: an array to compute in
BROADCAST = ir.Ref(np.broadcast_to, "np.broadcast_to")
COPY = ir.Ref(np.copy, "np.copy")
MASK = ir.Ref(inplace.mask_of, "mask_of")


class Stays(Exception):
    """The call is left as it is."""


class Writer:
    """Collects the statements in place of one."""

    def __init__(self, stmt: Any, inference: Inference) -> None:
        self.stmt, self.inference, self.facts = stmt, inference, inference.facts
        self.block: list[ir.Stmt] = []
        self.arrays: set[str] = set()  # variables of unknown type that are arrays where this runs
        self.used = 0

    # -- asking ------------------------------------------------------------------------

    def kind(self, expr: ir.Expr) -> Type:
        return self.inference.expr(expr)

    def array(self, expr: ir.Expr) -> Array:
        """The type of an array that may carry a derivative; of others the call stays."""
        kind = self.kind(expr)
        if not isinstance(kind, Array) or not carries(kind) or kind.dtype == "object":
            raise Stays
        return kind

    def written(self, expr: ir.Expr) -> ir.Name:
        """A variable of such an array; where only the running program knows, it is checked."""
        if isinstance(expr, ir.Name) and expr.id in self.arrays:
            return expr
        if not (isinstance(self.kind(expr), AnyType) and self.checks):
            self.array(expr)
            return self.named("out", expr)
        out = self.named("out", expr)
        self.check(inplace.array_of_numbers, out)
        return out

    @property
    def checks(self) -> bool:
        reading: Reading = self.facts.session.reading
        return reading.checks

    def check(self, function: Any, *args: ir.Expr) -> None:
        call = ir.Call(ir.Ref(function, function.__name__), args)
        self.inference.expr(call)
        self.block.append(ir.Effect(call, self.stmt.at))

    def function(self, function: Any) -> ir.Expr:
        """The function as the user spelled it."""
        func = self.stmt.value.func
        kind = self.kind(func)
        same = isinstance(kind, Known) and kind.value is function
        return func if same else ir.Ref(function, spelled(function))

    # -- writing -----------------------------------------------------------------------

    def fresh(self, hint: str, what: Any = None) -> str:
        """The same name whenever the statement is read again; what: told apart by this alone."""
        self.used += 1
        key = id(self.stmt), self.used if what is None else what, hint
        spare = self.facts.spare
        if key not in spare:
            spare[key] = Names(self.facts.taken).fresh(hint)
        return spare[key]

    def let(self, hint: str, value: ir.Expr) -> ir.Name:
        name = self.fresh(hint)
        self.block.append(ir.Assign(name, value, self.stmt.at))
        self.inference.bind(name, self.kind(value))
        return ir.Name(name)

    def unpack(self, hints: list[str], value: ir.Expr) -> list[ir.Name]:
        whole, names = self.let("values", value), [self.fresh(h) for h in hints]
        self.block.append(ir.Unpack(tuple(names), whole, None, self.stmt.at))
        parts = self.inference.parts(self.kind(whole), len(names), None)
        for name, kind in zip(names, parts, strict=True):
            self.inference.bind(name, kind)
        return list(map(ir.Name, names))

    def named(self, hint: str, expr: ir.Expr) -> ir.Name:
        """A variable that holds the value."""
        return expr if isinstance(expr, ir.Name) else self.let(hint, expr)

    def plain(self, hint: str, expr: ir.Expr) -> ir.Expr:
        """A variable or a literal."""
        return expr if isinstance(expr, ir.Const) else self.named(hint, expr)

    def put(
        self, owner: ir.Name, index: ir.Expr, value: ir.Expr, result: ir.Expr = NOTHING
    ) -> ir.Expr:
        self.block.append(ir.Store(ir.Item(owner, index), value, self.stmt.at))
        return result

    def finished(self, result: ir.Expr) -> ir.Block:
        """With what the user's statement does with the result."""
        match self.stmt:
            case ir.Assign(target):
                self.block.append(ir.Assign(target, result, self.stmt.at))
            case ir.Unpack(targets, _, star):
                whole = self.named("results", result)
                self.block.append(ir.Unpack(targets, whole, star, self.stmt.at))
            case _:
                pass
        return tuple(self.block)

    # -- shapes and dtypes -------------------------------------------------------------

    def fits(self, kind: Type, out: ir.Expr, exact: bool) -> bool:
        """Whether a result may be stored in `out`; exact: it must be one like it."""
        to, dtype = self.kind(out), dtype_of(kind)
        if isinstance(kind, Bottom) or isinstance(to, Bottom):
            return True  # it is read again
        if dtype is None or not isinstance(to, Array):
            return False
        if exact:
            return dtype == to.dtype and same_shape(kind, to)
        return np.can_cast(dtype, to.dtype, "same_kind") and spreads(dims_of(kind), to.dims)

    def fitted(self, value: ir.Expr, part: ir.Expr, loose: bool = False) -> ir.Expr:
        """The value, checked when it runs unless shape and dtype are known to fit.

        part: the place that is written; loose: more leading dimensions of size one than the place
        has are fine, and so are lists.
        """
        kind, to = self.kind(value), self.kind(part)
        dtype = dtype_of(kind)
        if isinstance(to, Array) and dtype is not None:
            if not np.can_cast(dtype, to.dtype, "same_kind"):
                raise Stays
            if loose:
                return value
        if self.fits(kind, part, exact=False) or (loose and isinstance(kind, Lst | Tup)):
            return value
        target = part if isinstance(part, ir.Name) else self.let("part", part)
        checked = ir.Call(ir.Ref(inplace.fitting, "fitting"), (value, target))
        return self.let("fitting_value", checked)

    def spread(self, hint: str, value: ir.Expr, like: ir.Name) -> ir.Expr:
        """The value in the shape of an array."""
        kind = self.kind(value)
        if isinstance(kind, AnyType) and self.checks:
            value = self.named(hint, value)
            self.check(inplace.array_or_number, value)
        elif isinstance(kind, AnyType) or (isinstance(kind, Lst | Tup) and carries(kind)):
            raise Stays
        if same_shape(kind, self.kind(like)):
            return self.named(hint, value)
        shape: ir.Expr = ir.Attr(like, "shape")
        if isinstance(self.kind(like), AnyType):
            shape = self.let("shape", ir.Call(ir.Ref(inplace.shape_of, "shape_of"), (like,)))
        return self.let(hint, ir.Call(BROADCAST, (value, shape)))

    def mask(self, where: ir.Expr, like: ir.Name) -> ir.Expr:
        """What `where=` selects, in the shape of an array."""
        kind, to = self.kind(where), self.kind(like)
        if not isinstance(to, Array):
            return self.let("mask", ir.Call(MASK, (where, like)))
        if not isinstance(kind, Array) or kind.dtype != "bool":
            where = self.let("mask", ir.Call(MASK, (where,)))
        return self.spread("mask", where, like)

    def chosen(self, value: ir.Expr, like: ir.Name, mask: ir.Expr) -> ir.Expr:
        """Its elements where the mask, of the shape of `like`, is true; numbers are as they are."""
        if is_scalar(self.kind(value)):
            return self.plain("number", value)
        full = self.spread("spread", value, like)
        return self.let("chosen", ir.Item(full, mask))


def is_room(expr: ir.Expr) -> bool:
    """Whether an `out` is an array that the call writes for the first time: ROOM, or some."""
    if isinstance(expr, ir.Sequence):
        return all(e == ir.Const(None) or is_room(e) for e in expr.items)
    return isinstance(expr, ir.Call) and expr.func is ROOM


def dtype_of(kind: Type) -> str | None:
    """The dtype that NumPy gives a value of the type."""
    if isinstance(kind, Array | Number):
        return kind.dtype
    if isinstance(kind, Scalar) and kind.kind in (float, int, complex, bool):
        return np.dtype(kind.kind).name
    return None


def spreads(dims: Any, full: Any) -> bool:
    """Whether a shape is known to broadcast to another."""
    if dims is None or full is None or len(dims) > len(full):
        return False
    pairs = zip(dims, full[len(full) - len(dims) :], strict=True)
    return all(d == 1 or (d is not None and d == f) for d, f in pairs)
