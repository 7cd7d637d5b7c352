"""Cotangents of containers, and the last step of a gradient.

The shadow of a list or tuple is a list of the cotangents of its items, that of a dict, an object or
a function with captured variables a dict; numbers and arrays have zeros of their own kind, and
None stands for what has no derivative.  Shadows are private to one backward part, which adds
into them.  Long because each kind of structure has its case in each of the functions.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import inspect
import types
from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable, UnsupportedSyntax
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.derivative import Derivative, primal
from srcad.runtime.gates import Gate
from srcad.runtime.objects import reads_by_code
from srcad.runtime.slots import blank, slots_of
from srcad.runtime.unobtainable import Refusal

_WITHOUT = (str, bytes, int, type, types.ModuleType, types.FunctionType, Gate, Derivative)


def shadow(x: Any) -> Any:  # noqa: C901 - one case for each kind of value
    """Zeros for everything inside `x`, ready to be added into."""
    kind = type(x)
    if kind is float:
        return 0.0
    if kind is np.ndarray:
        if x.dtype.kind in "fc":
            return np.zeros(x.shape, x.dtype)
        return None if x.dtype.kind != "O" else _refuse_object()
    if isinstance(x, np.generic):
        return x.dtype.type(0) if x.dtype.kind in "fc" else None
    if kind is complex:
        return 0j
    if isinstance(x, list | tuple | collections.abc.ValuesView):
        return [_shadow_of_item(v) for v in x]
    if isinstance(x, dict):
        return {k: _shadow_of_item(v) for k, v in x.items()}
    if x is None or isinstance(x, str | bytes | int | type | types.ModuleType | Gate):
        return None
    if isinstance(x, types.FunctionType):
        return _function_shadow(x)
    if isinstance(x, types.MethodType):
        return {"__self__": shadow(x.__self__)}
    if isinstance(x, Derivative):
        return shadow(primal(x))
    if isinstance(x, functools.partial):
        return {"function": shadow(x.func), "args": shadow(x.args), "kwargs": shadow(x.keywords)}
    return _object_shadow(x)


def _shadow_of_item(item: Any) -> Any:
    """Among numbers an integer may be read as one of them: a buffer that `finish` drops."""
    return 0.0 if type(item) is int or isinstance(item, np.integer) else shadow(item)


def _object_shadow(x: Any) -> Any:
    if isinstance(x, np.flatiter):
        return shadow(np.array(x))
    if isinstance(x, collections.abc.Iterator | collections.deque):
        return Refusal(
            f"A derivative passes through a {type(x).__name__}, which cannot be differentiated "
            "yet. Use a list."
        )
    fields = fields_of(x)
    try:
        return None if fields is None else {k: shadow(v) for k, v in fields.items()}
    except RecursionError:
        raise _holds_itself(x) from None


def _holds_itself(x: Any) -> UnsupportedSyntax:
    return UnsupportedSyntax(
        f"A {type(x).__name__} that holds itself, by way of what it holds, carries a derivative "
        "here. Give it what it needs as an argument."
    )


def _refuse_object() -> Any:
    raise NotDifferentiable("An array of dtype object has no derivative. Use a float array.")


def _function_shadow(function: types.FunctionType) -> dict[str, Any] | None:
    held = held_by(function)
    try:
        return {name: shadow(value) for name, value in held.items()} or None
    except RecursionError:
        raise _holds_itself(function) from None


def held_by(function: types.FunctionType) -> dict[str, Any]:
    """What a function captured, and its defaults; itself is None."""
    held: dict[str, Any] = {}
    names = function.__code__.co_freevars
    for name, cell in zip(names, function.__closure__ or (), strict=True):
        try:
            value = cell.cell_contents
        except ValueError:
            continue
        if not _of_the_runtime(value):  # a global of generated code
            held[name] = None if value is function else value
    count = function.__code__.co_argcount
    given = function.__defaults__ or ()
    with_default = function.__code__.co_varnames[count - len(given) : count]
    held.update(zip(with_default, given, strict=True))
    held.update(function.__kwdefaults__ or {})
    return held


def _of_the_runtime(value: Any) -> bool:
    return isinstance(value, types.FunctionType) and value.__module__.startswith("srcad.runtime.")


def fields_of(x: Any) -> dict[str, Any] | None:
    if isinstance(x, Derivative):
        return None
    if hasattr(type(x), "HOLDS"):  # of ours: nothing else carries a derivative
        return {name: getattr(x, name) for name in type(x).HOLDS}
    if dataclasses.is_dataclass(x):
        named = {f.name: getattr(x, f.name) for f in dataclasses.fields(x) if hasattr(x, f.name)}
        return {**named, **getattr(x, "__dict__", {})}
    slots = slots_of(x)
    return {**slots, **x.__dict__} if hasattr(x, "__dict__") else slots or None


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents of one value, either may be None; neither is changed."""
    for term in (a, b):
        if isinstance(term, Refusal):
            raise UnsupportedSyntax(term.reason)
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, list | tuple):
        if len(a) != len(b):
            raise ValueError("cotangents of different lengths")
        return [add(p, q) for p, q in zip(a, b, strict=True)]
    if isinstance(a, dict):
        return {k: add(a.get(k), b.get(k)) for k in {**a, **b}}
    total = a + b
    if isinstance(total, np.generic) and isinstance(a, np.ndarray):
        return np.array(total)  # without axes: it is added into as an array
    return total


def indexable(items: Any) -> None:
    """Refuse to iterate over what cannot be indexed again in the backward part."""
    if not isinstance(items, np.ndarray | list | tuple | range | str):
        raise UnsupportedSyntax(
            f"A loop over a {type(items).__name__} whose items carry a derivative cannot be "
            "reversed. Loop over a list, a tuple or an array."
        )


def own(cotangent: Any) -> Any:
    """A copy that may be added into; a number becomes an array of no axes."""
    if isinstance(cotangent, np.generic | float | complex):
        return np.array(cotangent)
    return _copied(cotangent)


def _copied(cotangent: Any) -> Any:
    if isinstance(cotangent, np.ndarray):
        return np.array(cotangent)
    if isinstance(cotangent, list | tuple):
        return [_copied(c) for c in cotangent]
    if isinstance(cotangent, dict):
        return {k: _copied(c) for k, c in cotangent.items()}
    return cotangent


def listed(cotangent: Any, items: Any) -> Any:
    """The cotangent of a list that NumPy took for an array, as a list again."""
    if not isinstance(items, list | tuple) or cotangent is None:
        return cotangent
    flat = type(cotangent) is list and len(cotangent) == len(items)
    if flat and not holds_sequences(items):
        return cotangent
    return [listed(c, v) for c, v in zip(cotangent, items, strict=True)]


def holds_sequences(items: Any) -> bool:
    """Whether a list holds lists or tuples; asked of each type once."""
    return any(issubclass(kind, list | tuple) for kind in set(map(type, items)))


def unrepeat_list(y_bar: Any, size: int, items: Any) -> list[Any]:
    """The cotangent of a list that was repeated: the copies add up."""
    total: Any = shadow(items)
    for start in range(0, len(y_bar), size or 1):
        total = add(total, y_bar[start : start + size])
    return list(total)


def unstarred(y_bar: Any, items: Any) -> Any:
    """The cotangent of what `*` took apart: `y_bar` are those of the items."""
    if isinstance(items, np.ndarray):
        rows = [np.zeros(items.shape[1:]) if row is None else row for row in y_bar]
        return np.array(rows).reshape(items.shape) if items.dtype.kind in "fc" else None
    if isinstance(items, list | tuple):
        return list(y_bar)
    if isinstance(items, dict | str | range):
        return None
    raise UnsupportedSyntax(
        f"`*` of a {type(items).__name__} carries a derivative here. Make a list of it first."
    )


def taken(table: Any, key: Any, value: Any) -> Any:
    """Take the cotangent of what was stored under a key; zero when a later store replaced it."""
    return table.pop(key) if key in table else shadow(value)


def survivor(y_bar: Any, key: Any, value: Any, *later: Any) -> Any:
    """The cotangent of what a dict display put under `key`: none when a later item replaced it."""
    return shadow(value) if any(key in table for table in later) else y_bar[key]


def survivors(y_bar: Any, table: Any, *later: Any) -> dict[Any, Any]:
    """The cotangent of a dict that was spread into a display."""
    return {key: survivor(y_bar, key, value, *later) for key, value in table.items()}


def accumulate(owner: Any, key: Any, value: Any) -> None:
    """Add a cotangent to one cell of a shadow."""
    if value is None or owner is None:
        return
    for term in (owner, value):
        if isinstance(term, Refusal):
            raise UnsupportedSyntax(term.reason)
    if isinstance(owner, np.ndarray) and isinstance(key, str):
        _accumulate_attribute(owner, key, value)
    elif isinstance(owner, np.ndarray):
        np.add.at(owner, key, value if np.iscomplexobj(owner) else np.real(value))
    elif isinstance(key, slice):
        for k, part in zip(range(len(owner))[key], value, strict=True):
            owner[k] = add(owner[k], part)
    elif isinstance(owner, dict) and key not in owner:
        raise UnsupportedSyntax(
            f"`{key}` is not stored in the object that it is read from: its derivative cannot be "
            "followed by name. Read what it is computed from."
        )
    else:
        owner[key] = add(owner[key], value)


def accumulate_under(table: Any, key: Any, value: Any) -> None:
    """The same of a dict: where a later store took what was under the key, nothing is there."""
    if isinstance(table, dict) and key not in table and value is not None:
        table[key] = None
    accumulate(table, key, value)


def accumulated(owner: Any, key: Any, value: Any) -> Any:
    """The same of what may be a number: `x[..., None]` is an array, `x.real` a part of it."""
    if isinstance(owner, np.generic | float | complex) and value is not None:
        if key == "imag":
            return owner - 1j * value if np.iscomplexobj(owner) else owner
        return owner + (value if isinstance(key, str) else np.sum(value))
    accumulate(owner, key, value)
    return owner


def field_key(owner: Any, name: str) -> int | str:
    """Where the cotangent of `owner.name` stands in that of an owner of unknown class."""
    fields = getattr(type(owner), "_fields", ())
    if isinstance(owner, tuple) and name in fields:
        return int(fields.index(name))
    found = inspect.getattr_static(type(owner), name, None)
    if isinstance(found, property | functools.cached_property):
        raise UnsupportedSyntax(
            f"The property `{name}` of an object whose class is known only when it runs cannot be "
            "differentiated. Do not give its variable values of several types."
        )
    if reads_by_code(type(owner), name, name in getattr(owner, "__dict__", ())):
        raise UnsupportedSyntax(
            f"`.{name}` of a {type(owner).__name__} runs code of its class, which is not "
            "differentiated. Use plain attributes and properties."
        )
    return name


def _accumulate_attribute(owner: np.ndarray, name: str, value: Any) -> None:
    """The cotangent of an attribute of an array whose kind the compiler did not know."""
    if name == "T":
        owner += value.T
    elif name in {"real", "imag"}:
        if owner.dtype.kind == "c":
            owner += value if name == "real" else -1j * value
        elif name == "real":
            owner += value
    elif name not in {"shape", "ndim", "size", "dtype", "nbytes", "itemsize"}:
        raise UnsupportedSyntax(f"`.{name}` of an array met at run time has no derivative here.")


def part(cotangent: Any, key: Any) -> Any:
    """The cotangent of one item; None when there is none."""
    return None if cotangent is None else cotangent[key]


def finish(cotangent: Any, x: Any) -> Any:  # noqa: C901 - one case for each kind of value
    """The gradient handed to the user: structure, shape and dtype of `x`, memory of its own."""
    kind = type(x)
    if kind is float:
        return _as_float(cotangent)
    if kind is np.ndarray:
        if x.dtype.kind not in "fc":
            return None
        if cotangent is None:
            return np.zeros(x.shape, x.dtype)
        return np.array(np.broadcast_to(_project(cotangent, x.dtype), x.shape), x.dtype)
    if isinstance(x, np.generic):
        if x.dtype.kind not in "fc":
            return None
        return x.dtype.type(0 if cotangent is None else _project(cotangent, x.dtype))
    if kind is complex:
        return complex(0 if cotangent is None else cotangent)
    if isinstance(x, list):
        return [finish(part(cotangent, k), v) for k, v in enumerate(x)]
    if isinstance(x, tuple):
        items = [finish(part(cotangent, k), v) for k, v in enumerate(x)]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, dict):
        found = {k: finish(part(cotangent, k), v) for k, v in x.items()}
        return found if kind is dict else _dict_like(x, found)
    if x is None or isinstance(x, _WITHOUT):
        return None
    return _object_like(cotangent, x)


def unfinished(y_bar: Any, cotangent: Any) -> Any:
    """The cotangent of a cotangent, given that of the gradient which `finish` made of it."""
    if y_bar is None or cotangent is None:
        return None
    if isinstance(cotangent, list | tuple):
        return [unfinished(part(y_bar, k), c) for k, c in enumerate(cotangent)]
    if isinstance(cotangent, dict):
        return {k: unfinished(part(y_bar, k), c) for k, c in cotangent.items()}
    return unbroadcast(y_bar, cotangent)


def relisted(bar: Any, cotangent: Any) -> Any:
    """The cotangent of what `listed` made a list of: an array where that was one."""
    held = isinstance(cotangent, list | tuple) or np.ndim(cotangent) > 0
    if bar is None or not held:
        return bar
    rows = [relisted(b, c) for b, c in zip(bar, cotangent, strict=True)]
    if not isinstance(cotangent, np.ndarray):
        return rows
    pairs = zip(rows, cotangent, strict=True)
    return np.array([np.zeros_like(c) if row is None else row for row, c in pairs])


def refilled(bar: Any, y_bar: Any) -> Any:
    """The cotangent of what `unfinished` was given: in the structure and shapes of `y_bar`."""
    if y_bar is None or bar is None:
        return shadow(y_bar)
    if isinstance(y_bar, list | tuple):
        return [refilled(part(bar, k), v) for k, v in enumerate(y_bar)]
    if isinstance(y_bar, dict):
        return {k: refilled(bar.get(k), v) for k, v in y_bar.items()}
    return np.broadcast_to(bar, np.shape(y_bar))[()]


def _dict_like(x: Any, found: dict[Any, Any]) -> Any:
    made = x.copy()
    for key, value in found.items():
        made[key] = value
    return made


def _as_float(cotangent: Any) -> float:
    if cotangent is None:
        return 0.0
    if isinstance(cotangent, np.ndarray) and cotangent.size == 1:
        cotangent = cotangent.reshape(())[()]
    if isinstance(cotangent, complex | np.complexfloating):
        cotangent = cotangent.real
    return float(cotangent)


def _project(cotangent: Any, dtype: np.dtype[Any]) -> Any:
    """The real part, where a real argument met complex arithmetic."""
    return np.real(cotangent) if dtype.kind == "f" and np.iscomplexobj(cotangent) else cotangent


def _object_like(cotangent: Any, x: Any) -> Any:
    fields = fields_of(x)
    if fields is None:
        return None
    made = blank(type(x))
    for name, value in fields.items():
        object.__setattr__(made, name, finish(part(cotangent, name), value))
    return made
