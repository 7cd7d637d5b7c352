"""Tell whether a function may run once more, unseen, and would do the same again.

np.sum(np.tanh(w @ x))       yes
print(w)                     no: it is printed twice
np.random.normal(size=3)     no: another draw
count[0] += 1                no, where `count` lives outside of the function
"""

from __future__ import annotations

import ast

from srcad.analysis.effects import written_params
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Apply, Dynamic, Inert, Operation, Refused, invoked
from srcad.analysis.outside import written_outside
from srcad.ir import nodes as ir
from srcad.ir.types import Known
from srcad.rules.purity import pure_function


def repeatable(facts: Inferred) -> bool:
    """Whether a call leaves nothing behind, neither in its arguments nor anywhere else."""
    if any(written_params(facts, facts.unit, facts.params)):
        return False
    return not written_outside(facts, facts.running) and _repeats(facts, set())


def _repeats(facts: Inferred, seen: set[int]) -> bool:
    seen.add(id(facts))
    inference = Inference(facts.session, facts)
    for stmt in ir.walk(facts.running):
        if isinstance(stmt, ir.With | ir.Import):
            return False
        if not all(_expression(e, inference, seen) for e in ir.expressions(stmt)):
            return False
    return True


def _expression(expr: ir.Expr, inference: Inference, seen: set[int]) -> bool:
    facts = inference.facts
    operation = facts.operations.get(id(expr))
    call = invoked(operation)
    if isinstance(operation, Dynamic | Refused):
        return False
    if call is not None:
        callee = facts.session.infer(call.unit, call.params)
        if id(callee) not in seen and not _repeats(callee, seen):
            return False
    if isinstance(expr, ir.Raw):
        return not any(isinstance(n, ast.Call | ast.Await) for n in ast.walk(expr.node))
    if isinstance(expr, ir.Call) and not _acts_alone(expr, operation, inference):
        return False
    parts = ir.children(expr)
    if isinstance(expr, ir.Call) and isinstance(expr.func, ir.Attr) and operation is not None:
        parts = (expr.func.obj, *expr.args, *(v for _, v in expr.kwargs))  # not the method itself
    return all(_expression(e, inference, seen) for e in parts)


def _acts_alone(expr: ir.Call, operation: Operation | None, inference: Inference) -> bool:
    """Whether a call is of what is known to have no effect, or of what has been looked at."""
    if isinstance(operation, Apply):
        return operation.within is not None or pure_function(operation.function)
    if operation is None or isinstance(operation, Inert):
        known = inference.expr(expr.func)
        return isinstance(known, Known) and pure_function(known.value)
    return True
