"""Find what the program writes in place, and refuse it where a derivative is involved.

    w = np.zeros(3)
    w[0] = 1.0          fine: no derivative passes through w, and it is not needed backwards
    w[1] = x ** 2       refused, at this line

Names that may stand for the same object form one class; a class that is written must carry no
derivative, and the backward part must not need its old contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Append, Apply, Copy, Dynamic, Invoke, Mutation
from srcad.analysis.refusals import Refusal, Write, cure_of
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType, Array, Clo, Dct, Lst, Method, Obj, Tup, Type
from srcad.rules.spelling import spelled
from srcad.rules.table import NoDerivative
from srcad.rules.writes import unknown, written_arguments
from srcad.runtime.methods import METHODS
from srcad.runtime.substitutes import LISTS


@dataclass
class Aliases:
    """Union–find over names that may share memory."""

    parent: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str:
        while self.parent.get(name, name) != name:
            name = self.parent[name]
        return name

    def union(self, a: str, b: str) -> None:
        self.parent[self.find(a)] = self.find(b)

    def together(self, name: str, names: frozenset[str] | set[str]) -> frozenset[str]:
        root = self.find(name)
        return frozenset(n for n in names if self.find(n) == root)


def mutable(kind: Type) -> bool:
    """Whether an object of the type can be written into."""
    if isinstance(kind, Tup):
        return any(map(mutable, kind.items))
    return isinstance(kind, Array | Lst | Dct | Obj | AnyType | Clo)


def holds(kind: Type) -> bool:
    """Whether a value of the type may be, or hold, a function made by the program."""
    if isinstance(kind, Lst | Dct):
        return holds(kind.element)
    if isinstance(kind, Tup):
        return any(map(holds, kind.items))
    return isinstance(kind, Obj | AnyType | Clo | Method)


def aliases(inferred: Inferred, body: ir.Block) -> Aliases:  # noqa: C901 - one decision over the kinds
    """Which names may stand for the same object, or one inside the other."""
    classes = Aliases()
    types = inferred.types

    def link(target: str, value: ir.Expr) -> None:
        if not mutable(types.get(target, ANY)):
            return
        for name in _passes(value, inferred):
            if mutable(types.get(name, ANY)):
                classes.union(target, name)

    for stmt in ir.walk(body):
        match stmt:
            case ir.Assign(target, value):
                link(target, value)
            case ir.Unpack(names, value):
                for name in names:
                    link(name, value)
            case ir.For(target, iterable):
                for name in ir.leaves(target):
                    link(name, iterable)
            case ir.Store(target, value):
                for owner in ir.reads(target.obj):
                    link(owner, value)
            case ir.Effect(value):
                operation = inferred.operations.get(id(value))
                if isinstance(operation, Append):
                    link(operation.owner, operation.value)
            case _:
                pass
    return classes


def _passes(value: ir.Expr, inferred: Inferred) -> set[str]:
    """The names whose objects the value may be, or hold."""
    operation = inferred.operations.get(id(value))
    if isinstance(value, ir.Binary | ir.Unary | ir.Compare):
        left = (
            inferred.types.get(value.left.id)
            if isinstance(value, ir.Binary) and isinstance(value.left, ir.Name)
            else None
        )
        if isinstance(left, Lst | Tup | AnyType | Obj):
            return set(ir.reads(value))
        return set()
    if isinstance(operation, Apply) and (
        isinstance(operation.function, np.ufunc) or operation.function in _NEW
    ):
        return set()
    return set(ir.reads(value))


_NEW = {np.sum, np.mean, np.dot, np.matmul, np.zeros_like, np.ones_like, np.copy, np.concatenate,
        np.stack, np.where, np.outer, np.max, np.min, np.array, np.zeros, np.ones, np.exp,
        np.linspace, np.arange, np.cumsum, np.einsum, np.linalg.norm, np.linalg.solve,
        METHODS["copy"], METHODS["flatten"]}  # fmt: skip


def writes(inferred: Inferred, body: ir.Block) -> list[Write]:
    """Every write in place of the function itself and of the functions it calls."""
    found: list[Write] = []
    for stmt in ir.walk(body):
        match stmt:
            case ir.Store(target):
                fill = (
                    isinstance(target, ir.Item)
                    and isinstance(target.obj, ir.Name)
                    and (target.obj.id in inferred.unit.code.tables)
                )
                found.append(_write(inferred, target.obj, stmt.at, "this assignment", fill))
            case ir.Augment(target):
                owner = target if isinstance(target, ir.Name) else target.obj
                what = f"{stmt.op}=" if owner is target else f"`{stmt.op}=`"
                found.append(_write(inferred, owner, stmt.at, what))
            case _:
                pass
        for expr in ir.expressions(stmt):
            _in_expression(expr, inferred, getattr(stmt, "at", None), found)
    return found


def _write(
    inferred: Inferred, owner: ir.Expr, at: ir.Loc | None, how: str, append: bool = False
) -> Write:
    """A write into `owner`; `how` as the catalogue of cures knows it."""
    kind = inferred.types.get(owner.id, ANY) if isinstance(owner, ir.Name) else ANY
    said = how if "`" in how or " " in how else f"`{how}`"
    return Write(frozenset(ir.reads(owner)), at, said, cure_of(how, kind), append)


def _in_expression(
    expr: ir.Expr, inferred: Inferred, at: ir.Loc | None, found: list[Write]
) -> None:
    stack = [expr]
    while stack:
        node = stack.pop()
        operation = inferred.operations.get(id(node))
        match operation:
            case Append(owner):
                found.append(_write(inferred, ir.Name(owner), at, ".append", append=True))
            case Mutation(owner, what):
                found.append(_write(inferred, owner, at, what))
            case Apply(function):
                for operand, how in written_operands(operation):
                    write = _write(inferred, operand, at, how or spelled(function))
                    known = operation if unknown(function) else None
                    found.append(replace(write, unknown=known))
            case Invoke(unit, args, params):
                written = written_params(inferred, unit, params)
                for arg, inner in zip(args, written, strict=True):
                    if inner is not None and ir.reads(arg):
                        found.append(Write(frozenset(ir.reads(arg)), at, inner.what, inner=inner))
            case _:
                pass
        stack.extend(ir.children(node))


def written_operands(operation: Apply) -> list[tuple[ir.Expr, str]]:
    """The operands that a function without source writes into, and how (if not by its name)."""
    options = {k: v.value if isinstance(v, ir.Const) else ... for k, v in operation.kwargs}
    hit = written_arguments(operation.function, len(operation.args), options)
    by_name = dict(operation.kwargs)
    return [(operation.args[k], "") if isinstance(k, int) else (by_name[k], f"{k}=") for k in hit]


_SUMMARIES: dict[int, tuple[object, tuple[Write | None, ...]]] = {}


def written_params(inferred: Inferred, unit: Any, params: tuple[Type, ...]) -> tuple[Any, ...]:
    """For each parameter of a function of the program, the write into it, if there is one."""
    session = inferred.session
    callee = session.infer(unit, params)
    key = id(callee)
    if key in _SUMMARIES and _SUMMARIES[key][0] is callee:
        return _SUMMARIES[key][1]
    names = [p.name for p in unit.code.params]
    _SUMMARIES[key] = (callee, (None,) * len(names))  # a recursive call adds nothing new
    body = unit.code.body
    classes = aliases(callee, body)
    hit: dict[str, Write] = {}
    for write in writes(callee, body):
        if write.append and built_here(callee, body, write):
            continue
        for name in write.names:
            for param in classes.together(name, set(names)):
                mine = frozenset({name if unit.written(name) else param})
                hit.setdefault(param, write.inner or replace(write, unit=unit, names=mine))
    summary = tuple(hit.get(n) for n in names)
    _SUMMARIES[key] = (callee, summary)
    if len(_SUMMARIES) > 5000:
        _SUMMARIES.clear()
    return summary


def written_names(inferred: Inferred, body: ir.Block) -> frozenset[str]:
    """Names of objects that the program writes in place."""
    classes = aliases(inferred, body)
    every = frozenset(inferred.types)
    found: set[str] = set()
    for write in writes(inferred, body):
        for name in write.names:
            found |= classes.together(name, every)
    return frozenset(found)


def active_writes(
    inferred: Inferred, body: ir.Block, active: frozenset[str]
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """Refusals of writes into what carries a derivative: reverse mode cannot undo them yet."""
    for write, reach in _reaches(inferred, body, active):
        hit = {n for n in reach & active if mutable(inferred.types.get(n, ANY))}
        if hit:
            yield write.at, Refusal(inferred, write).of_active(hit)


def check_needed_writes(
    inferred: Inferred, body: ir.Block, active: frozenset[str], needed: frozenset[str]
) -> None:
    """Refuse the writes that overwrite what the backward part reads."""
    for write, reach in _reaches(inferred, body, active):
        lost = {n for n in reach & needed if mutable(inferred.types.get(n, ANY))}
        if lost:
            raise Refusal(inferred, write).of_needed(lost)


def _reaches(
    inferred: Inferred, body: ir.Block, active: frozenset[str]
) -> Iterator[tuple[Write, frozenset[str]]]:
    """Each write with the names that it may change; not what is filled right where it is made."""
    classes = aliases(inferred, body)
    everyone = frozenset(inferred.types) | active
    for write in writes(inferred, body):
        if not (write.append and built_here(inferred, body, write)):
            found = (classes.together(name, everyone) for name in write.names)
            yield write, frozenset().union(*found)


def built_here(inferred: Inferred, body: ir.Block, write: Write) -> bool:
    """A list or dict that is filled right where it is made, before anything else holds it.

    row = []                        made
    for x in xs: row.append(x)      filled
    rows.append(row)                held: not written any more
    """
    (name,) = write.names if len(write.names) == 1 else ("",)
    if not name or name in inferred.unit.code.captured:
        return False
    made = [b for b in _blocks(body) if any(_makes(s, name, inferred) for s in b)]
    if not made:
        return False
    for block in made:
        position = next(k for k, s in enumerate(block) if _makes(s, name, inferred))
        other = [
            k
            for k, s in enumerate(block)
            if any(name in ir.targets(i) and not _makes(i, name, inferred) for i in ir.walk((s,)))
        ]
        filled = [
            k for k, s in enumerate(block) if any(_fills(i, name, inferred) for i in ir.walk((s,)))
        ]
        held = [
            k for k, s in enumerate(block) if any(_holds(i, name, inferred) for i in ir.walk((s,)))
        ]
        if any(k <= position for k in filled):
            return False
        last = max(filled, default=position)
        if filled and held and min(held) <= last:
            return False
        if any(position < k <= last for k in other):
            return False  # by then the name may stand for another list
        if any(_read_whole(i, name, inferred) for s in block[:last] for i in ir.walk((s,))):
            return False  # the backward part would see more items than were there
        if any(_read_whole(i, name, inferred) for i in ir.walk(block[last : last + 1])):
            return False
    return _nothing_outside(body, made, name, inferred)


def _blocks(body: ir.Block) -> list[ir.Block]:
    return [body, *(b for s in ir.walk(body) for b in ir.blocks(s))]


def _makes(stmt: ir.Stmt, name: str, inferred: Inferred) -> bool:
    if not isinstance(stmt, ir.Assign) or stmt.target != name:
        return False
    value = stmt.value
    if isinstance(value, ir.Sequence | ir.Mapping):
        return True
    if isinstance(value, ir.Call) and value.func in (ir.Name("list"), ir.Name("dict")):
        return True
    operation = inferred.operations.get(id(value))
    if isinstance(operation, Invoke):
        return operation.unit.function in LISTS
    return isinstance(operation, Copy)


def _fills(stmt: ir.Stmt, name: str, inferred: Inferred) -> bool:
    match stmt:
        case ir.Effect(value):
            operation = inferred.operations.get(id(value))
            return isinstance(operation, Append) and operation.owner == name
        case ir.Store(ir.Item(ir.Name(owner))):
            return owner == name
        case _:
            return False


def _holds(stmt: ir.Stmt, name: str, inferred: Inferred) -> bool:
    """Whether the statement makes something else refer to the list."""
    match stmt:
        case ir.Assign(_, value):
            return name in _held(value, inferred)
        case ir.Store(_, value):
            return name in ir.reads(value)
        case ir.Effect(value):
            operation = inferred.operations.get(id(value))
            return isinstance(operation, Append) and name in ir.reads(operation.value)
        case _:
            return False


def _read_whole(stmt: ir.Stmt, name: str, inferred: Inferred) -> bool:
    """Whether a derivative passes through all items at once: a loop over them, their sum."""
    if isinstance(stmt, ir.For) and name in ir.reads(stmt.iterable):
        return True
    if isinstance(stmt, ir.If | ir.While | ir.Store):
        return False
    stack = list(ir.expressions(stmt))
    while stack:
        expr = stack.pop()
        stack.extend(ir.children(expr))
        operation = inferred.operations.get(id(expr))
        if isinstance(operation, Apply) and not isinstance(operation.rule, NoDerivative):
            whole = ir.Name(name) in (*operation.args, *(v for _, v in operation.kwargs))
        else:
            passed = isinstance(operation, Invoke | Dynamic) or isinstance(expr, ir.Sequence)
            whole = passed and name in ir.reads(expr)
        if whole:
            return True
    return False


def _nothing_outside(body: ir.Block, made: list[ir.Block], name: str, inferred: Inferred) -> bool:
    """No write or second holder where the list is not made."""
    inside = {id(s) for b in made for s in ir.walk(b)}
    return not any(_fills(s, name, inferred) for s in ir.walk(body) if id(s) not in inside)


def _held(value: ir.Expr, inferred: Inferred) -> set[str]:
    """Names that the value is another name for, or holds as they are."""
    match value:
        case ir.Name(name):
            return {name}
        case ir.Sequence() | ir.Mapping() | ir.Choice():
            return set(ir.reads(value))
        case _:
            pass
    operation = inferred.operations.get(id(value))
    if isinstance(operation, Invoke):
        return {n for n in ir.reads(value) if isinstance(inferred.types.get(n), Lst)}
    return set()
