"""Read a call of a method that has a name of its own as the call of the method.

    push = xs.append             nothing
    push(v)                      xs.append(v)

Where xs is a list, a dict, a deque or an array that is not bound anew, and `push` is only called.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.ir import nodes as ir
from srcad.ir.types import Array, Dct, Lst

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred

Bound = dict[str, tuple[str, str]]  # the name: whose method it is, and which
_CLASSES = (list, deque, dict, OrderedDict, defaultdict)  # nobody can give these other methods


def bound_methods(body: ir.Block) -> Bound:
    """The names of methods that are bound once and only called, by what comes behind."""
    called = {s.value.func.id for s in ir.walk(body) if _calls_name(s)}  # type: ignore[union-attr]
    candidates = [
        s
        for s in ir.walk(body)
        if isinstance(s, ir.Assign) and s.target in called and isinstance(s.value, ir.Attr)
    ]
    if not candidates:
        return {}
    made: dict[str, int] = {}
    for stmt in ir.walk(body):
        for name in ir.targets(stmt):
            made[name] = made.get(name, 0) + 1
    found: Bound = {}
    for stmt in candidates:
        match stmt:
            case ir.Assign(name, ir.Attr(ir.Name(owner), method)):
                once = made[name] == 1 and made.get(owner, 0) <= 1
                if once and _only_called(body, stmt, name, owner):
                    found[name] = owner, method
            case _:
                pass
    return found


def _calls_name(stmt: ir.Stmt) -> bool:
    value = stmt.value if isinstance(stmt, (ir.Assign, ir.Effect)) else None
    return isinstance(value, ir.Call) and isinstance(value.func, ir.Name)


def _only_called(body: ir.Block, made: ir.Assign, name: str, owner: str) -> bool:
    """Whether every use is a call behind the statement, and the owner is bound before it."""
    around = _blocks_around(body, made)
    here, position = around[-1]
    behind = [s for stmt in here[position + 1 :] for s in ir.walk((stmt,))]
    before = {n for block, k in around for s in block[:k] for n in ir.targets(s)}
    owned = any(owner in ir.targets(s) for s in ir.walk(body))
    if owned and owner not in before:
        return False
    calls = sum(_calls(s, name) for s in behind)
    reads = sum(name in ir.statement_reads(s) and not any(ir.blocks(s)) for s in ir.walk(body))
    heads = any(
        name in ir.reads(e) for s in ir.walk(body) if any(ir.blocks(s)) for e in ir.expressions(s)
    )
    return calls == reads and calls > 0 and not heads


def _blocks_around(block: ir.Block, made: ir.Stmt) -> list[tuple[ir.Block, int]]:
    """The blocks around a statement, the outermost first, and where it stands in each."""
    for k, stmt in enumerate(block):
        if stmt is made:
            return [(block, k)]
        for inner in ir.blocks(stmt):
            found = _blocks_around(inner, made)
            if found:
                return [(block, k), *found]
    return []


def _calls(stmt: ir.Stmt, name: str) -> bool:
    """Whether a statement calls it, and makes no other use of it."""
    match stmt:
        case ir.Assign(_, ir.Call(ir.Name(func), args, kwargs)) | ir.Effect(
            ir.Call(ir.Name(func), args, kwargs)
        ):
            given = (*args, *(v for _, v in kwargs))
            return func == name and not any(name in ir.reads(a) for a in given)
        case _:
            return False


def as_method(stmt: ir.Stmt, facts: Inferred, bound: Bound) -> ir.Block | None:
    """The statements in place of this one, if it makes or calls such a method."""
    match stmt:
        case ir.Assign(name, ir.Attr()) if name in bound and _is_plain(facts, bound[name][0]):
            return ()
        case ir.Assign(_, ir.Call(ir.Name(name)) as call) | ir.Effect(
            ir.Call(ir.Name(name)) as call
        ) if name in bound and _is_plain(facts, bound[name][0]):
            owner, method = bound[name]
            func = ir.Attr(ir.Name(owner), method)
            return (replace(stmt, value=replace(call, func=func)),)
        case _:
            return None


def _is_plain(facts: Inferred, owner: str) -> bool:
    kind = facts.types.get(owner)
    return isinstance(kind, Array) or (isinstance(kind, Lst | Dct) and kind.cls in _CLASSES)
