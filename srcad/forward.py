"""jvp: the value of a call, and how it moves when its arguments do.

y, y_dot = jvp(np.sin, (x,), (x_dot,))        # y_dot = np.cos(x) * x_dot
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from srcad import errors, otherwise, quick
from srcad.arguments import bind, target_of
from srcad.by_tangents import REFUSED
from srcad.emit.places import annotate
from srcad.entries import Entry
from srcad.ir.observed import types_of
from srcad.ir.types import Symbols
from srcad.moving import entry_of
from srcad.runtime.cotangents import finish
from srcad.runtime.fitting import fitting
from srcad.runtime.tangents import as_given


def jvp(
    f: Callable[..., Any],
    primals: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    naive: bool = False,
) -> tuple[Any, Any]:
    """The value f(*primals), and its tangent: the derivative of f along `tangents`.

    Each tangent has the structure and shapes of its argument; None stands for zeros.  The tangent
    of the value has the structure, shapes and dtypes of the value and memory of its own.  Raises
    WrongArgument for tangents that do not fit.
    """
    primals, tangents = tuple(primals), tuple(tangents)
    key = quick.key_of(f, primals, tangents, naive)
    known = None if key is None else quick.found(f, key)
    try:
        if known is not None:
            moved = [as_given(tangents[k], primals[k]) for k in known.moves]
            out, out_dot = known.entry.run(*primals, *moved)
        else:
            try:
                entry, canonical, moving = prepared(f, primals, tangents, naive)
            except REFUSED as problem:
                return otherwise.moved(problem, f, primals, tangents)
            out, out_dot = entry.run(*canonical, *moving)
            if key is not None and _one_for_one(canonical, primals):
                quick.keep(f, key, entry, primals, tangents)
    except Exception as problem:
        annotate(problem)
        raise
    return out, finish(out_dot, out)


def _one_for_one(canonical: tuple[Any, ...], primals: tuple[Any, ...]) -> bool:
    return len(canonical) == len(primals) and all(map(operator.is_, canonical, primals))


def prepared(
    f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], naive: bool = False
) -> tuple[Entry, tuple[Any, ...], tuple[Any, ...]]:
    """The generated code for a call, and what it is called with: values, then tangents."""
    if len(primals) != len(tangents):
        raise errors.WrongArgument(
            f"jvp takes one tangent for each argument: got {len(tangents)} for {len(primals)}."
        )
    target = target_of(f, len(primals), (), primals, {})
    canonical, signature = bind(target, primals, {})
    dots = _bound(target.args, signature, tangents, target.function.__name__, canonical)
    symbols = Symbols()
    kinds = types_of(canonical, symbols)
    rests = tuple(t is None for t in dots)
    make = lambda: entry_of(target.function, kinds, symbols, None, naive, False, rests)  # noqa: E731
    entry = otherwise.once(f, target.function, (kinds, rests, naive), make)
    return entry, canonical, tuple(t for t, m in zip(dots, entry.mask, strict=True) if m)


def _bound(
    first: tuple[Any, ...],
    signature: inspect.Signature,
    tangents: tuple[Any, ...],
    name: str,
    canonical: tuple[Any, ...],
) -> list[Any]:
    """One tangent for each parameter, in the structure of its value; None where it has none."""
    given = signature.bind_partial(*(None for _ in first), *tangents).arguments
    found = []
    for param, value in zip(signature.parameters, canonical, strict=True):
        t = given.get(param)
        what = f"tangent given to jvp of {name}"
        found.append(None if t is None else as_given(fitting(t, value, what), value))
    return found
