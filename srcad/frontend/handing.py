"""Read the `__iter__` of a class as a function that lists all it hands out.

    def __iter__(self):                  def __iter__(self):
        for v in self.values:                handed = []
            yield 2 * v            →         for v in self.values:
                                                 handed.append(2 * v)
                                             return handed

    return iter(self.values)       →     for item in self.values: handed.append(item)

    return self                    →     iterator = self
                                         while True:
    def __next__(self):                      if iterator.k == 3:
        if self.k == 3:                          break
            raise StopIteration              iterator.k += 1
        self.k += 1                          handed.append(iterator.k)
        return self.k

A `__next__` that is not of this form is called, until it raises StopIteration.

Whoever wants each item when it is made puts what is done with it in place of `handed.append`.
"""

from __future__ import annotations

import ast
import copy
import inspect
import types
from dataclasses import dataclass, replace
from typing import Any

from srcad.errors import SrcadError
from srcad.frontend.scope import bound_names, own_nodes, scope_of
from srcad.frontend.source import Source, find
from srcad.ir.names import Names


@dataclass(frozen=True)
class Listing:
    """The function that lists, the variable of its list, and classes whose `__next__` it has."""

    source: Source
    handed: str
    stepped: tuple[type, ...]


def listing(source: Source, cls: type, managing: bool = False) -> Listing | None:
    """What lists all that an `__iter__` hands out; None where that cannot be said.

    managing: it is the generator of a context manager.
    """
    node = source.node
    if not isinstance(node, ast.FunctionDef) or not (managing or _undecorated(node)):
        return None
    own = own_nodes(list(node.body))
    yields = [n for n in own if isinstance(n, ast.Yield | ast.YieldFrom)]
    plain = {id(n.value) for n in own if isinstance(n, ast.Expr)}
    if any(id(n) not in plain for n in yields):
        return None
    if any(isinstance(n, ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal) for n in own):
        return None
    lister = _Lister(node, bool(yields), source.function, cls)
    try:
        new = lister.function()
    except _Unlisted:
        return None
    return Listing(replace(source, node=new), lister.handed, tuple(lister.stepped))


def _undecorated(node: ast.FunctionDef) -> bool:
    """Whether nothing is between the function and who calls it."""
    return all(
        isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod")
        for d in node.decorator_list
    )


class _Unlisted(Exception):
    """The function hands out what is not known here."""


class _Lister(ast.NodeTransformer):
    def __init__(self, node: ast.FunctionDef, generator: bool, function: Any, cls: type) -> None:
        self.node, self.generator, self.way, self.cls = node, generator, function, cls
        self.names = Names(scope_of(node).mentioned)
        self.handed = self.names.fresh("handed")
        self.stepped: list[type] = []

    def function(self) -> ast.FunctionDef:
        node = copy.deepcopy(self.node)
        body = [s for stmt in node.body for s in self.several(stmt)]
        first = ast.Assign([self.name(self.handed, ast.Store())], ast.List([], ast.Load()))
        last = ast.Return(self.name(self.handed))
        if self.generator:
            body.append(self.put(last, node.body[-1]))
        node.body = [self.put(first, node.body[0]), *body]
        return node

    def several(self, stmt: ast.stmt) -> list[ast.stmt]:
        new = self.visit(stmt)
        return new if isinstance(new, list) else [new]

    def name(self, name: str, ctx: ast.expr_context | None = None) -> ast.Name:
        return ast.Name(name, ast.Load() if ctx is None else ctx)

    def put(self, new: ast.stmt, old: ast.AST) -> ast.stmt:
        """A statement of ours at the place of the user's."""
        for part in ast.walk(new):
            if not hasattr(part, "lineno"):
                ast.copy_location(part, old)
        return new

    def given(self, value: ast.expr) -> ast.stmt:
        add = ast.Attribute(self.name(self.handed), "append", ast.Load())
        return ast.Expr(ast.Call(add, [value], []))

    def each(self, iterable: ast.expr) -> ast.stmt:
        """`for item in iterable: handed.append(item)`."""
        item = self.names.fresh("item")
        body = [self.given(self.name(item))]
        return ast.For(self.name(item, ast.Store()), iterable, body, [])

    def each_of(self, iterable: ast.expr, size: int) -> ast.stmt:
        """The same of tuples: `for a, b in zip(p, q): handed.append((a, b))`."""
        names = [self.names.fresh("item") for _ in range(size)]
        target = ast.Tuple([self.name(n, ast.Store()) for n in names], ast.Store())
        item = ast.Tuple([self.name(n) for n in names], ast.Load())
        return ast.For(target, iterable, [self.given(item)], [])

    # -- what hands out ------------------------------------------------------------------

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        match node.value:
            case ast.Yield(value):
                return self.put(self.given(value or ast.Constant(None)), node)
            case ast.YieldFrom(value):
                return self.put(self.each(value), node)
            case _:
                return node

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        end = self.put(ast.Return(self.name(self.handed)), node)
        if self.generator:
            return end
        out = self.returned(node)
        return [*(self.put(s, node) for s in out), end]

    def returned(self, node: ast.Return) -> list[ast.stmt]:
        match node.value:
            case ast.Call(ast.Name("iter"), [value], []):
                return [self.each(value)]
            case ast.Call(ast.Name("zip"), parts, []) if not _spread(parts):
                return [self.each_of(node.value, len(parts))]
            case ast.Call(ast.Name("enumerate")):
                return [self.each_of(node.value, 2)]
            case ast.Call(ast.Name("map" | "reversed" | "filter")):
                return [self.each(node.value)]
            case ast.GeneratorExp(element, clauses):
                return [self.nested(element, clauses)]
            case ast.Name() | ast.Call(ast.Name()):
                return self.asked(node.value)
            case _:
                raise _Unlisted

    def nested(self, element: ast.expr, clauses: list[ast.comprehension]) -> ast.stmt:
        """The loops of a generator expression."""
        stmt = self.given(element)
        mine = bound_names(self.node)
        for clause in reversed(clauses):
            names = {n.id for n in ast.walk(clause.target) if isinstance(n, ast.Name)}
            if clause.is_async or names & mine:
                raise _Unlisted
            for test in reversed(clause.ifs):
                stmt = ast.If(test, [stmt], [])
            stmt = ast.For(clause.target, clause.iter, [stmt], [])
        return stmt

    def asked(self, iterator: ast.expr) -> list[ast.stmt]:
        """Ask an object with a `__next__` until it has no more."""
        steps = self.steps(iterator)
        if steps is not None:
            return steps
        it, item, more = map(self.names.fresh, ("iterator", "item", "more"))

        def be(truth: bool) -> ast.stmt:
            return ast.Assign([self.name(more, ast.Store())], ast.Constant(truth))

        call = ast.Call(ast.Attribute(self.name(it), "__next__", ast.Load()), [], [])
        ask = ast.Assign([self.name(item, ast.Store())], call)
        stop = ast.ExceptHandler(self.name("StopIteration"), None, [be(False)])
        body: list[ast.stmt] = [
            ast.Try([ask], [stop], [], []),
            ast.If(self.name(more), [self.given(self.name(item))], []),
        ]
        first = ast.Assign([self.name(it, ast.Store())], iterator)
        return [first, be(True), ast.While(self.name(more), body, [])]

    def steps(self, iterator: ast.expr) -> list[ast.stmt] | None:
        """A loop over the statements of its `__next__`, where that is known and plain."""
        step = self.step_of(iterator)
        if step is None:
            return None
        taken = self.names.fresh("iterator")
        first = ast.Assign([self.name(taken, ast.Store())], iterator)
        names = {n: self.names.fresh(n) for n in sorted(bound_names(step))}
        names[step.args.args[0].arg] = taken
        body = [_Renamer(names).visit(copy.deepcopy(s)) for s in step.body]
        try:
            out = [s for stmt in body for s in _Step(self).several(stmt)]
        except _Unlisted:
            return None
        return [first, ast.While(ast.Constant(True), out, [])]

    def step_of(self, iterator: ast.expr) -> ast.FunctionDef | None:
        """The definition of `__next__` of an object."""
        match iterator:
            case ast.Name(name) if name == self.node.args.args[0].arg:
                cls: Any = self.cls
            case ast.Call(ast.Name(name)):
                cls = self.way.__globals__.get(name)
            case _:
                return None
        found = inspect.getattr_static(cls, "__next__", None) if isinstance(cls, type) else None
        if not isinstance(found, types.FunctionType) or found.__closure__:
            return None
        if found.__globals__ is not self.way.__globals__:
            return None
        try:
            source = find(found)
        except SrcadError:
            return None
        node = source.node
        if source.file != self.way.__code__.co_filename or not _plain_step(node):
            return None
        self.stepped.append(cls)
        return node  # type: ignore[return-value]

    # -- what is left alone --------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return node


class _Renamer(ast.NodeTransformer):
    """Other names for the variables of a function."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


class _Step(ast.NodeTransformer):
    """The statements of `__next__` in a loop: `return` goes on, `raise StopIteration` ends it."""

    def __init__(self, lister: _Lister) -> None:
        self.lister = lister

    def several(self, stmt: ast.stmt) -> list[ast.stmt]:
        new = self.visit(stmt)
        return new if isinstance(new, list) else [new]

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        given = self.lister.given(node.value or ast.Constant(None))
        return [self.lister.put(given, node), ast.copy_location(ast.Continue(), node)]

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        if not _stops(node):
            return node
        return ast.copy_location(ast.Break(), node)


def _stops(node: ast.Raise) -> bool:
    match node.exc:
        case ast.Name("StopIteration") | ast.Call(ast.Name("StopIteration"), [], []):
            return True
        case _:
            return False


def _plain_step(node: ast.AST) -> bool:
    """Whether a `__next__` ends by `return` or `raise` outside of loops and `try`, at its end."""
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or len(node.args.args) != 1:
        return False
    if not isinstance(node.body[-1], ast.Return | ast.Raise):
        return False
    for part in ast.walk(node):
        if isinstance(part, ast.Lambda | ast.ClassDef | ast.Global | ast.Nonlocal | ast.Try):
            return False
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part is not node:
            return False
        if isinstance(part, ast.Yield | ast.YieldFrom | ast.Import | ast.ImportFrom):
            return False
        if (
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name)
            and part.func.id == "next"
        ):
            return False
        loops = isinstance(part, ast.For | ast.While | ast.With)
        if loops and any(isinstance(p, ast.Return | ast.Raise) for p in ast.walk(part)):
            return False
    return True


def _spread(parts: list[ast.expr]) -> bool:
    return any(isinstance(p, ast.Starred) for p in parts)
