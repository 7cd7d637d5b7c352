"""The numbers in containers that a function is given become objects of its own, and give back.

    def f(state):        state_memory, = adopted(state)
        …
                         state_bar = cells_gathered(shadows, state_memory)

What a function holds that is given counts as well.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from srcad.runtime.by_code import attributes
from srcad.runtime.cells import cell_made, cell_taken, cell_zeros, function_taken, is_number, owned
from srcad.runtime.cotangents import add, part
from srcad.runtime.replaced import replace
from srcad.runtime.shadows import Shadows, shadow_taken
from srcad.runtime.slots import put_attribute
from srcad.runtime.snapshots import Held, parts_of, tuple_like, twin_of


def adopted(*given: Any) -> tuple[Any, ...]:
    """What containers hold at first; each number in them becomes an object of its own.

    The containers are those of the caller, and stay what they are: equal numbers in equal places.
    """
    known: dict[int, Any] = {}
    return tuple(_adopted(value, known) for value in given)


def _adopted(value: Any, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, list | deque):
        twin: list[Any] = []
        known[id(value)] = twin
        for k, item in enumerate(value):
            replace(value, k, owned(item), item)
        twin.extend(_adopted(v, known) for v in value)
        return twin
    if isinstance(value, dict):
        for key, item in value.items():
            replace(value, key, owned(item), item)
        table = known[id(value)] = value.copy()
        for key, item in value.items():
            table[key] = _adopted(item, known)
        return table
    if isinstance(value, tuple):
        return tuple_like(value, [_adopted(v, known) for v in value])
    if parts_of(value) is None:  # what a function captured stays the variable's
        for name, item in (attributes(value) or {}).items():
            replace(value, name, owned(item), item, put_attribute)
    return twin_of(value, known, _adopted)


def adopted_result(value: Any) -> Any:
    """The same of what an operation gave that was not known before."""
    if isinstance(value, tuple):
        return tuple_like(value, [adopted_result(v) for v in value])
    return _adopted(value, {}) if _is_container(value) else value


def _is_container(value: Any) -> bool:
    return isinstance(value, list | dict | deque) or bool(attributes(value))


def result_gathered(shadows: Shadows, memory: Any, bar: Any, *sources: Any) -> Any:
    """The cotangent of what such an operation gave; what is one of its sources goes back there."""
    if isinstance(memory, tuple):
        return [result_gathered(shadows, m, part(bar, k), *sources) for k, m in enumerate(memory)]
    if _is_container(memory):
        return cells_gathered(shadows, memory, bar)
    return cell_made(shadows, memory, bar, *sources)


def items_taken(shadows: Shadows, memory: Any) -> Any:
    """The cotangent of items that became objects of their own; or of a number in their place.

    Containers among them are not new: what they hold keeps its cotangent.
    """
    if isinstance(memory, list | deque):
        return [_item_taken(shadows, item) for item in memory]
    if isinstance(memory, dict):
        return {key: _item_taken(shadows, item) for key, item in memory.items()}
    return _item_taken(shadows, memory)


def _item_taken(shadows: Shadows, item: Any) -> Any:
    if isinstance(item, tuple):
        return [_item_taken(shadows, part) for part in item]
    if isinstance(item, np.ndarray | Held) or is_number(item):
        return _gathered(shadows, item, None, {}, inside=True)
    return None


def cells_gathered(shadows: Shadows, memory: Any, bar: Any = None) -> Any:
    """The cotangent of what was adopted; `bar`: that of numbers outside of containers."""
    return _gathered(shadows, memory, bar, {}, inside=False)


def _gathered(
    shadows: Shadows, memory: Any, bar: Any, known: dict[int, Any], *, inside: bool
) -> Any:
    """known: the containers that the search is in, for one may hold itself.

    What is taken once is not there again: of an object at two places the first has the cotangent.
    """
    if is_number(memory):
        if not inside and bar is not None:
            return bar
        return cell_taken(shadows, memory) if inside else cell_zeros(memory)
    if isinstance(memory, np.ndarray):
        return add(bar, shadow_taken(shadows, memory)) if memory.dtype.kind in "fc" else None
    if id(memory) in known:
        return known[id(memory)]
    if isinstance(memory, tuple):
        return [
            _gathered(shadows, m, part(bar, k), known, inside=inside) for k, m in enumerate(memory)
        ]
    found = _in_parts(shadows, memory, bar, known)
    known.pop(id(memory), None)
    return found


def _in_parts(shadows: Shadows, memory: Any, bar: Any, known: dict[int, Any]) -> Any:
    if isinstance(memory, list | deque):
        found: list[Any] = []
        known[id(memory)] = found
        found.extend(_in_container(shadows, m, known) for m in memory)
        return found
    table: dict[Any, Any] = {}
    if isinstance(memory, Held):
        known[id(memory)] = table
        for name, value in memory.parts.items():
            own = None if bar is None else bar.get(name)
            table[name] = _gathered(shadows, value, own, known, inside=False)
        return function_taken(shadows, memory, table)
    fields = memory if isinstance(memory, dict) else attributes(memory)
    if fields is None:
        return bar
    known[id(memory)] = table
    for key, value in fields.items():
        if isinstance(memory, dict):
            table[key] = _in_container(shadows, value, known)
        else:
            table[key] = _gathered(shadows, value, None, known, inside=True)
    return table


def _in_container(shadows: Shadows, item: Any, known: dict[int, Any]) -> Any:
    """The cotangent of an item; of an integer among numbers a number, as in `shadow`."""
    if type(item) is int or isinstance(item, np.integer):
        return 0.0
    return _gathered(shadows, item, None, known, inside=True)


def cell_listed(shadows: Shadows, memory: Any, bar: Any, owner: Any) -> Any:
    """The same for `owner.tolist()`: the numbers that an array makes are objects of their own."""
    if isinstance(owner, np.ndarray | np.generic):
        return cells_gathered(shadows, memory, bar)
    return cell_made(shadows, memory, bar, owner)
