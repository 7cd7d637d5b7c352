"""What decides the version for a call, read off the arguments without looking at their types.

f(x, 2.0)                  (dtype, shape) and float
f({"w": w, "b": 0.0}, n)   the keys, and the same of what stands under them

The way past signatures and types for calls of plain arguments.  None is the answer for anything
else: objects, functions, containers of classes of their own, and those too large to be worth it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.ir.types import SMALL

DEEPEST, MOST = 8, 200  # of containers in containers, of items in one


def exact_key(args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Floats by type, arrays by dtype and shape; None for anything else."""
    key: list[Any] = []
    for a in args:
        kind = type(a)
        if kind is float:
            key.append(float)
        elif kind is np.ndarray:
            key.append(a.dtype)
            key.append(a.shape)
        elif kind is int:  # small ones may be the size 1, which NumPy spreads
            key.append(int if a > SMALL else SMALL)
        elif a is None or kind is bool or (kind is str and len(a) < 100):
            key.append((kind, a))
        elif isinstance(a, np.number):
            key.append(kind)
        else:
            return None
    return tuple(key)


def nested_key(args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The same, which looks into lists, tuples and dicts with plain keys."""
    return _items(args, 0)


def _items(values: Any, depth: int) -> tuple[Any, ...] | None:
    if depth > DEEPEST or len(values) > MOST:
        return None
    key: list[Any] = []
    for a in values:
        kind = type(a)
        if kind is float:
            key.append(float)
        elif kind is np.ndarray:
            key.append((a.dtype, a.shape))
        elif kind in _CONTAINERS:
            inner = _items(a.values() if kind is dict else a, depth + 1)
            if inner is None or (kind is dict and not _PLAIN_KEYS.issuperset(map(type, a))):
                return None
            key.append((kind, tuple(a), inner) if kind is dict else (kind, inner))
        else:
            plain = exact_key((a,))
            if plain is None:
                return None
            key.append(plain)
    return tuple(key)


_CONTAINERS = frozenset({list, tuple, dict})
_PLAIN_KEYS = frozenset({str, int})
