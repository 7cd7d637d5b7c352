"""Functions of NumPy that are differentiated as plain Python: NumPy's own, or what stands for them.

np.polyfit(x, y, 2)                  NumPy's own code, which calls lstsq
np.vectorize(f)(x)                   a loop that calls f
for index, v in np.ndenumerate(x)    a list of pairs
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np
from numpy.lib import scimath

from srcad.errors import UnsupportedSyntax
from srcad.runtime import scipy_sources


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """`np.setdiff1d`."""
    values = np.ravel(ar1) if assume_unique else np.unique(np.asarray(ar1))
    return values[np.isin(values, ar2, invert=True)]


def polydiv(u: Any, v: Any) -> Any:
    """`np.polydiv` of arrays: the quotient and the remainder."""
    dividend = np.atleast_1d(u) + 0.0
    divisor = np.atleast_1d(v) + 0.0
    kind = np.result_type(dividend, divisor)
    m, n = len(dividend) - 1, len(divisor) - 1
    scale = 1.0 / divisor[0]
    quotient = np.zeros((max(m - n + 1, 1),), kind)
    rest = dividend.astype(kind)
    for k in range(m - n + 1):
        d = scale * rest[k]
        quotient[k] = d
        rest[k : k + n + 1] -= d * divisor
    start = 0
    while np.allclose(rest[start], 0, rtol=1e-14) and len(rest) - start > 1:
        start += 1
    return quotient, rest[start:]


def row_stack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """`np.row_stack`, the old name of `np.vstack`."""
    return np.vstack(tup, dtype=dtype, casting=casting)


def fromiter(iter: Any, dtype: Any, count: int = -1, *, like: Any = None) -> Any:
    """`np.fromiter` of what is exhausted at once."""
    items = list(iter)
    if count >= 0:
        if len(items) < count:
            raise ValueError("iterator too short")
        items = items[:count]
    return np.array(items, dtype)


def fromfunction(
    function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """`np.fromfunction`, which calls the function once, with the coordinates."""
    grid = np.indices(shape, dtype=dtype)
    if len(shape) == 1:
        return function(grid[0], **kwargs)
    if len(shape) == 2:
        return function(grid[0], grid[1], **kwargs)
    if len(shape) == 3:
        return function(grid[0], grid[1], grid[2], **kwargs)
    raise UnsupportedSyntax("np.fromfunction is differentiated for one, two and three axes.")


def ndenumerate(arr: Any) -> Any:
    """`np.ndenumerate`, exhausted at once."""
    array = np.asarray(arr)
    return [(index, array[index]) for index in np.ndindex(array.shape)]


def vectorize(pyfunc: Any, otypes: Any = None, doc: Any = None) -> Any:
    """`np.vectorize`."""
    return lambda *args: mapped(pyfunc, otypes, *args)


def mapped(pyfunc: Any, otypes: Any, *args: Any) -> Any:
    """A call of what `np.vectorize` makes of a function of up to three arguments.

    The function gets numbers of Python, as from NumPy; without `otypes` the dtype is that of a call
    with the first numbers as they lie in the arrays, which NumPy makes as well.
    """
    if len(args) == 1:
        shape = np.shape(args[0])
        first = np.ravel(args[0]).tolist()
        start = pyfunc(np.ravel(args[0])[0]) if otypes is None else None
        kind = result_kind(otypes, start)
        values = [pyfunc(a) for a in first]
    elif len(args) == 2:
        shape = np.broadcast_shapes(np.shape(args[0]), np.shape(args[1]))
        a, b = np.ravel(np.broadcast_to(args[0], shape)), np.ravel(np.broadcast_to(args[1], shape))
        kind = result_kind(otypes, pyfunc(a[0], b[0]) if otypes is None else None)
        first, second = a.tolist(), b.tolist()
        values = [pyfunc(first[k], second[k]) for k in range(len(first))]
    elif len(args) == 3:
        shape = np.broadcast_shapes(np.shape(args[0]), np.shape(args[1]), np.shape(args[2]))
        a, b = np.ravel(np.broadcast_to(args[0], shape)), np.ravel(np.broadcast_to(args[1], shape))
        c = np.ravel(np.broadcast_to(args[2], shape))
        kind = result_kind(otypes, pyfunc(a[0], b[0], c[0]) if otypes is None else None)
        first, second, third = a.tolist(), b.tolist(), c.tolist()
        values = [pyfunc(first[k], second[k], third[k]) for k in range(len(first))]
    else:
        raise UnsupportedSyntax("np.vectorize is differentiated for one, two and three arguments.")
    return np.reshape(np.array(values, kind), shape)


def result_kind(otypes: Any, first: Any) -> Any:
    """The dtype of what a vectorized function gives."""
    if otypes is not None:
        return otypes[0]
    if isinstance(first, tuple):
        raise UnsupportedSyntax("np.vectorize of a function with several results.")
    return np.asarray(first).dtype


def _own(*functions: Any) -> dict[Any, Any]:
    """NumPy's own code of each function, behind the dispatcher."""
    return {function: inspect.unwrap(function) for function in functions}


SOURCES: dict[Any, Any] = {
    **_own(
        np.polyfit, np.union1d, np.intersect1d, np.setxor1d, np.apply_over_axes,
        np.piecewise, scimath.sqrt, scimath.log, scimath.log2, scimath.log10, scimath.logn,
        scimath.power, scimath.arccos, scimath.arcsin, scimath.arctanh,
    ),
    np.polydiv: polydiv,
    np.setdiff1d: setdiff1d,
    np.row_stack: row_stack,
    np.fromiter: fromiter,
    np.fromfunction: fromfunction,
    np.ndenumerate: ndenumerate,
    np.vectorize: vectorize,
}  # fmt: skip


def of_object(value: Any) -> Any:
    """The function in plain Python that a vectorized function is; None of anything else."""
    if type(value).__module__.startswith("scipy.stats."):
        return scipy_sources.of_distribution(value)
    if not isinstance(value, np.vectorize) or value.signature is not None or value.excluded:
        return None
    return functools.partial(mapped, value.pyfunc, value.otypes)


INERT_SOURCES = (result_kind,)
