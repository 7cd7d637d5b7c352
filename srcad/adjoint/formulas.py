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
from functools import lru_cache
from typing import Any

import numpy as np

from srcad import errors
from srcad.frontend.expressions import Expressions
from srcad.frontend.scope import scope_of
from srcad.frontend.source import locate
from srcad.ir import nodes as ir
from srcad.rules.table import Rule, parameters

MODULES = {np: "np", math: "math"}


@dataclass(frozen=True)
class Formula:
    """A rule's expression over its own parameters: `defaults` are what they are if not given."""

    names: tuple[str, ...]
    defaults: dict[str, ir.Expr]
    stars: tuple[str, ...]
    body: ir.Expr | None
    function: Callable[..., Any]
    folds: bool = True  # whether constants in the place of names may decide something

    @staticmethod
    def of(function: Callable[..., Any]) -> Formula:
        """The formula that a function of the rules is."""
        params = tuple(inspect.signature(function).parameters.values())
        defaults: dict[str, ir.Expr] = {
            p.name: ir.Const(p.default)
            for p in params
            if p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD
        }
        stars = tuple(p.name for p in params if p.kind is p.VAR_POSITIONAL)
        defaults |= {name: ir.Sequence("tuple", ()) for name in stars}
        names = tuple(p.name for p in params)
        body = _body(function)
        return Formula(names, defaults, stars, body, function, body is not None and _folds(body))

    def instantiate(self, values: dict[str, ir.Expr]) -> ir.Expr:
        """The expression with the parameters replaced."""
        defaults = self.defaults
        if self.body is None:
            filled = {n: values.get(n, d) for n, d in defaults.items()}
            ref = ir.Ref(self.function, "rule")
            args = [ir.Star(v) if n in self.stars else v for n, v in filled.items()]
            return ir.Call(ref, tuple(args))
        filled = {n: values.get(n, defaults[n]) for n in ir.reads(self.body) if n in defaults}
        whole = ir.substitute(self.body, filled)
        plain = not self.folds and all(type(v) in ir.LEAVES for v in filled.values())
        return whole if plain else fold(whole)

    def touches(self, name: str) -> bool:
        return self.body is None or name in ir.reads(self.body)


@lru_cache(maxsize=8192)
def formula(function: Callable[..., Any]) -> Formula:
    """Read one rule."""
    return Formula.of(function)


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
    tree = lowerer.tree(expression)
    ours = str(function.__module__).startswith("srcad.")
    if not ours and any(_may_change(name, function) for name in ir.reads(tree) - own):
        return None  # it is called, and reads what these names are then
    return _resolved(tree, function, own)


def _may_change(name: str, function: Any) -> bool:
    """Whether a name from outside a rule may stand for something else at the next call."""
    if name in function.__code__.co_freevars or name in function.__globals__:
        try:
            value = _global(function, name)
        except ValueError:  # a variable that has no value yet
            return True
        module = getattr(value, "__name__", "").split(".")[0]
        return not (isinstance(value, pytypes.ModuleType) and module in ("numpy", "math"))
    return False


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
    text = _text(value) if isinstance(value, pytypes.ModuleType) else node.id
    if isinstance(value, pytypes.ModuleType) and not path:
        return None
    for name in reversed(path):
        value = getattr(value, name)
        text += "." + name
    return ir.Ref(value, text)


def _text(module: pytypes.ModuleType) -> str:
    """How generated code reaches a module: `np`, `scipy.special`."""
    return MODULES.get(module, module.__name__)


def _global(function: Any, name: str) -> Any:
    free = function.__code__.co_freevars
    if name in free:
        return function.__closure__[free.index(name)].cell_contents
    if name in function.__globals__:
        return function.__globals__[name]
    builtins = function.__globals__["__builtins__"]
    return builtins[name] if isinstance(builtins, dict) else getattr(builtins, name)


def _folds(expr: ir.Expr) -> bool:
    """Whether `fold` may find something to do in the expression."""
    deciding = isinstance(expr, ir.Choice | ir.Compare | ir.Unary)
    minus = isinstance(expr, ir.Binary) and expr.op == "-"
    return deciding or minus or any(map(_folds, ir.children(expr)))


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


@dataclass(frozen=True)
class Operands:
    """The operands of a rule: all their names, those by position, and that of `*operands`."""

    names: tuple[str, ...]
    plain: tuple[str, ...]
    star: str | None

    def bound(
        self, args: tuple[ir.Expr, ...], kwargs: tuple[tuple[str, ir.Expr], ...]
    ) -> dict[str, ir.Expr]:
        """The operands by name; TypeError when the rule lacks an option."""
        if len(args) > len(self.plain) and self.star is None:
            raise TypeError(f"{len(args)} positional arguments")
        values = dict(zip(self.plain, args, strict=False))
        if self.star is not None:
            values[self.star] = ir.Sequence("tuple", args[len(self.plain) :])
        for key, value in kwargs:
            if key not in self.names or key in values:
                raise TypeError(f"`{key}=`")
            values[key] = value
        return values


@lru_cache(maxsize=8192)
def operands_of(rule: Rule) -> Operands:
    """The operands that a rule names."""
    params = parameters(rule)
    plain = [p for p in params if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.KEYWORD_ONLY)]
    star = next((p.name for p in params if p.kind is p.VAR_POSITIONAL), None)
    return Operands(tuple(p.name for p in params), tuple(p.name for p in plain), star)
