"""Tell what the program writes in place, who shares memory with it, and what comes when.

    u = x.copy()
    left = u[:-1]             shares memory with u
    u[1:] = 2 * left          writes into u; `left` is not read afterwards: a plain write
    s = np.sum(u ** 2)        nothing changes u after this

A write is plain when every other variable that may reach the memory is dead behind it: then the
written variable alone stands for the memory, and so does its cotangent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from srcad.analysis.effects import aliases, all_writes, written_params
from srcad.analysis.entered import entered
from srcad.analysis.filled import built_here
from srcad.analysis.infer import Inferred
from srcad.analysis.liveness import Liveness
from srcad.analysis.operations import Invoke
from srcad.analysis.outside import called_writes
from srcad.analysis.points import Points
from srcad.analysis.sites import NONE, Sites, outer_id
from srcad.analysis.untouched import Untouched
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Type, carries, mutable

_WRITING = ir.Assign | ir.Unpack | ir.Effect | ir.Store | ir.Augment | ir.If | ir.While | ir.For
Place = tuple[int, tuple[int, ...]]  # position in the text; the loops around, by id


@dataclass(frozen=True)
class Storage:
    """The memory of one function."""

    facts: Inferred
    live: Liveness
    points: Points
    writes: list[tuple[Sites, Place, ir.Stmt]]  # into arrays: what they may change, and where
    fills: list[tuple[frozenset[str], ir.Stmt]]  # into containers, but where they are made
    refills: list[tuple[Sites, Place]]  # the same: which containers, and where
    body: ir.Block
    shown: frozenset[str]  # parameters whose memory the caller goes on using
    later: Sites = NONE  # memory that changes after the function has returned

    @staticmethod
    def of(
        facts: Inferred,
        body: ir.Block,
        live: Liveness,
        shown: frozenset[str] = frozenset(),
        later: frozenset[str] = frozenset(),
    ) -> Storage:
        """The memory of the function with this body."""
        points = aliases(facts, body)
        found: list[tuple[Sites, Place, ir.Stmt]] = []
        fills: list[tuple[frozenset[str], ir.Stmt]] = []
        refills: list[tuple[Sites, Place]] = []
        written, called = all_writes(facts, body), called_writes(facts, body)
        places = _places(facts, body) if written or called else {}
        for write in written:
            assert write.stmt is not None
            if write.structural and not (write.append and built_here(facts, body, write)):
                fills.append((write.names, write.stmt))
                refills.append((points.hit(write), places[id(write.stmt)]))
            if write.contents and write.names:
                found.append((points.hit(write), places[id(write.stmt)], write.stmt))
        for stmt, outer in called:
            reached = frozenset().union(*map(points.reach, facts.types))
            hit = frozenset(s for s in reached if outer_id(s) in outer)
            found.append((hit, places[id(stmt)], stmt))
        changing = NONE.union(*map(points.reach, later))
        return Storage(facts, live, points, found, fills, refills, body, shown, changing)

    @cached_property
    def places(self) -> dict[int, Place]:
        """Where each statement stands, by its id."""
        return _places(self.facts, self.body)

    def made_before(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether a variable may have a value when the statement runs."""
        if id(stmt) not in self.places:
            return True
        place, loops = self.places[id(stmt)]
        binding = [s for s in ir.walk(self.body) if name in ir.targets(s)]
        found = [self.places.get(id(s)) for s in binding]
        return not found or any(
            p is None or p[0] < place or not set(loops).isdisjoint(p[1]) for p in found
        )

    @property
    def still(self) -> bool:
        """Whether nothing is written in place, neither here nor by the caller."""
        return not (self.writes or self.refills or self.later)

    @cached_property
    def untouched(self) -> Untouched:
        """The views that later writes may leave alone."""
        params = frozenset(p.name for p in self.facts.unit.code.params)
        return Untouched.of(self.body, params, self.facts.types)

    def stands_for(self, made: ir.Stmt, stmt: ir.Stmt) -> None:
        """A statement that the compiler made in place of one of the user's."""
        self.facts.keep.append(made)
        if id(stmt) in self.places:
            self.places[id(made)] = self.places[id(stmt)]
            self.live.after[id(made)] = self.live.after[id(stmt)]

    def stands_at(self, made: ir.Stmt, stmt: ir.Stmt) -> None:
        """A statement that the compiler made, of which the place alone is asked."""
        if id(stmt) in self.places:
            self.places[id(made)] = self.places[id(stmt)]

    def follows(self, later: ir.Stmt, stmt: ir.Stmt) -> bool:
        """Whether one statement may run behind another, or is the same."""
        if id(stmt) not in self.places or id(later) not in self.places:
            return True
        (here, around), (there, inside) = self.places[id(stmt)], self.places[id(later)]
        return there >= here or not set(around).isdisjoint(inside)

    def into(self, name: str) -> list[tuple[Place, ir.Stmt]]:
        """The writes that may change what the variable reaches."""
        if not self.writes:
            return []
        reach = self.points.reach(name)
        return [(w, stmt) for sites, w, stmt in self.writes if not sites.isdisjoint(reach)]

    def written(self, name: str) -> bool:
        """Whether what the variable reaches is ever written in place, here or by the caller."""
        if self.still:
            return False
        reach = self.points.reach(name)
        refilled = any(not sites.isdisjoint(reach) for sites, _ in self.refills)
        return bool(self.into(name)) or refilled or self.changing(name)

    def changes_after(self, name: str, stmt: ir.Stmt, itself: bool = True) -> bool:
        """Whether a write may change the variable's contents once the statement has begun.

        itself: the statement's own writes count.
        """
        later = [(w, s) for w, s in self.into(name) if not self.untouched.spares(name, s)]
        if self.changing(name):
            return True
        if id(stmt) not in self.places:  # one that the compiler made
            return bool(later)
        place, loops = self.places[id(stmt)]
        around, first = set(loops), place if itself else place + 1
        return any(w >= first or not around.isdisjoint(inside) for (w, inside), _ in later)

    def refilled_after(self, name: str, stmt: ir.Stmt, itself: bool = True) -> bool:
        """Whether a container may hold other objects once the statement has begun, or ended."""
        if not self.refills:
            return self.changing(name)
        reach = self.points.reach(name)
        later = [place for sites, place in self.refills if not sites.isdisjoint(reach)]
        if self.changing(name) or id(stmt) not in self.places:
            return bool(later) or self.changing(name)
        place, loops = self.places[id(stmt)]
        here = place if itself else place + 1
        around = set(loops)
        return any(w >= here or not around.isdisjoint(inside) for w, inside in later)

    def changing(self, name: str) -> bool:
        """Whether the caller may write into the memory before the backward part runs."""
        return bool(self.later) and not self.points.reach(name).isdisjoint(self.later)

    def changing_names(self) -> frozenset[str]:
        """The variables whose memory the caller may write into before the backward part runs."""
        return frozenset(filter(self.changing, self.facts.types)) if self.later else frozenset()

    def outlives(self, name: str) -> bool:
        """Whether the variable is read after a write that may change it."""
        return any(name in self.live.after[id(stmt)] for _, stmt in self.into(name))

    def unread(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether nobody reads, under any name, the new memory that a statement binds."""
        if id(stmt) not in self.live.after:  # one that the compiler made
            return False
        return self.sharing(name).isdisjoint(self.live.after[id(stmt)] | self.shown)

    def sharing(self, name: str) -> frozenset[str]:
        """The variables that may share memory with this one, itself included."""
        return self.points.together(name, frozenset(self.facts.types) | {name})

    def plain(self, stmt: ir.Stmt) -> bool:
        """Whether only the written variable stands for the memory from here on."""
        match stmt:
            case ir.Store(ir.Item(ir.Name(owner))) | ir.Augment(ir.Name(owner)):
                return self.alone(owner, stmt)
            case ir.Augment(ir.Item(ir.Name(owner))):
                return self.alone(owner, stmt)
            case ir.Assign(_, value) | ir.Effect(value):
                operation = self.facts.operations.get(id(value))
                return isinstance(operation, Invoke) and self.plain_call(stmt, operation)
            case _:
                return False

    def plain_call(self, stmt: ir.Stmt, operation: Invoke) -> bool:
        """The same of every array that a called function writes."""
        written = written_params(self.facts, operation.unit, operation.params)
        given = [a for a, w in zip(operation.args, written, strict=True) if w is not None]
        names = [a.id for a in given if isinstance(a, ir.Name)]
        plain = len(names) == len(given) and all(self.alone(name, stmt) for name in names)
        return plain and self.apart(operation)

    def apart(self, operation: Invoke) -> bool:
        """Whether no other argument shares memory with one that the called function writes."""
        written = written_params(self.facts, operation.unit, operation.params)
        if not any(written):
            return True
        reach = [NONE.union(*map(self.points.reach, ir.reads(a))) for a in operation.args]
        return not any(
            w is not None and j != k and not reach[k].isdisjoint(reach[j])
            for k, w in enumerate(written)
            for j in range(len(reach))
        )

    def joined(self, operation: Invoke) -> frozenset[frozenset[str]]:
        """The parameters of a called function that get what may share memory, in groups."""
        return joined_params(self.points, operation)

    def alone(self, owner: str, stmt: ir.Stmt) -> bool:
        """Whether every other variable that may share the owner's memory is dead behind it."""
        types, code = self.facts.types, self.facts.unit.code
        kind = types.get(owner, ANY)
        if not isinstance(kind, Array) or not carries(kind):
            return False
        if id(stmt) not in self.live.after:  # one that the compiler made
            return False
        others = {n for n in self.sharing(owner) if mutable(types.get(n, ANY))} - {owner}
        if any(outer_id(s) is not None for s in self.points.reach(owner)):
            return False  # other functions may read it
        used = self.live.after[id(stmt)] | self.shown
        if owner not in used:
            others -= set(ir.targets(stmt))  # the result of the call takes its place
        return others.isdisjoint(used) and code.captured.isdisjoint({owner, *others})


def marked(facts: Inferred, body: ir.Block) -> ir.Block:
    """The body in which each statement that writes in place says what it changes."""
    points = aliases(facts, body)
    everyone = frozenset(facts.types)
    altered: dict[int, frozenset[str]] = {}
    for write in all_writes(facts, body):
        hit = points.changed_by(write, everyone) | write.names
        altered[id(write.stmt)] = altered.get(id(write.stmt), frozenset()) | hit
    for stmt, outer in called_writes(facts, body):
        hit = frozenset(n for n in everyone if any(outer_id(s) in outer for s in points.reach(n)))
        altered[id(stmt)] = altered.get(id(stmt), frozenset()) | hit
    return _mark(body, altered, facts.types) if altered else body


def _mark(block: ir.Block, altered: dict[int, frozenset[str]], types: dict[str, Type]) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        new = ir.with_blocks(stmt, tuple(_mark(b, altered, types) for b in ir.blocks(stmt)))
        if id(stmt) in altered and isinstance(new, _WRITING):
            new = replace(new, alters=altered[id(stmt)])
            if isinstance(new, ir.Augment) and isinstance(new.target, ir.Name):
                new = replace(new, in_place=isinstance(types.get(new.target.id), Array))
        out.append(new)
    return tuple(out)


def _places(facts: Inferred, body: ir.Block) -> dict[int, Place]:
    """Where each statement stands; a context manager that writes does so at both ends."""
    found: dict[int, Place] = {}

    def walk(block: ir.Block, loops: tuple[int, ...]) -> None:
        for stmt in block:
            again = isinstance(stmt, (ir.For, ir.While))
            if isinstance(stmt, ir.With):
                outside = entered(facts, stmt)
                again = outside.given or bool(outside.objects)
            inner = (*loops, id(stmt)) if again else loops
            found[id(stmt)] = len(found), inner if isinstance(stmt, ir.With) else loops
            for part in ir.blocks(stmt):
                walk(part, inner)

    walk(body, ())
    return found


def joined_params(points: Points, operation: Invoke) -> frozenset[frozenset[str]]:
    """The parameters of a called function that get what may share memory, in groups."""
    groups: list[tuple[frozenset[str], Sites]] = []
    for param, arg in zip(operation.unit.code.params, operation.args, strict=True):
        names = frozenset({param.name})
        reach = NONE.union(*map(points.reach, ir.reads(arg)))
        apart = [g for g in groups if g[1].isdisjoint(reach)]
        for found, sites in [g for g in groups if not g[1].isdisjoint(reach)]:
            names, reach = names | found, reach | sites
        groups = [*apart, (names, reach)]
    return frozenset(names for names, _ in groups if len(names) > 1)
