"""What is known of a function about who asks for cotangents (found by `analysis/useful`)."""

from __future__ import annotations

from dataclasses import dataclass

Positions = frozenset[int]


@dataclass(frozen=True)
class Useless:
    """Variables of which nobody asks a cotangent.

    parts: of tuples, the items that are asked of.
    """

    names: frozenset[str] = frozenset()
    parts: tuple[tuple[str, Positions], ...] = ()


ALL_USEFUL = Useless()
