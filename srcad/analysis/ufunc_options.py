"""The options that every ufunc takes, beside what its rule says.

np.exp(x, order="F")            where the result lies, and which casts may be: no matter
np.exp(x, dtype=np.float32)     the partial derivative is that at np.asarray(x, np.float32)
np.exp(x, where=m)              undefined elsewhere: refused, unless `out` says what is there
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import Lst, Tup, Type
from srcad.rules.table import Partials

NO_MATTER = frozenset({"order", "casting", "subok"})
CAST = ir.Ref(np.asarray, "np.asarray")


def without_options(operation: Apply) -> tuple[Apply, ir.Expr | None]:
    """The call as its rule knows it, and the dtype in which it computes."""
    if not isinstance(operation.function, np.ufunc) or not operation.kwargs:
        return operation, None
    left, dtype = [], None
    for name, value in operation.kwargs:
        if name == "dtype" and isinstance(operation.rule, Partials):
            dtype = None if value == ir.Const(None) else value
        elif name not in NO_MATTER and (name, value) != ("where", ir.Const(True)):
            left.append((name, value))
    return replace(operation, kwargs=tuple(left)), dtype


def as_arrays(values: dict[str, ir.Expr], types: dict[str, Type]) -> dict[str, ir.Expr]:
    """The operands of an elementwise function, lists as the arrays that NumPy makes of them."""
    if not any(isinstance(kind, (Lst, Tup)) for kind in types.values()):
        return values
    return {
        name: ir.Call(CAST, (value,)) if isinstance(types[name], Lst | Tup) else value
        for name, value in values.items()
    }


def cast(values: dict[str, ir.Expr], dtype: ir.Expr | None) -> dict[str, ir.Expr]:
    """The operands in the dtype of the computation."""
    if dtype is None:
        return values
    return {name: ir.Call(CAST, (value, dtype)) for name, value in values.items()}


def plain_options(function: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The same of a call that is known when it runs, in no dtype of its own."""
    if not isinstance(function, np.ufunc):
        return options
    return {
        name: value
        for name, value in options.items()
        if name not in NO_MATTER and not (name == "where" and value is True)
    }
