"""Pull cotangents back through np.pad, axis by axis from the last one on, as it padded them.

Most modes copy elements or mix them linearly; "maximum", "minimum" and "median" ask for the
values, so the arrays between the axes are made again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax
from srcad.runtime.indexing import floats_of, uncast, untake
from srcad.runtime.joining import unarray
from srcad.runtime.quantiles import quantile_bar, quantile_moved
from srcad.runtime.reductions import shares, spread

OWN_MODE = (
    "np.pad with a function of one's own writes in place, which is not followed. Make the "
    "margins and put them together with np.concatenate."
)
OF_VALUES = ("maximum", "minimum", "median")
Width = tuple[int, int]


def unpad(
    g: Any,
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    """The cotangent of what np.pad pads."""
    if callable(mode):
        raise UnsupportedSyntax(OWN_MODE)
    shape = np.shape(array)
    widths = pad_widths(pad_width, len(shape))
    lengths = [_of_axis(stat_length, axis, len(shape)) for axis in range(len(shape))]
    before = _between(array, widths, mode, stat_length, lengths) if mode in OF_VALUES else []
    for axis in range(len(shape) - 1, -1, -1):
        rows, width = np.moveaxis(g, axis, 0), widths[axis]
        if mode in ("constant", "empty") or width == (0, 0):
            rows = rows[width[0] : width[0] + shape[axis]]
        elif mode in OF_VALUES:
            values = np.moveaxis(before[axis], axis, 0)
            rows = _unpad_values(rows, values, width, mode, lengths[axis])
        else:
            rows = _unpad_rows(rows, shape[axis], width, mode, reflect_type, lengths[axis])
        g = np.moveaxis(rows, 0, axis)
    return uncast(g, array)


def padded(
    t: Any, array: Any, pad_width: Any, mode: Any, stat_length: Any, reflect_type: str
) -> Any:
    """The tangent of np.pad: constants do not move, and the rest is padded in the same way."""
    if callable(mode):
        raise UnsupportedSyntax(OWN_MODE)
    if mode in OF_VALUES:
        return _padded_values(t, array, pad_width, mode, stat_length)
    options = {"stat_length": stat_length} if mode == "mean" else {}
    if mode in ("reflect", "symmetric"):
        options = {"reflect_type": reflect_type}
    return np.pad(t, pad_width, mode, **options)


def _padded_values(t: Any, array: Any, pad_width: Any, mode: Any, stat_length: Any) -> Any:
    """The tangent where the margins are the largest, smallest or middle values."""
    ndim = np.ndim(array)
    widths = pad_widths(pad_width, ndim)
    lengths = [_of_axis(stat_length, axis, ndim) for axis in range(ndim)]
    before = _between(array, widths, mode, stat_length, lengths)
    for axis, width in enumerate(widths):
        values, dots = np.moveaxis(before[axis], axis, 0), np.moveaxis(t, axis, 0)
        n = len(values)
        left, right = (n if k is None else min(k, n) for k in lengths[axis])
        parts = [dots]
        if width[0]:
            moved = _statistic_moved(dots[:left], values[:left], mode)
            parts.insert(0, np.broadcast_to(moved, (width[0], *np.shape(moved))))
        if width[1]:
            moved = _statistic_moved(dots[n - right :], values[n - right :], mode)
            parts.append(np.broadcast_to(moved, (width[1], *np.shape(moved))))
        t = np.moveaxis(np.concatenate(parts), 0, axis)
    return t


def _statistic_moved(t: Any, values: Any, mode: Any) -> Any:
    """The tangent of the largest, smallest or middle of the rows."""
    if mode == "median":
        return quantile_moved(t, np.median(values, 0), values, 0.5, 0)
    y = (np.max if mode == "maximum" else np.min)(values, 0)
    return np.sum(shares(y, values, 0) * t, 0)


def _between(array: Any, widths: Any, mode: Any, stat_length: Any, lengths: Any) -> list[Any]:
    """The array before each of its axes was padded."""
    found = []
    for axis, width in enumerate(widths):
        found.append(array)
        only = [width if k == axis else (0, 0) for k in range(len(widths))]
        length = None if stat_length is None else [lengths[axis]] * len(widths)
        array = np.pad(array, only, mode, stat_length=length)
    return found


def _unpad_values(g: Any, values: Any, width: Width, mode: Any, length: Any) -> Any:
    """The cotangent of the first axis: what the margins had goes to the items they were made of."""
    n = len(values)
    bar = g[width[0] : width[0] + n] + 0
    left, right = (n if k is None else min(k, n) for k in length)
    if width[0]:
        bar[:left] += _statistic_bar(np.sum(g[: width[0]], 0), values[:left], mode)
    if width[1]:
        bar[n - right :] += _statistic_bar(np.sum(g[width[0] + n :], 0), values[n - right :], mode)
    return bar


def _statistic_bar(g: Any, values: Any, mode: Any) -> Any:
    """The cotangent of the rows whose largest, smallest or middle value was taken."""
    if mode == "median":
        return quantile_bar(g, values, 0.5, 0)
    y = (np.max if mode == "maximum" else np.min)(values, 0)
    return spread(g, values, 0) * shares(y, values, 0)


def _unpad_rows(g: Any, n: int, width: Width, mode: Any, reflect_type: str, length: Any) -> Any:
    """The transpose of padding the first axis, which had length n.

    Edge, reflect, symmetric and wrap copy elements: their cotangents go back to where np.pad took
    them from, which padding the positions tells.  Odd reflection, linear_ramp and mean are the
    matrix that np.pad makes of the identity.
    """
    options: dict[str, Any] = {}
    if mode in ("reflect", "symmetric"):
        options["reflect_type"] = reflect_type
    if mode in ("edge", "reflect", "symmetric", "wrap") and options.get("reflect_type") != "odd":
        source = np.pad(np.arange(n), width, mode)
        return untake(g, np.zeros((n,) + g.shape[1:], g.dtype), source, 0)
    if mode == "mean" and length != (None, None):
        options["stat_length"] = (length, (1, 1))
    columns = np.pad(np.eye(n, dtype=g.dtype), (width, (0, 0)), mode, **options)
    return np.tensordot(columns, g, (0, 0))


def unpad_ends(g: Any, shape: tuple[int, ...], pad_width: Any, mode: Any, given: Any) -> Any:
    """The cotangent of constant_values (mode "constant") or end_values (mode "linear_ramp").

    What a margin has of its end value: all of it, or as much as a ramp from 0 to 1 has there.
    """
    ndim = len(shape)
    bars = np.zeros((ndim, 2), floats_of(g))
    for axis, width in reversed(list(enumerate(pad_widths(pad_width, ndim)))):
        rows = np.moveaxis(g, axis, 0)
        part = np.ones(sum(width) + 1)
        if mode == "linear_ramp":
            part = np.pad(np.zeros(1), [width], mode, end_values=1.0)
        sums = np.sum(rows, tuple(range(1, ndim)))
        bars[axis, 0] = np.sum(sums[: width[0]] * part[: width[0]])
        bars[axis, 1] = np.sum(sums[width[0] + shape[axis] :] * part[width[0] + 1 :])
        if mode == "linear_ramp":
            rows = _unpad_rows(rows, shape[axis], width, mode, "even", None)
        else:
            rows = rows[width[0] : width[0] + shape[axis]]
        g = np.moveaxis(rows, 0, axis)
    return _given_ends(bars, given)


def _given_ends(bars: Any, given: Any) -> Any:
    """Of what every margin had, what the values had as they were given: one, a pair, pairs."""
    shape = np.shape(given)
    if np.size(given) == 2 and shape != (2, 1):
        return unarray(np.reshape(np.sum(bars, 0), shape), given)
    full = (1,) * (2 - len(shape)) + shape
    axes = tuple(k for k in (0, 1) if full[k] == 1)
    return unarray(np.reshape(np.sum(bars, axes), shape), given)


def pad_widths(pad_width: Any, ndim: int) -> list[Width]:
    """(before, after) for every axis, from any of the forms that np.pad takes."""
    if isinstance(pad_width, dict):
        by_axis = {axis % ndim: width for axis, width in pad_width.items()}
        return [_of_axis(by_axis.get(axis, 0), 0, 1) for axis in range(ndim)]
    return [_of_axis(pad_width, axis, ndim) for axis in range(ndim)]


def _of_axis(width: Any, axis: int, ndim: int) -> Any:
    if width is None:
        return None, None
    before, after = np.broadcast_to(width, (ndim, 2))[axis].tolist()
    return before, after
