"""Derivatives of a derivative whose code is refused: those of a call of it, as functions have them.

    srcad.jvp(srcad.grad(f), (x,), (v,))

f writes into a list, so the code of its gradient keeps cotangents by memory, and has no tangent.  A
function that calls `srcad.grad(f)(x)` is differentiated all the same (`nested`), and so is this.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from srcad import errors
from srcad.by_tangents import REFUSED
from srcad.called import FORWARD, REVERSE, special
from srcad.runtime.cotangents import finish
from srcad.runtime.fitting import fitting
from srcad.runtime.snapshots import snapshot
from srcad.runtime.tangents import as_given

Args = tuple[Any, ...]
T = TypeVar("T")
_FOUND: weakref.WeakKeyDictionary[Any, dict[Any, errors.SrcadError]] = weakref.WeakKeyDictionary()


def once(f: Any, function: Any, key: Any, make: Callable[[], T]) -> T:
    """make(); of a derivative f, whose code is `function`, a refusal is not looked for again."""
    if special(REVERSE, f) is None:
        return make()
    known = _FOUND.get(function, {}).get(key)
    if known is not None:
        raise known
    try:
        return make()
    except errors.MissingRule:  # a rule may be added
        raise
    except REFUSED as problem:
        _FOUND.setdefault(function, {})[key] = problem
        raise


def pulled(
    problem: errors.SrcadError, f: Any, args: Args, kwargs: dict[str, Any]
) -> tuple[Any, Callable[[Any], Args]]:
    """The value of a call, and its pullback; raises the problem where f is no derivative."""
    how = special(REVERSE, f)
    if how is None:
        raise problem
    out, pull = how(f, args, kwargs, True)
    like = snapshot(out)
    name = getattr(f, "__name__", "the derivative")

    def pullback(cotangent: Any) -> Args:
        cotangent = fitting(cotangent, like, f"cotangent given to the pullback of {name}")
        bars = pull(cotangent)
        return tuple([finish(bar, a) for bar, a in zip(bars[1:], args, strict=False)])

    return out, pullback


def moved(problem: errors.SrcadError, f: Any, args: Args, tangents: Args) -> tuple[Any, Any]:
    """The value of a call and its tangent; raises the problem where f is no derivative."""
    how = special(FORWARD, f)
    if how is None:
        raise problem
    name = getattr(f, "__name__", "the derivative")
    what = f"tangent given to jvp of {name}"
    pairs = zip(args, tangents, strict=True)
    dots = tuple(None if t is None else as_given(fitting(t, a, what), a) for a, t in pairs)
    out, out_dot = how(f, None, args, dots, {}, {})
    return out, finish(out_dot, out)
