"""Tell which lists and dicts are filled right where they are made.

row = []                        made
for x in xs: row.append(x)      filled
rows.append(row)                held: not written any more

Nothing else holds such a list while it grows, so growing it is part of making it.
"""

from __future__ import annotations

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Append, Apply, Copy, Dynamic, Invoke
from srcad.analysis.refusals import Write
from srcad.ir import nodes as ir
from srcad.ir.types import Lst
from srcad.rules.table import NoDerivative
from srcad.runtime.substitutes import LISTS


def built_here(inferred: Inferred, body: ir.Block, write: Write) -> bool:
    """A list or dict that is filled right where it is made, before anything else holds it.

    row = []                        made
    for x in xs: row.append(x)      filled
    rows.append(row)                held: not written any more
    """
    (name,) = write.names if len(write.names) == 1 else ("",)
    if not name or name in inferred.unit.code.captured:
        return False
    if write.stmt is not None and not _fills(write.stmt, name, inferred):
        return False  # inside an expression
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
