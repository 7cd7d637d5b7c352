"""Lower a parsed function to IR: one operation a statement, nested control flow kept.

    return np.sum((x - m) ** 2)        diff = x - m
                                 →     square = diff ** 2
                                       sum = np.sum(square)
                                       return sum

Operands are evaluated in Python's order.  Tests, indices and slice bounds stay nested: they carry
no derivative.  What the fence accepts but reverse mode must not see (comprehensions, `match`,
conditional expressions, walrus) becomes loops, branches and assignments here.

Long because every form of statement and expression of Python has its few lines here, and they share
the state of one walk.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Seq
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeGuard

from srcad import errors
from srcad.frontend import patterns
from srcad.frontend.scope import Scope, captured_names, free_names, scope_of
from srcad.frontend.source import Source
from srcad.ir import nodes as ir
from srcad.ir.names import Names

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "over", "@": "dot", "**": "power"}
LAZY = {"any", "all"}

Lowering = Callable[[], ir.Block]  # lowers a part of the program when it is called


def lower(source: Source) -> ir.Function:
    """The IR of one user function, as written (its exits are still anywhere)."""
    lowerer = Lowerer(source, source.node, scope_of(source.node))
    lowerer.captured = frozenset(source.function.__code__.co_freevars)
    return lowerer.function()


def lower_inner(
    source: Source, node: ast.FunctionDef | ast.Lambda, captured: frozenset[str]
) -> ir.Function:
    """The IR of a function defined inside `source`, which captured these variables of it."""
    lowerer = Lowerer(source, node, scope_of(node))
    lowerer.comprehension_names |= captured
    lowerer.captured = captured
    return lowerer.function()


class Lowerer:
    """One function's way from `ast` to IR; statements are appended to `self.out`."""

    def __init__(self, source: Source, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> None:
        self.source, self.node, self.scope = source, node, scope
        self.names = Names(scope.mentioned | scope.own | scope.free)
        self.out: list[ir.Stmt] = []
        self.renamed: dict[str, str] = {}  # variables of comprehensions lowered in place
        self.comprehension_names: set[str] = set()
        self.captured: frozenset[str] = frozenset()  # variables of the functions around
        self.at: ir.Loc | None = None
        self.tables: set[str] = set()

    # -- the function ------------------------------------------------------------------

    def function(self) -> ir.Function:
        params = self.params()
        if isinstance(self.node, ast.Lambda):
            self.at = self.loc(self.node.body)
            value = self.value(self.node.body)
            self.out.append(ir.Return(value, self.inside(self.node.body)))
            name = "lambda_"
        else:
            name = self.node.name
            self.block_into(self.node.body)
        return ir.Function(
            name,
            params,
            tuple(self.out),
            result="",
            locals=self.scope.own | self.names.given(),
            captured=self.scope.captured,
            free=self.scope.free,
            taken=self.names.known(),
            tables=frozenset(self.tables),
        )

    def params(self) -> tuple[ir.Param, ...]:
        args = self.node.args
        plain = [ir.Param(a.arg) for a in (*args.posonlyargs, *args.args)]
        if args.vararg:
            plain.append(ir.Param(args.vararg.arg, "args"))
        plain += [ir.Param(a.arg) for a in args.kwonlyargs]
        if args.kwarg:
            plain.append(ir.Param(args.kwarg.arg, "kwargs"))
        return tuple(plain)

    # -- helpers -----------------------------------------------------------------------

    def loc(self, node: ast.stmt | ast.expr) -> ir.Loc:
        assert node.end_lineno is not None and node.end_col_offset is not None  # it was parsed
        return ir.Loc(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def refuse(self, message: str, node: ast.AST) -> errors.UnsupportedSyntax:
        return errors.UnsupportedSyntax(message, self.source.place(node, self.function_name()))

    def function_name(self) -> str:
        return getattr(self.node, "name", "<lambda>")

    @contextmanager
    def nested(self) -> Iterator[list[ir.Stmt]]:
        """Collect the statements lowered inside into a block of their own."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    def block(self, body: Seq[ast.stmt]) -> ir.Block:
        with self.nested() as out:
            self.block_into(body)
        return tuple(out)

    def block_into(self, body: Seq[ast.stmt]) -> None:
        for stmt in body:
            self.at = self.loc(stmt)
            self.statement(stmt)

    def inside(self, node: ast.expr | None) -> ir.Loc | None:
        """The place of the statement at hand, and of an expression in it."""
        return self.at if self.at is None or node is None else replace(self.at, part=self.loc(node))

    def assign(self, target: str, value: ir.Expr, node: ast.expr | None = None) -> None:
        self.out.append(ir.Assign(target, value, self.inside(node)))

    def temp(self, value: ir.Expr, hint: str = "t", node: ast.expr | None = None) -> ir.Name:
        name = self.names.fresh(hint)
        self.assign(name, value, node)
        return ir.Name(name)

    def variable(self, name: str) -> str:
        if self.renamed.get(name):
            return self.renamed[name]
        if name.startswith("__") and not name.endswith("__"):
            return self.mangled(name)
        return name

    def mangled(self, name: str) -> str:
        """`__x` inside a class is `_Class__x`; the code object knows."""
        code = self.source.function.__code__
        known = (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars)
        return next((n for n in known if n.startswith("_") and n.endswith(name)), name)

    # -- statements --------------------------------------------------------------------

    def statement(self, stmt: ast.stmt) -> None:
        handler = getattr(self, "do_" + type(stmt).__name__, None)
        if handler is None:
            raise self.refuse(
                f"`{_keyword(stmt)}` cannot be differentiated. Move it out of the function.", stmt
            )
        handler(stmt)

    def do_Pass(self, stmt: ast.Pass) -> None:
        pass

    def do_Nonlocal(self, stmt: ast.Nonlocal) -> None:
        raise self.refuse(
            "Writing to a variable of an enclosing function (`nonlocal`) is not supported yet. "
            "Return the new value instead.",
            stmt,
        )

    def do_Global(self, stmt: ast.Global) -> None:
        written = set(stmt.names) & {
            n.id
            for n in ast.walk(self.node)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
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
        value = self.value(stmt.value)
        if not isinstance(value, ir.Name | ir.Const):
            self.out.append(ir.Effect(value, self.at))

    def do_Return(self, stmt: ast.Return) -> None:
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
                raise errors.UnsupportedMutation(
                    "Deleting an element is not supported yet. Build a new container without it.",
                    self.source.place(target, self.function_name()),
                )

    def do_Assign(self, stmt: ast.Assign) -> None:
        if len(stmt.targets) == 1:
            self.bind(stmt.targets[0], stmt.value)
            return
        value = self.atom(stmt.value)
        for target in stmt.targets:
            self.bind_atom(target, value)

    def do_AnnAssign(self, stmt: ast.AnnAssign) -> None:
        if stmt.value is not None:
            self.bind(stmt.target, stmt.value)

    def do_AugAssign(self, stmt: ast.AugAssign) -> None:
        op = BINARY[type(stmt.op)]
        if isinstance(stmt.target, ast.Name):
            target: ir.Name | ir.Item | ir.Attr = ir.Name(self.variable(stmt.target.id))
        else:
            target = self.place(stmt.target)
        value = self.atom(stmt.value)
        self.out.append(ir.Augment(target, op, value, self.at))

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Name(id=name):
                lowered = self.value(value, hint=name)
                if lowered != ir.Name(self.variable(name)) or not isinstance(
                    value, ast.ListComp | ast.DictComp
                ):
                    self.assign(self.variable(name), lowered, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets) if self.parallel(value, targets):
                self.bind_parallel(targets, value.elts)
            case _:
                self.bind_atom(target, self.atom(value))

    def parallel(self, value: ast.expr, targets: list[ast.expr]) -> TypeGuard[ast.Tuple | ast.List]:
        return (
            isinstance(value, ast.Tuple | ast.List)
            and len(value.elts) == len(targets)
            and not any(isinstance(e, ast.Starred) for e in (*targets, *value.elts))
        )

    def bind_parallel(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        """`a, b = b, a`: every value is read before any name is bound."""
        bound = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        atoms: list[ir.Expr] = []
        simple = all(isinstance(t, ast.Name) for t in targets)
        for k, value in enumerate(values):
            if k == len(values) - 1 and simple:
                atoms.append(self.value(value))
                continue
            atom = self.atom(value)
            earlier = {t.id for t in targets[:k] if isinstance(t, ast.Name)}
            if isinstance(atom, ir.Name) and atom.id in bound and (earlier or not simple):
                clash = atom.id in {self.variable(n) for n in earlier} or not simple
                atom = self.temp(atom, atom.id) if clash else atom
            atoms.append(atom)
        if simple and not _atomic(atoms[-1]):
            touched = {self.variable(t.id) for t in targets[:-1] if isinstance(t, ast.Name)}
            if touched & ir.reads(atoms[-1]):
                atoms[-1] = self.temp(atoms[-1])
        self.protect(atoms, targets)
        for target, atom in zip(targets, atoms, strict=True):
            if isinstance(target, ast.Name):
                self.assign(self.variable(target.id), atom)
            else:
                self.bind_atom(target, atom)

    def protect(self, atoms: list[ir.Expr], targets: list[ast.expr]) -> None:
        """Copy a variable that an earlier target of the same assignment overwrites."""
        written: set[str] = set()
        for k, (target, atom) in enumerate(zip(targets, atoms, strict=True)):
            if isinstance(atom, ir.Name) and atom.id in written:
                atoms[k] = self.temp(atom, atom.id)
            written |= {self.variable(n.id) for n in ast.walk(target) if isinstance(n, ast.Name)}

    def bind_atom(self, target: ast.expr, value: ir.Expr) -> None:
        match target:
            case ast.Name(id=name):
                self.assign(self.variable(name), value)
            case ast.Starred():
                raise self.refuse("A starred target stands alone.", target)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self.unpack(targets, value)
            case ast.Subscript() | ast.Attribute():
                self.out.append(ir.Store(self.place(target), value, self.at))
            case _:
                raise self.refuse("This target cannot be assigned to.", target)

    def unpack(self, targets: list[ast.expr], value: ir.Expr) -> None:
        star = next((k for k, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        names, later = [], []
        for target in targets:
            inner = target.value if isinstance(target, ast.Starred) else target
            if isinstance(inner, ast.Name):
                names.append(self.variable(inner.id))
            else:
                names.append(self.names.fresh("item"))
                later.append((inner, names[-1]))
        self.out.append(ir.Unpack(tuple(names), value, star, self.at))
        for inner, name in later:
            self.bind_atom(inner, ir.Name(name))

    def place(self, target: ast.expr) -> ir.Item | ir.Attr:
        match target:
            case ast.Subscript(value=obj, slice=index):
                return ir.Item(self.atom(obj), self.index(index))
            case ast.Attribute(value=obj, attr=name):
                return ir.Attr(self.atom(obj), name)
            case _:
                raise self.refuse("This target cannot be assigned to.", target)

    # -- control flow ------------------------------------------------------------------

    def do_If(self, stmt: ast.If) -> None:
        at = self.at
        test = self.test(stmt.test)
        self.out.append(ir.If(test, self.block(stmt.body), self.block(stmt.orelse), at))

    def do_While(self, stmt: ast.While) -> None:
        at = self.at
        broke = self.else_flag(stmt)
        if self.simple(stmt.test):
            body = self.loop_body(stmt.body, broke)
            self.out.append(ir.While(self.tree(stmt.test), body, at))
        else:
            with self.nested() as out:
                test = self.test(stmt.test)
                out.append(ir.If(test, (), (ir.Break(at),), at))
                out.extend(self.loop_body(stmt.body, broke))
            self.out.append(ir.While(ir.Const(True), tuple(out), at))
        self.loop_else(stmt, broke)

    def do_For(self, stmt: ast.For) -> None:
        at = self.at
        broke = self.else_flag(stmt)
        self.loop(stmt.target, stmt.iter, lambda: self.loop_body(stmt.body, broke), at)
        self.loop_else(stmt, broke)

    def else_flag(self, stmt: ast.For | ast.While) -> str | None:
        if not stmt.orelse or not _breaks(stmt.body):
            return None
        flag = self.names.fresh("broke")
        self.assign(flag, ir.Const(False))
        return flag

    def loop_body(self, body: list[ast.stmt], broke: str | None) -> ir.Block:
        block = self.block(body)
        return block if broke is None else _mark_breaks(block, broke)

    def loop_else(self, stmt: ast.For | ast.While, broke: str | None) -> None:
        if not stmt.orelse:
            return
        if broke is None:
            self.block_into(stmt.orelse)
        else:
            test = ir.Unary("not", ir.Name(broke))
            self.out.append(ir.If(test, self.block(stmt.orelse), (), self.loc(stmt)))

    def loop(self, target: ast.expr, iterable: ast.expr, body: Lowering, at: ir.Loc | None) -> None:
        """`for target in iterable`; `body()` lowers the body."""
        match iterable:
            case ast.Call(
                func=ast.Name(id="map" | "filter" as name), args=[f, *rest], keywords=[]
            ) if rest and name not in self.scope.own:
                self.mapped(name, target, f, rest, body, at)
                return
            case _:
                pass
        expr = self.iterable(iterable)
        with self.nested() as out:
            self.at = at
            where = self.loop_target(target)
            out.extend(body())
        self.out.append(ir.For(where, expr, tuple(out), at))

    def mapped(
        self,
        name: str,
        target: ast.expr,
        f: ast.expr,
        rest: list[ast.expr],
        body: Lowering,
        at: ir.Loc | None,
    ) -> None:
        """`for y in map(f, xs)` is `for x in xs: y = f(x)`; filter tests instead."""
        function = self.atom(f)
        inputs = [self.iterable(e) for e in rest]
        items = tuple(self.names.fresh("item") for _ in inputs)
        with self.nested() as out:
            self.at = at
            call = ir.Call(function, tuple(map(ir.Name, items)))
            if name == "map":
                if isinstance(target, ast.Name):
                    self.assign(self.variable(target.id), call)
                else:
                    self.bind_atom(target, self.temp(call, "mapped"))
                out.extend(body())
            else:
                none = isinstance(function, ir.Const)
                test = ir.Name(items[0]) if none else self.temp(call, "keep")
                with self.nested() as then:
                    self.bind_atom(target, ir.Name(items[0]))
                    then.extend(body())
                out.append(ir.If(test, tuple(then), (), at))
        where: ir.Target = items[0] if len(items) == 1 else items
        over = inputs[0] if len(items) == 1 else ir.Call(ir.Name("zip"), tuple(inputs))
        self.out.append(ir.For(where, over, tuple(out), at))

    def loop_target(self, target: ast.expr) -> ir.Target:
        match target:
            case ast.Name(id=name):
                return self.variable(name)
            case ast.Tuple(elts=items) | ast.List(elts=items) if not any(
                isinstance(e, ast.Starred) for e in items
            ):
                return tuple(self.loop_target(e) for e in items)
            case _:
                pass
        item = self.names.fresh("item")
        self.bind_atom(target, ir.Name(item))
        return item

    def iterable(self, node: ast.expr) -> ir.Expr:
        """What a loop runs over: one call such as range or zip stays visible to the passes."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if (
                name in {"range", "zip", "enumerate", "reversed"}
                and name not in self.scope.own
                and not any(isinstance(a, ast.Starred) for a in args)
            ):
                inner = tuple(
                    self.iterable(a) if name in {"zip", "enumerate", "reversed"} else self.atom(a)
                    for a in args
                )
                kwargs = tuple((k.arg, self.atom(k.value)) for k in keywords)
                return ir.Call(ir.Name(name), inner, kwargs)
            case ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Call(func=ast.Attribute(value=obj, attr="items" | "keys" | "values" as name)):
                return ir.Call(ir.Attr(self.atom(obj), name))
            case _:
                return self.atom(node)

    def do_With(self, stmt: ast.With) -> None:
        at = self.at
        items = []
        for item in stmt.items:
            target = item.optional_vars
            if target is not None and not isinstance(target, ast.Name):
                raise self.refuse("Bind the context manager to a plain name.", target)
            name = None if target is None else self.variable(target.id)
            items.append((self.value(item.context_expr), name))
        self.out.append(ir.With(tuple(items), self.block(stmt.body), at))

    def do_Try(self, stmt: ast.Try) -> None:
        at = self.at
        handlers = []
        body = self.block(stmt.body)
        for h in stmt.handlers:
            kind = None if h.type is None else self.tree(h.type)
            handlers.append(ir.Handler(kind, h.name, self.block(h.body)))
        orelse, final = self.block(stmt.orelse), self.block(stmt.finalbody)
        self.out.append(ir.Try(body, tuple(handlers), orelse, final, at))

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
            self.assign(flag, self.test(case.guard))
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
            case ir.Call(func, (arg,)) if not isinstance(arg, ir.Name):
                return ir.Call(func, (self.temp(self.flat(arg), "part"),))
            case _:
                return path

    def do_FunctionDef(self, stmt: ast.FunctionDef) -> None:
        value: ir.Expr = self.closure(stmt)
        for decorator in reversed(stmt.decorator_list):
            inner = self.temp(value, stmt.name + "_plain")
            value = ir.Call(self.atom(decorator), (inner,))
        self.assign(self.variable(stmt.name), value)

    def closure(self, node: ast.FunctionDef | ast.Lambda) -> ir.Closure:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node)
        ):
            raise self.refuse(
                "Generator functions are not supported yet. Return a list instead.", node
            )
        inside = self.scope.own | self.comprehension_names
        captures = tuple(sorted(captured_names(node) & inside))
        if any(self.renamed.get(n, n) != n for n in free_names(node) & inside):
            raise self.refuse(
                "A function made inside a comprehension cannot use the comprehension's variable "
                "yet. Use a for loop, or functools.partial.",
                node,
            )
        args = node.args
        positional = [*args.posonlyargs, *args.args]
        defaults = [
            (a.arg, self.atom(d))
            for a, d in zip(
                positional[len(positional) - len(args.defaults) :], args.defaults, strict=True
            )
        ]
        defaults += [
            (a.arg, self.atom(d))
            for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if d is not None
        ]
        return ir.Closure(node, captures, tuple(defaults))

    # -- expressions -------------------------------------------------------------------

    def atom(self, node: ast.expr, hint: str = "") -> ir.Expr:
        """A name or a constant holding the value of `node`."""
        value = self.value(node)
        if _atomic(value) or self.is_path(value):
            return value
        return self.temp(value, hint or self.hint(value), node)

    def atoms(self, items: Seq[ast.expr]) -> list[ir.Expr]:
        """Operands in order; a name that a later operand rebinds (walrus) is copied first."""
        found: list[ir.Expr] = []
        for k, node in enumerate(items):
            rebound = {
                self.variable(n.target.id)
                for later in items[k + 1 :]
                for n in ast.walk(later)
                if isinstance(n, ast.NamedExpr)
            }
            if isinstance(node, ast.Starred):
                atom: ir.Expr = ir.Star(self.atom(node.value))
            else:
                atom = self.atom(node)
            if isinstance(atom, ir.Name) and atom.id in rebound:
                atom = self.temp(atom, atom.id)
            found.append(atom)
        return found

    def is_path(self, value: ir.Expr) -> bool:
        """`np.linalg.norm`: attributes of a name from outside the function."""
        while isinstance(value, ir.Attr):
            value = value.obj
        return isinstance(value, ir.Name) and not self.is_local(value.id)

    def is_local(self, name: str) -> bool:
        own = name in self.scope.own or name in self.captured
        return own or name not in self.scope.free

    def hint(self, value: ir.Expr) -> str:
        match value:
            case ir.Call(ir.Attr(_, name)) | ir.Call(ir.Name(name)):
                return name
            case ir.Binary(op, ir.Name(a), ir.Name(b)) if op in WORDS and len(a + b) < 12:
                return f"{a}_{WORDS[op]}_{b}"
            case ir.Binary("**", ir.Name(a), ir.Const(2)) if len(a) < 8:
                return f"{a}_squared"
            case ir.Binary(op):
                return {"+": "sum_", "-": "diff", "*": "prod", "/": "ratio"}.get(op, "power")
            case ir.Item(ir.Name(a)) if len(a) < 8:
                return f"{a}_item"
            case ir.Attr(ir.Name(a), name) if len(a + name) < 14:
                return f"{a}_{name}"
            case ir.Unary("-"):
                return "negative"
            case ir.Closure():
                return "fn"
            case _:
                return "t"

    def value(self, node: ast.expr, hint: str = "") -> ir.Expr:  # noqa: C901 - one decision over the kinds
        """One operation on names and constants that computes `node`."""
        match node:
            case ast.Constant(value=value):
                return ir.Const(value)
            case ast.Name(id=name):
                return ir.Name(self.variable(name))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return ir.Const(-number)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ir.Unary("not", self.test(operand))
            case ast.UnaryOp(op=op, operand=operand):
                return ir.Unary(UNARY[type(op)], self.atom(operand))
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.atoms((left, right))
                return ir.Binary(BINARY[type(op)], a, b)
            case ast.Compare():
                return self.compare(node)
            case ast.BoolOp():
                return self.logic(node, hint)
            case ast.IfExp():
                return self.choice(node, hint)
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=obj, attr=name):
                return ir.Attr(self.atom(obj), name)
            case ast.Subscript(value=obj, slice=index):
                base = self.atom(obj)
                return ir.Item(base, self.index(index))
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                kind = type(node).__name__.lower()
                return ir.Sequence(kind, tuple(self.atoms(items)))
            case ast.Dict(keys=keys, values=values):
                return self.mapping(keys, values)
            case ast.ListComp():
                return self.comprehension(node, hint)
            case ast.DictComp():
                return self.dict_comprehension(node, hint)
            case ast.SetComp() | ast.JoinedStr():
                return self.raw(node)
            case ast.Lambda():
                return self.closure(node)
            case ast.NamedExpr(target=target, value=value):
                lowered = self.value(value)
                self.assign(self.variable(target.id), lowered)
                return ir.Name(self.variable(target.id))
            case ast.Slice():
                return self.index(node)
            case ast.GeneratorExp():
                raise self.refuse(
                    "A generator expression is supported where it is consumed at once "
                    "(sum, max, list, a for loop). Write a list comprehension here.",
                    node,
                )
            case _:
                raise self.refuse(f"`{_keyword(node)}` cannot be differentiated.", node)

    def mapping(self, keys: list[ast.expr | None], values: list[ast.expr]) -> ir.Mapping:
        ks: list[ir.Expr | None] = []
        vs: list[ir.Expr] = []
        for key, value in zip(keys, values, strict=True):
            ks.append(None if key is None else self.atom(key))
            vs.append(self.atom(value))
        return ir.Mapping(tuple(ks), tuple(vs))

    def compare(self, node: ast.Compare) -> ir.Expr:
        ops = tuple(COMPARE[type(op)] for op in node.ops)
        if len(ops) == 1 or all(self.simple(c) for c in node.comparators[1:]):
            left, right = self.atoms((node.left, node.comparators[0]))
            rest = [self.tree(c) for c in node.comparators[1:]]
            return ir.Compare(left, ops, (right, *rest))
        left, middle = self.atoms((node.left, node.comparators[0]))
        result = self.temp(ir.Compare(left, ops[:1], (middle,)), "ordered")
        with self.nested() as then:
            rights = [self.atom(c) for c in node.comparators[1:]]
            self.assign(result.id, ir.Compare(middle, ops[1:], tuple(rights)))
        self.out.append(ir.If(result, tuple(then), (), self.at))
        return result

    def logic(self, node: ast.BoolOp, hint: str) -> ir.Expr:
        """`a and b` as a value: b is evaluated only when a is true."""
        if all(self.simple(v) and _truth(v) for v in node.values):
            return self.tree(node)
        first, *rest = node.values
        result = self.names.fresh(hint or "either")
        self.assign(result, self.value(first))
        self.logic_rest(node.op, rest, result)
        return ir.Name(result)

    def logic_rest(self, op: ast.boolop, rest: list[ast.expr], result: str) -> None:
        if not rest:
            return
        with self.nested() as then:
            self.assign(result, self.value(rest[0]))
            self.logic_rest(op, rest[1:], result)
        name = ir.Name(result)
        test = name if isinstance(op, ast.And) else ir.Unary("not", name)
        self.out.append(ir.If(test, tuple(then), (), self.at))

    def choice(self, node: ast.IfExp, hint: str) -> ir.Expr:
        test = self.test(node.test)
        result = self.names.fresh(hint or "choice")
        with self.nested() as then:
            self.assign(result, self.value(node.body))
        with self.nested() as orelse:
            self.assign(result, self.value(node.orelse))
        self.out.append(ir.If(test, tuple(then), tuple(orelse), self.at))
        return ir.Name(result)

    def call(self, node: ast.Call) -> ir.Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        builtin = name and not self.is_bound(name)
        if builtin and name in LAZY and self.has_generator(node):
            return self.raw(node)
        if builtin and name == "next" and self.has_generator(node):
            return self.next_of(node)
        if builtin and (
            name in {"eval", "exec", "compile", "__import__"}
            or (name in {"locals", "globals", "vars"} and not node.args)
        ):
            raise self.refuse(
                f"`{name}(...)` cannot be differentiated: what it runs or reads is not visible. "
                "Write the code out.",
                node,
            )
        if builtin and name == "super" and not node.args:
            raise self.refuse("`super()` is not supported yet. Name the class.", node)
        if isinstance(node.func, ast.Attribute):
            func: ir.Expr = ir.Attr(self.atom(node.func.value), node.func.attr)
        else:
            func = self.atom(node.func)
        parts = [*node.args, *(k.value for k in node.keywords)]
        values = self.arguments(parts)
        args = tuple(values[: len(node.args)])
        kwargs = tuple(
            (k.arg, v) for k, v in zip(node.keywords, values[len(node.args) :], strict=True)
        )
        return ir.Call(func, args, kwargs)

    def arguments(self, parts: list[ast.expr]) -> list[ir.Expr]:
        eager = [self.eager(p) if isinstance(p, ast.GeneratorExp) else p for p in parts]
        return self.atoms(eager)

    def eager(self, node: ast.GeneratorExp) -> ast.expr:
        """A generator that its consumer exhausts at once is the same as a list."""
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)

    def has_generator(self, node: ast.Call) -> bool:
        return any(isinstance(a, ast.GeneratorExp) for a in node.args)

    def is_bound(self, name: str) -> bool:
        return name in self.scope.own or name in self.source.function.__globals__

    def next_of(self, node: ast.Call) -> ir.Expr:
        """`next((e for v in xs if c), default)`: a loop that stops at the first hit."""
        generator, *default = node.args
        if (
            not isinstance(generator, ast.GeneratorExp)
            or len(generator.generators) != 1
            or not default
        ):
            raise self.refuse("Give `next` one `for` and a default, or write a loop.", node)
        clause = generator.generators[0]
        result = self.names.fresh("found")
        self.assign(result, self.value(default[0]))
        at = self.at

        def hit() -> None:
            self.assign(result, self.value(generator.elt))
            self.out.append(ir.Break(at))

        def body() -> ir.Block:
            with self.nested() as out:
                self.guarded(clause.ifs, hit)
            return tuple(out)

        with self.comprehension_scope([clause]):
            self.loop(clause.target, clause.iter, body, at)
        return ir.Name(result)

    # -- comprehensions ----------------------------------------------------------------

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, hint: str = "") -> ir.Expr:
        own = hint and hint not in free_names(node) and hint not in self.scope.captured
        result = self.variable(hint) if own else self.names.fresh(hint or "items")
        self.assign(result, ir.Sequence("list", ()))

        def add() -> None:
            item = self.atom(node.elt)
            call = ir.Call(ir.Attr(ir.Name(result), "append"), (item,))
            self.out.append(ir.Effect(call, self.at))

        with self.comprehension_scope(node.generators):
            self.clauses(node.generators, add)
        return ir.Name(result)

    def dict_comprehension(self, node: ast.DictComp, hint: str) -> ir.Expr:
        result = self.names.fresh(hint or "table")
        self.tables.add(result)
        self.assign(result, ir.Mapping((), ()))

        def add() -> None:
            key = self.atom(node.key)
            value = self.atom(node.value)
            self.out.append(ir.Store(ir.Item(ir.Name(result), key), value, self.at))

        with self.comprehension_scope(node.generators):
            self.clauses(node.generators, add)
        return ir.Name(result)

    @contextmanager
    def comprehension_scope(self, generators: list[ast.comprehension]) -> Iterator[None]:
        """The variables of a comprehension are its own: give them names nobody else has."""
        mine = {
            n.id
            for g in generators
            for n in ast.walk(g.target)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        before = dict(self.renamed)
        for name in sorted(mine):
            clash = name in self.scope.own or name in self.scope.free
            if not clash and name not in self.comprehension_names:
                self.renamed[name] = name
            else:
                self.renamed[name] = self.names.fresh(name)
            self.comprehension_names.add(name)
        try:
            yield
        finally:
            self.renamed = before

    def clauses(self, generators: list[ast.comprehension], innermost: Callable[[], None]) -> None:
        clause, *rest = generators
        if clause.is_async:
            raise self.refuse("Asynchronous comprehensions are not supported.", clause.target)
        at = self.at

        def body() -> ir.Block:
            with self.nested() as out:
                self.guarded(
                    clause.ifs,
                    (lambda: self.clauses(rest, innermost)) if rest else innermost,
                )
            return tuple(out)

        self.loop(clause.target, clause.iter, body, at)

    def guarded(self, tests: list[ast.expr], inside: Callable[[], None]) -> None:
        if not tests:
            inside()
            return
        test = self.test(tests[0])
        with self.nested() as then:
            self.guarded(tests[1:], inside)
        self.out.append(ir.If(test, tuple(then), (), self.at))

    # -- expressions without derivative ------------------------------------------------

    def test(self, node: ast.expr) -> ir.Expr:
        """A condition: kept whole when it is plain, else its value in a name."""
        if self.simple(node):
            return self.tree(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ir.Unary("not", self.test(node.operand))
        return self.atom(node)

    def simple(self, node: ast.expr) -> bool:
        """Whether `tree` can keep it nested."""
        allowed = (
            ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp,
            ast.Compare, ast.BoolOp, ast.IfExp, ast.Call, ast.Tuple, ast.List, ast.Slice,
            ast.Set, ast.Starred, ast.keyword, ast.JoinedStr, ast.FormattedValue,
            ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
        )  # fmt: skip
        return all(isinstance(n, allowed) for n in ast.walk(node))

    def tree(self, node: ast.expr) -> ir.Expr:  # noqa: C901 - one decision over the kinds
        """The whole expression, nested as written."""
        tree = self.tree
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return ir.Const(-number)
            case ast.UnaryOp(op=op, operand=operand):
                return ir.Unary(UNARY[type(op)], tree(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return ir.Binary(BINARY[type(op)], tree(left), tree(right))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                names = tuple(COMPARE[type(op)] for op in ops)
                return ir.Compare(tree(left), names, tuple(map(tree, rights)))
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return ir.Logic(word, tuple(map(tree, values)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ir.Choice(tree(test), tree(body), tree(orelse))
            case ast.Call(func=func, args=args, keywords=keywords):
                kwargs = tuple((k.arg, tree(k.value)) for k in keywords)
                return ir.Call(tree(func), tuple(map(tree, args)), kwargs)
            case ast.Attribute(value=obj, attr=name):
                return ir.Attr(tree(obj), name)
            case ast.Subscript(value=obj, slice=index):
                return ir.Item(tree(obj), tree(index))
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = (None if p is None else tree(p) for p in (lower, upper, step))
                return ir.Slice(*parts)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return ir.Sequence(type(node).__name__.lower(), tuple(map(tree, items)))
            case ast.Starred(value=value):
                return ir.Star(tree(value))
            case ast.JoinedStr():
                return self.raw(node)
            case _:
                return self.value(node)

    def index(self, node: ast.expr) -> ir.Expr:
        """An index: arithmetic on names stays nested, calls and reads get a name."""
        match node:
            case ast.Tuple(elts=items):
                return ir.Sequence("tuple", tuple(self.index(e) for e in items))
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = (None if p is None else self.index(p) for p in (lower, upper, step))
                return ir.Slice(*parts)
            case ast.UnaryOp(op=op, operand=operand) if not isinstance(operand, ast.Constant):
                return ir.Unary(UNARY[type(op)], self.index(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return ir.Binary(BINARY[type(op)], self.index(left), self.index(right))
            case ast.Starred(value=value):
                return ir.Star(self.index(value))
            case _:
                return self.atom(node)

    def raw(self, node: ast.expr) -> ir.Expr:
        """Keep the code as written: it carries no derivative."""
        if any(isinstance(n, ast.NamedExpr) for n in ast.walk(node)):
            raise self.refuse("Take the `:=` out of this expression.", node)
        renamed = {k: v for k, v in self.renamed.items() if k != v}
        if renamed:
            node = _Rename(renamed).visit(ast.parse(ast.unparse(node), mode="eval").body)
        return ir.Raw(node, tuple(sorted(free_names(node))))


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _atomic(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Name | ir.Const | ir.Ref)


def _truth(node: ast.expr) -> bool:
    """Whether the value of `node` is a truth value: no derivative can hide in it."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.BoolOp(values=values):
            return all(_truth(v) for v in values)
        case _:
            return False


def _breaks(body: list[ast.stmt]) -> bool:
    """Whether a `break` of this very loop stands in its body."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, ast.For | ast.While):
            stack.extend(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return False


def _mark_breaks(block: ir.Block, flag: str) -> ir.Block:
    """Set the flag before every `break` of this loop."""
    out: list[ir.Stmt] = []
    for stmt in block:
        if isinstance(stmt, ir.Break):
            out.append(ir.Assign(flag, ir.Const(True), stmt.at))
        if not isinstance(stmt, ir.For | ir.While):
            inner = tuple(_mark_breaks(b, flag) for b in ir.blocks(stmt))
            stmt = ir.with_blocks(stmt, inner) if inner else stmt
        out.append(stmt)
    return tuple(out)


def _keyword(node: ast.AST) -> str:
    words = {
        "AsyncFunctionDef": "async def", "ClassDef": "class", "AsyncFor": "async for",
        "AsyncWith": "async with", "Await": "await", "Yield": "yield", "YieldFrom": "yield from",
        "TryStar": "except*", "TypeAlias": "type",
    }  # fmt: skip
    return words.get(type(node).__name__, type(node).__name__)
