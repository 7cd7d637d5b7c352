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
Reads = Callable[[ir.Stmt], frozenset[str] | set[str]]


def value_reads(stmt: ir.Stmt) -> frozenset[str]:
    """The variables whose values a statement may need; a function made here reads its own later."""
    try:
        return stmt._values  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    found = frozenset().union(*map(_value_reads, ir.expressions(stmt)))
    if isinstance(stmt, ir.AddTo | ir.AddAt):
        found |= {stmt.target}
    object.__setattr__(stmt, "_values", found)
    return found


def _value_reads(expr: ir.Expr) -> frozenset[str]:
    if isinstance(expr, ir.Closure):
        return frozenset().union(*(_value_reads(v) for _, v in expr.defaults))
    if not _makes_functions(expr):
        return ir.reads(expr)
    return frozenset().union(*map(_value_reads, ir.children(expr)))


def _makes_functions(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Closure) or any(map(_makes_functions, ir.children(expr)))


def _proofs(stmt: ir.Stmt) -> frozenset[str]:
    """The variables that have a value when the program goes on after the statement's head."""
    try:
        return stmt._proofs  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    heads = (stmt.test,) if isinstance(stmt, ir.Assert) else ir.expressions(stmt)
    found = frozenset(n for e in heads for n in _evaluated(e))
    object.__setattr__(stmt, "_proofs", found)
    return found


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
    if not wanted:
        return set(), start
    finder = _Finder(wanted, reads)
    end = finder.block(block, set(start))
    return {n for names in finder.found.values() for n in names}, frozenset(end)


def unsure_reads(block: ir.Block, start: Names, wanted: Names) -> dict[int, Names]:
    """By id of a statement: those of `wanted` that it reads and that may have no value yet."""
    finder = _Finder(wanted, value_reads)
    if wanted:
        finder.block(block, set(start))
    return finder.found


@dataclass
class _Finder:
    """Walks the program; the set of names that have a value grows as it goes."""

    wanted: Names
    reads: Reads
    found: dict[int, Names] = field(default_factory=dict)
    leaving: list[list[set[str]]] = field(default_factory=list)  # at the breaks of the loops around

    def block(self, block: ir.Block, have: set[str]) -> set[str]:
        """What has a value behind the block; `have` is used up."""
        for stmt in block:
            have = self.statement(stmt, have)
        return have

    def statement(self, stmt: ir.Stmt, have: set[str]) -> set[str]:
        missing = (self.reads(stmt) & self.wanted) - have
        if missing:
            self.found[id(stmt)] = self.found.get(id(stmt), frozenset()) | missing
        have |= _proofs(stmt) & self.wanted
        if not ir.blocks(stmt):
            return self.simple(stmt, have)
        match stmt:
            case ir.If(_, then, orelse):
                return self.block(then, set(have)) & self.block(orelse, have)
            case ir.For() | ir.While():
                return self.loop(stmt, have)
            case ir.Try(body, handlers, orelse, final):
                done = self.block(orelse, self.block(body, set(have)))
                for h in handlers:
                    named = {h.name} if h.name else set()
                    done &= self.block(h.body, have | named)
                return done | self.block(final, have)
            case _:
                have.update(ir.targets(stmt))
                for inner in ir.blocks(stmt):
                    have = self.block(inner, have)
                return have

    def simple(self, stmt: ir.Stmt, have: set[str]) -> set[str]:
        if isinstance(stmt, ir.Break | ir.Raise):
            if self.leaving and isinstance(stmt, ir.Break):
                self.leaving[-1].append(set(have))
            have |= self.wanted  # nothing follows
        else:
            have.update(ir.targets(stmt))
        return have

    def loop(self, stmt: ir.For | ir.While, have: set[str]) -> set[str]:
        self.leaving.append([])
        self.block(stmt.body, have.union(ir.targets(stmt)))
        breaks = self.leaving.pop()
        if isinstance(stmt, ir.While) and stmt.test == ir.Const(True):
            return have.union(self.wanted).intersection(*breaks)
        return have
