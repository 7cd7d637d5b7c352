"""Answer the questions of `match` patterns at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def is_sequence(subject: Any) -> bool:
    """Whether a sequence pattern may match (strings and bytes never do)."""
    return isinstance(subject, Sequence) and not isinstance(subject, str | bytes | bytearray)


def other_items(subject: Mapping[Any, Any], *keys: Any) -> dict[Any, Any]:
    """The items that `**rest` of a mapping pattern takes."""
    return {k: v for k, v in subject.items() if k not in keys}


def class_parts(subject: Any, kind: type) -> tuple[Any, ...]:
    """What the positional patterns of a class pattern are matched against."""
    if kind in {bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple}:
        return (subject,)
    return tuple(getattr(subject, name) for name in kind.__match_args__)  # type: ignore[attr-defined]
