"""Find the arrays and containers whose cotangents are kept by memory.

    left = u[:-1]        left is a view of u
    left += x            a write that u shows
    s = np.sum(u)        u and left are shared

    layer.w = w          a container is written: layer, and whatever may be in its place, are cells

The cotangents of shared arrays are kept by memory (see `runtime.shadows`) and not by variable,
those of the numbers in cells by the objects that the numbers are (see `runtime.cells`).  The set
is closed: whatever may share memory with a shared array, or hold it, is in it.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from srcad import errors
from srcad.analysis.activity import Active, activity
from srcad.analysis.asked import NOT_ASKED, Asked, has_memory, is_cell
from srcad.analysis.captures import called_only
from srcad.analysis.effects import all_writes, nested_writes, written_operands, written_params
from srcad.analysis.entered import entered
from srcad.analysis.infer import Inferred
from srcad.analysis.keyed import only_keys
from srcad.analysis.operations import Apply, Dynamic, Invoke, Mutation
from srcad.analysis.outside import called_writes
from srcad.analysis.sites import Site, Sites, outer_id
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Clo,
    Lst,
    Method,
    Obj,
    Tup,
    Type,
    carries,
    mutable,
)
from srcad.rules.mutable import HANDS_OUT, MOVES, PUTS
from srcad.runtime.containers import stop_gradient
from srcad.runtime.objects import sets_by_code

Names = frozenset[str]
NOTHING: Names = frozenset()
Follows = Callable[[Inferred, ir.Stmt, Names], bool]


@dataclass(frozen=True)
class Obstacle:
    """A statement that does with shared memory what cannot be followed, and what that is."""

    stmt: ir.Stmt
    why: str


@dataclass(frozen=True)
class Shared:
    """The shared arrays, the containers that are cells, what may hold either, and the active.

    filled: containers are kept by memory, too; those that are written may have no name here.
    problem: what cannot be followed; then nothing is shared.
    """

    arrays: Names
    cells: Names
    holders: Names
    active: Active
    problem: Obstacle | None = None
    filled: bool = False


def shared_arrays(
    storage: Storage, body: ir.Block, active: Active, asked: Asked = NOT_ASKED
) -> Shared:
    """What is kept by memory; nothing where some of it is met in a form that is not supported.

    Where arrays alone cannot be followed, all that holds them is kept by memory as well.
    """
    found = _Finder(storage, body, asked, as_cells=False).find(active)
    if found.problem is None:
        return found
    more = _Finder(storage, body, asked, as_cells=True).find(active)
    return found if more.problem is not None else more


def written_by(facts: Inferred, stmt: ir.Stmt) -> Names:
    """The variables whose arrays a statement writes into, where its form is known."""
    match stmt:
        case ir.Store(ir.Item(ir.Name(owner))) | ir.Augment(ir.Item(ir.Name(owner))):
            return frozenset({owner})
        case ir.Augment(ir.Name(owner)):
            return frozenset({owner})
        case ir.Assign(_, value) | ir.Effect(value):
            operation = facts.operations.get(id(value))
            if isinstance(operation, Invoke):
                written = written_params(facts, operation.unit, operation.params)
                pairs = zip(operation.args, written, strict=True)
                return NOTHING.union(*(ir.reads(a) for a, w in pairs if w is not None))
        case _:
            pass
    return NOTHING


def is_deque(kind: Type) -> bool:
    """A deque may drop items by itself, so that it is a cell wherever it stands."""
    return isinstance(kind, Lst) and kind.cls is deque


class _Finder:
    def __init__(self, storage: Storage, body: ir.Block, asked: Asked, as_cells: bool) -> None:
        self.storage, self.facts, self.points = storage, storage.facts, storage.points
        self.body, self.asked, self.as_cells = body, asked, as_cells

    def find(self, active: Active) -> Shared:
        known = Shared(NOTHING, NOTHING, NOTHING, active)
        while True:
            found = self.step(known.active)
            if found.problem is not None:
                return Shared(NOTHING, NOTHING, NOTHING, active, found.problem)
            arrays, cells = known.arrays | found.arrays, known.cells | found.cells
            holders = known.holders | found.holders
            if (arrays, cells, holders) == (known.arrays, known.cells, known.holders):
                return known
            more = activity(self.facts, self.body, found.active | arrays | cells | self.by(holders))
            known = Shared(arrays, cells, holders, more, filled=found.filled)

    def by(self, holders: Names) -> Names:
        """The functions and methods among these: another one may have filled what they hold."""
        kinds = {n: self.facts.types[n] for n in holders}
        return frozenset(n for n, k in kinds.items() if isinstance(k, Clo | Method) and carries(k))

    def step(self, active: Active) -> Shared:
        """What is shared, given the active variables."""
        none = Shared(NOTHING, NOTHING, NOTHING, active)
        written, filled = self.seeds(active)
        if not written and not filled:
            return none
        names = frozenset(n for n, t in self.facts.types.items() if mutable(t))
        sites = self.closed(written | filled, names)
        reached = frozenset(n for n in names if not self.points.reach(n).isdisjoint(sites))
        types = self.facts.types
        memory = frozenset(n for n in reached if has_memory(types[n]))
        arrays = frozenset(n for n in memory if not filled or carries(types[n]))
        cells = frozenset(n for n in reached | filled if filled and is_cell(types[n]))
        holders = reached - memory - cells
        holders = holders if filled else holders & active
        followed = _follows_cells if filled else _follows
        problem = self.problem(arrays, cells, holders, sites, followed)
        # what is written, and may be an array, has part in the derivative of what shares it
        changed = written | self.changed_by(filled, names - self.keys)
        active |= {n for n in reached & changed if isinstance(types[n], AnyType)}
        return Shared(arrays, cells, holders, active, problem, bool(filled))

    def changed_by(self, filled: Names, names: Names) -> Names:
        """Whatever may be one of the containers that are written, or what they hold as no key."""
        return NOTHING.union(*(self.points.with_items(n, names) for n in filled))

    @cached_property
    def keys(self) -> Names:
        """The variables that are keys of dicts alone: these carry no derivative (`keys`)."""
        return only_keys(self.facts, self.body)

    def seeds(self, active: Active) -> tuple[Names, Names]:
        """The variables of arrays, and of containers, that are written."""
        storage, facts = self.storage, self.facts
        stmts = {id(stmt): stmt for _, _, stmt in storage.writes if not storage.plain(stmt)}
        written = frozenset(n for s in stmts.values() for n in written_by(facts, s))
        filled = frozenset(n for names, _ in storage.fills for n in names)
        filled |= frozenset(n for n, t in facts.types.items() if is_deque(t))
        # a called function that writes the arrays of a container finds their cotangents as cells
        filled |= frozenset(n for n in written if is_cell(facts.types.get(n, ANY)))
        if self.as_cells:
            filled |= written
        asked = self.asked.params
        if self.asked.result:  # bound nowhere where every path raises
            asked |= {facts.unit.code.result}
        return (
            frozenset(n for n in written if storage.sharing(n) & active),
            frozenset(n for n in filled if n in facts.types and storage.sharing(n) & active)
            | frozenset(n for n in asked if n in facts.types and mutable(facts.types[n])),
        )

    def closed(self, written: Names, names: Names) -> Sites:
        """The memory of what is written, and of all that may be in its place."""
        sites: Sites = frozenset().union(*map(self.points.reach, written))
        while True:
            hit = {n for n in names if not self.points.reach(n).isdisjoint(sites)}
            for passed in self.passed:
                if hit & passed:  # in the called function, what is of no known type may be both
                    hit |= {n for n in passed if _is_unknown(self.facts.types.get(n, ANY))}
            for packed in self.packed:
                hit |= packed if hit & packed else NOTHING
            for passed, items in self.keywords:
                hit |= items if hit & passed else NOTHING
            more = sites.union(*map(self.points.reach, hit))
            if more == sites:
                return sites
            sites = more

    @cached_property
    def calls(self) -> list[tuple[ir.Stmt, Invoke]]:
        """The calls of functions of the program."""
        found = []
        for stmt in ir.walk(self.body):
            value = stmt.value if isinstance(stmt, ir.Assign | ir.Effect) else None
            operation = self.facts.operations.get(id(value))
            if isinstance(operation, Invoke):
                found.append((stmt, operation))
        return found

    @cached_property
    def passed(self) -> list[Names]:
        """The variables of each call."""
        found = []
        for stmt, operation in self.calls:
            given = NOTHING.union(*map(ir.reads, operation.args))
            found.append((given | set(ir.targets(stmt))) & self.facts.types.keys())
        return found

    @cached_property
    def keywords(self) -> list[tuple[Names, Names]]:
        """The variables of each call, and those in the dicts that it makes of its keywords.

        Where the call works by memory these dicts are cells (`owning`), and hold what is in them.
        """
        found = []
        for passed, (_, operation) in zip(self.passed, self.calls, strict=True):
            dicts = [a for a in operation.args if isinstance(a, ir.Mapping)]
            items = NOTHING.union(*map(ir.reads, dicts)) & self.facts.types.keys()
            if items:
                found.append((passed, items))
        return found

    @cached_property
    def packed(self) -> list[Names]:
        """The variables in each tuple or dict that a call makes of its arguments: it holds all."""
        args = (a for _, operation in self.calls for a in operation.args)
        packs = (ir.reads(a) for a in args if isinstance(a, ir.Sequence | ir.Mapping))
        return [p & self.facts.types.keys() for p in packs if len(p) > 1]

    def problem(
        self, arrays: Names, cells: Names, holders: Names, sites: Sites, followed: Follows
    ) -> Obstacle | None:
        """What is done with these that cannot be followed."""
        first = self.body[0] if self.body else ir.Effect(ir.Const(None))
        types, storage = self.facts.types, self.storage
        other = sorted(n for n in arrays if not carries(types[n]))
        if other:
            return Obstacle(first, f"`{other[0]}` holds no numbers with a derivative")
        if self.from_outside(sites) & self.written_outside or called_writes(self.facts, self.body):
            return Obstacle(first, "objects of the module or of a closure are among them")
        made = {n for n in holders if isinstance(types[n], Clo)}
        by_memory = followed is _follows_cells or self.asked
        loose = [] if by_memory else sorted(made - called_only(self.facts, self.body))
        if loose:
            return Obstacle(first, f"the function `{loose[0]}` captures them, and is handed on")
        params = {p.name for p in self.facts.unit.code.params} & (holders | cells)
        given = zip(self.facts.unit.code.params, self.facts.params, strict=True)
        params -= {p.name for p, t in given if not mutable(t)}  # None, until it is bound anew
        unasked = sorted(p for p in params - self.asked.params if not self.apart(p))
        if unasked and storage.shown:
            return Obstacle(first, f"the caller does not keep `{unasked[0]}` by memory")
        touched = arrays | cells | holders
        for stmt in ir.walk(self.body):
            if not followed(self.facts, stmt, touched):
                return Obstacle(stmt, "this statement is not followed")
            if nested_writes(self.facts, stmt) & touched:
                return Obstacle(stmt, "a call inside an expression writes into them")
            calls = isinstance(stmt, ir.Assign | ir.Effect) and not self.storage.plain(stmt)
            if not by_memory and calls and written_by(self.facts, stmt) & holders:
                return Obstacle(stmt, "a called function writes into what may be no array")
            if not by_memory and self.overlaps(stmt, touched):
                return Obstacle(stmt, "two arguments of the called function share memory")
        return None

    def from_outside(self, sites: Sites) -> frozenset[int]:
        """The objects from outside among the memory, by id."""
        return frozenset(found for s in sites if (found := outer_id(s)) is not None)

    @cached_property
    def written_outside(self) -> frozenset[int]:
        """Those that the function itself may write; of the others all numbers are constants."""
        points = self.points
        written = all_writes(self.facts, self.body)
        return self.from_outside(frozenset[Site]().union(*map(points.hit, written)))

    def apart(self, param: str) -> bool:
        """Whether a parameter is not written, and shares no memory with one kept by the caller.

        Then its numbers may become objects of their own here, as those of a function's arguments.
        """
        joined = any(param in group and group & self.asked.params for group in self.asked.joined)
        return not joined and not self.storage.written(param)

    def overlaps(self, stmt: ir.Stmt, touched: Names) -> bool:
        """Whether a called function writes an argument that shares memory with another."""
        value = stmt.value if isinstance(stmt, ir.Assign | ir.Effect) else None
        operation = self.facts.operations.get(id(value))
        if not isinstance(operation, Invoke) or value is None:
            return False
        return bool(ir.reads(value) & touched) and not self.storage.apart(operation)


def _is_unknown(kind: Type) -> bool:
    if isinstance(kind, Tup):
        return any(map(_is_unknown, kind.items))
    return isinstance(kind, AnyType)


def _follows(facts: Inferred, stmt: ir.Stmt, touched: Names) -> bool:
    """Whether what the statement does with shared arrays, or what holds them, can be followed."""
    match stmt:
        case ir.Assign(_, ir.Attr(ir.Name(owner), "flat")) if isinstance(
            facts.types.get(owner), Array | AnyType
        ):  # an iterator, not an array
            return owner not in touched
        case ir.With(items) if entered(facts, stmt).given:  # the manager writes them
            return not any(ir.reads(e) & touched for e, _ in items)
        case ir.Assign(_, value) | ir.Effect(value):
            operation = facts.operations.get(id(value))
            ends = isinstance(operation, Apply) and operation.function is stop_gradient
            if ends or isinstance(operation, Dynamic | Mutation):
                return not ir.reads(value) & touched
        case _:
            pass
    return True


def _follows_cells(facts: Inferred, stmt: ir.Stmt, touched: Names) -> bool:
    """The same where containers are written; a function met at run time writes none of them."""
    match stmt:
        case ir.Assign(_, value) | ir.Effect(value) if isinstance(
            facts.operations.get(id(value)), Dynamic
        ):
            return True
        case ir.Augment(ir.Name(owner), op) if is_cell(facts.types.get(owner, ANY)):
            return owner not in touched or (op in "+*" and isinstance(facts.types[owner], Lst))
        case ir.Store(ir.Attr(ir.Name(owner), name)) | ir.Augment(ir.Attr(ir.Name(owner), name)):
            kind = facts.types.get(owner, ANY)
            return (
                owner not in touched
                or not isinstance(kind, Obj)
                or not sets_by_code(kind.cls, name)
            )
        case ir.Store(target) | ir.Augment(target):
            return isinstance(target, ir.Name) or isinstance(target.obj, ir.Name)
        case ir.Assign(_, value) | ir.Effect(value):
            operation = facts.operations.get(id(value))
            if isinstance(operation, Mutation):
                known = operation.what[1:-2] in PUTS.keys() | HANDS_OUT | MOVES
                plain = known and isinstance(operation.owner, ir.Name)
                return plain or not ir.reads(value) & touched
            if isinstance(operation, Apply) and written_operands(operation):
                deletes = operation.function in (operator.delitem, delattr)
                return deletes or not ir.reads(value) & touched
        case _:
            pass
    return _follows(facts, stmt, touched)


def unfollowed(facts: Inferred, problem: Obstacle) -> errors.SrcadError:
    """The error for a statement of a called function that works with cells of its caller."""
    return errors.UnsupportedMutation(
        "A container that is written carries derivatives here, in a form that is not supported "
        f"yet: {problem.why}. Make a new container instead of writing into one.",
        facts.unit.place(getattr(problem.stmt, "at", None)),
    )
