"""Tell whether computing the value of `target op= value` may change what the target holds.

    self.x += self.drift()      Python reads self.x before it calls drift, which may set it
    xs[0] *= shifted(xs)
    total += step()             where `step` writes `total`

Any call of a function of the user's may, by whatever name it knows the object; so may what calls
one: `max(xs, key=p.rank)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable


def may_change(target: ast.expr, value: ast.expr, harmless: Callable[[str], bool]) -> bool:
    """Whether the target must be read first; harmless: names of NumPy and the like, and builtins.

    Not a slice: what is read of an array sees what is written meanwhile.
    """
    if isinstance(target, ast.Name) or not _read_again(target):
        return False
    calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
    return any(_calls_others(c) or not harmless(_root(c.func)) for c in calls)


def _calls_others(call: ast.Call) -> bool:
    """Whether a builtin calls what it is given."""
    given = _root(call.func) in ("map", "filter", "sorted", "reduce")
    return given or any(k.arg == "key" for k in call.keywords)


def _read_again(target: ast.expr) -> bool:
    """Whether the place holds one object: no slice."""
    return not any(isinstance(n, ast.Slice) for n in ast.walk(target))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
