"""Derivatives of a plain program by differences, independent of srcad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def directional(f: Callable[..., Any], args: tuple, k: int, direction: Any, step: float) -> float:
    """The derivative of `f` in `args[k]` along `direction`, by a fourth-order difference."""

    def at(t: float) -> float:
        moved = list(args)
        moved[k] = args[k] + t * direction
        return f(*moved)

    near, far = at(step) - at(-step), at(2 * step) - at(-2 * step)
    return (8.0 * near - far) / (12.0 * step)


def complex_step(f: Callable[..., Any], args: tuple, k: int, direction: Any) -> float:
    """The same for an analytic `f`, without subtraction: exact to rounding."""
    moved = list(args)
    moved[k] = args[k] + 1e-30j * direction
    return f(*moved).imag / 1e-30


def directions(value: Any, rng: np.random.Generator) -> list[Any]:
    """All unit directions of a small argument; a few random ones and units of a large one."""
    if not isinstance(value, np.ndarray):
        return [1.0]
    if value.size <= 60:
        chosen = range(value.size)
    else:
        chosen = rng.choice(value.size, 5, replace=False)
    units = [np.eye(1, value.size, i).reshape(value.shape) for i in chosen]
    return [*units, *rng.normal(size=(3, *value.shape))]
