"""Look inside a function made during the call."""

from __future__ import annotations

import functools
import inspect
import operator
from typing import Any


def captured(function: Any, name: str) -> Any:
    """The present value of a variable that the function closes over."""
    if isinstance(function, functools.partial):
        parts = {"function": function.func, "args": function.args, "kwargs": function.keywords}
        return parts[name]
    if isinstance(function, operator.itemgetter | operator.attrgetter):
        return function.__reduce__()[1]  # all that it holds: `keys` or `names`
    position = function.__code__.co_freevars.index(name)
    try:
        return function.__closure__[position].cell_contents
    except ValueError:
        raise NameError(
            f"cannot access free variable '{name}' where it is not associated with a value in "
            "enclosing scope",
            name=name,
        ) from None


def default_of(function: Any, name: str) -> Any:
    """The default of one parameter."""
    return inspect.signature(function).parameters[name].default
