"""Declare the methods of arrays that are called otherwise than NumPy's functions."""

from __future__ import annotations

import numpy as np

from srcad.rules.table import linear, no_derivative
from srcad.runtime import methods
from srcad.runtime.indexing import uncast, uncompress
from srcad.runtime.methods import unitem, unlist
from srcad.runtime.shapes import inverse_axes, unravel, unreshape

# fmt: off
linear(methods.reshape, lambda y_bar, x, *shape, order="C", copy=None:
       unreshape(y_bar, x, order))
linear(methods.transpose, lambda y_bar, x, *axes:
       y_bar.T if not axes else np.transpose(y_bar, inverse_axes(axes, np.ndim(x))))
linear(methods.flatten, lambda y_bar, x, order="C":
       unravel(y_bar, x, order))
linear(methods.copy,      lambda y_bar, x, order="C": y_bar)
linear(methods.view,      lambda y_bar, x: y_bar)
linear(methods.to_device, lambda y_bar, x, device, /, *, stream=None: y_bar)
linear(methods.astype, lambda y_bar, x, dtype, order="K", casting="unsafe", subok=True, copy=True:
       uncast(y_bar, x, dtype))
linear(methods.compress, lambda y_bar, x, condition, axis=None, out=None:
       uncompress(y_bar, condition, x, axis))
linear(methods.flat,   lambda y_bar, x: np.reshape(y_bar, np.shape(x)))
linear(methods.item,   lambda y_bar, x, *args: unitem(y_bar, x, *args))
linear(methods.tolist, lambda y_bar, x: unlist(y_bar, x))

no_derivative(methods.tobytes, methods.dumps, methods.dtype, methods.nbytes, methods.itemsize,
              methods.strides, methods.flags, methods.base, methods.device,
              methods.is_integer)
# fmt: on
