"""Tell which statements may be dropped: those that could not raise an error or have an effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import BINARY_FUNCTIONS, Apply, Inert
from srcad.analysis.shapes import broadcast
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Number
from srcad.rules.purity import pure_function, pure_head
from srcad.runtime import cells, snapshots

SAFE_MATH = {
    "sin", "cos", "tan", "atan", "atan2", "sinh", "cosh", "tanh", "hypot", "fabs", "copysign",
    "degrees", "radians", "erf", "erfc", "floor", "ceil", "isnan", "isfinite", "isinf",
}  # fmt: skip


@dataclass(frozen=True)
class Judge:
    """What may be moved or dropped in the code of one function.

    `functions` are those that pure calls refer to, by the expression that is called: a variable
    has one type throughout, so what `np.sin` or `x.sum` means does not change.
    """

    facts: Inferred
    functions: dict[ir.Expr, Any]
    known: dict[int, tuple[ir.Expr, bool]] = field(default_factory=dict)  # by id, kept alive
    meant: dict[int, tuple[ir.Expr, Any]] = field(default_factory=dict)

    @staticmethod
    def of(facts: Inferred) -> Judge:
        found: dict[ir.Expr, Any] = {}
        others: set[ir.Expr] = set()
        for expr in facts.keep:
            if not isinstance(expr, ir.Call) or not _hashable(expr.func):
                continue
            op = facts.operations.get(id(expr))
            if isinstance(op, Apply) and op.rule is not None and pure_function(op.function):
                found[expr.func] = op.function
            else:
                others.add(expr.func)
        return Judge(facts, {f: v for f, v in found.items() if f not in others})

    def pure(self, expr: ir.Expr) -> bool:
        """Whether the expression has no effect besides its value."""
        if type(expr) in _VALUES:
            return True
        known = self.known.get(id(expr))
        if known is None:
            known = self.known[id(expr)] = expr, self.with_parts(expr)
        return known[1]

    def with_parts(self, expr: ir.Expr) -> bool:
        if isinstance(expr, ir.Binary):
            return self.pure(expr.left) and self.pure(expr.right)
        return pure_head(expr, self.called) and all(map(self.pure, ir.children(expr)))

    def called(self, func: ir.Expr) -> Any:
        """The pure function that an expression refers to, if any."""
        key = id(func)
        if key not in self.meant:
            self.meant[key] = func, self._called(func)
        return self.meant[key][1]

    def _called(self, func: ir.Expr) -> Any:
        if isinstance(func, ir.Ref):
            return func.value if pure_function(func.value) else None
        return self.functions.get(func) if _hashable(func) else None

    def removable(self, stmt: ir.Stmt) -> bool:
        """Whether the statement may be dropped when nobody reads what it binds."""
        if self.facts.unit.code.captured & set(ir.targets(stmt)):
            return False  # a closure may read it
        if isinstance(stmt, ir.Assign) and _only_for_backward(stmt.value):
            return True
        return all(self.pure(e) and certain(e, self.facts) for e in ir.expressions(stmt))


_VALUES = frozenset((ir.Name, ir.Const, ir.Ref, ir.Raw, ir.Closure))


def _only_for_backward(value: ir.Expr) -> bool:
    """Whether it makes an object for the backward part, which may do without."""
    match value:
        case ir.Call(ir.Ref(function), args):
            plain = all(isinstance(a, ir.Name | ir.Const) for a in args)
            return function in (snapshots.snapshot, cells.owned) and plain
        case _:
            return False


def _hashable(func: ir.Expr) -> bool:
    return isinstance(func, (ir.Name, ir.Attr)) and all(map(_hashable, ir.children(func)))


def certain(expr: ir.Expr, facts: Inferred) -> bool:
    """Whether the expression cannot raise what the plain program would raise."""
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
