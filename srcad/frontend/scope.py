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

from srcad.frontend.tree import Kinds, by_kind, parts

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OPAQUE = (*FUNCTIONS, *COMPREHENSIONS)  # what has variables of its own


@dataclass(frozen=True)
class Scope:
    own: frozenset[str]
    captured: frozenset[str]
    free: frozenset[str]
    mentioned: frozenset[str]
    functions: bool = False  # whether it makes functions


@lru_cache(maxsize=512)
def scope_of(node: ast.FunctionDef | ast.Lambda) -> Scope:
    """The names of one function."""
    found = by_kind(statements(node), _OPAQUE)
    own = _bound_in(node, found)
    functions = _functions(found)
    inner = set().union(*map(free_names, functions))
    plain = not any(kind in found for kind in _OPAQUE)
    mentioned = _mentioned(found) if plain else set()
    mentioned |= _mentioned(by_kind(_header(node) if plain else [node]))
    if isinstance(node, ast.FunctionDef):
        mentioned.add(node.name)
    return Scope(
        frozenset(own),
        frozenset(own & inner),
        frozenset(_captured(found, own).union(*map(free_names, _defaults(node)))),
        frozenset(mentioned),
        bool(functions),
    )


def _mentioned(found: Kinds) -> set[str]:
    """Every name that stands anywhere in the code: a generated name must be none of them."""
    names = {n.id for n in found.get(ast.Name, ())}
    names.update(a.arg for a in found.get(ast.arg, ()))
    names.update(f.name for f in found.get(ast.FunctionDef, ()))
    if any(a.attr == "np" for a in found.get(ast.Attribute, ())):
        names.add("np")
    return names


def _header(node: Function) -> list[ast.AST]:
    """What stands in a function around its body."""
    if isinstance(node, ast.Lambda):
        return [node.args]
    body = set(map(id, node.body))
    return [part for part in parts(node) if id(part) not in body]


def free_names(node: ast.AST) -> set[str]:
    """The names that a piece of code reads from the scopes around it."""
    return _free(by_kind((node,), _OPAQUE))


def brought(name: ast.Name) -> Any:
    """The object of ours that a name in a rewritten tree stands for; None for what users wrote."""
    return getattr(name, "brought", None)


def brought_along(node: ast.AST) -> dict[str, Any]:
    """All such objects in a tree, by name."""
    names = by_kind((node,)).get(ast.Name, ())
    return {n.id: brought(n) for n in names if brought(n) is not None}


def _free(found: Kinds) -> set[str]:
    """The names that the nodes read; of functions and comprehensions, those of others."""
    free = {n.id for n in found.get(ast.Name, ()) if brought(n) is None}
    for kind in FUNCTIONS:
        for function in found.get(kind, ()):
            free |= captured_names(function)
            free = free.union(*map(free_names, _defaults(function)))
    for looping in COMPREHENSIONS:
        for node in found.get(looping, ()):
            names = by_kind(g.target for g in node.generators).get(ast.Name, ())
            own = {n.id for n in names if isinstance(n.ctx, ast.Store)}
            free |= _free(by_kind(parts(node), _OPAQUE)) - own
            free |= free_names(node.generators[0].iter)
    return free


def bound_names(node: Function) -> set[str]:
    """The variables of a function."""
    return _bound_in(node, by_kind(statements(node), _OPAQUE))


def captured_names(node: Function) -> set[str]:
    """The names that the body of a function reads from around it; its defaults apart."""
    found = by_kind(statements(node), _OPAQUE)
    return _captured(found, _bound_in(node, found))


def _captured(found: Kinds, own: set[str]) -> set[str]:
    """The names that the nodes of a body read from around it; `own` are its variables."""
    asked = [*found.get(ast.Nonlocal, ()), *found.get(ast.Global, ())]
    return _free(found) - (own - {n for s in asked for n in s.names})


def _bound_in(node: Function, found: Kinds) -> set[str]:
    """The variables of a function whose body holds these nodes."""
    classes = ast.ClassDef in found or ast.AsyncFunctionDef in found
    bound = _bound(by_kind(statements(node), _BINDING) if classes else found)
    return bound.union(a.arg for a in parameters(node.args))


def _defaults(node: Function) -> list[ast.expr]:
    """The expressions that give parameters their values when the function is made."""
    return [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]


def statements(node: Function) -> list[ast.AST]:
    """The body of a function."""
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def parameters(args: ast.arguments) -> list[ast.arg]:
    """Every parameter of a function."""
    extra = [a for a in (args.vararg, args.kwarg) if a is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *extra]


def own_nodes(body: list[ast.AST]) -> list[ast.AST]:
    """Every node of a body that is not inside an inner function (its header included)."""
    found = by_kind(body, FUNCTIONS)
    return [node for nodes in found.values() for node in nodes]


def inner_functions(body: list[ast.AST]) -> list[Function]:
    """The functions made in a body itself."""
    found = by_kind(body, FUNCTIONS)
    return [f for kind in FUNCTIONS for f in found.get(kind, ())]


def _functions(found: Kinds) -> list[Function]:
    """The functions made in a body that holds these nodes, those in comprehensions too."""
    functions = [f for kind in FUNCTIONS for f in found.get(kind, ())]
    loops = [c for kind in COMPREHENSIONS for c in found.get(kind, ())]
    return functions + inner_functions(loops) if loops else functions


_BINDING = (ast.FunctionDef, ast.ClassDef, ast.Lambda, *COMPREHENSIONS)


def _bound(found: Kinds) -> set[str]:
    """The names that the nodes bind (comprehension variables are not among them)."""
    bound = {n.id for n in found.get(ast.Name, ()) if not isinstance(n.ctx, ast.Load)}
    for kind in (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar):
        bound.update(n.name for n in found.get(kind, ()) if n.name is not None)
    for importing in (ast.Import, ast.ImportFrom):
        for stmt in found.get(importing, ()):
            bound.update(a.asname or a.name.split(".")[0] for a in stmt.names)
    bound.update(n.rest for n in found.get(ast.MatchMapping, ()) if n.rest is not None)
    loops = [c for kind in COMPREHENSIONS for c in found.get(kind, ())]
    if loops:  # only a walrus binds outside a comprehension
        bound |= _bound(by_kind(by_kind(loops).get(ast.NamedExpr, ()), _BINDING))
    outside = [*found.get(ast.Nonlocal, ()), *found.get(ast.Global, ())]
    return bound.difference(*(s.names for s in outside))
