"""Tell attributes that a constructor surely sets from those that the class may have to answer for.

class Lazy:
    kept = None                      a default, until a method sets the attribute
    def __init__(self, rate):
        self.rate = rate             surely set
"""

from __future__ import annotations

import ast
import dataclasses
import types as pytypes
from functools import lru_cache
from typing import Any

from srcad import errors
from srcad.frontend.source import find


def is_default(found: Any) -> bool:
    """Whether what a class has under a name is a value, which an object's attribute may hide."""
    return not hasattr(type(found), "__get__")  # as functions, properties and slots have


@lru_cache(maxsize=4096)
def surely_set(cls: type, name: str) -> bool:
    """Whether every new object of the class has the attribute."""
    if dataclasses.is_dataclass(cls) and name in {f.name for f in dataclasses.fields(cls)}:
        return True
    for base in cls.__mro__:
        init = vars(base).get("__init__")
        if not isinstance(init, pytypes.FunctionType):
            continue
        try:
            node = find(init).node
        except errors.SrcadError:
            return False
        if not isinstance(node, ast.FunctionDef) or not node.args.args:
            return False
        if any(_sets(stmt, node.args.args[0].arg, name) for stmt in node.body):
            return True
        if not any(isinstance(n, ast.Attribute) and n.attr == "__init__" for n in ast.walk(node)):
            return False  # those of its parents do not run
    return False


def _sets(stmt: ast.stmt, owner: str, name: str) -> bool:
    """Whether a statement of the constructor itself sets the attribute."""
    targets: list[ast.expr] = []
    if isinstance(stmt, ast.Assign):
        targets = list(stmt.targets)
    elif isinstance(stmt, ast.AnnAssign) and stmt.value is not None:
        targets = [stmt.target]
    parts = [p for t in targets for p in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return any(
        isinstance(p, ast.Attribute)
        and p.attr == name
        and isinstance(p.value, ast.Name)
        and p.value.id == owner
        for p in parts
    )
