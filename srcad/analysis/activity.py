"""Find the variables that carry a derivative.

    y = np.sin(x)       active: x is
    n = x.shape[0]      not: an int carries none
    m = np.argmax(x)    not: its rule says so

A variable is active when some definition of it depends, through operations with a derivative, on
an active parameter.  Nothing is assumed about what cannot be seen: an unknown call of an active
value is active.
"""

from __future__ import annotations

from typing import Any

from srcad.analysis.effects import aliases, written_operands, written_params
from srcad.analysis.infer import Inferred
from srcad.analysis.keyed import without_keys
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Dynamic,
    Element,
    Handed,
    Inert,
    Invoke,
    Make,
    Mutation,
    Operation,
    Part,
    Refused,
    Same,
)
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Bottom, Clo, Dct, Lst, Method, Obj, Type, carries
from srcad.rules.mutable import HANDS_OUT
from srcad.rules.table import NoDerivative

Active = frozenset[str]
_WRITING = (Apply, Append, Mutation, Invoke)  # operations that may write into operands


def activity(inferred: Inferred, body: ir.Block, params: Active) -> Active:
    """The active variables, given the active parameters."""
    return _Activity(inferred, set(params)).run(body)


_TABLES = frozenset((ir.Attr, ir.Call, ir.Name))


class _Activity:
    def __init__(self, inferred: Inferred, active: set[str]) -> None:
        self.facts, self.active = inferred, active
        self.read: set[str] = set()  # what statements asked about
        self.news: set[str] = set()  # of which they would hear something else now
        self.tables: dict[str, str] = {}  # variables that are the `__dict__` of an object
        self.put: set[str] = set()  # variables into whose values an active one was put

    def run(self, body: ir.Block) -> Active:
        everything = todo = ir.walk(body)
        while todo:
            self.news = set()
            for stmt in todo:
                self.read |= ir.statement_reads(stmt)
                self.statement(stmt)
            news = self.news
            todo = [s for s in everything if not news.isdisjoint(ir.statement_reads(s))]
        return frozenset(self.active)

    def statement(self, stmt: ir.Stmt) -> None:  # noqa: C901 - one decision over the kinds
        self.written(stmt)
        match stmt:
            case ir.Assign():
                target, value = stmt.target, stmt.value
                self.note_table(target, value)
                if self.is_active(value):
                    self.mark(target)
                    if target not in self.active and self.returned(target, value):
                        self.add(target)
            case ir.Unpack(names, value):
                if self.is_active(value):
                    for name in names:
                        self.mark(name)
            case ir.For(taken, iterable):
                if not self.active.isdisjoint(ir.reads(iterable)):
                    for name in ir.leaves(without_keys(self.facts, taken, iterable)):
                        self.mark(name)
            case ir.With(items):
                for expr, given in items:
                    if given is not None and not self.active.isdisjoint(ir.reads(expr)):
                        self.mark(given)
            case ir.Store(place, value):
                if self.is_active(value):
                    for name in ir.reads(place.obj):
                        self.filled(name)
            case ir.Augment(place, _, value):
                if self.is_active(value):
                    for name in ir.reads(place if isinstance(place, ir.Name) else place.obj):
                        self.filled(name)
            case _:
                pass

    def written(self, stmt: ir.Stmt) -> None:
        """What a call writes into becomes active when it writes an active value."""
        for node in ir.computed(stmt):
            operation = self.facts.operations.get(id(node))
            if not isinstance(operation, _WRITING) or self.active.isdisjoint(ir.reads(node)):
                continue
            hit: list[ir.Expr] = []
            match operation:
                case Apply():
                    hit += [expr for expr, _ in written_operands(operation)]
                case Append(owner, value):  # wherever it stands, in a test too
                    if self.is_active(value):
                        self.put.add(owner)
                        self.mark(owner)
                case Mutation(owner):
                    hit.append(owner)
                case Invoke(unit, args, params):
                    written = written_params(self.facts, unit, params)
                    given = tuple(self.is_active(a) for a in args)
                    filled = filled_params(self.facts, unit, params, given)
                    for a, w, f, g, t in zip(args, written, filled, given, params, strict=True):
                        if f and (w is not None or (isinstance(t, Obj) and not g)):
                            hit.append(a)
                case _:
                    pass
            for expr in hit:
                for name in ir.reads(expr):
                    self.filled(name)

    def filled(self, name: str) -> None:
        """An active value was put into it: an object may hold it where its type shows no number."""
        self.put.add(name)
        kind = self.facts.types.get(name, ANY)
        if isinstance(kind, Obj | Clo | Method) or _is_empty(kind) or carries(kind):
            self.add(name)
        if name in self.tables:
            self.filled(self.tables[name])

    def note_table(self, target: str, value: ir.Expr) -> None:
        """`d = self.__dict__` and `d = vars(self)`: what is put into d is put into the object."""
        if type(value) not in _TABLES:
            return
        match value:
            case ir.Attr(ir.Name(owner), "__dict__"):
                self.tables[target] = owner
            case ir.Call(ir.Name("vars"), (ir.Name(owner),), ()):
                self.tables[target] = owner
            case ir.Name(name) if name in self.tables:
                self.tables[target] = self.tables[name]
            case _:
                pass

    def returned(self, target: str, value: ir.Expr) -> bool:
        """Whether a called function put an active value into the object that it returns.

        `setattr(self, name, w)` in a constructor leaves no field in the type of what is made.
        """
        operation = self.facts.operations.get(id(value))
        if not isinstance(operation, Invoke) or not isinstance(self.facts.types.get(target), Obj):
            return False
        given = tuple(self.is_active(a) for a in operation.args)
        return returns_filled(self.facts, operation.unit, operation.params, given)

    def mark(self, name: str) -> None:
        if name not in self.active and carries(self.facts.types.get(name, ANY)):
            self.add(name)

    def add(self, name: str) -> None:
        if name not in self.active and name not in self.facts.useless.names:
            self.active.add(name)
            if name in self.read:
                self.news.add(name)

    def is_active(self, expr: ir.Expr) -> bool:
        return depends(expr, self.facts, self.active)


def filled_params(
    facts: Inferred, unit: Any, params: tuple[Type, ...], given: tuple[bool, ...]
) -> tuple[bool, ...]:
    """Which parameters of a called function may hold an active value after the call.

    given: which arguments are active.  A method that counts its calls does not make its object so.
    """
    callee = facts.session.infer(unit, params)
    known: tuple[bool, ...] | None = callee.memory.get(("filled", given))
    if known is not None:
        return known
    key = "filled", given
    callee.memory[key] = (True,) * len(given)  # while it is found out, in a recursive call
    names = [p.name for p in unit.code.params]
    found = _Activity(callee, {n for n, a in zip(names, given, strict=True) if a})
    inside = found.run(callee.running)
    callee.memory["returned", given] = unit.code.result in inside
    points = aliases(callee, callee.running)
    reached = set(inside)
    for name in found.put:
        reached |= points.together(name, names)
    opaque = [isinstance(t, Clo | Method) for t in params]  # what they capture has other names
    callee.memory[key] = tuple(n in reached or o for n, o in zip(names, opaque, strict=True))
    return callee.memory[key]  # type: ignore[no-any-return]


def returns_filled(
    facts: Inferred, unit: Any, params: tuple[Type, ...], given: tuple[bool, ...]
) -> bool:
    """Whether what a called function returns may hold an active value."""
    filled_params(facts, unit, params, given)
    callee = facts.session.infer(unit, params)
    return bool(callee.memory.get(("returned", given), True))


def _is_empty(kind: Type) -> bool:
    """Whether a container was made without items, so that its type says nothing of what comes."""
    return isinstance(kind, Lst | Dct) and (kind.items == () or isinstance(kind.element, Bottom))


def depends(expr: ir.Expr, facts: Inferred, active: set[str] | Active) -> bool:
    """Whether the value of `expr` depends on the inputs through an active variable."""
    if isinstance(expr, ir.Name):
        return expr.id in active
    operation = facts.operations.get(id(expr))
    if operation is None:
        return bool(active_reads(expr, facts, active))
    return any(not active.isdisjoint(ir.reads(e)) for e in operands(operation))


def active_reads(expr: ir.Expr, facts: Inferred, active: set[str] | Active) -> set[str]:
    """The active variables through which the value of `expr` depends on the inputs."""
    if type(expr) in ir.LEAVES:
        return set(ir.reads(expr) & active)
    operation = facts.operations.get(id(expr))
    if operation is None:
        if isinstance(expr, ir.Raw | ir.Compare):
            return set()
        if isinstance(expr, ir.Logic):  # its value is that of one item
            return set().union(*(active_reads(item, facts, active) for item in expr.items))
        return set(ir.reads(expr) & active)
    return operand_names(operation) & active


def operand_names(operation: Operation) -> set[str]:
    """The variables that the derivative of an operation may reach."""
    return set().union(*map(ir.reads, operands(operation)))


def operands(operation: Operation) -> tuple[ir.Expr, ...]:
    if isinstance(operation, Apply):
        if isinstance(operation.rule, NoDerivative):
            return ()
        named = operation.kwargs
        return (*operation.args, *(v for _, v in named)) if named else operation.args
    match operation:
        case Invoke(_, args):
            return args
        case Part(owner) | Element(owner) | Same(owner) | Copy(owner):
            return (owner,)
        case Make(_, fields):
            return tuple(v for _, v in fields)
        case Handed(owner, default):
            return (owner,) if default is None else (owner, default)
        case Mutation(owner, what) if what[1:-2] in HANDS_OUT:
            return (owner,)
        case Dynamic(func, args, kwargs):
            return (func, *args, *(v for _, v in kwargs))
        case Append() | Mutation() | Refused() | Inert():
            return ()
