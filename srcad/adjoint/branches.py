"""Reverse `if`: the same question, asked again, chooses what is reversed.

if x > 0:                      took_branch = x > 0          where x is overwritten
    x = x * a          →       if took_branch: …
                               …
                               if took_branch: x_bar = x_bar * a
"""

from __future__ import annotations

from dataclasses import replace

from srcad.adjoint.cotangents import Cotangents, State
from srcad.adjoint.sweep import Branch, Node, Step, backward_targets, defined
from srcad.analysis.noted import asks_what_changes
from srcad.analysis.unsaid import ANSWERS, may_have_methods
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Scalar
from srcad.runtime.operands import truth

TRUTH = ir.Ref(truth, "truth")


class Branches(Cotangents):
    """The reversal of branches."""

    def branch(self, stmt: ir.If) -> list[Node]:
        start = self.state.copy()
        then = self.block(stmt.then)
        after_then = self.state
        self.state = start.copy()
        orelse = self.block(stmt.orelse)
        after_else = self.state
        self.out, self.at = [], stmt.at
        then, orelse, before = self.reconcile(start, after_then, after_else, then, orelse, stmt)
        flag, test = self.flag(stmt)
        nodes: list[Node] = []
        if flag is not None:
            nodes.append(Step((flag,)))
            stmt = replace(stmt, test=test)
        nodes.append(Branch(stmt, test, then, orelse))
        if before:
            nodes.append(Step((), tuple(before)))
        return nodes

    def reconcile(
        self,
        start: State,
        a: State,
        b: State,
        then: tuple[Node, ...],
        orelse: tuple[Node, ...],
        stmt: ir.If,
    ) -> tuple[tuple[Node, ...], tuple[Node, ...], list[ir.Stmt]]:
        """After a reversed `if`, the same cotangents must exist whichever way it went."""
        before: list[ir.Stmt] = []
        outer = self.needed_before(stmt)
        for name in sorted(a.present ^ b.present):
            has, lacks = (a, b) if name in a.present else (b, a)
            if name not in outer:
                has.present.discard(name)
                has.owned.discard(name)
                continue
            zero = ir.Assign(self.bar(name), self.zeros(name), stmt.at)
            arm = then if lacks is a else orelse
            if (
                name in start.present
                or self.bar(name) in backward_targets(arm)
                or (name in defined(arm) and ir.reads(zero.value))
            ):
                # one arm redefined the variable: its older value has no cotangent there
                if lacks is a:
                    then = (Step((), (zero,)), *then)
                else:
                    orelse = (Step((), (zero,)), *orelse)
            else:
                before.append(zero)
            lacks.present.add(name)
            lacks.owned.add(name)
        self.state = State(a.present & b.present, a.owned & b.owned)
        return then, orelse, before

    def needed_before(self, stmt: ir.If) -> set[str]:
        """The variables whose values may come from before the branch."""
        live = self.live_before.get(id(stmt))
        if live is None:  # a branch that the compiler made
            return set(self.active)
        return set(live) | {p.name for p in self.facts.unit.code.params}

    def flag(self, stmt: ir.If) -> tuple[ir.Stmt | None, ir.Expr]:
        """The backward part asks the same question, or a flag that remembers the answer."""
        written = ir.assigned(stmt.then) | ir.assigned(stmt.orelse)
        test = stmt.test
        simple = isinstance(test, ir.Name) or (
            isinstance(test, ir.Unary) and isinstance(test.operand, ir.Name)
        )
        written |= {n for n in ir.reads(test) if self.storage.written(n)}
        changing = self.facts.session.changing
        again = not changing or not asks_what_changes(test, self.facts, changing)
        if (
            again
            and not self.answers_by_code(test)
            and not (ir.reads(test) & written)
            and (simple or (self.depth == 0 and cheap(test)))
        ):
            return None, test
        return self.remembered(stmt)

    def remembered(self, stmt: ir.If) -> tuple[ir.Stmt, ir.Expr]:
        """A variable that remembers the answer."""
        name = self.names.fresh("took_branch")
        self.facts.types[name] = Scalar(bool)
        test = ir.Call(TRUTH, (stmt.test,)) if self.answers_by_code(stmt.test) else stmt.test
        return ir.Assign(name, test, stmt.at), ir.Name(name)

    def answers_by_code(self, test: ir.Expr) -> bool:
        """Whether a class of the program answers, and writes something when it does."""
        session = self.facts.session
        kinds = (self.facts.types.get(name, ANY) for name in ir.reads(test))
        return any(map(may_have_methods, kinds)) and bool(session.by_special_methods(ANSWERS))


def cheap(expr: ir.Expr) -> bool:
    """Whether asking again costs little: comparisons and arithmetic on names."""
    if isinstance(expr, (ir.Name, ir.Const)):
        return True
    if isinstance(expr, (ir.Compare, ir.Logic, ir.Unary, ir.Binary)):
        return all(cheap(c) for c in ir.children(expr))
    return False
