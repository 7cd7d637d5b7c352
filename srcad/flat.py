"""One vector for a nest of containers, arrays and numbers, and the way back.

vector, unflatten = srcad.flatten({"W": W, "b": 0.5})

def unflatten(vector):                          made for the structure, as text: it can be
    return {                                    read, and differentiated
        "W": vector[0:6].reshape((2, 3)).astype(np.float64),
        "b": float(vector[6]),
    }
"""

from __future__ import annotations

import dataclasses
import functools
import linecache
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from srcad import errors
from srcad.runtime.trees import is_leaf, leaves, rebuild

_SERIAL = count(1)
_MADE: OrderedDict[Any, Structure] = OrderedDict()
_MOST = 256
_WANTED = "a vector of {} numbers is wanted, not shape"


def flatten(tree: Any) -> tuple[np.ndarray, Callable[[Any], Any]]:
    """The numbers of a nest of containers in one vector, and the function that puts them back.

    tree: lists, tuples, namedtuples, dicts, dataclasses, objects; floats, complex numbers and
    arrays of them are taken, in the order in which they stand, anything else stays as it is.  The
    vector has the dtype that holds them all (float64 without any).  `unflatten(vector)` gives
    arrays of the old shapes and dtypes in memory of their own; it raises ValueError for a vector of
    another length.
    """
    parts = [value for _, value in leaves(tree)]
    return _vector(parts), structure_of(tree).unflatten


def raveled(tree: Any, like: np.dtype | None = None) -> np.ndarray:
    """The vector alone; like: of this dtype."""
    return _vector([value for _, value in leaves(tree)], like)


def _vector(parts: list[Any], dtype: np.dtype | None = None) -> np.ndarray:
    if not parts:
        return np.zeros(0, dtype or np.float64)
    return np.concatenate([np.ravel(p) for p in parts], dtype=dtype)


@dataclasses.dataclass(frozen=True)
class Structure:
    """The functions made for one structure."""

    unflatten: Callable[[Any], Any]
    flat: Callable[[Any], Any] | None  # a tree of this structure → (vector, unflatten); None if


def structure_of(tree: Any) -> Structure:
    """What takes such trees apart and puts them together again."""
    writer = _Writer(tree)
    try:
        made = writer.node(tree, "tree")
    except _Unwritten:
        return Structure(functools.partial(filled, tree), None)  # of any class
    size = writer.size
    text = (
        "def unflatten(vector):\n"
        f"    if np.shape(vector) != ({size},):\n"
        f"        raise ValueError(f'{_WANTED.format(size)} {{np.shape(vector)}}')\n"
        f"    return {made}\n\n\n"
        "def flat(tree):\n"
        f"    return {writer.joined()}, unflatten\n"
    )
    key = text, tuple((name, id(value)) for name, value in writer.names.items())
    if key not in _MADE:
        _MADE[key] = _made(text, type(tree).__name__, writer.names)
        while len(_MADE) > _MOST:
            _MADE.popitem(last=False)
    _MADE.move_to_end(key)
    return _MADE[key]


def _made(text: str, name: str, names: dict[str, Any]) -> Structure:
    """The functions of a text; names: what they keep, which the cache's key relies on to live."""
    file = f"<srcad flat of {name} {next(_SERIAL)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"np": np, "__name__": "srcad.runtime.flat"}
    space.update(names)
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    weakref.finalize(space["flat"], linecache.cache.pop, file, None).atexit = False
    return Structure(space["unflatten"], space["flat"])


class _Unwritten(Exception):
    """A part that no expression makes."""


class _Writer:
    """Writes the expressions for one structure."""

    def __init__(self, tree: Any) -> None:
        self.dtype = _vector([v for _, v in leaves(tree)]).dtype
        self.size = 0
        self.names: dict[str, Any] = {}
        self.paths: list[str] = []
        self.open: set[int] = set()

    def node(self, x: Any, path: str) -> str:
        """The expression that makes x again from the vector; path: where x stands in the tree."""
        if is_leaf(x):
            return self.leaf(x, path)
        if not leaves(x):
            return self.named(x)
        if id(x) in self.open:
            raise errors.WrongArgument("flatten: a container holds itself.")
        self.open.add(id(x))
        made = self.branch(x, path)
        self.open.discard(id(x))
        return made

    def branch(self, x: Any, path: str) -> str:
        if type(x) is list:
            return f"[{', '.join(self.node(v, f'{path}[{k}]') for k, v in enumerate(x))}]"
        if type(x) is tuple:
            return f"({''.join(self.node(v, f'{path}[{k}]') + ', ' for k, v in enumerate(x))})"
        if type(x) is dict:
            pairs = ((self.key(k), v) for k, v in x.items())
            return "{" + ", ".join(f"{k}: {self.node(v, f'{path}[{k}]')}" for k, v in pairs) + "}"
        if isinstance(x, tuple) and hasattr(x, "_fields"):
            return self.record(x, x._fields, path)
        if _is_record(x):
            return self.record(x, [f.name for f in dataclasses.fields(x)], path)
        raise _Unwritten

    def record(self, x: Any, fields: Any, path: str) -> str:
        parts = (f"{n}={self.node(getattr(x, n), f'{path}.{n}')}" for n in fields)
        return f"{self.named(type(x))}({', '.join(parts)})"

    def key(self, key: Any) -> str:
        return repr(key) if isinstance(key, str | int | bool | None) else self.named(key)

    def named(self, value: Any) -> str:
        """A value that stays as it is, under a name or as it is written."""
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        name = value.__name__ if isinstance(value, type) and value.__name__.isidentifier() else ""
        while not name or self.names.get(name, value) is not value:
            name = f"kept_{len(self.names)}"
        self.names[name] = value
        return name

    def leaf(self, x: Any, path: str) -> str:
        self.paths.append(path)
        start, stop = self.size, self.size + np.size(x)
        self.size = stop
        real = ".real" if self.dtype.kind == "c" and not np.iscomplexobj(x) else ""
        if isinstance(x, np.ndarray):
            part = f"vector[{start}:{stop}]{real}"
            part = f"{part}.reshape({x.shape})" if x.ndim != 1 else part
            return f"{part}.astype({self.dtype_name(x.dtype)})"
        one = f"vector[{start}]{real}"
        if isinstance(x, np.generic):
            return f"{self.dtype_name(x.dtype)}({one})"
        return f"{type(x).__name__}({one})"

    def dtype_name(self, dtype: np.dtype) -> str:
        return f"np.{dtype.name}"

    def joined(self) -> str:
        """The expression that makes the vector."""
        if not self.paths:
            return "np.zeros(0)"
        return f"np.concatenate([{', '.join(f'np.ravel({p})' for p in self.paths)}])"


def _is_record(x: Any) -> bool:
    """Whether calling the class with its fields makes the object again."""
    if not dataclasses.is_dataclass(x) or isinstance(x, type) or hasattr(x, "__post_init__"):
        return False
    fields = dataclasses.fields(x)
    extra = set(getattr(x, "__dict__", {})) - {f.name for f in fields}
    return all(f.init for f in fields) and not extra and "__init__" not in _own(type(x))


def _own(cls: type) -> dict[str, Any]:
    """What the class defines in a way of its own: an `__init__` that dataclasses did not make."""
    made = getattr(cls, "__init__", None)
    code = getattr(made, "__code__", None)
    return {} if code is not None and code.co_filename == "<string>" else {"__init__": made}


def filled(tree: Any, vector: Any) -> Any:
    """The structure of the tree around the numbers of a vector."""
    like = [value for _, value in leaves(tree)]
    bounds = np.cumsum([0, *(np.size(v) for v in like)])
    if np.shape(vector) != (bounds[-1],):
        raise ValueError(f"{_WANTED.format(bounds[-1])} {np.shape(vector)}")
    spans = zip(bounds, bounds[1:], strict=False)
    return rebuild(tree, [_part(vector[a:b], v) for (a, b), v in zip(spans, like, strict=True)])


def _part(part: Any, like: Any) -> Any:
    part = part if np.iscomplexobj(like) else np.real(part)
    if isinstance(like, np.ndarray):
        return np.array(part, like.dtype).reshape(like.shape)
    return type(like)(part[0])


def plain(tree: Any) -> types.FunctionType:
    """The plain function that stands for `flatten(tree)`."""
    made = structure_of(tree).flat
    if made is None:
        raise errors.UnsupportedSyntax(
            "srcad.flatten of objects of a class of their own cannot be differentiated yet. Use "
            "dicts, lists, tuples or dataclasses."
        )
    assert isinstance(made, types.FunctionType)
    return made
