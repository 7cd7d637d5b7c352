"""Compare a gradient with finite differences and name the worst entry.

    print(check_grad(loss, W, b, wrt=("W", "b")))
        argument  entries  abs error  rel error  worst at   analytic    numeric   kinks
        W              12    3.1e-12    8.0e-13   W[1, 2]   3.841592   3.841592       0
        b               4    1.0e-12    2.2e-12   b[0]      0.450001   0.450001       0

A gradient that differs raises `GradientMismatch`.  On a kink, such as `np.maximum(x, 0)` at 0, any
value between the slopes to the left and to the right is right.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.errors import GradientMismatch
from srcad.numeric import Key, LeafGradient, NumericalGradient, fresh, numerical_gradient
from srcad.outer import OUTER
from srcad.runtime.trees import leaves

_SINGLE_RTOL = 1e-3  # what a gradient in float32 can be held to


@dataclass(frozen=True)
class ArgumentReport:
    """How one argument fared; the worst entry is the one furthest beyond what is allowed."""

    argument: str
    entries: int
    max_abs_error: float
    max_rel_error: float
    worst: str  # such as W['a'][0, 3]
    analytic: complex
    numeric: complex
    uncertain: float  # how far the numeric value may be off
    kinks: int
    excess: float  # the worst error over the allowed one: above 1 is a mismatch

    @property
    def ok(self) -> bool:
        return self.excess <= 1.0


@dataclass(frozen=True)
class GradientReport:
    """A row for each argument; `print` it."""

    function: str
    arguments: tuple[ArgumentReport, ...]

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.arguments)

    def __str__(self) -> str:
        head = (
            "argument", "entries", "abs error", "rel error", "worst at", "analytic", "numeric",
            "kinks",
        )  # fmt: skip
        rows = [head, *(_cells(row) for row in self.arguments)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        left = (0, 4)
        return "\n".join(
            "  ".join(
                cell.ljust(width) if column in left else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )


def check_grad(
    f: Callable[..., Any],
    *args: Any,
    wrt: Key | tuple[Key, ...] = 0,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    gradient: Callable[..., Any] | None = None,
    seed: int | None = 0,
    **kwargs: Any,
) -> GradientReport:
    """Check srcad's gradient of f, or the one that `gradient(*args, **kwargs)` returns.

    `f` may be what grad or value_and_grad returned: then it is that gradient, in its own `wrt`.
    An output that is not a number is projected on random numbers first (`seed`).
    """
    f, wrt, gradient = _primal(f, wrt, gradient)
    numeric = numerical_gradient(f, args, wrt, kwargs=kwargs, seed=seed)
    analytic = _analytic(f, args, kwargs, wrt, gradient, numeric)
    keys, grads = (wrt, analytic) if isinstance(wrt, tuple) else ((wrt,), (analytic,))
    if not isinstance(grads, tuple) or len(grads) != len(keys):
        raise GradientMismatch(f"{len(keys)} gradients expected, got {grads!r}")
    single = any(_is_single(leaf) for _, leaf in leaves((args, kwargs)))
    if single:
        rtol = max(rtol, _SINGLE_RTOL)
    names = _names(f)
    rows = []
    todo = list(numeric.leaves)
    for key, grad in zip(keys, grads, strict=True):
        own = _take(todo, key, args, names)
        rows.append(_compare(_name(key, names), own, grad, rtol, atol, single))
    report = GradientReport(getattr(f, "__qualname__", repr(f)), tuple(rows))
    if not report.ok:
        raise GradientMismatch(_complaint(report))
    return report


def _primal(
    f: Any, wrt: Any, gradient: Callable[..., Any] | None
) -> tuple[Callable[..., Any], Any, Callable[..., Any] | None]:
    """The function behind a gradient, and the gradient as one that returns nothing else."""
    from srcad.gradients import GradFunction

    if not isinstance(f, GradFunction):
        return f, wrt, gradient
    if f.aux:
        primal, take = (lambda *a, **k: f.f(*a, **k)[0]), 1 if f.value else 0
        return functools.wraps(f.f)(primal), f.wrt, lambda *a, **k: f(*a, **k)[take]
    if f.outer:
        whole = lambda *a, **k: OUTER[f.outer].value(f.f(*a, **k))  # noqa: E731
        return functools.wraps(f.f)(whole), f.wrt, f
    return f.f, f.wrt, (lambda *a, **k: f(*a, **k)[1]) if f.value else f


def _analytic(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    wrt: Key | tuple[Key, ...],
    gradient: Callable[..., Any] | None,
    numeric: NumericalGradient,
) -> Any:
    args, kwargs = fresh((args, kwargs))
    if gradient is not None:
        return gradient(*args, **kwargs)
    if isinstance(numeric.cotangent, float):
        from srcad.api import value_and_grad

        return value_and_grad(f, wrt)(*args, **kwargs)[1]
    from srcad.pullback import vjp

    names = list(_names(f))
    _, pullback = vjp(f, *args, **kwargs)
    bars = pullback(numeric.cotangent)
    bars = bars if isinstance(bars, tuple) else (bars,)
    keys = wrt if isinstance(wrt, tuple) else (wrt,)
    picked = tuple(bars[k if isinstance(k, int) else names.index(k)] for k in keys)
    return picked if isinstance(wrt, tuple) else picked[0]


def _take(
    todo: list[LeafGradient], key: Key, args: tuple[Any, ...], names: tuple[str, ...]
) -> list[LeafGradient]:
    """The leaves of one argument, which come first among those that are left."""
    if isinstance(key, str) and key in names and names.index(key) < len(args):
        key = names.index(key)
    elif isinstance(key, int):
        key %= len(args)
    own: list[LeafGradient] = []
    while todo and todo[0].argument == key:
        own.append(todo.pop(0))
    return own


def _compare(
    name: str, own: list[LeafGradient], grad: Any, rtol: float, atol: float, single: bool
) -> ArgumentReport:
    found = dict(leaves(grad))
    rows = []
    for leaf in own:
        if leaf.path not in found or np.shape(found[leaf.path]) != leaf.value.shape:
            got = "nothing" if leaf.path not in found else f"shape {np.shape(found[leaf.path])}"
            raise GradientMismatch(
                f"the gradient in {name}{leaf.path} has {got}, shape {leaf.value.shape} expected"
            )
        rows.append(_compare_leaf(name, leaf, np.asarray(found[leaf.path]), rtol, atol, single))
    rows = [row for row in rows if row.entries]
    if not rows:
        return ArgumentReport(name, 0, 0.0, 0.0, "-", 0.0, 0.0, 0.0, 0, 0.0)
    worst = max(rows, key=lambda row: row.excess)
    return ArgumentReport(
        name,
        sum(row.entries for row in rows),
        max(row.max_abs_error for row in rows),
        max(row.max_rel_error for row in rows),
        worst.worst,
        worst.analytic,
        worst.numeric,
        worst.uncertain,
        sum(row.kinks for row in rows),
        worst.excess,
    )


def _compare_leaf(
    name: str, leaf: LeafGradient, grad: np.ndarray, rtol: float, atol: float, single: bool
) -> ArgumentReport:
    """Every entry of one leaf; entries that are not finite are as far off as can be."""
    if not leaf.value.size:
        return ArgumentReport(name, 0, 0.0, 0.0, "-", 0.0, 0.0, 0.0, 0, 0.0)
    size = np.maximum(np.abs(grad), np.abs(leaf.value))
    if single:  # rounding in float32 is relative to the largest entries
        atol = max(atol, _SINGLE_RTOL * float(np.max(np.abs(leaf.value))))
    allowed = atol + rtol * size
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.where(leaf.kink, _outside(grad, leaf), np.abs(grad - leaf.value))
        doubt = np.minimum(leaf.error, 1e-3 * size)  # noise excuses small differences only
        excess = np.nan_to_num(off / (allowed + 2 * doubt), nan=np.inf)
        relative = np.nan_to_num(np.where(size > 0, off / size, 0.0), nan=np.inf)
    at = np.unravel_index(int(np.argmax(excess)), excess.shape)
    index = f"[{', '.join(map(str, at))}]" if at else ""
    return ArgumentReport(
        name,
        int(leaf.value.size),
        float(np.max(np.nan_to_num(off, nan=np.inf))),
        float(np.max(relative)),
        f"{name}{leaf.path}{index}",
        grad[at].item(),
        leaf.value[at].item(),
        float(leaf.error[at]),
        int(leaf.kink.sum()),
        float(excess[at]),
    )


def _outside(grad: np.ndarray, leaf: LeafGradient) -> np.ndarray:
    """How far each entry lies outside the one-sided slopes."""

    def beyond(x: Any, low: Any, high: Any) -> Any:
        return np.maximum(np.maximum(low - x, x - high), 0.0)

    real = beyond(np.real(grad), np.real(leaf.low), np.real(leaf.high))
    imaginary = beyond(np.imag(grad), np.imag(leaf.low), np.imag(leaf.high))
    return np.asarray(np.hypot(real, imaginary))


# ---- words ---------------------------------------------------------------------------------------


def _complaint(report: GradientReport) -> str:
    row = max(report.arguments, key=lambda row: row.excess)
    return (
        f"the gradient of {report.function} in {row.argument} differs from finite differences: "
        f"at {row.worst} it is {_number(row.analytic)}, and the difference quotient "
        f"{_number(row.numeric)} ± {row.uncertain:.1e}\n\n{report}"
    )


def _cells(row: ArgumentReport) -> tuple[str, ...]:
    return (
        row.argument,
        str(row.entries),
        f"{row.max_abs_error:.1e}",
        f"{row.max_rel_error:.1e}",
        row.worst,
        _number(row.analytic),
        _number(row.numeric),
        str(row.kinks),
    )


def _number(value: complex) -> str:
    return f"{value:.7g}"


def _names(f: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return ()


def _name(key: Key, names: tuple[str, ...]) -> str:
    if isinstance(key, str):
        return key
    return names[key] if -len(names) <= key < len(names) else f"argument {key}"


def _is_single(leaf: Any) -> bool:
    dtype = getattr(leaf, "dtype", None)
    return dtype is not None and np.finfo(dtype).bits < 64
