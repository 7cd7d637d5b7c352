"""Tangents of values: what forward-mode code needs when it runs.

The tangent of a number is a number, that of an array an array of the same shape; lists, tuples,
dicts and deques hold the tangents of what the value holds, and an object or a function a dict of
them by name.  What is one object among the values is one object among the tangents, so that a
write through one name is seen through the other.
"""

from __future__ import annotations

import collections
import collections.abc
import copy
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable, UnsupportedMutation, UnsupportedSyntax
from srcad.runtime.closures import captured
from srcad.runtime.cotangents import field_key, fields_of, held_by
from srcad.runtime.derivative import primal
from srcad.runtime.gates import Gate
from srcad.runtime.objects import sets_by_code
from srcad.runtime.operands import no_items_by_class
from srcad.runtime.owners import Twins, alike, owner_of
from srcad.runtime.walks import Walk


def still(x: Any) -> Any:
    """The tangent of what does not move: zeros in the structure of `x`."""
    kind = type(x)
    if kind is float or kind is int or kind is bool:
        return 0.0
    return _still_array(x) if kind is np.ndarray else _Still().of(x)


class _Still:
    """One structure, of which each object is met once; arrays share memory as its arrays do."""

    def __init__(self) -> None:
        self.made: dict[int, tuple[Any, Any]] = {}  # the value keeps its id its own
        self.memory = Twins()
        self.others: list[np.ndarray] = []

    def of(self, x: Any) -> Any:
        """Zeros for x."""
        known = self.made.get(id(x))
        if known is not None:
            return known[1]
        if isinstance(x, np.ndarray):
            return self.keep(x, self.array(x))
        if isinstance(x, list):
            made: Any = self.keep(x, [])
            made.extend(map(self.of, x))
            return made
        if isinstance(x, collections.deque):
            made = self.keep(x, collections.deque(maxlen=x.maxlen))
            made.extend(map(self.of, x))
            return made
        if isinstance(x, tuple | collections.abc.ValuesView):
            return self.keep(x, tuple(map(self.of, x)))
        if isinstance(x, collections.defaultdict) and x.default_factory is not None:
            return self.filled(self.keep(x, collections.defaultdict(_factory(x))), x)
        if isinstance(x, collections.Counter):  # under a key that it has not stands 0
            return self.filled(self.keep(x, collections.Counter()), x)
        if isinstance(x, dict):
            return self.table(x, x)
        return self.leaf(x)

    def leaf(self, x: Any) -> Any:
        """Zeros for a number, a function or an object."""
        x = primal(x)
        if isinstance(x, np.generic):
            return x.dtype.type(0) if x.dtype.kind in "fc" else 0.0
        if isinstance(x, int | float):
            return 0.0
        if isinstance(x, complex):
            return 0j
        if x is None or isinstance(x, str | bytes | range | type | types.ModuleType | set | Gate):
            return None
        if isinstance(x, types.FunctionType):
            return self.table(x, held_by(x)) or None
        if isinstance(x, types.MethodType):
            return {"__self__": self.of(x.__self__)}
        if isinstance(x, functools.partial):
            held = {"function": x.func, "args": x.args, "kwargs": x.keywords}
            return self.table(x, held)
        if isinstance(x, collections.abc.Iterator) and not isinstance(x, Walk):
            raise UnsupportedSyntax(
                f"A tangent passes through a {type(x).__name__}. Make a list of it first."
            )
        fields = fields_of(x)
        return None if fields is None else self.table(x, fields)

    def table(self, x: Any, held: dict[Any, Any]) -> dict[Any, Any]:
        """Zeros for what an object holds by name."""
        return self.filled(self.keep(x, {}), held)

    def filled(self, made: dict[Any, Any], held: dict[Any, Any]) -> dict[Any, Any]:
        for key, value in held.items():
            made[key] = self.of(value)
        return made

    def array(self, x: np.ndarray) -> Any:
        """Zeros for an array: in what is a view of another one, a view."""
        owner = owner_of(x)
        twins = x.dtype.kind in "fc" and alike(x.dtype, owner.dtype)
        met = self.others if twins else [*self.others, *(o for o, *_ in self.memory.table.values())]
        moving = [v for v in met if {v.dtype.kind, x.dtype.kind} & {"f", "c"}]
        if any(np.may_share_memory(x, other) for other in moving):
            raise UnsupportedMutation(
                "Arrays that share memory are kept together here, as numbers of several types. "
                "Keep copies of them."
            )
        if not twins or owner.base is not None:  # what a file or a buffer holds has many owners
            self.others.append(x)
        return self.memory.of(x) if twins else _still_array(x)

    def keep(self, x: Any, made: Any) -> Any:
        self.made[id(x)] = x, made
        return made


def _factory(table: collections.defaultdict[Any, Any]) -> Callable[[], Any]:
    """What makes the tangent of what is missing in a defaultdict."""
    made = table.default_factory
    assert made is not None
    return lambda: still(made())


def _still_array(x: np.ndarray) -> np.ndarray | None:
    if x.dtype.kind in "fc":
        return np.zeros_like(x, subok=False)
    if x.dtype.kind in "biu":
        return np.broadcast_to(0.0, x.shape)  # it cannot be written: integers do not move
    if x.dtype.kind == "O":
        raise NotDifferentiable("An array of dtype object has no derivative. Use a float array.")
    return None


def in_shape_of(t: Any, y: Any) -> Any:
    """The tangent `t` in the shape and dtype of the value `y`; of a real value it is real."""
    real = not np.iscomplexobj(y)
    if real and np.iscomplexobj(t):
        t = np.real(t)
    if isinstance(y, np.ndarray):
        if not isinstance(t, np.ndarray) or t.shape != y.shape:
            t = np.array(np.broadcast_to(t, y.shape))
        if y.dtype.kind in "fc" and t.dtype != y.dtype:
            t = t.astype(y.dtype)
    return t


def fresh(t: Any) -> Any:
    """The tangent in memory of its own."""
    return np.array(t) if isinstance(t, np.ndarray) else t


def finished_dot(t: Any, y: Any) -> Any:
    """The tangent of what `finish` made of a cotangent with the tangent t: as `still` has it."""
    return still(y) if t is None else as_given(t, y)


def put_dot(x_dot: Any, x: Any, index: Any, t: Any) -> None:
    """`x[index] = v` of the tangents; an array of integers keeps none."""
    if not isinstance(x, np.ndarray | list | dict | collections.deque):
        by_code = hasattr(type(x), "__setitem__") or (
            isinstance(index, str) and sets_by_code(type(x), index)
        )
        if by_code:
            raise UnsupportedMutation(
                f"An assignment to a {type(x).__name__} runs code of its class, and what it is was "
                "not known before. Do not give its variable values of several types."
            )
    if not isinstance(x, np.ndarray) or x.dtype.kind in "fc":
        x_dot[index] = t


def add_at_dot(x_dot: Any, x: Any, index: Any, t: Any) -> None:
    """`np.add.at(x, index, v)` of the tangents; an array of integers keeps none."""
    if x.dtype.kind in "fc":
        np.add.at(x_dot, index, t)


def moved(x_dot: Any, t: Any) -> Any:
    """The tangent of what was changed by `x op= v`: in place where that was."""
    if isinstance(x_dot, np.ndarray):
        x_dot[...] = t
        return x_dot
    if isinstance(x_dot, list):
        x_dot[:] = t
        return x_dot
    return t


def part_dot(owner_dot: Any, owner: Any, name: str) -> Any:
    """The tangent of `owner.name`, of an owner whose class is known only now."""
    if isinstance(owner, np.ndarray | np.generic | float | complex):
        if name in ("T", "mT", "real", "imag", "flat"):
            return getattr(owner_dot, name)
        return still(getattr(owner, name))
    if name == "__dict__":
        return owner_dot
    attribute = getattr(owner, name)
    if getattr(attribute, "__self__", None) is owner:
        return {"__self__": owner_dot}  # a method
    key = field_key(owner, name)
    known = not isinstance(owner_dot, dict) or key in owner_dot
    return owner_dot[key] if known else still(attribute)  # of the class


def captured_dot(fn_dot: Any, fn: Any, name: str) -> Any:
    """The tangent of what a function has captured; generated code captures modules, too."""
    if isinstance(fn_dot, dict) and name not in fn_dot:
        value = captured(fn, name)
        if isinstance(value, types.ModuleType | type | types.BuiltinFunctionType | np.ufunc):
            return still(value)
    return fn_dot[name]


def items_dot(x_dot: Any, x: Any) -> Any:
    """The tangent of what is asked for an item, of which the class is known only now."""
    no_items_by_class(x)
    if x_dot is None and isinstance(x, range | str | bytes):
        return [None if isinstance(x, str) else 0.0 for _ in x]
    return x_dot


def parts_dot(x_dot: Any, x: Any) -> Any:
    """The tangent of what is taken apart; the items of an object are its class's own affair."""
    if isinstance(x, range):
        return [0.0] * len(x)
    kinds = (list, tuple, dict, np.ndarray, collections.deque, collections.abc.ValuesView)
    by_code = isinstance(inspect.getattr_static(type(x), "__iter__", None), types.FunctionType)
    if not isinstance(x, kinds) or by_code:
        raise UnsupportedSyntax(
            f"The items of a {type(x).__name__} have no tangents in forward mode yet. Make a list "
            "of them first."
        )
    return x_dot


def entries(table_dot: dict[Any, Any]) -> collections.abc.Iterator[tuple[Any, Any]]:
    """The tangents of the items of a dict: keys do not move."""
    for key, value in table_dot.items():
        yield still(key), value


def taken_entry(table_dot: dict[Any, Any], last: bool = True) -> tuple[Any, Any]:
    """The tangent of what `popitem` takes out."""
    key = next(reversed(table_dot) if last else iter(table_dot))
    return still(key), table_dot.pop(key)


def update_dot(table_dot: dict[Any, Any], other: Any, other_dot: Any) -> None:
    """`update` of the tangents of a dict: of a dict, or of pairs, whose keys do not move."""
    if isinstance(other, dict):
        table_dot.update(other_dot)
    else:
        pairs = zip(other, other_dot, strict=True)
        table_dot.update((key, pair_dot[1]) for (key, _), pair_dot in pairs)


def to_end(table_dot: dict[Any, Any], key: Any, last: bool = True) -> None:
    """`move_to_end` of the tangents of an ordered dict."""
    value = table_dot.pop(key)
    rest = {} if last else dict(table_dot)
    if not last:
        table_dot.clear()
    table_dot[key] = value
    table_dot.update(rest)


def sort_both(
    items: Any, items_dot: Any, *, key: Callable[[Any], Any] | None = None, reverse: bool = False
) -> None:
    """`items.sort(...)`, and the tangents in the same order."""
    if not isinstance(items, list):
        raise UnsupportedMutation(
            f"The `sort` of a {type(items).__name__} has no tangent in forward mode yet."
        )
    known = items if key is None else list(map(key, items))
    order = sorted(range(len(items)), key=lambda k: known[k], reverse=reverse)
    items[:] = [items[k] for k in order]
    items_dot[:] = [items_dot[k] for k in order]


def remove_both(items: Any, items_dot: Any, item: Any) -> None:
    """`items.remove(item)`, and the tangent that stands at the same place."""
    place = next((k for k, other in enumerate(items) if other is item or other == item), None)
    items.remove(item)
    del items_dot[place]


def shallow_dot(t: Any) -> Any:
    """The tangent of `copy.copy(x)`."""
    return copy.copy(t)


def deep_dot(t: Any) -> Any:
    """The tangent of `copy.deepcopy(x)`."""
    return copy.deepcopy(t)


def added(a: Any, b: Any) -> Any:
    """The sum of two tangents of one value that may hold several."""
    if isinstance(a, list | tuple):
        return type(a)(added(p, q) for p, q in zip(a, b, strict=True))
    return a + b if a is not None else None


def same_view(y_dot: Any, y: Any, x: Any, x_dot: Any) -> Any:
    """`y_dot`, a view of `x_dot` exactly when `y` is one of `x`: NumPy decides when it runs."""
    if not isinstance(y, np.ndarray) or not isinstance(x, np.ndarray):
        return y_dot
    if not isinstance(y_dot, np.ndarray) or not isinstance(x_dot, np.ndarray):
        return y_dot
    if np.may_share_memory(y, x):
        if not np.may_share_memory(y_dot, x_dot):
            raise UnsupportedMutation(
                "A view of an array is written whose tangent cannot be seen through such a view, "
                "because it is laid out differently. Make a copy of the array first."
            )
        return y_dot
    return np.array(y_dot) if np.may_share_memory(y_dot, x_dot) else y_dot


def as_given(tangent: Any, x: Any) -> Any:
    """A tangent that the user gave, laid out in memory as its value is, and our own to change."""
    return _Laid().of(tangent, x)


class _Laid:
    def __init__(self) -> None:
        self.made: dict[int, tuple[Any, Any]] = {}

    def of(self, t: Any, x: Any) -> Any:
        """What is one object among the values is one among the tangents."""
        known = self.made.get(id(x))
        if known is not None and not isinstance(x, int | float | str | np.generic | None):
            return known[1]
        made = self.one(t, x)
        self.made[id(x)] = x, made
        return made

    def one(self, t: Any, x: Any) -> Any:
        if t is None:
            return still(x)
        if isinstance(x, np.ndarray):
            made = _still_array(x)
            if made is not None and x.dtype.kind in "fc":
                made[...] = t
            return made
        if isinstance(x, list | tuple | collections.deque):
            items = [self.of(p, v) for p, v in zip(t, x, strict=True)]
            if isinstance(x, tuple):
                return tuple(items)
            return items if isinstance(x, list) else collections.deque(items, x.maxlen)
        if isinstance(x, dict):
            return {k: self.of(t.get(k), v) for k, v in x.items()}
        if isinstance(x, np.generic) and x.dtype.kind in "fc":
            return x.dtype.type(t)
        if isinstance(x, float) or (isinstance(x, complex) and not isinstance(x, np.generic)):
            return t
        x = primal(x)
        fields = None if isinstance(x, int | str | bytes) else fields_of(x)
        if fields is None or isinstance(x, types.FunctionType | type | types.ModuleType):
            return still(x)
        given = t if isinstance(t, dict) else fields_of(t) or {}
        return {k: self.of(given.get(k), v) for k, v in fields.items()}
