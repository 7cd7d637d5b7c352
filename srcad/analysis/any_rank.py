"""The type of what NumPy makes of arrays whose rank is not known, or may be numbers.

    W = params[name]        arrays of several ranks: NUMERIC
    h = np.tanh(x @ W)      NUMERIC, too: no list, no object, nothing that holds another
    n, m = x.shape          integers

Tables of functions that answer with one number or array, whatever the rank; every other function
answers with anything.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.ir.types import (
    COMPLEX,
    FLOAT,
    INT,
    NUMERIC,
    SIZES,
    AnyType,
    Known,
    Lst,
    Scalar,
    Tup,
    Type,
    is_numeric,
)
from srcad.runtime import methods

Named = tuple[tuple[str, Type], ...]

_OPERATORS: frozenset[Any] = frozenset({
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.matmul, operator.and_, operator.or_, operator.xor, operator.lshift,
    operator.rshift, operator.neg, operator.pos, operator.invert, operator.abs, abs,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
})  # fmt: skip

# of arrays alone: an option may say how, never that it is something else
_OF_ARRAYS: frozenset[Any] = frozenset({
    np.dot, np.matmul, np.inner, np.outer, np.vdot, np.tensordot, np.cross, np.kron,
    np.maximum, np.minimum, np.clip, np.interp,
})  # fmt: skip

# of an array, and of options of any kind
_OF_FIRST: frozenset[Any] = frozenset({
    np.sum, np.prod, np.mean, np.std, np.var, np.max, np.min, np.amax, np.amin, np.ptp, np.median,
    np.nansum, np.nanmean, np.nanmax, np.nanmin, np.cumsum, np.cumprod, np.diff, np.sort,
    np.argmax, np.argmin, np.argsort, np.any, np.all, np.count_nonzero,
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims,
    np.flip, np.roll, np.repeat, np.tile, np.take, np.diag, np.diagonal, np.trace, np.tril, np.triu,
    np.broadcast_to, np.copy, np.round, np.pad,
    np.zeros_like, np.ones_like, np.empty_like, np.real, np.imag, np.conj,
    np.linalg.norm, np.linalg.inv, np.linalg.det,
    methods.reshape, methods.transpose, methods.flatten, methods.copy, methods.flat,
})  # fmt: skip

_AT_LEAST: frozenset[Any] = frozenset({np.atleast_1d, np.atleast_2d, np.atleast_3d})

# of sizes
_MADE: frozenset[Any] = frozenset({
    np.zeros, np.ones, np.empty, np.arange, np.linspace, np.eye, np.identity,
})  # fmt: skip

_EXACTLY: dict[Any, Type] = {
    float: FLOAT, int: INT, complex: COMPLEX, len: INT, np.shape: SIZES, np.ndim: INT, np.size: INT,
}  # fmt: skip


def of_any_rank(function: Any, args: tuple[Type, ...], options: Named) -> Type | None:
    """The type of a result where ranks are not known; None where nothing special is known."""
    if not any(map(_vague, (*args, *(t for _, t in options)))) or not _plain(options):
        return None
    if function in _MADE:
        return NUMERIC if all(map(_counts, args[1:])) else None
    if not args or not is_numeric(args[0]):
        return None
    if function in _EXACTLY:
        return _EXACTLY[function] if len(args) == 1 and not options else None
    if function in _OPERATORS:  # of a list, `n * xs` is a list
        return NUMERIC if all(map(is_numeric, args)) else None
    if function is np.where and len(args) != 3:
        return None  # a tuple of places
    if function is np.where or function in _OF_ARRAYS or _is_ufunc(function, len(args)):
        return NUMERIC if all(map(_given, args)) else None
    if function in _AT_LEAST:
        return NUMERIC if len(args) == 1 else None
    if function is methods.astype:
        return NUMERIC if len(args) > 1 and _counts(args[1]) else None
    return NUMERIC if function in _OF_FIRST else None


def _vague(kind: Type) -> bool:
    """Whether a value may have any rank, or a container holds such."""
    if isinstance(kind, Tup):
        return any(map(_vague, kind.items))
    return isinstance(kind.element if isinstance(kind, Lst) else kind, AnyType)


def attribute_of_any_rank(name: str) -> Type | None:
    """The type of an attribute of a number or array."""
    return _ATTRIBUTES.get(name)


_ATTRIBUTES: dict[str, Type] = {
    "shape": SIZES, "ndim": INT, "size": INT, "T": NUMERIC, "mT": NUMERIC,
    "real": NUMERIC, "imag": NUMERIC, "dtype": Scalar(np.dtype),
}  # fmt: skip


def _is_ufunc(function: Any, count: int) -> bool:
    """A ufunc with one result, and no array to write into among its arguments."""
    return isinstance(function, np.ufunc) and function.nout == 1 and count == function.nin


def _given(kind: Type) -> bool:
    """A number, an array, or lists and tuples of such, of which NumPy makes arrays."""
    if isinstance(kind, Tup):
        return all(map(_given, kind.items))
    return _given(kind.element) if isinstance(kind, Lst) else is_numeric(kind)


def _counts(kind: Type) -> bool:
    """A number that is no type: `np.zeros(n, dtype)` may make an array of objects."""
    if isinstance(kind, Known):
        return _of_numbers(kind.value)
    return is_numeric(kind) or (isinstance(kind, Scalar) and kind.kind is np.dtype)


def _of_numbers(value: Any) -> bool:
    """Whether an array of that type holds numbers."""
    try:
        return np.dtype(value).kind in "biufc"
    except TypeError:
        return False


def _plain(options: Named) -> bool:
    """No array to write into, no type that may be that of objects."""
    return all(
        name != "out" and (name != "dtype" or _counts(kind) or _is_none(kind))
        for name, kind in options
    )


def _is_none(kind: Type) -> bool:
    return isinstance(kind, Scalar) and kind.kind is type(None)
