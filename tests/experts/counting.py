"""How many statements a text of Python has: the measure of readability."""

from __future__ import annotations

import ast

Function = ast.FunctionDef | ast.AsyncFunctionDef


def count_statements(text: str) -> int:
    """All statements inside the functions of `text`, at every depth, without docstrings."""
    tree = ast.parse(text)
    outer = [node for node in tree.body if isinstance(node, Function)]
    return sum(_inside(function) for function in outer)


def _inside(function: Function) -> int:
    docstrings = sum(
        ast.get_docstring(node, clean=False) is not None
        for node in ast.walk(function)
        if isinstance(node, Function)
    )
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(function))
    return statements - docstrings - 1  # the function itself is no part of its body
