"""Take nested arguments apart into numbers and arrays, and put them together again.

    {"W": W, "layers": [Layer(b)], "steps": 3}
        leaves    ["W"] W,  ["layers"][0].b b           (steps is no number to differentiate)
        rebuild   the same dict around other arrays; what holds no leaf is shared

Lists, tuples, namedtuples, dicts, deques, dataclasses (frozen ones too) and plain objects are
branches.  Floats, complex numbers and arrays of them are leaves.  Everything else is opaque.
"""

from __future__ import annotations

import copy
import enum
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np


def is_leaf(x: object) -> bool:
    """Whether x is a number or an array that can carry a derivative."""
    if isinstance(x, np.ndarray | np.generic):
        return x.dtype.kind in "fc"
    return isinstance(x, float | complex)


def leaves(x: object) -> list[tuple[str, Any]]:
    """Every leaf with its path, such as `['W'][0].bias`, in a fixed order."""
    return list(_walk(x, "", _fertile(x), set()))


def rebuild(x: Any, values: Iterable[Any], *, shared: bool = False) -> Any:
    """The structure of x around other leaves, given in the order of `leaves(x)`.

    With `shared`, a list or object that x holds at two places is one object in the result too;
    the values for its two visits must then be the same.
    """
    fertile = _fertile(x)
    count = sum(1 for _ in _walk(x, "", fertile, set()))
    given = list(values)
    if len(given) != count:
        raise ValueError(f"{count} leaves in the structure, {len(given)} values")
    return _Rebuild(iter(given), fertile, {} if shared else None).node(x)


def map_leaves(fn: Callable[[Any], Any], x: Any) -> Any:
    """The structure of x around `fn(leaf)`."""
    return rebuild(x, [fn(leaf) for _, leaf in leaves(x)])


# ---- reading -------------------------------------------------------------------------------------


def _fertile(x: object) -> set[int]:
    """The branches (by id) from which a leaf can be reached; each is looked at once."""
    parents: dict[int, list[int]] = {}
    fertile: set[int] = set()
    fresh: list[int] = []
    todo = [(x, 0)]
    while todo:
        node, parent = todo.pop()
        if is_leaf(node):
            fresh.append(parent)
        elif id(node) in parents:
            parents[id(node)].append(parent)
        elif (children := _children(node)) is not None:
            parents[id(node)] = [parent]
            todo += [(child, id(node)) for _, child in children]
    while fresh:
        branch = fresh.pop()
        if branch not in fertile:
            fertile.add(branch)
            fresh += parents.get(branch, [])
    return fertile


def _walk(x: object, path: str, fertile: set[int], open_: set[int]) -> Iterator[tuple[str, Any]]:
    if is_leaf(x):
        yield path, x
    elif id(x) in fertile and id(x) not in open_:  # a cycle is cut where it closes
        open_.add(id(x))
        for step, child in _children(x) or ():
            yield from _walk(child, path + step, fertile, open_)
        open_.discard(id(x))


def _children(x: Any) -> Iterator[tuple[str, Any]] | None:
    """The parts of a branch with the step that leads to each; None for anything else."""
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return ((f".{name}", part) for name, part in zip(x._fields, x, strict=True))
    if isinstance(x, list | tuple | deque):
        return ((f"[{number}]", part) for number, part in enumerate(x))
    if isinstance(x, dict):
        return ((f"[{key!r}]", part) for key, part in x.items())
    if _slots_if_plain(type(x)) is not None:
        return ((f".{name}", part) for name, part in _attributes(x))
    return None


_known: WeakKeyDictionary[type, tuple[str, ...] | None] = WeakKeyDictionary()


def _slots_if_plain(cls: type) -> tuple[str, ...] | None:
    """The slots of a class whose instances are their attributes and no more; None for others."""
    if cls not in _known:
        slots = _slots(cls)
        _known[cls] = slots if _is_plain(cls) and (slots or cls.__dictoffset__) else None
    return _known[cls]


def _is_plain(cls: type) -> bool:
    if issubclass(cls, enum.Enum | type) or cls.__module__ == "builtins":
        return False
    try:
        object.__new__(cls)  # refuses a class that keeps state in C
    except TypeError:
        return False
    return True


def _slots(cls: type) -> tuple[str, ...]:
    names: list[str] = []
    for base in cls.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__"):
                private = name.startswith("__") and not name.endswith("__")
                names.append(f"_{base.__name__.lstrip('_')}{name}" if private else name)
    return tuple(names)


def _attributes(x: Any) -> list[tuple[str, Any]]:
    named = list(getattr(x, "__dict__", {}).items())
    missing = object()
    slots = [(name, getattr(x, name, missing)) for name in _slots_if_plain(type(x)) or ()]
    return named + [(name, value) for name, value in slots if value is not missing]


# ---- writing -------------------------------------------------------------------------------------


class _Rebuild:
    """One pass over a structure that takes a value for each leaf that it meets."""

    def __init__(
        self, values: Iterator[Any], fertile: set[int], memo: dict[int, Any] | None
    ) -> None:
        self.values = values
        self.fertile = fertile
        self.memo = memo
        self.open: dict[int, Any] = {}

    def node(self, x: Any) -> Any:
        if is_leaf(x):
            return next(self.values)
        if id(x) not in self.fertile:
            return x
        if id(x) in self.open:
            return self.open[id(x)]
        made = self.branch(x)
        if self.memo is not None:
            made = self.memo.setdefault(id(x), made)
        return made

    def branch(self, x: Any) -> Any:
        if isinstance(x, tuple):
            self.open[id(x)] = x  # a cycle through a tuple ends at the old one
            parts = [self.node(part) for part in x]
            del self.open[id(x)]
            return x._make(parts) if hasattr(x, "_make") else type(x)(parts)
        copied = isinstance(x, list | dict | deque)
        made = copy.copy(x) if copied else object.__new__(type(x))
        self.open[id(x)] = made  # a cycle leads back to the new object
        if isinstance(x, dict):
            for key in list(x):
                made[key] = self.node(x[key])
        elif isinstance(x, list | deque):
            for number, part in enumerate(x):
                made[number] = self.node(part)
        else:
            for name, part in _attributes(x):
                value = self.node(part)
                if name in getattr(x, "__dict__", {}):
                    made.__dict__[name] = value  # past properties and frozen dataclasses
                else:
                    object.__setattr__(made, name, value)
        del self.open[id(x)]
        return made
