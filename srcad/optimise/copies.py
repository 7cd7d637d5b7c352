"""Use the original where a name is only another name for it.

    x_bar = q_bar            (gone)
    return x_bar, z_bar  →   return q_bar, z_bar

and put constants and sizes in place:

    n = x.shape[0]           (gone)
    for i in range(n):   →   for i in range(x.shape[0]):

Only generated names are replaced, and only where neither name is written again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Type
from srcad.optimise.truths import maybe_truth, nothing_known
from srcad.optimise.writes import count, written_by


def fold_copies(
    block: ir.Block,
    generated: frozenset[str],
    params: frozenset[str],
    size: Callable[[ir.Expr], bool] = lambda expr: False,
    type_of: Callable[[ir.Expr], Type] = nothing_known,
) -> ir.Block:
    """The block without copies of names and constants; `params` have a value from the start.

    `size` tells which expressions are as good as a name wherever they are read.
    """
    writes: Counter[str] = Counter(params)
    reads: Counter[str] = Counter()
    for stmt in ir.walk(block):
        count(writes, written_by(stmt) if not ir.blocks(stmt) else ir.targets(stmt))
        count(reads, ir.statement_reads(stmt))
    return _Folder(generated, writes, reads, size, type_of).block(block, top=True)


class _Folder:
    def __init__(
        self,
        generated: frozenset[str],
        writes: Counter[str],
        reads: Counter[str],
        size: Callable[[ir.Expr], bool],
        type_of: Callable[[ir.Expr], Type],
    ) -> None:
        self.generated, self.writes, self.reads, self.size = generated, writes, reads, size
        self.type_of = type_of
        self.replace: dict[str, ir.Expr] = {}
        self.backward = False  # the forward part computes exactly what the user wrote

    def put_in(self, expr: ir.Expr) -> ir.Expr:
        expr = ir.substitute(expr, self.replace)
        return simplify(expr, self.type_of) if self.backward else expr

    def plain(self, expr: ir.Expr) -> ir.Expr:
        """Tests decide as in the forward part, to the bit."""
        return ir.substitute(expr, self.replace)

    def block(self, block: ir.Block, top: bool) -> ir.Block:
        out: list[ir.Stmt] = []
        there = _Places(block)
        for k, stmt in enumerate(block):
            self.backward = self.backward or stmt == ir.Note("backward")
            if self.replace:
                sums = isinstance(stmt, ir.Assign | ir.AddTo | ir.AddAt | ir.Effect)
                stmt = ir.map_expressions(stmt, self.put_in if sums else self.plain)
            if isinstance(stmt, ir.Assign) and self.is_copy(stmt, k, there, top):
                self.replace[stmt.target] = stmt.value
                continue
            inner = ir.blocks(stmt)
            if inner:
                stmt = ir.with_blocks(stmt, tuple(self.block(b, False) for b in inner))
            out.append(stmt)
        return tuple(out)

    def is_copy(self, stmt: ir.Assign, k: int, there: _Places, top: bool) -> bool:
        target = stmt.target
        if target not in self.generated or self.writes[target] != 1:
            return False
        if not isinstance(stmt.value, ir.Name | ir.Const) and not self.size(stmt.value):
            return False
        if _stable(stmt.value, self.writes) and (top or isinstance(stmt.value, ir.Const)):
            return True
        # every read must come after, in the same iteration, before the original is written
        read = there.reads.get(target, [])
        if len(read) != self.reads[target] or (read and read[0] <= k):
            return False
        last = read[-1] if read else k
        return not any(there.writes_between(n, k, last) for n in ir.reads(stmt.value))


class _Places:
    """Where the statements of one block, nested ones included, read and write each name."""

    def __init__(self, block: ir.Block) -> None:
        self.block = block

    @cached_property
    def reads(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for k, stmt in enumerate(self.block):
            for inner in ir.walk((stmt,)):
                for name in ir.statement_reads(inner):
                    found.setdefault(name, []).append(k)
        return found

    @cached_property
    def writes(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for k, stmt in enumerate(self.block):
            for name in written_by(stmt):
                found.setdefault(name, []).append(k)
        return found

    def writes_between(self, name: str, after: int, until: int) -> bool:
        """Whether a statement behind `after`, up to `until`, writes the name."""
        places = self.writes.get(name, [])
        found = bisect_right(places, after)
        return found < len(places) and places[found] <= until


def _stable(value: ir.Expr, writes: Counter[str]) -> bool:
    return all(writes[n] <= 1 for n in ir.reads(value))


def simplify(expr: ir.Expr, type_of: Callable[[ir.Expr], Type] = nothing_known) -> ir.Expr:
    """`1.0 * w` is w, unless w is a truth value; `2 * 1.0` is 2."""
    expr = ir.rebuild(expr, lambda e: simplify(e, type_of))
    match expr:
        case ir.Binary("*", a, b) if maybe_truth(a, type_of) or maybe_truth(b, type_of):
            return expr
        case ir.Binary("*", a, b) if algebra.is_number(a, 1) or algebra.is_number(b, 1):
            return algebra.mul(a, b)
        case ir.Binary("*", a, b) if algebra.is_number(a, -1) or algebra.is_number(b, -1):
            return algebra.mul(a, b)
        case ir.Binary("*", ir.Const(p), ir.Binary("*", ir.Const(q), _)) if type(p) in (
            int,
            float,
        ) and type(q) in (int, float):
            return algebra.mul(expr.left, expr.right)
        case ir.Unary("-", ir.Const(v)) if isinstance(v, int | float):
            return ir.Const(-v)
        case ir.Unary("-", ir.Unary("-", inner)):
            return inner
        case ir.Binary("+", a, ir.Unary("-", b)):
            return ir.Binary("-", a, b)
        case ir.Binary("-", a, ir.Unary("-", b)):
            return ir.Binary("+", a, b)
        case _:
            pass
    return expr
