"""Tell which objects may be taken apart into variables, and which functions may stand elsewhere.

class Body:                      objects that `__init__` makes, whose attributes are only set
    rate = 0.5                   and read: no `__setattr__`, no descriptor, no `__del__`
    def step(self, k): …         a function whose variables may get other names
"""

from __future__ import annotations

import builtins
import inspect
import types as pytypes

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Invoke, Make, Operation
from srcad.ir import nodes as ir
from srcad.ir.assigned import maybe_unassigned
from srcad.ir.types import Obj, Type

Key = tuple[int, str]  # the code of a function, and a variable of it
CONSTANTS = (int, float, complex, bool, str)  # which a class may hold for its objects


class Stays(Exception):  # noqa: N818 - no error: the objects stay objects
    """Something is done with objects that variables cannot do."""

    def __init__(self, *keys: Key) -> None:
        super().__init__()
        self.keys = frozenset(keys)


def candidates(facts: Inferred) -> frozenset[str]:
    """The variables that only stand for objects which the function makes."""
    code = facts.unit.code
    made: dict[str, bool] = {}
    for stmt in ir.walk(facts.body):
        for name in ir.targets(stmt):
            right = isinstance(stmt, ir.Assign) and _makes(facts, stmt.value)
            made[name] = made.get(name, True) and right
    given = {p.name for p in code.params} | code.captured | code.free
    return frozenset(
        n for n, right in made.items() if right and n not in given and _of_user(facts.types.get(n))
    )


def _of_user(kind: Type | None) -> bool:
    return isinstance(kind, Obj) and kind.cls is not pytypes.MethodType


def _makes(facts: Inferred, value: ir.Expr) -> bool:
    operation: Operation | None = facts.operations.get(id(value))
    if isinstance(operation, Make):
        return operation.cls is not pytypes.MethodType
    if isinstance(operation, Invoke):
        return _of_user(facts.session.infer(operation.unit, operation.params).result)
    return isinstance(value, ir.Name)


def nameless(expr: ir.Expr) -> bool:
    """Whether no part is an object that is printed under a name which a variable may have."""
    if isinstance(expr, ir.Ref) and "." not in expr.text and expr.text not in dir(builtins):
        return False
    return all(map(nameless, ir.children(expr)))


def only_holds(cls: type) -> bool:
    """Whether objects of a class only hold attributes, and can be made."""
    reads = inspect.getattr_static(cls, "__getattribute__")
    plain = reads is object.__getattribute__ and not inspect.isabstract(cls)
    return plain and not hasattr(cls, "__del__")


def settable(cls: type, name: str) -> bool:
    """Whether setting the attribute only sets it, and reading it gives what was set."""
    if inspect.getattr_static(cls, "__setattr__") is not object.__setattr__:
        return False
    found = inspect.getattr_static(cls, name, None)
    if isinstance(found, pytypes.MemberDescriptorType):
        return True
    holds_any = bool(getattr(cls, "__dictoffset__", 0))
    return holds_any and not hasattr(type(found), "__set__")


def constant(cls: type, name: str) -> bool:
    """Whether a class has a constant under a name."""
    return type(inspect.getattr_static(cls, name, None)) in CONSTANTS


def stands_anywhere(code: ir.Function) -> bool:
    """Whether the variables of a function may get other names, and its statements end."""
    params = frozenset(p.name for p in code.params)
    bound = frozenset(ir.assigned(code.body))
    own = params | bound | code.locals
    if code.body and isinstance(code.body[-1], ir.Raise):
        return False
    for stmt in ir.walk(code.body):
        if isinstance(stmt, ir.Import):
            return False
        for expr in ir.computed(stmt):
            if isinstance(expr, ir.Raw) and own & set(expr.reads):
                return False
            if isinstance(expr, ir.Closure):
                return False
    return not maybe_unassigned(code.body, params, bound - params)[0]
