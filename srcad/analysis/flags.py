"""Take switches from outside for what they are: the guards see when one is set otherwise.

DEBUG = False                          type: bool, False
CONFIG = {"fast": True}                type: dict, bool, True under "fast"

Of an argument only the type is known, so that one compilation serves both values.
"""

from __future__ import annotations

from srcad.ir.types import Dct, Lst, Obj, Scalar, Tup, Type


def flags(kind: Type) -> Type:
    """The type with the values of its bools known, where they were seen."""
    match kind:
        case Scalar(cls, value) if cls is bool and value is not None:
            return Scalar(bool, value, True)
        case Tup(items, cls):
            return Tup(tuple(map(flags, items)), cls)
        case Lst(items, element, cls) if items is not None:
            return Lst(tuple(map(flags, items)), element, cls)
        case Dct(items, element, cls, known) if items is not None:
            return Dct(tuple((k, flags(t)) for k, t in items), element, cls, known)
        case Obj(cls, fields):
            return Obj(cls, tuple((n, flags(t)) for n, t in fields))
        case _:
            return kind
