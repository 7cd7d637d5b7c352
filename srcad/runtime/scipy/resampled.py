"""Derivatives of scipy.ndimage.map_coordinates: splines through the pixels, read between them.

The image's spline has one coefficient a pixel; at a place, along each axis, order + 1 of them count
with the weights of a B-spline, whose slope is the difference of two of one order less.  What is
computed here is compared with what SciPy gave: where they differ, as they do for some modes of
extension, the derivative is refused.

Source: M. Unser, "Splines: a perfect fit for signal and image processing" (1999).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import scipy.ndimage as nd

from srcad.errors import UnsupportedSyntax
from srcad.runtime.indexing import uncast

# how coefficients beyond the ends are found: by reflection about the last pixel, or its edge
_MIRRORED = ("mirror", "constant", "nearest")


@dataclass(frozen=True)
class _Axis:
    """Along one axis, for each place: the pixels that count, and their weights."""

    pixels: np.ndarray  # [taps, places]
    weights: np.ndarray


def verified(
    y: Any, input: Any, coordinates: Any, order: int, mode: str, cval: Any, pre: bool
) -> tuple[int, ...]:
    """No slope along any axis, once it is sure that what is read here is what SciPy reads."""
    none = (0,) * np.ndim(input)
    beyond = ~_inside(coordinates, np.shape(input), mode)
    found = read(input, coordinates, none, order, mode, pre) + np.where(beyond, cval, 0)
    near = 1e4 * np.finfo(np.result_type(y, np.float32)).eps
    size = np.max(np.abs(np.asarray(input)), initial=1.0)
    if not np.allclose(found, y, rtol=0, atol=near * size):
        raise UnsupportedSyntax(
            f"scipy.ndimage.map_coordinates of order {order} in the mode {mode!r} is not "
            "differentiated at these coordinates. Take order 1, or the mode 'mirror'."
        )
    return none


def read(
    input: Any, coordinates: Any, slopes: tuple[int, ...], order: int, mode: str, pre: bool
) -> Any:
    """The spline at the places, 0 beyond the image; slopes: how often differentiated, by axis."""
    shape = np.shape(input)
    axes = _axes(coordinates, shape, slopes, order, mode)
    coefficients = np.asarray(input)
    if pre and order > 1:
        coefficients = nd.spline_filter(input, order, np.result_type(input, float), _filter(mode))
    total: Any = np.zeros(np.shape(coordinates)[1:], np.result_type(input, float))
    for taps in itertools.product(range(order + 1), repeat=len(shape)):
        weight = reduce(np.multiply, (a.weights[k] for a, k in zip(axes, taps, strict=True)))
        total = total + weight * coefficients[_places(axes, taps)]
    return uncast(np.where(_inside(coordinates, shape, mode), total, 0), input)


def unread(
    g: Any,
    coordinates: Any,
    slopes: tuple[int, ...],
    order: int,
    mode: str,
    pre: bool,
    shape: tuple[int, ...],
) -> Any:
    """The transpose: what each place has goes to the pixels that are read there."""
    axes = _axes(coordinates, shape, slopes, order, mode)
    inner = np.where(_inside(coordinates, shape, mode), g, 0)
    bar = np.zeros(shape, np.result_type(g, float))
    for taps in itertools.product(range(order + 1), repeat=len(shape)):
        weight = reduce(np.multiply, (a.weights[k] for a, k in zip(axes, taps, strict=True)))
        np.add.at(bar, _places(axes, taps), inner * weight)
    if pre and order > 1:
        for axis, n in enumerate(shape):
            matrix = nd.spline_filter1d(np.eye(n), order, 0, mode=_filter(mode))
            bar = np.moveaxis(np.tensordot(matrix, bar, (0, axis)), 0, axis)
    return uncast(bar, g)


def steeper(slopes: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Differentiated once more along an axis."""
    return tuple(n + (k == axis) for k, n in enumerate(slopes))


def read_places(
    g: Any,
    input: Any,
    coordinates: Any,
    slopes: tuple[int, ...],
    order: int,
    mode: str,
    pre: bool,
) -> Any:
    """The cotangent of the coordinates: the slopes of the spline there."""
    found = [
        g * read(input, coordinates, steeper(slopes, k), order, mode, pre)
        for k in range(len(slopes))
    ]
    return np.stack(found)


def read_moved(
    t: Any,
    input: Any,
    coordinates: Any,
    slopes: tuple[int, ...],
    order: int,
    mode: str,
    pre: bool,
) -> Any:
    """The tangent where the coordinates move."""
    return sum(
        t[k] * read(input, coordinates, steeper(slopes, k), order, mode, pre)
        for k in range(len(slopes))
    )


def unread_moved(
    t: Any,
    g: Any,
    coordinates: Any,
    slopes: tuple[int, ...],
    order: int,
    mode: str,
    pre: bool,
    shape: tuple[int, ...],
) -> Any:
    """The tangent of the transpose where the coordinates move."""
    return sum(
        unread(g * t[k], coordinates, steeper(slopes, k), order, mode, pre, shape)
        for k in range(len(slopes))
    )


def _inside(coordinates: Any, shape: tuple[int, ...], mode: str) -> Any:
    """Which places lie in the image, where those beyond it are constants."""
    if mode != "constant":
        return np.ones(np.shape(coordinates)[1:], bool)
    ends = zip(coordinates, shape, strict=True)
    return np.all([(c >= 0) & (c <= n - 1) for c, n in ends], 0)


def _axes(
    coordinates: Any, shape: tuple[int, ...], slopes: tuple[int, ...], order: int, mode: str
) -> list[_Axis]:
    given = zip(np.asarray(coordinates, float), shape, slopes, strict=True)
    return [_along(c, n, order, mode, times) for c, n, times in given]


def _places(axes: list[_Axis], taps: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(a.pixels[k] for a, k in zip(axes, taps, strict=True))


def _along(places: np.ndarray, n: int, order: int, mode: str, slope: int) -> _Axis:
    places, sign = _folded(places, n, mode)
    first = np.floor(places + (0 if order % 2 else 0.5)).astype(int) - order // 2
    steps = np.reshape(np.arange(order + 1), (-1,) + (1,) * np.ndim(places))
    pixels = first + steps
    weights = sign**slope * _slope(order, places - pixels, slope)
    return _Axis(_within(pixels, n, mode), weights)


def _slope(order: int, x: np.ndarray, times: int) -> Any:
    """The B-spline, differentiated so many times: differences of those of lower order."""
    if times == 0:
        return _spline(order, x)
    if order == 0:
        return np.zeros_like(x)
    return _slope(order - 1, x + 0.5, times - 1) - _slope(order - 1, x - 0.5, times - 1)


def _spline(order: int, x: np.ndarray) -> Any:
    """The B-spline of an order, at x; of order 0 it is 1 on [-1/2, 1/2)."""
    if order == 0:
        return ((x >= -0.5) & (x < 0.5)).astype(float)
    half = (order + 1) / 2
    left, right = _spline(order - 1, x + 0.5), _spline(order - 1, x - 0.5)
    return ((half + x) * left + (half - x) * right) / order


def _folded(places: np.ndarray, n: int, mode: str) -> tuple[np.ndarray, Any]:
    """The places as those inside that stand for them, and the direction in which they move."""
    if mode == "nearest":
        return np.clip(places, 0, n - 1), ((places >= 0) & (places <= n - 1)).astype(float)
    if mode == "grid-wrap":
        return places % n, 1.0
    if mode in ("mirror", "reflect"):
        edge = 0.0 if mode == "mirror" else 0.5
        length = max(n - 1 if mode == "mirror" else n, 1)
        turn = (places + edge) % (2 * length)
        back = turn > length
        return np.where(back, 2 * length - turn, turn) - edge, np.where(back, -1.0, 1.0)
    return places, 1.0


def _within(pixels: np.ndarray, n: int, mode: str) -> Any:
    """The pixels beyond the ends as those whose coefficients stand for theirs."""
    if mode == "grid-wrap":
        return pixels % n
    if mode in _MIRRORED:
        turn = pixels % max(2 * (n - 1), 1)
        return np.minimum(turn, 2 * (n - 1) - turn) if n > 1 else np.zeros_like(pixels)
    turn = pixels % (2 * n)
    return np.minimum(turn, 2 * n - 1 - turn)


def _filter(mode: str) -> str:
    return "mirror" if mode in _MIRRORED else mode
