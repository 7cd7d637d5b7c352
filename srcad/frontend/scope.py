"""Tell which names of a function are its own, which are captured, and which come from outside.

def f(x):
    y = 2 * x               own: x, y, g      captured by an inner function: y
    g = lambda t: t * y     free: np
    return np.sum(g(x))
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LEAVES = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Scope:
    own: frozenset[str]
    captured: frozenset[str]
    free: frozenset[str]
    mentioned: frozenset[str]


@lru_cache(maxsize=512)
def scope_of(node: ast.FunctionDef | ast.Lambda) -> Scope:
    """The names of one function."""
    own = bound_names(node)
    inner: set[str] = set()
    for child in inner_functions(statements(node)):
        inner |= free_names(child)
    return Scope(
        frozenset(own),
        frozenset(own & inner),
        frozenset(free_names(node)),
        frozenset(_mentioned(node)),
    )


def _mentioned(node: ast.AST) -> set[str]:
    """Every name that stands anywhere in the code: a generated name must be none of them."""
    found: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.Attribute(attr="np"):
                found.add("np")
            case _:
                pass
    return found


def free_names(node: ast.AST) -> set[str]:
    """The names that a piece of code reads from the scopes around it."""
    found: set[str] = set()
    _add_free(node, found)
    return found


def brought(name: ast.Name) -> Any:
    """The object of ours that a name in a rewritten tree stands for; None for what users wrote."""
    return getattr(name, "brought", None)


def brought_along(node: ast.AST) -> dict[str, Any]:
    """All such objects in a tree, by name."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id: brought(n) for n in names if brought(n) is not None}


def _add_free(node: ast.AST, found: set[str]) -> None:
    if isinstance(node, ast.Name):
        if brought(node) is None:
            found.add(node.id)
    elif isinstance(node, FUNCTIONS):
        found |= captured_names(node)
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            _add_free(default, found)
    elif isinstance(node, COMPREHENSIONS):
        own = {
            n.id
            for g in node.generators
            for n in ast.walk(g.target)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        inner: set[str] = set()
        for child in ast.iter_child_nodes(node):
            _add_free(child, inner)
        found |= inner - own
        _add_free(node.generators[0].iter, found)
    elif not isinstance(node, _LEAVES):
        for child in ast.iter_child_nodes(node):
            _add_free(child, found)


def bound_names(node: Function) -> set[str]:
    """The variables of a function."""
    return {a.arg for a in parameters(node.args)} | _bound(statements(node))


def captured_names(node: Function) -> set[str]:
    """The names that the body of a function reads from around it; its defaults apart."""
    body = statements(node)
    own = bound_names(node)
    used: set[str] = set()
    for child in body:
        used |= free_names(child)
    nonlocal_ = {
        n for s in own_nodes(body) if isinstance(s, ast.Nonlocal | ast.Global) for n in s.names
    }
    return used - (own - nonlocal_)


def statements(node: Function) -> list[ast.AST]:
    """The body of a function."""
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def parameters(args: ast.arguments) -> list[ast.arg]:
    """Every parameter of a function."""
    extra = [a for a in (args.vararg, args.kwarg) if a is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def own_nodes(body: list[ast.AST]) -> list[ast.AST]:
    """Every node of a body that is not inside an inner function (its header included)."""
    found, stack = [], list(body)
    while stack:
        node = stack.pop()
        found.append(node)
        if isinstance(node, FUNCTIONS):
            continue
        stack.extend(ast.iter_child_nodes(node))
    return found


def inner_functions(body: list[ast.AST]) -> list[Function]:
    """The functions made in a body itself."""
    return [n for n in own_nodes(body) if isinstance(n, FUNCTIONS)]


def _bound(body: list[ast.AST]) -> set[str]:
    """The names that statements of the body bind (comprehension variables are not among them)."""
    bound: set[str] = set()
    outside: set[str] = set()
    stack = list(body)
    while stack:
        node = stack.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
                continue
            case ast.Lambda():
                continue
            case ast.Nonlocal(names=names) | ast.Global(names=names):
                outside.update(names)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound.add(name)
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound.update(a.asname or a.name.split(".")[0] for a in aliases)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case ast.MatchMapping(rest=str(name)):
                bound.add(name)
            case _:
                pass
        if isinstance(node, COMPREHENSIONS):
            # only a walrus binds outside a comprehension
            stack.extend(n for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
            continue
        stack.extend(ast.iter_child_nodes(node))
    return bound - outside
