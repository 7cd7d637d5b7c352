"""Variables of the user's program that have no value yet, where generated code reads them too."""

from __future__ import annotations

from typing import Any


class unset:  # noqa: N801 - it stands in generated code like `None`
    """The first value of such a variable."""


def assigned(value: Any, name: str) -> None:
    """Raise what Python raises for a variable without a value."""
    if value is unset:
        raise UnboundLocalError(
            f"cannot access local variable '{name}' where it is not associated with a value",
            name=name,
        )
