"""Write a constructor's call by the attributes where these are not its arguments.

    class Path:
        def __init__(self, *points):     Path(a, b)     →     made(Path, points=(a, b))
            self.points = points

Then what the attributes hold can be replaced, as it can among the arguments of other calls.
"""

from __future__ import annotations

from srcad.ir import nodes as ir
from srcad.runtime.objects import made

MADE = ir.Ref(made, "made")


def by_fields(
    value: ir.Expr,
    cls: type,
    fields: tuple[tuple[str, ir.Expr], ...],
    replaced: dict[ir.Expr, ir.Expr],
) -> ir.Expr:
    """The call, in which each expression that is to be replaced stands."""
    given = ir.children(value) if isinstance(value, ir.Call) else ()
    if all(old in given for old in replaced) or issubclass(cls, tuple):
        return value
    return ir.Call(MADE, (ir.Ref(cls, cls.__name__),), fields)
