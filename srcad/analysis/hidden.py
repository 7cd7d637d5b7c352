"""Find calls that may write into what they are given, inside code that is kept as it is written.

f"{x:.3f} {np.sum(y)}"                 nothing
f"{store(y, x)}"                       y: `store` may be anything
any(step(y, v) for v in values)        y, values
{y.sort() for _ in range(2)}           y
"""

from __future__ import annotations

import ast
import builtins
import types as pytypes
from typing import Any

import numpy as np

from srcad.analysis.infer import Inferred
from srcad.analysis.program import MISSING
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Dct, Known, Lst, Number, Scalar, mutable
from srcad.rules.mutable import MOVES, PUTS
from srcad.rules.writes import FIRST, unknown

WRITING = {"fill", "partition", "put", "itemset", "resize", "setflags", "setfield", "byteswap"}
WRITING |= PUTS.keys() | MOVES


def inside(stmt: ir.Stmt) -> list[ir.Expr]:
    """The expressions of a statement whose calls are no statements of their own."""
    top = stmt.value if isinstance(stmt, (ir.Assign, ir.Effect, ir.Unpack)) else None
    return [e for e in ir.computed(stmt) if e is not top or isinstance(e, ir.Raw)]


def may_write(facts: Inferred, raw: ir.Raw) -> frozenset[str]:
    """The variables that a call inside the code may write into."""
    found: set[str] = set()
    for node in ast.walk(raw.node):
        if isinstance(node, ast.Call) and not _harmless(facts, node.func):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            found |= names
            if names - set(raw.reads) - set(vars(builtins)):  # bound inside: `m` of `for m in ms`
                found |= set(raw.reads)
    known = found & set(raw.reads)
    return frozenset(n for n in known if mutable(facts.types.get(n, ANY)))


def _harmless(facts: Inferred, func: ast.expr) -> bool:
    """Whether a function is known not to write into its arguments."""
    value = _value(facts, func)
    if value is not MISSING:
        return _is_plain(value)
    if isinstance(func, ast.Attribute) and func.attr not in WRITING:
        return _method_of_a_value(facts, func)
    return False


def _is_plain(value: Any) -> bool:
    try:
        return value not in FIRST and not unknown(value)
    except TypeError:  # cannot be hashed
        return False


def _method_of_a_value(facts: Inferred, func: ast.Attribute) -> bool:
    kind = facts.types.get(func.value.id, ANY) if isinstance(func.value, ast.Name) else ANY
    if isinstance(kind, Array | Number | Scalar | Lst | Dct):
        return True
    common = any(hasattr(cls, func.attr) for cls in (np.ndarray, str, float, dict))
    return isinstance(kind, AnyType) and common


def _value(facts: Inferred, node: ast.expr) -> Any:
    """The object that a name or a path stands for, where it is one from outside."""
    match node:
        case ast.Name(name):
            kind = facts.types.get(name)
            if isinstance(kind, Known):
                return kind.value
            if kind is not None:
                return MISSING
            found = facts.session.program.lookup(facts.unit, name)
            return getattr(builtins, name, MISSING) if found is MISSING else found
        case ast.Attribute(owner, name):
            base = _value(facts, owner)
            holds = isinstance(base, pytypes.ModuleType | type)
            return getattr(base, name, MISSING) if holds else MISSING
        case _:
            return MISSING
