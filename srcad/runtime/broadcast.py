"""Sum cotangents down to the shapes of arguments that NumPy broadcast."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax


def unbroadcast(g: Any, x: Any) -> Any:
    """g summed over the axes along which x was broadcast, real if x is real.

    x is a number or an array, and only its shape and kind are used.  The dtype of g stays,
    except that a real x takes the real part; for a Python number a Python number returns.
    """
    if isinstance(g, (list, tuple, dict)):
        raise UnsupportedSyntax(
            "An operator is applied to a list, a tuple or a dict met at run time, and its "
            "derivative is not known. Make an array of it with np.array(...), or use a "
            "comprehension."
        )
    if np.iscomplexobj(g) and not np.iscomplexobj(x):
        g = np.real(g)
    shape = np.shape(x)
    if np.shape(g) != shape:
        if np.ndim(g) == 0:  # the 1.0 of a result that turned out to be an array of one
            g = np.broadcast_to(g, np.broadcast_shapes(np.shape(g), shape))
        g = np.sum(g, stretched(np.shape(g), shape)).reshape(shape)
    if isinstance(x, (np.ndarray, np.generic)):
        return g
    return g.item() if isinstance(g, np.generic) or type(g) is np.ndarray and g.ndim == 0 else g


def stretched(full: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `full` that an array of this shape lacks or has with length 1."""
    new = len(full) - len(shape)
    axes = [axis for axis, n in enumerate(shape, new) if n == 1 and full[axis] != 1]
    return (*range(new), *axes)
