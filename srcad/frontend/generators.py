"""Refuse functions that give no value when they are called: async functions and generators."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from srcad.errors import UnsupportedSyntax

if TYPE_CHECKING:
    from srcad.frontend.source import Source


def refuse_generators(source: Source) -> None:
    """Raise where the function holds `async` or `yield`."""
    flags, name = source.function.__code__.co_flags, source.function.__qualname__
    if flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise UnsupportedSyntax(
            f"{name} is an async function and returns no number. Give the plain function whose "
            "value it awaits.",
            source.header(),
        )
    if flags & inspect.CO_GENERATOR:
        raise UnsupportedSyntax(
            f"{name} is a generator function: calling it gives no number. Collect the values in "
            "a list instead of yielding them, and return a number made of them.",
            source.place(_first_yield(source.node)),
        )


def _first_yield(node: ast.AST) -> ast.AST:
    """The first `yield` of the function itself."""
    stack = list(reversed(list(ast.iter_child_nodes(node))))
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return inner
        if not isinstance(
            inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        ):
            stack.extend(reversed(list(ast.iter_child_nodes(inner))))
    return node
