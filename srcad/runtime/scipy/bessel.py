"""Compute the derivatives of Bessel functions that need more than a line."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from srcad.errors import NotDifferentiable


def real_alone(z: Any) -> Any:
    """z, which must be real: scaled by the size of its part, the function is not analytic."""
    if np.iscomplexobj(z):
        raise NotDifferentiable(
            "The scaled Bessel functions have a complex derivative for real arguments alone. Scale "
            "the plain function: sc.jv(v, z) * np.exp(-np.abs(np.imag(z)))."
        )
    return z


def airy_bar(y_bar: Any, y: Any, z: Any) -> Any:
    """z̄ of (Ai, Ai', Bi, Bi'), by Ai'' = z Ai."""
    plain = y_bar[0] * y[1] + y_bar[2] * y[3]
    return plain + z * (y_bar[1] * y[0] + y_bar[3] * y[2])


def airy_moved(t: Any, y: Any, z: Any) -> Any:
    """The tangents of the four."""
    return t * y[1], t * z * y[0], t * y[3], t * z * y[2]


def struve_rest(v: Any, x: Any) -> Any:
    """The inhomogeneous term of the recurrences of Struve functions."""
    return (x / 2) ** v * sc.rgamma(v + 1.5) / math.sqrt(math.pi)


def spherical_bend(function: Any, y: Any, n: Any, z: Any) -> Any:
    """The second derivative of a spherical Bessel function; y is the first."""
    return (n * (n + 1) / (z * z) - 1) * function(n, z) - 2 * y / z


def toroidal_bend(function: Any, y: Any, n: Any, z: Any) -> Any:
    """The second derivative of a modified one."""
    return (n * (n + 1) / (z * z) + 1) * function(n, z) - 2 * y / z
