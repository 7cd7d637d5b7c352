"""Tell what a call may leave in what it reaches, where its function is known only when it runs.

    d = {"eps": None}           d["eps"]: None
    o = [Model(d), 2.0][k]
    o.train()                   `train` may be any that the program has: if some code stores items,
    e = d["eps"]                d["eps"]: anything

What such functions write is read off their bytecode (`analysis/watching.by_called`); a method that
lists and dicts have may be theirs; of operators and the like see `analysis/unsaid`.

Before all types are known, much is called that is not known yet.  So a program is read once without
a thought of this; what is not known in the end is kept (`Session.touching`), by where it stands.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcad.analysis.changing import Changing, general
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, invoked
from srcad.analysis.reach import shown
from srcad.analysis.unsaid import may_have_methods, unsaid
from srcad.analysis.watching import code_writes, stored
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOTTOM,
    NONE,
    AnyType,
    Array,
    Bottom,
    Dct,
    Lst,
    Number,
    Obj,
    Scalar,
    Type,
    join,
)
from srcad.rules.mutable import MOVES, PUTS
from srcad.runtime.variables import Variable

Place = tuple[int, Hashable]  # of a statement: its function, and where it stands there


@dataclass(frozen=True)
class Touch:
    """What may be left in lists and dicts, in attributes, and in variables of inner functions.

    item: BOTTOM where they may only lose items, and change places.  anything: by code of which
    nothing is known.
    """

    items: bool = False
    item: Type = BOTTOM
    fields: tuple[tuple[str, Type], ...] = ()  # sorted
    variables: bool = False
    anything: bool = False

    def __bool__(self) -> bool:
        return self != NOTHING

    def __or__(self, other: Touch) -> Touch:
        if not other or self == other:
            return self
        fields = dict(self.fields)
        for name, kind in other.fields:
            fields[name] = join(fields.get(name, BOTTOM), kind)
        return Touch(
            self.items or other.items,
            join(self.item, other.item),
            tuple(sorted(fields.items())),
            self.variables or other.variables,
            self.anything or other.anything,
        )

    def of(self, kind: Type) -> Type:
        """What a container is that was reached; what it holds was reached by itself."""
        match kind:
            case Lst(_, element, cls) if self.items or self.anything:
                return Lst(None, ANY if self.anything else join(element, self.item), cls)
            case Dct(_, element, cls) if self.items or self.anything:
                return Dct(None, ANY if self.anything else join(element, self.item), cls)
            case Obj(cls, fields):
                return Obj(cls, tuple((n, join(t, self.field(cls, n))) for n, t in fields))
            case _:
                return kind

    def field(self, cls: type, name: str) -> Type:
        """What an attribute may be from now on, besides what it is."""
        if self.anything or (self.variables and cls is Variable):
            return ANY
        return dict(self.fields).get(name, BOTTOM)


NOTHING = Touch()


def touching(read: Iterable[Inferred]) -> dict[Place, Touch]:
    """The statements of all functions by which something unknown may be left, and what."""
    found: dict[Place, Touch] = {}
    for facts in filter(_meets_unknown, read):
        for stmt in ir.walk(facts.body):
            touch = NOTHING
            for _, one in _of_statement(facts, stmt):
                touch |= one
            if touch:
                place = _place(facts, stmt)
                found[place] = found.get(place, NOTHING) | touch
    return found


def _meets_unknown(facts: Inferred) -> bool:
    """Whether the function has to do with values that may run code of which nothing is known."""
    if any(isinstance(o, Dynamic) for o in facts.operations.values()):
        return True
    return any(map(may_have_methods, facts.types.values()))


def touches(facts: Inferred, body: ir.Block) -> Iterator[tuple[ir.Expr, Touch]]:
    """The expressions of a function that may leave something in what they reach."""
    session = facts.session
    if not session.touching:
        return
    for stmt in ir.walk(body):
        for expr in ir.computed(stmt):
            call = invoked(facts.operations.get(id(expr)))
            touch = NOTHING if call is None else _by_function(session.infer(call.unit, call.params))
            if touch:
                yield expr, touch
        if _place(facts, stmt) in session.touching:
            yield from _of_statement(facts, stmt)


def _place(facts: Inferred, stmt: ir.Stmt) -> Place:
    return id(facts.unit), getattr(stmt, "at", None)


def _of_statement(facts: Inferred, stmt: ir.Stmt) -> Iterator[tuple[ir.Expr, Touch]]:
    for expr in ir.computed(stmt):
        operation = facts.operations.get(id(expr))
        touch = _of_unknown(facts, operation) if isinstance(operation, Dynamic) else NOTHING
        if touch:
            yield expr, touch
    for operand, names in unsaid(facts, stmt):
        touch = writing(facts.session.by_special_methods(names))
        if touch:
            yield operand, touch


def writing(found: Changing) -> Touch:
    """The same of what bytecode says."""
    fields = tuple((name, ANY) for name in sorted(found.attributes))
    return Touch(found.items, ANY if found.items else BOTTOM, fields, bool(found.variables))


def _of_unknown(facts: Inferred, operation: Dynamic) -> Touch:
    session = facts.session
    match operation.func:
        case ir.Attr(ir.Name(owner), _) if not _has_methods_of_ours(facts.types.get(owner, ANY)):
            return NOTHING
        case ir.Attr(_, name) if not session.hidden:
            found = _of_method(facts, name, operation)
            if found is not None:
                own = Touch(True, ANY) if name in PUTS else Touch(name in MOVES)
                return found | own
        case ir.Ref() if session.plain_operators:
            return NOTHING
        case _:
            pass
    return writing(session.called) | Touch(anything=session.hidden)


def _of_method(facts: Inferred, name: str, operation: Dynamic) -> Touch | None:
    """What the methods of that name leave; None where something else may be called by it."""
    session = facts.session
    methods = session.methods(name)
    if methods is None or any(key is None for key, _ in operation.kwargs):
        return None
    found = NOTHING
    for method in methods:
        callee = _called_with(facts, method, operation)
        if callee is None:
            return None
        found |= _by_function(callee) | _left_by(callee, method)
    return found


def _left_by(callee: Inferred, method: Any) -> Touch:
    """What a method stores: as inference has read it, and else as its bytecode says."""
    session = callee.session
    read = list(called_facts(callee))
    found = NOTHING
    for facts in read:
        found |= stores(facts)
    typed = {name for name, _ in found.fields}
    sure = {id(code) for facts in read for code in shown(facts.unit)}
    for key, code in session.run_by(method).items():
        written = code_writes(code)
        if key in sure:  # what statements of other forms write
            items = written.items and not found.items
            written = replace(written, attributes=written.attributes - typed, items=items)
        found |= writing(written)
    return found


def _called_with(facts: Inferred, method: Any, operation: Dynamic) -> Inferred | None:
    """The method, of an object of which nothing is known, with the arguments of the call."""
    args = operation.args
    given = [facts.types.get(a.id, ANY) if isinstance(a, ir.Name) else ANY for a in args]
    try:
        unit = facts.session.program.unit(method)
        others = unit.code.params[1:]
        plain = not operation.kwargs and all(p.kind == "plain" for p in others)
        kinds = given if plain and len(given) == len(others) else [ANY] * len(others)
        return facts.session.infer(unit, (ANY, *kinds)) if unit.code.params else None
    except SrcadError:
        return None


def stores(facts: Inferred) -> Touch:
    """What the statements of a function store, in whatever."""
    found = NOTHING
    for target, kind in stored(facts):
        put = kind if kind == NONE else general(kind)
        if isinstance(target, ir.Attr):
            found |= Touch(fields=((target.name, put),))
        else:
            found |= Touch(True, put)
    return found


def _has_methods_of_ours(kind: Type) -> bool:
    """Whether methods of the value may be code of the program; those of None raise."""
    if isinstance(kind, AnyType):
        return not kind.form
    return not isinstance(kind, Scalar | Number | Array | Bottom)


def _by_function(callee: Inferred) -> Touch:
    """What a function of the program leaves in such a way, and the functions that it calls."""
    by_unit: dict[int, Touch] = {}
    for (unit, _), touch in callee.session.touching.items():
        by_unit[unit] = by_unit.get(unit, NOTHING) | touch
    found = NOTHING
    for facts in called_facts(callee):
        found |= by_unit.get(id(facts.unit), NOTHING)
    return found


def called_facts(callee: Inferred) -> Iterator[Inferred]:
    """A function of the program, and the functions that it calls."""
    seen, stack = {id(callee)}, [callee]
    while stack:
        facts = stack.pop()
        yield facts
        for operation in list(facts.operations.values()):
            call = invoked(operation)
            if call is not None:
                inner = facts.session.infer(call.unit, call.params)
                stack += [inner] if id(inner) not in seen else []
                seen.add(id(inner))
