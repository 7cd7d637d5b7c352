"""Tell what a call may leave in what it reaches, where its function is known only when it runs.

    d = {"eps": None}           d["eps"]: None
    o = [Model(d), 2.0][k]
    o.train()                   `train` may be any that the program has: if some code stores items,
    e = d["eps"]                d["eps"]: anything

What such functions write is read off their bytecode (`analysis/watching.by_called`); a method that
lists and dicts have may be theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srcad.analysis.changing import Changing
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, Operation, invoked
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, AnyType, Dct, Lst, Obj, Type
from srcad.rules.mutable import MOVES, PUTS
from srcad.runtime.variables import Variable

_OF_CONTAINERS = PUTS.keys() | MOVES


@dataclass(frozen=True)
class Touch:
    """items: of lists and dicts.  attributes: of objects.  variables: that inner functions write.

    anything: by code of which nothing is known.
    """

    items: bool
    attributes: frozenset[str] = frozenset()
    variables: bool = False
    anything: bool = False

    def __bool__(self) -> bool:
        return self != NOTHING

    def __or__(self, other: Touch) -> Touch:
        return Touch(
            self.items or other.items,
            self.attributes | other.attributes,
            self.variables or other.variables,
            self.anything or other.anything,
        )

    def of(self, kind: Type) -> Type:
        """What a container is that was reached; what it holds was reached by itself."""
        match kind:
            case Lst(_, _, cls) if self.items or self.anything:
                return Lst(None, ANY, cls)
            case Dct(_, _, cls) if self.items or self.anything:
                return Dct(None, ANY, cls)
            case Obj(cls, fields):
                return Obj(cls, tuple((n, ANY if self.field(cls, n) else t) for n, t in fields))
            case _:
                return kind

    def field(self, cls: type, name: str) -> bool:
        """Whether an attribute may be something else."""
        of_variable = self.variables and cls is Variable
        return self.anything or name in self.attributes or of_variable


NOTHING = Touch(False)


def touches(facts: Inferred, body: ir.Block) -> Iterator[tuple[ir.Expr, Touch]]:
    """What may leave something in what it reaches, and what that may be."""
    operators = _of_operators(facts)
    for stmt in ir.walk(body):
        for expr in ir.computed(stmt):
            touch = _of(facts, facts.operations.get(id(expr)))
            if touch:
                yield expr, touch
        if operators:
            for expr in _unsaid(facts, stmt):
                yield expr, operators


def _of_operators(facts: Inferred) -> Touch:
    """What properties and operators may leave, where the function meets objects at all."""
    meets = any(map(_may_have_methods, facts.types.values()))
    return _writing(facts.session.by_operators) if meets else NOTHING


def _may_have_methods(kind: Type) -> bool:
    """Whether operators of the value may be methods of a class of the program."""
    return isinstance(kind, Obj) or (isinstance(kind, AnyType) and not kind.form)


def _unsaid(facts: Inferred, stmt: ir.Stmt) -> Iterator[ir.Expr]:
    """The operands of which the statement may run a method that nobody has read."""
    for expr in ir.computed(stmt):
        if invoked(facts.operations.get(id(expr))) is not None:
            continue
        for operand in ir.children(expr):
            kind = _kind(facts, operand)
            plain = isinstance(kind, Obj) and isinstance(expr, _TAKING)
            if _may_have_methods(kind) and not plain:
                yield operand
    yield from (e for e in _by_statement(stmt) if _may_have_methods(_kind(facts, e)))


def _by_statement(stmt: ir.Stmt) -> tuple[ir.Expr, ...]:
    """What the statement itself asks, besides computing it."""
    match stmt:
        case ir.If(test) | ir.While(test) | ir.For(_, test):
            return (test,)
        case ir.With(items):
            return tuple(e for e, _ in items)
        case ir.Store(ir.Item(owner) | ir.Attr(owner)):
            return (owner,)
        case ir.Augment(target, _, value):
            return (target if isinstance(target, ir.Name) else target.obj, value)
        case ir.Unpack(_, value):
            return (value,)
        case _:
            return ()


# what reads, keeps or hands on an object of a known class, and runs none of its methods
_TAKING = ir.Attr | ir.Sequence | ir.Mapping | ir.Choice | ir.Closure


def _kind(facts: Inferred, expr: ir.Expr) -> Type:
    match expr:
        case ir.Name(name):
            return facts.types.get(name, BOTTOM)  # a name from outside holds nothing made here
        case ir.Const() | ir.Ref() | ir.Slice():
            return BOTTOM
        case _:
            return ANY


def _of(facts: Inferred, operation: Operation | None) -> Touch:
    if isinstance(operation, Dynamic):
        return _of_unknown(facts, operation)
    call = invoked(operation)
    return NOTHING if call is None else _of_function(facts.session.infer(call.unit, call.params))


def _writing(found: Changing) -> Touch:
    return Touch(found.items, found.attributes, bool(found.variables))


def _of_unknown(facts: Inferred, operation: Dynamic) -> Touch:
    session = facts.session
    whole = _writing(session.called) | Touch(False, anything=session.hidden)
    match operation.func:
        case ir.Attr(_, name) if name in _OF_CONTAINERS:
            return whole | Touch(True)
        case ir.Ref() if session.plain_operators:
            return NOTHING
        case _:
            return whole


def _of_function(callee: Inferred) -> Touch:
    """What a function of the program leaves by such calls, and by the functions it calls."""
    found, seen, stack = NOTHING, {id(callee)}, [callee]
    while stack:
        facts = stack.pop()
        found |= _of_operators(facts)
        for operation in facts.operations.values():
            call = invoked(operation)
            if isinstance(operation, Dynamic):
                found |= _of_unknown(facts, operation)
            elif call is not None:
                inner = facts.session.infer(call.unit, call.params)
                stack += [inner] if id(inner) not in seen else []
                seen.add(id(inner))
    return found
