"""`copy.copy` and `copy.deepcopy`, by the kind of what is copied."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation, UnsupportedSyntax

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
    return shallow_object(x)


def deep(x: Any) -> Any:
    """`copy.deepcopy` of what is known only when it runs."""
    if isinstance(x, np.ndarray):
        return copied_array(x)
    if isinstance(x, NUMBERS):
        return x
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


def apart(x: Any) -> bool:
    """Whether no object that can be written is met twice inside, which a deep copy would keep."""
    seen: set[int] = set()
    waiting = [x]
    while waiting:
        found = waiting.pop()
        if isinstance(found, NUMBERS) or callable(found):
            continue
        if id(found) in seen or type(found) not in (list, tuple, dict, np.ndarray):
            return False
        seen.add(id(found))
        if isinstance(found, list | tuple):
            waiting.extend(found)
        elif isinstance(found, dict):
            waiting.extend(found.values())
    return True


def shallow_object(x: Any) -> Any:
    """A copy that is not followed."""
    return copy.copy(x)


def deep_object(x: Any) -> Any:
    """A deep copy that is not followed."""
    return copy.deepcopy(x)


def refused_copy(y_bar: Any) -> None:
    """The cotangent of a copy that is not followed: none, or an error."""
    if not _is_zero(y_bar):
        raise UnsupportedMutation(
            "A copy of an object carries a derivative here, which is not supported. Copy its "
            "arrays one by one."
        )


def refused_set(y_bar: Any) -> None:
    """The cotangent or tangent of a set, whose items have no order: none, or an error."""
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
