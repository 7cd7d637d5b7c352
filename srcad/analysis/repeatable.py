"""Tell whether a function may run once more, unseen, and would do the same again.

np.sum(np.tanh(w @ x))       yes
print(w)                     no: it is printed twice
np.random.normal(size=3)     no: another draw
count[0] += 1                no, where `count` lives outside of the function
"""

from __future__ import annotations

import ast
from collections import deque
from typing import Any

from srcad.analysis.effects import written_params
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.operations import Apply, Dynamic, Inert, Operation, Refused, invoked
from srcad.analysis.outside import written_outside
from srcad.ir import nodes as ir
from srcad.ir.types import Dct, Known
from srcad.rules.purity import pure_function


def spares_arguments(facts: Inferred) -> bool:
    """Whether a call leaves its arguments as they are."""
    return not any(written_params(facts, facts.unit, facts.params))


def repeatable(facts: Inferred) -> bool:
    """Whether a call leaves nothing behind, neither in its arguments nor anywhere else."""
    if not spares_arguments(facts):
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
        return all(_quiet(n, inference) for n in ast.walk(expr.node))
    if isinstance(expr, ir.Call) and not _acts_alone(expr, operation, inference):
        return False
    parts = ir.children(expr)
    if isinstance(expr, ir.Call) and isinstance(expr.func, ir.Attr) and operation is not None:
        parts = (expr.func.obj, *expr.args, *(v for _, v in expr.kwargs))  # not the method itself
    return all(_expression(e, inference, seen) for e in parts)


def _quiet(node: ast.AST, inference: Inference) -> bool:
    """Whether a part of code that is kept as it is calls nothing but exceptions of Python's own."""
    if not isinstance(node, ast.Call):
        return not isinstance(node, ast.Await)
    if not isinstance(node.func, ast.Name):
        return False
    known = inference.expr(ir.Name(node.func.id))
    made = known.value if isinstance(known, Known) else None
    own = isinstance(made, type) and issubclass(made, BaseException)
    return own and made.__module__ == "builtins"


def _acts_alone(expr: ir.Call, operation: Operation | None, inference: Inference) -> bool:
    """Whether a call is of what is known to have no effect, or of what has been looked at."""
    if isinstance(operation, Apply):
        return operation.within is not None or _pure(operation.function)
    if operation is None and isinstance(expr.func, ir.Attr) and expr.func.name in _VIEWS:
        return isinstance(inference.expr(expr.func.obj), Dct)
    if operation is None or isinstance(operation, Inert):
        known = inference.expr(expr.func)
        return isinstance(known, Known) and _pure(known.value)
    return True


_VIEWS = ("items", "keys", "values")


def _pure(function: Any) -> bool:
    """Whether a function gives a value and no more, a new container too; or only raises."""
    if function is deque or pure_function(function):
        return True
    name, module = (str(getattr(function, key, "")) for key in ("__name__", "__module__"))
    return module.startswith("srcad.runtime.") and name.startswith("no_")
