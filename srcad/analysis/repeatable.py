"""Tell whether a function may run once more, unseen, and would do the same again.

np.sum(np.tanh(w @ x))       yes
print(w)                     no: it is printed twice
np.random.normal(size=3)     no: another draw
count[0] += 1                no, where `count` lives outside of the function
srcad.grad(loss)(w)          as `loss`
"""

from __future__ import annotations

import ast
from collections import OrderedDict, defaultdict, deque
from types import FunctionType
from typing import Any

from srcad.analysis.derivatives import makes_gradient, of_the_compiler
from srcad.analysis.effects import written_params
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.invoke import invoke_closure, invoke_function
from srcad.analysis.operations import Apply, Dynamic, Inert, Operation, Refused, invoked
from srcad.analysis.outside import written_outside
from srcad.ir import nodes as ir
from srcad.ir.types import Clo, Dct, Known, Scalar
from srcad.rules.purity import pure_function
from srcad.runtime.matching import plain_keys
from srcad.runtime.objects import absent, lacks, past_the_class


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
    if isinstance(operation, Dynamic):
        operation = _of_derivative(operation, inference)
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


def _of_derivative(operation: Dynamic, inference: Inference) -> Operation | None:
    """The call of the function whose derivative is called, where that is `g = srcad.grad(f)`."""
    facts, func = inference.facts, operation.func
    if isinstance(func, ir.Name):
        made = [s for s in ir.walk(facts.running) if func.id in ir.targets(s)]
        func = made[0].value if len(made) == 1 and isinstance(made[0], ir.Assign) else func
    if not isinstance(func, ir.Call) or not func.args:
        return operation
    maker = inference.expr(func.func)
    known = isinstance(maker, Known) and of_the_compiler(maker.value)
    if not known or not makes_gradient(maker.value):  # type: ignore[union-attr]
        return operation
    kind = inference.expr(func.args[0])
    args = operation.args[:-1] if maker.value.__name__ == "hvp" else operation.args  # type: ignore
    if isinstance(kind, Clo):
        return invoke_closure(kind, func.args[0], args, operation.kwargs, inference)[1]
    if isinstance(kind, Known) and isinstance(kind.value, FunctionType):
        return invoke_function(kind.value, args, operation.kwargs, inference)[1]
    return operation


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
        if isinstance(expr.func, ir.Attr) and isinstance(inference.expr(expr.func.obj), Scalar):
            return True  # of a text or a number: these cannot be changed
        known = inference.expr(expr.func)
        return isinstance(known, Known) and _pure(known.value)
    return True


_VIEWS = ("items", "keys", "values")
_MAKERS = (deque, defaultdict, OrderedDict, super)
_LOOKS = (absent, lacks, past_the_class, plain_keys)  # they raise, or do nothing


def _pure(function: Any) -> bool:
    """Whether a function gives a value and no more, a new container too; or only raises."""
    if any(function is f for f in (*_MAKERS, *_LOOKS)) or pure_function(function):
        return True
    name, module = (str(getattr(function, key, "")) for key in ("__name__", "__module__"))
    return module.startswith("srcad.runtime.") and name.startswith("no_")
