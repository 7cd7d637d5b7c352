"""The type of a value that is there: an argument, a global, what a closure holds."""

from __future__ import annotations

import collections
import dataclasses
import inspect
import types as pytypes
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.ir.types import (
    ANY,
    SMALL,
    Array,
    Dct,
    Known,
    Lst,
    Number,
    Obj,
    Scalar,
    Symbols,
    Tup,
    Type,
    join_all,
)
from srcad.runtime.slots import slot_names, slots_of

_PLAIN = (float, int, bool, complex, str, bytes, type(None), type(Ellipsis), slice, range)
DEPTH, PARTS = 12, 10_000  # of what is looked into; beyond it nothing is known


def types_of(values: tuple[Any, ...], symbols: Symbols) -> tuple[Type, ...]:
    """The types of arguments; what is made of `n` and of `n + 1` elements is told apart.

    Small integers are any: they may be the size 1, which NumPy spreads.
    """
    return tuple(
        Scalar(int, size=symbols.integer()) if type(v) is int and v > SMALL else type_of(v, symbols)
        for v in values
    )


def type_of(value: Any, symbols: Symbols) -> Type:
    """The type of a run-time value; `symbols` carries the pattern of equal dimensions."""
    return _Look(symbols).at(value)


@dataclass
class _Look:
    """One value, looked into: not into itself again, and not without end."""

    symbols: Symbols
    parts: int = 0
    above: list[int] = field(default_factory=list)  # the identities of what holds the part

    def at(self, value: Any) -> Type:
        kind = type(value)
        if kind in _PLAIN:
            keep = kind in (str, bool, type(None)) and (kind is not str or len(value) < 100)
            return Scalar(kind, value if keep else None, keep and kind is not bool)
        if isinstance(value, np.generic):
            return Number(value.dtype.name)
        if kind is np.ndarray:
            return Array(value.dtype.name, tuple(map(self.symbols.dim, value.shape)))
        if isinstance(value, (*_FUNCTIONS, type, pytypes.ModuleType)):
            return Known.of(value)
        if kind.__module__.startswith("scipy.stats."):
            return Known.of(value)  # a distribution, whose methods have rules
        if kind.__module__.startswith("scipy.sparse."):
            return ANY  # a matrix, which stands beside `@` alone
        self.parts += 1
        if len(self.above) > DEPTH or self.parts > PARTS or id(value) in self.above:
            return ANY
        self.above.append(id(value))
        found = self.inside(value, kind)
        self.above.pop()
        return found

    def inside(self, value: Any, kind: type) -> Type:
        if isinstance(value, (tuple, list, dict)) and _by_code(kind, *_ASKED):
            return Known.of(value)  # what it hands out is not what it holds
        if isinstance(value, tuple):
            return Tup(tuple(map(self.at, value)), kind)
        if kind is list:
            items = tuple(map(self.at, value))
            return Lst(items, join_all(items))
        if isinstance(value, list) or (isinstance(value, dict) and _by_code(kind, "__missing__")):
            return ANY  # of a class of its own
        if isinstance(value, dict):
            pairs = tuple((k, self.at(v)) for k, v in value.items())
            return Dct(pairs, join_all([t for _, t in pairs]), kind)
        fields = fields_of(value)
        if fields is not None and _plain_object(value):
            return Obj(kind, tuple((n, self.at(v)) for n, v in fields.items()))
        return Known.of(value)


def _by_code(kind: type, *names: str) -> bool:
    """Whether a class of containers computes what it is asked for by these methods."""
    found = (inspect.getattr_static(kind, name, None) for name in names)
    return any(isinstance(f, pytypes.FunctionType) for f in found) and kind not in _PYTHON


_ASKED = ("__getitem__", "__iter__", "__len__", "__contains__", "items", "values", "keys", "get")
_PYTHON = (collections.Counter,)  # of the standard library, known as it is
_FUNCTIONS = (
    pytypes.FunctionType, pytypes.BuiltinFunctionType, pytypes.MethodType, np.ufunc,
    pytypes.MethodDescriptorType, pytypes.WrapperDescriptorType, np.vectorize,
)  # fmt: skip

_SERVICES = {"logging", "threading", "weakref", "importlib"}  # they hold no numbers of the program


def _plain_object(value: Any) -> bool:
    """An instance of a user's class: attributes in `__dict__` or slots, methods in Python."""
    cls: Any = type(value)
    if callable(value) and not isinstance(
        inspect.getattr_static(cls, "__call__", None), pytypes.FunctionType
    ):
        return False
    module = cls.__module__.split(".")[0]
    ours = module == "srcad" and not hasattr(cls, "OF_THE_PROGRAM")
    # what NumPy keeps in slots are settings: np.c_
    stores = hasattr(value, "__dict__") or (module != "numpy" and bool(slot_names(cls)))
    return not ours and module not in _SERVICES and stores


def is_object(value: Any) -> bool:
    """Whether a value is an instance of a class of the program, which has methods of its own."""
    kind = type(value)
    if kind in _PLAIN or isinstance(value, (np.generic, np.ndarray, list, tuple, dict, set)):
        return False
    if isinstance(value, (*_FUNCTIONS, type, pytypes.ModuleType)):
        return False
    outside = kind.__module__.split(".")[0] in ("builtins", "numpy", "scipy", "collections")
    return not outside and _plain_object(value)


def fields_of(value: Any) -> dict[str, Any] | None:
    """The attributes stored in an object."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {
            f.name: getattr(value, f.name)
            for f in dataclasses.fields(value)
            if hasattr(value, f.name)
        }
        return {**named, **getattr(value, "__dict__", {})}
    slots = slots_of(value)
    return {**slots, **value.__dict__} if hasattr(value, "__dict__") else slots or None
