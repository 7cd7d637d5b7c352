"""Call functions with values and tangents.

y = helper(x, 2.0)        y, y_dot = helper_jvp(x, 2.0, x_dot)
y = f(x), f unknown       y, y_dot = jvp_call(f, None, (x,), (x_dot,))
"""

from __future__ import annotations

from srcad import errors
from srcad.analysis.activity import filled_params
from srcad.analysis.effects import aliases, calls_unknown, written_params
from srcad.analysis.operations import Dynamic, Invoke, Operation
from srcad.analysis.storage import joined_params
from srcad.ir import nodes as ir
from srcad.runtime import calls
from srcad.tangent.base import NONE
from srcad.tangent.dotted import holds
from srcad.tangent.loops import Loops

CALL = ir.Ref(calls.jvp_call, "jvp_call")
METHOD = ir.Ref(calls.jvp_method, "jvp_method")


_MADE = (ir.Sequence, ir.Mapping, ir.Const)


class Calls(Loops):
    """Calls of the program's functions and of those known when it runs."""

    def must_call(self, operation: Operation | None) -> bool:
        """Whether a call moves tangents, whatever becomes of its result."""
        if isinstance(operation, Dynamic):
            given = (operation.func, *operation.args, *(v for _, v in operation.kwargs))
            return any(map(self.moves, given))
        if not isinstance(operation, Invoke):
            return False
        if not any(self.mask(operation)):
            return False
        written = written_params(self.facts, operation.unit, operation.params)
        pairs = zip(operation.args, written, strict=True)
        if any(w is not None and not isinstance(a, ir.Const) for a, w in pairs):
            return True
        return calls_unknown(self.facts, operation.unit, operation.params)

    def mask(self, operation: Invoke) -> tuple[bool, ...]:
        pairs = zip(operation.args, operation.params, strict=True)
        return tuple(bool(ir.reads(a) & self.moving) and holds(t) for a, t in pairs)

    def call(self, stmt: ir.Assign | ir.Effect, operation: Invoke | Dynamic) -> ir.Block:
        """The value and its tangent from one call."""
        target = stmt.target if isinstance(stmt, ir.Assign) else self.names.fresh("unused")
        dot = self.dot(target)
        if isinstance(operation, Dynamic):
            made = self.dynamic(operation)
        else:
            made = self.invoked(operation)
        altered = stmt.alters | self.dots_in(stmt.alters)
        return (ir.Unpack((target, dot), made, None, stmt.at, alters=altered),)

    def dots_in(self, names: frozenset[str]) -> frozenset[str]:
        """The tangents of these variables."""
        return frozenset(self.dot(n) for n in names & self.moving)

    def invoked(self, operation: Invoke) -> ir.Expr:
        mask = self.mask(operation)
        self.check_filled(operation, mask)
        joined = joined_params(aliases(self.facts, self.body), operation)
        name = self.request(operation.unit, operation.params, mask, self.place(), joined)
        moving = [a for a, m in zip(operation.args, mask, strict=True) if m]
        dots = tuple(self.argument(operation, a) for a in moving)
        return ir.Call(ir.Ref(None, name), (*operation.args, *dots))

    def check_filled(self, operation: Invoke, mask: tuple[bool, ...]) -> None:
        """What moves may be put into what was made for the call, not into what lives on unseen."""
        filled = filled_params(self.facts, operation.unit, operation.params, mask)
        written = written_params(self.facts, operation.unit, operation.params)
        for arg, f, w, m in zip(operation.args, filled, written, mask, strict=True):
            if f and w is not None and not m and not isinstance(arg, _MADE):
                raise errors.UnsupportedMutation(
                    f"{operation.unit.name} puts what has a tangent into an argument that lives "
                    "on after the call and has no name here. Give it one on a line of its own.",
                    self.place(),
                )

    def argument(self, operation: Invoke, arg: ir.Expr) -> ir.Expr:
        """The tangent of an argument; of a function made here, as its variables are by now."""
        if isinstance(operation.closure, ir.Name) and arg is operation.args[-1]:
            made = self.made_once(operation.closure.id)
            if made is not None and operation.closure.id in self.called_only:
                return self.captured_now(made, operation.closure.id)
        return self.value(arg)

    def captured_now(self, made: ir.Closure, name: str) -> ir.Expr:
        """The tangents of a function: of its variables now, of its defaults when it was made."""
        held = {c: self.value(ir.Name(c)) for c in made.held}
        dot = ir.Name(self.dot(name))
        held |= {key: ir.Item(dot, ir.Const(key)) for key, _ in made.defaults}
        return ir.Mapping(tuple(map(ir.Const, held)), tuple(held.values()))

    called_only: frozenset[str] = frozenset()  # functions that are made here and only called

    def made_once(self, name: str) -> ir.Closure | None:
        """What a variable is bound to, where that is one function made here alone."""
        made = [s for s in ir.walk(self.body) if name in ir.targets(s)]
        match made:
            case [ir.Assign(_, ir.Closure() as closure)]:
                return closure
            case _:
                return None

    def dynamic(self, operation: Dynamic) -> ir.Expr:
        args, dots = self.both(operation.args)
        keys = tuple(None if k is None else ir.Const(k) for k, _ in operation.kwargs)
        options: tuple[ir.Expr, ...] = ()
        if operation.kwargs:
            values = tuple(v for _, v in operation.kwargs)
            tangents = tuple(map(self.value, values))
            options = (ir.Mapping(keys, values), ir.Mapping(keys, tangents))
        match operation.func:
            case ir.Attr(ir.Name(owner) as obj, name) if owner in self.moving:
                first = (obj, ir.Name(self.dot(owner)), ir.Const(name))
                return ir.Call(METHOD, (*first, args, dots, *options))
            case func:
                moved = self.value(func) if self.moves(func) else NONE
                return ir.Call(CALL, (func, moved, args, dots, *options))

    def both(self, args: tuple[ir.Expr, ...]) -> tuple[ir.Expr, ir.Expr]:
        dots = (self.value(a) if self.moves(a) or isinstance(a, ir.Star) else NONE for a in args)
        return ir.Sequence("tuple", args), ir.Sequence("tuple", tuple(dots))
