"""Remember what the functions of the runtime return, from one compilation to the next.

    solve_b(b_bar, a, x)      float64[d0], float64[d0, d0], float64[d0]   →   float64[?]

Such a function without a rule is read like a function of the user's, which takes as long as one;
what it returns for arrays and numbers depends on their types alone. One that is declared to return
`Any` copies the structure of its arguments: of other arguments than numbers nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from srcad.analysis.infer import Inference
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Number, Scalar, Type
from srcad.rules.table import TABLE

Question = Callable[[ir.Expr], Type]
MOST = 1000

_known: dict[Any, Type] = {}


def helped(expr: ir.Expr, inference: Inference, infer: Question) -> Type:
    """The type of an expression that `infer` infers."""
    if type(expr) is not ir.Call or type(expr.func) is not ir.Ref or not _helper(expr.func.value):
        return infer(expr)
    kinds = tuple(map(inference.expr, expr.args))
    plain = all(isinstance(k, (Array, Number, Scalar)) for k in kinds)
    if not plain and expr.func.value.__annotations__["return"] == "Any":
        return ANY
    if expr.kwargs or not plain:
        return infer(expr)
    key = expr.func.value, kinds
    if key in _known:
        return _known[key]
    found = infer(expr)
    if not inference.session.changing and _rests_on(kinds, found):
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = found
    return found


def _helper(value: Any) -> bool:
    """Those of cotangents have rules for derivatives of derivatives, which tell less of types."""
    return (
        isinstance(value, FunctionType)
        and value.__module__.startswith("srcad.runtime.")
        and (TABLE.get(value) is None or value.__module__ == "srcad.runtime.cotangents")
    )


def _rests_on(kinds: tuple[Type, ...], found: Type) -> bool:
    """Whether the type says nothing that another program might name otherwise."""
    given = {d for k in kinds if isinstance(k, Array) for d in k.dims}
    match found:
        case Array(_, dims):
            return all(d is None or isinstance(d, int) or d in given for d in dims)
        case Scalar(size=size):
            return size is None or size in given
        case _:
            return isinstance(found, AnyType | Number)
