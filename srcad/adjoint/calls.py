"""Reverse calls of the user's functions.

    y = f(x, w)     →     y, f_saved = f_fwd(x, w)
                          …
                          x_bar, w_bar = f_bwd(f_saved, y_bar)

A function that only the running program knows is called through `call`, which returns a pullback.
Long because every way to call hands its cotangents on by the same few methods.
"""

from __future__ import annotations

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cells import CELL_ZEROS, Cells
from srcad.adjoint.memory import TAKEN
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.asked import NOT_ASKED, Asked
from srcad.analysis.effects import calls_unknown, handed, written_params
from srcad.analysis.hidden import inside, may_write
from srcad.analysis.operations import Apply, Dynamic, Invoke, Operation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Clo, Obj, carries, mutable
from srcad.runtime import calls, cotangents, writes
from srcad.runtime.closures import default_of

COPIED = ir.Ref(writes.copied, "copied")
COPIED_OF = ir.Ref(writes.copied_of, "copied_of")
PART = ir.Ref(cotangents.part, "part")
DYNAMIC = ir.Ref(calls.call, "call")
METHOD = ir.Ref(calls.call_method, "call_method")
KEPT = ir.Ref(calls.kept, "kept")
SPREAD = ir.Ref(calls.call_spread, "call_spread")


class Calls(Cells):
    """The reversal of calls."""

    def call(self, stmt: ir.Assign, operation: Invoke | Dynamic) -> list[Node]:
        if self.rebinds_written(stmt, operation):
            first, second = self.renamed(stmt)
            last = self.assign(second)
            self.another_step()
            return [*self.call(first, operation), *last]
        y_bar = self.take(stmt.target)
        mask: tuple[bool, ...] = ()
        written: tuple[int, ...] = ()
        if isinstance(operation, Invoke):
            mask = tuple(
                self.passes(a) and (carries(t) or isinstance(t, Obj))
                for a, t in zip(operation.args, operation.params, strict=True)
            )
            asked = self.asks(stmt, operation)
            if asked:  # the call of a statement
                return self.call_by_memory(stmt, operation, asked, y_bar)
            written = handed(self.facts, operation.unit, operation.params, mask)
            self.check_apart(operation)
        if isinstance(operation, Dynamic):
            return self.dynamic(stmt, operation, y_bar)
        used = y_bar is not None or any(self.has_bar(operation.args[k]) for k in written)
        if not used and not self.may_keep(operation):
            return [Step((stmt,))]
        if y_bar is None:
            y_bar = self.zeros(stmt.target) if self.wanted(stmt, operation) else ir.Const(None)
        given_in = tuple(self.handed_in(operation.args[k]) for k in written)
        asked = Asked(used=dict(self.facts.useless.parts).get(stmt.target))
        fwd, bwd = self.request(operation.unit, operation.params, mask, self.place(), asked)
        saved = self.names.fresh(f"{operation.unit.name}_saved")
        forward = ir.Unpack(
            (stmt.target, saved),
            ir.Call(ir.Ref(None, fwd), operation.args),
            None,
            stmt.at,
            alters=stmt.alters,
        )
        if not used:
            return [Step((forward,))]
        pulled = ir.Call(ir.Ref(None, bwd), (ir.Name(saved), y_bar, *given_in))
        given = [a for a, m in zip(operation.args, mask, strict=True) if m]
        by_reference = self.made_here(operation)
        if len(given) == 1 and not (by_reference and given[0] is operation.args[-1]):
            self.give(given[0], pulled, fresh=False)
        elif len(given) == 1:
            self.give_captured(operation, self.named(pulled, "captured_bar"))
        else:
            self.give_all(operation, given, by_reference, pulled)
        return [Step((forward, *self.own_residuals(stmt, operation, saved)), tuple(self.out))]

    def rebinds_written(self, stmt: ir.Assign, operation: Invoke | Dynamic) -> bool:
        """`u = f(u)` where f writes into u: cotangents of two variables go in under one name."""
        if not isinstance(operation, Invoke) or stmt.target in self.shared:
            return False
        written = written_params(self.facts, operation.unit, operation.params)
        pairs = zip(operation.args, written, strict=True)
        return any(w is not None and a == ir.Name(stmt.target) for a, w in pairs)

    def may_keep(self, operation: Operation | None) -> bool:
        """Whether a function that is known only when it runs gets what carries a derivative.

        It may keep or change that, so it is looked at also where nobody uses the result.
        """
        if not isinstance(operation, Invoke):
            return False
        given = zip(operation.args, operation.params, strict=True)
        if not any(self.passes(a) and carries(t) for a, t in given):
            return False
        return calls_unknown(self.facts, operation.unit, operation.params)

    def check_nested(self, stmt: ir.Stmt) -> None:
        """A call inside a test runs as the plain call that it is: it must be known not to write."""
        for expr in inside(stmt):
            operation = self.operation(expr)
            if not ir.reads(expr) & self.active:
                continue
            given: tuple[ir.Expr, ...]
            if isinstance(expr, ir.Raw):
                given = tuple(map(ir.Name, may_write(self.facts, expr)))
            elif isinstance(operation, Dynamic):
                given = (*operation.args, *(v for _, v in operation.kwargs))
            elif self.may_keep(operation):
                given = operation.args  # type: ignore[union-attr]
            else:
                continue
            names = {n for a in given for n in ir.reads(a)}
            if any(mutable(self.type(name)) for name in names):
                raise errors.UnsupportedMutation(
                    "A function that is known only when it runs is called inside this expression, "
                    "and may write into what it is given. Call it in a statement of its own.",
                    self.place(),
                )

    def asks(self, stmt: ir.Assign, operation: Invoke) -> Asked:
        """What the called function must keep by memory as well, where containers are written."""
        if not self.with_cells:
            return NOT_ASKED
        mine = self.shared | self.holders
        pairs = zip(operation.unit.code.params, operation.args, operation.params, strict=True)
        read = {p.name: ir.reads(a) for p, a, t in pairs if mutable(t)}
        params = frozenset(p for p, names in read.items() if names & mine)
        read[operation.unit.code.result] = frozenset({stmt.target})
        changing = frozenset(
            p
            for p, names in read.items()
            if any(self.changed_later(n, stmt) or self.refilled_later(n, stmt) for n in names)
        )
        unread = stmt.target not in self.given_names  # the call of an expression statement
        result = stmt.target in mine or bool(params and unread)
        return Asked(params, result, changing, self.storage.joined(operation))

    def call_by_memory(
        self, stmt: ir.Assign, operation: Invoke, asked: Asked, y_bar: ir.Expr | None
    ) -> list[Node]:
        """A call that gets containers which are written: it works with the shadows of the caller.

        y, f_saved = f_fwd(xs, w)
        …
        w_bar = f_bwd(f_saved, shadows, y_bar)
        """
        params = operation.unit.code.params
        mask = tuple(
            p.name in asked.params or (self.passes(a) and (carries(t) or isinstance(t, Obj)))
            for p, a, t in zip(params, operation.args, operation.params, strict=True)
        )
        fwd, bwd = self.request(operation.unit, operation.params, mask, self.place(), asked)
        saved = self.names.fresh(f"{operation.unit.name}_saved")
        call = ir.Call(ir.Ref(None, fwd), operation.args)
        forward = ir.Unpack((stmt.target, saved), call, None, stmt.at, alters=stmt.alters)
        if y_bar is None:
            y_bar = self.unused(stmt.target, asked)
        written = handed(self.facts, operation.unit, operation.params, mask)
        apart = [operation.args[k] for k in written if params[k].name not in asked.params]
        read = (ir.Name(saved), ir.Name(self.shadows), y_bar, *map(self.handed_in, apart))
        pulled = ir.Call(ir.Ref(None, bwd), read)
        given = [
            a
            for p, a, t, m in zip(params, operation.args, operation.params, mask, strict=True)
            if m and not asked.by_memory(p.name, t)
        ]
        by_reference = self.made_here(operation)
        if not given:
            self.emit(ir.Effect(pulled))
        elif len(given) == 1 and not (by_reference and given[0] is operation.args[-1]):
            arg = given[0]  # the call works on memory, whatever becomes of what it gives
            used = isinstance(arg, ir.Name) and arg.id in self.active
            self.give(arg, pulled if used else self.named(pulled, "arg_part"), fresh=False)
        elif len(given) == 1:
            self.give_captured(operation, self.named(pulled, "captured_bar"))
        else:
            self.give_all(operation, given, by_reference, pulled)
        return [Step((forward,), tuple(self.out))]

    def unused(self, result: str, asked: Asked) -> ir.Expr:
        """The cotangent of a result that nobody reads."""
        if result in self.shared:
            return ir.Const(None)
        return algebra.call(CELL_ZEROS, ir.Name(result)) if asked.result else self.zeros(result)

    def wanted(self, stmt: ir.Assign, operation: Invoke) -> bool:
        """Whether the called function asks for the cotangent of its result."""
        callee = self.facts.session.infer(operation.unit, operation.params)
        kind = callee.types.get(operation.unit.code.result, ANY)
        return stmt.target in self.active or carries(kind)

    def check_apart(self, operation: Invoke) -> None:
        if not self.storage.apart(operation):
            raise errors.UnsupportedMutation(
                f"{operation.unit.name} writes into an argument that shares memory with another "
                "argument. Give it a copy of one of them.",
                self.place(),
            )

    def has_bar(self, arg: ir.Expr) -> bool:
        if not isinstance(arg, ir.Name):
            return False
        return arg.id in self.state.present or arg.id in self.shared

    def handed_in(self, arg: ir.Expr) -> ir.Expr:
        """The cotangent of an array that the called function writes, as the function left it."""
        if not isinstance(arg, ir.Name):
            raise errors.UnsupportedMutation(
                "The called function writes into an argument that carries a derivative and has no "
                "name here. Give it a name on a line of its own.",
                self.place(),
            )
        if arg.id in self.shared:
            return self.named(self.shadow(TAKEN, arg), f"{arg.id}_after")
        self.ensure(arg.id, owned=True)
        bar = self.take(arg.id)
        assert bar is not None
        return bar

    def check_plain_call(self, stmt: ir.Stmt) -> None:
        if not self.storage.plain(stmt) and not self.kept_by_memory(stmt):
            raise errors.UnsupportedMutation(
                "This call writes into an array where a derivative passes, in a form that is not "
                "supported yet. Return a new array instead.",
                self.place(),
            )

    def writes_active(self, operation: Operation | None) -> bool:
        """Whether a called function writes an array that carries a derivative."""
        if not isinstance(operation, Invoke):
            return False
        written = written_params(self.facts, operation.unit, operation.params)
        pairs = zip(operation.args, written, strict=True)
        return any(w is not None and self.is_active(a) for a, w in pairs)

    def own_residuals(self, stmt: ir.Assign, operation: Invoke | Apply, saved: str) -> ir.Block:
        """What the called function saved of memory that changes later must be copied."""
        held = {stmt.target}.union(*map(ir.reads, operation.args))
        changing = sorted(
            n for n in held if self.changed_later(n, stmt) or self.other_items_later(n, stmt)
        )
        if not changing:
            return ()
        arrays = all(isinstance(self.type(n), Array) for n in changing)
        if arrays and not self.naive:
            copy = algebra.call(COPIED_OF, ir.Name(saved), *map(ir.Name, changing))
        else:
            copy = algebra.call(COPIED, ir.Name(saved))
        return (ir.Assign(saved, copy, stmt.at),)

    def changed_later(self, name: str, stmt: ir.Stmt) -> bool:
        return mutable(self.type(name)) and self.storage.changes_after(name, stmt, itself=False)

    def other_items_later(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether a container without a derivative, as the indices of a loop, is refilled."""
        kind = self.type(name)
        plain = mutable(kind) and not isinstance(kind, Array) and name not in self.active
        return plain and self.refilled_later(name, stmt)

    def refilled_later(self, name: str, stmt: ir.Stmt) -> bool:
        return self.storage.refilled_after(name, stmt, itself=False)

    def give_all(
        self, operation: Invoke, given: list[ir.Expr], by_reference: bool, pulled: ir.Expr
    ) -> None:
        """Several cotangents at once: where there is none yet, the name is bound directly."""
        parts = []
        bound: set[str] = set()
        for arg in given:
            hint = f"{arg.id}_part" if isinstance(arg, ir.Name) else "arg_part"
            if by_reference and arg is operation.args[-1]:
                parts.append(self.names.fresh("captured_bar"))
            elif (
                isinstance(arg, ir.Name)
                and arg.id not in self.state.present
                and arg.id not in self.shared | self.holders
                and given.count(arg) == 1
            ):
                parts.append(self.bar(arg.id))
                bound.add(arg.id)
            else:
                parts.append(self.names.fresh(hint))
        self.emit(ir.Unpack(tuple(parts), pulled))
        self.state.present |= bound  # before the others are handed on: they may add to these
        for arg, name in zip(given, parts, strict=True):
            if by_reference and arg is operation.args[-1]:
                self.give_captured(operation, ir.Name(name))
            elif not (isinstance(arg, ir.Name) and arg.id in bound):
                self.give(arg, ir.Name(name), fresh=False)

    def made_here(self, operation: Invoke) -> bool:
        """Whether the called function captured variables of this very function."""
        if not isinstance(operation.closure, ir.Name):
            return False
        return self.closures(operation.closure.id) is not None

    def closures(self, name: str) -> list[ir.Closure] | None:
        """What a variable is bound to, where that is functions made here alone."""
        made = [s for s in ir.walk(self.body) if name in ir.targets(s)]
        found = [s.value for s in made if isinstance(s, ir.Assign)]
        closures = [v for v in found if isinstance(v, ir.Closure)]
        return closures if made and len(closures) == len(made) else None

    def passes(self, arg: ir.Expr) -> bool:
        """Whether a derivative passes through an argument; a default is asked where it was made."""
        match arg:
            case ir.Call(ir.Ref(f), (ir.Name(name), ir.Const(key))) if f is default_of:
                made = self.closures(name)
                if made is not None:
                    return any(self.is_active(dict(c.defaults)[key]) for c in made)
            case _:
                pass
        return bool(ir.reads(arg) & self.active)

    def give_captured(self, operation: Invoke, bar: ir.Expr) -> None:
        """A closure read its variables when it was called: that is where their cotangents go."""
        for name in sorted(self.captured_by(operation)):
            self.give(ir.Name(name), algebra.call(PART, bar, ir.Const(name)), False)

    def captured_by(self, operation: Invoke) -> frozenset[str]:
        """The active variables that the called function captured."""
        kind = operation.params[-1]
        assert isinstance(kind, Clo)
        return frozenset(name for name, _ in kind.captures) & self.active

    def dynamic(self, stmt: ir.Assign, operation: Dynamic, y_bar: ir.Expr | None) -> list[Node]:
        """A call that finds its function when it runs.

        Without y_bar nobody uses the result; the function may still keep or change what it is
        given, so it is looked at all the same.
        """
        pullback = self.names.fresh("pullback")
        owner, name = self.called(operation.func)
        given: tuple[ir.Expr, ...] = operation.args
        spread = any(isinstance(a, ir.Star) for a in given)
        if spread or any(key is None for key, _ in operation.kwargs):
            groups, tables = algebra.groups(given), algebra.tables(operation.kwargs)
            parts = (ir.Sequence("tuple", groups), ir.Sequence("tuple", tables))
            made = ir.Call(SPREAD, (owner, name or ir.Const(None), *parts))
            values = (owner, *groups, *tables)
        else:
            first = (owner,) if name is None else (owner, name)
            function = DYNAMIC if name is None else METHOD
            made = ir.Call(function, (*first, *given), operation.kwargs)
            values = (owner, *given, *(v for _, v in operation.kwargs))
        if any(self.may_differ(n, stmt) for n in ir.reads(stmt.value) | {stmt.target}):
            made = ir.Call(KEPT, (made.func, *made.args), made.kwargs)
        forward = ir.Unpack((stmt.target, pullback), made, None, stmt.at, alters=stmt.alters)
        if y_bar is None:
            return [Step((forward,))]
        pulled = self.names.fresh("pulled")
        self.emit(ir.Assign(pulled, ir.Call(ir.Name(pullback), (y_bar,))))
        for k, value in enumerate(values):
            if ir.reads(value) & self.active:
                self.give(value, ir.Item(ir.Name(pulled), ir.Const(k)), fresh=False)
        return [Step((forward,), tuple(self.out))]

    def may_differ(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether something is not as the called function found it when it is read backwards."""
        return self.changed_later(name, stmt) or (
            self.with_cells and self.refilled_later(name, stmt)
        )

    def called(self, func: ir.Expr) -> tuple[ir.Expr, ir.Expr | None]:
        """What is called: a function, or an object and the name of its method."""
        match func:
            case ir.Attr(ir.Name(owner) as obj, name) if owner in self.active:
                return obj, ir.Const(name)
            case ir.Call(ir.Name("getattr"), (ir.Name(owner) as obj, key)) if owner in self.active:
                return obj, key
            case _:
                return func, None

    def give(self, arg: ir.Expr, bar: ir.Expr, fresh: bool) -> None:  # noqa: C901 - one case a form
        """Hand the cotangent of an argument to the variables that the argument was made of."""
        match arg:
            case ir.Name(name):
                self.add(name, bar, fresh)
            case ir.Sequence(_, items):
                bar = self.named(bar, "args_bar")
                for k, item in enumerate(items):
                    if ir.reads(item) & self.active:
                        self.give(item, algebra.call(PART, bar, ir.Const(k)), False)
            case ir.Mapping(keys, values):
                bar = self.named(bar, "options_bar")
                for key, value in zip(keys, values, strict=True):
                    if key is not None and ir.reads(value) & self.active:
                        self.give(value, algebra.call(PART, bar, key), False)
            case ir.Item(ir.Name(owner), index):
                self.add_at(owner, index, bar, ANY)
            case ir.Call(ir.Ref(_, "default_of" | "captured"), (ir.Name(owner), key)):
                self.add_at(owner, key, bar, ANY)
            case ir.Call(ir.Ref(_, "tuple"), (ir.Name(owner),)):
                self.add(owner, bar, False)
            case ir.Attr(ir.Name(owner), name):
                self.add_at(owner, self.field(owner, name), bar, ANY)
            case _:
                if ir.reads(arg) & self.active:
                    raise errors.UnsupportedSyntax(
                        "This argument carries a derivative in a form that is not supported yet. "
                        "Give it a name on a line of its own.",
                        self.place(),
                    )
