"""Find the variables that may have no value when they are read.

if c:                 y may be unassigned here
    y = f(x)      →   (it is, when c is false)
save(y)

A read is also a proof: where the program goes on after it, the variable has a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from srcad.ir import nodes as ir

Names = frozenset[str]


def value_reads(stmt: ir.Stmt) -> frozenset[str]:
    """The variables whose values a statement may need; a function made here reads its own later."""
    known = stmt._values
    if known is not None:
        return known
    found = ir.statement_reads(stmt)
    if any(type(expr) is ir.Closure for expr in ir.computed(stmt)):
        found = frozenset().union(*map(_value_reads, ir.expressions(stmt)))
    stmt._values = found  # type: ignore[misc]
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
    known = stmt._proofs
    if known is not None:
        return known
    if not isinstance(stmt, ir.Assert) and _UNSURE.isdisjoint(map(type, ir.computed(stmt))):
        found = ir.statement_reads(stmt)
    else:
        heads = (stmt.test,) if isinstance(stmt, ir.Assert) else ir.expressions(stmt)
        found = frozenset(n for e in heads for n in _evaluated(e))
    stmt._proofs = found  # type: ignore[misc]
    return found


_UNSURE = {ir.Logic, ir.Choice, ir.Compare, ir.Raw, ir.Closure}  # may read less than they name


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


def maybe_unassigned(block: ir.Block, start: Names, wanted: Names) -> tuple[set[str], Names]:
    """Those of `wanted` read before they surely have a value, and those with one at the end.

    Every read is a proof for what follows.
    """
    found, end = unsure_reads_and_end(block, start, wanted)
    return {n for names in found.values() for n in names}, end


def unsure_reads(block: ir.Block, start: Names, wanted: Names) -> dict[int, Names]:
    """By id of a statement: those of `wanted` that it reads and that may have no value yet."""
    return unsure_reads_and_end(block, start, wanted)[0]


def unsure_reads_and_end(
    block: ir.Block, start: Names, wanted: Names
) -> tuple[dict[int, Names], Names]:
    """The same, and those of `wanted` that have a value at the end."""
    finder = _Finder()
    lack = finder.block(block, set(wanted - start))
    return finder.found, wanted - lack


@dataclass
class _Finder:
    """Walks the program; the set of names that may lack a value shrinks as it goes."""

    found: dict[int, Names] = field(default_factory=dict)
    leaving: list[list[set[str]]] = field(default_factory=list)  # at the breaks of the loops around

    def block(self, block: ir.Block, lack: set[str]) -> set[str]:
        """What may lack a value behind the block; the set `lack` is used up."""
        for stmt in block:
            if not lack:
                break
            lack = self.statement(stmt, lack)
        return lack

    def statement(self, stmt: ir.Stmt, lack: set[str]) -> set[str]:
        if not lack.isdisjoint(ir.statement_reads(stmt)):
            missing = value_reads(stmt) & lack
            if missing:
                self.found[id(stmt)] = self.found.get(id(stmt), frozenset()) | missing
            lack -= _proofs(stmt)
        if type(stmt) is ir.Assign:
            lack.discard(stmt.target)
            return lack
        match stmt:
            case ir.If(_, then, orelse):
                return self.block(then, set(lack)) | self.block(orelse, lack)
            case ir.For() | ir.While():
                return self.loop(stmt, lack)
            case ir.Break() | ir.Raise():
                if self.leaving and isinstance(stmt, ir.Break):
                    self.leaving[-1].append(lack)
                return set()  # nothing follows
            case ir.Try(body, handlers, orelse, final):
                done = self.block(orelse, self.block(body, set(lack)))
                for h in handlers:
                    done |= self.block(h.body, lack - {h.name})
                return done & self.block(final, lack)
            case _:
                lack.difference_update(ir.targets(stmt))
                for inner in ir.blocks(stmt):
                    lack = self.block(inner, lack)
                return lack

    def loop(self, stmt: ir.For | ir.While, lack: set[str]) -> set[str]:
        self.leaving.append([])
        self.block(stmt.body, lack.difference(ir.targets(stmt)))
        breaks = self.leaving.pop()
        if isinstance(stmt, ir.While) and stmt.test == ir.Const(True):
            return set().union(*breaks)
        return lack
