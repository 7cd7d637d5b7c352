"""Transpose the discrete Fourier transforms.

Cotangents pair without conjugation, and the matrix of a transform is symmetric: the transpose of
`fft` is `fft` itself, of what was cut off or padded to n points the padding or the cut.  A real
transform leaves out the upper half of the frequencies, which mirrors the lower one:

    y = rfft(x)     x_bar_j = Re Σ_k y_bar_k w^jk           half as much for the middle ones
    y = irfft(x)    x_bar_k = Σ_j y_bar_j w^-jk             twice as much for the middle ones

where the middle frequencies are those that have a mirror image: all but 0 and, for even n, n/2.
A transform over several axes is transposed axis by axis, the last one that ran first.

Source: the documentation of numpy.fft, "Implementation details" and "Normalization".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.runtime.indexing import uncast

# the norm with which a transform in the other direction has the same factor
OTHER: dict[Any, Any] = {
    None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho",
}  # fmt: skip


# --- one axis -----------------------------------------------------------------------------------


def fft_bar(y_bar: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.fft(a, n, axis, norm): the same transform, cut to the shape of a."""
    return uncast(resized(np.fft.fft(y_bar, None, axis, norm), np.shape(a)[axis], axis), a)


def ifft_bar(y_bar: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.ifft(a, n, axis, norm)."""
    return uncast(resized(np.fft.ifft(y_bar, None, axis, norm), np.shape(a)[axis], axis), a)


def rfft_bar(y_bar: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.rfft(a, n, axis, norm); `a` gives its shape and dtype."""
    size = np.shape(a)[axis]
    points = size if n is None else n
    g = np.conj(times_middle(y_bar, 0.5, points, axis))
    return uncast(resized(np.fft.irfft(g, points, axis, OTHER[norm]), size, axis), a)


def irfft_bar(y_bar: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.irfft(a, n, axis, norm); n is the length of y_bar."""
    points = np.shape(y_bar)[axis]
    g = np.conj(np.fft.rfft(y_bar, points, axis, OTHER[norm]))
    g = times_middle(g, 2, points, axis)
    return uncast(resized(g, np.shape(a)[axis], axis), a)


def hfft_bar(y_bar: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.hfft(a, n, axis, norm) = irfft(conj(a), n, axis, the other norm)."""
    return np.conj(irfft_bar(y_bar, a, axis, OTHER[norm]))


def ihfft_bar(y_bar: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """ā of np.fft.ihfft(a, n, axis, norm) = conj(rfft(a, n, axis, the other norm))."""
    return rfft_bar(np.conj(y_bar), a, n, axis, OTHER[norm])


# --- several axes -------------------------------------------------------------------------------


def fftn_bar(
    y_bar: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None, inverse: bool = False
) -> Any:
    """ā of np.fft.fftn and ifftn, which go through the axes from the last one on."""
    sizes, axes = sizes_and_axes(s, axes, np.shape(a))
    before = lengths_before(np.shape(a), [*reversed(axes)], [*reversed(sizes)])
    one = np.fft.ifft if inverse else np.fft.fft
    return uncast(_undone(y_bar, one, [*reversed(axes)], before, norm), a)


def rfftn_bar(y_bar: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """ā of np.fft.rfftn: rfft along the last axis, then fft along the others."""
    sizes, axes = sizes_and_axes(s, axes, np.shape(a))
    last, n = axes[-1], sizes[-1]
    halved = list(np.shape(a))
    halved[last] = n // 2 + 1
    before = lengths_before(halved, [*reversed(axes[:-1])], [*reversed(sizes[:-1])])
    g = _undone(y_bar, np.fft.fft, [*reversed(axes[:-1])], before, norm)
    return rfft_bar(g, a, n, last, norm)


def irfftn_bar(y_bar: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """ā of np.fft.irfftn: ifft along all axes but the last, then irfft along that."""
    sizes, axes = sizes_and_axes(s, axes, np.shape(a))
    last = axes[-1]
    before = lengths_before(np.shape(a), axes[:-1], sizes[:-1])
    size = sizes[axes[:-1].index(last)] if last in axes[:-1] else np.shape(a)[last]
    middle = list(np.shape(y_bar))
    middle[last] = size
    like = np.empty(middle, np.result_type(y_bar, 1j))
    g = irfft_bar(y_bar, like, last, norm)
    return uncast(_undone(g, np.fft.ifft, axes[:-1], before, norm), a)


def _undone(g: Any, one: Callable[..., Any], axes: Any, before: list[int], norm: Any) -> Any:
    """The transposes of transforms that ran along these axes, in the opposite order."""
    for axis, size in zip(reversed(axes), reversed(before), strict=True):
        g = resized(one(g, None, axis, norm), size, axis)
    return g


def sizes_and_axes(s: Any, axes: Any, shape: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The points of each transform and its axis, counted from the front, as NumPy reads them."""
    ndim = len(shape)
    if axes is None:
        axes = range(ndim) if s is None else range(ndim - len(s), ndim)
    axes = [int(axis) % ndim for axis in axes]
    given = [None] * len(axes) if s is None else s
    pairs = zip(given, axes, strict=True)
    return [shape[k] if n is None or n == -1 else int(n) for n, k in pairs], axes


def lengths_before(shape: Any, axes: list[int], sizes: list[int]) -> list[int]:
    """How long each axis was when its transform began: an axis may have its turn twice."""
    now = list(shape)
    found = []
    for axis, size in zip(axes, sizes, strict=True):
        found.append(now[axis])
        now[axis] = size
    return found


# --- lengths and frequencies --------------------------------------------------------------------


def resized(g: Any, size: int, axis: int) -> Any:
    """The transpose of what a transform does to fit n points: g cut or padded with zeros."""
    points = np.shape(g)[axis]
    if points == size:
        return g
    rows = np.moveaxis(g, axis, 0)
    if points > size:
        return np.moveaxis(rows[:size], 0, axis)
    rest = np.zeros((size - points, *rows.shape[1:]), rows.dtype)
    return np.moveaxis(np.concatenate([rows, rest]), 0, axis)


def times_middle(g: Any, factor: float, points: int, axis: int) -> Any:
    """g times the factor at the frequencies that have a mirror image among `points` of them."""
    weights = np.full(points // 2 + 1, factor, np.real(g).dtype)
    weights[0] = 1
    if points % 2 == 0:
        weights[-1] = 1
    shape = [1] * np.ndim(g)
    shape[axis] = points // 2 + 1
    return g * np.reshape(weights, shape)


def freq_bar(y_bar: Any, y: Any, d: Any) -> Any:
    """The cotangent of the spacing d in y = k / (n d)."""
    return uncast(-np.sum(y_bar * y) / d, d)
