"""Say that a function has no derivative rule, with the line that would add one.

np.i0(x)                 srcad.partials(np.i0, lambda y, x: ...)
np.frombuffer(a)         srcad.vjp_rule(np.frombuffer, lambda y_bar, y, buffer: ...)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import errors
from srcad.analysis.operations import Apply
from srcad.ir import nodes as ir
from srcad.ir.types import is_scalar
from srcad.rules.spelling import spelled
from srcad.rules.table import Unfinished

IsActive = Callable[[ir.Expr], bool]


def missing_rule(operation: Apply, is_active: IsActive, place: errors.Place) -> errors.MissingRule:
    """The error for a function on a path that carries derivatives."""
    if isinstance(operation.rule, Unfinished):
        return errors.MissingRule(operation.rule.cure, place)
    name = spelled(operation.function)
    text = f"{name} has no derivative rule, and no plain Python source to differentiate."
    if _reachable(name):
        text += (
            f" Add a rule, with its derivative for `...`: {suggestion(operation, is_active)} - "
            f"or srcad.no_derivative({name}) if it carries none."
        )
    else:
        text += (
            " Compute it outside the function, or wrap what goes into it in "
            "srcad.stop_gradient(...) if no derivative should pass."
        )
    return errors.MissingRule(text, place)


def missing_option(operation: Apply, option: str, place: errors.Place) -> errors.MissingRule:
    """The error for a call with an option that the rule does not know."""
    return errors.MissingRule(
        f"{spelled(operation.function)} has a derivative rule, but not for a call with "
        f"{option}. Leave it away, or compute the value in another way.",
        place,
    )


def never_binds(operation: Apply) -> bool:
    """Whether the function itself refuses the call: too many arguments, an unknown keyword."""
    function, count = operation.function, len(operation.args)
    if isinstance(function, np.ufunc):
        return not function.nin <= count <= function.nin + function.nout
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return False
    try:
        signature.bind(*operation.args, **dict(operation.kwargs))
    except TypeError:
        return True
    return False


def suggestion(operation: Apply, is_active: IsActive) -> str:
    """The line to add, valid as it stands but for the mathematics."""
    function = operation.function
    names = _parameters(function, len(operation.args))
    elementwise = isinstance(function, np.ufunc) or (
        all(map(is_scalar, operation.types)) and not operation.kwargs
    )
    head = ["y"] if elementwise else ["y_bar", "y"]
    options = [f"{k}=None" for k, _ in operation.kwargs]
    formula = f"lambda {', '.join([*head, *names, *options])}: ..."
    parts = [formula if is_active(a) else "None" for a in operation.args]
    while parts and parts[-1] == "None":
        parts.pop()
    verb = "partials" if elementwise else "vjp_rule"
    return f"srcad.{verb}({', '.join([spelled(function), *(parts or [formula])])})"


def _parameters(function: Any, count: int) -> list[str]:
    """The names of the first parameters, as the function has them."""
    try:
        found = [
            p.name
            for p in inspect.signature(function).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        found = []
    letters = ["x", "w", "u", "v"] if count <= 4 else []
    spare = [*letters, *(f"x{k}" for k in range(len(letters), count))]
    usable = len(found) >= count and not {"y", "y_bar"} & set(found[:count])
    return found[:count] if usable else spare[:count]


def _reachable(name: str) -> bool:
    """Whether the name is an expression that a user could write."""
    return all(part.isidentifier() for part in name.split("."))
