"""Call something whose identity is known only now, and keep the way back.

    y, pullback = call(f, x, w)     …     f_bar, x_bar, w_bar = pullback(y_bar)

The compiler registers itself here when it is imported, so that a function met at run time is
compiled when first met; the runtime itself knows nothing of the compiler.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from srcad.runtime.cotangents import accumulate, part, shadow
from srcad.runtime.derivative import Derivative
from srcad.runtime.draws import of_generator
from srcad.runtime.objects import kept_by

Pullback = Callable[[Any], list[Any]]
_COMPILE: list[Callable[..., tuple[Any, Pullback]]] = []
_FORWARD: list[Callable[..., tuple[Any, Any]]] = []
_TRANSPOSE: list[Callable[..., Any]] = []


class _Mode(threading.local):
    keep = False


_MODE = _Mode()


def kept(how: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call in one of the ways below, where what its pullback reads may change before."""
    before, _MODE.keep = _MODE.keep, True
    try:
        return how(*args, **kwargs)
    finally:
        _MODE.keep = before


def register(compiler: Callable[..., tuple[Any, Pullback]]) -> None:
    """Set what differentiates a function met at run time."""
    _COMPILE[:] = [compiler]


def register_forward(
    compiler: Callable[..., tuple[Any, Any]], *transposes: Callable[..., Any]
) -> None:
    """Set what moves tangents through a function met at run time, and through a `vjp` rule."""
    _FORWARD[:] = [compiler]
    _TRANSPOSE[:] = transposes


def pushed(
    function: Any, position: int, t: Any, y: Any, args: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """The tangent of `y = function(*args, **options)` when one argument moves by `t`.

    The cotangent that goes back to the argument is linear in that of the result: what carries
    one back through this once more is the tangent.
    """
    return _TRANSPOSE[0](function, position, t, y, args, options)


def formula_of(function: Any, position: int) -> tuple[Any, bool]:
    """The formula for the cotangent of one argument, and whether it takes the result as well."""
    found: tuple[Any, bool] = _TRANSPOSE[2](function, position)
    return found


def pushed_back(gate: Any, saved: Any, y: Any, args: tuple[Any, ...], dots: tuple[Any, ...]) -> Any:
    """The tangent of what a gate returned, from its backward part, as `pushed` finds it.

    saved: what the forward part kept; dots: None for arguments that do not move.
    """
    return _TRANSPOSE[1](gate, saved, y, args, dots)


def jvp_call(
    function: Any,
    function_dot: Any,
    args: tuple[Any, ...],
    dots: tuple[Any, ...],
    options: dict[str, Any] | None = None,
    option_dots: dict[str, Any] | None = None,
) -> tuple[Any, Any]:
    """The value of a call and its tangent, given those of the function and of its arguments."""
    return _FORWARD[0](function, function_dot, args, dots, options or {}, option_dots or {})


def jvp_method(
    owner: Any,
    owner_dot: Any,
    name: str,
    args: tuple[Any, ...],
    dots: tuple[Any, ...],
    options: dict[str, Any] | None = None,
    option_dots: dict[str, Any] | None = None,
) -> tuple[Any, Any]:
    """The same for `owner.name(...)`."""
    method = getattr(owner, name)
    function = _function_of(method, owner)
    if function is not None:
        given = (owner, *args), (owner_dot, *dots)
        return jvp_call(function, None, *given, options, option_dots)
    if kept_by(owner, name, method):
        return jvp_call(method, (owner_dot or {}).get(name), args, dots, options, option_dots)
    bound = hasattr(method, "__self__") or isinstance(method, Derivative)
    moved = {"__self__": owner_dot} if bound else None
    return jvp_call(method, moved, args, dots, options, option_dots)


def call_method(owner: Any, name: str, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
    """The same for `owner.name(...)`: the first cotangent is that of the owner."""
    method = getattr(owner, name)
    function = _function_of(method, owner)
    if function is not None:
        value, pullback = _COMPILE[0](function, (owner, *args), kwargs, _MODE.keep)
        return value, lambda y_bar: pullback(y_bar)[1:]
    value, pullback = _COMPILE[0](method, args, kwargs, _MODE.keep)
    if kept_by(owner, name, method):
        return value, lambda y_bar: _under(owner, name, pullback(y_bar))
    if not isinstance(method, Derivative):
        return value, pullback

    def to_owner(y_bar: Any) -> list[Any]:
        own, *bars = pullback(y_bar)
        return [part(own, "__self__"), *bars]

    return value, to_owner


def _function_of(method: Any, owner: Any) -> Any:
    """What a method of this very object calls with the object first, if that is in Python."""
    function = getattr(method, "__func__", None)
    bound = getattr(method, "__self__", None) is owner
    return function if bound and hasattr(function, "__code__") and not of_generator(owner) else None


def _under(owner: Any, name: str, bars: list[Any]) -> list[Any]:
    """The cotangent of a function as that of the object that keeps it, among other things."""
    if bars[0] is None:
        return bars
    whole = shadow(owner)
    accumulate(whole, name, bars[0])
    return [whole, *bars[1:]]


def call(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
    """The value of the call, and its pullback to [function, *args, *kwargs.values()]."""
    return _COMPILE[0](function, args, kwargs, _MODE.keep)


def call_spread(
    owner: Any, name: str | None, groups: tuple[Any, ...], tables: tuple[Any, ...]
) -> tuple[Any, Pullback]:
    """A call with `*` or `**`: `f(a, *xs, k=b, **more)` has groups (a,), xs and {"k": b}, more.

    The pullback goes to [owner, *groups, *tables].
    """
    spread = [_items(group) for group in groups]
    args = [item for group in spread for item in group]
    options = _merged(tables)
    if name is None:
        value, pullback = call(owner, *args, **options)
    else:
        value, pullback = call_method(owner, name, *args, **options)

    def regrouped(y_bar: Any) -> list[Any]:
        own, *bars = pullback(y_bar)
        rest = iter(bars)
        found = [group_bar(group, [next(rest) for _ in group]) for group in spread]
        return [own, *found, *({key: next(rest) for key in table} for table in tables)]

    return value, regrouped


def _items(group: Iterable[Any]) -> Any:
    """What can be asked for its items again, and does not change when the user's list does."""
    return group.copy() if isinstance(group, np.ndarray) else tuple(group)


def _merged(tables: tuple[Any, ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for table in tables:
        for key in table:
            if key in merged:
                raise TypeError(f"got multiple values for keyword argument '{key}'")
            merged[key] = table[key]
    return merged


def group_bar(group: Any, bars: list[Any]) -> Any:
    """The cotangent of what was spread: an array for an array, else a list."""
    if not isinstance(group, np.ndarray):
        return bars
    pairs = zip(group, bars, strict=True)
    found = [shadow(item) if bar is None else bar for item, bar in pairs]
    return np.array(found, group.dtype).reshape(group.shape)


def with_tangent(function: Any) -> bool:
    """Whether it is one of the ways above to call with a tangent."""
    return function is jvp_call or function is jvp_method


def with_pullback(function: Any) -> bool:
    """Whether it is one of the ways above to call with a way back."""
    found = function is call or function is call_method
    return found or function is call_spread or function is kept
