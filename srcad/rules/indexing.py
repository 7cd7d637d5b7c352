"""Declare the functions that select elements; the transpose puts cotangents back where they were.

`x[index]` itself is `operator.getitem`.
"""

from __future__ import annotations

import operator

import numpy as np

from srcad.rules.table import linear, no_derivative
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import (
    scatter,
    unchoose,
    uncompress,
    undiag,
    undiagonal,
    unextract,
    unselect,
    unselect_default,
    untake,
    untake_along_axis,
    untrace,
)

# fmt: off
# --- elements ---
linear(operator.getitem, lambda y_bar, a, b, /: scatter(y_bar, b, a))
linear(np.take, lambda y_bar, a, indices, axis=None, out=None, mode="raise":
       untake(y_bar, a, indices, axis, mode))
linear(np.take_along_axis, lambda y_bar, arr, indices, axis=-1:
       untake_along_axis(y_bar, arr, indices, axis))
linear(np.compress, None, lambda y_bar, condition, a, axis=None, out=None:
       uncompress(y_bar, condition, a, axis))
linear(np.extract, None, lambda y_bar, condition, arr: unextract(y_bar, condition, arr))
linear(np.choose, None, lambda y_bar, a, choices, out=None, mode="raise":
       unchoose(y_bar, a, choices, mode))
linear(np.select, None,
       lambda y_bar, condlist, choicelist, default=0: unselect(y_bar, condlist, choicelist),
       lambda y_bar, condlist, choicelist, default=0: unselect_default(y_bar, condlist, default))

# --- diagonals and triangles ---
linear(np.diag,     lambda y_bar, v, k=0: undiag(y_bar, v, k))
linear(np.diagflat, lambda y_bar, v, k=0: np.reshape(np.diagonal(y_bar, k), np.shape(v)))
linear(np.diagonal, lambda y_bar, a, offset=0, axis1=0, axis2=1:
       undiagonal(y_bar, np.shape(a), offset, axis1, axis2))
linear(np.linalg.diagonal, lambda y_bar, x, /, *, offset=0:
       undiagonal(y_bar, np.shape(x), offset, -2, -1))
linear(np.trace, lambda y_bar, a, offset=0, axis1=0, axis2=1, dtype=None, out=None:
       untrace(y_bar, np.shape(a), offset, axis1, axis2))
linear(np.linalg.trace, lambda y_bar, x, /, *, offset=0, dtype=None:
       untrace(y_bar, np.shape(x), offset, -2, -1))
linear(np.tril,     lambda y_bar, m, k=0: unbroadcast(np.tril(y_bar, k), m))
linear(np.triu,     lambda y_bar, m, k=0: unbroadcast(np.triu(y_bar, k), m))

# --- where things are ---
no_derivative(np.nonzero, np.argwhere, np.flatnonzero, np.indices, np.unravel_index,
              np.ravel_multi_index, np.diag_indices, np.diag_indices_from, np.tril_indices,
              np.tril_indices_from, np.triu_indices, np.triu_indices_from, np.mask_indices,
              np.ndindex)
# fmt: on
