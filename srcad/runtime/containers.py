"""Read containers the way the rules need it."""

from __future__ import annotations

from typing import Any

from srcad.runtime.cotangents import shadow


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


def stop_gradient(x: Any) -> Any:
    """The value itself; no derivative passes through."""
    return x
