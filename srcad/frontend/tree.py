"""Walk Python's trees quickly: every node but operators and contexts.

`ast.walk` asks each node for each of its fields.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

_SKIPPED = {
    "ctx", "op", "ops", "id", "arg", "attr", "kind", "level", "module", "type_comment",
    "conversion", "is_async", "simple", "type_ignores",
}  # fmt: skip
Kinds = dict[type, list[Any]]


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of a kind of node that may hold others; none of what is no node."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        own = () if kind is ast.Constant else getattr(kind, "_fields", ())
        found = self[kind] = tuple(name for name in own if name not in _SKIPPED)
        return found


_FIELDS = _Fields()


def parts(node: ast.AST) -> list[Any]:
    """The nodes right below one, without operators and contexts."""
    found: list[Any] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def by_kind(roots: Iterable[ast.AST], stop: tuple[type, ...] = ()) -> Kinds:
    """Every node of these trees under its class; nodes of the kinds `stop` are not entered."""
    found: Kinds = {}
    stack: list[Any] = list(roots)
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in found:
            found[kind].append(node)
        elif issubclass(kind, ast.AST):
            found[kind] = [node]
        else:
            continue  # a name, or nothing
        if kind in stop:
            continue
        for name in _FIELDS[kind]:
            value = getattr(node, name, None)
            if type(value) is list:
                stack += value
            elif value is not None:
                stack.append(value)
    return found


_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


def statements_by_kind(body: Iterable[ast.AST]) -> Kinds:
    """Every statement under its class, nested ones included; handlers and cases too."""
    found: Kinds = {}
    stack: list[Any] = list(body)
    while stack:
        node = stack.pop()
        found.setdefault(type(node), []).append(node)
        for name in _BODIES:
            inner = getattr(node, name, None)
            if inner is not None:
                stack += inner
    return found
