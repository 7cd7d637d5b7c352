"""Find the variables that have a tangent.

    ys = []              ys: something that moves is put into it later
    zs = ys              zs: the same list
    n = x.shape[0]       not: an int does not move
    bn = Norm()          bn: the net holds it under two names, and may write it under one of them
    net = Net(bn, [bn])

Those that carry a derivative have one, and whatever may share memory with what is written.
"""

from __future__ import annotations

from collections import Counter

from srcad.analysis.activity import activity
from srcad.analysis.effects import aliases
from srcad.analysis.infer import Inferred
from srcad.analysis.sites import ANY_KEY, NONE, Sites
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, AnyType, Array, Clo, Dct, Lst, Method, Obj, Type, carries


def dotted(facts: Inferred, body: ir.Block, params: frozenset[str]) -> frozenset[str]:
    """The variables with a tangent, given the parameters that have one."""
    found = params
    while True:
        found = activity(facts, body, found)
        more = set(found)
        for stmt in ir.walk(body):
            alters: frozenset[str] = getattr(stmt, "alters", frozenset())
            if not alters.isdisjoint(found):
                more |= {name for name in alters if _may_hold(facts, name)}
        several = _held_twice(facts, body, frozenset(more))
        more |= {n for n in facts.types if _is_one_of(facts, body, n, several)}
        if more == found:
            return found
        found = frozenset(more)


def _held_twice(facts: Inferred, body: ir.Block, found: frozenset[str]) -> Sites:
    """What is held in two places by that which has a tangent: there it must be one as well."""
    points = aliases(facts, body)
    owners = NONE.union(*map(points.reach, found))
    count: Counter[object] = Counter()
    for owner in owners & points.heap.keys():
        if isinstance(owner, tuple) and ("inside", owner[1]) in points.heap:
            continue  # what an operation made of which it is not seen what it holds
        for key, held in points.heap[owner].items():
            for site in held:
                count[site] += 2 if key == ANY_KEY else 1
    return frozenset(s for s, n in count.items() if n > 1)


def _is_one_of(facts: Inferred, body: ir.Block, name: str, sites: Sites) -> bool:
    kind = facts.types[name]
    known = isinstance(kind, Array | Lst | Dct | Obj)
    several = isinstance(kind, AnyType) and bool(kind.objects)
    if not sites or not (known or several) or not _may_hold(facts, name):
        return False  # of what is not known, a generator of numbers say, nothing is held
    return not aliases(facts, body).named(name).isdisjoint(sites)


def holds(kind: Type) -> bool:
    """Whether what a value of this type holds may move."""
    return isinstance(kind, Obj | Clo | Method) or carries(kind)


def _may_hold(facts: Inferred, name: str) -> bool:
    kind = facts.types.get(name, ANY)
    if isinstance(kind, Lst | Dct) and (kind.items == () or kind.element == BOTTOM):
        return True
    return holds(kind)
