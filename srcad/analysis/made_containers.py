"""Find out what the containers of `collections` hold when they are made.

deque(xs, maxlen=3)         a list that is always taken for one that is written
OrderedDict(a=x)            a dict
defaultdict(list)           a dict of lists; reading what is not there writes it
"""

from __future__ import annotations

import ast
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from srcad.analysis.operations import Copy, Inert, Operation, Refused
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOTTOM,
    INT,
    STR,
    Array,
    Bottom,
    Clo,
    Dct,
    Known,
    Lst,
    Scalar,
    Tup,
    Type,
    join_all,
)
from srcad.runtime.substitutes import bounded, ordered_of, ordered_of_names, ordered_of_pairs

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

Args = tuple[ir.Expr, ...]
Kwargs = tuple[tuple[str | None, ir.Expr], ...]
Found = tuple[Type, Operation]
Kinds = tuple[Type, ...]


def collection(
    function: Any, args: Args, kwargs: Kwargs, kinds: Kinds, inference: Inference
) -> Found | Any | None:
    """What a call makes, or the function in plain Python that stands for it; None if unknown."""
    how = _MAKERS.get(function) if isinstance(function, type) else None
    if how is None:
        return None
    if any(isinstance(k, Bottom) for k in kinds):
        return BOTTOM, Inert()
    return how(args, kwargs, kinds)


def _deque(args: Args, kwargs: Kwargs, kinds: Kinds) -> Found | Any:
    if not args and all(name == "maxlen" for name, _ in kwargs):
        return Lst(None, BOTTOM, deque), Inert()
    if args and isinstance(kinds[0], Lst | Tup):
        if len(args) > 1 or kwargs:
            return bounded
        held = kinds[0].element if isinstance(kinds[0], Lst) else join_all(kinds[0].items)
        return Lst(None, held, deque), Copy(args[0])
    if args and isinstance(kinds[0], Array):
        return bounded
    return ANY, Refused("a deque of this value", "Give it a list.")


def _ordered(args: Args, kwargs: Kwargs, kinds: Kinds) -> Found | Any:
    if not args and not kwargs:
        return Dct((), BOTTOM, OrderedDict), Inert()
    if any(name is None for name, _ in kwargs) or len(args) > 1:
        return ANY, Refused("this call of `OrderedDict`", "Give it a list of pairs.")
    if not args:
        return ordered_of_names
    return ordered_of_pairs if isinstance(kinds[0], Lst | Tup) else ordered_of


def _default(args: Args, kwargs: Kwargs, kinds: Kinds) -> Found | Any:
    """What the factory makes must be new, or a plain number."""
    if not args and not kwargs:
        return Dct((), BOTTOM, defaultdict), Inert()
    made = _made(kinds[0]) if len(args) == 1 and not kwargs else None
    if made is None:
        return ANY, Refused(
            "a defaultdict with such a factory or first items",
            "Give it `float`, `int`, `list` or `dict` alone.",
        )
    return Dct(None, made, defaultdict), Inert()


def _made(factory: Type) -> Type | None:
    """The type of what a factory makes."""
    match factory:
        case Known(value) if value in (float, int, str):
            return {float: Scalar(float), int: INT, str: STR}[value]
        case Known(value) if value is list:
            return Lst(None, BOTTOM)
        case Known(value) if value is dict:
            return Dct((), BOTTOM)
        case Clo(
            ast.Lambda(body=ast.Constant(value=float() | int() | str() as value)), defaults=()
        ):
            return {float: Scalar(float), int: INT, str: STR}.get(type(value))
        case _:
            return None


def _counter(args: Args, kwargs: Kwargs, kinds: Kinds) -> Found | Any | None:
    """Counts are numbers without a derivative."""
    return None if args or kwargs else (Dct(None, INT, Counter), Inert())


_MAKERS: dict[Any, Callable[[Args, Kwargs, Kinds], Any]] = {
    deque: _deque,
    OrderedDict: _ordered,
    defaultdict: _default,
    Counter: _counter,
}
