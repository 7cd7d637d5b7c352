"""What is known of the values of a dict, before and after it is written.

{"w": array, "t": 0}             under "w": array, under "t": int
d["t"] += 0.5                    under "t": float, and under "w" the array as before
d[key] = 1.0                     under each key what was there, or a float
"""

from __future__ import annotations

from typing import Any

from srcad.ir.types import Dct, Prefix, Type, join, noted, rest_of, under

__all__ = ["storing", "under", "written"]


def storing(kind: Dct, value: Type, *keys: Any) -> Dct:
    """The dict after a value was stored under these keys; without any, under some key."""
    held, rest = dict(kind.items or kind.known), rest_of(kind)
    for key in keys:
        before = noted(kind, key)
        if isinstance(key, Prefix):
            held |= {k: join(t, value) for k, t in held.items() if _is_one_of(k, key)}
        held[key] = join(before, value)
    if not keys:
        held = {k: join(t, value) for k, t in held.items()}
        rest = join(rest, value)
    return Dct(None, join(kind.element, value), kind.cls, tuple(held.items()), rest)


def _is_one_of(key: Any, keys: Prefix) -> bool:
    """Whether a key is one of these; of others like them, each is looked for under both."""
    return not isinstance(key, Prefix) and keys.may_be(key)


def written(kind: Dct) -> Dct:
    """The dict where items may come and go."""
    return Dct(None, kind.element, kind.cls, kind.items or kind.known, rest_of(kind))
