"""Differentiate code that keeps the pullback of a function known only when it runs.

    y, pullback = call(f, x)            the pair of f's generated code; what it saves is a result
    pulled = pullback(y_bar)            the second of the pair, a function of what the first saved

A pullback is generated code and what that saved: its tangent is the tangent of what it saved, and
its cotangent the cotangent of that.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import errors, moving
from srcad.arguments import target_of
from srcad.called import (
    STANDING,
    Back,
    Call,
    call_of,
    gathered,
    register,
    special,
    spreading,
    stands_for,
)
from srcad.dynamic import Pullback, differentiate, entry_of, with_rule
from srcad.entries import Entry
from srcad.gradients import GradFunction
from srcad.ir.types import Clo
from srcad.moving import Named, move
from srcad.nested import innermost, reversible
from srcad.runtime import again, calls
from srcad.runtime.again import asked, each, placed_in
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

    call: Call
    held: Clo | None
    spread: Parts
    gather: Parts
    keep: bool = False

    @property
    def values(self) -> Values:
        return self.call.values

    @functools.cached_property
    def entry(self) -> Entry:
        return entry_of(self.call.function, self.call.kinds, self.held, self.call.symbols)

    def back(self, saved: Any) -> Back:
        return Back(self.entry, copied(saved) if self.keep else saved, self.spread, self.gather)


def pair_of(function: Any, args: Values, options: Named) -> Pair:
    """What `call(f, *args)` and its like run."""
    if function is calls.kept:
        return replace(pair_of(args[0], args[1:], options), keep=True)
    if function is calls.call_method:
        return _of_method(args[0], args[1], args[2:], options)
    if function is calls.call_spread:
        return _of_spread(*args)
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


def _of_spread(owner: Any, name: str | None, groups: Values, tables: Values) -> Pair:
    """A call with `*`: its pullback goes to [owner, *groups]."""
    if any(tables):
        raise errors.UnsupportedSyntax(
            "A call with `**` of a function that is known only when it runs has no second "
            "derivative yet. Call it with arguments one by one."
        )
    items = [tuple(group) for group in groups]
    flat = tuple(item for group in items for item in group)
    pair = _pair(owner, flat, {}) if name is None else _of_method(owner, name, flat, {})

    def regroup(bars: list[Any]) -> list[Any]:
        own, *found = pair.spread(bars)
        rest = iter(found)
        parts = [[next(rest) for _ in group] for group in items]
        bars = [calls.group_bar(g, p) for g, p in zip(groups, parts, strict=True)]
        return [own, *bars, *({} for _ in tables)]

    def ungroup(bars: list[Any]) -> list[Any]:
        pairs = zip(bars[1:], items, strict=False)
        flat = [p for b, g in pairs for p in ([None] * len(g) if b is None else b)]
        return pair.gather([bars[0], *flat])

    return replace(pair, spread=regroup, gather=ungroup)


def _of_other(function: Any, front: Values, args: Values, options: Named) -> Pair:
    """What stands for a callable of our own: it is called with what that holds in front."""
    pair = _pair(function, (*front, *args), options)
    if not front:
        return pair
    rest: list[Any] = [None] * (len(front) - 1)

    def spread(bars: list[Any]) -> list[Any]:
        _, own, *found = pair.spread(bars)
        return [own, *found[len(rest) :]]

    def gather(bars: list[Any]) -> list[Any]:
        return pair.gather([None, bars[0], *rest, *bars[1:]])

    return replace(pair, spread=spread, gather=gather)


def _pair(f: Any, args: Values, options: Named) -> Pair:
    stands = special(STANDING, f)
    if stands is not None:
        function, front = stands(f, args)
        if options and not calls.with_pullback(f):
            raise errors.UnsupportedSyntax(
                f"{getattr(f, '__name__', f)} called with keywords has no second derivative yet. "
                "Give the arguments by position."
            )
        return _of_other(function, front, args, options)
    held = None
    if isinstance(f, GradFunction):
        call, target = reversible(f, args, options)
        function = innermost(f)
    else:
        function, _ = with_rule(f)
        target = target_of(function, len(args), tuple(options), args, options)
        call = call_of(target, args, options)
        held = call.held
    spread = spreading(call, function, args, options)
    return Pair(call, held, spread, gathered(target, call, args, options))


# -- forward ---------------------------------------------------------------------------


def moved_call(
    function: Any, own_dot: Any, args: Values, dots: Values, options: Named, option_dots: Named
) -> tuple[Any, Any]:
    """((value, pullback), (value_dot, pullback_dot)) of `call(f, *args)` and its like."""
    del own_dot  # they hold nothing
    pair = pair_of(function, args, options)
    given = asked(function, args, dots)
    tangents = pair.gather([*given, *(option_dots.get(key) for key in options)])
    tangents = [still(v) if t is None else t for v, t in zip(pair.values, tangents, strict=True)]
    (y, saved), (y_dot, saved_dot) = move(
        pair.entry.main, None, pair.values, tuple(tangents), {}, {}
    )
    return (y, pair.back(saved)), (y_dot, {"saved": copied(saved_dot) if pair.keep else saved_dot})


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
    return back.spread(each(mask, found)), back.spread(each(mask, found_dot))


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
        return [None, *placed_in(function, args, found)]

    return (y, pair.back(saved)), pullback


def pulled_from_back(back: Back, args: Values, options: Named, keep: bool) -> tuple[Any, Pullback]:
    """What a pullback gives, and the way back to what it saved and to what it is given."""
    found, pull = differentiate(back.entry.backward, (back.saved, *args), options, keep)
    mask = back.entry.mask

    def pullback(bars: Any) -> list[Any]:
        parts = [bar for bar, m in zip(back.gather(bars), mask, strict=True) if m]
        _, saved_bar, y_bar_bar = pull(parts[0] if len(parts) == 1 else parts)
        return [{"saved": saved_bar}, y_bar_bar]

    return back.spread(each(mask, found)), pullback


# -- calls with tangents ---------------------------------------------------------------


@dataclass(frozen=True)
class Moving:
    """The generated code that moves tangents through a call, its values and tangents.

    count: how many arguments are given by position; names: those by name, None without tables.
    """

    main: Any
    values: Values
    mask: tuple[bool, ...]
    dots: Values
    pair: Pair
    count: int
    names: tuple[str, ...] | None
    method: bool

    def parts(self, bars: list[Any]) -> list[Any]:
        """From cotangents of values and tangents to those of what `jvp_call` was given."""
        held = len(self.values)
        rest = iter(bars[held:])
        dots = [next(rest) if m else None for m in self.mask]
        own, *args = self.pair.spread(list(bars[:held]))
        own_dot, *moved = self.pair.spread(dots)
        count = self.count
        found = [own, own_dot, *([None] if self.method else []), args[:count], moved[:count]]
        if self.names is None:
            return found
        tables = (dict(zip(self.names, p[count:], strict=True)) for p in (args, moved))
        return [*found, *tables]

    def laid(self, parts: Any) -> list[Any]:
        """The other way, of one part for each thing that `jvp_call` was given, None for zeros."""
        given = [None] * 6 if parts is None else list(parts)
        own, own_part, *rest = (*given[:2], *given[3:]) if self.method else given
        args, dots, table, table_part = (*rest, None, None)[:4]
        first = self.gathered(own, args, table)
        second = self.gathered(own_part, dots, table_part)
        return [*first, *(t for t, m in zip(second, self.mask, strict=True) if m)]

    def gathered(self, own: Any, args: Any, table: Any) -> list[Any]:
        """One part for each parameter, of parts of what `jvp_call` was given."""
        named = [(table or {}).get(key) for key in self.names or ()]
        return self.pair.gather([own, *_parts(args, (None,) * self.count), *named])


def moving_of(function: Any, args: Values) -> Moving:
    """What `jvp_call(f, f_dot, args, dots)`, or `jvp_method(owner, owner_dot, name, …)`, runs."""
    method = function is calls.jvp_method
    f, f_dot, given, dots, *tables = (*args[:2], *args[3:]) if method else args
    options, option_dots = tables or ({}, {})
    given, options = tuple(given), dict(options)
    pair = _of_method(f, args[2], given, options) if method else _pair(f, given, options)
    moved = [option_dots.get(key) for key in options]
    tangents = pair.gather([f_dot, *dots, *moved])
    entry = moving.entry_of(
        pair.call.function, pair.call.kinds, pair.call.symbols, pair.held,
        still=tuple(t is None for t in tangents), dynamic=True,
    )  # fmt: skip
    along = tuple(t for t, m in zip(tangents, entry.mask, strict=True) if m)
    names = tuple(options) if tables else None
    return Moving(entry.main, pair.values, entry.mask, along, pair, len(given), names, method)


def pulled_moving(function: Any, args: Values, options: Named, keep: bool) -> tuple[Any, Pullback]:
    """(value, tangent) of `jvp_call`, and the way back from both."""
    work = moving_of(function, args)
    out, pull = differentiate(work.main, (*work.values, *work.dots), options, keep)
    return out, lambda bars: [None, *work.parts(pull(bars)[1:])]


def moved_twice(
    function: Any, own_dot: Any, args: Values, dots: Values, options: Named, option_dots: Named
) -> tuple[Any, Any]:
    """(value, tangent) of `jvp_call`, and their tangents."""
    del own_dot
    work = moving_of(function, args)
    given = (*work.values, *work.dots)
    tangents = (still(v) if t is None else t for v, t in zip(given, work.laid(dots), strict=True))
    return move(work.main, None, given, tuple(tangents), options, option_dots)


def _parts(dots: Any, values: Values) -> Values:
    return (None,) * len(values) if dots is None else tuple(dots)


register(lambda f: isinstance(f, Back), pulled_from_back, moved_back)
register(calls.with_tangent, pulled_moving, moved_twice)
register(calls.with_pullback, pulled_call, moved_call)
again.register(pair_of, moving_of)
stands_for(calls.with_pullback, lambda f, args: (again.called, (f,)))
stands_for(calls.with_tangent, lambda f, args: (again.moved, (f,)))
stands_for(lambda f: isinstance(f, Back), lambda f, args: (again.pulled, (f,)))
