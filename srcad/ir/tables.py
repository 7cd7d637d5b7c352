"""What is known of the values of a dict, before and after it is written.

{"w": array, "t": 0}             under "w": array, under "t": int
d["t"] += 0.5                    under "t": float, and under "w" the array as before
d[key] = 1.0                     under each key what was there, or a float
"""

from __future__ import annotations

from typing import Any

from srcad.ir.types import BOTTOM, Dct, Type, join


def under(kind: Dct, key: Any) -> Type:
    """What is under a key; of a dict that may not have it, anything that it holds."""
    found: Type = dict(kind.items or kind.known).get(key, kind.element)
    return found


def storing(kind: Dct, value: Type, *keys: Any) -> Dct:
    """The dict after a value was stored under these keys; without any, under some key."""
    held = dict(kind.items or kind.known)
    absent = BOTTOM if kind.items is not None else kind.element
    if keys:
        held.update({k: join(held.get(k, absent), value) for k in keys})
    else:
        held = {k: join(t, value) for k, t in held.items()}
    return Dct(None, join(kind.element, value), kind.cls, tuple(held.items()))


def written(kind: Dct) -> Dct:
    """The dict where items may come and go."""
    return Dct(None, kind.element, kind.cls, kind.items or kind.known)
