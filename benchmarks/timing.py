"""Interleaved repeats, medians, CPU time of the process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from timeit import Timer
from typing import Any

REPEATS = 21
SAMPLE_S = 0.02  # about how long one sample of one runner takes


@dataclass(frozen=True)
class Row:
    """One measured quantity; `target` is the most it may be, None where it is only shown."""

    case: str
    what: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met."""
        return None if self.target is None else self.value <= self.target


def timer(f: Callable[..., Any], args: tuple) -> Timer:
    """A timer of `f(a0, a1, ...)`, called as a program calls it: without a star."""
    names = [f"a{k}" for k in range(len(args))]
    scope = dict(zip(names, args, strict=True), f=f)
    return Timer(f"f({', '.join(names)})", timer=time.process_time, globals=scope)


def calls_per_sample(t: Timer) -> int:
    """How many calls fill one sample."""
    calls = 1
    while (spent := t.timeit(calls)) < SAMPLE_S / 4:
        calls *= 4
    return max(1, round(calls * SAMPLE_S / spent))


def medians(runners: dict[str, tuple[Callable[..., Any], tuple]]) -> dict[str, float]:
    """Median seconds of one call of every runner; the runners take turns."""
    timers = {name: timer(f, args) for name, (f, args) in runners.items()}
    calls = {name: calls_per_sample(t) for name, t in timers.items()}
    samples: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(REPEATS):
        for name, t in timers.items():
            gc.collect()
            samples[name].append(t.timeit(calls[name]) / calls[name])
    return {name: median(found) for name, found in samples.items()}


def once(f: Callable[..., Any], args: tuple) -> float:
    """CPU seconds of a single call."""
    began = time.process_time()
    f(*args)
    return time.process_time() - began
