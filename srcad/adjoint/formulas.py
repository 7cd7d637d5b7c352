"""Write a derivative rule into the program: its lambda's expression, with the operands put in.

    linear(np.flip, lambda y_bar, m, axis=None: np.flip(y_bar, axis))
    y = np.flip(x, 0)        →      np.flip(y_bar, 0)

The formula is read from the source of the rule.  Where that cannot be had (a rule typed into an old
REPL), the generated code calls the rule itself.
"""

from __future__ import annotations

import ast
import inspect
import math
import types as pytypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from srcad import errors
from srcad.frontend.expressions import Expressions
from srcad.frontend.scope import scope_of
from srcad.frontend.source import locate
from srcad.ir import nodes as ir

MODULES = {np: "np", math: "math"}


@dataclass(frozen=True)
class Formula:
    """A rule's expression over its own parameters."""

    params: tuple[inspect.Parameter, ...]
    body: ir.Expr | None
    function: Callable[..., Any]

    def instantiate(self, values: dict[str, ir.Expr]) -> ir.Expr:
        """The expression with the parameters replaced."""
        filled = {
            p.name: values[p.name] if p.name in values else ir.Const(p.default)
            for p in self.params
            if p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD
        }
        stars = [p.name for p in self.params if p.kind is p.VAR_POSITIONAL]
        for name in stars:
            filled[name] = values.get(name, ir.Sequence("tuple", ()))
        if self.body is None:
            ref = ir.Ref(self.function, "rule")
            args = [ir.Star(v) if n in stars else v for n, v in filled.items()]
            return ir.Call(ref, tuple(args))
        return fold(ir.substitute(self.body, filled))

    def touches(self, name: str) -> bool:
        return self.body is None or name in ir.reads(self.body)


@cache
def formula(function: Callable[..., Any]) -> Formula:
    """Read one rule."""
    params = tuple(inspect.signature(function).parameters.values())
    return Formula(params, _body(function), function)


def _body(function: Any) -> ir.Expr | None:
    if not isinstance(function, pytypes.FunctionType):
        return None
    try:
        source = locate(function)
    except errors.SrcadError:
        return None
    node = source.node
    if hasattr(node, "body") and isinstance(node.body, list):
        body = [s for s in node.body if not _is_doc(s)]
        only = body[0] if len(body) == 1 else None
        if not isinstance(only, ast.Return) or only.value is None:
            return None  # several statements: the rule itself is called
        expression: Any = only.value
    else:
        expression = node.body
    lowerer = Expressions(source, node, scope_of(node))
    if not lowerer.simple(expression):
        return None
    own = {p.name for p in inspect.signature(function).parameters.values()}
    return _resolved(lowerer.tree(expression), function, own)


def _is_doc(stmt: Any) -> bool:
    value = getattr(stmt, "value", None)
    return value is not None and isinstance(getattr(value, "value", None), str)


def _resolved(expr: ir.Expr, function: Any, own: set[str]) -> ir.Expr:
    """Outside names become references to the objects themselves."""
    found = _outside(expr, function, own)
    if found is not None:
        return found
    return ir.rebuild(expr, lambda e: _resolved(e, function, own))


def _outside(expr: ir.Expr, function: Any, own: set[str]) -> ir.Expr | None:
    path: list[str] = []
    node = expr
    while isinstance(node, ir.Attr):
        path.append(node.name)
        node = node.obj
    if not isinstance(node, ir.Name) or node.id in own:
        return None
    value = _global(function, node.id)
    text = MODULES.get(value, node.id) if isinstance(value, pytypes.ModuleType) else node.id
    if isinstance(value, pytypes.ModuleType) and not path:
        return None
    for name in reversed(path):
        value = getattr(value, name)
        text += "." + name
    return ir.Ref(value, text)


def _global(function: Any, name: str) -> Any:
    free = function.__code__.co_freevars
    if name in free:
        return function.__closure__[free.index(name)].cell_contents
    if name in function.__globals__:
        return function.__globals__[name]
    builtins = function.__globals__["__builtins__"]
    return builtins[name] if isinstance(builtins, dict) else getattr(builtins, name)


def fold(expr: ir.Expr) -> ir.Expr:
    """Fold what the constants decide: `a if None is None else b`, `2 - 1`, `0.5 * 1`."""
    expr = ir.rebuild(expr, fold)
    match expr:
        case ir.Choice(ir.Const(value), then, orelse):
            return then if value else orelse
        case ir.Compare(ir.Const(a), ("is",), (ir.Const(b),)):
            return ir.Const(a is b)
        case ir.Compare(ir.Const(a), ("is not",), (ir.Const(b),)):
            return ir.Const(a is not b)
        case ir.Unary("not", ir.Const(value)):
            return ir.Const(not value)
        case ir.Unary("-", ir.Const(value)) if isinstance(value, int | float):
            return ir.Const(-value)
        case ir.Binary("-", ir.Const(a), ir.Const(b)) if _plain(a) and _plain(b):
            return ir.Const(a - b)
    return expr


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def bound_arguments(
    params: tuple[inspect.Parameter, ...],
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str, ir.Expr], ...],
) -> dict[str, ir.Expr]:
    """The operands by the rule's parameter names; TypeError when the rule lacks an option."""
    values: dict[str, ir.Expr] = {}
    names = [p for p in params if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.KEYWORD_ONLY)]
    star = next((p.name for p in params if p.kind is p.VAR_POSITIONAL), None)
    if len(args) > len(names) and star is None:
        raise TypeError(f"{len(args)} positional arguments")
    for param, value in zip(names, args, strict=False):
        values[param.name] = value
    if star is not None:
        values[star] = ir.Sequence("tuple", args[len(names) :])
    known = {p.name for p in params}
    for key, value in kwargs:
        if key not in known or key in values:
            raise TypeError(f"`{key}=`")
        values[key] = value
    return values
