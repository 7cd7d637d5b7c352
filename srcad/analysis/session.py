"""All inference of one compilation: each function once for each signature it is called with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from srcad.analysis.changing import NOTHING, Changing
from srcad.analysis.flags import flags
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.loosen import loosen
from srcad.analysis.operator_classes import hides, no_operators, reached
from srcad.analysis.program import MISSING, Program, Unit
from srcad.analysis.reach import Reach
from srcad.analysis.reading import FIRST, Reading
from srcad.analysis.touched import Place, Touch, touching
from srcad.analysis.unsaid import EVERY
from srcad.analysis.watching import (
    by_called,
    by_special_methods,
    called,
    in_sight,
    methods_named,
    out_of_sight,
    run_by,
    special_names,
)
from srcad.ir.observed import type_of
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Bottom,
    Dct,
    Lst,
    Number,
    Obj,
    Scalar,
    Symbols,
    Tup,
    Type,
)

# what is not known may leave anything (`touched`): off, as it takes too long where much code of
# libraries may run; the tests switch it on
LOOKS_AT_UNKNOWN = False
_STATE = (Obj, Lst, Dct, Scalar, Number, Array, Tup, AnyType)  # all but functions and modules


@dataclass
class Session:
    """Results are shared between calls of equal signature."""

    program: Program
    symbols: Symbols
    done: dict[Any, Inferred] = field(default_factory=dict)
    active: dict[Any, Inferred] = field(default_factory=dict)
    recursive: set[Any] = field(default_factory=set)
    reading: Reading = FIRST
    hopeful: bool = True  # attributes that are missing may still come
    hoped: bool = False  # one was missing
    hoping: dict[Any, Inferred] = field(default_factory=dict)  # what was found in hope
    estimates: dict[int, Any] = field(default_factory=dict)  # of what functions write, meanwhile
    resting: dict[int, Any] = field(default_factory=dict)  # found on the strength of estimates
    leaning: set[int] = field(default_factory=set)  # those that another function has relied on
    changing: Changing = NOTHING  # what may be something else later
    called: Changing = NOTHING  # what is written by calls that are known only when they run
    looks: bool = field(default_factory=lambda: LOOKS_AT_UNKNOWN)
    touching: dict[Place, Touch] = field(default_factory=dict)  # the statements that make these
    special_names: frozenset[str] | None = None  # of methods like `__add__`; None: not asked
    named: dict[str, list[Any] | None] = field(default_factory=dict)  # methods, where all are known
    runs: dict[Any, dict[int, Any]] = field(default_factory=dict)  # the code that these may run
    special: dict[frozenset[str], Changing] = field(default_factory=dict)  # and those methods
    hidden: bool = False  # whether these may run code that is not found
    state: bool = False  # something from outside was met that may
    results: dict[Any, Type] = field(default_factory=dict)  # of functions without source
    attributes: dict[tuple[int, str], tuple[Any, Type]] = field(default_factory=dict)
    generators: dict[str, Any] = field(default_factory=dict)  # refused, and why, by their names
    own: list[Inferred] = field(default_factory=list)  # copies, with memories of their own
    open: dict[Any, int] = field(default_factory=dict)  # read, and resting on what is being read
    opened: list[Any] = field(default_factory=list)  # these in their order
    rests: dict[Any, int] = field(
        default_factory=dict
    )  # what is being read: the lowest it rests on
    earlier: dict[Any, Inferred] = field(default_factory=dict)  # what is to be read once more
    versions: Counter[int] = field(default_factory=Counter)  # of each function, how many were read
    root: tuple[Unit, tuple[Type, ...]] | None = None  # the function that is differentiated
    operators: bool | None = None  # whether a class of the program may have some; None: not asked
    reaching: Reach | None = None  # the code that may run; None: not asked

    def infer(self, unit: Unit, params: tuple[Type, ...]) -> Inferred:
        """What is known of a function, called with arguments of these types."""
        key = (id(unit), params)
        self.root = self.root or (unit, params)
        if key in self.done:
            if key in self.open:
                self.rest_on(self.open[key])
            return self.done[key]
        if key in self.active:
            self.recursive.add(key)
            self.rest_on(list(self.active).index(key))
            return self.active[key]
        levels = sum(1 for unit_id, _ in self.active if unit_id == id(unit))
        self.versions[id(unit)] += 1
        if levels > _LEVELS or (levels and self.versions[id(unit)] > _VERSIONS):
            return Inferred(unit, params, {}, result=ANY)  # types that grow with a recursion
        inferred = self.read(key, unit, params)
        while len(self.active) == 1 and not unit.of_runtime and self.changes(inferred):
            self.done, self.open, self.opened = {}, {}, []
            inferred = self.read(key, unit, params)
        del self.active[key]
        self.close(key)
        if isinstance(inferred.result, Bottom) and unit.of_runtime:
            inferred.result = ANY  # it refuses; what it stands for does return
        self.done[key] = inferred
        if not self.active and self.recursive:
            for facts in self.done.values():  # what rests on a function that was not known yet
                facts.memory.clear()
        return inferred

    def not_growing(self, unit: Unit, kinds: list[Type]) -> list[Type]:
        """The types of arguments; a list that a recursion makes longer may be of any length.

        Each level would else be another function.
        """
        found = list(kinds)
        for key, params in self.active:
            if key == id(unit):
                found = [longer(new, old) for new, old in zip(found, params, strict=False)]
        return found

    def rest_on(self, level: int) -> None:
        """What is being read asks a function of which not everything is known yet."""
        top = next(reversed(self.active), None)
        if top is not None:
            self.rests[top] = min(self.rests.get(top, level), level)

    def close(self, key: Any) -> None:
        """A function was read; it is read again when what it rests on turns out to be more."""
        level = len(self.active)
        lowest = self.rests.pop(key, level)
        if lowest < level:
            self.open[key] = lowest
            self.opened.append(key)
            self.rest_on(lowest)
            return
        for one in [k for k, low in self.open.items() if low >= level]:
            del self.open[one]
        self.opened = [k for k in self.opened if k in self.open]

    def reopen(self, since: int) -> None:
        """Let those be read again that were read on the strength of an estimate."""
        for key in self.opened[since:]:
            found = self.done.pop(key, None)
            if found is not None:
                self.earlier[key] = found
            self.open.pop(key, None)
        del self.opened[since:]

    def forget(self) -> None:
        """Let go of everything: what was found points at itself, and would wait for a collector."""
        for facts in (
            *self.done.values(), *self.hoping.values(), *self.own, *self.earlier.values()
        ):  # fmt: skip
            facts.memory.clear()
            facts.session = None
        self.done, self.hoping, self.own, self.earlier = {}, {}, [], {}

    def read(self, key: Any, unit: Unit, params: tuple[Type, ...]) -> Inferred:
        """Read the function, at first in the hope that what is missing will come."""
        # what was found in hope still holds without it, and more is found
        known = self.hoping.pop(key, None) or self.earlier.pop(key, None)
        inferred = known or Inferred(unit, params, {}, session=self)
        inferred.memory.clear()
        self.active[key] = inferred
        self.settle(key, inferred)
        if len(self.active) == 1 and self.hoped:
            self.hopeful, self.hoped = False, False
            self.hoping, self.done, self.open, self.opened = self.done, {}, {}, []
            self.settle(key, inferred)
            self.hopeful, self.hoping = True, {}
        return inferred

    @property
    def reach(self) -> Reach:
        """The code that the function that is differentiated may run."""
        if self.reaching is None:
            self.reaching = Reach() if self.root is None else reached(*self.root)
        return self.reaching

    def by_special_methods(self, names: frozenset[str]) -> Changing:
        """What properties, and methods with a name like `__add__`, write."""
        if self.special_names is None:
            self.special_names = special_names(self.reach)
        known = self.special_names if names == EVERY else names & self.special_names
        if known not in self.special:
            self.special[known] = by_special_methods(self.reach, known) if known else NOTHING
        return self.special[known]

    def methods(self, name: str) -> list[Any] | None:
        """The methods that a call of that name may run; None where it may be something else."""
        if name not in self.named:
            self.named[name] = methods_named(self.reach, name)
        return self.named[name]

    def run_by(self, method: Any) -> dict[int, Any]:
        """The code that a method may run."""
        if method not in self.runs:
            self.runs[method] = run_by(self.reach, method)
        return self.runs[method]

    @property
    def plain_operators(self) -> bool:
        """Whether operators are those of numbers and containers, whatever they are applied to."""
        if self.operators is None:
            kinds = () if self.root is None else self.root[1]
            hidden = self.root is None or any(map(hides, kinds))
            self.operators = hidden or not no_operators(self.reach)
        return not self.operators

    def changes(self, root: Inferred) -> bool:
        """Whether more may change than was known when the function was read."""
        if not self.looks and not self.state:
            return False
        read = [*self.done.values(), root]
        whole = called(root, read)
        known = self.changing, self.touching
        if self.state:
            self.changing |= in_sight(root, read) | out_of_sight(read, whole)
            self.attributes.clear()
        if self.looks:
            self.look_at(read, whole)
        return known != (self.changing, self.touching)

    def look_at(self, read: list[Inferred], whole: Reach | None) -> None:
        """Keep the statements that may leave anything in what they reach (`touched`)."""
        if whole is not None and self.called is NOTHING:
            self.called = by_called(whole)
        self.hidden = whole is not None and self.root is not None and any(map(hides, self.root[1]))
        left = dict(self.touching)
        for place, touch in touching(read).items():
            left[place] = left.get(place, touch) | touch
        self.touching = left

    def found(self, value: Any, name: str) -> Type:
        """The type of what a global or captured variable of this name holds."""
        kind = type_of(value, self.symbols)
        self.state = self.state or isinstance(kind, _STATE)
        if name in self.changing.variables:
            return ANY
        return flags(self.changing.loosened(kind, value) if self.changing else kind)

    def member(self, value: Any, name: str) -> Type:
        """The same of what a class or a module has under the name."""
        return ANY if self.changing.member(name) else self.found(value, name)

    def settle(self, key: Any, inferred: Inferred) -> None:
        """Read the function until nothing changes."""
        since = len(self.opened)
        while True:
            before = inferred.result
            self.reopen(since)
            Inference(self, inferred).run()
            wider = loosen(inferred)
            if not wider and (key not in self.recursive or inferred.result == before):
                return

    def attribute(self, owner: Any, name: str) -> Type | None:
        """The type of an attribute of a known module, class or function; None if there is none."""
        key = id(owner), name
        if key not in self.attributes:
            found = self.program.attribute(owner, name)
            if found is MISSING:
                return None
            self.attributes[key] = owner, self.member(found, name)
        return self.attributes[key][1]

    def may_come(self, cls: type) -> bool:
        """Whether an attribute that is not there yet may be set by what is read later.

        As long as there is hope, reading it tells nothing; in the end, anything.
        """
        self.hoped = self.hoped or self.hopeful
        return self.hopeful and not hasattr(cls, "__getattr__")


def longer(new: Type, old: Type) -> Type:
    """The type without its length, where that is more than it was."""
    match new, old:
        case Tup(items, cls), Tup(before) if cls is tuple and len(items) > len(before):
            return ANY
        case Lst(tuple(items), element, cls), Lst(tuple(before)) if len(items) > len(before):
            return Lst(None, element, cls)
        case _:
            return new


_LEVELS = 20
_VERSIONS = 500
