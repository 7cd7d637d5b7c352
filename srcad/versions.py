"""The compiled versions of each function, by the way it is differentiated and by types.

    for batch in batches:
        g = srcad.grad(lambda w: loss(w, batch))(w)     compiled once, called for every batch

They belong to the function, not to the derivative that asked first: `srcad.grad(f)(x)` in a loop
compiles once.  A function that is made anew each time, with the same code and other captured
values, gets the versions of the one before (`rebinding`).  They go when the function goes.
"""

from __future__ import annotations

import types
import weakref
from collections import OrderedDict
from typing import Any

from srcad.entries import Entry, find
from srcad.ir.types import Symbols
from srcad.rebinding import Recipe, recipe_of

Way = tuple[Any, ...]  # which derivative, and how
_BY_FUNCTION: weakref.WeakKeyDictionary[Any, dict[Any, list[Entry]]] = weakref.WeakKeyDictionary()
_BY_CODE: OrderedDict[Any, tuple[Any, list[Recipe]]] = OrderedDict()
MOST_FUNCTIONS = 1024
MOST_TYPES = 256
MOST_CODES = 256


def known(function: types.FunctionType, way: Way, symbols: Symbols) -> Entry | None:
    """The version that is right for a call now, as far as one was made."""
    entries = _BY_FUNCTION.get(function, {}).get(way)
    return None if entries is None else find(entries, symbols)


def again(function: types.FunctionType, way: Way, symbols: Symbols) -> Entry | None:
    """The version of another function with this code, for this one."""
    _, recipes = _BY_CODE.get(_code_key(function, way), (None, ()))
    for recipe in recipes:
        entry = recipe.made(function)
        if entry is not None and entry.usable(symbols):
            _keep(function, way, entry)
            return entry
    return None


def add(function: types.FunctionType, way: Way, entry: Entry) -> None:
    """Keep a version; those whose program has changed, and the oldest of too many, go."""
    _keep(function, way, entry)
    if "<" not in function.__qualname__ and function.__closure__ is None:
        return  # of a module or a class: made once
    recipe = recipe_of(entry, function)
    if recipe is None:
        return
    key = _code_key(function, way)
    kept = _BY_CODE.pop(key, (None, []))[1][-3:]
    _BY_CODE[key] = function.__code__, [*kept, recipe]
    while len(_BY_CODE) > MOST_CODES:
        _BY_CODE.popitem(last=False)


def _keep(function: types.FunctionType, way: Way, entry: Entry) -> None:
    if function not in _BY_FUNCTION:
        while len(_BY_FUNCTION) >= MOST_FUNCTIONS:
            _BY_FUNCTION.pop(next(iter(_BY_FUNCTION)), None)
    by_way = _BY_FUNCTION.setdefault(function, {})
    kept = [e for e in by_way.pop(way, []) if e.guards.hold()]
    by_way[way] = [*kept, entry]
    while len(by_way) > MOST_TYPES:
        by_way.pop(next(iter(by_way)))


def _code_key(function: types.FunctionType, way: Way) -> Any:
    """The code is kept with its versions, so that its identity stays its own."""
    return id(function.__code__), id(function.__globals__), way
