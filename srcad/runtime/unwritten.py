"""Look at a function that only the running program knows, before it is called.

    y = np.sum(x**2 * k)        no_writes(f, k)
    f(k)                        f(k)

The backward part reads k again: f must not write into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LOOK: list[Callable[..., None]] = []


def register(look: Callable[..., None]) -> None:
    """Set what finds out whether a call writes; the runtime knows nothing of the compiler."""
    _LOOK[:] = [look]


def no_writes(function: Any, *args: Any, **kwargs: Any) -> None:
    """Refuse a call that may write into what it is given, or into what the function holds."""
    _LOOK[0](function, args, kwargs)
