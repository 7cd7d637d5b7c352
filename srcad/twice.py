"""Differentiate code that keeps the pullback of a function known only when it runs.

    y, pullback = call(f, x)            the pair of f's generated code; what it saves is a result
    pulled = pullback(y_bar)            the second of the pair, a function of what the first saved

A pullback is generated code and what that saved: its tangent is the tangent of what it saved, and
its cotangent the cotangent of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import errors
from srcad.api import GradFunction
from srcad.arguments import target_of
from srcad.called import Back, call_of, gathered, register, spreading
from srcad.compile import Entry
from srcad.dynamic import Pullback, differentiate, entry_of, with_rule
from srcad.moving import Named, move
from srcad.nested import generated, innermost
from srcad.runtime import calls
from srcad.runtime.cotangents import part, shadow
from srcad.runtime.methods import METHODS
from srcad.runtime.tangents import still
from srcad.runtime.writes import copied

Values = tuple[Any, ...]
Parts = Callable[[list[Any]], list[Any]]


@dataclass(frozen=True)
class Pair:
    """The generated pair for a call, and its values.

    spread: from the cotangents of all parameters to what the pullback returns; gather: back.
    """

    entry: Entry
    values: Values
    spread: Parts
    gather: Parts
    keep: bool = False

    def back(self, saved: Any) -> Back:
        return Back(self.entry, copied(saved) if self.keep else saved, self.spread, self.gather)


def pair_of(function: Any, args: Values, options: Named) -> Pair:
    """What `call(f, *args)` and its like run."""
    if function is calls.kept:
        return replace(pair_of(args[0], args[1:], options), keep=True)
    if function is calls.call_method:
        return _of_method(args[0], args[1], args[2:], options)
    if function is calls.call_spread:
        raise errors.UnsupportedSyntax(
            "A call with `*` or `**` of a function that is known only when it runs has no second "
            "derivative yet. Call it with arguments one by one."
        )
    return _pair(args[0], args[1:], options)


def _of_method(owner: Any, name: str, args: Values, options: Named) -> Pair:
    method = getattr(owner, name)
    if isinstance(method, GradFunction):
        pair = _pair(method, args, options)

        def to_owner(bars: list[Any]) -> list[Any]:
            own, *others = pair.spread(bars)
            return [part(own, "__self__"), *others]

        return replace(
            pair,
            spread=to_owner,
            gather=lambda bars: pair.gather([{"__self__": bars[0]}, *bars[1:]]),
        )
    function = getattr(method, "__func__", None)
    if isinstance(owner, np.ndarray | np.generic):
        function = METHODS.get(name)
    if function is None:
        raise errors.UnsupportedSyntax(
            f"`.{name}(...)` of a {type(owner).__name__} that is known only when it runs has no "
            "second derivative yet."
        )
    plain = _pair(function, (owner, *args), options)
    return replace(
        plain,
        spread=lambda bars: plain.spread(bars)[1:],
        gather=lambda bars: plain.gather([None, *bars]),
    )


def _pair(f: Any, args: Values, options: Named) -> Pair:
    held = None
    if isinstance(f, GradFunction):
        call, target = generated(f, args, options)
        function = innermost(f)
    else:
        function, _ = with_rule(f)
        target = target_of(function, len(args), tuple(options), args, options)
        call = call_of(target, args, options)
        held = call.held
    entry = entry_of(call.function, call.kinds, held, call.symbols)
    spread = spreading(call, function, args, options)
    return Pair(entry, call.values, spread, gathered(target, call, args, options))


# -- forward ---------------------------------------------------------------------------


def moved_call(
    function: Any, own_dot: Any, args: Values, dots: Values, options: Named, option_dots: Named
) -> tuple[Any, Any]:
    """((value, pullback), (value_dot, pullback_dot)) of `call(f, *args)` and its like."""
    del own_dot  # they hold nothing
    pair = pair_of(function, args, options)
    given = _asked(function, dots)
    tangents = pair.gather([*given, *(option_dots.get(key) for key in options)])
    tangents = [still(v) if t is None else t for v, t in zip(pair.values, tangents, strict=True)]
    (y, saved), (y_dot, saved_dot) = move(
        pair.entry.main, None, pair.values, tuple(tangents), {}, {}
    )
    return (y, pair.back(saved)), (y_dot, {"saved": copied(saved_dot) if pair.keep else saved_dot})


def _asked(function: Any, parts: Values) -> Values:
    """Of the arguments of `call` and its like, those that its pullback goes to."""
    if function is calls.kept:
        return parts[1:]
    return (parts[0], *parts[2:]) if function is calls.call_method else parts


def moved_back(
    back: Back, back_dot: Any, args: Values, dots: Values, options: Named, option_dots: Named
) -> tuple[Any, Any]:
    """What a pullback gives, and its tangent."""
    del options, option_dots
    (y_bar,), (y_bar_dot,) = args, dots
    saved_dot = still(back.saved) if back_dot is None else back_dot["saved"]
    moving = (saved_dot, still(y_bar) if y_bar_dot is None else y_bar_dot)
    found, found_dot = move(back.entry.backward, None, (back.saved, y_bar), moving, {}, {})
    mask = back.entry.mask
    return back.spread(_each(mask, found)), back.spread(_each(mask, found_dot))


def _each(mask: tuple[bool, ...], found: Any) -> list[Any]:
    parts = iter([found] if sum(mask) == 1 else found)
    return [next(parts) if m else None for m in mask]


# -- reverse ---------------------------------------------------------------------------


def pulled_call(function: Any, args: Values, options: Named, keep: bool) -> tuple[Any, Pullback]:
    """(value, pullback) of `call(f, *args)` and its like, and the way back from both."""
    pair = pair_of(function, args, options)
    (y, saved), pull = differentiate(pair.entry.main, pair.values, {}, keep)

    def pullback(bars: Any) -> list[Any]:
        y_bar, back_bar = part(bars, 0), part(bars, 1)
        saved_bar = part(back_bar, "saved")
        given = [
            shadow(y) if y_bar is None else y_bar,
            shadow(saved) if saved_bar is None else saved_bar,
        ]
        found = pair.spread(pull(given)[1:])
        if function is calls.kept:
            return [None, None, *found]
        return (
            [None, found[0], None, *found[1:]] if function is calls.call_method else [None, *found]
        )

    return (y, pair.back(saved)), pullback


def pulled_from_back(back: Back, args: Values, options: Named, keep: bool) -> tuple[Any, Pullback]:
    """What a pullback gives, and the way back to what it saved and to what it is given."""
    found, pull = differentiate(back.entry.backward, (back.saved, *args), options, keep)
    mask = back.entry.mask

    def pullback(bars: Any) -> list[Any]:
        parts = [bar for bar, m in zip(back.gather(bars), mask, strict=True) if m]
        _, saved_bar, y_bar_bar = pull(parts[0] if len(parts) == 1 else parts)
        return [{"saved": saved_bar}, y_bar_bar]

    return back.spread(_each(mask, found)), pullback


register(lambda f: isinstance(f, Back), pulled_from_back, moved_back)
register(calls.with_pullback, pulled_call, moved_call)
