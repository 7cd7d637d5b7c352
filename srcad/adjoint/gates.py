"""Reverse calls of functions that bring a backward part, or a rule for tangents.

    y = gate(x, w)     →     y, gate_saved = gate_fwd(x, w)                    the user's own
                             …
                             x_bar, w_bar = gate_bwd(gate_saved, y_bar)

A rule for tangents is linear in them: cotangents go back through it as through any function.

    y = gate(x)        →     y = gate(x)
                             …
                             _, rule_saved = rule_fwd((x,), (x_any,))
                             x_bar = rule_bwd(rule_saved, (0.0, y_bar))[0]
"""

from __future__ import annotations

from typing import Any

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.calls import PART, Calls
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.asked import NOT_ASKED
from srcad.analysis.effects import written_params
from srcad.analysis.gates import called, fits, result_type, tangent_type
from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    FLOAT,
    Array,
    Lst,
    Number,
    Scalar,
    Tup,
    Type,
    carries,
    dims_of,
    is_scalar,
)
from srcad.rules.table import TABLE, Pushed, Pushes, Staged, Unfinished
from srcad.runtime import cotangents, fitting
from srcad.runtime.containers import cotangent

FINISH = ir.Ref(cotangents.finish, "finish")
SHADOW = ir.Ref(cotangents.shadow, "shadow")
GIVEN_BACK = ir.Ref(fitting.given_back, "given_back")
ANYWHERE = ir.Ref(fitting.anywhere, "anywhere")


class Gates(Calls):
    """The reversal of calls of gates."""

    def is_gate(self, operation: object) -> bool:
        """Whether the reversal of a call is not that of a formula."""
        kinds = Staged | Pushed | Pushes | Unfinished
        return isinstance(operation, Apply) and isinstance(operation.rule, kinds)

    def gate(self, stmt: ir.Assign, operation: Apply) -> list[Node]:
        """The reversal of one call, whose result carries a derivative."""
        y_bar = self.take(stmt.target)
        if y_bar is None:
            return [Step((stmt,), tuple(self.out))]
        self.check_options(operation)
        match operation.rule:
            case Staged():
                return self.staged(stmt, operation, operation.rule, y_bar)
            case Pushed(rule):
                self.pushed(stmt, operation, rule, y_bar)
            case Pushes(formulas):
                self.by_formulas(stmt, operation, formulas, y_bar)
            case Unfinished(cure):
                raise errors.MissingRule(cure, self.place())
            case _:
                raise errors.InternalError("not a gate")
        return [Step((stmt,), tuple(self.out))]

    def check_options(self, operation: Apply) -> None:
        for key, value in operation.kwargs:
            if self.is_active(value):
                name = operation.function.__name__
                raise errors.MissingRule(
                    f"{name} has no derivative with respect to its keyword-only argument `{key}`. "
                    "Let it take the argument by position.",
                    self.place(),
                )

    # -- cotangents that the user changes ----------------------------------------------

    def unhooked(self, stmt: ir.Assign, operation: object) -> ir.Assign:
        """`h = srcad.cotangent(x, change)` is `h = x` in the forward part of a derivative.

        So derivatives of the derivative are those of what it computes.
        """
        if not isinstance(operation, Apply) or operation.function is not cotangent:
            return stmt
        given = [*operation.args, *(v for _, v in operation.kwargs)]
        for name in given[1:]:
            closures = self.closures(name.id) if isinstance(name, ir.Name) else None
            for closure in closures or ():
                self.check_kept(closure, stmt)
        return ir.Assign(stmt.target, given[0], stmt.at, alters=stmt.alters)

    def check_kept(self, closure: ir.Closure, stmt: ir.Assign) -> None:
        """What is called in the backward part must find its variables as they were."""
        params = {p.name for p in self.facts.unit.code.params}
        for name in set(closure.held):
            times = [s for s in ir.walk(self.body) if name in ir.targets(s)]
            again = len(times) + (name in params) > 1 or any(name in found for found in self.looped)
            if again or self.changed_later(name, stmt):
                raise errors.UnsupportedSyntax(
                    f"`{name}` changes, and the function given to srcad.cotangent reads it when "
                    f"the backward part runs. Give it the value as a default: `{name}={name}`.",
                    self.place(),
                )

    @property
    def looped(self) -> list[set[str]]:
        """What each loop binds anew."""
        loops = (s for s in ir.walk(self.body) if isinstance(s, ir.For | ir.While))
        return [ir.assigned((s,)) for s in loops]

    # -- forward and backward part -----------------------------------------------------

    def staged(self, stmt: ir.Assign, operation: Apply, rule: Staged, y_bar: ir.Expr) -> list[Node]:
        name = operation.function.__name__
        saved = self.names.fresh(f"{name}_saved")
        forward = ir.Unpack(
            (stmt.target, saved),
            ir.Call(ir.Ref(rule.forward, f"{name}_fwd"), operation.args, operation.kwargs),
            None,
            stmt.at,
            alters=stmt.alters,
        )
        back = ir.Ref(rule.backward, f"{name}_bwd")
        written = not rule.trusted and self.check_parts(operation, rule, stmt.target)
        seed = self.whole(stmt.target, y_bar, written)
        pulled: ir.Expr = ir.Call(back, (ir.Name(saved), seed))
        if not self.proven(stmt.target, operation, rule):
            args = ir.Sequence("tuple", operation.args)
            names = ir.Const(parameter_names(operation))
            pulled = algebra.call(GIVEN_BACK, pulled, args, ir.Const(name), names)
        self.hand_back(operation, pulled)
        residuals = self.own_residuals(stmt, operation, saved)
        return [Step((forward, *residuals), tuple(self.out))]

    def check_parts(self, operation: Apply, rule: Staged, target: str) -> bool:
        """Refuse parts that write what they are given; whether the backward part writes y_bar."""
        name = operation.function.__name__
        of_class = operation.function.made_of is not None  # its `forward` is the function itself
        forward = self.written_by(rule.forward, operation.types)
        if any(forward) and not of_class:
            raise errors.UnsupportedMutation(
                f"The forward part of {name} writes into an argument. Let it make a new array.",
                self.place(),
            )
        pair = self.result_type(rule.forward, operation.types)
        saved = pair.items[1] if isinstance(pair, Tup) and len(pair.items) == 2 else ANY
        given = saved, self.type(target)
        kept, seed = self.written_by(rule.backward, given, of_class) or (False, True)
        if kept:
            raise errors.UnsupportedMutation(
                f"The backward part of {name} writes into what was saved, which is read again "
                "when the pullback is called again. Let it make a new array.",
                self.place(),
            )
        return seed

    def written_by(
        self, function: Any, kinds: tuple[Type, ...], contents: bool = False
    ) -> tuple[bool, ...]:
        """Which arguments a function of the user writes into; empty where it cannot be read.

        contents: only into arrays; an object may note what it likes.
        """
        if self.result_type(function, kinds) is None:
            return ()
        inferred = called(self.facts, function, kinds)
        assert inferred is not None
        found = written_params(self.facts, inferred.unit, inferred.params)
        return tuple(
            w is not None and w.unknown is None and (w.contents or not contents) for w in found
        )

    def whole(self, target: str, y_bar: ir.Expr, written: bool) -> ir.Expr:
        """The cotangent as the user's function gets it: of the structure of the value."""
        kind = self.type(target)
        if written and not is_scalar(kind):
            return algebra.call(FINISH, y_bar, ir.Name(target))  # a copy
        plain = isinstance(kind, Scalar | Number) or (
            isinstance(kind, Array) and dims_of(kind) is not None
        )
        if plain and not self.naive:
            return y_bar
        return algebra.call(FINISH, y_bar, ir.Name(target))

    def proven(self, target: str, operation: Apply, rule: Staged) -> bool:
        """Whether what the backward part returns is known to fit the arguments."""
        if rule.trusted:
            return True
        if self.naive or operation.kwargs:
            return False
        pair = self.result_type(rule.forward, operation.types)
        if not isinstance(pair, Tup) or len(pair.items) != 2:
            return False
        found = self.result_type(rule.backward, (pair.items[1], self.type(target)))
        items = found.items if isinstance(found, Tup | Lst) else None
        if items is None or len(items) != len(operation.args):
            return False
        pairs = zip(operation.args, operation.types, items, strict=True)
        return all(fits(t, bar) for a, t, bar in pairs if self.is_active(a) and carries(t))

    def result_type(self, function: Any, kinds: tuple[Type, ...]) -> Type | None:
        """The type of what a function of the user returns; None where it cannot be known."""
        return result_type(self.facts, function, kinds)

    def hand_back(self, operation: Apply, pulled: ir.Expr) -> None:
        """The cotangents of all arguments go to those that carry a derivative."""
        parts, later = [], []
        bound: set[str] = set()
        for k, (arg, kind) in enumerate(zip(operation.args, operation.types, strict=True)):
            active = self.is_active(arg) and carries(kind)
            active = active and not TABLE.is_like(operation.function, k)
            name = arg.id if isinstance(arg, ir.Name) else "arg"
            direct = (
                active
                and isinstance(arg, ir.Name)
                and name not in self.state.present
                and name not in self.shared | self.holders
                and operation.args.count(arg) == 1
            )
            if direct:
                bound.add(name)
                parts.append(self.bar(name))
            else:
                parts.append(self.names.fresh(f"{name}_part" if active else f"{name}_unused"))
                later += [(arg, parts[-1])] if active else []
        self.emit(ir.Unpack(tuple(parts), pulled))
        self.state.present |= bound
        for arg, name in later:
            self.give(arg, ir.Name(name), fresh=False)

    # -- rules for tangents ------------------------------------------------------------

    def pushed(self, stmt: ir.Assign, operation: Apply, rule: Any, y_bar: ir.Expr) -> None:
        args = ir.Sequence("tuple", operation.args)
        pairs = zip(operation.args, operation.types, strict=True)
        dots = ir.Sequence("tuple", tuple(anywhere(a, t) for a, t in pairs))
        kinds = Tup(operation.types), Tup(tuple(map(tangent_type, operation.types)))
        saved, bwd = self.transposed(rule, 1, (args, dots), kinds)
        seed = ir.Sequence("list", (self.none(stmt.target), y_bar))
        pulled = self.named(ir.Call(ir.Ref(None, bwd), (saved, seed)), "tangents_bar")
        for k, (arg, kind) in enumerate(zip(operation.args, operation.types, strict=True)):
            if self.is_active(arg) and carries(kind):
                self.give(arg, algebra.call(PART, pulled, ir.Const(k)), fresh=False)

    def none(self, name: str) -> ir.Expr:
        """The cotangent of a value that nobody uses."""
        known = self.type(name) == FLOAT and not self.naive
        return ir.Const(0.0) if known else algebra.call(SHADOW, ir.Name(name))

    def by_formulas(
        self, stmt: ir.Assign, operation: Apply, formulas: tuple[Any, ...], y_bar: ir.Expr
    ) -> None:
        y = ir.Name(stmt.target)
        for k, (arg, kind) in enumerate(zip(operation.args, operation.types, strict=True)):
            f = formulas[k] if k < len(formulas) else None
            if f is None or not self.is_active(arg) or not carries(kind):
                continue
            given = (anywhere(arg, kind), y, *operation.args)
            kinds = tangent_type(kind), self.type(stmt.target), *operation.types
            saved, bwd = self.transposed(f, 0, given, kinds)
            self.give(arg, ir.Call(ir.Ref(None, bwd), (saved, y_bar)), fresh=False)

    def transposed(
        self, rule: Any, position: int, given: tuple[ir.Expr, ...], kinds: tuple[Type, ...]
    ) -> tuple[ir.Expr, str]:
        """What a linear function saved, and the function that carries back to one argument."""
        unit = self.facts.session.program.unit(rule)
        mask = tuple(k == position for k in range(len(kinds)))
        fwd, bwd = self.request(unit, kinds, mask, self.place(), NOT_ASKED)
        saved = self.names.fresh(f"{unit.name}_saved")
        unused = self.names.fresh("unused")
        self.emit(ir.Unpack((unused, saved), ir.Call(ir.Ref(None, fwd), given)))
        return ir.Name(saved), bwd


def anywhere(arg: ir.Expr, kind: Type) -> ir.Expr:
    """Some tangent of an argument: the rule is linear in it."""
    return ir.Const(1.0) if kind == FLOAT else algebra.call(ANYWHERE, arg)


def parameter_names(operation: Apply) -> tuple[str, ...]:
    """The names of the arguments, for messages."""
    signature = operation.function.signature()
    count = len(operation.args)
    if signature is None:
        return tuple(f"argument {k}" for k in range(count))
    params = list(signature.parameters.values())
    names = []
    for k in range(count):
        p = params[min(k, len(params) - 1)] if params else None
        star = p is not None and p.kind is p.VAR_POSITIONAL
        names.append(f"{p.name}[{k - len(params) + 1}]" if p and star else p.name if p else f"{k}")
    return tuple(names)
