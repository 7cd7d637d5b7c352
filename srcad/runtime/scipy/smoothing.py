"""Cotangents of sosfilt and savgol_filter: linear in the signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import uncast

MOST = 4000  # points of a signal whose matrix is written down


def at_rest(zi: Any) -> Any:
    """Refuse an initial state."""
    if zi is not None:
        raise NotDifferentiable(
            "scipy.signal.sosfilt with `zi=` has no derivative rule: let the filter start at rest, "
            "with a longer signal"
        )
    return zi


def sections_bar(y_bar: Any, sos: Any, x: Any, axis: int, zi: Any) -> Any:
    """x̄ of sosfilt: the filter backwards."""
    at_rest(zi)
    return uncast(np.flip(ss.sosfilt(sos, np.flip(y_bar, axis), axis), axis), x)


def smoothed_bar(
    y_bar: Any, x: Any, window: int, order: int, deriv: int, delta: float, axis: int, mode: str
) -> Any:
    """x̄ of savgol_filter: each point gives to its window, the ends to the first and last one."""
    bars = np.moveaxis(y_bar, axis, 0)
    points, half = np.shape(bars)[0], window // 2
    options = {"deriv": deriv, "delta": delta, "axis": 0, "mode": mode}
    if mode != "interp" or window % 2 == 0:
        if points > MOST:
            raise NotDifferentiable(
                f"scipy.signal.savgol_filter with mode={mode!r} of more than {MOST} points has no "
                'derivative rule: use mode="interp" and an odd window'
            )
        matrix = ss.savgol_filter(np.eye(points), window, order, **options)
        return uncast(np.moveaxis(np.tensordot(matrix, bars, (0, 0)), 0, axis), x)
    rows = ss.savgol_filter(np.eye(window), window, order, **options)
    inner = points - 2 * half
    found = np.tensordot(rows[:half], bars[:half], (0, 0))
    first = np.concatenate([found, np.zeros_like(bars, shape=(points - window, *bars.shape[1:]))])
    found = np.tensordot(rows[half + 1 :], bars[points - half :], (0, 0))
    last = np.concatenate([np.zeros_like(bars, shape=(points - window, *bars.shape[1:])), found])
    middle = [
        np.concatenate([
            np.zeros_like(bars, shape=(k, *bars.shape[1:])),
            rows[half, k] * bars[half : half + inner],
            np.zeros_like(bars, shape=(window - 1 - k, *bars.shape[1:])),
        ])
        for k in range(window)
    ]  # fmt: skip
    return uncast(np.moveaxis(first + last + sum(middle), 0, axis), x)
