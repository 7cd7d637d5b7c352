"""Reverse calls of the user's functions.

    y = f(x, w)     →     y, f_saved = f_fwd(x, w)
                          …
                          x_bar, w_bar = f_bwd(f_saved, y_bar)

A function that only the running program knows is called through `call`, which returns a pullback.
"""

from __future__ import annotations

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cotangents import Cotangents
from srcad.adjoint.sweep import Node, Step
from srcad.analysis.effects import handed, mutable, written_params
from srcad.analysis.operations import Dynamic, Invoke, Operation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Clo, carries
from srcad.runtime import calls, cotangents, writes

COPIED = ir.Ref(writes.copied, "copied")
PART = ir.Ref(cotangents.part, "part")
DYNAMIC = ir.Ref(calls.call, "call")
METHOD = ir.Ref(calls.call_method, "call_method")


class Calls(Cotangents):
    """The reversal of calls."""

    def call(self, stmt: ir.Assign, operation: Invoke | Dynamic) -> list[Node]:
        y_bar = self.take(stmt.target)
        mask: tuple[bool, ...] = ()
        written: tuple[int, ...] = ()
        if isinstance(operation, Invoke):
            mask = tuple(
                bool(ir.reads(a) & self.active) and carries(t)
                for a, t in zip(operation.args, operation.params, strict=True)
            )
            written = handed(self.facts, operation.unit, operation.params, mask)
            self.check_apart(operation)
        if isinstance(operation, Dynamic):
            return self.dynamic(stmt, operation, y_bar)
        if y_bar is None and not any(self.has_bar(operation.args[k]) for k in written):
            return [Step((stmt,))]
        if y_bar is None:
            y_bar = self.zeros(stmt.target) if stmt.target in self.active else ir.Const(None)
        given_in = tuple(self.handed_in(operation.args[k]) for k in written)
        fwd, bwd = self.request(operation.unit, operation.params, mask, self.place())
        saved = self.names.fresh(f"{operation.unit.name}_saved")
        forward = ir.Unpack(
            (stmt.target, saved),
            ir.Call(ir.Ref(None, fwd), operation.args),
            None,
            stmt.at,
            alters=stmt.alters,
        )
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

    def check_apart(self, operation: Invoke) -> None:
        if not self.storage.apart(operation):
            raise errors.UnsupportedMutation(
                f"{operation.unit.name} writes into an argument that shares memory with another "
                "argument. Give it a copy of one of them.",
                self.place(),
            )

    def has_bar(self, arg: ir.Expr) -> bool:
        return isinstance(arg, ir.Name) and arg.id in self.state.present

    def handed_in(self, arg: ir.Expr) -> ir.Expr:
        """The cotangent of an array that the called function writes, as the function left it."""
        assert isinstance(arg, ir.Name)  # `plain` calls only get here
        self.ensure(arg.id, owned=True)
        bar = self.take(arg.id)
        assert bar is not None
        return bar

    def check_plain_call(self, stmt: ir.Stmt) -> None:
        if not self.storage.plain(stmt):
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

    def own_residuals(self, stmt: ir.Assign, operation: Invoke, saved: str) -> ir.Block:
        """What the called function saved of memory that changes later must be copied."""
        if not any(self.changed_later(n, stmt) for a in operation.args for n in ir.reads(a)):
            return ()
        return (ir.Assign(saved, algebra.call(COPIED, ir.Name(saved)), stmt.at),)

    def changed_later(self, name: str, stmt: ir.Stmt) -> bool:
        return mutable(self.type(name)) and self.storage.changes_after(name, stmt, itself=False)

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
        name = operation.closure.id
        made = [s for s in ir.walk(self.body) if name in ir.targets(s)]
        return bool(made) and all(
            isinstance(s, ir.Assign)
            and isinstance(s.value, ir.Closure)
            and not any(self.is_active(v) for _, v in s.value.defaults)
            for s in made
        )

    def give_captured(self, operation: Invoke, bar: ir.Expr) -> None:
        """A closure read its variables when it was called: that is where their cotangents go."""
        kind = operation.params[-1]
        assert isinstance(kind, Clo)
        for name, _ in kind.captures:
            if name in self.active:
                self.give(ir.Name(name), algebra.call(PART, bar, ir.Const(name)), False)

    def dynamic(self, stmt: ir.Assign, operation: Dynamic, y_bar: ir.Expr | None) -> list[Node]:
        """A call that finds its function when it runs.

        Without y_bar nobody uses the result; the function may still keep or change what it is
        given, so it is looked at all the same.
        """
        for read in sorted(ir.reads(stmt.value)):
            if self.changed_later(read, stmt):
                raise errors.UnsupportedMutation(
                    f"`{read}` is written after this call, whose function is known only when it "
                    f"runs and may need its contents. Give it a copy: `{read}.copy()`.",
                    self.place(),
                )
        pullback = self.names.fresh("pullback")
        func: ir.Expr = operation.func
        values: tuple[ir.Expr, ...] = (func, *operation.args)
        made = ir.Call(DYNAMIC, values, operation.kwargs)
        if (
            isinstance(func, ir.Attr)
            and isinstance(func.obj, ir.Name)
            and func.obj.id in self.active
        ):
            name = ir.Const(func.name)
            made = ir.Call(METHOD, (func.obj, name, *operation.args), operation.kwargs)
            values = (func.obj, *operation.args)
        match func:
            case ir.Call(ir.Name("getattr"), (ir.Name(owner) as obj, key)) if owner in self.active:
                made = ir.Call(METHOD, (obj, key, *operation.args), operation.kwargs)
                values = (obj, *operation.args)
            case _:
                pass
        args = (*values, *(v for _, v in operation.kwargs))
        forward = ir.Unpack((stmt.target, pullback), made, None, stmt.at, alters=stmt.alters)
        if y_bar is None:
            return [Step((forward,))]
        pulled = self.names.fresh("pulled")
        self.emit(ir.Assign(pulled, ir.Call(ir.Name(pullback), (y_bar,))))
        for k, arg in enumerate(args):
            inner = arg.value if isinstance(arg, ir.Star) else arg
            if ir.reads(inner) & self.active:
                self.give(inner, ir.Item(ir.Name(pulled), ir.Const(k)), fresh=False)
        return [Step((forward,), tuple(self.out))]

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
