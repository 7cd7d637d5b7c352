"""Splines of scipy.interpolate and distances of scipy.spatial in plain Python.

The value is SciPy's; its derivative, in the points, the values and the place, is that of the
formula here.  A spline is what it is made of until it is called: `CubicSpline(x, y)(t)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate as si
from scipy.spatial import distance

from srcad.errors import UnsupportedSyntax
from srcad.runtime.scipy.integrals import with_value

# --- splines --------------------------------------------------------------------------------------


def cubic_spline(
    x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> Any:
    """`scipy.interpolate.CubicSpline`, along the first axis."""
    refuse_curve(axis, extrapolate, y)
    x = np.asarray(x)
    y = np.asarray(y)
    slopes = spline_slopes(x, y, bc_type)
    return lambda t, nu=0, extrapolate=None: with_value(
        plain_curve("CubicSpline", x, y, bc_type, t, nu, extrapolate), hermite(x, y, slopes, t, nu)
    )


def pchip(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> Any:
    """`scipy.interpolate.PchipInterpolator`, along the first axis."""
    refuse_curve(axis, extrapolate, y)
    x = np.asarray(x)
    y = np.asarray(y)
    slopes = pchip_slopes(x, y)
    return lambda t, nu=0, extrapolate=None: with_value(
        plain_curve("PchipInterpolator", x, y, None, t, nu, extrapolate),
        hermite(x, y, slopes, t, nu),
    )


def plain_curve(kind: str, x: Any, y: Any, bc_type: Any, t: Any, nu: int, extrapolate: Any) -> Any:
    """SciPy's own value."""
    if kind == "CubicSpline":
        return si.CubicSpline(x, y, bc_type=bc_type)(t, nu, extrapolate)
    return si.PchipInterpolator(x, y)(t, nu, extrapolate)


def refuse_curve(axis: int, extrapolate: Any, y: Any) -> None:
    """Refuse what the formulas do not have."""
    if axis != 0 or extrapolate not in (None, True) or np.ndim(y) != 1 or np.iscomplexobj(y):
        raise UnsupportedSyntax(
            "A spline is differentiated for real values along one axis, with extrapolation."
        )


def spline_slopes(x: Any, y: Any, bc_type: Any) -> Any:
    """The slopes at the points, from the equations of the second derivatives."""
    n = len(x)
    if n < 4 and bc_type == "not-a-knot" or bc_type not in ("not-a-knot", "natural", "clamped"):
        raise UnsupportedSyntax(
            "CubicSpline is differentiated with at least four points and bc_type 'not-a-knot', "
            "'natural' or 'clamped'."
        )
    dx, rise = np.diff(x), np.diff(y) / np.diff(x)
    middle = 2 * (dx[:-1] + dx[1:])
    right = 3 * (dx[1:] * rise[:-1] + dx[:-1] * rise[1:])
    first, second, start = end_equation(dx[0], dx[1], rise[0], rise[1], bc_type)
    last, before, stop = end_equation(dx[-1], dx[-2], rise[-1], rise[-2], bc_type)
    main = np.concatenate([np.array([first]), middle, np.array([last])])
    above = np.concatenate([np.array([second]), dx[:-1]])
    below = np.concatenate([dx[1:], np.array([before])])
    matrix = np.diag(main) + np.diag(above, 1) + np.diag(below, -1)
    return np.linalg.solve(matrix, np.concatenate([np.array([start]), right, np.array([stop])]))


def end_equation(d0: Any, d1: Any, r0: Any, r1: Any, bc_type: str) -> tuple[Any, Any, Any]:
    """The equation of an end: its own coefficient, the neighbour's, the right-hand side."""
    if bc_type == "clamped":
        return 1.0, 0.0, 0.0
    if bc_type == "natural":
        return 2.0, 1.0, 3 * r0
    whole = d0 + d1
    return d1, whole, ((d0 + 2 * whole) * d1 * r0 + d0 * d0 * r1) / whole


def pchip_slopes(x: Any, y: Any) -> Any:
    """The slopes of Fritsch and Butland: weighted harmonic means, 0 at turning points."""
    if len(x) < 3:
        raise UnsupportedSyntax("PchipInterpolator is differentiated with at least three points.")
    d, rise = np.diff(x), np.diff(y) / np.diff(x)
    one, two = 2 * d[1:] + d[:-1], d[1:] + 2 * d[:-1]
    same = rise[:-1] * rise[1:] > 0
    left, right = np.where(same, rise[:-1], 1.0), np.where(same, rise[1:], 1.0)
    inner = np.where(same, (one + two) / (one / left + two / right), 0.0)
    start = pchip_end(d[0], d[1], rise[0], rise[1])
    stop = pchip_end(d[-1], d[-2], rise[-1], rise[-2])
    return np.concatenate([np.array([start]), inner, np.array([stop])])


def pchip_end(d0: Any, d1: Any, r0: Any, r1: Any) -> Any:
    """The slope at an end, of three points, kept in shape."""
    slope = ((2 * d0 + d1) * r0 - d0 * r1) / (d0 + d1)
    if np.sign(slope) != np.sign(r0):
        return 0.0 * slope
    if np.sign(r0) != np.sign(r1) and np.abs(slope) > 3 * np.abs(r0):
        return 3 * r0
    return slope


def hermite(x: Any, y: Any, slopes: Any, t: Any, nu: int) -> Any:
    """The cubic through two points with slopes, or its derivative of order nu."""
    t = np.asarray(t)
    k = interval_of(x, t)
    h = x[k + 1] - x[k]
    rise = (y[k + 1] - y[k]) / h
    bend = (slopes[k] + slopes[k + 1] - 2 * rise) / h
    c3, c2 = bend / h, (rise - slopes[k]) / h - bend
    u = t - x[k]
    if nu == 0:
        return ((c3 * u + c2) * u + slopes[k]) * u + y[k]
    if nu == 1:
        return (3 * c3 * u + 2 * c2) * u + slopes[k]
    if nu == 2:
        return 6 * c3 * u + 2 * c2
    if nu == 3:
        return 6 * c3 + 0 * u
    raise UnsupportedSyntax("A spline is differentiated up to its third derivative.")


def interval_of(x: Any, t: Any) -> Any:
    """The interval in which each place lies."""
    return np.clip(np.searchsorted(x, t, side="right") - 1, 0, len(x) - 2)


# --- distances ------------------------------------------------------------------------------------


def cdist(a: Any, b: Any, metric: Any = "euclidean", *, out: Any = None) -> Any:
    """`scipy.spatial.distance.cdist`."""
    off = np.asarray(a)[:, None, :] - np.asarray(b)[None, :, :]
    return with_value(plain_cdist(a, b, metric, out), lengths(off, metric))


def pdist(a: Any, metric: Any = "euclidean", *, out: Any = None) -> Any:
    """`scipy.spatial.distance.pdist`."""
    i, j = np.triu_indices(len(a), 1)
    points = np.asarray(a)
    return with_value(plain_pdist(a, metric, out), lengths(points[i] - points[j], metric))


def plain_cdist(a: Any, b: Any, metric: Any, out: Any) -> Any:
    """SciPy's own value."""
    refuse_out(out)
    return distance.cdist(a, b, metric)


def plain_pdist(a: Any, metric: Any, out: Any) -> Any:
    """SciPy's own value."""
    refuse_out(out)
    return distance.pdist(a, metric)


def refuse_out(out: Any) -> None:
    """Refuse a result that is written into an array."""
    if out is not None:
        raise UnsupportedSyntax("Distances with `out=` are not differentiated: leave it away.")


def lengths(off: Any, metric: Any) -> Any:
    """The lengths of differences of points; 0 at 0."""
    if metric == "euclidean":
        return np.linalg.norm(off, axis=-1)
    if metric == "sqeuclidean":
        return np.sum(off * off, axis=-1)
    if metric == "cityblock":
        return np.sum(np.abs(off), axis=-1)
    if metric == "chebyshev":
        return np.max(np.abs(off), axis=-1)
    raise UnsupportedSyntax(
        "Distances are differentiated for the metrics 'euclidean', 'sqeuclidean', 'cityblock' and "
        "'chebyshev'."
    )
