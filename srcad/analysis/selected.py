"""Find the values of which the program may use parts alone: elsewhere their cotangent is zero.

    s = np.sqrt(r2)                      s_bar is 0 where r2 is, and must not meet an
    return np.where(r2 > 0, s, 0.0)      infinite 0.5 / s there: 0 * inf is no number

The derivative of such an s is 0 where its cotangent is (`times`), as far as the partial derivative
can be infinite at all.  Of a value that is used whole nothing changes.  A divisor counts only
where a mask chooses: that is how users guard against its zeros.
"""

from __future__ import annotations

import cmath
import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Apply, Copy, Element, Part, Same
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOOL, Array, Number, Scalar, Type, dims_of
from srcad.rules.table import Partials
from srcad.runtime.elementwise import times

SELECTING = {
    np.where, np.select, np.choose, np.maximum, np.minimum, np.fmax, np.fmin, np.clip, np.triu,
    np.tril, np.diag, np.diagonal, np.trace, np.take, np.take_along_axis, np.compress, np.extract,
    np.max, np.min, np.amax, np.amin, np.nan_to_num, np.abs, np.copyto, np.putmask, np.place,
    np.fabs, np.heaviside, np.nanmax, np.nanmin, np.delete, np.ndarray.max, np.ndarray.min,
    np.ndarray.clip, np.ndarray.diagonal, np.ndarray.trace, np.ndarray.take, np.ndarray.compress,
    np.ndarray.choose, np.nansum, np.nanmean, np.nanvar, np.nanstd, np.nanprod, np.nanmedian,
    np.nanquantile, np.nanpercentile, np.nancumsum, np.nancumprod, times,
}  # fmt: skip
PRODUCTS = {operator.mul, np.multiply}
POWERS = {operator.pow, np.power, np.float_power, math.pow}
QUOTIENTS = {operator.truediv, np.divide, np.true_divide}
SINGULAR = {
    np.sqrt, np.cbrt, np.log, np.log2, np.log10, np.log1p, np.reciprocal, np.arcsin, np.arccos,
    np.arctanh, np.arccosh, math.sqrt, cmath.sqrt, *POWERS, *QUOTIENTS,
}  # fmt: skip


@dataclass(frozen=True)
class Selected:
    """The variables of which only a part may be used: at an index, or where a mask chooses."""

    by_index: frozenset[str]
    by_mask: frozenset[str]

    def guards(self, target: str, operation: Apply) -> bool:
        """Whether a derivative may be infinite where nothing is used of the result."""
        if target not in self.by_index or not _singular(operation):
            return False  # what a mask takes a part of is also taken a part of by an index
        return target in self.by_mask or operation.function not in QUOTIENTS


def selected(facts: Inferred, body: ir.Block) -> Selected:
    """The variables of which only a part may be used."""
    by_index = _Finder(facts, False).run(body)
    return Selected(by_index, _Finder(facts, True).run(body) if by_index else by_index)


def infinite_beside(facts: Inferred, body: ir.Block) -> bool:
    """Whether something that may have an infinite derivative is used in part."""
    found = selected(facts, body)
    return any(
        isinstance(operation, Apply) and found.guards(stmt.target, operation)
        for stmt in ir.walk(body)
        if isinstance(stmt, ir.Assign)
        for operation in (facts.operations.get(id(stmt.value)),)
    )


def takes_a_part(operation: Apply) -> bool:
    """Whether a function uses a part of an operand alone."""
    function = operation.function
    masked = _among(function, PRODUCTS) and any(map(_truth, operation.types))
    chosen = bool(operation.kwargs) and any(name == "where" for name, _ in operation.kwargs)
    return masked or chosen or _among(function, SELECTING)


def _singular(operation: Apply) -> bool:
    function, args = operation.function, operation.args
    try:
        if function not in SINGULAR:
            return False
    except TypeError:
        return False
    second = args[1].value if len(args) > 1 and isinstance(args[1], ir.Const) else None
    if function in QUOTIENTS:
        return not second
    return not (function in POWERS and isinstance(second, int | float) and second >= 1)


class _Finder:
    def __init__(self, facts: Inferred, masks: bool) -> None:
        self.facts, self.masks = facts, masks
        self.found: set[str] = set()
        self.asked: set[str] = set()  # the variables that statements bind, as they were read
        self.news: set[str] = set()  # those of them that were found afterwards

    def run(self, body: ir.Block) -> frozenset[str]:
        everything = todo = ir.walk(body)[::-1]
        while todo:
            self.news = set()
            for stmt in todo:
                self.statement(stmt)
            news = self.news
            todo = [s for s in everything if isinstance(s, ir.Assign) and s.target in news]
        return frozenset(self.found)

    def add(self, names: frozenset[str] | set[str]) -> None:
        self.news |= (names - self.found) & self.asked
        self.found |= names

    def statement(self, stmt: ir.Stmt) -> None:
        if isinstance(stmt, ir.Assign):
            self.asked.add(stmt.target)
        elif isinstance(stmt, ir.Store):
            place = stmt.target
            if isinstance(place, ir.Item) and self.chooses(place.index):
                self.add(ir.reads(place.obj))
        value = getattr(stmt, "value", None)
        operation = self.facts.operations.get(id(value))
        if isinstance(operation, Apply):
            self.applied(operation, stmt.target if isinstance(stmt, ir.Assign) else "")
            return
        match operation:
            case Part(whole, at) | Element(whole, at):
                if isinstance(self.type(whole), Array) and self.chooses(at):
                    self.add(ir.reads(whole))
            case Same(inner) | Copy(inner) if isinstance(stmt, ir.Assign):
                if stmt.target in self.found:
                    self.add(ir.reads(inner))
            case _ if isinstance(stmt, ir.Assign) and isinstance(value, ir.Name):
                if stmt.target in self.found:
                    self.add({value.id})

    def applied(self, operation: Apply, target: str) -> None:
        args = operation.args
        if takes_a_part(operation):
            self.add({a.id for a in args if isinstance(a, ir.Name)})
        if target not in self.found:
            return
        names = [a for a in args if isinstance(a, ir.Name)]
        full = dims_of(self.facts.types.get(target, ANY))
        for name in names:
            kind = self.type(name)
            # what was broadcast gets a sum of cotangents, which is another number
            same = full is not None and None not in full and dims_of(kind) == full
            if same or not isinstance(operation.rule, Partials):
                self.add({name.id} if isinstance(kind, Array) and kind.ndim else set())

    def chooses(self, index: ir.Expr | str) -> bool:
        """Whether an index counts: any, or only masks."""
        if isinstance(index, str):  # an attribute
            return False
        return not self.masks or any(_truth(self.type(p)) for p in (index, *ir.children(index)))

    def type(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.facts.types.get(expr.id, ANY)
        return BOOL if isinstance(expr, ir.Compare) else ANY


def _among(function: Any, group: set[Any]) -> bool:
    try:
        return function in group
    except TypeError:
        return False


def _truth(kind: Type) -> bool:
    if isinstance(kind, Scalar):
        return kind.kind is bool
    return isinstance(kind, (Array, Number)) and kind.dtype == "bool"
