"""A compiled version of one function, for another one of the same code.

    def loss_of(batch):
        def predict(w): return batch.x @ w
        return lambda w: np.sum((predict(w) - batch.y) ** 2)

    f, g = loss_of(a), loss_of(b)       the version made for f stands beside f: its cells are f's
    grad(f)(w); grad(g)(w)              for g, the same code with g's cells

A function and the functions that it captured make a family.  A version fits another family of the
same codes where whatever was captured and the compiled code may know has the same type there, and
what was one object is one object again (see `guards`: the rules are those of a variable that was
assigned anew).  Any other function, or a module, must be the same one.  The recipe keeps what was
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

_CELL = "cell_contents"
_LARGEST = 64  # functions of a family: beyond, it is no family but a program


@dataclass(frozen=True)
class Member:
    """What must not change of a function."""

    code: types.CodeType
    space: dict[str, Any]
    defaults: tuple[Any, ...] | None
    options: dict[str, Any] | None

    def same(self, function: types.FunctionType) -> bool:
        """Whether another function has it, too."""
        return (
            function.__code__ is self.code
            and function.__globals__ is self.space
            and function.__defaults__ is self.defaults
            and function.__kwdefaults__ is self.options
        )


class Family:
    """A function, the functions that it captured, and so on, with their cells, each once."""

    def __init__(self, function: types.FunctionType) -> None:
        self.functions = [function]
        self.cells: list[types.CellType] = []
        self.places: dict[int, int] = {}  # of the cells, by id
        self.shared: list[int] = []  # the place of each cell of each function, in order
        known = {id(function)}
        for member in self.functions:
            for cell in member.__closure__ or ():
                if id(cell) not in self.places:
                    self.places[id(cell)] = len(self.cells)
                    self.cells.append(cell)
                    value = read(cell, _CELL)
                    if _made_anew(value) and id(value) not in known:
                        known.add(id(value))
                        self.functions.append(value)
                self.shared.append(self.places[id(cell)])
            if len(self.functions) > _LARGEST:
                break
        self.values = [read(cell, _CELL) for cell in self.cells]

    @property
    def large(self) -> bool:
        """Whether it was not followed to the end."""
        return len(self.functions) > _LARGEST

    def number(self, value: Any) -> int | None:
        """Which function of the family a value is."""
        return next((k for k, f in enumerate(self.functions) if f is value), None)

    def pattern(self, guards: Guards) -> tuple[int, ...]:
        """For each captured value the first place of that object, among what is relied on too."""
        others = [value for _, _, value in (*guards.names, *guards.attributes)]
        known: dict[int, int] = {}
        for k, value in enumerate((*others, *self.values)):
            if mutable(value) or isinstance(value, types.FunctionType):
                known.setdefault(id(value), k)
        return (*self.shared, *(known.get(id(value), -1) for value in self.values))


def _made_anew(value: Any) -> bool:
    """Whether a function was made by another one, and may be made again."""
    return isinstance(value, types.FunctionType) and (
        value.__closure__ is not None or "<" in value.__qualname__
    )


@dataclass(frozen=True)
class _Captured:
    """What the compiled code may know of a captured variable."""

    place: int
    mark: Any
    value: Any  # where its identity counts
    member: int | None  # which function of the family it is

    def same(self, family: Family) -> bool:
        """Whether another family captured the like."""
        value = family.values[self.place]
        if self.member is not None:
            return value is family.functions[self.member]
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
    members: tuple[Member, ...]
    generated: Mapping[str, _Generated]
    guards: Guards  # all but those of the family
    relied: tuple[int, ...]  # the functions of the family whose code is relied on
    captured: tuple[_Captured, ...]
    pattern: tuple[int, ...]

    def made(self, function: types.FunctionType) -> Entry | None:
        """The version for this function; None where it captured something else."""
        family = Family(function)
        fits = (
            len(family.functions) == len(self.members)
            and all(m.same(f) for m, f in zip(self.members, family.functions, strict=True))
            and family.pattern(self.guards) == self.pattern
            and all(c.same(family) for c in self.captured)
        )
        if not fits:
            return None
        functions, guards = self._functions(family.cells), self._guards(family)
        return Entry(self.name, functions, self.text, guards, self.table, self.dress, self.mask)

    def _functions(self, cells: list[types.CellType]) -> dict[str, types.FunctionType]:
        """The generated functions on these cells of the user's functions."""
        siblings = {name: types.CellType() for name in self.generated}
        made = {}
        for name, one in self.generated.items():
            closure = tuple(
                cells[c] if isinstance(c, int) else siblings[c] if isinstance(c, str) else c
                for c in one.cells
            )
            made[name] = siblings[name].cell_contents = with_closure(one.function, closure)
        return made

    def _guards(self, family: Family) -> Guards:
        """What the version for this family relies on."""
        old = self.guards
        own = [(family.cells[c.place], family.values[c.place], c.mark) for c in self.captured]
        codes = [
            (weakref.ref(f), f.__code__, f.__defaults__, f.__kwdefaults__)
            for f in map(family.functions.__getitem__, self.relied)
        ]
        return Guards(
            names=list(old.names),
            attributes=[*old.attributes, *((cell, _CELL, value) for cell, value, _ in own)],
            codes=[*old.codes, *codes],
            watched=[*old.watched, *((v, m) for _, v, m in own if m is not None and mutable(v))],
            seen={**old.seen, **{(id(cell), _CELL): mark for cell, _, mark in own}},
            sizes=dict(old.sizes),
            version=old.version,
        )


def recipe_of(entry: Entry, function: types.FunctionType) -> Recipe | None:
    """What another function of this code needs; it keeps neither the function nor its cells."""
    family = Family(function)
    if family.large:
        return None
    guards = _without(entry.guards, family)
    relied = (family.number(made()) for made, *_ in entry.guards.codes)
    names = {id(f): name for name, f in entry.functions.items()}
    return Recipe(
        name=entry.name,
        text=entry.text,
        table=entry.table,
        dress=entry.dress,
        mask=entry.mask,
        members=tuple(
            Member(f.__code__, f.__globals__, f.__defaults__, f.__kwdefaults__)
            for f in family.functions
        ),
        generated={n: _generated(f, family, names) for n, f in entry.functions.items()},
        guards=guards,
        relied=tuple(k for k in relied if k is not None),
        captured=_captured(entry.guards, family),
        pattern=family.pattern(guards),
    )


def _captured(guards: Guards, family: Family) -> tuple[_Captured, ...]:
    """What is relied on of the variables that the family captured."""
    found = []
    for holder, name, value in guards.attributes:
        if id(holder) in family.places and name == _CELL:
            mark, member = guards.seen[id(holder), name], family.number(value)
            kept = value if mark is None and member is None else None
            found.append(_Captured(family.places[id(holder)], mark, kept, member))
    return tuple(found)


def _without(guards: Guards, family: Family) -> Guards:
    """The same without what is relied on of a family and its variables."""
    attributes = [a for a in guards.attributes if id(a[0]) not in family.places]
    notes = [(h, n, v) for h, n, v in (*guards.names, *attributes) if mutable(v)]
    seen = {key: mark for key, mark in guards.seen.items() if key[0] not in family.places}
    marks = [(value, seen.get((id(holder), name))) for holder, name, value in notes]
    return Guards(
        names=list(guards.names),
        attributes=attributes,
        codes=[c for c in guards.codes if family.number(c[0]()) is None],
        watched=[(value, mark) for value, mark in marks if mark is not None],
        seen=seen,
        sizes=dict(guards.sizes),
        version=guards.version,
    )


def _generated(function: types.FunctionType, family: Family, names: dict[int, str]) -> _Generated:
    cells: list[int | str | types.CellType] = []
    for cell in function.__closure__ or ():
        sibling = names.get(id(read(cell, _CELL)))
        cells.append(family.places.get(id(cell), cell if sibling is None else sibling))
    bare = [types.CellType() if not isinstance(c, types.CellType) else c for c in cells]
    return _Generated(with_closure(function, tuple(bare)), tuple(cells))
