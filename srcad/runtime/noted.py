"""Hold on to what stands under a name now, where the program changes it later."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def noted(value: T) -> T:
    """The value: `rate = noted(CONFIG.rate)` is read once, here, and not again backwards."""
    return value
