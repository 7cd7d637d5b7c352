"""Pull cotangents back through linear systems with sparse matrices."""

from __future__ import annotations

from typing import Any

import scipy.sparse.linalg as sl

from srcad.errors import NotDifferentiable
from srcad.runtime.indexing import uncast
from srcad.runtime.operands import is_sparse


def sparse_system_bar(y_bar: Any, a: Any, b: Any) -> Any:
    """b̄ = A⁻ᵀ ȳ."""
    if is_sparse(b):
        raise NotDifferentiable("scipy.sparse.linalg.spsolve(A, b) has a derivative in an array b")
    return uncast(sl.spsolve(a.T.tocsc(), y_bar), b)
