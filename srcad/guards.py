"""What a compiled derivative relies on outside its function, and whether it still is so.

rate = 0.1                          the code reads `rate` when it runs: a new float is fine,
def f(x): return rate * g(x)        a new `g`, or `rate` as an array, is another program
"""

from __future__ import annotations

import builtins
import types
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.ir.observed import type_of
from srcad.ir.types import Dim, Known, Symbols, Type
from srcad.rules.table import TABLE

Guard = tuple[Any, str, Any]
_GONE: Any = object()  # what an attribute that is not there is read as


class _Exact(Symbols):
    """Every size is itself: a change of shape is a change of type."""

    def dim(self, size: int) -> Dim:
        return size


def fingerprint(value: Any) -> Any:
    """What the compiled code may know of a value; None where that is its identity alone."""
    kind = type_of(value, _Exact())
    return None if isinstance(kind, Known) else (type(value), kind)


def mutable(value: Any) -> bool:
    """Whether the value may become something else while it stays the same object."""
    if value is None or isinstance(value, float | int | str | complex | np.generic | type):
        return False
    if isinstance(value, tuple):
        return any(map(mutable, value))
    return not isinstance(value, types.ModuleType | types.FunctionType | np.ufunc)


def read(holder: Any, name: str) -> Any:
    """The value behind a guard as it is now."""
    if isinstance(holder, dict):
        return holder.get(name)
    try:
        return getattr(holder, name)
    except (AttributeError, ValueError):  # ValueError: an empty closure cell
        return _GONE


_Made = tuple[Callable[[], types.FunctionType | None], types.CodeType, Any, Any]


def _as_made(guard: _Made) -> bool:
    """Whether a function still has the code and the defaults that were compiled."""
    made, code, defaults, options = guard
    f = made()
    return (
        f is not None
        and f.__code__ is code
        and f.__defaults__ is defaults
        and f.__kwdefaults__ is options
    )


@dataclass(slots=True)
class Guards:
    """Names in dictionaries, attributes, code of functions, and values that may be mutated."""

    names: list[Guard] = field(default_factory=list)
    attributes: list[Guard] = field(default_factory=list)
    codes: list[_Made] = field(default_factory=list)
    watched: list[tuple[Any, Any]] = field(default_factory=list)
    seen: dict[tuple[int, str], Any] = field(default_factory=dict)
    sizes: dict[int, str] = field(default_factory=dict)  # of arguments that outside arrays share
    version: int = 0

    @staticmethod
    def of(
        found: Iterable[Guard],
        functions: Iterable[tuple[types.FunctionType, Iterable[str]]],
        sizes: dict[int, str],
    ) -> Guards:
        """The guards of a compilation that met these names and functions with their free names.

        `sizes` are the names that the sizes of the arguments got.
        """
        guards = Guards(version=TABLE.version)
        for holder, name, value in found:
            kept = guards.names if isinstance(holder, dict) else guards.attributes
            kept.append((holder, name, value))
            guards._note(holder, name, value, sizes)
        for function, free in functions:
            if all(function is not made() for made, *_ in guards.codes):
                options = function.__defaults__, function.__kwdefaults__
                guards.codes.append((weakref.ref(function), function.__code__, *options))
            guards._absent(function, free)
        return guards

    def _note(self, holder: Any, name: str, value: Any, sizes: dict[int, str]) -> None:
        mark = fingerprint(value)
        self.seen[id(holder), name] = mark
        if mark is not None and mutable(value):
            self.watched.append((value, mark))
            _shared_sizes(mark[1], sizes, self.sizes)

    def _absent(self, function: types.FunctionType, free: Iterable[str]) -> None:
        """A builtin that the function uses: a global of that name would hide it."""
        space = function.__globals__
        for name in sorted(free):
            unknown = name not in space and (id(space), name) not in self.seen
            if unknown and hasattr(builtins, name):
                self.names.append((space, name, None))
                self.seen[id(space), name] = None

    def hold(self) -> bool:
        """Whether everything outside is as it was when the code was made."""
        if self.version != TABLE.version:
            return False
        for space, name, value in self.names:
            if space.get(name) is not value:
                return False
        for holder, name, value in self.attributes:
            if read(holder, name) is not value:
                return False
        for made, code, defaults, options in self.codes:  # as `_as_made`, without a call
            function = made()
            if (
                function is None
                or function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not options
            ):
                return False
        if not self.watched:
            return True
        return all(fingerprint(value) == mark for value, mark in self.watched)

    def fit(self, symbols: Symbols) -> bool:
        """Whether sizes that arguments share with outside arrays are those of this call too."""
        return all(symbols.by_size.get(size) == name for size, name in self.sizes.items())

    def renew(self) -> bool:
        """Accept new values of the same type, which the code reads when it runs."""
        if self.version != TABLE.version or not all(map(_as_made, self.codes)):
            return False
        names = [(h, n, read(h, n)) for h, n, _ in self.names]
        attributes = [(h, n, read(h, n)) for h, n, _ in self.attributes]
        olds = (*self.names, *self.attributes)
        news = (*names, *attributes)
        for (holder, name, old), (_, _, new) in zip(olds, news, strict=True):
            mark = self.seen[id(holder), name]
            if mark is None and old is not new:
                return False
            if mark is not None and fingerprint(new) != mark:
                return False
        self.names, self.attributes = names, attributes
        self.watched = [
            (new, self.seen[id(h), n])
            for h, n, new in news
            if self.seen[id(h), n] is not None and mutable(new)
        ]
        return True


def _shared_sizes(kind: Type, sizes: dict[int, str], found: dict[int, str]) -> None:
    """Sizes of outside arrays that the compiler gave one name with those of arguments."""
    for dims in _dims(kind):
        for size in dims:
            if isinstance(size, int) and size in sizes:
                found[size] = sizes[size]


def _dims(kind: Any) -> list[tuple[Any, ...]]:
    if isinstance(kind, tuple):
        return [d for k in kind for d in _dims(k)]
    if hasattr(kind, "dims"):
        return [kind.dims]
    inner = (getattr(kind, name, None) for name in ("items", "fields", "captures"))
    return [d for part in inner if isinstance(part, tuple) for d in _dims(part)]


__all__ = ["Guards", "fingerprint", "read"]
