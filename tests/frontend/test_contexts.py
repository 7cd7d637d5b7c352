"""Which context managers let every exception through, as the running program would show it."""

from __future__ import annotations

import abc
import contextlib
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from srcad.frontend.contexts import instance_passes, passes_exceptions


class Nothing:
    """`__exit__` says nothing."""

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *problem: Any) -> None:
        if problem[0] is None:
            return


class Abstract(abc.ABC, Nothing):
    """Inherited, with a metaclass that makes nothing unusual."""


class SaysNo(Nothing):
    """`return False`, and a function inside that returns something else."""

    def __exit__(self, *problem: Any) -> Any:
        def inner() -> bool:
            return True

        inner()
        return False


class SaysYes(Nothing):
    """Discards everything."""

    def __exit__(self, *problem: Any) -> Any:
        return True


class Meta(type):
    """A call of the class makes something else."""

    def __call__(cls, *args: Any) -> Any:
        return SaysYes()


class Disguised(Nothing, metaclass=Meta):
    """Looks like `Nothing`."""


class New(Nothing):
    """The same by `__new__`."""

    def __new__(cls) -> Any:
        return SaysYes()


@contextlib.contextmanager
def bare() -> Iterator[None]:
    yield


@contextlib.contextmanager
def cleaned() -> Iterator[None]:
    try:
        yield
    finally:
        for _ in range(2):
            print("clean")


@contextlib.contextmanager
def handled() -> Iterator[None]:
    try:
        yield
    except ValueError:
        print("discarded")


@contextlib.contextmanager
def left_finally() -> Iterator[None]:
    try:
        yield
    finally:
        return  # noqa: B012


@contextlib.contextmanager
def around_another() -> Iterator[None]:
    with handled():
        yield


@contextlib.contextmanager
def delegated() -> Iterator[None]:
    yield from handled.__wrapped__()  # type: ignore[attr-defined]


def plain() -> Any:
    return handled()


MAKERS = [
    Nothing, Abstract, SaysNo, SaysYes, Disguised, New, bare, cleaned, handled, left_finally,
    around_another, delegated, plain, warnings.catch_warnings, np.errstate, contextlib.nullcontext,
]  # fmt: skip
PASSING = {Nothing, Abstract, SaysNo, bare, cleaned, warnings.catch_warnings, np.errstate,
           contextlib.nullcontext}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_passes_exceptions(maker: Any) -> None:
    """What is said to pass does; what does not is never said to."""
    passes = False
    try:
        with maker():
            raise ValueError
    except ValueError:
        passes = True
    assert passes == (maker in PASSING) == passes_exceptions(maker)


@pytest.mark.parametrize(
    ("manager", "passes"),
    [(threading.Lock(), True), (threading.RLock(), True), (Nothing(), True), (SaysYes(), False),
     (handled(), False), (None, False)],
)  # fmt: skip
def test_instance_passes(manager: Any, passes: bool) -> None:
    assert instance_passes(manager) == passes
