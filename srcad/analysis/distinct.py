"""Find the index arrays that name no element twice: adding through them needs no np.add.at.

rows = np.arange(n)        0, 1, …, n - 1
x[rows, y]                 one element from each row: x_bar[rows, y] += y_bar
x[y]                       y may repeat: np.add.at(x_bar, y, y_bar)
"""

from __future__ import annotations

import numpy as np

from srcad.analysis.effects import written_names
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Apply, Operation
from srcad.ir import nodes as ir


def distinct(inferred: Inferred, body: ir.Block) -> frozenset[str]:
    """The variables that hold 0, 1, 2, … wherever they are read."""
    if not any(map(_is_count, inferred.operations.values())):
        return frozenset()
    found: dict[str, bool] = {p.name: False for p in inferred.unit.code.params}
    for stmt in ir.walk(body):
        for name in ir.targets(stmt):
            counting = isinstance(stmt, ir.Assign) and _counts(inferred, stmt.value)
            found[name] = counting and found.get(name, True)
    return frozenset(n for n, yes in found.items() if yes) - written_names(inferred, body)


def _counts(inferred: Inferred, value: ir.Expr) -> bool:
    """`np.arange(n)`: no start, which could be negative and meet an element from both ends."""
    return _is_count(inferred.operations.get(id(value)))


def _is_count(operation: Operation | None) -> bool:
    return (
        isinstance(operation, Apply)
        and operation.function is np.arange
        and len(operation.args) == 1
        and not operation.kwargs
    )
