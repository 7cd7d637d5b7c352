"""Helpers of the rules that say how tangents pass."""

from __future__ import annotations

from typing import Any

import numpy as np


def times_solution(a_dot: Any, y: Any, b: Any) -> Any:
    """`a_dot @ y`, where `solve(a, b)` takes b for a vector, or for matrices."""
    return a_dot @ y if np.ndim(b) > 1 else (a_dot @ y[..., None])[..., 0]


def one_by_one(dots: Any, arrays: Any) -> Any:
    """The tangent of a product of several matrices."""
    terms = [np.linalg.multi_dot([*arrays[:k], t, *arrays[k + 1 :]]) for k, t in enumerate(dots)]
    return sum(terms[1:], terms[0])
