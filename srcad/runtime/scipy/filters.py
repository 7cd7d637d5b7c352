"""Pull cotangents back through the convolutions and filters of scipy.signal.

y = a * b (full):   ā = ȳ * flip(b), the part where they overlap whole.  The modes "same" and
"valid" are parts of the full one, so their cotangents have zeros around them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft as sf
import scipy.signal as ss

from srcad.errors import NotDifferentiable
from srcad.runtime.fft import resized
from srcad.runtime.indexing import fit, uncast
from srcad.runtime.padding import unpad

# --- any number of axes ---------------------------------------------------------------------------


def _axes(a: Any, axes: Any) -> list[int]:
    return (
        list(range(np.ndim(a))) if axes is None else [k % np.ndim(a) for k in np.atleast_1d(axes)]
    )


def _whole(y_bar: Any, a: Any, b: Any, mode: str, axes: list[int]) -> Any:
    """The cotangent of the full convolution, whose part y is."""
    if mode == "full":
        return y_bar
    swapped = any(np.shape(a)[k] < np.shape(b)[k] for k in axes)
    widths = [(0, 0)] * np.ndim(y_bar)
    for k in axes:
        left, right, size = np.shape(a)[k], np.shape(b)[k], np.shape(y_bar)[k]
        start = (left if swapped else right) - 1
        start = {"same": (right - 1) // 2, "turned": right // 2}.get(mode, start)
        widths[k] = (start, left + right - 1 - start - size)
    return np.pad(y_bar, widths)


def convolved_first(y_bar: Any, a: Any, b: Any, mode: str, axes: Any = None) -> Any:
    """ā of a convolution; along other axes than these the operands are broadcast."""
    if np.size(a) == 0 or np.size(b) == 0:
        return 0 * np.asarray(a)
    along = _axes(a, axes)
    whole, turned = _whole(y_bar, a, b, mode, along), np.flip(b, tuple(along))
    if axes is None:
        return uncast(ss.convolve(whole, turned, "valid"), a)
    return fit(ss.fftconvolve(whole, turned, "valid", axes=along), a)


def convolved_second(y_bar: Any, a: Any, b: Any, mode: str, axes: Any = None) -> Any:
    """b̄ of a convolution: the same, but that "same" is as large as the first."""
    if np.size(a) == 0 or np.size(b) == 0:
        return 0 * np.asarray(b)
    along = _axes(a, axes)
    whole, turned = _whole(y_bar, a, b, mode, along), np.flip(a, tuple(along))
    if axes is None:
        return uncast(ss.convolve(whole, turned, "valid"), b)
    return fit(ss.fftconvolve(whole, turned, "valid", axes=along), b)


def correlated_first(y_bar: Any, a: Any, b: Any, mode: str) -> Any:
    """ā of a correlation, the convolution with conj(flip(b))."""
    return convolved_first(y_bar, a, np.conj(np.flip(b)), mode)


def correlated_second(y_bar: Any, a: Any, b: Any, mode: str) -> Any:
    """b̄ of a correlation."""
    bar = convolved_second(y_bar, a, np.conj(np.flip(b)), mode)
    return uncast(np.conj(np.flip(bar)), b)


# --- two axes, with a boundary --------------------------------------------------------------------

PADS: dict[str, Any] = {"fill": "constant", "pad": "constant", "wrap": "wrap", "circular": "wrap",
        "symm": "symmetric", "symmetric": "symmetric"}  # fmt: skip


def _around(b: Any) -> list[tuple[int, int]]:
    return [(n - 1, n - 1) for n in np.shape(b)]


def _refuse_swapped(a: Any, b: Any, mode: str) -> None:
    if mode == "valid" and any(m < n for m, n in zip(np.shape(a), np.shape(b), strict=True)):
        raise NotDifferentiable(
            "scipy.signal.convolve2d in the mode 'valid' has a derivative rule where the second "
            "operand is no larger than the first; exchange them"
        )


def plane_first(y_bar: Any, a: Any, b: Any, mode: str, boundary: str) -> Any:
    """ā of convolve2d: of `a` with its boundary around it, then without."""
    _refuse_swapped(a, b, mode)
    whole = _whole(y_bar, a, b, mode, [0, 1])
    padded = ss.convolve(whole, np.flip(b))
    return uncast(unpad(padded, a, _around(b), PADS[boundary]), a)


def plane_second(y_bar: Any, a: Any, b: Any, mode: str, boundary: str, fillvalue: Any) -> Any:
    """b̄ of convolve2d."""
    _refuse_swapped(a, b, mode)
    whole = _whole(y_bar, a, b, mode, [0, 1])
    if PADS[boundary] == "constant":
        padded = np.pad(a, _around(b), constant_values=fillvalue)
    else:
        padded = np.pad(a, _around(b), mode=PADS[boundary])
    return uncast(np.flip(ss.convolve(padded, np.flip(whole), "valid")), b)


def turned_first(y_bar: Any, a: Any, b: Any, mode: str, boundary: str) -> Any:
    """ā of correlate2d, whose mode "same" has its middle elsewhere."""
    mode = "turned" if mode == "same" else mode
    return plane_first(y_bar, a, np.conj(np.flip(b)), mode, boundary)


def turned_second(y_bar: Any, a: Any, b: Any, mode: str, boundary: str, fillvalue: Any) -> Any:
    """b̄ of correlate2d."""
    mode = "turned" if mode == "same" else mode
    bar = plane_second(y_bar, a, np.conj(np.flip(b)), mode, boundary, fillvalue)
    return uncast(np.conj(np.flip(bar)), b)


# --- filters along one axis -----------------------------------------------------------------------


def without_state(zi: Any) -> Any:
    """Refuse an initial state."""
    if zi is not None:
        raise NotDifferentiable(
            "scipy.signal.lfilter with `zi=` has no derivative rule: let the filter start at rest, "
            "with a longer signal"
        )
    return zi


def _backwards(y_bar: Any, b: Any, a: Any, axis: int) -> Any:
    """The filter in the other direction of time."""
    return np.flip(ss.lfilter(b, a, np.flip(y_bar, axis), axis), axis)


def _lags(w: Any, x: Any, count: int, axis: int) -> Any:
    """Σ w[n] x[n - k] for k < count."""
    w, x = np.moveaxis(w, axis, 0), np.moveaxis(x, axis, 0)
    points = np.shape(x)[0]
    sums = [np.sum(w[k:] * x[: max(points - k, 0)]) for k in range(count)]
    return np.array(sums)


def filter_x(y_bar: Any, b: Any, a: Any, x: Any, axis: int, zi: Any) -> Any:
    """x̄ of lfilter: the filter backwards."""
    without_state(zi)
    return uncast(_backwards(y_bar, b, a, axis), x)


def filter_b(y_bar: Any, b: Any, a: Any, x: Any, axis: int, zi: Any) -> Any:
    """b̄ of a(S) y = b(S) x, S the shift by one."""
    without_state(zi)
    w = _backwards(y_bar, np.ones(1, np.result_type(y_bar)), a, axis)
    return uncast(np.reshape(_lags(w, x, np.size(b), axis), np.shape(b)), b)


def filter_a(y_bar: Any, y: Any, a: Any, axis: int, zi: Any) -> Any:
    """ā of the same."""
    without_state(zi)
    w = _backwards(y_bar, np.ones(1, np.result_type(y_bar)), a, axis)
    return uncast(np.reshape(-_lags(w, y, np.size(a), axis), np.shape(a)), a)


def hilbert_bar(y_bar: Any, x: Any, axis: int) -> Any:
    """x̄ of the analytic signal: of ifft · h · fft, each of which is symmetric."""
    points = np.shape(y_bar)[axis]
    weights = np.zeros(points)
    middle = np.arange(points)
    weights = np.where((middle > 0) & (2 * middle < points), 2.0, weights)
    weights = np.where((middle == 0) | (2 * middle == points), 1.0, weights)
    shape = [1] * np.ndim(y_bar)
    shape[axis] = points
    found = sf.fft(sf.ifft(y_bar, axis=axis) * np.reshape(weights, shape), axis=axis)
    return uncast(resized(found, np.shape(x)[axis], axis), x)
