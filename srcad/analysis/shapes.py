"""Derive the shape of a result from the shapes of the operands, by rule.

    float64[n, m] + float64[m]      →  (n, m)
    float64[n][1:]                  →  ((n, 1),)        one element shorter than n
    np.sum(float64[n, m], axis=0)   →  (m,)

What no rule covers stays unknown, and the runtime sums broadcast axes itself.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from srcad.ir.types import (
    SMALL,
    Array,
    Dim,
    Lst,
    Number,
    Scalar,
    Tup,
    Type,
    count,
    counted,
    dims_of,
)
from srcad.rules.table import TABLE, Partials
from srcad.runtime import elementwise as helpers
from srcad.runtime import methods

Dims = tuple[Dim, ...]

REDUCTIONS = {
    np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.std, np.var, np.any, np.all,
    np.argmax, np.argmin, np.ptp, np.median, np.nansum, np.nanmean, np.nanmax, np.nanmin,
    np.count_nonzero,
}  # fmt: skip
HELPERS = {
    helpers.divide, helpers.ratio, helpers.sign, helpers.pow_base, helpers.pow_exponent,
    helpers.log_or_zero, helpers.larger,
}  # fmt: skip
SAME = {
    np.copy, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.flip, np.flipud,
    np.fliplr, np.roll, np.sort, np.argsort, np.cumsum, np.cumprod, np.ascontiguousarray,
    np.nan_to_num, np.linalg.inv, np.linalg.cholesky, np.tril, np.triu, np.real, np.imag,
    np.asarray, np.array, np.asanyarray, np.clip, np.round, np.around, methods.copy,
    methods.astype,
}  # fmt: skip


def dims_of_result(
    function: Any, args: tuple[Type, ...], kwargs: dict[str, Type], rank: int
) -> Dims | None:
    """The dimensions of `function(*args, **kwargs)`, or None when no rule applies."""
    try:
        hash(function)
    except TypeError:
        return None
    found = _dims(function, args, kwargs)
    return found if found is not None and len(found) == rank else None


def _dims(function: Any, args: tuple[Type, ...], kwargs: dict[str, Type]) -> Dims | None:  # noqa: C901 - one decision over the kinds
    if not args:
        return None
    if elementwise(function):
        return broadcast([dims_of(a) for a in args])
    first = dims_of(args[0])
    if function in {np.array, np.asarray, np.stack} and isinstance(args[0], Lst | Tup):
        return _of_items(args[0], function is np.stack and (len(args) > 1 or bool(kwargs)))
    if function in REDUCTIONS:
        return None if first is None else reduced(first, args[1:], kwargs)
    if function in SAME:
        flat = (
            function in {np.cumsum, np.cumprod, np.sort, np.argsort} and _axis(args, kwargs) is None
        )
        if first is None or (flat and function in {np.cumsum, np.cumprod} and len(first) != 1):
            return None
        return first
    if function in {np.transpose, np.swapaxes, np.matrix_transpose}:
        return _transposed(function, first, args, kwargs)
    if function in {operator.matmul, np.matmul, np.dot}:
        return _product(function, first, dims_of(args[1]) if len(args) > 1 else None)
    if function in {np.zeros, np.ones, np.empty, np.full, np.ndarray}:
        return _shape_argument(args[0])
    if function is np.outer and len(args) == 2 and first is not None and len(first) == 1:
        second = dims_of(args[1])
        return (*first, *second) if second is not None and len(second) == 1 else None
    if function in {np.diag, np.diagonal} and len(args) == 1 and not kwargs and first:
        square = len(first) == 2 and first[0] == first[1]
        flat = function is np.diag and len(first) == 1
        return (first[0],) if square else (first[0], first[0]) if flat else None
    if function in {np.eye, np.identity} and len(args) == 1:
        return (counted(args[0]), counted(args[0]))
    if function is np.arange and len(args) == 1:
        return (counted(args[0]),)
    if function is np.linalg.solve and len(args) == 2:
        return dims_of(args[1])
    return None


def reshaped(function: Any, args: tuple[Type, ...], kwargs: dict[str, Type]) -> Array | None:
    """`x.reshape(2, n)`: the rank is the number of sizes given, whatever they are."""
    if function not in _RESHAPES or len(args) < 2 or not isinstance(args[0], Array):
        return None
    given = args[1:] if function is methods.reshape else args[1:2]
    if len(given) == 1 and isinstance(given[0], Tup | Lst):
        if given[0].items is None:
            return None
        given = given[0].items
    sizes = [g for g in given if isinstance(g, Scalar) and g.kind is int]
    if len(sizes) < len(given):
        return None
    return Array(args[0].dtype, tuple(map(counted, sizes)))


def arithmetic(function: Any, args: tuple[Type, ...]) -> Type | None:
    """`n - 1` where n is the size of a dimension: what the length of `x[1:]` is."""
    if function not in (operator.add, operator.sub) or len(args) != 2:
        return None
    left, right = args
    if function is operator.add and isinstance(left, Scalar) and left.known:
        left, right = right, left
    dim = counted(left)
    if not isinstance(dim, str | tuple) or not isinstance(right, Scalar) or not right.known:
        return None
    symbol, gone = dim if isinstance(dim, tuple) else (dim, 0)
    if gone > SMALL or local(symbol):
        return None
    gone += right.value if function is operator.sub else -right.value
    if type(right.value) is not int or not -SMALL <= gone <= SMALL:
        return None  # sizes with a symbol are greater than SMALL: no length below zero
    return count(_shortened(symbol, gone))


_RESHAPES = {np.reshape, methods.reshape, np.broadcast_to}


def elementwise(function: Any) -> bool:
    """Whether the result has the broadcast shape of the operands."""
    if isinstance(function, np.ufunc):
        return function.signature is None
    if function in {np.where, operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
                    operator.ne, operator.and_, operator.or_, operator.invert}:  # fmt: skip
        return True
    return function in HELPERS or isinstance(TABLE.get(function), Partials)


def broadcast(shapes: Sequence[Dims | None]) -> Dims | None:
    """NumPy's broadcasting on symbols; unequal unknown dimensions stay unknown."""
    known = [s for s in shapes if s is not None]
    if not known or len(known) < len(shapes):
        return None
    rank = max(map(len, known))
    out: list[Dim] = []
    for k in range(rank):
        column = [s[k - rank + len(s)] for s in known if k - rank + len(s) >= 0]
        sizes = [d for d in column if d != 1]
        if not sizes:
            out.append(1)
        else:
            # beside a size that is not 1, an unknown one is 1 or the same
            more = {d for d in sizes if isinstance(d, str) or (isinstance(d, int) and d > 1)}
            sure = more.pop() if len(more) == 1 else None
            others = [d for d in sizes if d is not None and d != sure]
            out.append(sure if sure and not others else _common(sizes))
    return tuple(out)


def _common(sizes: list[Dim]) -> Dim:
    return sizes[0] if all(d == sizes[0] for d in sizes) else None


def _axis(args: tuple[Type, ...], kwargs: dict[str, Type]) -> Any:
    """The literal axis of a call: None, an int, a tuple; ... when it is not a literal."""
    t = kwargs.get("axis", args[1] if len(args) > 1 else Scalar(type(None), None, True))
    if isinstance(t, Scalar) and t.kind is type(None):
        return None
    if isinstance(t, Scalar) and t.known:
        return t.value
    if isinstance(t, Tup) and all(isinstance(i, Scalar) and i.known for i in t.items):
        return tuple(i.value for i in t.items)  # type: ignore[union-attr]
    return ...


def reduced(first: Dims, rest: tuple[Type, ...], kwargs: dict[str, Type]) -> Dims | None:
    axis = _axis((Scalar(float), *rest), kwargs)
    keep = kwargs.get("keepdims")
    if axis is ... or (keep is not None and not (isinstance(keep, Scalar) and keep.known)):
        return None
    if "out" in kwargs:
        return None
    rank = len(first)
    axes = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    gone = {a % rank for a in axes} if rank else set()
    if keep is not None and keep.value:
        return tuple(1 if k in gone else d for k, d in enumerate(first))
    return tuple(d for k, d in enumerate(first) if k not in gone)


def _transposed(
    function: Any, first: Dims | None, args: tuple[Type, ...], kwargs: dict[str, Type]
) -> Dims | None:
    if first is None:
        return None
    if function is np.transpose and len(args) == 1 and not kwargs:
        return first[::-1]
    if function is np.matrix_transpose and len(first) >= 2:
        return (*first[:-2], first[-1], first[-2])
    placed = len(args) == 3 and all(isinstance(a, Scalar) and a.known for a in args[1:])
    if function is np.swapaxes and placed:
        dims = list(first)
        i, j = (a.value for a in args[1:])  # type: ignore[union-attr]
        dims[i], dims[j] = dims[j], dims[i]
        return tuple(dims)
    return None


def _product(function: Any, a: Dims | None, b: Dims | None) -> Dims | None:
    if a is None or b is None or not a or not b:
        return () if a == () and b == () else None
    if a[-1] is None or a[-1] != b[-2 if len(b) > 1 else 0]:
        return None  # the plain program may raise here
    if len(a) <= 2 and len(b) <= 2:
        return (*a[:-1], *(b[1:] if len(b) == 2 else ()))
    if function is np.dot:
        return None
    if len(a) == len(b):
        lead = broadcast([a[:-2], b[:-2]])
        return None if lead is None else (*lead, a[-2], b[-1])
    return None


def _of_items(t: Lst | Tup, other_axis: bool) -> Dims | None:
    """`np.array([a, b])`: the number of items, then the shape they share."""
    if t.items is None or other_axis or not t.items:
        return None
    inner = [_of_items(i, False) if isinstance(i, Lst | Tup) else dims_of(i) for i in t.items]
    if any(i is None or i != inner[0] for i in inner):
        return None
    return (len(t.items), *inner[0])  # type: ignore[misc]


def _shape_argument(t: Type) -> Dims | None:
    if isinstance(t, Tup | Lst):
        return None if t.items is None else tuple(map(counted, t.items))
    return (counted(t),) if isinstance(t, Scalar) else None


def indexed(base: Array, parts: tuple[Any, ...]) -> Dims | None:
    """The dimensions of `x[parts]`; each part is a Type, or a (lower, upper, step) triple of ints.

    None when an index is an array (its rank then decides at run time).
    """
    used = sum(1 for p in parts if p is not Ellipsis and p is not None)
    dims: list[Dim] = []
    source = list(base.dims)
    for part in parts:
        if part is Ellipsis:
            take = len(source) - (
                used - sum(1 for p in parts[: parts.index(part)] if p is not None)
            )
            dims.extend(source[:take])
            source = source[take:]
        elif part is None:
            dims.append(1)
        elif not source:
            return None
        elif isinstance(part, tuple):
            dims.append(sliced(source.pop(0), *part))
        elif isinstance(part, Scalar | Number):
            source.pop(0)
        else:
            return None
    return (*dims, *source)


def sliced(dim: Dim, lower: Any, upper: Any, step: Any) -> Dim:
    """The length of a slice of a dimension; bounds that are not literals are `...`."""
    if lower is None and upper is None and step in (None, 1, -1):
        return dim
    if ... in (lower, upper, step) or step not in (None, 1):
        return None
    if isinstance(dim, int):
        return len(range(dim)[slice(lower, upper)])
    if isinstance(dim, tuple):
        symbol, gone = dim
    elif isinstance(dim, str):
        symbol, gone = dim, 0
    else:
        return None
    lower = lower or 0
    if lower < 0 or (upper is not None and upper >= 0):
        return None
    # the dimension is max(n - gone, 0); shortening at both ends keeps that form
    return _shortened(symbol, gone + lower + (-upper if upper is not None else 0))


def _shortened(symbol: str, gone: int) -> Dim:
    return (symbol, gone) if gone or local(symbol) else symbol


def local(symbol: str) -> bool:
    """Whether it is the size of a slice with variable bounds, which may be any (see `lengths`)."""
    return "[" in symbol
