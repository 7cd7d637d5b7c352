"""Declare the functions that move elements without computing: shapes, axes, order, copies.

The formula for `*args` gives the cotangents of all of them.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.table import linear
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.indexing import uncast
from srcad.runtime.joining import unarray
from srcad.runtime.shapes import (
    inverse_axes,
    rolled_to,
    unatleast,
    unbroadcast_arrays,
    unopened,
    unravel,
    unrepeat,
    unreshape,
    unresize,
    untile,
    unwindow,
)

# fmt: off
# --- shape ---
linear(np.reshape,     lambda y_bar, a, /, shape, order="C", *, copy=None:
       unreshape(y_bar, a, order))
linear(np.ravel,       lambda y_bar, a, order="C": unravel(y_bar, a, order))
linear(np.squeeze,     lambda y_bar, a, axis=None: unreshape(y_bar, a))
linear(np.expand_dims, lambda y_bar, a, axis: unreshape(y_bar, a))
linear(np.atleast_1d,  lambda y_bar, *arys: unatleast(y_bar, *arys))
linear(np.atleast_2d,  lambda y_bar, *arys: unatleast(y_bar, *arys))
linear(np.atleast_3d,  lambda y_bar, *arys: unatleast(y_bar, *arys))
linear(np.ix_,         lambda y_bar, *args: unopened(y_bar, *args))  # an open grid of numbers

# --- axes ---
linear(np.transpose, lambda y_bar, a, axes=None:
       y_bar.T if axes is None else np.transpose(y_bar, inverse_axes(axes, np.ndim(a))))
linear(np.matrix_transpose, lambda y_bar, x, /: np.matrix_transpose(y_bar))
linear(np.linalg.matrix_transpose, lambda y_bar, x, /: np.matrix_transpose(y_bar))
linear(np.swapaxes, lambda y_bar, a, axis1, axis2: np.swapaxes(y_bar, axis1, axis2))
linear(np.moveaxis, lambda y_bar, a, source, destination:
       np.moveaxis(y_bar, destination, source))
linear(np.rollaxis, lambda y_bar, a, axis, start=0:
       np.moveaxis(y_bar, rolled_to(axis, start, np.ndim(a)), axis))

# --- order of elements ---
linear(np.flip,   lambda y_bar, m, axis=None: np.flip(y_bar, axis))
linear(np.fliplr, lambda y_bar, m: np.fliplr(y_bar))
linear(np.flipud, lambda y_bar, m: np.flipud(y_bar))
linear(np.roll,   lambda y_bar, a, shift, axis=None: np.roll(y_bar, np.negative(shift), axis))
linear(np.rot90,  lambda y_bar, m, k=1, axes=(0, 1): np.rot90(y_bar, -k, axes))

# --- copies of elements ---
linear(np.broadcast_to, lambda y_bar, array, shape, subok=False: unbroadcast(y_bar, array))
linear(np.repeat, lambda y_bar, a, repeats, axis=None:
       unrepeat(y_bar, a, repeats, axis))
linear(np.tile,   lambda y_bar, A, reps: untile(y_bar, A, reps))
linear(np.resize, lambda y_bar, a, new_shape: unresize(y_bar, np.shape(a)))
linear(np.lib.stride_tricks.sliding_window_view,
       lambda y_bar, x, window_shape, axis=None, *, subok=False, writeable=False:
       unwindow(y_bar, x, axis))
linear(np.broadcast_arrays,
       lambda y_bar, *args, subok=False: unbroadcast_arrays(y_bar, *args))

# --- the same elements, copied or cast; an integer result carries no derivative ---
linear(np.astype, lambda y_bar, x, dtype, /, *, copy=True, device=None:
       uncast(y_bar, x, dtype))
linear(np.copy, lambda y_bar, a, order="K", subok=False:
       unarray(y_bar, a))
linear(np.array, lambda y_bar, object, dtype=None, *, copy=True, order="K", subok=False,
       ndmin=0, ndmax=0, like=None: unarray(y_bar, object, dtype))
linear(np.asarray, lambda y_bar, a, dtype=None, order=None, *, device=None, copy=None, like=None:
       unarray(y_bar, a, dtype))
linear(np.asanyarray, lambda y_bar, a, dtype=None, order=None, *, device=None, copy=None, like=None:
       unarray(y_bar, a, dtype))
linear(np.ascontiguousarray, lambda y_bar, a, dtype=None, *, like=None: unarray(y_bar, a, dtype))
linear(np.asfortranarray,    lambda y_bar, a, dtype=None, *, like=None: unarray(y_bar, a, dtype))
linear(np.asarray_chkfinite, lambda y_bar, a, dtype=None, order=None: unarray(y_bar, a, dtype))
linear(np.require, lambda y_bar, a, dtype=None, requirements=None, *, like=None:
       unarray(y_bar, a, dtype))
# fmt: on
