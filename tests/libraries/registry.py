"""What is called with which arguments, and whether its gradient is right."""

from __future__ import annotations

import copy
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import srcad
from srcad.errors import SrcadError

LIMIT = 120  # seconds for one workflow, compiling and running in both modes


class TooSlow(BaseException):
    """The time is over; no `except Exception` on the way stops it."""


@dataclass(frozen=True)
class Workflow:
    """A function that calls a package, and the arguments, all of them floats or arrays of such."""

    package: str
    function: Callable[..., Any]
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        return f"{self.package}: {self.function.__name__}"


@dataclass(frozen=True)
class Outcome:
    """`word` is right, refused, wrong, crashed or slow; `why` is the message of an error."""

    word: str
    why: str = ""


WORKFLOWS: dict[str, Workflow] = {}


def workflow(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function under the package that its module is named for."""

    def record(function: Callable[..., Any]) -> Callable[..., Any]:
        package = function.__module__.rpartition(".of_")[2]
        found = Workflow(package, function, args)
        WORKFLOWS[found.name] = found
        return function

    return record


def outcome(case: Workflow) -> Outcome:
    """What became of it, within the limit of time."""
    try:
        with limited(LIMIT), np.errstate(all="ignore"):
            return compared(case)
    except TooSlow:
        return Outcome("slow", f"more than {LIMIT} seconds")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """TooSlow after so many seconds of the processor, where the system has such a clock."""

    def ring(*_: Any) -> None:
        raise TooSlow

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def compared(case: Workflow) -> Outcome:
    """The gradient in both modes beside central differences, the value beside the plain call's."""
    expected = case.function(*copy.deepcopy(case.args))
    truth = differences(case)
    for naive in (False, True):
        try:
            value, gradients = _gradients(case, naive)
        except SrcadError as error:
            return Outcome("refused", f"{type(error).__name__}: {told(error)}")
        except Exception as error:  # noqa: BLE001 - any other is a fault of srcad
            return Outcome("crashed", f"{type(error).__name__}: {str(error).splitlines()[0]}")
        if not np.array_equal(value, expected):
            return Outcome("wrong", f"value {value}, not {expected}")
        for g, t in zip(gradients, truth, strict=True):
            scale = max(1.0, float(np.max(np.abs(t), initial=0.0)))
            if not np.allclose(g, t, rtol=1e-5, atol=1e-6 * scale):
                return Outcome("wrong", f"gradient {g}, differences {t}")
    return Outcome("right")


def told(error: SrcadError) -> str:
    """The message and the line it names, which every refusal has to do."""
    place = error.place
    if place is None:
        return f"{error.message.splitlines()[0]} (no line)"
    file = re.sub(r".*/(site-packages|tests|lib/python3\.\d+)/", "", Path(place.file).as_posix())
    return f"{error.message.splitlines()[0]} ({file}, line {place.line})"


def _gradients(case: Workflow, naive: bool) -> Any:
    wrt = tuple(range(len(case.args)))
    derivative = srcad.value_and_grad(case.function, wrt=wrt, naive=naive)
    return derivative(*copy.deepcopy(case.args))


def differences(case: Workflow) -> list[Any]:
    """Central differences of fourth order in every element of every argument."""
    found = []
    for k, arg in enumerate(case.args):
        flat = np.ravel(np.asarray(arg, float))
        out = np.empty(flat.size)
        for j in range(flat.size):
            out[j] = _settled(case, k, j, abs(flat[j]) or 1.0)
        found.append(out.reshape(np.shape(arg))[()])
    return found


def _settled(case: Workflow, k: int, j: int, size: float) -> float:
    """The difference where it changes least with its step: neither too long nor too short."""
    tried = [_along(case, k, j, 10.0**power * size) for power in range(-3, -7, -1)]
    changes = np.abs(np.diff(tried))
    return tried[int(np.argmin(np.where(np.isnan(changes), np.inf, changes))) + 1]


def _along(case: Workflow, k: int, j: int, step: float) -> float:
    def at(times: float) -> float:
        args = list(copy.deepcopy(case.args))
        if isinstance(args[k], np.ndarray):
            args[k].flat[j] += times * step
        else:
            args[k] = args[k] + times * step
        return float(case.function(*args))

    near, far = (at(1.0) - at(-1.0)) / (2 * step), (at(2.0) - at(-2.0)) / (4 * step)
    return (4 * near - far) / 3
