"""Find the function in plain Python that stands for a call of a builtin or of NumPy.

map(f, xs)               map_list(f, xs)
np.hypot.outer(a, b)     outer(np.hypot, a, b)
list(table)              items_of(table)
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import operator
from typing import TYPE_CHECKING, Any

from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, Bottom, Dct, Lst, Number, Obj, Scalar, Tup, Type
from srcad.rules.table import TABLE
from srcad.runtime import copies, iterators, ufuncs, walks
from srcad.runtime.choosing import OF_STRUCTURES
from srcad.runtime.draws import GENERATORS
from srcad.runtime.numpy_sources import of_object
from srcad.runtime.substitutes import (
    SUBSTITUTES,
    dict_merged,
    dict_of_names,
    dict_of_pairs,
    items_of,
    items_tuple,
    listed_tuple,
)

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def substitute(
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Any:
    """The function in plain Python that stands for this call of a builtin; None without one."""
    try:
        hash(value)
    except TypeError:
        return None
    if value in (copy.copy, copy.deepcopy) and len(args) == 1 and not kwargs:
        return _copy(value, inference.expr(args[0]))
    if value in copies.PARTS and len(args) == 1:
        return _plain_part(value, inference.expr(args[0]))
    if value in walks.OF_DICTS and isinstance(inference.expr(args[0]), Dct):
        return walks.OF_DICTS[value]
    if value in (iter, next, itertools.islice) and not kwargs:
        return _of_iterator(value, args, inference)
    if value in (list, tuple, dict):
        return _container(value, args, kwargs, inference)
    if value is operator.attrgetter and not all(
        isinstance(a, ir.Const) and "." not in str(a.value) for a in args
    ):
        return None
    if TABLE.get(value) is None:
        return SUBSTITUTES.get(value) or ufuncs.substitute(value) or of_object(value)
    if value in OF_STRUCTURES and not kwargs and _of_structures(value, args, inference):
        return OF_STRUCTURES[value]
    # `max(xs, key=f)` calls a function of the user, which a rule cannot
    special = value in (max, min) and any(k in ("key", "default") for k, _ in kwargs)
    return SUBSTITUTES[value] if special else None


def _of_structures(value: Any, args: tuple[ir.Expr, ...], inference: Inference) -> bool:
    """Whether `max` chooses one of several objects or lists, or `sum` adds objects of a class."""
    if not args or any(isinstance(a, ir.Star) for a in args):
        return False
    many = value is sum or len(args) == 1
    if value is sum and isinstance(inference.expr(args[0]), Obj):
        return True
    kinds = [inference.item_of(inference.expr(args[0]))] if many else map(inference.expr, args)
    structures = (Obj,) if value is sum else (Obj, Lst, Tup, Dct)
    return any(
        isinstance(k, structures) or (isinstance(k, AnyType) and bool(k.objects)) for k in kinds
    )


def _copy(value: Any, kind: Type) -> Any:
    """The copy of a value of this type; None of an object, whose class may have its own way."""
    match kind:
        case AnyType():
            return copies.shallow if value is copy.copy else copies.deep
        case Array():
            return copies.copied_array
        case Scalar(cls) if cls in GENERATORS:  # it has a state
            return copies.shallow if value is copy.copy else copies.deep
        case Scalar() | Number() | Bottom():
            return copies.itself
        case Lst(_, _, cls) | Dct(_, _, cls) | Tup(_, cls) if cls in (list, dict, tuple):
            deep = {list: copies.deep_list, tuple: copies.deep_tuple, dict: copies.deep_dict}
            plain = {list: copies.shallow_list, tuple: copies.itself, dict: copies.shallow_dict}
            return (plain if value is copy.copy else deep)[cls]
        case _:
            return None


def _plain_part(value: Any, kind: Type) -> Any:
    """What `asdict` and `astuple` make of the value of a field, by its type."""
    ways = copies.PARTS[value]
    match kind:
        case Obj(cls):
            return ways[object] if dataclasses.is_dataclass(cls) else copies.deep_of
        case AnyType():
            return copies.deep_of_any
        case Lst(_, _, cls) | Dct(_, _, cls) | Tup(_, cls) if cls in (list, dict, tuple):
            return ways[cls]
        case _:
            return _copy(copy.deepcopy, kind)


def _of_iterator(value: Any, args: tuple[ir.Expr, ...], inference: Inference) -> Any:
    """`iter(xs)`, `next(it, default)` and `islice` by what they are given."""
    kind = inference.expr(args[0]) if args and not isinstance(args[0], ir.Star) else None
    if value is itertools.islice:
        endless = isinstance(kind, Obj) and kind.cls in iterators.ENDLESS
        return iterators.first_items if endless and len(args) == 2 else iterators.islice
    steps = isinstance(kind, Obj) and hasattr(kind.cls, "__next__")
    if value is next and steps and len(args) <= 2:
        plain_walk = isinstance(kind, Obj) and kind.cls is walks.Walk
        other = walks.walked_or if plain_walk else walks.asked_or
        return walks.asked if len(args) == 1 else other
    if value is iter and len(args) == 1:
        if isinstance(kind, Obj) and kind.cls is walks.Walk:
            return walks.itself
        if isinstance(kind, Dct):
            return walks.keys_walked
        plain = isinstance(kind, Array) or (isinstance(kind, Lst | Tup) and kind.cls in _PLAIN)
        return walks.walked if plain else None
    return None


_PLAIN = (list, tuple)


def _container(
    value: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Any:
    """`list(x)` of what is no list yet, `dict(old, key=v)`, `dict(pairs)`."""
    if len(args) > 1 or any(isinstance(a, ir.Star) for a in args):
        return None
    if not args:
        return dict_of_names if value is dict and kwargs else None
    kind = inference.expr(args[0])
    if value is dict:
        if isinstance(kind, Dct):
            return dict_merged if kwargs else None
        return dict_of_pairs if isinstance(kind, Lst | Tup | Array) else None
    if kwargs or isinstance(kind, Lst | Tup | Bottom | Dct | Scalar):
        return None
    if value is tuple and isinstance(kind, Obj):
        return listed_tuple
    return items_of if value is list else items_tuple
