"""Declare what makes arrays from sizes and what only asks about them: no derivative passes."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import no_derivative, vjp
from srcad.runtime.elementwise import kaiser_bar

# fmt: off
# --- new arrays, filled with constants ---
no_derivative(np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like,
              np.eye, np.identity, np.tri, np.fromstring,
              np.hanning, np.hamming, np.blackman, np.bartlett)

vjp(np.kaiser, None, lambda y_bar, y, M, beta: kaiser_bar(y_bar, y, beta))

# an array in the memory of another (`buffer`) is refused where that carries a derivative
vjp(np.ndarray, lambda y_bar, y, shape, dtype=float, buffer=None, offset=0, strides=None,
    order=None: None)

# --- shapes, dtypes, memory ---
no_derivative(np.shape, np.ndim, np.size, np.broadcast_shapes, np.result_type, np.can_cast,
              np.promote_types, np.min_scalar_type, np.common_type, np.issubdtype, np.isdtype,
              np.dtype, np.finfo, np.iinfo, np.may_share_memory, np.shares_memory,
              np.isfortran, np.einsum_path, np.mintypecode)

# --- questions ---
no_derivative(np.isscalar, np.iscomplexobj, np.isrealobj, np.iterable, np.array_equal,
              np.array_equiv, np.allclose, np.isclose, np.iscomplex, np.isreal)

# --- text ---
no_derivative(np.array2string, np.array_repr, np.array_str, np.format_float_positional,
              np.format_float_scientific, np.set_printoptions, np.get_printoptions)

# --- values of the wrong kind: integers and ranks ---
no_derivative(np.linalg.matrix_rank)
# fmt: on
