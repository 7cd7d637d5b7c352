"""Tell whether computing the value of `target op= value` may change what the target holds.

    self.x += self.drift()      Python reads self.x before it calls drift, which may set it
    xs[0] *= shifted(xs)
    total += step()             where `step` writes `total`

Seen are calls of the user's functions that are handed the object, and those of any where functions
captured the object.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Set

import numpy as np


def may_change(
    target: ast.expr, value: ast.expr, captured: Set[str], harmless: Callable[[str], bool]
) -> bool:
    """Whether the target must be read first; harmless: names of modules and builtins.

    Not a slice: what is read of an array sees what is written meanwhile.
    """
    if isinstance(target, ast.Name) or not _read_again(target):
        return False
    root = _root(target)
    calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
    calls = [c for c in calls if not (harmless(_root(c.func)) or _of_array(c.func, target))]
    return any(not root or root in captured or root in _names(c) for c in calls)


def _of_array(func: ast.expr, target: ast.expr) -> bool:
    """Whether a method is one of arrays, `y.sum()`, rather than one of the object that is set."""
    own = isinstance(target, ast.Attribute)
    match func:
        case ast.Attribute(owner, name):
            return hasattr(np.ndarray, name) and not (own and isinstance(owner, ast.Name))
        case _:
            return False


def _read_again(target: ast.expr) -> bool:
    """Whether the place can be named twice: no slice, and nothing is called on the way."""
    return not any(isinstance(n, ast.Slice | ast.Call | ast.NamedExpr) for n in ast.walk(target))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
