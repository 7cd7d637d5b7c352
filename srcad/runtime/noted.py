"""Hold on to what stands under a name now, where the program changes it later."""

from __future__ import annotations

import functools
from typing import Any, TypeVar

T = TypeVar("T")


def noted(value: T) -> T:
    """The value: `rate = noted(CONFIG.rate)` is read once, here, and not again backwards."""
    return value


def named_like(function: Any, wrapped: Any, assigned: Any, updated: Any) -> Any:
    """The function itself, with name and text of the one that it wraps (`functools.wraps`)."""
    return functools.update_wrapper(function, wrapped, assigned, updated)
