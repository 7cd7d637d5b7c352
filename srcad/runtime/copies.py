"""`copy.copy` and `copy.deepcopy`, by the kind of what is copied."""

from __future__ import annotations

import copy
import dataclasses
import types
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation, UnsupportedSyntax
from srcad.runtime.matching import plain_keys

NUMBERS = (bool, int, float, complex, str, bytes, type(None), np.generic)


def copied_array(x: Any) -> Any:
    """An array with the same contents, layout and class."""
    return copy.copy(x)


def itself(x: Any) -> Any:
    """What cannot change is its own copy."""
    return x


def shallow(x: Any) -> Any:
    """`copy.copy` of what is known only when it runs."""
    if isinstance(x, np.ndarray):
        return copied_array(x)
    if isinstance(x, NUMBERS):
        return x
    if type(x) is list:
        return [item for item in x]  # noqa: C416 - so that a loop is seen
    return shallow_object(x)


def deep(x: Any) -> Any:
    """`copy.deepcopy` of what is known only when it runs."""
    if isinstance(x, np.ndarray):
        return copied_array(x)
    if isinstance(x, NUMBERS):
        return x
    if type(x) is list and apart(x):
        return [copy.deepcopy(item) for item in x]
    if type(x) is tuple and apart(x):
        return tuple([copy.deepcopy(item) for item in x])
    if type(x) is dict and apart(x):
        table = {}
        for key in plain_keys(x):
            table[key] = copy.deepcopy(x[key])
        return table
    return deep_object(x)


def shallow_list(xs: Any) -> Any:
    return xs.copy()


def shallow_dict(table: Any) -> Any:
    return table.copy()


def deep_list(xs: Any) -> Any:
    """The same of a list: each item once more, as long as no two of them are one."""
    if not apart(xs):
        return deep_object(xs)
    return [copy.deepcopy(x) for x in xs]


def deep_tuple(xs: Any) -> Any:
    if not apart(xs):
        return deep_object(xs)
    return tuple([copy.deepcopy(x) for x in xs])


def deep_dict(table: Any) -> Any:
    if not apart(table):
        return deep_object(table)
    return {key: copy.deepcopy(x) for key, x in table.items()}


def as_dict_part(x: Any) -> Any:
    """What `dataclasses.asdict` makes of the value of a field."""
    return dataclasses.asdict(_Box(x))["value"]


def as_tuple_part(x: Any) -> Any:
    """What `dataclasses.astuple` makes of it."""
    return dataclasses.astuple(_Box(x))[0]


@dataclasses.dataclass
class _Box:
    value: Any


def dict_of_object(x: Any) -> Any:
    table = dataclasses.asdict(x)
    return table


def tuple_of_object(x: Any) -> Any:
    row = dataclasses.astuple(x)
    return row


def deep_of(x: Any) -> Any:
    new = copy.deepcopy(x)
    return new


def deep_of_any(x: Any) -> Any:
    """The value of a field that is known only when it runs."""
    no_dataclass(x)
    return deep(x)


def no_dataclass(x: Any) -> None:
    """Refuse what `asdict` and `astuple` would take apart."""
    inside: list[Any] = [x]
    while inside:
        found = inside.pop()
        if dataclasses.is_dataclass(found):
            raise UnsupportedSyntax(
                "`asdict` or `astuple` of fields that hold objects, where what they hold was not "
                "known before. Take the objects apart one by one."
            )
        if isinstance(found, list | tuple):
            inside.extend(found)
        elif isinstance(found, dict):
            inside.extend(found.values())


def dict_list(xs: Any) -> Any:
    return [as_dict_part(x) for x in xs]


def dict_tuple(xs: Any) -> Any:
    return tuple([as_dict_part(x) for x in xs])


def dict_dict(table: Any) -> Any:
    return {key: as_dict_part(x) for key, x in table.items()}


def tuple_list(xs: Any) -> Any:
    return [as_tuple_part(x) for x in xs]


def tuple_tuple(xs: Any) -> Any:
    return tuple([as_tuple_part(x) for x in xs])


def tuple_dict(table: Any) -> Any:
    return {key: as_tuple_part(x) for key, x in table.items()}


PARTS: dict[Any, Any] = {
    as_dict_part: {list: dict_list, tuple: dict_tuple, dict: dict_dict, object: dict_of_object},
    as_tuple_part: {
        list: tuple_list, tuple: tuple_tuple, dict: tuple_dict, object: tuple_of_object,
    },
}  # fmt: skip


def no_sharing(x: Any) -> None:
    """Refuse a deep copy of what holds one object twice: its copy does so, too."""
    if not apart(x):
        raise UnsupportedMutation(
            f"A deep copy of a {type(x).__name__} that holds an object twice, or one that copies "
            "in a way of its own, is not supported. Copy its parts one by one."
        )


def apart(x: Any) -> bool:
    """Whether no object that can be written is met twice inside, which a deep copy would keep."""
    seen: set[int] = set()
    waiting = [x]
    while waiting:
        found = waiting.pop()
        if isinstance(found, NUMBERS) or callable(found):
            continue
        held = _attributes(found)
        plain = type(found) in (list, tuple, dict, np.ndarray)
        if id(found) in seen or (not plain and held is None):
            return False
        seen.add(id(found))
        if isinstance(found, list | tuple):
            waiting.extend(found)
        elif isinstance(found, dict):
            waiting.extend(found.values())
        elif held is not None:
            waiting.extend(held.values())
    return True


def _attributes(x: Any) -> dict[str, Any] | None:
    """The attributes of an object whose copy is another with the same; None of others."""
    cls = type(x)
    held = getattr(x, "__dict__", None)
    own = ("__copy__", "__deepcopy__", "__reduce__", "__getstate__", "__setstate__", "__slots__")
    if not isinstance(held, dict) or isinstance(x, list | tuple | dict | np.ndarray | type):
        return None
    ways = [n for n in own if any(n in vars(c) for c in cls.__mro__[:-1])]
    return held if not ways or cls is types.SimpleNamespace else None


def shallow_object(x: Any) -> Any:
    """A copy that is not followed."""
    return copy.copy(x)


def deep_object(x: Any) -> Any:
    """A deep copy that is not followed."""
    return copy.deepcopy(x)


def refused_copy(y_bar: Any) -> Any:
    """The cotangent of a copy that is not followed: none, or an error where it is asked for."""
    if not _is_zero(y_bar):
        raise UnsupportedMutation(
            "A copy of an object carries a derivative here, which is not supported. Copy its "
            "arrays one by one."
        )


def refused_set(y_bar: Any) -> Any:
    """The same of a set, whose items have no order; a tangent that nobody reads is no matter."""
    if not _is_zero(y_bar):
        raise UnsupportedSyntax(
            "A derivative passes through a set, whose items have no order in which it could "
            "follow. Use a list, or wrap the values in srcad.stop_gradient(...) if none "
            "should pass."
        )


def _is_zero(bar: Any) -> bool:
    if isinstance(bar, dict):
        return all(map(_is_zero, bar.values()))
    if isinstance(bar, list | tuple):
        return all(map(_is_zero, bar))
    return bar is None or (isinstance(bar, (np.ndarray, *NUMBERS)) and not np.any(bar))
