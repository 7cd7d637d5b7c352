"""`run(seed)`: what srcad makes of a random program."""

from __future__ import annotations

import contextlib
import linecache
import random
import signal
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests import protocol
from tests.corpus.registry import Program
from tests.fuzz.generator import generate

SECONDS = 20  # for one program, all modes


@dataclass(frozen=True)
class Verdict:
    """ok, skipped (kink, not finite), invalid (the plain call fails), refused, crashed, WRONG."""

    word: str
    why: str = ""

    @property
    def kind(self) -> str:
        """The word and what a shrunk program must keep of the reason: class and place."""
        return f"{self.word}: {self.why.partition(':')[0]}"


class FuzzCase(protocol.Case):
    """Two random directions are enough: there are thousands of programs."""

    def directions(self, rng: np.random.Generator) -> list[Any]:
        """Two random directions."""
        return [protocol.random_like(self.point(), rng) for _ in range(2)]


def load(source: str, name: str) -> Callable[..., Any]:
    """The function `f` of a module that only exists in linecache."""
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)
    module = types.ModuleType("fuzz_program")
    module.__file__ = name
    exec(compile(source, name, "exec"), module.__dict__)
    return module.__dict__["f"]  # type: ignore[no-any-return]


_SHAPES = {"v": (3,), "r": (2,), "A": (2, 3), "c": (3, 1)}


def arguments(parameters: tuple[str, ...], seed: int) -> tuple[Any, ...]:
    """Arguments that fit the first letters of the parameters' names."""
    rng = random.Random(seed)
    numbers = np.random.default_rng(seed)
    made: list[Any] = []
    for name in parameters:
        if name == "n":
            made.append(rng.randint(0, 3))
        elif name[0] == "s":
            made.append(round(rng.uniform(-1, 1), 3))
        else:
            made.append(numbers.uniform(-1, 1, size=_SHAPES[name[0]]).round(3))
    return tuple(made)


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """TimeoutError after so many seconds (where the system has alarms)."""

    def ring(signum: int, frame: Any) -> None:
        raise TimeoutError(f"more than {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def screen(case: FuzzCase) -> str | None:
    """Why the program cannot be judged, or None: a kink near the point, or numbers too large."""
    out = case.quiet(*case.args)
    values = [np.asarray(leaf) for _, leaf in protocol.leaves(out)]
    if not all(np.all(np.abs(value) < 1e4) for value in values):
        return "not finite, or large"
    if not values:
        return "no output"
    cotangent = protocol.random_like(out, np.random.default_rng(5))
    phi, point = case.phi(cotangent), case.point()
    for direction in case.directions(np.random.default_rng(11)):
        estimate = protocol.derivative(phi, point, direction)
        if not estimate.smooth or estimate.error > 1e-8 * max(1.0, abs(estimate.value)):
            return "kink"
    return None


def judge(source: str, seed: int) -> Verdict:
    """Run a program plainly and through srcad."""
    name = f"<fuzz {seed}>"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            f = load(source, name)
            names = f.__code__.co_varnames[: f.__code__.co_argcount]
            wrt = tuple(i for i, n in enumerate(names) if n != "n")
            program = Program(name, f, (lambda rng: arguments(names, seed),), wrt)
            case = FuzzCase(program, 0)
            with time_limit(SECONDS), np.errstate(all="ignore"):
                reason = screen(case)
        except Exception as error:
            return Verdict("invalid", f"{type(error).__name__}: {error}")
        if reason:
            return Verdict("skipped", reason)
        return _verdict(case)


def _verdict(case: FuzzCase) -> Verdict:
    from srcad.errors import InternalError, SrcadError

    try:
        with time_limit(SECONDS):
            protocol.check_pullback(case)
            if case.scalar():
                protocol.check_gradient(case)
    except protocol.Wrong as error:
        return Verdict("WRONG", str(error))
    except InternalError as error:
        return Verdict("crashed", f"InternalError: {error}")
    except SrcadError as error:
        return Verdict("refused", f"{type(error).__name__}: {error}")
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = last.filename.rpartition("/")[2]
        place = "generated code" if place.startswith("<") else f"{place} {last.name}"
        return Verdict("crashed", f"{type(error).__name__} in {place}: {error}")
    return Verdict("ok")


def run(seed: int) -> Verdict:
    """Generate program `seed` and judge it."""
    return judge(generate(seed), seed)
