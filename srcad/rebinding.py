"""A compiled version of one function, for another one of the same code.

    def loss_of(batch):
        return lambda w: np.sum((batch @ w) ** 2)      each call makes a function of this code

    f, g = loss_of(a), loss_of(b)       the version made for f stands beside f: its cells are f's
    grad(f)(w); grad(g)(w)              for g, the same code with g's cells

It fits where whatever f captured and the compiled code may know has the same type in g, and the
same captured objects are one object (see `guards`: the rules are those of a variable that was
assigned anew).  A captured function or module must be the same one.  The recipe keeps what f
captured only where its identity counts.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from srcad.emit.load import with_closure
from srcad.emit.places import LineTable
from srcad.entries import Entry
from srcad.guards import Guards, fingerprint, mutable, read

_SELF: Any = object()  # the function that is differentiated
_CELL = "cell_contents"


@dataclass(frozen=True)
class _Captured:
    """What the compiled code may know of a captured variable; its value where that counts."""

    place: int
    mark: Any
    value: Any

    def same(self, value: Any, function: types.FunctionType) -> bool:
        """Whether another function captured the like."""
        if self.value is _SELF:
            return value is function
        return value is self.value if self.mark is None else fingerprint(value) == self.mark


@dataclass(frozen=True)
class _Generated:
    """A function of the text; of its cells, numbers stand for the user's and names for siblings."""

    function: types.FunctionType  # with empty cells in their place
    cells: tuple[int | str | types.CellType, ...]


@dataclass(frozen=True)
class Recipe:
    """How to make a version for another function of the same code."""

    name: str
    text: str
    table: LineTable
    dress: Callable[[Entry], None]
    mask: tuple[bool, ...]
    defaults: tuple[Any, ...]
    generated: Mapping[str, _Generated]
    guards: Guards  # all but those of the function itself
    captured: tuple[_Captured, ...]
    pattern: tuple[int, ...]  # which captured values are one object, or that of a guard

    def made(self, function: types.FunctionType) -> Entry | None:
        """The version for this function; None where it captured something else."""
        own = function.__defaults__, function.__kwdefaults__
        if not all(mine is given for mine, given in zip(own, self.defaults, strict=True)):
            return None
        cells = function.__closure__ or ()
        values = [read(cell, _CELL) for cell in cells]
        if not all(c.same(values[c.place], function) for c in self.captured):
            return None
        if _pattern(values, self.guards) != self.pattern:
            return None
        functions, guards = self._functions(cells), self._guards(function, values)
        return Entry(self.name, functions, self.text, guards, self.table, self.dress, self.mask)

    def _functions(self, cells: tuple[types.CellType, ...]) -> dict[str, types.FunctionType]:
        """The generated functions on these cells of the user's function."""
        siblings = {name: types.CellType() for name in self.generated}
        made = {}
        for name, one in self.generated.items():
            closure = tuple(
                cells[c] if isinstance(c, int) else siblings[c] if isinstance(c, str) else c
                for c in one.cells
            )
            made[name] = siblings[name].cell_contents = with_closure(one.function, closure)
        return made

    def _guards(self, function: types.FunctionType, values: list[Any]) -> Guards:
        """What the version for this function relies on."""
        old, cells = self.guards, function.__closure__ or ()
        own = [(cells[c.place], values[c.place], c.mark) for c in self.captured]
        code = function.__code__, function.__defaults__, function.__kwdefaults__
        return Guards(
            names=list(old.names),
            attributes=[*old.attributes, *((cell, _CELL, value) for cell, value, _ in own)],
            codes=[*old.codes, (weakref.ref(function), *code)],
            watched=[*old.watched, *((v, m) for _, v, m in own if m is not None and mutable(v))],
            seen={**old.seen, **{(id(cell), _CELL): mark for cell, _, mark in own}},
            sizes=dict(old.sizes),
            version=old.version,
        )


def recipe_of(entry: Entry, function: types.FunctionType) -> Recipe:
    """What another function of this code needs; it keeps neither the function nor its cells."""
    cells = function.__closure__ or ()
    places = {id(cell): k for k, cell in enumerate(cells)}
    names = {id(f): name for name, f in entry.functions.items()}
    guards = _without(entry.guards, function, places)
    return Recipe(
        name=entry.name,
        text=entry.text,
        table=entry.table,
        dress=entry.dress,
        mask=entry.mask,
        defaults=(function.__defaults__, function.__kwdefaults__),
        generated={n: _generated(f, places, names) for n, f in entry.functions.items()},
        guards=guards,
        captured=_captured(entry.guards, function, places),
        pattern=_pattern([read(cell, _CELL) for cell in cells], guards),
    )


def _captured(
    guards: Guards, function: types.FunctionType, places: dict[int, int]
) -> tuple[_Captured, ...]:
    """What is relied on of the variables that a function captured."""
    found = []
    for holder, name, value in guards.attributes:
        if id(holder) in places and name == _CELL:
            mark = guards.seen[id(holder), name]
            kept = _SELF if value is function else value if mark is None else None
            found.append(_Captured(places[id(holder)], mark, kept))
    return tuple(found)


def _without(guards: Guards, function: types.FunctionType, places: dict[int, int]) -> Guards:
    """The same without what is relied on of a function and its variables."""
    attributes = [a for a in guards.attributes if id(a[0]) not in places]
    notes = [(h, n, v) for h, n, v in (*guards.names, *attributes) if mutable(v)]
    seen = {key: mark for key, mark in guards.seen.items() if key[0] not in places}
    marks = [(value, seen.get((id(holder), name))) for holder, name, value in notes]
    return Guards(
        names=list(guards.names),
        attributes=attributes,
        codes=[c for c in guards.codes if c[0]() is not function],
        watched=[(value, mark) for value, mark in marks if mark is not None],
        seen=seen,
        sizes=dict(guards.sizes),
        version=guards.version,
    )


def _generated(
    function: types.FunctionType, places: dict[int, int], names: dict[int, str]
) -> _Generated:
    cells: list[int | str | types.CellType] = []
    for cell in function.__closure__ or ():
        sibling = names.get(id(read(cell, _CELL)))
        cells.append(places.get(id(cell), cell if sibling is None else sibling))
    bare = [types.CellType() if not isinstance(c, types.CellType) else c for c in cells]
    return _Generated(with_closure(function, tuple(bare)), tuple(cells))


def _pattern(values: list[Any], guards: Guards) -> tuple[int, ...]:
    """For each captured value the first place of the same object, among what is relied on too."""
    others = [value for _, _, value in (*guards.names, *guards.attributes)]
    known: dict[int, int] = {}
    for k, value in enumerate((*others, *values)):
        if mutable(value):
            known.setdefault(id(value), k)
    return tuple(known.get(id(value), -1) for value in values)
