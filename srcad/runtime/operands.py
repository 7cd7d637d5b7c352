"""Check what an operator is applied to, where only the running program knows."""

from __future__ import annotations

import collections
import collections.abc
import inspect
import numbers
import types
from typing import Any

import numpy as np

from srcad.errors import MissingRule, UnsupportedSyntax
from srcad.runtime.by_code import may_carry

_KNOWN = (numbers.Number, np.ndarray, np.generic, list, tuple, dict, str, range, set)
_NUMBERS = (numbers.Number, np.ndarray, np.generic, str, type(None))
_SEQUENCES = (list, tuple, collections.deque, collections.abc.ValuesView)


def no_objects(*operands: Any) -> None:
    """Refuse objects of classes with operators of their own: these are no arithmetic of numbers."""
    for operand in operands:
        if type(operand) is float or operand is None:
            continue
        if not isinstance(operand, _KNOWN):
            raise UnsupportedSyntax(
                f"An operator is applied to a {type(operand).__name__} here, and what it is was "
                "not known before. Do not give its variable values of several types."
            )


def truth(test: Any) -> bool:
    """Whether it is true, asked once: a class of the program may do something when it is asked."""
    return bool(test)


def no_objects_inside(iterable: Any) -> None:
    """The same of what `sum` adds; an iterator is left as it is."""
    if isinstance(iterable, _SEQUENCES):
        no_objects(*iterable)


def numbers_alone(*candidates: Any) -> None:
    """Refuse what is no number where `max` or `min` chooses: ties would share what is a whole."""
    if len(candidates) == 1:
        candidates = tuple(candidates[0]) if isinstance(candidates[0], _SEQUENCES) else ()
    for one in candidates:
        if not isinstance(one, _NUMBERS):
            raise UnsupportedSyntax(
                f"`max` or `min` chooses a {type(one).__name__} here, and what it is was not known "
                "before. Give a key: max(xs, key=lambda x: x)."
            )


def factors_alone(*operands: Any) -> None:
    """The same of `@`, which sparse matrices of SciPy may stand beside."""
    no_objects(*[operand for operand in operands if not is_sparse(operand)])


def is_sparse(value: Any) -> bool:
    """Whether a value is a sparse matrix of SciPy."""
    return type(value).__module__.startswith("scipy.sparse.") and hasattr(value, "tocsr")


def no_items_by_class(owner: Any) -> None:
    """Refuse `owner[key]` of a class with a `__getitem__` of its own."""
    if isinstance(inspect.getattr_static(type(owner), "__getitem__", None), types.FunctionType):
        raise UnsupportedSyntax(
            f"`[...]` of a {type(owner).__name__} runs code of its class, and what it is was not "
            "known before. Do not give its variable values of several types."
        )


def no_derivative_in(value: Any, function: str, name: str) -> None:
    """Refuse what may carry a derivative where the rule of a function has none for it.

    `np.repeat(x, n)` with an `n` of unknown type: whole numbers, names and shapes are fine.
    """
    if may_carry(value):
        raise MissingRule(no_derivative_with_respect_to(function, name))


def no_derivative_with_respect_to(function: str, name: str) -> str:
    """The message of the error for an argument that a rule has nothing for."""
    return (
        f"{function} has no derivative with respect to its argument `{name}`. Wrap that argument "
        "in srcad.stop_gradient(...) if no derivative should pass through it."
    )
