"""Which of its arguments a function written in C writes into.

np.add(a, b, y)        the third: `out` by position
np.copyto(y, a)        the first
heapq.heappush(q, v)   unknown: every argument that can be written into
"""

from __future__ import annotations

import builtins
import functools
import inspect
import operator
from typing import Any

import numpy as np

from srcad.rules.extras import of_scipy
from srcad.rules.table import TABLE, Unfinished

FIRST = {
    np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis,
    np.random.shuffle, setattr, delattr, operator.setitem, operator.delitem, operator.iadd,
    operator.isub, operator.imul, operator.itruediv, operator.ifloordiv, operator.imod,
    operator.ipow, operator.imatmul, operator.iand, operator.ior, operator.ixor, operator.ilshift,
    operator.irshift, operator.iconcat,
}  # fmt: skip
IN_PLACE = {"overwrite_input": True, "copy": False}  # options that let NumPy use the argument
COPYING = {np.nan_to_num, np.median, np.nanmedian, np.percentile, np.quantile, np.nanpercentile,
           np.nanquantile}  # fmt: skip


def unknown(function: Any) -> bool:
    """Whether nothing is known of what the function does with its arguments."""
    return isinstance(TABLE.get(function), (Unfinished, type(None))) and not _harmless(function)


def written_arguments(function: Any, count: int, options: dict[str, Any]) -> tuple[int | str, ...]:
    """Positions and keywords of the arguments written into, in a call with `count` positions.

    `options` are the keywords; the value of those that are not literals is not known (...).
    """
    found: list[int | str] = ["out"] if options.get("out") is not None else []
    if isinstance(function, np.ufunc):
        return (*range(function.nin, count), *found)
    try:
        if function in FIRST or _method_that_writes(function):
            return (*found, 0)
        in_place = any(options.get(k, not v) in (v, ...) for k, v in IN_PLACE.items())
        if function in COPYING and in_place:
            found.append(0)
    except TypeError:  # a callable that cannot be hashed
        return (*found, *range(count))
    if unknown(function):
        return (*found, *range(count), *(k for k in options if k != "out"))
    if may_overwrite(function, count, options):
        found.extend(range(count))
    position = position_of_out(function)
    return (*found, position) if position is not None and position < count else tuple(found)


def may_overwrite(function: Any, count: int, options: dict[str, Any]) -> bool:
    """Whether a function of SciPy is allowed to use the memory of its arguments."""
    if not of_scipy(function):
        return False
    named = any(k.startswith("overwrite") and v is not False for k, v in options.items())
    return named or any(n.startswith("overwrite") for n in positional(function)[:count])


def _harmless(function: Any) -> bool:
    """NumPy's and the builtin functions write only where the tables above say so."""
    module = str(getattr(function, "__module__", "") or "")
    owner = getattr(function, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):
        module = type(owner).__module__  # a method: of a generator, of a string
    return isinstance(function, type) or module.split(".")[0] in {
        "numpy", "math", "cmath", builtins.__name__, "_operator", "operator", "time", "srcad",
    }  # fmt: skip


def _method_that_writes(function: Any) -> bool:
    """`np.add.at`, and the shuffling of a generator."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    return (isinstance(owner, np.ufunc) and name == "at") or draws_in_place(function)


def draws_in_place(function: Any) -> bool:
    """`np.random.shuffle` and `rng.shuffle`."""
    owner = getattr(function, "__self__", None)
    drawing = isinstance(owner, (np.random.Generator, np.random.RandomState))
    return drawing and getattr(function, "__name__", "") == "shuffle"


def called_whole(method: Any) -> bool:
    """Whether a method is called as it is, and not read: it has a rule, or is a generator's."""
    return draws_in_place(method) or TABLE.get(method) is not None


def position_of_out(function: Any) -> int | None:
    """Which of the arguments by position is `out`."""
    names = positional(function)
    return names.index("out") if "out" in names else None


@functools.cache
def positional(function: Any) -> tuple[str, ...]:
    """The names of the parameters that may be given by position, as far as they are known."""
    try:
        params = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in params if p.kind in by_position)
