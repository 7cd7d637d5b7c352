"""Objects that stay inside a function: their attributes are variables of the function.

    optimiser = Momentum(rate, size)           velocity = np.zeros(size)
    for _ in range(n):                   →     for _ in range(n):
        w = optimiser.step(w, A @ w)               velocity = decay * velocity - rate * (A @ w)
                                                   w = w + velocity

This is done with objects that the function makes, that are written, and that are never seen as a
whole: nobody compares, keeps, returns or captures them, and what is called with them can be written
in place of the call (`unfolding`).  So nobody can tell whether there is an object at all, not even
when an exception leaves the function.  An object under two names at a time stays an object.
"""

from __future__ import annotations

from dataclasses import replace

from srcad.analysis.liveness import liveness
from srcad.analysis.plain_copies import without_copies
from srcad.analysis.plain_objects import Key, Stays, candidates
from srcad.analysis.program import Unit
from srcad.analysis.session import Session
from srcad.analysis.unfolding import Unfolding
from srcad.analysis.webs import split_webs
from srcad.ir import nodes as ir
from srcad.ir.assigned import maybe_unassigned
from srcad.ir.names import Names
from srcad.ir.renaming import renamed
from srcad.ir.types import INT, Type

ROUNDS = 4  # objects in attributes of objects are variables after the first


def scattered(session: Session, unit: Unit, types: tuple[Type, ...]) -> Unit:
    """The function with attributes as variables; the same one where no object is taken apart."""
    for _ in range(0 if session.changing else ROUNDS):
        new = _once(session, unit, types)
        if new is unit:
            break
        unit = new
    return unit


def _once(session: Session, unit: Unit, types: tuple[Type, ...]) -> Unit:
    facts = session.infer(unit, types)
    own = candidates(facts) - {unit.code.result}
    stay: frozenset[Key] = frozenset()
    while not {(id(unit.code), n) for n in own} <= stay:
        unfolding = Unfolding(facts, Names(facts.taken), stay)
        try:
            body = _moved(unfolding, unfolding.body())
            _check(unfolding, body)
            return _made(unfolding, body)
        except Stays as found:
            if found.keys <= stay:
                return unit
            stay |= found.keys
    return unit


def _moved(unfolding: Unfolding, body: ir.Block) -> ir.Block:
    """With `p = q` written out, one attribute after the other."""
    held: dict[str, set[str]] = {}
    bound = ir.assigned(body)
    for place, (owner, name) in unfolding.fields.items():
        if place in bound:
            held.setdefault(owner, set()).add(name)
    pairs = set(unfolding.moves.values())
    for _ in pairs:
        for target, source in pairs:
            held.setdefault(target, set()).update(held.get(source, ()))
    ends: dict[int, str] = {}  # by id of the last statement of a move: what is moved
    new = _written_out(unfolding, body, held, ends)
    after = liveness(new, frozenset({unfolding.facts.unit.code.result})).after
    for stmt in ir.walk(new):
        source = ends.get(id(stmt), "")
        if source and any(unfolding.fields.get(n, ("",))[0] == source for n in after[id(stmt)]):
            raise Stays(unfolding.objects[source])  # it would have two names
    return new


def _written_out(
    unfolding: Unfolding, block: ir.Block, held: dict[str, set[str]], ends: dict[int, str]
) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        pair = unfolding.moves.get(id(stmt))
        if pair is None:
            inner = tuple(_written_out(unfolding, b, held, ends) for b in ir.blocks(stmt))
            out.append(ir.with_blocks(stmt, inner) if inner else stmt)
            continue
        target, source = pair
        if not held.get(source):
            raise Stays(unfolding.objects[source])
        for name in sorted(held[source]):
            value = ir.Name(unfolding.place(source, name, INT))
            place = unfolding.place(target, name, INT)
            out.append(ir.Assign(place, value, getattr(stmt, "at", None)))
        ends[id(out[-1])] = source
    return tuple(out)


def _check(unfolding: Unfolding, body: ir.Block) -> None:
    """Each attribute has a value where it is read; who is written, and carries a derivative?"""
    code = unfolding.facts.unit.code
    params = frozenset(p.name for p in code.params)
    unsure = maybe_unassigned(body, params, frozenset(unfolding.fields))[0]
    if unsure:
        raise Stays(*(unfolding.objects[unfolding.fields[n][0]] for n in unsure))
    groups = _groups(unfolding)
    for group in groups:
        if not (group & unfolding.written and group & unfolding.carrying):
            raise Stays(*(unfolding.objects[n] for n in group))


def _groups(unfolding: Unfolding) -> list[set[str]]:
    """The objects, those together that are moved into one another."""
    groups = [{n} for n in sorted(unfolding.objects)]
    for pair in unfolding.moves.values():
        joined = [g for g in groups if g & set(pair)]
        groups = [g for g in groups if not g & set(pair)]
        groups.append(set().union(*joined))
    return groups


def _made(unfolding: Unfolding, body: ir.Block) -> Unit:
    """The function with these statements; attributes get names, and copies of the way go."""
    unit = unfolding.facts.unit
    body = without_copies(body, unit.mine() | {unit.code.result})
    mentioned = set().union(*(ir.all_reads(s) | ir.bound(s) for s in body))
    gone = unit.code.locals - unit.mine() - mentioned
    names = Names((unit.code.taken - gone) | mentioned)
    places = [p for p in unfolding.fields if p in mentioned]
    attributes = [unfolding.fields[p][1] for p in places]
    table: dict[str, str] = {}
    for place in places:
        owner, name = unfolding.fields[place]
        alone = attributes.count(name) == 1 and name not in names.taken
        table[place] = names.fresh(name if alone else f"{owner}_{name}")
    body = renamed(body, table)
    code = replace(
        unit.code,
        body=body,
        locals=(unit.code.locals - gone) | ir.assigned(body),
        taken=(unit.code.taken - gone) | ir.assigned(body) | unfolding.outside,
        free=unit.code.free | unfolding.outside,
        inside=tuple(dict.fromkeys((*unit.code.inside, *unfolding.inside))),
        users=unit.code.users | unfolding.users | set(table.values()),
        tables=unit.code.tables | unfolding.tables,
        met=unit.code.met | unfolding.met,
    )
    return replace(unit, code=split_webs(code))
