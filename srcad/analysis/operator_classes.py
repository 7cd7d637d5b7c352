"""Tell whether a program may meet objects whose class has operators of its own.

    c = a + b      a, b: anything.  Of numbers, arrays, lists, tuples, dicts and texts the result is
                   new, and holds at most what these hold.  What `__add__` of a class of the program
                   gives may be anything that the two reach.

Such a class is one that the code of the program names, or that of an argument.  An argument of
which not every part is known may hold an object of any class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from srcad.analysis.reach import OWN, Reach
from srcad.ir.types import AnyType, Clo, Dct, Known, Lst, Method, Obj, Tup, Type

if TYPE_CHECKING:
    from srcad.analysis.program import Unit

_NAMES = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
          "lshift", "rshift", "divmod")  # fmt: skip
_OPERATORS = frozenset(
    f"__{way}{name}__" for name in _NAMES for way in ("", "r", "i")
) | {"__neg__", "__pos__", "__invert__", "__getattr__"}  # fmt: skip


def reached(unit: Unit, params: Iterable[Type]) -> Reach:
    """What the function, and the objects that it is given, may call."""
    reach = Reach()
    reach.value(unit.function)
    for kind in params:
        for cls in classes_in(kind):
            reach.value(cls)
    reach.close()
    return reach


def no_operators(reach: Reach) -> bool:
    """Whether operators are those of numbers, arrays and containers, in all that may run."""
    return not any(map(_has_operators, reach.classes.values()))


def _has_operators(cls: type) -> bool:
    own = (b for b in cls.__mro__ if b.__module__.split(".")[0] not in OWN)
    return any(_OPERATORS & vars(base).keys() for base in own)


def hides(kind: Type) -> bool:
    """Whether a part of a value is not known, and may be an object of any class."""
    if isinstance(kind, AnyType):
        known = bool(kind.form or kind.of is not None or kind.objects)
        return not known or any(map(hides, kind.objects))
    return any(map(hides, _parts(kind)))


def classes_in(kind: Type) -> Iterable[object]:
    """The classes of the objects in a value, and the functions and other objects themselves."""
    if isinstance(kind, Obj):
        yield kind.cls
    if isinstance(kind, Known):
        yield kind.value
    for part in _parts(kind):
        yield from classes_in(part)


def _parts(kind: Type) -> tuple[Type, ...]:
    match kind:
        case Tup(items):
            return items
        case Lst(_, element) | Dct(_, element):
            return (element,)
        case Obj(_, fields):
            return tuple(t for _, t in fields)
        case AnyType(objects):
            return objects
        case Method(_, owner):
            return (owner,)
        case Clo(captures=captures, defaults=defaults):
            return tuple(t for _, t in (*captures, *defaults))
        case _:
            return ()
