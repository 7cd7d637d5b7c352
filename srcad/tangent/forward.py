"""Write the tangents' statements beside the function's own.

    y = x * w             y = x * w
    a[i] = y         →    y_dot = w * x_dot + x * w_dot
                          a[i] = y
                          a_dot[i] = y_dot

The function's statements stay as they are and run in their order; a tangent is computed before its
statement where that statement overwrites what it needs.
"""

from __future__ import annotations

from srcad import errors
from srcad.adjoint.captured import changing_capture, changing_for_others, mixed_cells, refused
from srcad.adjoint.formulas import formula
from srcad.adjoint.operands import looked_at, whole_looked_at
from srcad.analysis.activity import activity
from srcad.analysis.array_methods import check_methods
from srcad.analysis.captures import Captures, called_only
from srcad.analysis.effects import check_rules
from srcad.analysis.hidden import inside, may_write
from srcad.analysis.keys import looked_at_keys
from srcad.analysis.liveness import liveness
from srcad.analysis.lost import lost
from srcad.analysis.operations import (
    Append,
    Apply,
    Dynamic,
    Invoke,
    Mutation,
    Operation,
    Refused,
)
from srcad.analysis.put_outside import puts_of
from srcad.analysis.selected import infinite_beside
from srcad.analysis.texts import read_back
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, mutable
from srcad.rules.table import TABLE, NoDerivative, Partials, Vjp
from srcad.tangent.effects import Effects
from srcad.tangent.exposed import exposed


class Forward(Effects):
    """The transformation of one function body."""

    def run(self, given: frozenset[str], shown: bool) -> ir.Block:
        """The body with its tangents; shown: the caller goes on with the result."""
        self.shown, self.guarded = shown, infinite_beside(self.facts, self.body)
        live = liveness(self.body, frozenset({self.facts.unit.code.result}))
        self.captures = Captures(self.facts, self.body, live)
        self.called_only = called_only(self.facts, self.body)
        self.check_outside(given)
        for stmt in ir.walk(self.body):
            self.written |= getattr(stmt, "alters", frozenset())
        self.written |= exposed(self.facts, self.body)
        unmoved = self.moving & frozenset(p.name for p in self.facts.unit.code.params) - given
        first = tuple(ir.Assign(self.dot(n), self.zero(ir.Name(n))) for n in sorted(unmoved))
        return (*first, *self.block(self.body))

    def check_outside(self, given: frozenset[str]) -> None:
        """What moves may be put into objects of the call alone; text and keys keep no tangent."""
        code = self.facts.unit.code
        for name in sorted(self.moving & (code.free - code.locals)):
            raise errors.UnsupportedMutation(
                f"What has a tangent is written into `{name}`, which lives outside of the "
                "function. Pass it as an argument.",
                self.facts.unit.place(None),
            )
        for put in puts_of(self.facts, self.body, self.moving):
            raise put.refusal()
        found = [*read_back(self.facts, self.body, self.moving)]
        found += lost(self.facts, self.body, activity(self.facts, self.body, given))
        for _, problem in found:
            raise problem

    def block(self, block: ir.Block) -> ir.Block:
        return tuple(s for stmt in block for s in (*self.keys_looked(stmt), *self.statement(stmt)))

    def keys_looked(self, stmt: ir.Stmt) -> ir.Block:
        return looked_at_keys(stmt, self.facts, self.moving)

    def statement(self, stmt: ir.Stmt) -> ir.Block:  # noqa: C901 - one case for each kind
        self.at = getattr(stmt, "at", None) or self.at
        self.check_inside(stmt)
        check_rules(self.facts, stmt, self.moving)
        check_methods(self.facts, stmt, self.moving)
        match stmt:
            case ir.Assign():
                return self.assign(stmt)
            case ir.Unpack():
                return self.unpack(stmt)
            case ir.Effect():
                return self.effect(stmt)
            case ir.If(_, then, orelse):
                return (ir.with_blocks(stmt, (self.block(then), self.block(orelse))),)
            case ir.While(_, body):
                return (ir.with_blocks(stmt, (self.block(body),)),)
            case ir.For(_, _, body):
                return (self.header(stmt, self.block(body)),)
            case ir.With(items, body):
                if any(self.moves(e) or bound in self.moving for e, bound in items):
                    problem = self.unsupported("A context manager that gets what has a tangent")
                    problem.reading = "contexts"
                    raise problem
                return (ir.with_blocks(stmt, (self.block(body),)),)
            case ir.Try():
                self.trying += 1
                blocks = tuple(map(self.block, ir.blocks(stmt)))
                self.trying -= 1
                return (ir.with_blocks(stmt, blocks),)
            case ir.Store():
                return self.store(stmt)
            case ir.Augment():
                return self.augment(stmt)
            case _:
                return (stmt,)

    def check_inside(self, stmt: ir.Stmt) -> None:
        """Calls in the middle of expressions run as they are: they must not write what moves."""
        for expr in inside(stmt):
            if ir.reads(expr).isdisjoint(self.moving):
                continue
            operation = self.operation(expr)
            target = isinstance(stmt, ir.Augment) and expr is stmt.target
            if target and isinstance(operation, Mutation):
                continue  # of a defaultdict: the tangents' puts what is missing there as well
            writes = isinstance(operation, Append | Mutation) or self.must_call(operation)
            if isinstance(expr, ir.Raw):
                names = may_write(self.facts, expr)
                writes = any(n in self.moving and mutable(self.type(n)) for n in names)
            if isinstance(operation, Dynamic):
                writes = any(mutable(self.type(n)) for n in ir.reads(expr) & self.moving)
            if writes:
                raise self.unsupported("A call inside this expression that writes what moves")

    # -- assignments -------------------------------------------------------------------

    def assign(self, stmt: ir.Assign) -> ir.Block:
        target, value = stmt.target, stmt.value
        operation = self.operation(value)
        if isinstance(operation, Invoke | Dynamic) and (
            self.must_call(operation) or (target in self.moving and self.moves(value))
        ):
            return self.call(stmt, operation)
        if isinstance(operation, Refused) and ir.reads(value) & self.moving:
            raise self.refusal(operation)
        if isinstance(operation, Apply) and self.is_gate(operation, stmt):
            return self.gate(stmt, operation)
        if isinstance(value, ir.Closure) and self.made(stmt, value):
            held = dict(value.defaults)
            keys = tuple(map(ir.Const, held))
            dots = ir.Mapping(keys, tuple(map(self.value, held.values())))
            return stmt, ir.Assign(self.dot(target), dots, stmt.at)
        if target not in self.moving:
            if isinstance(operation, Mutation | Append) and self.touches(operation):
                return (stmt, *self.effect_dots(stmt))
            return (stmt,)
        if not self.moves(value):
            at_hand = isinstance(value, ir.Const | ir.Sequence | ir.Mapping)
            zero = self.zero(value if at_hand else ir.Name(target))
            if isinstance(value, ir.Mapping):
                zero = ir.Mapping(value.keys, tuple(map(self.zero, value.values)))
            if isinstance(value, ir.Sequence) and value.kind == "set":
                zero = ir.Const(None)
            return stmt, ir.Assign(self.dot(target), zero, stmt.at)
        check = looked_at(operation, stmt.at)
        check += whole_looked_at(operation, stmt.at, self.type_of, self.moves)
        return (*check, *self.moving_assign(stmt, operation))

    def made(self, stmt: ir.Assign, closure: ir.Closure) -> bool:
        """Check what a function captured; whether it is only called, with its variables then."""
        cells = self.facts.unit.code.cells
        refused(mixed_cells(self.captures, cells, stmt, closure), self.place())
        refused(changing_for_others(self.captures, stmt, closure), self.place(), "objects")
        if stmt.target in self.called_only and self.made_once(stmt.target) is not None:
            return True
        found = changing_capture(self.captures, self.moving, stmt, closure)
        refused(found, self.place(), "objects")
        return False

    def moving_assign(self, stmt: ir.Assign, operation: Operation | None) -> ir.Block:
        target, value = stmt.target, stmt.value
        dot = self.dot(target)
        t = self.result(value, target)
        if target not in ir.reads(value) and not (ir.reads(t) & {dot}):
            return stmt, ir.Assign(dot, t, stmt.at)
        if target in ir.reads(t) and self.needs_result(operation):
            new = self.names.fresh(f"{target}_new")
            self.facts.types[new] = self.type(target)
            renamed = self.result(value, new)
            first = ir.Assign(new, value, stmt.at, alters=stmt.alters)
            after = ir.Assign(target, ir.Name(new), stmt.at)
            return first, ir.Assign(dot, renamed, stmt.at), after
        if self.trying:
            kept = self.names.fresh(f"{dot}_new")
            return ir.Assign(kept, t, stmt.at), stmt, ir.Assign(dot, ir.Name(kept), stmt.at)
        return ir.Assign(dot, t, stmt.at), stmt

    def needs_result(self, operation: Operation | None) -> bool:
        """Whether the tangent is written with the result itself."""
        if not isinstance(operation, Apply) or operation.rule is None:
            return True
        rule = operation.rule
        if operation.function in TABLE.multilinear or operation.function in TABLE.pushes:
            return operation.function in TABLE.pushes
        if isinstance(rule, Partials):
            found = [formula(f) for f in rule.formulas if f is not None]
            return any(f.touches(f.names[0]) for f in found) or any(
                isinstance(self.type_of(a), AnyType | Array) for a in operation.args
            )
        return isinstance(rule, Vjp) or not isinstance(rule, NoDerivative)

    def unpack(self, stmt: ir.Unpack) -> ir.Block:
        operation = self.operation(stmt.value)
        if isinstance(operation, Invoke | Dynamic) or not isinstance(
            stmt.value, ir.Name | ir.Sequence
        ):
            if not self.moves(stmt.value) and self.moving.isdisjoint(stmt.targets):
                return (stmt,)
            whole = self.names.fresh("values")
            self.moving |= {whole}
            inner = self.statement(ir.Assign(whole, stmt.value, stmt.at, alters=stmt.alters))
            rest = ir.Unpack(stmt.targets, ir.Name(whole), stmt.star, stmt.at)
            return (*inner, *self.unpack(rest))
        names = [n for n in stmt.targets if n in self.moving]
        if not names:
            return (stmt,)
        if not self.moves(stmt.value):
            zeros = (ir.Assign(self.dot(n), self.zero(ir.Name(n)), stmt.at) for n in names)
            return (stmt, *zeros)
        dots = tuple(self.dot(n) for n in stmt.targets)
        t = self.parts(stmt.value)
        both = ir.Unpack(dots, t, stmt.star, stmt.at)
        return (stmt, both) if ir.reads(t).isdisjoint(stmt.targets) else (both, stmt)
