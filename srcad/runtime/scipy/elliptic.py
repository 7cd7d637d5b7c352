"""Compute the derivatives of elliptic integrals and of polynomials that need more than a line.

Sources: DLMF 19.4 and 19.25 (Carlson's R_D has no singularity at m = 0), 18.9.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from srcad.errors import NotDifferentiable


def elliptic_root(p: Any, m: Any) -> Any:
    """Δ = sqrt(1 - m sin²φ)."""
    return np.sqrt(1 - m * np.sin(p) ** 2)


def _difference(p: Any, m: Any) -> Any:
    """D(φ, m) = ∫ sin²/Δ = (F - E) / m, finite at m = 0."""
    turns = np.rint(p / math.pi)
    s, c = np.sin(p - math.pi * turns), np.cos(p)
    whole = sc.elliprd(0.0, 1 - m, 1.0) / 3
    return s**3 * sc.elliprd(c * c, 1 - m * s * s, 1.0) / 3 + 2 * turns * whole


def elliptic_e_slope(p: Any, m: Any) -> Any:
    """The derivative of E(φ, m) in m: (E - F) / 2m = -D/2."""
    return -_difference(p, m) / 2


def elliptic_f_slope(y: Any, p: Any, m: Any) -> Any:
    """The derivative of F(φ, m) in m: (F - D - sin φ cos φ / Δ) / 2(1 - m)."""
    rest = np.sin(p) * np.cos(p) / elliptic_root(p, m)
    return (y - _difference(p, m) - rest) / (2 * (1 - m))


def jacobi_bar(y_bar: Any, y: Any, u: Any, m: Any) -> Any:
    """ū of (sn, cn, dn, φ)."""
    sn, cn, dn = y[0], y[1], y[2]
    terms = y_bar[0] * cn * dn - y_bar[1] * sn * dn - y_bar[2] * m * sn * cn + y_bar[3] * dn
    axes = tuple(range(np.ndim(terms) - np.ndim(u)))
    stretched = tuple(k for k, n in enumerate(np.shape(u)) if n == 1)
    return np.sum(np.sum(terms, axes), stretched, keepdims=True).reshape(np.shape(u))[()]


def jacobi_moved(t: Any, y: Any, u: Any, m: Any) -> Any:
    """The tangents of the four."""
    sn, cn, dn = y[0], y[1], y[2]
    return t * cn * dn, -t * sn * dn, -t * m * sn * cn, t * dn


def jacobi_slope(n: Any, a: Any, b: Any, x: Any) -> Any:
    """The derivative of the Jacobi polynomial: (n + a + b + 1) / 2 times the next lower one."""
    return (n + a + b + 1) / 2 * sc.eval_jacobi(n - 1, a + 1, b + 1, x)


def dirichlet_slope(x: Any, n: Any) -> Any:
    """The derivative of the Dirichlet kernel, a mean of cos(k x), k from (1-n)/2 on."""
    if np.ndim(n) > 0:
        raise NotDifferentiable("The derivative of scipy.special.diric is known for one `n` alone.")
    k = np.arange(int(n)) - (int(n) - 1) / 2
    return -np.mean(k * np.sin(np.multiply.outer(x, k)), -1)
