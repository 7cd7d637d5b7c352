"""The list of the corpus: programs as users write them, with arguments to run them on.

`@program` records a function and returns it unchanged, so that what srcad reads is what the user
wrote.  `register` does the same for functions that no `def` makes: lambdas, partials, `np.tanh`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
ArgsMaker = Callable[[np.random.Generator], tuple[Any, ...]]
Wrt = int | str | tuple[int | str, ...]


@dataclass(frozen=True)
class Program:
    """One function of the corpus and the calls to check it on."""

    name: str
    function: Callable[..., Any]
    makers: tuple[ArgsMaker, ...]
    wrt: Wrt = 0
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    has_aux: bool = False
    tags: tuple[str, ...] = ()

    @property
    def wrt_tuple(self) -> tuple[int | str, ...]:
        """What to differentiate in, always as a tuple."""
        return self.wrt if isinstance(self.wrt, tuple) else (self.wrt,)

    def arguments(self, which: int) -> tuple[Any, ...]:
        """Fresh arguments of call `which`: the same numbers each time."""
        seed = zlib.crc32(f"{self.name}/{which}".encode())
        return self.makers[which](np.random.default_rng(seed))


PROGRAMS: dict[str, Program] = {}


def register(
    name: str,
    function: Callable[..., Any],
    *,
    args: ArgsMaker | Sequence[ArgsMaker],
    wrt: Wrt = 0,
    kwargs: Mapping[str, Any] | None = None,
    has_aux: bool = False,
    tags: Iterable[str] = (),
) -> None:
    """Record `function` under `name`, prefixed by the topic file that calls this."""
    module = sys._getframe(1).f_globals["__name__"]
    if module == __name__:  # called by `program`
        module = function.__module__
    full = f"{module.rpartition('.')[2].rstrip('_')}.{name}"
    if full in PROGRAMS:
        raise ValueError(f"two programs are called {full}")
    makers = (args,) if callable(args) else tuple(args)
    PROGRAMS[full] = Program(full, function, makers, wrt, kwargs or {}, has_aux, tuple(tags))


def program(
    *,
    args: ArgsMaker | Sequence[ArgsMaker],
    wrt: Wrt = 0,
    kwargs: Mapping[str, Any] | None = None,
    has_aux: bool = False,
    tags: Iterable[str] = (),
) -> Callable[[F], F]:
    """Record the decorated function; `args` makes its arguments from a random generator."""

    def record(function: F) -> F:
        register(
            function.__name__,
            function,
            args=args,
            wrt=wrt,
            kwargs=kwargs,
            has_aux=has_aux,
            tags=tags,
        )
        return function

    return record


_HELPERS = {"registry", "refused", "helpers_elsewhere"}


def load() -> dict[str, Program]:
    """Import every topic file; all programs by name."""
    package = importlib.import_module("tests.corpus")
    for info in pkgutil.iter_modules(package.__path__):
        if info.name not in _HELPERS:
            importlib.import_module(f"tests.corpus.{info.name}")
    return PROGRAMS
