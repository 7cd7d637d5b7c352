"""Move the tangent by formulas that say how: the sum of what each operand that moves adds.

y = sigmoid(x)       y_dot = x_dot * y * (1 - y)
"""

from __future__ import annotations

from typing import Any

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.formulas import formula, operands_of
from srcad.adjoint.rule_operands import NO_NUMBERS
from srcad.analysis.gates import fits, result_type, tangent_type
from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Number, Scalar
from srcad.rules.spelling import spelled
from srcad.rules.table import TABLE, Pushes
from srcad.runtime import fitting, tangents
from srcad.runtime.gates import Gate
from srcad.runtime.operands import no_derivative_with_respect_to
from srcad.tangent.base import Base

ADDED = ir.Ref(tangents.added, "added")
FITTED_DOT = ir.Ref(fitting.fitted_dot, "fitted_dot")


def without_number(function: Any, position: int, name: str) -> bool:
    """Whether no derivative passes through an operand, whatever it is."""
    return name in NO_NUMBERS or TABLE.is_like(function, position)


class Pushing(Base):
    """The tangents of operations whose rule says how they move."""

    def value(self, expr: ir.Expr) -> ir.Expr:
        """The tangent of an operand."""
        raise NotImplementedError

    def pushes(
        self, operation: Apply, values: dict[str, ir.Expr], moving: list[str]
    ) -> tuple[Any, ...] | None:
        """The formulas for tangents, where these know what moves."""
        function, rule = operation.function, operation.rule
        if isinstance(rule, Pushes):
            return rule.formulas
        if isinstance(function, Gate) or function not in TABLE.pushes or rule is None:
            return None
        covered = self.covers(function, operands_of(rule).names, values, moving)
        return TABLE.pushes[function] if covered else None

    def covers(
        self,
        function: object,
        names: tuple[str, ...],
        values: dict[str, ir.Expr],
        moving: list[str],
    ) -> bool:
        """Whether the formulas for tangents know what moves, and all the options of the call."""
        pushes = TABLE.pushes[function]
        places = [names.index(name) for name in moving]
        if any(k >= len(pushes) or pushes[k] is None for k in places):
            return False
        found = [formula(f) for f in pushes if f is not None]
        return all(set(values) <= set(read.names) for read in found)

    def by_pushes(
        self,
        operation: Apply,
        found: tuple[Any, ...],
        values: dict[str, ir.Expr],
        moving: list[str],
        target: str,
    ) -> ir.Expr:
        terms = []
        names = operands_of(operation.rule).names
        for name in moving:
            position = names.index(name)
            f = found[position] if position < len(found) else None
            if f is None:
                raise self.without(operation, name)
            read = formula(f)
            filled = {read.names[0]: self.value(values[name]), read.names[1]: ir.Name(target)}
            terms.append(read.instantiate({**values, **filled}))
        whole = self.total(terms, target)
        if not TABLE.of_user(operation.function) or self.sure(operation, found, moving, target):
            return whole
        said = ir.Const(operation.function.__name__)
        return algebra.call(FITTED_DOT, whole, ir.Name(target), said)

    def sure(
        self, operation: Apply, found: tuple[Any, ...], moving: list[str], target: str
    ) -> bool:
        """Whether formulas of the user are known to give what fits the result."""
        names, kind = operands_of(operation.rule).names, self.type(target)
        for name in [] if self.naive else moving:
            k = names.index(name)
            given = tangent_type(operation.types[k]), kind, *operation.types
            t = result_type(self.facts, found[k], given)
            if t is None or not fits(kind, t):
                return False
        return not self.naive

    def total(self, terms: list[ir.Expr], target: str = "") -> ir.Expr:
        """The sum of the contributions of the operands."""
        assert terms
        several = target and not isinstance(self.type(target), Scalar | Number | Array)
        whole = terms[0]
        for term in terms[1:]:
            whole = algebra.call(ADDED, whole, term) if several else algebra.add(whole, term)
        return whole

    def without(self, operation: Apply, name: str) -> errors.SrcadError:
        return errors.MissingRule(
            no_derivative_with_respect_to(spelled(operation.function), name),
            self.place(),
        )
