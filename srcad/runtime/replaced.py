"""Numbers that a function replaced in the containers it was given, and that are put back.

A function that writes into containers makes each number in them an object of its own
(`adopting`).  Whoever called it may know the numbers of these containers by the objects that were
there before, and goes on with them: `leaving(f, xs)` is f(xs), after which xs holds these again.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable
from typing import Any

from srcad.runtime.by_code import attributes
from srcad.runtime.slots import put_attribute

Put = Callable[[Any, Any, Any], Any]
Replaced = tuple[Any, Any, Put, Any, Any]  # container, key, how it is put there, new, before


class _Now(threading.local):
    log: list[Replaced] | None = None


_NOW = _Now()


def leaving(function: Callable[..., Any], *args: Any) -> Any:
    """function(*args); numbers that it replaced in containers are what they were before."""
    outer, log = _NOW.log, []  # type: ignore[var-annotated]
    _NOW.log = log
    try:
        return function(*args)
    finally:
        _NOW.log = outer
        for container, key, put, new, before in reversed(log):
            if _at(container, key, put) is new:
                put(container, key, before)


def replace(container: Any, key: Any, value: Any, before: Any, put: Put = operator.setitem) -> None:
    """Put an equal number in the place of one."""
    if value is before:
        return
    put(container, key, value)
    if _NOW.log is not None:
        _NOW.log.append((container, key, put, value, before))


def _at(container: Any, key: Any, put: Put) -> Any:
    """What is there now."""
    if put is put_attribute:
        return (attributes(container) or {}).get(key)
    if isinstance(container, dict):
        return dict.get(container, key)
    return container[key] if key < len(container) else None
