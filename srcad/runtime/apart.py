"""Refuse arguments that share memory, where a function writes into one of them.

f_grad(x, x[1:])     where f writes into its first argument: the derivative of the second would
                     change with it, which only the running program knows
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcad.errors import Place, UnsupportedMutation
from srcad.runtime.slots import slots_of

WORK = 10_000  # how hard to think about two interleaved views


def kept_apart(
    run: Callable[..., Any], written: tuple[int, ...], names: list[str], place: Place
) -> Callable[..., Any]:
    """`run` with a look at its arguments; `written` are the positions that it writes into."""
    if not written:
        return run

    def run_apart(*args: Any) -> Any:
        found = [(k, array) for k, arg in enumerate(args) for array in arrays(arg)]
        for n, (k, one) in enumerate(found):
            for m, (j, other) in enumerate(found):
                if k in written and n != m and share(one, other):
                    raise UnsupportedMutation(
                        f"The arguments `{names[k]}` and `{names[j]}` share memory, and the "
                        f"function writes into `{names[k]}`. Give it a copy of one of them.",
                        place,
                    )
        return run(*args)

    return run_apart


def share(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays have a byte in common, or may have."""
    if not np.may_share_memory(one, other):
        return False
    try:
        return np.shares_memory(one, other, max_work=WORK)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def arrays(value: Any, seen: set[int] | None = None) -> Iterator[np.ndarray]:
    """The arrays in a nest of containers and objects, each object once."""
    seen = set() if seen is None else seen
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | list | tuple) or hasattr(value, "__dict__") or slots_of(value):
        if id(value) in seen or isinstance(value, type) or callable(value):
            return
        seen.add(id(value))
        inner = value if isinstance(value, list | tuple) else ()
        held = {**slots_of(value), **getattr(value, "__dict__", {})}
        parts = value if isinstance(value, dict) else held
        for part in (*inner, *parts.values()):
            yield from arrays(part, seen)
