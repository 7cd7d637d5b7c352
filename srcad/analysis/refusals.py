"""Say why a write in place is refused: what writes, into what, and what to write instead.

y = x.copy()
y[0] = 5.0       This assignment writes in place into `y`, which carries a derivative; …
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad import errors
from srcad.analysis.missing import missing_rule
from srcad.analysis.operations import Apply
from srcad.analysis.sites import NONE, Sites
from srcad.ir import nodes as ir
from srcad.ir.records import record
from srcad.ir.types import Array, Dct, Lst, Type

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

ARRAYS = "Make a new array (np.where, np.concatenate, or a list that is stacked at the end)."
LISTS = "Make a new list, for example with a comprehension."
DICTS = "Make a new dict: `new = {**NAME, key: value}`."
OTHERS = "Make a new value instead, and return it."
METHODS = {
    (Array, ".sort()"): "Use the new array `np.sort(NAME)`.",
    (Array, ".partition()"): "Use the new array that np.partition returns.",
    (Array, ".fill()"): "Use the new array `np.full_like(NAME, value)`.",
    (Array, ".resize()"): "Use the new array that np.resize returns.",
    (Lst, ".sort()"): "Use the new list `sorted(NAME)`.",
    (Lst, ".reverse()"): "Use the new list `NAME[::-1]`.",
    (Lst, ".extend()"): "Write `NAME = NAME + [...]`.",
    (Lst, ".append"): "Write `NAME = NAME + [value]`.",
    (Lst, ".pop()"): "Read `NAME[-1]`, and go on with `NAME[:-1]`.",
    (Dct, ".pop()"): "Read the item, and leave it in the dict.",
}  # NAME: the variable that is written into


@record(frozen=True)
class Write:
    """One write: the names it may reach, where, how to say it, and what to do instead."""

    names: frozenset[str]
    at: ir.Loc | None
    what: str
    cure: str = OTHERS
    append: bool = False
    unit: Any = None  # the function that writes, where it is a called one
    inner: Write | None = None  # the write in a called function
    unknown: Apply | None = None  # the call of a function of which nothing is known
    stmt: ir.Stmt | None = None  # the statement that writes
    structural: bool = False  # it changes, or may, which objects a container holds
    contents: bool = True  # it changes, or may, the contents of arrays
    deep: bool = True  # it may change what the written object holds, too
    path: Any = None  # `CONFIG.table`, of what is written and has no name
    item: Any = None  # of `d[k] += v`, `p.a += v`: what is held there may be written into
    call: Any = None  # the call that writes, in terms of whose parameters the places are
    places: Sites = NONE  # what a called function changes

    def of_kind(self, *others: Write) -> Write:
        """The same write, which changes what any of the others does."""
        structural = any(w.structural for w in others)
        contents, places = any(w.contents for w in others), (w.places for w in others)
        return replace(self, structural=structural, contents=contents, places=NONE.union(*places))

    def extent(self) -> tuple[bool, bool, Sites]:
        """All that is told of what it may change."""
        return self.structural, self.contents, self.places


def cure_of(what: str, kind: Type) -> str:
    """What to write instead of a write into a value of the type."""
    if what == "out=":
        return "Leave `out` away, and use the array that the function returns."
    for owner, cure in ((Array, ARRAYS), (Lst, LISTS), (Dct, DICTS)):
        if isinstance(kind, owner):
            if what.endswith("="):
                return f"Write `NAME = NAME {what[:-1]} ...`." if what[0] in "+-*/" else cure
            return METHODS.get((owner, what), cure)
    return OTHERS


BY_MEMORY = "the gradient of a function that writes into containers or shares written arrays"
TAKE_JVP = "Take its jvp for second derivatives, or make new containers instead of writing."


def of_construct(reason: str, cure: str, place: errors.Place) -> errors.UnsupportedSyntax:
    """The error for what has no derivative yet."""
    reason = reason[0].upper() + reason[1:]
    return errors.UnsupportedSyntax(f"{reason} cannot be differentiated yet. {cure}", place)


def of_generator(function: Any) -> errors.SrcadError:
    """The error for a generator that is not run where it is called (`Reading.generators`)."""
    problem = errors.UnsupportedSyntax(
        f"The generator `{function.__qualname__}` is run where one loop, `sum`, `list` or the like "
        "takes all that it yields; here it is kept, handed on or left early, calls itself, or "
        "yields inside `try` or `with`. Let it return a list."
    )
    problem.reading = "generators"
    return problem


def of_callee(problem: errors.SrcadError, place: errors.Place) -> errors.SrcadError:
    """What was wrong in a called function, at its own line, with a note of the call."""
    if problem.place is None:
        return errors.at_place(problem, place)
    again = errors.at_place(problem, problem.place)
    again.add_note(errors.called_from(place))
    return again


@record(frozen=True)
class Refusal:
    """The error for one write of a function."""

    inferred: Inferred
    write: Write

    def of_active(self, hit: set[str]) -> errors.SrcadError:
        """It changes these variables, which carry a derivative."""
        if self.write.unknown is not None:
            place = self.inferred.unit.place(self.write.at)
            return missing_rule(self.write.unknown, lambda e: bool(ir.reads(e) & hit), place)
        mine = self.said(hit)
        owner = self.owner() or min(mine)
        if owner in mine and self.write.inner is None:
            carries = f"`{owner}`, which carries a derivative"
        elif self.write.inner is not None:
            carries = f"`{owner}`, the caller's `{min(mine)}`, which carries a derivative"
        else:
            carries = f"`{owner}`, which may share memory with `{min(mine)}`, and that carries a "
            carries += "derivative"
        cure = (self.write.inner or self.write).cure.replace("NAME", owner)
        return self.error(f"writes in place into {carries}; that is not supported yet. {cure}")

    def of_needed(self, lost: set[str]) -> errors.UnsupportedMutation:
        """It changes these variables, whose contents the backward part reads."""
        name = min(self.said(lost))
        return self.error(
            f"overwrites `{name}`, whose contents the backward part still needs. Write into "
            f"a copy under another name (`new = {name}.copy()`)."
        )

    def said(self, names: set[str]) -> set[str]:
        """The variables as the user wrote them."""
        return {self.inferred.unit.written(n) for n in names} - {""} or names

    def owner(self) -> str:
        """The variable written into, in the function that writes; empty if the user gave none."""
        deepest = self.write.inner or self.write
        unit = deepest.unit or self.inferred.unit
        return min({unit.written(n) for n in deepest.names} - {""}, default="")

    def error(self, does: str) -> errors.UnsupportedMutation:
        deepest = self.write.inner or self.write
        unit = deepest.unit or self.inferred.unit
        what = deepest.what[0].upper() + deepest.what[1:]
        problem = errors.UnsupportedMutation(f"{what} {does}", unit.place(deepest.at))
        if deepest is not self.write:
            problem.add_note(errors.called_from(self.inferred.unit.place(self.write.at)))
        return problem
