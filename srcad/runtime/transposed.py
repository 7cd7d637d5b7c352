"""How tangents pass through rules for cotangents, as code that can be differentiated again.

`pushed` and `pushed_back` find their transposes by compiling them; where their own derivative is
asked for, the same is read as the calls below.
"""

from __future__ import annotations

from typing import Any

from srcad.runtime.calls import call, formula_of
from srcad.runtime.cotangents import shadow
from srcad.runtime.fitting import anywhere, fitted_dot


def pushed_back(gate: Any, saved: Any, y: Any, args: Any, dots: Any) -> Any:
    """`calls.pushed_back`."""
    _, back = call(gate.rule.backward, saved, anywhere(y))
    given = [shadow(a) if t is None else t for a, t in zip(args, dots, strict=True)]
    return fitted_dot(back(given)[2], y, gate.__name__)


def pushed(function: Any, position: int, t: Any, y: Any, args: Any, options: Any) -> Any:
    """`calls.pushed`."""
    f, with_y = formula_of(function, position)
    given = (anywhere(y), y, *args) if with_y else (anywhere(y), *args)
    _, back = call(f, *given, **options)
    return fitted_dot(back(t)[1], y, "a rule")
