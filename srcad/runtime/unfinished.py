"""Refuse to reverse a write that an exception may have left half done."""

from __future__ import annotations

from typing import NoReturn

from srcad.errors import UnsupportedMutation


def left_unfinished(message: str) -> NoReturn:
    """Called by the backward part for a statement that began and did not end."""
    raise UnsupportedMutation(message)
