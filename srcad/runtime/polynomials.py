"""Pull cotangents back through polynomials given by their coefficients, the highest power first.

    poly(z)          coefficients of Π (x - z_i)         their derivatives by Horner's scheme
    poly(A)          of det(x - A)                       by Faddeev and LeVerrier's scheme
    roots(p)         dr = -Σ_k r^(n-k) dp_k / p'(r)
    polymul(p, q)    a convolution, from which zeros in front were taken

Source of the schemes: F. Gantmacher, "The theory of matrices" (1959), chapter IV, §5.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcad.runtime.indexing import floats_of, uncast

# --- sums and products ----------------------------------------------------------------------------


def unpolyadd(g: Any, like: Any) -> Any:
    """The transpose of np.polyadd: polynomials are added from their last coefficients on."""
    return uncast(np.reshape(g[len(g) - np.size(like) :], np.shape(like)), like)


def unpolymul(g: Any, like: Any, other: Any) -> Any:
    """The transpose of np.polymul(like, other) in its first factor."""
    if not np.size(like):
        return uncast(np.zeros(np.shape(like)), like)
    other = np.atleast_1d(other)
    zeros = np.size(like) + len(other) - 1 - len(g)  # which stood in front, and were left out
    whole = np.concatenate([np.zeros(zeros, floats_of(g)), g])
    bar = np.convolve(whole, other[::-1], "valid")
    return uncast(np.reshape(bar, np.shape(like)), like)


# --- derivatives and integrals --------------------------------------------------------------------


def unpolyder(g: Any, like: Any, m: int = 1) -> Any:
    """The transpose of np.polyder: coefficient i of n goes to (n-1-i) ... (n-m-i) times itself."""
    n = np.size(like)
    factors = [math.perm(n - 1 - k, m) for k in range(len(g))]
    bar = np.concatenate([g * np.array(factors, float), np.zeros(n - len(g))])
    return uncast(np.reshape(bar, np.shape(like)), like)


def unpolyint(g: Any, like: Any, m: int = 1) -> Any:
    """The transpose of np.polyint in the polynomial."""
    n = np.size(like)
    factors = [math.perm(n - 1 - k + m, m) for k in range(n)]
    return uncast(np.reshape(g[:n] / np.array(factors, float), np.shape(like)), like)


def unpolyint_constants(g: Any, size: int, m: int, k: Any) -> Any:
    """The transpose of np.polyint in its constants, of which each is integrated from then on."""
    bar = g[size:] / np.array([math.factorial(m - 1 - j) for j in range(m)], float)
    bar = np.reshape(np.sum(bar), np.shape(k)) if np.size(k) == 1 else bar[: np.size(k)]
    return uncast(bar, k)


# --- roots ----------------------------------------------------------------------------------------


def roots_bar(y_bar: Any, y: Any, p: Any) -> Any:
    """p̄_k = -Σ r̄ r^(n-k) / p'(r); not finite where a root is double."""
    p = np.atleast_1d(p)
    slopes = np.polyval(np.polyder(p), y)
    return uncast(-np.vander(y, len(p)).T @ (y_bar / slopes), p)


def poly_bar(y_bar: Any, seq_of_zeros: Any) -> Any:
    """The cotangent of the zeros of a polynomial, or of the matrix whose eigenvalues they are.

    dc_{k+1} = -tr(M_k dA) with M_0 = 1 and M_k = A M_{k-1} + c_k; for zeros in place of a matrix,
    the same element by element.
    """
    a = np.asarray(seq_of_zeros)
    if np.ndim(a) == 0:
        return uncast(0.0, seq_of_zeros)
    matrix = np.ndim(a) == 2
    one = np.eye(len(a)) if matrix else np.ones(len(a))
    coefficients = np.poly(a)
    others = one + 0 * a
    bar = -y_bar[1:2] * others if len(a) else 0 * a
    for k in range(1, len(a)):
        others = (a @ others if matrix else a * others) + coefficients[k] * one
        bar = bar - y_bar[k + 1] * others
    return uncast(bar.T, a)
