"""Find what a program writes of the state that it finds: see `changing`.

In sight is what functions write that inference has read.  Out of sight run context managers, and
whatever a function that is known only when it runs may be: the names that they write are read off
their bytecode.  A name that such code computes is not seen.
"""

from __future__ import annotations

import dis
import functools
import types as pytypes
from collections.abc import Iterable, Iterator
from typing import Any

from srcad.analysis.changing import NOTHING, Changing, general, known_value
from srcad.analysis.infer import Inferred, constant
from srcad.analysis.operations import Dynamic, Inert, Invoke, Operation, Refused
from srcad.analysis.operator_classes import hides
from srcad.analysis.outside import written_outside
from srcad.analysis.reach import Reach, shown
from srcad.analysis.unsaid import MAKERS, NOT_BY_ITSELF
from srcad.frontend.contexts import LOCKS, PASSING
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, BOTTOM, Type, join
from srcad.rules.mutable import MOVES, PUTS
from srcad.runtime import draws
from srcad.runtime.methods import METHODS

_BY_STRING = {"setattr", "delattr", "__setattr__", "__dict__", "vars", "globals"}
_OF_ITEMS = {"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE"}
_WRITES = {
    dis.opmap[name]
    for name in (
        "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF", "STORE_ATTR",
        "DELETE_ATTR", *_OF_ITEMS,
    )
    if name in dis.opmap
}  # fmt: skip
_METHODS = PUTS.keys() | MOVES | {"__setitem__", "__delitem__", "add", "discard"}

# -- in sight --------------------------------------------------------------------------


def in_sight(root: Inferred, read: Iterable[Inferred]) -> Changing:
    """What the functions that inference has read write into objects from outside."""
    fields: dict[str, Type] = {}
    put: Type = BOTTOM
    members: set[str] = set()
    variables: set[str] = set()
    for facts in read:
        variables |= {n for code in shown(facts.unit) for n in code_writes(code).variables}
        members |= _properties_that_act(facts)
        for target, kind in stored(facts):
            if isinstance(target, ir.Item):
                put = join(put, general(kind))
                continue
            fields[target.name] = join(fields.get(target.name, BOTTOM), general(kind))
            if isinstance(known_value(facts, target.obj), type | pytypes.ModuleType):
                members.add(target.name)
    objects = frozenset(written_outside(root, root.body))
    return Changing(
        variables=frozenset(variables),
        objects=objects,
        stored=tuple(sorted(fields.items())) if objects else (),
        members=frozenset(members),
        put=put if objects else BOTTOM,
    )


def stored(facts: Inferred) -> Iterator[tuple[ir.Item | ir.Attr, Type]]:
    """What is put where, by statements and by methods of lists and dicts."""
    for stmt in ir.walk(facts.body):
        match stmt:
            case ir.Store(target, ir.Name(name)):
                yield target, facts.types.get(name, ANY)
            case ir.Store(target, ir.Const(value)):
                yield target, constant(value)
            case ir.Store(target) | ir.Augment(ir.Item() | ir.Attr() as target):
                yield target, ANY
            case ir.Effect(ir.Call(ir.Attr(owner, name))) | ir.Assign(
                _, ir.Call(ir.Attr(owner, name))
            ) if name in _METHODS:
                yield ir.Item(owner, ir.Const(None)), ANY
            case _:
                pass


def _properties_that_act(facts: Inferred) -> set[str]:
    """Those that may give another value each time."""
    found: set[str] = set()
    for expr in facts.keep:
        operation = facts.operations.get(id(expr))
        if isinstance(expr, ir.Attr) and isinstance(operation, Invoke):
            callee = facts.session.infer(operation.unit, operation.params)
            acts = (ir.Store, ir.Augment, ir.Effect, ir.With)
            if any(isinstance(s, acts) for s in ir.walk(callee.body)):
                found.add(expr.name)
    return found


# -- out of sight ----------------------------------------------------------------------


def called(root: Inferred, read: Iterable[Inferred]) -> Reach | None:
    """What may be called where a function is known only when it runs; None where none is."""
    facts = list(read)
    methods = frozenset().union(*map(_methods_of_arrays, facts))
    ours = bool(methods) and _may_be_ours(root, methods)
    return root.session.reach if ours or any(map(_calls_anything, facts)) else None


def by_called(reach: Reach) -> Changing:
    """What is written by functions that are known only when they run."""
    return _written_by_all(reach.codes.values())


def special_names(reach: Reach) -> frozenset[str]:
    """The names of properties, and of the methods that Python calls by itself."""
    return frozenset(name for name, member in _members(reach) if _runs_by_itself(name, member))


def by_special_methods(reach: Reach, names: frozenset[str]) -> Changing:
    """What is written by the methods of these names that Python calls by itself, and properties."""
    inner, size = Reach(), -1
    while size != len(inner.codes):
        size = len(inner.codes)
        for name, member in _members(reach):
            by_itself = name in names and _runs_by_itself(name, member)
            if by_itself or name in inner.names or inner.any_name:
                inner.member(member)
        inner.close()
    return _written_by_all(inner.codes.values())


def _runs_by_itself(name: str, member: object) -> bool:
    if isinstance(member, property | functools.cached_property):
        return True
    return name.startswith("__") and name.endswith("__") and name not in NOT_BY_ITSELF


def methods_named(reach: Reach, name: str) -> list[pytypes.FunctionType] | None:
    """The methods that a call of that name may run; None where it may be something else."""
    if any(name in _given_names(code) for code in reach.codes.values()):
        return None  # an attribute may hold any function
    found = [member for one, member in _members(reach) if one == name]
    plain = all(type(member) is pytypes.FunctionType for member in found)
    return found if plain else None


def run_by(reach: Reach, method: pytypes.FunctionType) -> dict[int, pytypes.CodeType]:
    """The code that a method may run, of all that the program may run, by its names."""
    inner, size = Reach(), -1
    inner.value(method)
    while size != len(inner.codes):
        size = len(inner.codes)
        for name, member in _members(reach):
            if name in inner.names or inner.any_name:
                inner.member(member)
        inner.close()
    return inner.codes


def _members(reach: Reach) -> Iterator[tuple[str, Any]]:
    for cls in reach.classes.values():
        for base in cls.__mro__[:-1]:
            yield from vars(base).items()


def out_of_sight(read: Iterable[Inferred], whole: Reach | None) -> Changing:
    """What is written by code that may run and that inference has not read."""
    facts, reach = list(read), Reach()
    for function in (m for f in facts for m in (*_managers(f), *_unread(f))):
        reach.value(function)
    reach.close()
    if whole is None:
        return _written_by_all(reach.codes.values())
    seen = {id(code) for f in facts for code in shown(f.unit)}
    codes = {**reach.codes, **whole.codes}
    return _written_by_all(code for key, code in codes.items() if key not in seen)


def _written_by_all(codes: Iterable[pytypes.CodeType]) -> Changing:
    found = NOTHING
    for code in codes:
        found |= code_writes(code)
    return found


def _managers(facts: Inferred) -> Iterator[Any]:
    """What makes the context managers of a function, where it is not known to leave all alone."""
    for stmt in ir.walk(facts.body):
        if not isinstance(stmt, ir.With):
            continue
        for expr, _ in stmt.items:
            maker = known_value(facts, expr.func if isinstance(expr, ir.Call) else expr)
            if maker is None:  # whatever the function names
                yield facts.unit.function
            elif not isinstance(maker, LOCKS) and not any(maker is known for known in PASSING):
                yield maker


def _unread(facts: Inferred) -> Iterator[Any]:
    """The functions that are called and could not be read."""
    for expr in facts.keep:
        operation = facts.operations.get(id(expr))
        if isinstance(expr, ir.Call) and isinstance(operation, Inert | Refused):
            called = known_value(facts, expr.func)
            if isinstance(called, pytypes.FunctionType):
                yield called


def _methods_of_arrays(facts: Inferred) -> frozenset[str]:
    """The methods, named like those of arrays, that are called of what may be anything."""
    return frozenset(name for o in facts.operations.values() if (name := _method_of_array(o)))


def _method_of_array(operation: Operation) -> str:
    match operation:
        case Dynamic(ir.Attr(_, name)) if METHODS.get(name) is not None:
            return name
        case _:
            return ""


def _draws(function: Any) -> bool:
    """Whether it draws numbers, runs no code of the program, and writes into nothing."""
    drawn = draws.constant_of(function)
    return drawn is not None and drawn[0] in draws.OF_SIZES


def _may_be_ours(root: Inferred, names: frozenset[str]) -> bool:
    """Whether a class or an object of the program may have something to call of such a name."""
    if any(map(hides, root.params)):
        return True
    reach = root.session.reach
    for cls in reach.classes.values():
        for base in cls.__mro__[:-1]:
            declared = getattr(base, "__annotations__", None)
            named = declared.keys() if isinstance(declared, dict) else set()  # of C code, neither
            if names & (vars(base).keys() | named) or "__getattr__" in vars(base):
                return True
    return any(names & _given_names(code) for code in reach.codes.values())


def _given_names(code: pytypes.CodeType) -> set[str]:
    """The attributes that code sets, in `__init__` too, and its keywords and texts."""
    found = {s.argval for s in dis.get_instructions(code) if s.opname == "STORE_ATTR"}
    for const in code.co_consts:
        found |= {c for c in (const if isinstance(const, tuple) else (const,)) if type(c) is str}
    return found


def _calls_anything(facts: Inferred) -> bool:
    """Whether a function that is known only when it runs is called, or one in code kept as is."""
    dynamic = (o for o in facts.operations.values() if isinstance(o, Dynamic))
    if any(not _method_of_array(o) and not _draws(known_value(facts, o.func)) for o in dynamic):
        return True
    raws = (e for s in ir.walk(facts.body) for e in ir.computed(s) if isinstance(e, ir.Raw))
    return any(_raw_calls(facts, raw) for raw in raws)


def _raw_calls(facts: Inferred, raw: ir.Raw) -> bool:
    values = (known_value(facts, ir.Name(n)) for n in raw.reads)
    return any(isinstance(v, pytypes.FunctionType | pytypes.MethodType) for v in values)


@functools.lru_cache(maxsize=4096)
def code_writes(code: pytypes.CodeType) -> Changing:
    attributes: set[str] = set()
    variables: set[str] = set()
    items, before = False, None
    writes = not _WRITES.isdisjoint(code.co_code[::2])  # the operations, without their arguments
    for step in dis.get_instructions(code) if writes else ():
        match step.opname:
            case "STORE_GLOBAL" | "DELETE_GLOBAL":
                variables.add(step.argval)
            case "STORE_DEREF" | "DELETE_DEREF" if step.argval in code.co_freevars:
                variables.add(step.argval)
            case "STORE_ATTR" | "DELETE_ATTR" if not _of_the_new(code, before):
                attributes.add(step.argval)
            case name if name in _OF_ITEMS:
                items = True
            case _:
                pass
        before = step
    named = set(code.co_names)
    if named & _BY_STRING:  # setattr(config, "rate", 2.0): the names that stand there
        attributes |= {c for c in code.co_consts if isinstance(c, str) and c.isidentifier()}
        items = True
    items = items or bool(named & _METHODS)
    return Changing(frozenset(attributes), frozenset(variables), items)


def _of_the_new(code: pytypes.CodeType, before: dis.Instruction | None) -> bool:
    """Whether an attribute is one of the object that the code makes."""
    if code.co_name not in MAKERS or before is None or not code.co_argcount:
        return False
    loaded = before.argval[-1] if isinstance(before.argval, tuple) else before.argval
    return before.opname.startswith("LOAD_FAST") and bool(loaded == code.co_varnames[0])
