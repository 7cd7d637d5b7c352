"""Find what a called function leaves in the memory that it is given, and what it gives back.

    def feed(self, t):                 box.feed(x), where box → {Box}, x → {x}
        self.last = t            →     Box holds {x} under "last"
        return self.trace              the result is what Box holds under "trace"

The function is read once for each signature, with sites for its parameters; each call puts the
caller's sites in their place.  What the function makes itself are new sites of the call.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from srcad.analysis.operations import Invoke
from srcad.analysis.sites import DEEP, DEPTH, MADE, NONE, Site, Sites, depth_of, is_outer, part_of
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, mutable

if TYPE_CHECKING:
    from srcad.analysis.points import Points

Held = tuple[tuple[Site, Hashable, Sites], ...]


@dataclass(frozen=True)
class Passing:
    """What objects hold after the call under which keys, and what the result may be.

    arrays: those of the sites that are arrays of numbers.
    """

    held: Held
    result: Sites
    arrays: Sites = NONE

    @cached_property
    def together(self) -> tuple[tuple[Hashable, Sites, Sites], ...]:
        """What holds the same under the same key is told at once."""
        table: dict[tuple[Hashable, Sites], set[Site]] = {}
        for site, key, values in self.held:
            table.setdefault((key, values), set()).add(site)
        return tuple((key, values, frozenset(sites)) for (key, values), sites in table.items())


def passed(points: Points, expr: ir.Expr, operation: Invoke) -> Sites:
    """Put into memory what the call leaves there; the sites of its result."""
    known = passing(points, operation)
    if known is None:
        return _anything(points, expr, operation)
    call = _Call(points, expr, operation, known.arrays)
    for key, values, sites in known.together:
        points.put(call.every(sites), key, call.every(values))
    return NONE.union(*map(call.sites, known.result))


def places(points: Points, operation: Invoke, sites: Sites) -> Sites:
    """What the sites of the parameters of a called function stand for."""
    call = _Call(points, _NOWHERE, operation)
    return NONE.union(*map(call.sites, sites))


_NOWHERE = ir.Const(None)  # nothing that the function makes is asked for


def passing(points: Points, operation: Invoke) -> Passing | None:
    """The same of the function, in terms of its parameters; None while it is found out."""
    unit = operation.unit
    callee = points.facts.session.infer(unit, operation.params)
    if "passing" in callee.memory:
        known: Passing | None = callee.memory["passing"]
        return known
    callee.memory["passing"] = None  # in a recursive call
    inner = type(points)(callee, callee.running, points.written)
    inner.solve()
    changing = mutable(callee.types.get(unit.code.result, ANY))
    result = inner.named(unit.code.result) if changing else NONE
    held = _reached(inner, result)
    made = result.union(*(values for _, _, values in held))
    passing = Passing(held, result, frozenset(s for s in made & inner.arrays if not is_outer(s)))
    found = callee.memory["passing"] = _bounded(passing, callee)
    return found


_MANY = 16  # values, among which one that was there before makes no difference
MOST = 300  # pairs of an object and what it may hold; each call takes them all over


def _bounded(found: Passing, callee: Any) -> Passing:
    """The same with all that the function makes as one object, where it is too much to tell apart.

    In a recursion everything may hold everything, and calls of calls multiply that.
    """
    if sum(len(values) for _, _, values in found.held) <= MOST:
        return found
    one: Site = "made", id(callee)
    array: Site = "made", id(callee), "arrays"

    def merged(site: Site) -> Site:
        return site if is_outer(site) else array if site in found.arrays else one

    table: dict[tuple[Site, Hashable], Sites] = {}
    for site, key, values in found.held:
        place = merged(site), key
        table[place] = table.get(place, NONE) | frozenset(map(merged, values))
    held = tuple((site, key, values) for (site, key), values in table.items())
    return Passing(held, frozenset(map(merged, found.result)), frozenset({array}))


def _reached(points: Points, result: Sites) -> Held:
    """What is held by the result and by what comes from outside."""
    found: list[tuple[Site, Hashable, Sites]] = []
    seen = {site for site in points.heap if is_outer(site)} | result
    stack = list(seen)
    while stack:
        site = stack.pop()
        for key, values in points.heap.get(site, {}).items():
            given = frozenset(values)
            if is_outer(site) and len(given) < _MANY:
                given -= {part_of(site, key)}  # that is there before
            if given:
                found.append((site, key, given))
            stack.extend(values - seen)
            seen |= values
    return tuple(found)


def _anything(points: Points, expr: ir.Expr, operation: Invoke) -> Sites:
    """A recursive call may store anything that it gets in anything that it writes."""
    written = points.written(points.facts, operation.unit, operation.params)
    given = [points.value(a) for a in operation.args]
    whole = list(map(points.closure, given))
    for k, inner in enumerate(written):
        if inner is not None and not isinstance(operation.params[k], Array):
            points.put(whole[k], "*", NONE.union(*given))
    return points.unseen(expr, NONE.union(*given)).union(*whole)


@dataclass
class _Call:
    """The caller's sites for those of the function."""

    points: Points
    expr: ir.Expr
    operation: Invoke
    arrays: Sites = NONE  # of the sites of the function, those that are arrays of numbers
    known: dict[Site, Sites] = field(default_factory=dict)
    unions: dict[Sites, Sites] = field(default_factory=dict)

    def sites(self, site: Site) -> Sites:
        if site not in self.known:
            self.known[site] = self.find(site)
        return self.known[site]

    def every(self, sites: Sites) -> Sites:
        if sites not in self.unions:
            self.unions[sites] = NONE.union(*map(self.sites, sites))
        return self.unions[sites]

    def find(self, site: Any) -> Sites:
        if not is_outer(site) and self.points.coarse:
            return frozenset({MADE})
        if not is_outer(site):
            nested = isinstance(site, tuple) and site[0] == "at" and depth_of(site) >= DEPTH
            here: Site = ("at", id(self.expr), site[2] if nested else site)
            if site in self.arrays and not nested:
                self.points.arrays.add(here)
            return frozenset({here})
        match site:
            case ("param", name):
                return self.argument(name)
            case ("part", owner, key) if key == DEEP:
                return self.points.closure(self.points.held(self.sites(owner)))
            case ("part", owner, key):
                whole = self.points.held(self.sites(owner), key)
                return self.points.closure(whole) if depth_of(site) >= DEPTH else whole
            case _:
                return frozenset({site})

    def argument(self, name: str) -> Sites:
        params = self.operation.unit.code.params
        k = next(k for k, p in enumerate(params) if p.name == name)
        if not mutable(self.operation.params[k]):
            return NONE
        return self.points.value(self.operation.args[k])
