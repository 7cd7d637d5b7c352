"""Move tangents through functions that bring a backward part, or a rule for tangents.

y = gate(x, w)     y, y_dot = gate_rule((x, w), (x_dot, w_dot))           a rule for tangents
y = gate(x, w)     y, gate_saved = gate_fwd(x, w)                         a backward part
                   y_dot = pushed_back(gate, gate_saved, y, (x, w), (x_dot, w_dot))
"""

from __future__ import annotations

from typing import Any

from srcad import errors
from srcad.adjoint import algebra
from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import carries
from srcad.rules.table import TABLE, Pushed, Staged
from srcad.runtime import calls
from srcad.tangent.calls import Calls
from srcad.tangent.pushing import FITTED_DOT

PUSHED_BACK = ir.Ref(calls.pushed_back, "pushed_back")


class Gates(Calls):
    """Calls of gates that are statements of their own."""

    def is_gate(self, operation: Apply, stmt: ir.Assign) -> bool:
        """Whether one call gives the value and what its tangent is made of."""
        moves = stmt.target in self.moving and self.moves(stmt.value)
        return moves and isinstance(operation.rule, Staged | Pushed)

    def gate(self, stmt: ir.Assign, operation: Apply) -> ir.Block:
        """The statements for the value and its tangent."""
        gate = operation.function
        name = gate.__name__
        for key, value in operation.kwargs:
            if self.moves(value):
                raise errors.MissingRule(
                    f"{name} has no derivative with respect to its keyword-only argument `{key}`. "
                    "Let it take the argument by position.",
                    self.place(),
                )
        target, dot = stmt.target, self.dot(stmt.target)
        args = ir.Sequence("tuple", operation.args)
        moved = [
            self.value(a) if self.moves(a) and carries(t) and not TABLE.is_like(gate, k) else None
            for k, (a, t) in enumerate(zip(operation.args, operation.types, strict=True))
        ]
        if all(t is None for t in moved):
            return stmt, ir.Assign(dot, self.zero(ir.Name(target)), stmt.at)
        if target in ir.reads(stmt.value):  # `x = gate(x)`: the old value is read after
            new = self.names.fresh(f"{target}_new")
            self.facts.types[new] = self.type(target)
            first = self.halves(ir.Assign(new, stmt.value, stmt.at), operation, args, moved, dot)
            return (*first, ir.Assign(target, ir.Name(new), stmt.at))
        return self.halves(stmt, operation, args, moved, dot)

    def halves(
        self,
        stmt: ir.Assign,
        operation: Apply,
        args: ir.Sequence,
        moved: list[ir.Expr | None],
        dot: str,
    ) -> ir.Block:
        y, rule, name = ir.Name(stmt.target), operation.rule, operation.function.__name__
        if isinstance(rule, Pushed):
            pairs = zip(args.items, moved, strict=True)
            given = ir.Sequence("tuple", tuple(t or self.zero(a) for a, t in pairs))
            called = ir.Call(ir.Ref(rule.rule, f"{name}_rule"), (args, given))
            pushed = self.names.fresh(f"{dot}_given")
            both = ir.Unpack((stmt.target, pushed), called, None, stmt.at, alters=stmt.alters)
            fit = self.of_its_own(
                algebra.call(FITTED_DOT, ir.Name(pushed), y, ir.Const(name)), stmt, operation
            )
            return both, ir.Assign(dot, fit, stmt.at)
        assert isinstance(rule, Staged)
        saved = self.names.fresh(f"{name}_saved")
        forward = ir.Call(ir.Ref(rule.forward, f"{name}_fwd"), operation.args, operation.kwargs)
        both = ir.Unpack((stmt.target, saved), forward, None, stmt.at, alters=stmt.alters)
        given = ir.Sequence("tuple", tuple(ir.Const(None) if t is None else t for t in moved))
        if rule.tangent is not None:
            t = ir.Call(ir.Ref(rule.tangent, f"{name}_dot"), (ir.Name(saved), args, given))
            return both, ir.Assign(dot, self.of_its_own(t, stmt, operation), stmt.at)
        gate: Any = ir.Ref(operation.function, name)
        t = algebra.call(PUSHED_BACK, gate, ir.Name(saved), y, args, given)
        return both, ir.Assign(dot, self.of_its_own(t, stmt, operation), stmt.at)

    def of_its_own(self, t: ir.Expr, stmt: ir.Assign, operation: Apply) -> ir.Expr:
        """The tangent, which is memory of its own: so must the value be, if it is written."""
        return self.viewed(operation, stmt.target, t)
