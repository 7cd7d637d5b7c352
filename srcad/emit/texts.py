"""Choose the text by which generated code refers to an object of the user that no name reaches.

    several(*xs)      in a wrapper, where `g` is the user's `several`      several_2(*xs)

All functions of one compilation share these names, and nothing else may have them: a name that the
user gave to another object, anywhere in the program, would stand for that object there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from srcad.ir.names import reserved

_MISSING = object()


@dataclass
class Texts:
    """The names given so far in one compilation, and what they stand for.

    own: the variables of the function that is written; units: the functions of the program.
    """

    units: Iterable[Any]
    own: frozenset[str]
    given: dict[str, Any]

    def of(self, text: str, value: Any) -> str:
        """The name of an object."""
        for n in itertools.count(1):
            name = text if n == 1 else f"{text}_{n}"
            if name in self.own or name in reserved():
                continue
            if name in self.given and self.given[name] is not value:
                continue
            if name in self.given or not any(_other(u, name, value) for u in self.units):
                self.given[name] = value
                return name
        raise AssertionError(text)


def of_users(value: Any) -> bool:
    """Whether an object is none of the compiler's helpers, and none of Python's."""
    module = str(getattr(value, "__module__", None) or "")
    return not module.startswith(("srcad.", "builtins", "_operator", "operator", "numpy", "math"))


def _other(unit: Any, name: str, value: Any) -> bool:
    """Whether the name means something else in a function of the user."""
    if name not in unit.code.taken:
        return False
    if name in unit.code.locals:
        return True
    function = unit.source.function
    free = function.__code__.co_freevars
    if name in free:
        try:
            return function.__closure__[free.index(name)].cell_contents is not value
        except ValueError:
            return True
    return function.__globals__.get(name, _MISSING) is not value
