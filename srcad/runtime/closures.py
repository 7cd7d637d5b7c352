"""Look inside a function made during the call."""

from __future__ import annotations

import functools
import inspect
import operator
from typing import Any

from srcad.errors import UnsupportedSyntax


def captured(function: Any, name: str) -> Any:
    """The present value of a variable that the function closes over."""
    if isinstance(function, functools.partial):
        parts = {"function": function.func, "args": function.args, "kwargs": function.keywords}
        return parts[name]
    if isinstance(function, operator.itemgetter | operator.attrgetter):
        return function.__reduce__()[1]  # all that it holds: `keys` or `names`
    names = function.__code__.co_freevars
    if name not in names:  # in code that is differentiated again it is an object
        raise UnsupportedSyntax(
            f"`{name}` changes after this function has captured it, and a derivative of the "
            "function is differentiated once more. Pass it as an argument instead."
        )
    try:
        return function.__closure__[names.index(name)].cell_contents
    except ValueError:
        raise NameError(
            f"cannot access free variable '{name}' where it is not associated with a value in "
            "enclosing scope",
            name=name,
        ) from None


def default_of(function: Any, name: str) -> Any:
    """The default of one parameter."""
    return inspect.signature(function).parameters[name].default
