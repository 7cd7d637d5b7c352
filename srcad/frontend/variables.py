"""Make an object of each variable that an inner function writes.

    def stepper(u):                     def stepper(u):
        t = 0                               u_now = Variable("u")
                                            u_now.value = u
        def step():                         t = Variable("t")
            nonlocal u, t         →         t.value = 0
            t += 1
            u = u * t                       def step():
            return u                            t.value += 1
                                                u_now.value = u_now.value * t.value
        return step                             return u_now.value

                                            return step

Afterwards no function writes a variable of another one, and what holds for objects that are
written holds for such variables.  The same is done for a variable that a function hands on to
functions that it makes, and that is bound more than once: these read it when they are called.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable

from srcad.frontend.scope import (
    COMPREHENSIONS,
    Function,
    bound_names,
    brought,
    captured_names,
    inner_functions,
    own_nodes,
    parameters,
    scope_of,
    statements,
)
from srcad.ir.names import Names
from srcad.runtime.variables import Variable


def with_objects(
    node: ast.FunctionDef | ast.Lambda, taken: Iterable[str], every: bool = False
) -> ast.FunctionDef | ast.Lambda:
    """The function without `nonlocal`, where it can do without; the tree itself stays as it is.

    every: the variables that are read by functions made inside, and bound more than once, as well.
    """
    if not scope_of(node).functions:
        return node
    functions = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef)]
    if not any(_concerned(f, every, f is node) for f in functions):
        return node
    new = copy.deepcopy(node)
    names = Names(taken)
    helper = "Variable" if "Variable" not in names.users else names.fresh("Variable")
    for function in [n for n in ast.walk(new) if isinstance(n, ast.FunctionDef)]:
        _in_function(function, names, helper, every, function is new)
    return new


def _in_function(
    node: ast.FunctionDef, names: Names, helper: str, every: bool, outermost: bool
) -> None:
    params = {a.arg for a in parameters(node.args)}
    first: list[ast.stmt] = []
    for name in sorted(_concerned(node, every, outermost)):
        new = names.fresh(f"{name}_now") if name in params else name
        first.append(_made(new, name, helper, node))
        if name in params:
            first.append(_set(new, name, node))
        _Reads(name, new).body(node)
    node.body[:0] = first


def _concerned(node: ast.FunctionDef, every: bool, outermost: bool) -> set[str]:
    """The variables of a function that become objects.

    Where one is bound in a form that knows names alone, its `nonlocal` stays, and is refused there.
    """
    inner = inner_functions(statements(node))
    if not inner:
        return set()
    read = {n for f in inner for n in captured_names(f)}
    if not every:  # only what is handed on
        inmost = (g for f in inner for g in inner_functions(statements(f)))
        read &= {n for g in inmost for n in captured_names(g)}
    found = _written_inside(node) | {n for n in read if _changes(node, n)}
    return {n for n in found & bound_names(node) if not _bound_by_text(node, n, outermost)}


def _changes(node: ast.FunctionDef, name: str) -> bool:
    """Whether a function binds its variable more than once."""
    body = own_nodes(statements(node))
    bound = [n for n in body if isinstance(n, ast.Name) and n.id == name]
    bound = [n for n in bound if isinstance(n.ctx, ast.Store)]
    loops = [n for n in body if isinstance(n, ast.For | ast.While)]
    again = any(n in bound for loop in loops for n in ast.walk(loop))
    return again or len(bound) + sum(a.arg == name for a in parameters(node.args)) > 1


def _written_inside(node: Function) -> set[str]:
    """The variables around a function's inner functions that these bind by `nonlocal`."""
    found: set[str] = set()
    for inner in inner_functions(statements(node)):
        body = statements(inner)
        own = own_nodes(body)
        asked = {n for s in own if isinstance(s, ast.Nonlocal) for n in s.names}
        found |= asked | (_written_inside(inner) - (bound_names(inner) - asked))
    return found


def _bound_by_text(node: ast.FunctionDef, name: str, outermost: bool) -> bool:
    """Whether the variable is bound in a form that knows names alone, such as `import`.

    `(u := e)` becomes two statements where it is lowered; inner functions are printed as they are.
    """
    lowered = own_nodes(statements(node)) if outermost else []
    for part in ast.walk(node):
        match part:
            case ast.FunctionDef(name=found) | ast.ClassDef(name=found) if part is not node:
                pass
            case ast.ExceptHandler(name=found) | ast.MatchAs(name=found):
                pass
            case ast.MatchStar(name=found) | ast.MatchMapping(rest=found):
                pass
            case ast.NamedExpr(target=ast.Name(id=found)):
                if part in lowered:
                    continue
            case ast.alias(name=path, asname=other):
                found = other or path.split(".")[0]
            case _:
                continue
        if found == name:
            return True
    return False


def _made(new: str, name: str, helper: str, node: ast.FunctionDef) -> ast.stmt:
    """`u_now = Variable("u")`."""
    func = ast.Name(helper, ast.Load())
    func.brought = Variable  # type: ignore[attr-defined]
    call = ast.Call(func, [ast.Constant(name)], [])
    return _placed(ast.Assign([ast.Name(new, ast.Store())], call), node)


def _set(new: str, name: str, node: ast.FunctionDef) -> ast.stmt:
    """`u_now.value = u`."""
    target = ast.Attribute(ast.Name(new, ast.Load()), "value", ast.Store())
    return _placed(ast.Assign([target], ast.Name(name, ast.Load())), node)


def _placed(stmt: ast.stmt, node: ast.FunctionDef) -> ast.stmt:
    """The statement at the first line of the function."""
    for part in ast.walk(stmt):
        if isinstance(part, ast.stmt | ast.expr):
            part.lineno, part.col_offset = node.lineno, node.col_offset
            part.end_lineno, part.end_col_offset = node.lineno, node.col_offset + len("def")
    return stmt


class _Reads(ast.NodeTransformer):
    """`u` becomes `u_now.value` wherever it is this very variable."""

    def __init__(self, name: str, new: str) -> None:
        self.name, self.new = name, new

    def body(self, node: ast.FunctionDef) -> None:
        node.body = [self.visit(s) for s in node.body]
        node.body = [s for s in node.body if s is not None]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != self.name or brought(node) is not None:
            return node
        owner = ast.copy_location(ast.Name(self.new, ast.Load()), node)
        return ast.copy_location(ast.Attribute(owner, "value", node.ctx), node)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.stmt:
        rest = [n for n in node.names if n != self.name]
        new = ast.Nonlocal(rest) if rest else ast.Pass()
        return ast.copy_location(new, node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """A target that is no name is not `simple`; one without a value binds nothing."""
        node.target = self.visit(node.target)
        node.value = None if node.value is None else self.visit(node.value)
        node.simple = int(isinstance(node.target, ast.Name))
        return ast.copy_location(ast.Pass(), node) if node.value is None else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        self.defaults(node.args)
        if self.name not in bound_names(node):
            self.body(node)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        self.defaults(node.args)
        if self.name not in bound_names(node):
            node.body = self.visit(node.body)
        return node

    def defaults(self, args: ast.arguments) -> None:
        args.defaults = [self.visit(d) for d in args.defaults]
        args.kw_defaults = [None if d is None else self.visit(d) for d in args.kw_defaults]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, COMPREHENSIONS) or self.name not in _targets(node):
            return super().generic_visit(node)
        first = node.generators[0]  # what it runs over stands outside
        first.iter = self.visit(first.iter)
        return node


def _targets(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> set[str]:
    """The variables of a comprehension."""
    names = (n for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}
