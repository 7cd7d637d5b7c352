"""Refuse lists of what generators yield where a generator and its loop would notice.

    items = items_from(Node.walk, tree)       fine where `walk` only reads, the loop runs to its
    for node in items:                        end, and writes nothing that `walk` reads
        s += node.value
        node.kids.clear()                     refused: `walk` would not have come to these

Such lists are made where the statements of the generator cannot stand around the loop's body
(`generated`): it calls itself, it yields inside `try`, or two of them run side by side in a `zip`.
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.analysis.effects import aliases, all_writes
from srcad.analysis.filled import built_here
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, Invoke
from srcad.analysis.outside import written_outside
from srcad.analysis.refusals import of_callee
from srcad.analysis.repeatable import repeatable
from srcad.errors import SrcadError, UnsupportedSyntax
from srcad.ir import nodes as ir
from srcad.ir.types import BOTTOM, Bottom, Obj
from srcad.runtime.iterators import ENDLESS


def met(facts: Inferred, body: ir.Block) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """The refusals of loops over such lists, and of what may be a generator that is kept."""
    yield from _may_be_generators(facts, body)
    if not facts.early:
        return
    calls = {s.target: s.value for s in ir.walk(body) if isinstance(s, ir.Assign)}
    for stmt in ir.walk(body):
        if not isinstance(stmt, ir.For):
            continue
        for name in sorted(ir.reads(stmt.iterable) & facts.early.keys()):
            problem = _problem(stmt, name, calls.get(name), facts, body)
            if problem:
                function = facts.early[name].__qualname__
                message = f"The generator `{function}` {problem}. Loop over a list of its items."
                yield stmt.at, UnsupportedSyntax(message, facts.unit.place(stmt.at))


def _may_be_generators(
    facts: Inferred, body: ir.Block
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """Calls that are known only when they run, of methods of which some are generators."""
    known = facts.session.generators
    for stmt in ir.walk(body) if known else ():
        for expr in ir.computed(stmt):
            match facts.operations.get(id(expr)):
                case Dynamic(ir.Attr(_, name)) if name in known:
                    at = getattr(stmt, "at", None)
                    yield at, of_callee(known[name], facts.unit.place(at))
                case _:
                    pass


def _problem(loop: ir.For, name: str, call: ir.Expr | None, facts: Inferred, body: ir.Block) -> str:
    """What the loop or the generator would notice."""
    if isinstance(facts.types.get(name, BOTTOM), Bottom):
        return ""  # nothing comes here
    operation = facts.operations.get(id(call))
    if not isinstance(operation, Invoke):
        return "cannot be read"
    callee = facts.session.infer(operation.unit, operation.params)
    if not repeatable(callee):
        return "writes, prints, draws or calls what is not known, in turns with a loop"
    if not isinstance(loop.iterable, ir.Name) and _may_not_end(callee, set()):
        return "may never end, beside others in a `zip`"
    if _leaves(loop.body):
        return "is left by a loop before its end"
    read = frozenset().union(*map(ir.reads, operation.args))
    if _writes(loop, read, facts, body):
        return "reads what the loop over it writes"
    return ""


def _writes(loop: ir.For, read: frozenset[str], facts: Inferred, body: ir.Block) -> bool:
    """Whether the body of the loop may write what the variables reach, or what is outside."""
    inside = {id(s) for s in ir.walk(loop.body)}
    points = aliases(facts, body)
    for stmt in ir.walk(loop.body):
        for expr in ir.computed(stmt):
            if isinstance(facts.operations.get(id(expr)), Dynamic):
                return True
    for write in all_writes(facts, body):
        if id(write.stmt) not in inside or (write.append and built_here(facts, body, write)):
            continue
        if points.changed_by(write, read):
            return True
    return bool(written_outside(facts, body))


def _leaves(block: ir.Block) -> bool:
    """Whether a `break` of the loop stands in its body."""
    for stmt in block:
        if isinstance(stmt, ir.Break):
            return True
        if not isinstance(stmt, ir.For | ir.While) and any(map(_leaves, ir.blocks(stmt))):
            return True
    return False


def _may_not_end(callee: Inferred, seen: set[int]) -> bool:
    """Whether a generator has a loop that may run for ever, or runs another that has."""
    seen.add(id(callee))
    for stmt in ir.walk(callee.running):
        if isinstance(stmt, ir.While):
            return True
        if isinstance(stmt, ir.For) and isinstance(stmt.iterable, ir.Name):
            kind = callee.types.get(stmt.iterable.id)
            if isinstance(kind, Obj) and kind.cls in ENDLESS:
                return True
    units = callee.session.program.units
    listings = {id(u) for key, u in units.items() if isinstance(key, tuple) and "listing" in key}
    for operation in callee.operations.values():
        if isinstance(operation, Invoke) and id(operation.unit) in listings:
            inner = callee.session.infer(operation.unit, operation.params)
            if id(inner) not in seen and _may_not_end(inner, seen):
                return True
    return False
