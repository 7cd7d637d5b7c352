"""Find the generator functions that a function runs: its own, and those of its module."""

from __future__ import annotations

import ast
import inspect
import types
from dataclasses import replace

from srcad import errors
from srcad.frontend.scope import Scope, captured_names, own_nodes, scope_of
from srcad.frontend.source import Source, find


def is_generator(node: ast.AST) -> bool:
    """Whether a definition makes a generator function."""
    if not isinstance(node, ast.FunctionDef):
        return False
    own = own_nodes(list(node.body))
    return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own)


def local_generators(node: ast.FunctionDef | ast.Lambda) -> dict[str, ast.FunctionDef]:
    """The generators that a function defines by one `def`, which alone binds the name."""
    if isinstance(node, ast.Lambda):
        return {}
    found = {s.name: s for s in node.body if isinstance(s, ast.FunctionDef) and is_generator(s)}
    if not found:
        return found
    bound: list[str] = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
    for part_ in own_nodes(list(node.body)):
        if isinstance(part_, ast.FunctionDef | ast.ClassDef):
            bound.append(part_.name)
        elif isinstance(part_, ast.Name) and not isinstance(part_.ctx, ast.Load):
            bound.append(part_.id)
    return {n: s for n, s in found.items() if bound.count(n) == 1}


def outside_generator(source: Source, name: str) -> ast.FunctionDef | None:
    """The generator function of the same module that a global name stands for."""
    function = source.function
    known = function.__globals__.get(name)
    if not isinstance(known, types.FunctionType) or not inspect.isgeneratorfunction(known):
        return None
    if known.__globals__ is not function.__globals__ or known.__closure__:
        return None
    try:
        made = find(known)
    except errors.SrcadError:
        return None
    same = made.file == source.file and isinstance(made.node, ast.FunctionDef)
    return made.node if same else None  # type: ignore[return-value]


def with_outside(source: Source, node: ast.FunctionDef | ast.Lambda) -> Scope:
    """The names of a function, and of the generators of its module whose bodies may stand in it."""
    scope = scope_of(node)
    free, mentioned = set(scope.free), set(scope.mentioned)
    seen: set[str] = set()
    waiting = sorted(free - scope.own)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        made = outside_generator(source, name)
        if made is not None:
            more = captured_names(made)
            free |= more
            mentioned |= scope_of(made).mentioned
            waiting.extend(more)
    return replace(scope, free=frozenset(free), mentioned=frozenset(mentioned))
