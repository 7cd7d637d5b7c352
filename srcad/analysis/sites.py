"""Places in the program where memory comes from: an operation, a parameter, an object from outside.

("param", "x")                     what the parameter x is
("part", ("param", "x"), "w")      what it holds under a key
("outside", id(W))                 an object of a module
"""

from __future__ import annotations

import enum
import types
from collections.abc import Hashable

import numpy as np

from srcad.ir import nodes as ir

Site = Hashable
Sites = frozenset[Site]
NONE: Sites = frozenset()
ANY_KEY = "*"  # a key that is not known, or among the keys
VALUE = ("value",)  # a key that is not known
DEEP = ("deep",)  # any key, however deep inside
KEYS = ("keys",)  # the keys of a dict themselves
MADE: Site = ("new", "whatever")  # what calls make, where it is not told apart
DEPTH = 2  # parts of parts of a parameter that are told apart


def holds_nothing(value: object, depth: int = 0) -> bool:
    """Whether no memory that can be written is reached through an object from outside."""
    if value is None or isinstance(value, int | float | complex | str | bytes | np.generic):
        return True
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] in _LIBRARIES
    module = getattr(value, "__module__", "") if callable(value) else ""
    if isinstance(module, str) and module.split(".")[0] in _LIBRARIES:
        return True
    inside = _inside(value) if depth < _DEEPEST else None
    return inside is not None and all(holds_nothing(v, depth + 1) for v in inside)


_DEEPEST = 3


def _inside(value: object) -> list[object] | None:
    """What an object that cannot be written itself holds; None of any other."""
    match value:
        case tuple() | frozenset() if not hasattr(value, "__dict__"):
            return list(value)
        case types.FunctionType():
            named = (value.__kwdefaults__ or {}).values()
            cells = [_contents(c) for c in value.__closure__ or ()]
            own = [v for n, v in vars(value).items() if not n.startswith("__")]
            return [*cells, *(value.__defaults__ or ()), *named, *own]
        case enum.Enum():
            return [value.value]
        case staticmethod() | classmethod():
            return [value.__func__]
        case property():
            return [value.fget, value.fset, value.fdel]
        case type() if type(value) is type and issubclass(value, object):
            held = [kv for base in value.__mro__[:-1] for kv in vars(base).items()]
            return [v for name, v in held if not _of_python(name, v)]
        case _:
            return None


def _of_python(name: str, value: object) -> bool:
    """What Python itself puts into every class."""
    described = isinstance(value, types.GetSetDescriptorType | types.MemberDescriptorType)
    return described or name in _EVERY_CLASS or (name == "__hash__" and value is None)


_EVERY_CLASS = {"__module__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__slots__",
                "__qualname__", "__static_attributes__", "__firstlineno__",
                "__match_args__"}  # fmt: skip


def _contents(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return cell  # not known yet


_LIBRARIES = {"builtins", "math", "numpy", "operator"}


def is_outer(site: Site) -> bool:
    return isinstance(site, tuple) and site[0] in ("param", "outside", "part")


def is_part(site: Site) -> bool:
    """Whether it is what an object from outside holds, not the object itself."""
    return isinstance(site, tuple) and site[0] == "part"


def part_of(site: Site, key: Hashable) -> Site:
    """What an object from outside holds under a key; deep inside, it holds itself."""
    return site if depth_of(site) >= DEPTH else ("part", site, key)


def deep_part_of(site: Site) -> Site:
    """All that an object from outside holds, and what that holds."""
    return site if depth_of(site) else ("part", site, DEEP)


def depth_of(site: Site) -> int:
    """How many objects from outside hold a part, or how many calls made a new object."""
    depth = 0
    while isinstance(site, tuple) and site[0] in ("part", "at"):
        depth, site = depth + 1, site[1] if site[0] == "part" else site[2]
    return depth


def outer_id(site: Site) -> int | None:
    """The `id` of the object from outside that the memory belongs to, if it does."""
    while isinstance(site, tuple) and site[0] == "part":
        site = site[1]
    return site[1] if isinstance(site, tuple) and site[0] == "outside" else None


def param_of(site: Site) -> str:
    while isinstance(site, tuple) and site[0] == "part":
        site = site[1]
    return str(site[1]) if isinstance(site, tuple) and site[0] == "param" else ""


def key_of(expr: ir.Expr) -> Hashable:
    """The key that an index certainly is."""
    if isinstance(expr, ir.Const) and isinstance(expr.value, str | int) and expr.value != ANY_KEY:
        return expr.value if not isinstance(expr.value, int) or expr.value >= 0 else ANY_KEY
    return ANY_KEY


def target_key(target: ir.Item | ir.Attr) -> Hashable:
    return target.name if isinstance(target, ir.Attr) else key_of(target.index)
