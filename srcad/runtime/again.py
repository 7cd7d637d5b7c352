"""What `call`, `jvp_call` and pullbacks are where code that has them is differentiated once more.

    y, pullback = call(f, x)        y, saved = forward(*placed(pair, …)); pullback: with_saved(…)
    bars = pullback(y_bar)          spread_all(backward(saved_of(pullback), y_bar), pullback)
    y, y_dot = jvp_call(f, …)       y, y_dot = tangents(*laid(work, …))

The compiler (`twice`) differentiates the generated code itself.  Whoever differentiates that finds
these functions in its place: plain Python over calls of generated code, which has derivatives of
every order.  What moves values between arguments and parameters is linear, and its transpose moves
them back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.runtime import calls
from srcad.runtime.cotangents import part
from srcad.runtime.tangents import still
from srcad.runtime.writes import copied

Parts = tuple[Any, dict[str, Any]]  # positional arguments and keywords, or what goes with them
_MADE: list[Callable[..., Any]] = []


def register(pair_of: Callable[..., Any], moving_of: Callable[..., Any]) -> None:
    """Set what finds the generated code of such calls."""
    _MADE[:] = [pair_of, moving_of]


def called(how: Any, *given: Any, **options: Any) -> Any:
    """`how(*given, **options)`, where that is `call` or one of its like."""
    pair = made_pair(how, given, options)
    y, saved = forward_of(pair)(*placed(pair, how, (given, options)))
    return y, with_saved(pair, saved)


def pulled(back: Any, y_bar: Any) -> Any:
    """`back(y_bar)`, where that is a pullback."""
    return spread_all(backward_of(back)(saved_of(back), y_bar), back)


def moved(how: Any, *given: Any) -> Any:
    """`how(*given)`, where that is `jvp_call` or `jvp_method`."""
    work = made_moving(how, given)
    return tangents_of(work)(*laid(work, given))


# -- the generated code ----------------------------------------------------------------


def made_pair(how: Any, given: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The generated pair of such a call."""
    return _MADE[0](how, given, options)


def forward_of(pair: Any) -> Any:
    """The forward part of a pair."""
    return pair.entry.main


def backward_of(back: Any) -> Any:
    """The backward part that a pullback runs."""
    return back.entry.backward


def made_moving(how: Any, given: tuple[Any, ...]) -> Any:
    """The generated code that moves tangents through such a call."""
    return _MADE[1](how, given)


def tangents_of(work: Any) -> Any:
    """The function that moves tangents."""
    return work.main


# -- what a pullback saved -------------------------------------------------------------


def with_saved(pair: Any, saved: Any) -> Any:
    """The pullback, of what the forward part saved."""
    return pair.back(saved)


def saved_of(back: Any) -> Any:
    """What a pullback saved."""
    return back.saved


def kept_by(pair: Any, saved_dot: Any) -> Any:
    """The tangent of what a pullback saved."""
    return copied(saved_dot) if pair.keep else saved_dot


# -- from arguments to parameters, and back --------------------------------------------


def placed(pair: Any, how: Any, parts: Parts) -> Any:
    """The values of the parameters, of what `how` was given."""
    return pair.values


def placed_tangents(pair: Any, how: Any, parts: Parts, dots: Parts) -> Any:
    """Their tangents."""
    found = gathered_from(dots, pair, how, parts)
    return tuple(still(v) if t is None else t for v, t in zip(pair.values, found, strict=True))


def spread_to(bars: Any, pair: Any, how: Any, parts: Parts) -> Any:
    """Cotangents of the parameters as those of what `how` was given."""
    given, options = parts
    found = pair.spread(list(bars))
    named = found[len(found) - len(options) :]
    return placed_in(how, given, found)[: len(given)], dict(zip(options, named, strict=True))


def gathered_from(bars: Any, pair: Any, how: Any, parts: Parts) -> Any:
    """The transpose."""
    given, options = parts
    own = part(bars, 0)
    found = [None if own is None else part(own, k) for k in range(len(given))]
    return pair.gather(
        [*asked(how, given, tuple(found)), *(part(part(bars, 1), k) for k in options)]
    )


def spread_all(found: Any, back: Any) -> Any:
    """What the backward part gives, as a pullback gives it."""
    return back.spread(each(back.entry.mask, found))


def gathered_all(bars: Any, back: Any) -> Any:
    """The transpose."""
    mask = back.entry.mask
    parts = [bar for bar, m in zip(back.gather(list(bars)), mask, strict=True) if m]
    return parts[0] if len(parts) == 1 else parts


def laid(work: Any, given: Any) -> Any:
    """The values and tangents of the parameters, of what `jvp_call` was given."""
    return (*work.values, *work.dots)


def laid_tangents(work: Any, dots: Any) -> Any:
    """Their tangents."""
    given = (*work.values, *work.dots)
    found = laid_from(dots, work)
    return tuple(still(v) if t is None else t for v, t in zip(given, found, strict=True))


def lifted(bars: Any, work: Any) -> Any:
    """Cotangents of these as those of what `jvp_call` was given."""
    return work.parts(list(bars))


def laid_from(bars: Any, work: Any) -> Any:
    """The transpose."""
    return work.laid(bars)


# -- the ways to call ----------------------------------------------------------------


def asked(function: Any, args: tuple[Any, ...], parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of what goes with the arguments of `call` and its like: that of what its pullback goes to."""
    if function is calls.kept:
        return asked(args[0], args[1:], parts[1:])
    if function is calls.call_spread:
        return (parts[0], *(parts[2] or ()))
    return (parts[0], *parts[2:]) if function is calls.call_method else parts


def placed_in(function: Any, args: tuple[Any, ...], found: list[Any]) -> list[Any]:
    """What such a pullback returns, with each part where its argument stands."""
    if function is calls.kept:
        return [None, *placed_in(args[0], args[1:], found)]
    if function is calls.call_spread:
        return [found[0], None, found[1 : 1 + len(args[2])], []]
    return [found[0], None, *found[1:]] if function is calls.call_method else found


def each(mask: tuple[bool, ...], found: Any) -> list[Any]:
    """One part for each parameter, of what a backward part gives: None where it gives none."""
    parts = iter([found] if sum(mask) == 1 else found)
    return [next(parts) if m else None for m in mask]
