"""What objects hold, and what their class does where others only set or read what is there."""

from __future__ import annotations

import inspect
import types
from collections import OrderedDict, defaultdict, deque
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation
from srcad.runtime.cotangents import field_key
from srcad.runtime.slots import slots_of


def refuse_computed(owner: Any, key: Any) -> None:
    """Refuse what an object of unknown class computes: it is no object that was put in."""
    by_code = inspect.getattr_static(type(owner), "__getitem__", None)
    if not isinstance(key, str):
        by_code = inspect.getattr_static(type(owner), "__iter__", by_code)
    plain = isinstance(key, str) and key in getattr(owner, "__dict__", {})
    if isinstance(key, str):
        field_key(owner, key)
    if isinstance(by_code, types.FunctionType) and not plain:
        raise UnsupportedMutation(
            f"`[...]` of a {type(owner).__name__} runs code of its class, and what it is was not "
            "known before. Do not give its variable values of several types."
        )


def plain_container(owner: Any) -> None:
    """Refuse what only the running program knows, and is no list, dict or deque."""
    other = not isinstance(owner, np.ndarray | np.generic | float | int | str | tuple | None)
    if other and type(owner) not in (list, dict, deque, OrderedDict, defaultdict):
        raise UnsupportedMutation(
            f"A method writes into a {type(owner).__name__} here, and what it is was not known "
            "before. Do not give its variable values of several types."
        )


def attributes(value: Any) -> dict[str, Any] | None:
    """The attributes of an object of a user's class."""
    cls = type(value)
    if callable(value) and not hasattr(value, "__dict__"):
        return None
    if cls.__module__ in ("builtins", "numpy") or isinstance(value, type):
        return None
    slots, table = slots_of(value), getattr(value, "__dict__", None)
    return {**slots, **(table or {})} if slots else table


# of what these hold nothing is a number with a derivative
WITHOUT_NUMBERS = (
    int, str, bytes, range, types.NoneType, types.EllipsisType, types.ModuleType, type, np.dtype,
    np.random.Generator, np.random.RandomState,
)  # fmt: skip


def may_carry(value: Any) -> bool:
    """Whether a part of a value may carry a derivative."""
    if isinstance(value, list | tuple | deque):
        return any(map(may_carry, value))
    if isinstance(value, dict):
        return any(map(may_carry, value.values()))
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fcO"
    fields = attributes(value)
    if fields is not None:
        return bool(fields)
    return not isinstance(value, WITHOUT_NUMBERS)
