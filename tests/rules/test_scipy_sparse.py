"""Check sparse matrices of SciPy as constant operators, in both modes."""

from __future__ import annotations

import numpy as np
import pytest

sp = pytest.importorskip("scipy.sparse")
sl = pytest.importorskip("scipy.sparse.linalg")

import srcad  # noqa: E402
from srcad.errors import SrcadError  # noqa: E402
from srcad.rules import extras  # noqa: E402
from tests.rules.harness import sample  # noqa: E402
from tests.rules.orders import check_orders  # noqa: E402

extras.load()
D = np.array([[4.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 2.0]])
A, B = sp.csr_matrix(D), sp.csc_array(D)
X, M = np.array([1.0, 2.0, 3.0]), np.arange(6.0).reshape(3, 2) + 1


def product(x):
    return A @ x


def product_of_an_array(x):
    return B @ x


def transposed(x):
    return A.T @ x


def dotted(x):
    return A.dot(x)


def from_the_left(x):
    return x.T @ B


def solved(x):
    return sl.spsolve(B, x)


def twice(x):
    return A @ np.sin(A @ x)


@pytest.mark.parametrize(
    "f", [product, product_of_an_array, transposed, dotted, from_the_left, solved, twice]
)
@pytest.mark.parametrize("x", [X, M], ids=["vector", "matrix"])
def test_products(f, x):
    if f is solved and x is M:
        return
    check_orders(sample(f, x).but(wrt=(0,)), second=f not in (twice, dotted))


def test_an_operator_that_is_an_argument():
    found = srcad.grad(lambda a, x: np.sum((a @ x) ** 2), wrt=1)(A, X)
    np.testing.assert_allclose(found, 2 * D.T @ D @ X)


def made_of_numbers(x):
    return np.sum(sp.csr_matrix(np.diag(x)) @ X)


def made_of_diagonals(x):
    return np.sum(sp.diags(x) @ X)


def elementwise(x):
    return np.sum(A * x)


@pytest.mark.parametrize("f", [made_of_numbers, made_of_diagonals, elementwise])
def test_the_numbers_in_a_matrix_are_refused(f):
    with pytest.raises(SrcadError):
        srcad.grad(f)(X)
    with pytest.raises(SrcadError):
        srcad.jvp(f, (X,), (X,))
