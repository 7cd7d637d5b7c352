"""Read containers the way the rules need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.runtime.cotangents import finish, shadow
from srcad.runtime.fitting import fitted


def values(table: dict[Any, Any]) -> list[Any]:
    """The values of a dict as a list."""
    return list(table.values())


def values_bar(y_bar: Any, table: dict[Any, Any]) -> dict[Any, Any] | None:
    """The cotangent of the dict whose values were read; None is zero."""
    return None if y_bar is None else dict(zip(table, y_bar, strict=True))


def got(y_bar: Any, table: dict[Any, Any], key: Any) -> dict[Any, Any]:
    """The cotangent of the dict in `table.get(key, default)`."""
    return {key: y_bar} if key in table else {}


def not_got(y_bar: Any, table: dict[Any, Any], key: Any, default: Any) -> Any:
    """The cotangent of the default."""
    return shadow(default) if key in table else y_bar


def cotangent(x: Any, change: Callable[[Any], Any]) -> Any:
    """x itself; in a backward part its cotangent goes through `change`.

    change gets the cotangent, in the structure of x and a copy of its own, and returns what goes
    on in its place; None leaves it as it is.  So cotangents are printed, kept, clipped or replaced
    at one point of a function.  A cotangent that nobody needs is not asked about.  Forward mode
    has no cotangents, and refuses it.
    """
    return x


def changed(change: Callable[[Any], Any], x_bar: Any, x: Any) -> Any:
    """The cotangent that `change` makes of one."""
    given = finish(x_bar, x)
    found = change(given)
    return x_bar if found is None else fitted(found, x, "result of `change` in srcad.cotangent")


def stop_gradient(x: Any) -> Any:
    """The value itself; no derivative passes through."""
    return x
