"""Tell which statements may be dropped: those that could not raise an error or have an effect.

y = x[10] + 1          may go when only the gradient is wanted: `x_bar[10] += …` raises as well
y = d["b"]             stays: d carries no derivative, and nothing else would raise the KeyError
y = 1 / (x - 1.5)      stays where the user's own program never reads y
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from srcad.analysis.activity import Active
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import BINARY_FUNCTIONS, Apply, Inert
from srcad.analysis.shapes import broadcast
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Number, Type
from srcad.optimise.safe import may_iterate, safe, truth_is_known
from srcad.rules.purity import pure, pure_function

SAFE_MATH = {
    "sin", "cos", "tan", "atan", "atan2", "sinh", "cosh", "tanh", "hypot", "fabs", "copysign",
    "degrees", "radians", "erf", "erfc", "floor", "ceil", "isnan", "isfinite", "isinf",
}  # fmt: skip
TypeOf = Callable[[ir.Expr], Type]


@dataclass(frozen=True)
class Judge:
    """What may be moved or dropped in the code of one function; `rules` are its pure calls."""

    facts: Inferred
    rules: frozenset[int]
    active: Active
    type_of: TypeOf
    unread: frozenset[str]  # variables that the user's own program binds and never reads

    @staticmethod
    def of(facts: Inferred, active: Active, type_of: TypeOf) -> Judge:
        rules = frozenset(
            k
            for k, op in facts.operations.items()
            if isinstance(op, Apply) and op.rule is not None and pure_function(op.function)
        )
        return Judge(facts, rules, active, type_of, _unread(facts))

    def pure(self, expr: ir.Expr) -> bool:
        """Whether the expression has no effect besides its value."""
        return pure(expr, self.rules)

    def removable(self, stmt: ir.Stmt, of_user: bool) -> bool:
        """Whether the statement may be dropped when nobody reads what it binds.

        `of_user`: it is part of the user's program, which may raise where its derivative does not.
        """
        bound = set(ir.targets(stmt))
        if self.facts.unit.code.captured & bound:
            return False  # a closure may read it
        if not all(map(self.pure, ir.expressions(stmt))):
            return False
        if of_user and (bound <= self.unread or not bound & self.active):
            return self.harmless(stmt) and all(safe(e, self.type_of) for e in ir.expressions(stmt))
        return all(certain(e, self.facts) for e in ir.expressions(stmt))

    def harmless(self, stmt: ir.Stmt) -> bool:
        """Whether what the statement does with its value cannot raise."""
        match stmt:
            case ir.Unpack(names, value, star):
                items = getattr(self.type_of(value), "items", None)
                return star is None and items is not None and len(items) == len(names)
            case ir.If(test):
                return truth_is_known(self.type_of(test))
            case ir.For(target, iterable):
                return isinstance(target, str) and may_iterate(self.type_of(iterable))
            case _:
                return True


def _unread(facts: Inferred) -> frozenset[str]:
    """What the user's program binds, and reads at most to bind more of the kind."""
    code = facts.unit.code
    unread = frozenset(ir.assigned(code.body)) - code.captured - {code.result}
    while True:
        read: set[str] = set()
        for stmt in ir.walk(code.body):
            if not ir.targets(stmt) or ir.blocks(stmt) or not unread.issuperset(ir.targets(stmt)):
                read |= ir.statement_reads(stmt)
        if not unread & read:
            return unread
        unread -= read


def certain(expr: ir.Expr, facts: Inferred) -> bool:
    """Whether the expression cannot raise, or its derivative raises as well."""
    operation = facts.operations.get(id(expr))
    if isinstance(operation, Apply) and not (
        _shapes_fit(expr, operation) and raises_with_its_derivative(operation)
    ):
        return False
    if isinstance(expr, ir.Item) and id(expr) in facts.operations:
        return not isinstance(operation, Inert)
    return True


def _shapes_fit(expr: ir.Expr, operation: Apply) -> bool:
    """Whether the operands are known to have shapes that go together."""
    arrays = [t for t in operation.types if isinstance(t, Array)]
    if len(arrays) < 2:
        return True
    if any(None in t.dims for t in arrays):
        return False
    if operation.form != "operator":
        return True
    if isinstance(expr, ir.Binary) and expr.op == "@":
        return _conform(arrays)
    several = len({t.dims for t in arrays if t.ndim}) > 1
    return not (several and None in (broadcast([t.dims for t in arrays]) or (None,)))


def _conform(arrays: list[Array]) -> bool:
    a, b = arrays
    return a.dims[-1] == (b.dims[-2] if b.ndim > 1 else b.dims[0])


def raises_with_its_derivative(operation: Apply) -> bool:
    """Whether dropping the operation cannot hide an exception of the plain program."""
    function = operation.function
    if getattr(function, "__module__", "") == "math":
        return function.__name__ in SAFE_MATH
    if operation.form == "operator" and function is BINARY_FUNCTIONS["**"]:
        if isinstance(operation.types[0], Array | Number):
            return True
        exponent = operation.args[1]
        return (
            isinstance(exponent, ir.Const) and type(exponent.value) is int and exponent.value >= 0
        )
    return True
