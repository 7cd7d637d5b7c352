"""`run(seed)`: what srcad makes of a random program."""

from __future__ import annotations

import contextlib
import linecache
import re
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests import protocol
from tests.corpus.registry import Program
from tests.forward import check_tangent
from tests.fuzz.generator import generate
from tests.fuzz.generator.core import SHAPES, Kind
from tests.fuzz.generator.keeping import KEPT
from tests.fuzz.generator.prelude import STRUCTS

SECONDS = 60


@dataclass(frozen=True)
class Verdict:
    """ok, skipped (kink, not finite), invalid (the plain call fails), refused, crashed, WRONG."""

    word: str
    why: str = ""

    @property
    def kind(self) -> str:
        """The word and what a shrunk program must keep of the reason: no names, no numbers."""
        return f"{self.word}: {re.sub('`[^`]*`|[^a-zA-Z ]', '', self.why)[:90]}"


class FuzzCase(protocol.Case):
    """Two random directions are enough: there are thousands of programs."""

    @property
    def rounding(self) -> float:
        """Random programs may be ill-conditioned."""
        return 1e-4 if self.single else 1e-9

    def directions(self, rng: np.random.Generator) -> list[Any]:
        """Two random directions."""
        return [protocol.random_like(self.point(), rng) for _ in range(2)]


def load(source: str, name: str) -> dict[str, Any]:
    """The names of a module that only exists in linecache."""
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)
    module = types.ModuleType("fuzz_program")
    module.__file__ = name
    sys.modules[module.__name__] = module  # dataclasses look there
    exec(compile(source, name, "exec"), module.__dict__)
    return module.__dict__


NOT_NUMBERS = ("n", "mode", "model")


class Arguments:
    """Arguments that fit the first letters of the parameters' names; `f` second: float32."""

    def __init__(self, seed: int, module: dict[str, Any]) -> None:
        self.numbers, self.module = np.random.default_rng(seed), module

    def all(self, parameters: tuple[str, ...]) -> tuple[Any, ...]:
        """One for each parameter."""
        return tuple(self.one(name) for name in parameters)

    def one(self, name: str) -> Any:
        """What a parameter's name asks for."""
        if name == "n":
            return int(self.numbers.integers(0, 4))
        if name == "mode":
            return "abc"[self.numbers.integers(0, 3)]
        if name == "model":
            return self.module["Model"](self.of("s"), self.of("v"))
        if name[0] in STRUCTS:
            return self.of(STRUCTS[name[0]])
        if name[0] in KEPT:
            return self.container(KEPT[name[0]].form)
        if name[1] == "f":
            value = np.float32(self.of(name[0]))
            return value if value.ndim else np.float32(value)
        return self.of(name[0])

    def container(self, form: str) -> Any:
        """One that the program may write into."""

        def number() -> float:
            return round(float(self.numbers.uniform(-1, 1)), 3)

        match form:
            case "numbers":
                return [number() for _ in range(3)]
            case "rows":
                return [self.of("v") for _ in range(2)]
            case "state":
                return {"a": number(), "b": number()}
            case "mixed":
                return {"w": self.of("v"), "h": number()}
            case "nested":
                return [[number(), number()], [number()]]
            case _:
                return self.module["Meter"](number(), [number()])

    def of(self, kind: Kind) -> Any:
        """A value of a kind, of magnitude about 1."""
        if isinstance(kind, str):
            if kind == "s":
                return round(float(self.numbers.uniform(-1, 1)), 3)
            return np.array(self.numbers.uniform(-1, 1, size=SHAPES.get(kind, ())).round(3))
        parts = [self.of(part) for _, part in kind.parts]
        if kind.form == "dict":
            return {step[2:-2]: part for (step, _), part in zip(kind.parts, parts, strict=True)}
        if kind.form in ("tuple", "list"):
            return tuple(parts) if kind.form == "tuple" else parts
        return self.module[kind.form](*parts)


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """TimeoutError after so many seconds of the processor (where the system has such a clock).

    The processor's time, not the wall's: a busy machine makes no program wrong.
    """

    def ring(signum: int, frame: Any) -> None:
        raise TimeoutError(f"more than {seconds} s")

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


def screen(case: FuzzCase) -> str | None:
    """Why the program cannot be judged, or None: a kink near the point, or numbers too large.

    A number that is divided by zero, or too large, and then thrown away has the cotangent 0 · inf.
    """
    infinite: list[str] = []
    with np.errstate(divide="call", over="call", call=lambda kind, _: infinite.append(kind)):
        out = case.quiet(*case.args)
    if infinite:
        return f"infinite: {infinite[0]}"
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
            module = load(source, name)
            case = _case(module, name, seed)
            with time_limit(SECONDS), np.errstate(all="ignore"):
                reason = screen(case)
        except Exception as error:
            return Verdict("invalid", f"{type(error).__name__}: {error}")
        if reason:
            return Verdict("skipped", reason)
        verdict = _verdict(case)
        if verdict.word != "ok":
            return verdict
        return _at_another_point(_case(module, name, seed + 1)) or verdict


def _case(module: dict[str, Any], name: str, seed: int) -> FuzzCase:
    """The program with the arguments that a seed gives."""
    f = module["f"]
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    wrt = tuple(i for i, n in enumerate(names) if n not in NOT_NUMBERS)
    arguments = lambda rng: Arguments(seed, module).all(names)  # noqa: E731
    return FuzzCase(Program(name, f, (arguments,), wrt), 0)


def _at_another_point(case: FuzzCase) -> Verdict | None:
    """What is wrong with a second call, which may find code and values of the first one."""
    try:
        with time_limit(SECONDS), np.errstate(all="ignore"):
            if screen(case):
                return None
    except Exception:
        return None
    verdict = _verdict(case)
    return verdict if verdict.word in ("WRONG", "crashed") else None


def _verdict(case: FuzzCase) -> Verdict:
    from srcad.errors import InternalError, SrcadError

    try:
        with time_limit(SECONDS):
            protocol.check_pullback(case)
            if case.scalar():
                protocol.check_gradient(case)
            beside = _forward(case)
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
    return Verdict("ok", beside)


def _forward(case: FuzzCase) -> str:
    """Forward mode beside reverse mode; what it refuses is no refusal of the program."""
    from srcad.errors import InternalError, SrcadError

    try:
        check_tangent(case)
    except InternalError:
        raise
    except SrcadError as error:
        return f"forward: {type(error).__name__}: {error}"
    return ""


def run(seed: int) -> Verdict:
    """Generate program `seed` and judge it."""
    return judge(generate(seed), seed)
