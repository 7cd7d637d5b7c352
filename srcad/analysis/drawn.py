"""Find out what a generator made in the function draws.

rng = np.random.default_rng(0)     Scalar(Generator): it holds nothing that carries a derivative
z = rng.normal(m, s, size=3)       Apply(draws.normal, (rng, m, s)): float64[None]
k = rng.integers(3)                Inert: int64
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcad.analysis.bind import expand
from srcad.analysis.invoke import Found, apply
from srcad.analysis.operations import Inert
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Scalar, Type, is_unknown
from srcad.runtime import draws

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def made_generator(
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found | None:
    """`np.random.default_rng(seed)`; None of other functions."""
    made = [cls for function, cls in draws.MAKERS.items() if value is function]
    expanded = expand(args, kwargs, inference) if made else None
    if expanded is None:
        return None
    return Scalar(made[0]), apply(value, *expanded, "call", inference)[1]


def drawn_by(expr: ir.Call, func: ir.Attr, owner: Scalar, inference: Inference) -> Found | None:
    """What a method of such a generator draws; None where only the running program tells."""
    expanded = expand(expr.args, expr.kwargs, inference)
    if expanded is None:
        return None
    args, kwargs = expanded
    if func.name in draws.DRAWS:
        return apply(draws.DRAWS[func.name], (func.obj, *args), kwargs, "call", inference)
    if func.name not in draws.UNMOVED:
        return None
    kind = drawn_type(func.name, owner, args, kwargs, inference)
    return None if kind is None else (kind, Inert())


def drawn_type(
    name: str,
    owner: Type,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Type | None:
    """The type of what is drawn; None where it may be written into an array."""
    kinds = tuple(inference.expr(a) for a in args)
    options = tuple((str(k), inference.expr(v)) for k, v in kwargs)
    given = (*kinds, *(t for _, t in options))
    if any(k == "out" for k, _ in options) or any(
        isinstance(t, Array) or is_unknown(t) for t in given
    ):
        return None
    return inference.typed(draws.PLAIN[name], (owner, *kinds), options)
