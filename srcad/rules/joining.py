"""Declare the functions that put arrays together and take them apart.

The argument of a joining function is a sequence: its cotangent is a sequence of the same kind.
A splitting function has several results: y_bar holds one cotangent for each.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import jvp, linear, no_derivative, vjp
from srcad.runtime.index_tricks import kind_joined
from srcad.runtime.joining import (
    trimmed,
    unblock,
    uncolumn_stack,
    unconcatenate,
    undelete,
    undstack,
    unhstack,
    uninsert,
    uninsert_values,
    unmeshgrid,
    unstacked,
    untrim,
    unvstack,
)

# fmt: off
# --- joining ---
linear(np.concatenate,
       lambda y_bar, arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind":
       unconcatenate(y_bar, arrays, axis))
linear(np.stack, lambda y_bar, arrays, axis=0, out=None, *, dtype=None, casting="same_kind":
       unstacked(y_bar, arrays, axis))
linear(np.vstack, lambda y_bar, tup, *, dtype=None, casting="same_kind": unvstack(y_bar, tup))
linear(np.hstack, lambda y_bar, tup, *, dtype=None, casting="same_kind": unhstack(y_bar, tup))
linear(np.dstack,       lambda y_bar, tup: undstack(y_bar, tup))
linear(np.column_stack, lambda y_bar, tup: uncolumn_stack(y_bar, tup))
linear(np.block,        lambda y_bar, arrays: unblock(y_bar, arrays))
linear(np.append,
       lambda y_bar, arr, values, axis=None: unconcatenate(y_bar, (arr, values), axis)[0],
       lambda y_bar, arr, values, axis=None: unconcatenate(y_bar, (arr, values), axis)[1])
linear(np.insert,
       lambda y_bar, arr, obj, values, axis=None: uninsert(y_bar, arr, obj, axis), None,
       lambda y_bar, arr, obj, values, axis=None: uninsert_values(y_bar, arr, obj, values, axis))
linear(np.delete, lambda y_bar, arr, obj, axis=None: undelete(y_bar, np.shape(arr), obj, axis))
vjp(np.trim_zeros, lambda y_bar, y, filt, trim="fb", axis=None: untrim(y_bar, filt, trim, axis))
jvp(np.trim_zeros, lambda t, y, filt, trim="fb", axis=None: trimmed(t, filt, trim, axis))

# --- splitting ---
linear(np.split,       lambda y_bar, ary, indices_or_sections, axis=0: np.concatenate(y_bar, axis))
linear(np.array_split, lambda y_bar, ary, indices_or_sections, axis=0: np.concatenate(y_bar, axis))
linear(np.vsplit,      lambda y_bar, ary, indices_or_sections: np.concatenate(y_bar, 0))
linear(np.hsplit,      lambda y_bar, ary, indices_or_sections:
       np.concatenate(y_bar, 0 if np.ndim(ary) == 1 else 1))
linear(np.dsplit,      lambda y_bar, ary, indices_or_sections: np.concatenate(y_bar, 2))
linear(np.unstack,     lambda y_bar, x, /, *, axis=0: np.stack(y_bar, axis))

# --- grids: one cotangent for each grid in y_bar ---
linear(np.meshgrid, lambda y_bar, *xi, copy=True, sparse=False, indexing="xy":
       unmeshgrid(y_bar, indexing, *xi))
# fmt: on

no_derivative(kind_joined)
