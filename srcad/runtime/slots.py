"""Attributes that a class keeps in `__slots__`."""

from __future__ import annotations

import numbers
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=512)
def slot_names(cls: type) -> tuple[str, ...]:
    """The names of the attributes that objects of a user's class have besides `__dict__`."""
    if issubclass(cls, numbers.Number | tuple) or cls.__module__ in ("builtins", "numpy"):
        return ()
    found: list[str] = []
    for base in cls.__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            if name not in ("__dict__", "__weakref__"):
                found.append(name)
    return tuple(dict.fromkeys(found))


def slots_of(x: Any) -> dict[str, Any]:
    """What an object has in its slots."""
    cls: Any = type(x)
    return {name: getattr(x, name) for name in slot_names(cls) if hasattr(x, name)}


def blank(cls: Any) -> Any:
    """An object of the class without attributes, made without its `__init__`."""
    try:
        return object.__new__(cls)
    except TypeError:  # the class keeps something in C: an exception, a SimpleNamespace
        return cls.__new__(cls)


def put_attribute(x: Any, name: str, value: Any) -> None:
    """Set an attribute, past what the class does then."""
    cls: Any = type(x)
    if name in slot_names(cls):
        object.__setattr__(x, name, value)
    else:
        x.__dict__[name] = value
