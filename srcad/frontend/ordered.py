"""Read what `*xs` and `CONFIG.rate` stand for first, if what stands behind may change them.

ys = [*xs, xs.pop()]             items = list(xs)
                           →     last = xs.pop()
                                 ys = [*items, last]

f(CONFIG.rate, step())     →     rate = CONFIG.rate
                                 f(rate, step())

f(*args, np.sin(x))              as it is: `np.sin` changes nothing
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable, Sequence
from typing import Any

from srcad.frontend.tree import by_kind
from srcad.ir import nodes as ir
from srcad.rules.purity import pure_function

LIST, DICT = ir.Ref(list, "list"), ir.Ref(dict, "dict")
_LENGTHS = (len, float, int, bool, abs, range)  # of any object these only ask


def may_act(later: Sequence[ast.expr | None], known: Callable[[str], Any]) -> bool:
    """Whether one of the expressions may run code that writes; known: what a name stands for."""
    found = by_kind([n for n in later if n is not None and not isinstance(n, ast.Name)])
    if not found.keys().isdisjoint((ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
        return True
    return not all(_is_pure(n, known) for n in found.get(ast.Call, ()) if isinstance(n, ast.Call))


def _is_pure(node: ast.Call, known: Callable[[str], Any]) -> bool:
    if any(k.arg in ("out", None) for k in node.keywords):
        return False
    match node.func:
        case ast.Name(id=name):
            function = known(name)
            return function in _LENGTHS if callable(function) else False
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            module = known(name)
            plain = isinstance(module, types.ModuleType)
            return plain and pure_function(getattr(module, attribute, None))
        case _:
            return False


def is_code(path: ir.Expr, space: dict[str, Any]) -> bool:
    """Whether `np.linalg.norm` is a function, a class or a module, as far as can be seen."""
    names: list[str] = []
    while isinstance(path, ir.Attr):
        names.append(path.name)
        path = path.obj
    value = space.get(path.id, getattr(builtins, path.id, None)) if isinstance(path, ir.Name) else 0
    for name in reversed(names):
        value = getattr(value, name, None) if isinstance(value, types.ModuleType | type) else 0
    return isinstance(value, types.ModuleType) or callable(value)


def of_builtins(name: str) -> Any:
    """What a name stands for that nothing else has."""
    return getattr(builtins, name, None)
