"""Find active values that called functions put into objects from outside, to be read again.

LOG = []
def note(v): LOG.append(v)
def f(x):
    note(x)                the derivative would be lost in LOG …
    return LOG[-1] * 2     … which is read here: refused

A list that is only written, as by a function that keeps a history, is no obstacle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from srcad.analysis.activity import Active, activity
from srcad.analysis.effects import aliases, all_writes
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Apply, Dynamic, Operation, invoked
from srcad.analysis.program import MISSING, Program, Unit
from srcad.analysis.refusals import Refusal, Write
from srcad.analysis.sites import outer_id
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.rules.mutable import PUTS
from srcad.runtime.gates import Gate

Given = tuple[bool, ...]


@dataclass(frozen=True)
class Put:
    """An active value that goes into an object from outside, by its id."""

    facts: Inferred
    write: Write
    name: str
    owner: int

    def refusal(self) -> SrcadError:
        """The error for it."""
        return Refusal(self.facts, self.write).of_active({self.name})


def puts_of(facts: Inferred, body: ir.Block, active: Active) -> list[Put]:
    """What a function itself puts into such objects."""
    points = aliases(facts, body)
    return [
        Put(facts, write, name, owner)
        for write in all_writes(facts, body)
        if write.inner is None
        for name in sorted(write.names & active)
        for site in points.hit(replace(write, names=frozenset({name})))
        if (owner := outer_id(site)) is not None
    ]


def called_puts(facts: Inferred, active: Active) -> Iterator[Put]:
    """What the functions that it calls put there."""
    for found in list(facts.operations.values()):
        operation = invoked(found)
        if operation is not None:
            given = tuple(not active.isdisjoint(ir.reads(a)) for a in operation.args)
            if any(given):
                yield from _within(facts.session.infer(operation.unit, operation.params), given)


def _within(callee: Inferred, given: Given) -> list[Put]:
    """The same of one function, for each of its arguments whether it is active."""
    key = "puts", given
    if key not in callee.memory:
        callee.memory[key] = []  # while it is found out, in a recursive call
        names = (p.name for p in callee.unit.code.params)
        active = frozenset(n for n, a in zip(names, given, strict=True) if a)
        active = activity(callee, callee.body, active)
        found = puts_of(callee, callee.body, active)
        callee.memory[key] = [*found, *called_puts(callee, active)]
    known: list[Put] = callee.memory[key]
    return known


@dataclass
class Puts:
    """All that plain calls of one program put there.

    unknown: something is called that is known only when it runs, and may read anything.
    """

    found: list[Put] = field(default_factory=list)
    unknown: bool = False

    def notice(self, facts: Inferred, active: Active) -> None:
        """What the functions called by this one put there."""
        self.found += called_puts(facts, active)
        self.unknown = self.unknown or any(map(_out_of_sight, facts.operations.values()))

    def refuse(self, program: Program) -> None:
        """Refuse what the program may read again: its derivative would be zero there."""
        for put in self.found:
            if self.unknown or _read_again(program, put):
                raise put.refusal()


def _out_of_sight(operation: Operation) -> bool:
    """Whether what is called may read anything: it is not known, or a gate that is not read."""
    if isinstance(operation, Apply):
        return isinstance(operation.function, Gate) and operation.within is None
    return isinstance(operation, Dynamic)


def _read_again(program: Program, put: Put) -> bool:
    """Whether the object may be read, by a name or in a way that is not seen."""
    met = False
    for unit in program.units.values():
        for name in unit.code.free - unit.code.locals:
            value = program.lookup(unit, name)
            if value is not MISSING and id(value) == put.owner:
                met = True
                if _reads(unit, name):
                    return True
    return not met


def _reads(unit: Unit, name: str) -> bool:
    """Whether a function does anything with what a name stands for but write into it."""
    return any(
        name in ir.statement_reads(stmt) and not _only_writes(stmt, name)
        for stmt in ir.walk(unit.code.body)
    )


def _only_writes(stmt: ir.Stmt, name: str) -> bool:
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), method), args, options)):
            values = (*args, *(v for _, v in options))
            return owner == name and method in PUTS and not _mentions(values, name)
        case ir.Store(ir.Item(ir.Name(owner), index), value):
            return owner == name and not _mentions((index, value), name)
        case ir.Store(ir.Attr(ir.Name(owner)), value):
            return owner == name and not _mentions((value,), name)
        case _:
            return False


def _mentions(values: tuple[ir.Expr, ...], name: str) -> bool:
    return any(name in ir.reads(v) for v in values)
