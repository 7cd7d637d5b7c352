"""Answer the questions of `match` patterns at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def is_sequence(subject: Any) -> bool:
    """Whether a sequence pattern may match (strings and bytes never do)."""
    return isinstance(subject, Sequence) and not isinstance(subject, str | bytes | bytearray)


def other_items(subject: Mapping[Any, Any], *keys: Any) -> dict[Any, Any]:
    """The items that `**rest` of a mapping pattern takes."""
    rest = {}
    for key in plain_keys(subject):
        if key not in keys:
            rest[key] = subject[key]
    return rest


def plain_keys(table: Mapping[Any, Any]) -> list[Any]:
    """The keys of a dict: what goes in as one carries no derivative."""
    return list(table)


def class_parts(subject: Any, kind: type) -> tuple[Any, ...]:
    """What the positional patterns of a class pattern are matched against."""
    if kind in {bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple}:
        return (subject,)
    return tuple(getattr(subject, name) for name in kind.__match_args__)  # type: ignore[attr-defined]
