"""Find the operands of which a statement may run methods that it does not name.

    y = o + 1        __add__, __radd__               for v in o:      __iter__, __next__, …
    y = o.area       the property `area`             with o:          __enter__, __exit__
    y = f"{o}"       whatever a class may define     if o:            __bool__, __len__

Where the class is known, most are calls of functions like others (`analysis/operators`,
`analysis/brackets`); here is what else there is, and what is not known.
"""

from __future__ import annotations

import inspect
import types as pytypes
from collections.abc import Iterator

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import BINARY_FUNCTIONS, Dynamic, invoked
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, AnyType, Obj, Type

Names = frozenset[str]
EVERY: Names = frozenset({"*"})  # any method that Python calls by itself

# what makes an object, and a call, are calls
MAKERS = {"__init__", "__post_init__", "__new__", "__init_subclass__", "__set_name__"}
NOT_BY_ITSELF = {*MAKERS, "__call__"}

_TRUTH: Names = frozenset({"__bool__", "__len__"})
_LOOPED: Names = frozenset({"__iter__", "__next__", "__len__", "__getitem__", "__length_hint__"})
_KEYS: Names = frozenset({"__hash__", "__eq__"})
_COMPARED: Names = _KEYS | _LOOPED | {"__ne__", "__lt__", "__le__", "__gt__", "__ge__",
                                     "__contains__"}  # fmt: skip
ANSWERS: Names = _TRUTH | _COMPARED  # what a test may run
_ITEMS: Names = _KEYS | {"__getitem__", "__missing__", "__index__"}
_READ: Names = frozenset({"__getattr__", "__getattribute__", "__get__"})
_BY_ARRAYS: Names = frozenset({"__array__", "__array_ufunc__", "__array_function__"})
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}
_CALLED: dict[str, Names] = {
    "len": frozenset({"__len__"}), "bool": _TRUTH, "hash": frozenset({"__hash__"}),
    "int": frozenset({"__int__", "__index__", "__trunc__"}), "isinstance": frozenset(),
    "float": frozenset({"__float__", "__index__"}), "type": frozenset(), "id": frozenset(),
    "abs": frozenset({"__abs__"}), "round": frozenset({"__round__"}),
    "range": frozenset({"__index__"}),
}  # fmt: skip


def may_have_methods(kind: Type) -> bool:
    """Whether a class of the program may say what operators do with the value."""
    return isinstance(kind, Obj) or (isinstance(kind, AnyType) and not kind.form)


def unsaid(facts: Inferred, stmt: ir.Stmt) -> Iterator[tuple[ir.Expr, Names]]:
    """The operands of unknown type, and the methods of their class that may run."""
    for operand, names in asked(facts, stmt):
        kind = _kind(facts, operand)
        if not isinstance(kind, Obj) and may_have_methods(kind):
            yield operand, names


def of_known_classes(facts: Inferred, stmt: ir.Stmt) -> Iterator[tuple[ir.Name, Obj, Names]]:
    """The same of objects of known classes."""
    for operand, names in asked(facts, stmt):
        kind = _kind(facts, operand)
        if isinstance(kind, Obj) and isinstance(operand, ir.Name):
            yield operand, kind, names


def special_methods(cls: type, names: Names) -> Iterator[tuple[str, pytypes.FunctionType]]:
    """Those of the names, as the class has them."""
    for name in sorted(dir(cls)) if names == EVERY else sorted(names):
        method = inspect.getattr_static(cls, name, None)
        special = name.startswith("__") and name.endswith("__") and name not in NOT_BY_ITSELF
        if special and isinstance(method, pytypes.FunctionType):
            yield name, method


def asked(facts: Inferred, stmt: ir.Stmt) -> Iterator[tuple[ir.Expr, Names]]:
    """The operands of a statement, with the methods that it may ask of them."""
    for expr in ir.computed(stmt):
        operation = facts.operations.get(id(expr))
        if invoked(operation) is None and not isinstance(operation, Dynamic):
            yield from _of_expression(expr)
    yield from _of_statement(stmt)


def _of_expression(expr: ir.Expr) -> Iterator[tuple[ir.Expr, Names]]:
    names = _names(expr)
    for operand in ir.children(expr) if names else ():
        yield operand, names


def _names(expr: ir.Expr) -> Names:  # noqa: C901 - one case for each form
    match expr:
        case ir.Binary(op):
            return _of_operator(op)
        case ir.Unary(op):
            return frozenset({_UNARY[op]}) if op in _UNARY else _TRUTH
        case ir.Compare(_, ops):
            return frozenset() if set(ops) <= {"is", "is not"} else _COMPARED
        case ir.Logic() | ir.Choice():
            return _TRUTH
        case ir.Item():
            return _ITEMS
        case ir.Attr(_, name):
            return _READ | {name}
        case ir.Call(ir.Name(name)) if name in _CALLED:
            return _CALLED[name]
        case ir.Star():
            return _LOOPED
        case ir.Mapping():
            return _KEYS
        case ir.Sequence("set"):
            return _KEYS
        case ir.Sequence() | ir.Closure() | ir.Slice():
            return frozenset()
        case _:
            return EVERY


def _of_operator(op: str) -> Names:
    plain = BINARY_FUNCTIONS[op].__name__.strip("_")
    return _BY_ARRAYS | {f"__{plain}__", f"__r{plain}__"}


def _of_statement(stmt: ir.Stmt) -> tuple[tuple[ir.Expr, Names], ...]:
    """What the statement itself asks, besides computing its expressions."""
    match stmt:
        case ir.If(test) | ir.While(test) | ir.Assert(test):
            return ((test, _TRUTH),)
        case ir.For(_, iterable):
            return ((iterable, _LOOPED),)
        case ir.Unpack(_, value):
            return ((value, _LOOPED),)
        case ir.With(items):
            return tuple((e, frozenset({"__enter__", "__exit__"})) for e, _ in items)
        case ir.Store(target):
            return ((target.obj, _stored(target)),)
        case ir.Augment(target, op, value):
            names = _of_operator(op) | {"__i" + n[2:] for n in _of_operator(op)}
            if isinstance(target, ir.Name):
                return ((target, names), (value, names))
            return ((target.obj, _stored(target) | _names(target)), (target, names), (value, names))
        case _:
            return ()


def _stored(target: ir.Item | ir.Attr) -> Names:
    if isinstance(target, ir.Attr):
        return frozenset({"__setattr__", "__set__", target.name})
    return _KEYS | {"__setitem__", "__index__"}


def _kind(facts: Inferred, expr: ir.Expr) -> Type:
    match expr:
        case ir.Name(name):
            return facts.types.get(name, BOTTOM)  # a name from outside holds nothing made here
        case ir.Const() | ir.Ref() | ir.Slice() | ir.Compare():
            return BOTTOM
        case _:
            return ANY
