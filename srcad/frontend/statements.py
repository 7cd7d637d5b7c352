"""Lower the other statements: branches, blocks, matches, definitions, and those of one line."""

from __future__ import annotations

import ast
import operator

from srcad.frontend import patterns
from srcad.frontend.expressions import is_truth
from srcad.frontend.leaving import gone
from srcad.frontend.state import keyword
from srcad.frontend.trying import Trying
from srcad.ir import nodes as ir
from srcad.runtime.objects import put_attributes

DELITEM = ir.Ref(operator.delitem, "operator.delitem")
PUT_ATTRIBUTES = ir.Ref(put_attributes, "put_attributes")
DELATTR = ir.Ref(delattr, "delattr")


class Statements(Trying):
    """One method for each kind of statement, named after its class in `ast`."""

    def statement(self, stmt: ast.stmt) -> None:
        handler = getattr(self, "do_" + type(stmt).__name__, None)
        if handler is None:
            raise self.refuse(
                f"`{keyword(stmt)}` cannot be differentiated. Move it out of the function.", stmt
            )
        handler(stmt)

    def do_Pass(self, stmt: ast.Pass) -> None:
        pass

    def do_Nonlocal(self, stmt: ast.Nonlocal) -> None:
        written = set(stmt.names) & _stored(self.node)
        if (
            written
        ):  # by a function of which the one around it is not ours to see, or see `variables`
            raise self.refuse(
                f"`{min(written)}` is a variable of an enclosing function, and cannot be written "
                "here. Make it by an assignment in a function that the differentiated one calls, "
                "or return its new value.",
                stmt,
            )

    def do_Global(self, stmt: ast.Global) -> None:
        written = set(stmt.names) & _stored(self.node)
        if written:
            raise self.refuse(
                f"Writing to the global `{min(written)}` is not supported: return it instead.",
                stmt,
            )

    def do_Import(self, stmt: ast.Import | ast.ImportFrom) -> None:
        names = tuple(a.asname or a.name.split(".")[0] for a in stmt.names)
        if "*" in names:
            raise self.refuse("`import *` inside a function is not Python.", stmt)
        self.out.append(ir.Import(stmt, names, self.at))

    do_ImportFrom = do_Import

    def do_Expr(self, stmt: ast.Expr) -> None:
        if isinstance(stmt.value, ast.Constant):
            return
        if isinstance(stmt.value, ast.Yield | ast.YieldFrom):
            self.do_yield(stmt.value)
            return
        assignment = self.as_assignment(stmt)
        if assignment is not None:
            self.do_Assign(assignment)
            return
        value = self.attributes_put(stmt.value) or self.value(stmt.value)
        if not isinstance(value, ir.Name | ir.Const):
            self.out.append(ir.Effect(value, self.at))

    def as_assignment(self, stmt: ast.Expr) -> ast.Assign | None:
        """`setattr(obj, "name", value)` is `obj.name = value`, but that it mangles no name."""
        match stmt.value:
            case ast.Call(
                func=ast.Name(id="setattr"),
                args=[ast.Name() as owner, ast.Constant(value=str(name)), value],
                keywords=[],
            ) if name.isidentifier() and not name.startswith("__") and not self.is_bound("setattr"):
                target = ast.copy_location(ast.Attribute(owner, name, ast.Store()), stmt.value)
                return ast.copy_location(ast.Assign([target], value), stmt)
            case _:
                return None

    def attributes_put(self, node: ast.expr) -> ir.Expr | None:
        """`self.__dict__.update(options)` and `vars(self).update(options)`."""
        match node:
            case ast.Call(
                func=ast.Attribute(ast.Attribute(ast.Name() as owner, "__dict__"), "update"),
                args=[given],
                keywords=[],
            ) if not isinstance(given, ast.Starred):
                pass
            case ast.Call(
                func=ast.Attribute(ast.Call(ast.Name("vars"), [ast.Name() as owner], []), "update"),
                args=[given],
                keywords=[],
            ) if not isinstance(given, ast.Starred) and not self.is_bound("vars"):
                pass
            case _:
                return None
        return ir.Call(PUT_ATTRIBUTES, (self.atom(owner), self.atom(given)))

    def do_Return(self, stmt: ast.Return) -> None:
        if self.running is not None:
            if stmt.value is not None:
                self.value(stmt.value)
            self.left_early(self.at)
            return
        value = ir.Const(None) if stmt.value is None else self.value(stmt.value)
        self.out.append(ir.Return(value, self.inside(stmt.value)))

    def do_Break(self, stmt: ast.Break) -> None:
        self.out.append(ir.Break(self.at))

    def do_Continue(self, stmt: ast.Continue) -> None:
        self.out.append(ir.Continue(self.at))

    def do_Assert(self, stmt: ast.Assert) -> None:
        # the message is only evaluated when the test fails, so it stays nested
        test = self.test(stmt.test)
        message = None if stmt.msg is None else self.raw(stmt.msg)
        self.out.append(ir.Assert(test, message, self.at))

    def do_Raise(self, stmt: ast.Raise) -> None:
        exc = None if stmt.exc is None else self.raw(stmt.exc)
        cause = None if stmt.cause is None else self.raw(stmt.cause)
        self.out.append(ir.Raise(exc, cause, self.at))

    def do_Delete(self, stmt: ast.Delete) -> None:
        for target in stmt.targets:
            if not isinstance(target, ast.Name):
                self.delete(target)
            elif target.id in self.scope.captured:
                raise self.refuse(
                    f"`{target.id}` may be read after this `del`. Leave the `del` out.", target
                )
            else:
                self.out.append(gone(self.variable(target.id), self.inside(target)))

    def delete(self, target: ast.expr) -> None:
        """`del xs[k]` as the call that it is; tuples of targets one by one."""
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self.do_Delete(ast.copy_location(ast.Delete([part]), target))
            return
        if isinstance(target, ast.Subscript):
            call = ir.Call(DELITEM, (self.atom(target.value), self.as_object(target.slice)))
        else:
            place = self.place(target)
            assert isinstance(place, ir.Attr)
            call = ir.Call(DELATTR, (place.obj, ir.Const(place.name)))
        self.out.append(ir.Effect(call, self.at))

    def do_FunctionDef(self, stmt: ast.FunctionDef) -> None:
        if self.running is None and stmt is self.generators.get(stmt.name):
            return  # its body stands where it is consumed
        self.define(stmt, means_another=self.times_bound(stmt.name) > 0)

    def do_If(self, stmt: ast.If) -> None:
        at = self.at
        test = self.test(stmt.test)
        self.out.append(ir.If(test, self.block(stmt.body), self.block(stmt.orelse), at))

    def do_Match(self, stmt: ast.Match) -> None:
        at = self.at
        subject = self.atom(stmt.subject)
        if not isinstance(subject, ir.Name):
            subject = self.temp(subject, "subject")
        self.cases(list(stmt.cases), subject, at)

    def cases(self, cases: list[ast.match_case], subject: ir.Name, at: ir.Loc | None) -> None:
        if not cases:
            return
        case, *rest = cases
        found = patterns.match(case.pattern, subject, self.tree)
        if case.guard is None:
            with self.nested() as then:
                self.captures(found.bindings)
                self.block_into(case.body)
            with self.nested() as orelse:
                self.cases(rest, subject, at)
            self.out.append(ir.If(found.test, tuple(then), tuple(orelse), at))
            return
        flag = self.names.fresh("matched")
        with self.nested() as bind:
            self.captures(found.bindings)
            plain = is_truth(case.guard)
            self.assign(flag, self.test(case.guard) if plain else self.value(case.guard))
        no = (ir.Assign(flag, ir.Const(False), at),)
        self.out.append(ir.If(found.test, tuple(bind), no, at))
        with self.nested() as orelse:
            self.cases(rest, subject, at)
        self.out.append(ir.If(ir.Name(flag), self.block(case.body), tuple(orelse), at))

    def captures(self, bindings: tuple[tuple[str, ir.Expr], ...]) -> None:
        for name, path in bindings:
            self.assign(self.variable(name), self.flat(path))

    def flat(self, path: ir.Expr) -> ir.Expr:
        """A nested path `s[0].x` as one operation on a name."""
        match path:
            case ir.Item(obj, index) if not isinstance(obj, ir.Name):
                return ir.Item(self.temp(self.flat(obj), "part"), index)
            case ir.Attr(obj, name) if not isinstance(obj, ir.Name):
                return ir.Attr(self.temp(self.flat(obj), "part"), name)
            case ir.Call(func, (arg, *keys)) if not isinstance(arg, ir.Name):
                return ir.Call(func, (self.temp(self.flat(arg), "part"), *keys))
            case _:
                return path


def _stored(node: ast.AST) -> set[str]:
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store | ast.Del)}
