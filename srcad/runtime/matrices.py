"""Say what the formulas of linear algebra say: adjoints, diagonals, quotients that are 0 at 0."""

from __future__ import annotations

from typing import Any

import numpy as np


def over(a: Any, b: Any) -> Any:
    """a / b where a is not zero, else 0: what nothing depends on stays finite at b = 0."""
    zero = np.equal(a, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(zero, 0 * a, a / np.where(zero, 1, b))


def zero_where_zero(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0: the subgradient of a norm at 0."""
    zero = np.equal(b, 0)
    return np.where(zero, 0 * a, a / np.where(zero, 1, b))


def adjoint(a: Any) -> Any:
    """aᴴ for matrices in the last two axes."""
    return np.conj(np.swapaxes(a, -1, -2))


def hermitian_half(a: Any) -> Any:
    """(a + aᴴ) / 2: the cotangent of a symmetric argument, shared between both triangles."""
    return (a + adjoint(a)) / 2


def read_half(a_bar: Any, a: Any, upper: bool = False) -> Any:
    """The cotangent of a matrix of which NumPy reads one triangle and takes it for hermitian.

    Of a hermitian matrix it is hermitian itself; of any other it stands in the triangle read.
    """
    half = hermitian_half(a_bar)
    if np.allclose(a, adjoint(a)):
        return half
    once = 2 * half - half * np.eye(np.shape(a)[-1], dtype=half.dtype)
    return np.triu(once) if upper else np.tril(once)


def diagonal_of(a: Any) -> Any:
    """The diagonals of matrices in the last two axes."""
    return np.diagonal(a, axis1=-2, axis2=-1)


def times_columns(a: Any, d: Any) -> Any:
    """a · diag(d)."""
    return a * np.expand_dims(d, -2)
