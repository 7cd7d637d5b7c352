"""Sparse matrices of SciPy as constant operators; nothing here imports SciPy."""

from __future__ import annotations

from typing import Any

from srcad.runtime.indexing import uncast
from srcad.runtime.operands import is_sparse


def sparse_product(a: Any, x: Any) -> Any:
    """`A.dot(x)`."""
    return a @ x


def sparse_product_bar(y_bar: Any, a: Any, x: Any) -> Any:
    """x̄ = Aᵀ ȳ."""
    return uncast(a.T @ y_bar, x)


def of_method(owner: Any, name: str) -> Any:
    """The function that a method of a sparse matrix is; None of any other."""
    return sparse_product if name in ("dot", "__matmul__") and is_sparse(owner) else None
