"""Find the arrays whose memory several variables stand for while one of them is written.

    left = u[:-1]        left is a view of u
    left += x            a write that u shows
    s = np.sum(u)        u and left are shared

The cotangents of shared arrays are kept by memory (see `runtime.shadows`) and not by variable.  The
set is closed: whatever may share memory with a shared array is shared.
"""

from __future__ import annotations

from dataclasses import dataclass

from srcad.analysis.activity import Active, activity
from srcad.analysis.captures import called_only
from srcad.analysis.effects import mutable, written_params
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Apply, Dynamic, Invoke, Mutation
from srcad.analysis.outside import called_writes
from srcad.analysis.points import Points
from srcad.analysis.sites import Sites, outer_id
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Clo, Type, carries, is_complex
from srcad.runtime.containers import stop_gradient

Names = frozenset[str]
NOTHING: Names = frozenset()


@dataclass(frozen=True)
class Shared:
    """The shared arrays, the containers that hold them, and the active variables with all these."""

    arrays: Names
    holders: Names
    active: Active


def shared_arrays(storage: Storage, body: ir.Block, active: Active) -> Shared:
    """The shared arrays; none where one of them is met in a form that is not supported."""
    known = Shared(NOTHING, NOTHING, active)
    while True:
        found = _shared(storage, body, known.active)
        if found is None:
            return Shared(NOTHING, NOTHING, active)
        arrays, holders = known.arrays | found[0], known.holders | found[1]
        if (arrays, holders) == (known.arrays, known.holders):
            return known
        known = Shared(arrays, holders, activity(storage.facts, body, active | arrays))


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


def _shared(storage: Storage, body: ir.Block, active: Active) -> tuple[Names, Names] | None:
    """The shared arrays and what holds them; None where a form is not supported."""
    facts, points = storage.facts, storage.points
    stmts = {id(stmt): stmt for _, _, stmt in storage.writes if not storage.plain(stmt)}
    written = {n for s in stmts.values() for n in written_by(facts, s)}
    written = {n for n in written if storage.sharing(n) & active}
    if not written:
        return NOTHING, NOTHING
    names = frozenset(n for n, t in facts.types.items() if mutable(t))
    sites = _closed(points, written, names)
    reached = frozenset(n for n in names if not points.reach(n).isdisjoint(sites))
    arrays = frozenset(n for n in reached if _has_memory(facts.types[n]))
    holders = (reached - arrays) & active
    if not all(_supported(facts.types[n]) for n in arrays):
        return None
    if any(outer_id(s) is not None for s in sites) or called_writes(facts, body):
        return None  # other functions may see it
    made = {n for n in holders if isinstance(facts.types[n], Clo)}
    if not made <= called_only(facts, body):
        return None
    params = {p.name for p in facts.unit.code.params} & holders
    if params and storage.shown:
        return None
    passing = all(_passes(facts, s, arrays | holders) for s in ir.walk(body))
    return (arrays, holders) if passing else None


def _closed(points: Points, written: set[str], names: Names) -> Sites:
    """The memory of the written arrays, and of all that may be in its place."""
    sites: Sites = frozenset().union(*map(points.reach, written))
    while True:
        hit = (r for n in names if not (r := points.reach(n)).isdisjoint(sites))
        more = sites.union(*hit)
        if more == sites:
            return sites
        sites = more


def _has_memory(kind: Type) -> bool:
    """An array with axes: what has none may be a number."""
    return isinstance(kind, Array) and kind.ndim > 0


def _supported(kind: Type) -> bool:
    return carries(kind) and not is_complex(kind)


def _passes(facts: Inferred, stmt: ir.Stmt, touched: Names) -> bool:
    """Whether what the statement does with shared arrays, or what holds them, can be followed."""
    match stmt:
        case ir.Assign(_, ir.Attr(owner, "flat")):  # an iterator, not an array
            return not ir.reads(owner) & touched
        case ir.Assign(_, value) | ir.Effect(value):
            operation = facts.operations.get(id(value))
            ends = isinstance(operation, Apply) and operation.function is stop_gradient
            if ends or isinstance(operation, Dynamic | Mutation):
                return not ir.reads(value) & touched
        case _:
            pass
    return True
