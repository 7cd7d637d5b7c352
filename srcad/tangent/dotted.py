"""Find the variables that have a tangent.

    ys = []              ys: something that moves is put into it later
    zs = ys              zs: the same list
    n = x.shape[0]       not: an int does not move

Those that carry a derivative have one, and whatever may share memory with what is written.
"""

from __future__ import annotations

from srcad.analysis.activity import activity
from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, Clo, Dct, Lst, Method, Obj, Type, carries


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
        if more == found:
            return found
        found = frozenset(more)


def holds(kind: Type) -> bool:
    """Whether what a value of this type holds may move."""
    return isinstance(kind, Obj | Clo | Method) or carries(kind)


def _may_hold(facts: Inferred, name: str) -> bool:
    kind = facts.types.get(name, ANY)
    if isinstance(kind, Lst | Dct) and (kind.items == () or kind.element == BOTTOM):
        return True
    return holds(kind)
