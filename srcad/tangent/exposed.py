"""Find the variables whose memory a function that is known only when it runs may write.

y = x * 1.0          y, z, and what else may be this memory: their tangents have memory of
z = y[:2]            their own as they have, since `f` writes both or neither
f(z)
"""

from __future__ import annotations

from srcad.analysis.effects import aliases, calls_unknown
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, Operation, invoked
from srcad.ir import nodes as ir


def exposed(facts: Inferred, body: ir.Block) -> frozenset[str]:
    """The names that may share memory with what such a call gets, or holds."""
    given: set[str] = set()
    for operation in list(facts.operations.values()):
        given |= _given(facts, operation)
    if not given:
        return frozenset()
    points, everyone = aliases(facts, body), frozenset(facts.types)
    return frozenset(given).union(*(points.together(n, everyone) for n in given))


def _given(facts: Inferred, operation: Operation) -> frozenset[str]:
    """The variables that a call may show to what is not known."""
    if isinstance(operation, Dynamic):
        found = (operation.func, *operation.args, *(v for _, v in operation.kwargs))
        return frozenset().union(*map(ir.reads, found))
    call = invoked(operation)
    if call is None or not calls_unknown(facts, call.unit, call.params):
        return frozenset()
    return frozenset().union(*map(ir.reads, call.args))
