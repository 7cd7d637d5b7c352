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

from srcad.analysis.derivatives import MAKERS, of_the_compiler
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
    if isinstance(operation, Dynamic) and _is_pullback(operation.func, inference):
        return all(_expression(e, inference, seen) for e in operation.args)  # generated code
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
    """The call of the function whose derivative is called; of what is none the operation itself.

    g = srcad.grad(f); g(x)      srcad.vjp(f, x)      srcad.jvp(f, (x,), (x_dot,))
    """
    func, args = operation.func, operation.args
    maker = _maker(func, inference)
    if maker in ("vjp", "jvp") and args:
        given = args[1:] if maker == "vjp" else _items(args[1], inference)
        return _call(args[0], given, operation, inference)
    maker = _maker_of(func, inference)
    return _call(func, args[: len(args) - (maker == "hvp")], operation, inference)


def _maker_of(func: ir.Expr, inference: Inference) -> str:
    """By what the value of an expression was made."""
    made = _bound(func, inference)
    return _maker(made.func, inference) if isinstance(made, ir.Call) and made.args else ""


def _is_pullback(func: ir.Expr, inference: Inference) -> bool:
    return isinstance(func, ir.Name) and _maker_of(func, inference) == "vjp"


def _maker(func: ir.Expr, inference: Inference) -> str:
    """The name of a function of srcad that takes a function."""
    known = inference.expr(func)
    ours = isinstance(known, Known) and of_the_compiler(known.value)
    return str(known.value.__name__) if ours else ""  # type: ignore[union-attr]


def _bound(name: ir.Expr, inference: Inference) -> ir.Expr:
    """What a variable that is bound once is bound to, or is the second part of."""
    if not isinstance(name, ir.Name):
        return name
    made = [s for s in ir.walk(inference.facts.running) if name.id in ir.targets(s)]
    match made:
        case [ir.Assign(_, ir.Name(other)) | ir.Unpack((_, _), ir.Name(other))]:
            return _bound(ir.Name(other), inference)
        case [ir.Assign(_, value) | ir.Unpack((_, _), value)]:
            return value
        case _:
            return name


def _items(given: ir.Expr, inference: Inference) -> tuple[ir.Expr, ...]:
    made = _bound(given, inference)
    return made.items if isinstance(made, ir.Sequence) else (ir.Star(given),)


def _call(
    function: ir.Expr, args: tuple[ir.Expr, ...], operation: Dynamic, inference: Inference
) -> Operation | None:
    kind = inference.expr(function)
    if isinstance(kind, Clo):
        return invoke_closure(kind, function, args, operation.kwargs, inference)[1]
    if isinstance(kind, Known) and isinstance(kind.value, FunctionType):
        return invoke_function(kind.value, args, operation.kwargs, inference)[1]
    made = _bound(function, inference)
    if isinstance(made, ir.Call) and _maker_of(function, inference) in MAKERS:
        return _call(made.args[0], args, operation, inference)
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
