"""What a gradient asks of a result whose kind only the running program knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable


def only_scalar(value: Any, name: str) -> None:
    """Raise unless the result of the function of this name is a real scalar."""
    array = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f"
    if not array and not isinstance(value, float | np.floating):
        raise NotDifferentiable(
            f"{name} returns a {type(value).__name__}, and grad needs a real scalar. Sum it, or "
            "use srcad.vjp."
        )
