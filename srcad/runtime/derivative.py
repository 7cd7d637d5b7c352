"""What `srcad.grad` makes, as far as generated code must know it."""

from __future__ import annotations

from typing import Any


class Derivative:
    """The derivative of the function `f`: it holds what f holds, and so does its cotangent."""

    f: Any

    def of(self, f: Any) -> Any:
        """The same derivative of another function."""
        raise NotImplementedError


def primal(value: Any) -> Any:
    """What a value stands for where only what it holds matters: of a derivative, its function."""
    while isinstance(value, Derivative):
        value = value.f
    return value
