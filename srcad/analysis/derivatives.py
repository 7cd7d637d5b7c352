"""Derivatives that the function computes itself.

srcad.grad(f)(x)      a call known only when it runs, of what holds what f holds
"""

from __future__ import annotations

import functools
import types as pytypes
from typing import Any

from srcad.analysis.invoke import Found
from srcad.analysis.operations import Dynamic, Inert, Refused, Same
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Known
from srcad.runtime import calls
from srcad.runtime.gates import Gate
from srcad.runtime.substitutes import SUBSTITUTES

_RULES = {"srcad.gates", "srcad.rules.table"}
MADE_OUTSIDE = (
    "Make the gate outside of the function, and give it what it captures as an argument: its rule "
    "says nothing of captured variables."
)
_READ = ("srcad.runtime.", "srcad.rules.", "srcad.inside")
MAKERS = ("grad", "value_and_grad", "jacobian", "hessian", "hvp")
A_GRADIENT = "a gradient that the function computes"


def of_the_compiler(value: Any) -> bool:
    """`srcad.grad(f)`, inside a function that is differentiated, and what it gives."""
    module = "" if isinstance(value, Gate) else str(getattr(value, "__module__", ""))
    if module == "srcad.rules.table":
        return True
    return module.startswith("srcad.") and not module.startswith(_READ)


def makes_gradient(value: Any) -> bool:
    """`srcad.grad` and its like; what they make holds what their function holds."""
    return getattr(value, "__name__", "") in MAKERS


def of_derivatives(expr: ir.Call, value: Any, args: tuple[ir.Expr, ...]) -> Found | None:
    """What the function does with derivatives: `srcad.grad(f)` holds what f holds."""
    if of_the_compiler(type(value)) or calls.with_pullback(value) or calls.with_tangent(value):
        return ANY, Dynamic(expr.func, args, expr.kwargs)
    if not isinstance(value, pytypes.FunctionType) or not of_the_compiler(value):
        return None
    if value in SUBSTITUTES:
        return None
    if value.__module__ in ("srcad.pullback", "srcad.forward", "srcad.flat"):
        return ANY, Dynamic(expr.func, args, expr.kwargs)
    if not makes_gradient(value):
        cure = MADE_OUTSIDE if value.__module__ in _RULES else ""
        return ANY, Refused(f"a call of srcad.{value.__name__}", cure)
    if args:
        return ANY, Same(args[0])
    if all(key not in (None, "f") and isinstance(v, ir.Const) for key, v in expr.kwargs):
        given = ((key or "", v) for key, v in expr.kwargs)
        options = tuple((key, v.value) for key, v in given if isinstance(v, ir.Const))
        return Known.of(_maker(value, options)), Inert()
    return ANY, Refused(f"`srcad.{value.__name__}` with options that are not written out")


@functools.lru_cache(maxsize=256)
def _maker(value: Any, options: tuple[tuple[str, Any], ...]) -> Any:
    """`srcad.grad(wrt=1)`: what makes the derivative of a function; one object for each."""
    return value(**dict(options))
