"""Find the variables that may have no value when they are read.

if c:                 y may be unassigned here
    y = f(x)      →   (it is, when c is false)
save(y)

A read is also a proof: where the program goes on after it, the variable has a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from srcad.ir import nodes as ir

Names = frozenset[str]
Reads = Callable[[ir.Stmt], set[str]]


def value_reads(stmt: ir.Stmt) -> set[str]:
    """The variables whose values a statement may need; a function made here reads its own later."""
    found = {n for e in ir.expressions(stmt) for n in _value_reads(e)}
    return found | ({stmt.target} if isinstance(stmt, ir.AddTo | ir.AddAt) else set())


def _value_reads(expr: ir.Expr) -> frozenset[str]:
    if isinstance(expr, ir.Name | ir.Raw):
        return ir.reads(expr)
    return frozenset(n for child in ir.children(expr) for n in _value_reads(child))


def _proofs(stmt: ir.Stmt) -> set[str]:
    """The variables that have a value when the program goes on after the statement's head."""
    if isinstance(stmt, ir.Assert):
        return _evaluated(stmt.test)
    return {n for e in ir.expressions(stmt) for n in _evaluated(e)}


def _evaluated(expr: ir.Expr) -> set[str]:
    """The variables that the expression surely reads: not those behind `and`, `or` and `if`."""
    match expr:
        case ir.Name(name):
            return {name}
        case ir.Logic(_, (first, *_)) | ir.Choice(first):
            return _evaluated(first)
        case ir.Compare(left, _, (right, *_)):
            return _evaluated(left) | _evaluated(right)
        case _:
            return {n for child in ir.children(expr) for n in _evaluated(child)}


def maybe_unassigned(
    block: ir.Block, start: Names, wanted: Names, reads: Reads = value_reads
) -> tuple[set[str], Names]:
    """Those of `wanted` read before they surely have a value, and what has one at the end.

    `reads` gives the reads of a statement that count; every read is a proof for what follows.
    """
    finder = _Finder(wanted, reads)
    end = finder.block(block, start)
    return {n for names in finder.found.values() for n in names}, end


def unsure_reads(block: ir.Block, start: Names, wanted: Names) -> dict[int, Names]:
    """By id of a statement: those of `wanted` that it reads and that may have no value yet."""
    finder = _Finder(wanted, value_reads)
    finder.block(block, start)
    return finder.found


@dataclass
class _Finder:
    wanted: Names
    reads: Reads
    found: dict[int, Names] = field(default_factory=dict)
    leaving: list[list[Names]] = field(default_factory=list)  # at the breaks of the loops around

    def block(self, block: ir.Block, have: Names) -> Names:
        for stmt in block:
            have = self.statement(stmt, have)
        return have

    def statement(self, stmt: ir.Stmt, have: Names) -> Names:
        missing = (self.reads(stmt) & self.wanted) - have
        if missing:
            self.found[id(stmt)] = self.found.get(id(stmt), frozenset()) | missing
        have |= _proofs(stmt) & self.wanted
        own = frozenset(ir.targets(stmt))
        match stmt:
            case ir.If(_, then, orelse):
                return self.block(then, have) & self.block(orelse, have)
            case ir.For() | ir.While():
                return self.loop(stmt, have, own)
            case ir.With(_, body):
                return self.block(body, have | own)
            case ir.Try(body, handlers, orelse, final):
                done = self.block(orelse, self.block(body, have))
                for h in handlers:
                    named = frozenset({h.name} if h.name else ())
                    done = done & self.block(h.body, have | named)
                return done | self.block(final, have)
            case ir.Break():
                if self.leaving:
                    self.leaving[-1].append(have)
                return have | self.wanted  # nothing follows
            case ir.Raise():
                return have | self.wanted
            case _:
                return have | own

    def loop(self, stmt: ir.For | ir.While, have: Names, own: Names) -> Names:
        self.leaving.append([])
        self.block(stmt.body, have | own)
        breaks = self.leaving.pop()
        if isinstance(stmt, ir.While) and stmt.test == ir.Const(True):
            return frozenset.intersection(have | self.wanted, *breaks)
        return have
