"""Lower loops, and what is a loop in another form: comprehensions, map, filter, next."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from srcad.frontend.scope import free_names
from srcad.frontend.state import Lowering
from srcad.frontend.yields import Yields
from srcad.ir import nodes as ir


class Loops(Yields):
    """`for` in all its forms."""

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

    def loop(
        self,
        target: ast.expr,
        iterable: ast.expr,
        body: Lowering,
        at: ir.Loc | None,
        outside: dict[str, str] | None = None,
    ) -> None:
        """`for target in iterable`; `body()` lowers the body, `outside` names the iterable's."""
        if self.stream(target, iterable, body, at, outside):
            return
        match iterable:
            case ast.Call(
                func=ast.Name(id="map" | "filter" as name), args=[f, *rest], keywords=[]
            ) if rest and name not in self.scope.own:
                with self.renaming(outside):
                    function, inputs = self.atom(f), [self.iterable(e) for e in rest]
                self.mapped(name, target, function, inputs, body, at)
                return
            case ast.GeneratorExp(elt=elt, generators=[clause]) if not clause.is_async:
                self.generated(target, elt, clause, body, at, outside)
                return
            case _:
                pass
        with self.renaming(outside):
            expr = self.iterable(iterable)
        with self.nested() as out:
            self.at = at
            where = self.loop_target(target)
            out.extend(body())
        self.out.append(ir.For(where, expr, tuple(out), at))

    def generated(
        self,
        target: ast.expr,
        elt: ast.expr,
        clause: ast.comprehension,
        body: Lowering,
        at: ir.Loc | None,
        outside: dict[str, str] | None,
    ) -> None:
        """`for y in (g(x) for x in xs)` is `for x in xs: y = g(x)`: each item when it is asked."""
        here = self.renamed

        def item() -> None:
            value = self.atom(elt)
            with self.renaming(here):
                self.bind_atom(target, value)
                self.out.extend(body())

        def items() -> ir.Block:
            with self.nested() as out:
                self.guarded(clause.ifs, item)
            return tuple(out)

        with self.renaming(outside), self.comprehension_scope([clause]) as around:
            self.loop(clause.target, clause.iter, items, at, around)

    def mapped(
        self,
        name: str,
        target: ast.expr,
        function: ir.Expr,
        inputs: list[ir.Expr],
        body: Lowering,
        at: ir.Loc | None,
    ) -> None:
        """`for y in map(f, xs)` is `for x in xs: y = f(x)`; filter tests instead."""
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
                whole = name in {"zip", "enumerate", "reversed"}
                inner = tuple(
                    self.read_first(self.iterable(a) if whole else self.atom(a), args[k + 1 :])
                    for k, a in enumerate(args)
                )
                kwargs = tuple((k.arg, self.atom(k.value)) for k in keywords)
                return ir.Call(ir.Name(name), inner, kwargs)
            case ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Call(
                func=ast.Attribute(value=obj, attr="items" | "keys" | "values" as name),
                args=[],
                keywords=[],
            ):
                return ir.Call(ir.Attr(self.atom(obj), name))
            case _:
                return self.atom(node)

    # -- comprehensions ----------------------------------------------------------------

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, hint: str = "") -> ir.Expr:
        own = hint and hint not in free_names(node) and hint not in self.scope.captured
        result = self.variable(hint) if own else self.names.fresh(hint or "items")
        self.assign(result, ir.Sequence("list", ()))

        def add() -> None:
            item = self.atom(node.elt)
            call = ir.Call(ir.Attr(ir.Name(result), "append"), (item,))
            self.out.append(ir.Effect(call, self.at))

        with self.comprehension_scope(node.generators) as outside:
            self.clauses(node.generators, add, outside)
        return ir.Name(result)

    def dict_comprehension(self, node: ast.DictComp, hint: str) -> ir.Expr:
        result = self.names.fresh(hint or "table")
        self.tables.add(result)
        self.assign(result, ir.Mapping((), ()))

        def add() -> None:
            key = self.atom(node.key)
            value = self.atom(node.value)
            self.out.append(ir.Store(ir.Item(ir.Name(result), key), value, self.at))

        with self.comprehension_scope(node.generators) as outside:
            self.clauses(node.generators, add, outside)
        return ir.Name(result)

    @contextmanager
    def comprehension_scope(self, generators: list[ast.comprehension]) -> Iterator[dict[str, str]]:
        """The variables of a comprehension are its own: give them names nobody else has.

        What the first `for` runs over still stands outside: its names are those that are yielded.
        """
        mine = {
            n.id
            for g in generators
            for n in ast.walk(g.target)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        outside, inside = self.renamed, dict(self.renamed)
        for name in sorted(mine):
            clash = name in self.scope.own or name in self.scope.free
            if not clash and name not in self.comprehension_names:
                inside[name] = name
            else:
                inside[name] = self.names.fresh(name)
            self.comprehension_names.add(name)
        with self.renaming(inside):
            yield outside

    def clauses(
        self,
        generators: list[ast.comprehension],
        innermost: Callable[[], None],
        outside: dict[str, str] | None = None,
    ) -> None:
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

        self.loop(clause.target, clause.iter, body, at, outside)

    def guarded(self, tests: list[ast.expr], inside: Callable[[], None]) -> None:
        if not tests:
            inside()
            return
        test = self.test(tests[0])
        with self.nested() as then:
            self.guarded(tests[1:], inside)
        self.out.append(ir.If(test, tuple(then), (), self.at))

    def next_of(self, node: ast.Call) -> ir.Expr:
        """`next((e for v in xs if c), default)`: a loop that stops at the first hit."""
        generator, *default = node.args
        result = self.names.fresh("found")
        at = self.at
        if default:
            self.assign(result, self.value(default[0]))
        else:
            missing = self.names.fresh("missing")
            self.assign(missing, ir.Const(True))
        item = ast.copy_location(ast.Name(self.item_name(), ast.Store()), node)

        def hit() -> ir.Block:
            with self.nested() as out:
                self.assign(result, ir.Name(item.id))
                if not default:
                    self.assign(missing, ir.Const(False))
                out.append(ir.Break(at))
            return tuple(out)

        if isinstance(generator, ast.GeneratorExp) and len(generator.generators) > 1:
            raise self.refuse("Give `next` one `for`, or write a loop.", node)
        self.loop(item, generator, hit, at)
        if not default:
            stop = ir.Raise(ir.Call(ir.Ref(StopIteration, "StopIteration")), None, at)
            self.out.append(ir.If(ir.Name(missing), (stop,), (), at))
        return ir.Name(result)


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
