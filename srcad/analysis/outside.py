"""Find the objects from outside that a program writes into: arrays of modules and of closures.

W = np.ones(3)
def f(x):
    y = np.sum(x * W)       the backward part reads W …
    reset()                 … which this call has written by then: refused
    return y
"""

from __future__ import annotations

import types as pytypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.analysis.effects import aliases, all_writes
from srcad.analysis.entered import entered
from srcad.analysis.filled import built_here
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import invoked
from srcad.analysis.program import MISSING
from srcad.analysis.refusals import Write
from srcad.analysis.sites import outer_id
from srcad.ir import nodes as ir
from srcad.runtime.slots import slots_of


@dataclass(frozen=True)
class Outside:
    """An object that is written, under its name in the function that writes it."""

    value: Any  # kept, so that its id stays its own
    name: str
    write: Write
    facts: Inferred


def written_outside(facts: Inferred, body: ir.Block) -> dict[int, Outside]:
    """The objects that a function writes, and the functions that it calls, by id."""
    found: dict[int, Outside] = {}
    _collect(facts, body, found, set())
    return found


def called_writes(facts: Inferred, body: ir.Block) -> list[tuple[ir.Stmt, frozenset[int]]]:
    """The statements that call functions which write objects from outside, and their ids."""
    found: list[tuple[ir.Stmt, frozenset[int]]] = []
    calls = any(invoked(operation) is not None for operation in facts.operations.values())
    for stmt in ir.walk(body) if calls else (s for s in ir.walk(body) if isinstance(s, ir.With)):
        written: set[int] = set()
        for expr in ir.computed(stmt):
            operation = invoked(facts.operations.get(id(expr)))
            if operation is not None:
                callee = facts.session.infer(operation.unit, operation.params)
                if "outside" not in callee.memory:
                    callee.memory["outside"] = frozenset(written_outside(callee, callee.running))
                written |= callee.memory["outside"]
        if isinstance(stmt, ir.With):
            written |= entered(facts, stmt).objects.keys()
        if written:
            found.append((stmt, frozenset(written)))
    return found


def _collect(facts: Inferred, body: ir.Block, found: dict[int, Outside], seen: set[int]) -> None:
    seen.add(id(facts))
    program, unit = facts.session.program, facts.unit
    points = aliases(facts, body)
    names = sorted(unit.code.free - unit.code.locals)
    for write in all_writes(facts, body):
        if write.append and built_here(facts, body, write):
            continue
        reached = [(program.lookup(unit, n), n) for n in names if points.changed_by(write, (n,))]
        hit = map(outer_id, points.hit(write))  # those met in called functions are found there
        reached += [points.outside[k] for k in hit if k is not None and k in points.outside]
        for value, name in reached:
            if _holds_state(value):
                found.setdefault(id(value), Outside(value, name, write, facts))
    _by_managers(facts, body, names, found)
    for found_here in facts.operations.values():
        operation = invoked(found_here)
        if operation is not None:
            callee = facts.session.infer(operation.unit, operation.params)
            if id(callee) not in seen:
                _collect(callee, callee.running, found, seen)


def _by_managers(
    facts: Inferred, body: ir.Block, names: list[str], found: dict[int, Outside]
) -> None:
    """The same of the context managers that a function enters."""
    space: dict[str, Any] = facts.unit.source.function.__globals__
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.With):
            for key, value in entered(facts, stmt).objects.items():
                mine = [n for n in (*names, *space) if space.get(n) is value]
                name = mine[0] if mine else type(value).__name__
                write = Write(frozenset(), stmt.at, "this context manager", stmt=stmt)
                found.setdefault(key, Outside(value, name, write, facts))


def outside_names(facts: Inferred, names: frozenset[str]) -> dict[int, tuple[Any, str]]:
    """The objects that these names stand for, of those from outside, by id."""
    unit, program = facts.unit, facts.session.program
    found: dict[int, tuple[Any, str]] = {}
    for name in names & unit.code.free - unit.code.locals:
        value = program.lookup(unit, name)
        if _holds_state(value):
            found[id(value)] = value, name
    return found


def _holds_state(value: Any) -> bool:
    """Whether writing into the object can be seen."""
    if value is MISSING or isinstance(value, type | pytypes.BuiltinFunctionType | np.ufunc):
        return False
    if isinstance(value, pytypes.ModuleType):
        return value.__name__.split(".")[0] not in {"numpy", "math"}
    stores = hasattr(value, "__dict__") or bool(slots_of(value))
    return stores or isinstance(value, np.ndarray | list | dict | set)
