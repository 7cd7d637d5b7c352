"""Find the generated code of an earlier call again, by what its arguments are.

The way past signatures and types for calls of plain arguments: floats, and arrays of one dtype and
shape.  What the code rests on is asked at each call, as always.
"""

from __future__ import annotations

import types
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.entries import Entry
from srcad.exact import exact_key
from srcad.gradients import GradFunction
from srcad.guards import Guards

_FOUND: weakref.WeakKeyDictionary[Any, dict[Any, Quick]] = weakref.WeakKeyDictionary()
_MOST = 64


@dataclass(frozen=True)
class Quick:
    """Code for one kind of arguments; moves: the arguments that have tangents."""

    entry: Entry
    guards: tuple[Guards, ...]
    moves: tuple[int, ...]


def key_of(
    f: Any, primals: tuple[Any, ...], tangents: tuple[Any, ...], naive: bool
) -> tuple[Any, ...] | None:
    """What the code depends on; None where that takes a closer look."""
    if not isinstance(f, types.FunctionType | GradFunction):
        return None
    given, moving = exact_key(primals), exact_key(tangents)
    return None if given is None or moving is None else (given, moving, naive)


def found(f: Any, key: tuple[Any, ...]) -> Quick | None:
    """The code of an earlier call, if it is still right."""
    table = _FOUND.get(f)
    quick = None if table is None else table.get(key)
    if quick is None or not all(guards.hold() for guards in quick.guards):
        return None
    return quick


def keep(
    f: Any, key: tuple[Any, ...], entry: Entry, primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> None:
    """Note the code of a call whose arguments are the parameters of the code, one for one."""
    if not all(t is None or _fits(t, x) for t, x in zip(tangents, primals, strict=True)):
        return
    table = _FOUND.setdefault(f, {})
    if len(table) >= _MOST:
        table.clear()
    moves = tuple(k for k, m in enumerate(entry.mask) if m)
    table[key] = Quick(entry, (entry.guards, *_resting(f, primals)), moves)


def _fits(t: Any, x: Any) -> bool:
    if isinstance(x, np.ndarray):
        return isinstance(t, np.ndarray) and t.dtype == x.dtype and t.shape == x.shape
    return type(t) is type(x)


def _resting(f: Any, args: tuple[Any, ...]) -> tuple[Guards, ...]:
    """What the code of a gradient rests on, which the code made of it does not know."""
    if not isinstance(f, GradFunction):
        return ()
    return (f._entry(args, {})[0].guards, *_resting(f.f, args))
