"""Run the body of a generator where it is consumed.

    def powers(x, n):                      x_2, n_2 = x, 3
        p = 1.0                            p = 1.0
        for _ in range(n):                 for _ in range(n_2):
            p = p * x            →             p = p * x_2
            yield p                            v = p
                                               s += v
    for v in powers(x, 3):
        s += v

Each item is made when the loop asks for it, as Python does it: generator and loop may write what
the other reads.  `break` leaves the generator too (`leaving`).  A generator that is kept, and asked
by `next`, has a place in its body that it comes back to; that is not supported.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from srcad.frontend.bindings import Bindings
from srcad.frontend.leaving import Body, instead_of_exits, leave, part
from srcad.frontend.producers import outside_generator
from srcad.frontend.scope import bound_names, captured_names, own_nodes
from srcad.ir import nodes as ir

MOST_YIELDS = 6  # the consumer's statements stand at each
WAY_OUT = "Collect the values in a list, and return that."


@dataclass(frozen=True)
class Running:
    """The generator whose body is lowered: the label of its end, and what a `yield` does."""

    label: str
    yielded: Callable[[ast.expr | None, ir.Loc | None], None]


class Yields(Bindings):
    """Loops over generators."""

    # -- which generator ---------------------------------------------------------------

    def generator_of(self, node: ast.expr) -> ast.FunctionDef | None:
        """The generator function that this expression calls, where it is known by its name."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return None
        name = node.func.id
        if name in self.scope.own:
            return self.generators.get(name)
        if name in self.captured or name in self.comprehension_names:
            return None
        made = outside_generator(self.source, name)
        if made is not None:
            self.met.add(name)
        return made

    # -- running one -------------------------------------------------------------------

    def consumed(
        self,
        call: ast.Call,
        made: ast.FunctionDef,
        target: ast.expr | None,
        body: Body,
        at: ir.Loc | None,
        outside: dict[str, str] | None,
    ) -> None:
        """`for target in generator(...): body`; without a target the body takes the item."""
        self.check_generator(call, made)
        ended = self.names.fresh("ended")
        consumer, running, around = self.renamed, self.running, self.inlining

        def yielded(value: ast.expr | None, where: ir.Loc | None) -> None:
            item = ir.Const(None) if value is None else self.value(value)
            inner, self.renamed = self.renamed, consumer
            generator, self.running = self.running, running
            self.inlining = around
            skipped = self.names.fresh("skipped")
            with self.nested() as out:
                if target is None:
                    self.item = item
                elif isinstance(target, ast.Name):
                    self.assign(self.variable(target.id), item)
                else:
                    self.bind_atom(target, self.temp(item, "item"))
                out.extend(body())
            self.out.extend(part(instead_of_exits(tuple(out), ended, skipped), skipped))
            self.renamed, self.running, self.at = inner, generator, where
            self.inlining = [*around, made]

        with self.nested() as out:
            names = self.bound_arguments(call, made, outside)
            self.renamed, self.running = names, Running(ended, yielded)
            self.inlining = [*around, made]
            self.block_into(made.body)
            self.renamed, self.running, self.inlining = consumer, running, around
        self.at = at
        self.out.extend(part(tuple(out), ended))

    def check_generator(self, call: ast.Call, made: ast.FunctionDef) -> None:
        """Refuse what a loop in the place of the generator would not do as it does."""
        own = own_nodes(list(made.body))
        yields = [n for n in own if isinstance(n, ast.Yield | ast.YieldFrom)]
        plain = {id(n.value) for n in own if isinstance(n, ast.Expr)}
        around = (ast.Try, ast.TryStar, ast.With)
        problem = None
        if made in self.inlining:
            problem = "calls itself"
        elif made.decorator_list:
            problem = "is decorated"
        elif len(yields) > MOST_YIELDS:
            problem = "yields at too many places"
        elif any(id(n) not in plain for n in yields):
            problem = "uses what `yield` gives back"
        elif any(isinstance(n, around) and _yields(n) for n in own):
            problem = "yields inside `try` or `with`"
        elif any(isinstance(n, ast.Import | ast.ImportFrom | ast.Global) for n in own):
            problem = "imports, or writes a global"
        elif made.name not in self.scope.own:
            clash = captured_names(made) & (
                self.scope.own | self.captured | self.comprehension_names
            )
            problem = f"means another `{min(clash)}` than this function" if clash else None
        if problem is not None:
            raise self.refuse(f"The generator `{made.name}` {problem}. {WAY_OUT}", call)

    def bound_arguments(
        self, call: ast.Call, made: ast.FunctionDef, outside: dict[str, str] | None
    ) -> dict[str, str]:
        """Bind the parameters of a generator; the names that its variables have here."""
        args = made.args
        params = [a.arg for a in (*args.posonlyargs, *args.args)]
        spread = any(isinstance(a, ast.Starred) for a in call.args)
        if args.vararg or args.kwarg or spread or any(k.arg is None for k in call.keywords):
            raise self.refuse(f"`*` and `**` in the call of a generator. {WAY_OUT}", call)
        given: dict[str, ast.expr] = dict(zip(params, call.args, strict=False))
        extra = [k for k in call.keywords if k.arg in given]
        given |= {k.arg: k.value for k in call.keywords if k.arg is not None}
        defaults = dict(zip(params[len(params) - len(args.defaults) :], args.defaults, strict=True))
        only = zip((a.arg for a in args.kwonlyargs), args.kw_defaults, strict=True)
        defaults |= {name: d for name, d in only if d is not None}
        wanted = [*params, *(a.arg for a in args.kwonlyargs)]
        missing = [n for n in wanted if n not in given]
        if extra or len(call.args) > len(params) or not given.keys() <= set(wanted):
            raise self.refuse(f"`{made.name}` does not take these arguments.", call)
        if any(not isinstance(defaults.get(n), ast.Constant) for n in missing):
            raise self.refuse(
                f"Give the generator `{made.name}` its `{missing[0]}` here: a default that is no "
                "plain number is not seen.",
                call,
            )
        before = self.renamed
        self.renamed = before if outside is None else outside
        atoms = self.atoms(list(given.values()))
        self.renamed = before
        names = self.own_names(made)
        for name, atom in zip(given, atoms, strict=True):
            self.assign(names[name], atom, given[name])
        for name in missing:
            self.assign(names[name], self.atom(defaults[name]))
        return names

    def own_names(self, made: ast.FunctionDef) -> dict[str, str]:
        """Names that nobody else has for the variables of a generator."""
        names: dict[str, str] = {}
        for name in sorted(bound_names(made)):
            clash = name in self.scope.own | self.scope.free | self.captured
            fresh = clash or name in self.comprehension_names
            names[name] = self.names.fresh(name) if fresh else name
            self.comprehension_names.add(name)
        return names

    def do_yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        """A `yield` that is a statement."""
        if self.running is None:
            raise self.refuse(f"`yield` is supported where a loop runs over it. {WAY_OUT}", node)
        if isinstance(node, ast.Yield):
            self.running.yielded(node.value, self.at)
            return
        running, at = self.running, self.at
        target = ast.copy_location(ast.Name(self.item_name(), ast.Store()), node)

        def body() -> ir.Block:
            with self.nested() as out:
                running.yielded(ast.copy_location(ast.Name(target.id, ast.Load()), node), at)
            return tuple(out)

        self.loop(target, node.value, body, at)

    def item_name(self) -> str:
        """A variable for an item, of the compiler's own."""
        name = self.names.fresh("item")
        self.comprehension_names.add(name)
        return name

    def left_early(self, at: ir.Loc | None) -> None:
        """A `return` of a generator ends it."""
        assert self.running is not None
        self.out.append(leave(self.running.label, at))

    # -- streams: generators inside enumerate, islice and zip -----------------------------

    def stream(
        self,
        target: ast.expr,
        iterable: ast.expr,
        body: Body,
        at: ir.Loc | None,
        outside: dict[str, str] | None,
    ) -> bool:
        """Lower the loop if it runs over a generator; False if it does not."""
        made = self.generator_of(iterable)
        if made is not None:
            assert isinstance(iterable, ast.Call)
            self.consumed(iterable, made, target, body, at, outside)
            return True
        match iterable:
            case ast.Call(func=func, args=[inner, *rest], keywords=keywords) if self.is_stream(
                inner
            ):
                known = self.lazy(func)
                if known is enumerate and len(rest) + len(keywords) <= 1:
                    start = rest[0] if rest else keywords[0].value if keywords else ast.Constant(0)
                    self.enumerated(target, inner, start, body, at, outside)
                    return True
                if known is itertools.islice and len(rest) == 1 and not keywords:
                    self.sliced(target, inner, rest[0], body, at, outside)
                    return True
                if known is iter and not rest:
                    return self.stream(target, inner, body, at, outside)
            case _:
                pass
        return False

    def is_stream(self, node: ast.expr) -> bool:
        """Whether a loop over this runs the body of a generator."""
        if self.generator_of(node) is not None:
            return True
        match node:
            case ast.Call(func=func, args=[inner, *_]):
                return self.lazy(func) is not None and self.is_stream(inner)
            case _:
                return False

    def lazy(self, func: ast.expr) -> Any:
        """enumerate, islice or iter, where that is what is called."""
        match func:
            case ast.Name(id=name) if name not in self.scope.own and name not in self.captured:
                found = self.source.function.__globals__.get(name)
                builtin = {"enumerate": enumerate, "iter": iter}.get(name)
                found = builtin if found is None else found
            case ast.Attribute(value=ast.Name(id=name), attr="islice"):
                module = self.source.function.__globals__.get(name)
                found = itertools.islice if module is itertools else None
            case _:
                return None
        if found not in (enumerate, itertools.islice, iter):
            return None
        self.met.add(name)
        return found

    def enumerated(
        self,
        target: ast.expr,
        inner: ast.expr,
        start: ast.expr,
        body: Body,
        at: ir.Loc | None,
        outside: dict[str, str] | None,
    ) -> None:
        """`for k, v in enumerate(g)`: a number that counts."""
        with self.renaming(outside):
            count = self.names.fresh("count")
            self.assign(count, self.atom(start))
        item = ast.copy_location(ast.Name(self.item_name(), ast.Store()), target)

        def counted() -> ir.Block:
            with self.nested() as out:
                match target:
                    case ast.Tuple(elts=[first, second]) | ast.List(elts=[first, second]):
                        self.bind_atom(first, ir.Name(count))
                        self.assign(count, ir.Binary("+", ir.Name(count), ir.Const(1)))
                        self.bind_atom(second, ir.Name(item.id))
                    case _:
                        pair = ir.Sequence("tuple", (ir.Name(count), ir.Name(item.id)))
                        self.bind_atom(target, self.temp(pair, "pair"))
                        self.assign(count, ir.Binary("+", ir.Name(count), ir.Const(1)))
                out.extend(body())
            return tuple(out)

        self.stream(item, inner, counted, at, outside)

    def sliced(
        self,
        target: ast.expr,
        inner: ast.expr,
        most: ast.expr,
        body: Body,
        at: ir.Loc | None,
        outside: dict[str, str] | None,
    ) -> None:
        """`for v in islice(g, n)`: after n items the generator is not asked again."""
        ended, count = self.names.fresh("ended"), self.names.fresh("count")
        with self.renaming(outside):
            last = self.atom(most)
        self.assign(count, ir.Const(0))

        def limited() -> ir.Block:
            skipped = self.names.fresh("skipped")
            with self.nested() as out:
                block = instead_of_exits(body(), ended, skipped)
                out.extend(part(block, skipped))
                self.assign(count, ir.Binary("+", ir.Name(count), ir.Const(1)))
                enough = ir.Compare(ir.Name(count), (">=",), (last,))
                out.append(ir.If(enough, (leave(ended, at),), (), at))
            return tuple(out)

        with self.nested() as out:
            self.stream(target, inner, limited, at, outside)
        first = ir.If(ir.Compare(ir.Const(0), (">=",), (last,)), (leave(ended, at),), (), at)
        self.out.extend(part((first, *out), ended))

    @contextmanager
    def renaming(self, names: dict[str, str] | None) -> Iterator[None]:
        """Lower with these names of variables of comprehensions; None: as they are."""
        before = self.renamed
        self.renamed = before if names is None else names
        try:
            yield
        finally:
            self.renamed = before


def _yields(node: ast.AST) -> bool:
    inside = own_nodes(list(ast.iter_child_nodes(node)))
    return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inside)
