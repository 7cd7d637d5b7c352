"""Learn the kind, dtype and rank of a result by running NumPy on small stand-ins.

    np.mean(float32[n, m], axis=0)   →   run np.mean(np.ones((3, 3), "float32"), axis=0)
                                     →   float32, one dimension

Where a number or a length that is not known could decide on the rank, several are tried:

    (1,) * n                 →   (1,) * 1, (1,) * 2, (1,) * 0     →   unknown

So no table of result types has to be kept beside NumPy's own code.  Shapes are not read off the
stand-ins (sizes could agree by chance): `shapes` derives them by rule, or they stay unknown.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np

from srcad.ir.types import (
    ANY,
    Array,
    Dct,
    Dim,
    Known,
    Lst,
    Number,
    Scalar,
    Tup,
    Type,
    join_all,
)
from srcad.rules.purity import pure_function
from srcad.rules.table import TABLE
from srcad.runtime import draws

_DRAWS = frozenset((*draws.DRAWS.values(), *draws.PLAIN.values()))


class NoWitness(Exception):
    """No stand-in can be made for this type."""


VARIANTS = range(3)  # different numbers, sizes and lengths

# Functions whose result depends on the values, not only on the types.
VALUE_DEPENDENT = {np.linalg.eig, np.linalg.eigvals, np.real_if_close, np.emath.sqrt,
                   np.roots, np.poly,
                   np.emath.log, np.emath.power, eval, exec, getattr, input}  # fmt: skip


def result_type(
    function: Any, args: tuple[Type, ...], kwargs: tuple[tuple[str, Type], ...] = ()
) -> Type:
    """The type of `function(*args, **kwargs)` with unknown dimensions; ANY when in doubt."""
    try:
        return _result_type(function, args, kwargs)
    except TypeError:  # an unhashable function or constant
        return ANY


@lru_cache(maxsize=20_000)
def _result_type(
    function: Any, args: tuple[Type, ...], kwargs: tuple[tuple[str, Type], ...]
) -> Type:
    pure = pure_function(function) or function in _DRAWS
    if not pure or function in VALUE_DEPENDENT or function in TABLE.by_value:
        return ANY  # it must not run at compile time
    if function in (max, min) and len(args) > 1:
        return join_all(args)
    found: list[Type] = []
    for variant in VARIANTS:
        try:
            values = [stand_in(t, variant) for t in args]
            options = {k: stand_in(t, variant) for k, t in kwargs}
        except NoWitness:
            return ANY
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = function(*values, **options)
            except Exception:  # noqa: BLE001 - the stand-ins do not fit: try others, then give up
                continue
        found.append(forget_sizes(result))
        if not any(map(_of_any_length, (*args, *(t for _, t in kwargs)))):
            break
    return join_all(found) if found else ANY


def _of_any_length(t: Type) -> bool:
    """Whether the rank or the length of a result may depend on the value: `(1,) * n`."""
    match t:
        case Scalar(kind, _, known):
            return kind in (int, slice, bool) and not known
        case Lst(items):
            return items is None
        case Tup(items):
            return any(map(_of_any_length, items))
        case _:
            return False


def stand_in(t: Type, variant: int = 0) -> Any:  # noqa: C901 - one decision over the kinds
    """A value of type `t`."""
    match t:
        case Scalar(kind, value, known):
            if known or kind is type(None):
                return value
            if kind is float:
                return (0.7, 1.7, -0.3)[variant]
            if kind is int:
                return (1, 2, 0)[variant]
            if kind is bool:
                return variant != 1
            if kind is complex:
                return 0.7 + 0.2j
            if kind is type(Ellipsis):
                return ...
            if kind is slice:
                return slice(None, (None, 1, 0)[variant])
            if kind in draws.GENERATORS:
                return draws.fresh(kind)
            raise NoWitness
        case Number(dtype):
            return np.dtype(dtype).type((0.7, 1.7, 0)[variant] if "int" not in dtype else variant)
        case Array(dtype, dims):
            return _array(dtype, dims, variant)
        case Tup(items, cls):
            parts = [stand_in(i, variant) for i in items]
            return tuple(parts) if cls is tuple else cls(*parts)
        case Lst(_, _, cls) if cls is not list:
            raise NoWitness
        case Lst(items, element):
            kinds = items if items is not None else (element,) * (2, 3, 1)[variant]
            return [stand_in(i, variant) for i in kinds]
        case Dct(items, _) if items is not None:
            return {k: stand_in(v, variant) for k, v in items}
        case Known(value):  # nobody notices that the stand-ins were drawn
            if hasattr(value, "__next__"):
                raise NoWitness  # it hands out its items once
            return draws.fresh(type(value)) if type(value) in draws.GENERATORS else value
        case _:
            raise NoWitness


@lru_cache(maxsize=5_000)
def _array(dtype: str, dims: tuple[Dim, ...], variant: int) -> np.ndarray:
    free = (3, 3, 2)[variant]
    known = variant == 0
    shape = tuple(d if isinstance(d, int) and (known or d < 2) else free for d in dims)
    if max(shape, default=0) > 4096 or int(np.prod(shape)) > 100_000:
        shape = tuple(min(s, 3) for s in shape)
    if dtype == "bool":
        return np.ones(shape, bool)
    if dtype.startswith(("int", "uint")):
        return np.full(shape, variant % 2, dtype)
    if not dtype.startswith(("float", "complex")):
        raise NoWitness
    size = int(np.prod(shape))
    values: np.ndarray = 0.4 + 0.2 * np.modf(np.arange(1, size + 1) * 0.618)[0]
    array = values.reshape(shape)
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        array = array + 3 * np.eye(shape[-1])
    return array.astype(dtype)


def forget_sizes(value: Any) -> Type:
    """The type of a result, without the sizes that the stand-ins happened to have."""
    if type(value) is bool:
        return Scalar(bool)
    if type(value) in (int, float, complex):
        return Scalar(type(value))
    if type(value) in (str, bytes, type(None)):
        return Scalar(type(value), None, value is None)
    if isinstance(value, np.generic):
        return Number(value.dtype.name)
    if type(value) is np.ndarray:
        return Array(value.dtype.name, (None,) * value.ndim)
    if isinstance(value, tuple):
        return Tup(tuple(map(forget_sizes, value)), type(value))
    if type(value) is list:
        items = [forget_sizes(v) for v in value]
        return Lst(None, join_all(items) if items else ANY)
    if type(value) is dict:
        held = [forget_sizes(v) for v in value.values()]
        return Dct(None, join_all(held) if held else ANY)
    if isinstance(value, np.dtype | type):
        return Known.of(value)
    if type(value) in (range, slice):
        return Scalar(type(value))
    return ANY
