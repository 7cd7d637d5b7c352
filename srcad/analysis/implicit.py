"""Find objects that are written where nothing shows it: by what Python asks of them.

class Tank:                       if tank: …          runs __bool__, which writes tank.level
    def __bool__(self):
        self.level *= 0.5         refused, where `level` carries a derivative
        return self.level > 1

Tests, comparisons, `len`, text and the like run as the plain expressions that they are, and no
derivative passes through them; that is right as long as they only look.
"""

from __future__ import annotations

import ast
import dis
import functools
import inspect
import types as pytypes
from collections.abc import Iterator, Set
from functools import cache
from typing import Any

from srcad.analysis.activity import Active
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Apply, Invoke, Make, Part, Same
from srcad.analysis.reach import OWN
from srcad.errors import SrcadError, UnsupportedMutation
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Clo,
    Dct,
    Known,
    Lst,
    Method,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    carries,
)
from srcad.rules.mutable import MOVES, PUTS

_TRUTH = ("__bool__", "__len__")
_COMPARED = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__hash__")
_SHOWN = ("__str__", "__repr__", "__format__", "__int__", "__index__", "__length_hint__")
_TEXT = ("__str__", "__repr__", "__format__")  # which nothing asks for that computes numbers
_ANY_OF_THEM = (*_TRUTH, *_COMPARED, *_SHOWN)
_CALLED = {"len": ("__len__",), "bool": _TRUTH, "any": _TRUTH, "all": _TRUTH, "hash": ("__hash__",),
           "print": _SHOWN, "str": _SHOWN, "repr": _SHOWN, "format": _SHOWN, "isinstance": (),
           "type": (), "id": (), "range": ("__index__",), "getattr": (), "setattr": (),
           **dict.fromkeys(
               ("list", "tuple", "zip", "enumerate", "reversed", "map", "filter", "iter"),
               ("__len__", "__length_hint__"),
           )}  # fmt: skip
_STORES = {"STORE_ATTR", "DELETE_ATTR"}
_ITEMS = {"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE"}
_WRITING = {*PUTS, *MOVES}
_DEEP = 6  # methods that call methods, objects that hold objects
ANY_PART = "*"


def written_unseen(
    facts: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """The refusals of objects whose special methods write what carries a derivative."""
    classes = {one.cls for kind in facts.types.values() for one in _objects(kind, _DEEP)}
    for stmt in ir.walk(body) if classes else ():
        for expr, methods in _asking(stmt, facts, classes):
            for name in sorted(ir.reads(expr) & active):
                for one in _may_be(facts, name, active):
                    found = _hit(one, methods)
                    if found is not None:
                        at = getattr(stmt, "at", None)
                        yield at, _refusal(one, *found, facts, at)


def _may_be(facts: Inferred, name: str, active: Active) -> Iterator[Obj]:
    """The objects that a variable may stand for or hold; one of unknown type, any of them."""
    kind = facts.types.get(name, ANY)
    names = sorted(active) if kind == ANY else [name]
    for one in names:
        yield from _objects(facts.types.get(one, ANY), _DEEP)


def _asking(
    stmt: ir.Stmt, facts: Inferred, classes: Set[type]
) -> Iterator[tuple[ir.Expr, tuple[str, ...]]]:
    """The expressions that may call special methods of the objects that they read, and which."""
    if isinstance(stmt, ir.If | ir.While | ir.Assert):
        yield from _tested(stmt.test)
    yield from _kept_properties(stmt, facts)
    for expr in ir.computed(stmt):
        match expr:
            case ir.Logic(_, items):
                for item in items:
                    yield from _tested(item)
            case ir.Unary("not", operand):
                yield from _tested(operand)
            case ir.Choice(test):
                yield from _tested(test)
            case ir.Compare(_, ops) if set(ops) <= {"is", "is not"}:
                pass
            case ir.Compare(left, _, rights):
                yield from ((e, _COMPARED) for e in (left, *rights) if isinstance(e, ir.Name))
            case ir.Raw(node):
                yield expr, (*_ANY_OF_THEM, *_asked_by(node, facts))
            case ir.Call():
                yield from _of_call(expr, facts, classes)
            case _:
                pass


def _of_call(
    expr: ir.Call, facts: Inferred, classes: Set[type]
) -> Iterator[tuple[ir.Expr, tuple[str, ...]]]:
    """What a function that is not read may ask of its operands."""
    operation = facts.operations.get(id(expr))
    if isinstance(operation, Invoke | Make | Part | Same):
        return
    methods = _by_builtin(expr.func)
    if isinstance(operation, Apply) and operation.rule is not None:
        methods = tuple(m for m in methods if m not in _TEXT)
    yield from ((e, methods) for e in (*_given_as_self(expr.func, facts, classes), *expr.args))


def _given_as_self(func: ir.Expr, facts: Inferred, classes: Set[type]) -> tuple[ir.Expr, ...]:
    """What stands before the dot, but where no method of a class of the program is called.

    self.inv(S)       the object keeps the function, which does not get it
    y.copy()          y of unknown type, and no class that is met has such a method
    """
    if not isinstance(func, ir.Attr):
        return ()
    kind = facts.types.get(func.obj.id) if isinstance(func.obj, ir.Name) else None
    asked = {kind.cls} if isinstance(kind, Obj) else classes
    has = any(inspect.getattr_static(c, func.name, None) is not None for c in asked)
    return (func.obj,) if has else ()


def _kept_properties(stmt: ir.Stmt, facts: Inferred) -> Iterator[tuple[ir.Expr, tuple[str, ...]]]:
    """Cached properties that are read in the middle of an expression, and kept from then on."""
    own = getattr(stmt, "value", None), getattr(stmt, "target", None)
    for expr in ir.computed(stmt):
        match expr:
            case ir.Attr(ir.Name(owner), name) if not any(expr is e for e in own):
                pass
            case ir.Call(func, (ir.Name(owner), ir.Const(str(name)), *_)) if _asks(func):
                pass
            case _:
                continue
        if _is_kept(getattr(facts.types.get(owner), "cls", None), name):
            yield ir.Name(owner), (name,)


def _asks(func: ir.Expr) -> bool:
    """Whether a function reads the attribute that it is given the name of."""
    named = isinstance(func, ir.Name) and func.id in ("hasattr", "getattr")
    return named or (isinstance(func, ir.Ref) and func.value in (hasattr, getattr))


def _is_kept(cls: type | None, name: str) -> bool:
    return isinstance(inspect.getattr_static(cls, name, None), functools.cached_property)


def _by_builtin(func: ir.Expr) -> tuple[str, ...]:
    """What a function without source calls: `len(x)` calls `__len__`, most may call any."""
    name = func.id if isinstance(func, ir.Name) else getattr(func, "text", "")
    return _CALLED.get(name, _ANY_OF_THEM)


def _tested(test: ir.Expr) -> Iterator[tuple[ir.Expr, tuple[str, ...]]]:
    if isinstance(test, ir.Name):
        yield test, _TRUTH


def _refusal(
    one: Obj, method: str, part: str, facts: Inferred, at: ir.Loc | None
) -> UnsupportedMutation:
    if _is_kept(one.cls, method):
        return UnsupportedMutation(
            f"The cached property `{method}` carries a derivative, and is read here in the middle "
            "of an expression. Read it in a statement of its own before.",
            facts.unit.place(at),
        )
    return UnsupportedMutation(
        f"{one.cls.__name__}.{method} writes into `{part}`, which carries a derivative, and Python "
        "calls it where nothing shows that. Write a method with a name of its own, and call it.",
        facts.unit.place(at),
    )


def _hit(one: Obj, methods: tuple[str, ...]) -> tuple[str, str] | None:
    """The special method of an object that writes an attribute with a derivative, and which."""
    named = ((m, written_by(one.cls, m)) for m in methods if m not in _ANY_OF_THEM)
    for method, parts in (*writing_methods(one.cls), *named):
        if method not in methods:
            continue
        for name, kind in one.fields:
            stored = name in parts or (ANY_PART in parts and isinstance(kind, Lst | Dct | Obj))
            if stored and carries(kind):
                return method, name
    return None


@cache
def writing_methods(cls: type) -> tuple[tuple[str, frozenset[str]], ...]:
    """The special methods of a class that Python calls by itself, and what they may write."""
    found = []
    for name in _ANY_OF_THEM:
        function = getattr(cls, name, None)
        if isinstance(function, pytypes.FunctionType):
            parts = frozenset(_stored(cls, function, _DEEP))
            if parts:
                found.append((name, parts))
    return tuple(found)


@cache
def written_by(cls: type, name: str) -> frozenset[str]:
    """What a method or a property of a class may write."""
    found = inspect.getattr_static(cls, name, None)
    found = found.fget if isinstance(found, property) else found
    if isinstance(found, functools.cached_property):
        return frozenset({name, *_stored(cls, found.func, _DEEP)})
    plain = isinstance(found, pytypes.FunctionType)
    return frozenset(_stored(cls, found, _DEEP)) if plain else frozenset()


def _asked_by(node: ast.AST, facts: Inferred) -> set[str]:
    """The attributes that code asks for, and the functions that it calls."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            kind = facts.types.get(part.func.id)
            if isinstance(kind, Clo):
                found |= {n.attr for n in ast.walk(kind.code) if isinstance(n, ast.Attribute)}
            function = facts.session.program.lookup(facts.unit, part.func.id)
            if isinstance(function, pytypes.FunctionType):
                found |= set(function.__code__.co_names)
    return found


def _stored(cls: type, function: Any, depth: int) -> Iterator[str]:
    """The attributes that a method stores, itself or by the methods of the class that it names."""
    code = function.__code__
    if str(function.__globals__.get("__name__")).split(".")[0] in OWN:
        return  # made by `dataclass`, and the like
    for step in dis.get_instructions(code):
        if step.opname in _STORES:
            yield str(step.argval)
        elif step.opname in _ITEMS:
            yield ANY_PART
    for name in code.co_names:
        if name in _WRITING:
            yield ANY_PART
        inner = getattr(cls, name, None)
        inner = inner.fget if isinstance(inner, property) else inner
        if isinstance(inner, pytypes.FunctionType) and inner is not function and depth:
            yield from _stored(cls, inner, depth - 1)


def _objects(kind: Type, depth: int) -> Iterator[Obj]:
    """The objects in a value of a type."""
    parts: tuple[Type, ...] = ()
    if isinstance(kind, (Array, Scalar, Number, Known)):
        return
    match kind:
        case Obj(_, fields):
            yield kind
            parts = tuple(t for _, t in fields)
        case AnyType(objects):
            parts = objects
        case Tup(items):
            parts = items
        case Lst(_, element) | Dct(_, element):
            parts = (element,)
        case Method(_, owner):
            parts = (owner,)
        case Clo(_, _, captures, defaults):
            parts = tuple(t for _, t in (*captures, *defaults))
        case _:
            pass
    for part in parts if depth else ():
        yield from _objects(part, depth - 1)
