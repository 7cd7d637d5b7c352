"""Move the tangent through a function with a rule.

y = np.sin(x)        y_dot = np.cos(x) * x_dot              partial derivatives
y = np.flip(x, 0)    y_dot = np.flip(x_dot, 0)              linear: the function itself
y = a @ b            y_dot = a_dot @ b + a @ b_dot          linear in each
y = np.where(m, a, b)     y_dot = np.where(m, a_dot, b_dot)   what is not chosen has no part in it
y = np.sort(x)       y_dot = pushed(np.sort, 0, x_dot, y, (x,), {})   the way back, transposed
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from srcad import errors
from srcad.adjoint import algebra, specialise
from srcad.adjoint.formulas import formula, operands_of
from srcad.adjoint.rule_operands import unknown_operands
from srcad.analysis.missing import missing_option, missing_rule, never_binds
from srcad.analysis.operations import Apply
from srcad.analysis.selected import takes_a_part
from srcad.analysis.ufunc_options import CAST, as_arrays, cast, without_options
from srcad.ir import nodes as ir
from srcad.ir.types import (
    BOTTOM,
    AnyType,
    Array,
    Lst,
    Number,
    Tup,
    carries,
    dims_of,
    is_count,
    is_scalar,
)
from srcad.rules.spelling import spelled
from srcad.rules.table import (
    TABLE,
    Linear,
    NoDerivative,
    Partials,
    Pushed,
    Rule,
    Staged,
    Unfinished,
    Vjp,
)
from srcad.runtime import calls, copies, fitting, tangents
from srcad.runtime.containers import cotangent
from srcad.runtime.elementwise import times
from srcad.runtime.gates import Gate
from srcad.tangent.pushing import Pushing, without_number

NO_COTANGENTS = (
    "srcad.cotangent changes cotangents, and forward mode has none. Use srcad.grad or srcad.vjp, "
    "or take it out."
)
FRESH = ir.Ref(tangents.fresh, "fresh")
IN_SHAPE_OF = ir.Ref(tangents.in_shape_of, "in_shape_of")
APART_FROM = ir.Ref(fitting.apart_from, "apart_from")
PUSHED = ir.Ref(calls.pushed, "pushed")
TIMES = ir.Ref(times, "times")
WHERE = ir.Ref(np.where, "np.where")
_COPIES: dict[Any, ir.Ref] = {
    copies.shallow_object: ir.Ref(tangents.shallow_dot, "shallow_dot"),
    copies.deep_object: ir.Ref(tangents.deep_dot, "deep_dot"),
}
# linear, but not the same function of the tangent: what they pad with, or return, depends on x
_OF_THE_VALUE = {np.pad, np.real_if_close, np.arange, np.modf, math.modf, np.linspace}
_LISTS = (Lst, Tup)
_LIST = Lst(None, BOTTOM)


# what has a derivative in its exponent for bases above 0 alone
POWERS: tuple[Any, ...] = (np.power, np.float_power, operator.pow, pow, math.pow)


def of_exponent(partial: ir.Expr, t: ir.Expr, base: ir.Expr) -> ir.Expr:
    """The partial derivative in an exponent times its tangent.

    Of a base below 0 it is NaN, which must not matter where the exponent stands still.
    """
    match base:
        case ir.Const(int() | float() as value) if value > 0:
            return algebra.mul(partial, t)
        case _:
            return algebra.call(TIMES, t, partial)


class Applied(Pushing):
    """The tangents of operations with a rule.

    written: what may share memory with what is written; shown: the caller may write the result;
    guarded: a tangent may be infinite where nothing is used of it (decision 011).
    """

    written: frozenset[str] = frozenset()
    shown = False
    guarded = False

    def applied(self, operation: Apply, target: str, whole: ir.Expr) -> ir.Expr:
        """The tangent of `target = whole`."""
        joined = self.joined_lists(operation)
        if joined is not None:
            return joined
        rule = operation.rule
        if rule is None or isinstance(rule, Unfinished) or operation.function is cotangent:
            raise self.without_rule(operation)
        if isinstance(rule, NoDerivative):
            return self.zero(ir.Name(target))
        assert not isinstance(rule, Staged | Pushed), "a call of its own"
        operands = operands_of(rule)
        known = without_options(operation)[0]
        try:
            values = operands.bound(known.args, known.kwargs)
        except TypeError as problem:
            if never_binds(operation):
                return self.zero(ir.Name(target))  # Python raises its own TypeError
            raise missing_option(operation, str(problem), self.place()) from None
        function = operation.function
        whole_numbers = unknown_operands(operation, self.type_of, self.moves)
        moving = [
            n
            for k, n in enumerate(operands.names)
            if n in values
            and n not in whole_numbers
            and self.carries(values[n])
            and not without_number(function, k, n)
        ]
        if not moving:
            return self.zero(ir.Name(target))
        pushes = self.pushes(operation, values, moving)
        if pushes is not None:
            return self.by_pushes(operation, pushes, values, moving, target)
        if function in TABLE.multilinear:
            return self.in_each(operation, whole)
        if function in _COPIES:
            return algebra.call(_COPIES[function], self.value(operation.args[0]))
        if isinstance(rule, Linear) and function not in _OF_THE_VALUE:
            return self.by_itself(operation, rule, values, moving, whole)
        if isinstance(rule, Partials):
            return self.by_partials(operation, rule, values, moving, target)
        return self.transposed(operation, rule, values, moving, target, whole)

    def without_rule(self, operation: Apply) -> errors.SrcadError:
        if operation.function is cotangent:
            return errors.UnsupportedSyntax(NO_COTANGENTS, self.place())
        return missing_rule(operation, self.moves, self.place())

    def carries(self, expr: ir.Expr) -> bool:
        return self.moves(expr) and (not isinstance(expr, ir.Name) or carries(self.type(expr.id)))

    def joined_lists(self, operation: Apply) -> ir.Expr | None:
        """`xs + ys` and `xs * n`: longer lists, not arithmetic."""
        kinds, function = operation.types, operation.function
        if operation.form != "operator" or function not in (operator.add, operator.mul):
            return None
        if not any(isinstance(k, _LISTS) for k in kinds):
            return None
        left, right = operation.args
        if function is operator.add:
            if any(isinstance(k, Array | Number) for k in kinds):
                return None
            return ir.Binary("+", self.value(left), self.value(right))
        if any(isinstance(k, Array) for k in kinds):
            return None
        items = 0 if isinstance(kinds[0], _LISTS) else 1
        if not is_count(kinds[1 - items]):
            raise errors.UnsupportedSyntax(
                "`*` of a list and a value of unknown type: that may be arithmetic of NumPy or "
                "make a longer list. Make an array of the list with np.array(...), or build the "
                "list with a comprehension.",
                self.place(),
            )
        return ir.Binary("*", self.value(operation.args[items]), operation.args[1 - items])

    # -- one way for each verb ---------------------------------------------------------

    def in_each(self, operation: Apply, whole: ir.Expr) -> ir.Expr:
        """Once for each operand that moves, the others standing still."""
        positions = TABLE.multilinear[operation.function] or tuple(range(len(operation.args)))
        terms = []
        for k in positions:
            if k < len(operation.args) and self.carries(operation.args[k]):
                terms.append(self.again(operation, whole, {k: self.value(operation.args[k])}, {}))
        others = [v for n, v in operation.kwargs if self.moves(v)]
        if others or any(
            self.carries(a) for k, a in enumerate(operation.args) if k not in positions
        ):
            raise self.unsupported(f"`{spelled(operation.function)}` of operands by keyword")
        return self.total(terms)

    def by_itself(
        self,
        operation: Apply,
        rule: Linear,
        values: dict[str, ir.Expr],
        moving: list[str],
        whole: ir.Expr,
    ) -> ir.Expr:
        """The function of the tangents; what is linear and stands still is zero."""
        operands = operands_of(rule)
        linear = {n for n, f in zip(operands.names, rule.transposes, strict=False) if f is not None}
        for name in moving:
            if name not in linear:
                raise self.without(operation, name)
        places: dict[int, ir.Expr] = {}
        for k, arg in enumerate(operation.args):
            at = operands.plain[k] if k < len(operands.plain) else operands.star
            if at in linear:
                places[k] = self.value(arg)
            elif at == "initial":
                places[k] = ir.Const(0)
        options = {n: self.value(v) for n, v in operation.kwargs if n in linear}
        if "initial" not in linear:
            options |= {n: ir.Const(0) for n, _ in operation.kwargs if n == "initial"}
        return self.again(operation, whole, places, options)

    def by_partials(
        self,
        operation: Apply,
        rule: Partials,
        values: dict[str, ir.Expr],
        moving: list[str],
        target: str,
    ) -> ir.Expr:
        if operation.function is np.where and len(operation.args) == 3:
            condition, *chosen = operation.args
            return algebra.call(WHERE, condition, *map(self.value, chosen))
        operands = operands_of(rule)
        types = {n: self.type_of(v) for n, v in values.items()}
        lists = {n for n, v in values.items() if self.is_listed(v)}
        types |= {n: _LIST for n in lists}
        computed = cast(as_arrays(values, types), without_options(operation)[1])
        terms: list[ir.Expr] = []
        for name in moving:
            if name == operands.star:
                raise self.unsupported(f"`{spelled(operation.function)}`")
            position = operands.names.index(name)
            f = rule.formulas[position] if position < len(rule.formulas) else None
            if f is None:
                raise self.without(operation, name)
            read = formula(f)
            partial = read.instantiate({**computed, read.names[0]: ir.Name(target)})
            if not self.naive:
                function = operation.function
                partial = specialise.partial(function, position, computed, types, partial)
            t = self.value(values[name])
            t = algebra.call(CAST, t) if name in lists else t
            if operation.function in POWERS and position == 1:
                terms.append(of_exponent(partial, t, values[operands.names[0]]))
            else:
                terms.append(self.product(operation, partial, t))
        whole = self.total(terms)
        if not self.fits(values, moving, target):
            return self.shaped(whole, target)
        return self.own(whole, operation, target) if isinstance(whole, ir.Name) else whole

    def product(self, operation: Apply, partial: ir.Expr, t: ir.Expr) -> ir.Expr:
        """A partial derivative times a tangent; 0 where the function takes nothing of it."""
        if self.guarded and takes_a_part(operation) and not isinstance(partial, ir.Const):
            return algebra.call(TIMES, partial, t)
        return algebra.mul(partial, t)

    def is_listed(self, expr: ir.Expr) -> bool:
        """Whether NumPy makes an array of the operand."""
        return isinstance(expr, ir.Sequence) or isinstance(self.type_of(expr), Lst | Tup)

    def own(self, dot: ir.Name, operation: Apply, target: str) -> ir.Expr:
        """A tangent that is that of an operand, of a result with memory of its own."""
        kind = self.type(target)
        names = {target}.union(*map(ir.reads, operation.args))
        if is_scalar(kind) or not (self.shown or names & self.written):
            return dot
        return ir.Call(ir.Attr(dot, "copy")) if self.array(kind) else algebra.call(FRESH, dot)

    def array(self, kind: object) -> bool:
        return isinstance(kind, Array) and kind.ndim > 0 and not self.naive

    def fits(self, values: dict[str, ir.Expr], moving: list[str], target: str) -> bool:
        """Whether a sum of products with these tangents is known to have the result's shape."""
        kind = self.type(target)
        full = dims_of(kind)
        if self.naive or full is None or None in full:
            return False
        kinds = [self.type_of(values[n]) for n in moving]
        if not self.complex(ir.Name(target)) and any(map(self.complex, map(values.get, moving))):  # type: ignore[arg-type]
            return False
        if isinstance(kind, AnyType):
            return False
        if is_scalar(kind):
            return all(is_scalar(k) for k in kinds)
        dtype = getattr(kind, "dtype", None)
        whole = [k for k in kinds if dims_of(k) == full]
        return full != () and any(getattr(k, "dtype", None) == dtype for k in whole)

    def shaped(self, t: ir.Expr, target: str) -> ir.Expr:
        t = algebra.call(FRESH, t) if isinstance(t, ir.Name) else t
        return algebra.call(IN_SHAPE_OF, t, ir.Name(target))

    def transposed(
        self,
        operation: Apply,
        rule: Rule,
        values: dict[str, ir.Expr],
        moving: list[str],
        target: str,
        whole: ir.Expr,
    ) -> ir.Expr:
        """Through the cotangents' way back, once more."""
        assert isinstance(rule, Linear | Vjp | Partials)
        operands = operands_of(rule)
        if any(isinstance(a, ir.Star) for a in operation.args):
            raise self.unsupported(f"`{spelled(operation.function)}` of `*` operands")
        args = ir.Sequence("tuple", operation.args)
        keys = tuple(ir.Const(k) for k, _ in operation.kwargs)
        options = ir.Mapping(keys, tuple(v for _, v in operation.kwargs))
        ref = self.spelled(operation, whole)
        terms: list[ir.Expr] = []
        for name in moving:
            position = operands.names.index(name)
            t = self.value(values[name])
            terms.append(
                ir.Call(PUSHED, (ref, ir.Const(position), t, ir.Name(target), args, options))
            )
        return self.total(terms, target)

    # -- pieces ------------------------------------------------------------------------

    def again(
        self,
        operation: Apply,
        whole: ir.Expr,
        places: dict[int, ir.Expr],
        options: dict[str, ir.Expr],
    ) -> ir.Expr:
        """The same call as the user wrote it, with other operands at some places."""
        args = tuple(places.get(k, a) for k, a in enumerate(operation.args))
        kwargs = tuple((n, options.get(n, v)) for n, v in operation.kwargs)
        match whole:
            case ir.Binary(op) if operation.form == "operator" and len(args) == 2:
                return ir.Binary(op, *args)
            case ir.Call(ir.Attr(_, name)) if operation.form == "method":
                return ir.Call(ir.Attr(args[0], name), args[1:], kwargs)
            case ir.Call(func) if operation.form == "call":
                return ir.Call(func, args, kwargs)
            case ir.Attr(_, name) if operation.form == "attribute" and not kwargs:
                return ir.Attr(args[0], name)
            case _:
                return ir.Call(self.spelled(operation, whole), args, kwargs)

    def spelled(self, operation: Apply, whole: ir.Expr) -> ir.Expr:
        """The function, as the user wrote it where that can be."""
        text = spelled(operation.function)
        root, _, name = text.rpartition(".")
        if root.split(".")[0] in ("np", "math"):
            return ir.Ref(operation.function, text)
        ours = str(getattr(operation.function, "__module__", "")).startswith("srcad.")
        if isinstance(whole, ir.Call) and operation.form == "call" and not ours:
            method = isinstance(whole.func, ir.Attr) and ir.reads(whole.func) & self.moving
            if not method and not isinstance(operation.function, Gate):
                return whole.func
        return ir.Ref(operation.function, name)
