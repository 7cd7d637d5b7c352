"""Check the derivative rule of one function, and name the partial that is wrong.

    print(check_rule(sigmoid, np.linspace(-2.0, 2.0, 5)))
        argument  entries  abs error  rel error  worst at  analytic  numeric  kinks
        x               5    2.1e-13    3.0e-12      x[0]  0.104993 0.104993      0
        forward mode agrees to 1.1e-16

Cotangents are compared with finite differences of the plain function, and tangents with
cotangents: <y_bar, J x_dot> = <x_bar, x_dot>.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.check import ArgumentReport, GradientReport, check_grad
from srcad.errors import (
    GradientMismatch,
    MissingRule,
    SourceUnavailable,
    UnsupportedSyntax,
    WrongArgument,
)
from srcad.forward import jvp
from srcad.numeric import fresh, in_double, projection
from srcad.pullback import vjp
from srcad.rules.table import TABLE, Pushed, Staged
from srcad.runtime.gates import Gate
from srcad.runtime.trees import leaves, rebuild

_PAIRING = 1e-9  # how well two exact derivatives agree


@dataclass(frozen=True)
class RuleReport(GradientReport):
    """A row for each argument; `forward` is how far both modes are apart, or why one is refused."""

    forward: float | str = 0.0

    def __str__(self) -> str:
        agrees = isinstance(self.forward, float)
        said = f"agrees to {self.forward:.1e}" if agrees else f"is refused: {self.forward}"
        return f"{super().__str__()}\nforward mode {said}"


def check_rule(
    f: Callable[..., Any],
    *args: Any,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    seeds: int = 3,
    **kwargs: Any,
) -> RuleReport:
    """Check the rule of f at some arguments: of a gate, or of any function with a rule.

    Every positional argument that holds floats takes part, but for those that a gate declares
    without derivative; in double precision, with several random cotangents (`seeds`) where the
    value is more than one real number.  Returns a report to print.  Raises GradientMismatch naming
    the argument and entry that are wrong, WrongArgument where f has no rule or nothing to check.
    """
    name = getattr(f, "__name__", repr(f))
    if TABLE.get(f) is None:
        raise WrongArgument(
            f"check_rule: {name} has no rule of its own. check_grad checks any function."
        )
    args, kwargs = in_double((args, kwargs))
    none = f.none if isinstance(f, Gate) else frozenset()
    wrt = tuple(k for k, a in enumerate(args) if leaves(a) and k not in none)
    if not wrt:
        raise WrongArgument(f"check_rule: no argument of {name} here carries a derivative.")
    _same_value(f, name, args, kwargs)
    reports = []
    for seed in range(seeds):
        gradient = _gradient(f, wrt, seed)
        try:
            found = check_grad(
                f, *args, wrt=wrt, rtol=rtol, atol=atol, seed=seed, gradient=gradient, **kwargs
            )
        except GradientMismatch as wrong:
            raise GradientMismatch(f"the rule of {name} is wrong: {wrong.message}") from None
        reports.append(found)
    rows = tuple(map(_worst, zip(*(r.arguments for r in reports), strict=True)))
    pairing = _pairing(f, name, args, kwargs, wrt, seeds)
    return RuleReport(reports[0].function, rows, pairing)


def _worst(rows: tuple[ArgumentReport, ...]) -> ArgumentReport:
    return max(rows, key=lambda row: row.excess)


def _gradient(f: Callable[..., Any], wrt: tuple[int, ...], seed: int) -> Callable[..., Any]:
    """The cotangents by the rule, for what check_grad projects the value on."""

    def of(*args: Any, **options: Any) -> tuple[Any, ...]:
        out, pullback = vjp(f, *args, **options)
        bars = pullback(projection(out, seed))
        return tuple(bars[k] for k in wrt)

    return of


def _same_value(
    f: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """What the rule computes on its way must be the value itself."""
    rule = f.rule if isinstance(f, Gate) else None
    given, options = fresh((args, kwargs))
    if isinstance(rule, Staged):
        found, part = rule.forward(*given, **options)[0], "forward part"
    elif isinstance(rule, Pushed):
        dots = tuple(rebuild(a, [0.0 * v for _, v in leaves(a)]) for a in given)
        found, part = rule.rule(given, dots)[0], "rule for tangents"
    else:
        return
    given, options = fresh((args, kwargs))
    want = leaves(f(*given, **options))
    got = leaves(found)
    same = [p for p, _ in got] == [p for p, _ in want] and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True)
        for (_, a), (_, b) in zip(got, want, strict=True)
    )
    if not same:
        raise GradientMismatch(f"the {part} of {name} returns another value than {name} itself")


def _pairing(
    f: Callable[..., Any],
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    wrt: tuple[int, ...],
    seeds: int,
) -> float | str:
    """How far <y_bar, J x_dot> and <x_bar, x_dot> are apart; why forward mode is refused."""
    plain = _with_options(f, kwargs) if kwargs else f
    worst = 0.0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        dots = tuple(_drawn(a, rng) if k in wrt else None for k, a in enumerate(args))
        try:
            out, out_dot = jvp(plain, fresh(args), dots)
        except (UnsupportedSyntax, MissingRule, SourceUnavailable) as refused:
            return refused.message
        y_bar = _drawn(out, rng)
        bars = vjp(plain, *fresh(args))[1](y_bar)
        pairs = [(y_bar, out_dot), *((bars[k], dots[k]) for k in wrt)]
        first, *rest = (_inner(a, b) for a, b in pairs)
        size = max([abs(first), *map(abs, rest), 1e-300])
        worst = max(worst, abs(first - sum(rest)) / size)
        if not worst <= _PAIRING:
            raise GradientMismatch(
                f"the rule of {name} moves tangents and cotangents differently: "
                f"<y_bar, J x_dot> is {first:.7g}, and <x_bar, x_dot> is {sum(rest):.7g}"
            )
    return worst


def _with_options(f: Callable[..., Any], kwargs: dict[str, Any]) -> Callable[..., Any]:
    def plain(*args: Any) -> Any:
        return f(*args, **kwargs)

    return plain


def _drawn(value: Any, rng: np.random.Generator) -> Any:
    """Numbers of about 1 in the structure of a value."""
    found = []
    for _, leaf in leaves(value):
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1.0, 1.0], np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * rng.uniform(0.5, 1.5, np.shape(leaf))
        found.append(np.asarray(drawn)[()])
    return rebuild(value, found)


def _inner(a: Any, b: Any) -> float:
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.real(np.sum(x * y)) for (_, x), (_, y) in pairs))
