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

from srcad.ir import nodes as ir
from srcad.optimise.counts import names_read, readings, writings
from srcad.optimise.halves import begins_backward
from srcad.optimise.rewrite import same
from srcad.optimise.signs import TEXT, all_signs
from srcad.optimise.simplify import simplify
from srcad.optimise.writes import written_by


def fold_copies(
    block: ir.Block,
    generated: frozenset[str],
    params: frozenset[str],
    size: Callable[[ir.Expr], bool] = lambda expr: False,
    simpler: Callable[[ir.Expr], ir.Expr] = simplify,
) -> ir.Block:
    """The block without copies of names and constants; `params` have a value from the start.

    `size` tells which expressions are as good as a name wherever they are read.
    """
    writes, reads = writings(block, params), readings(block)
    generated = generated - _read_as_written(block)
    return _Folder(generated, writes, reads, size, simpler).block(block, top=True)


def _read_as_written(block: ir.Block) -> set[str]:
    """What functions made inside, and code that is kept as it is, read by its name."""
    found: set[str] = set()
    for stmt in block:
        if TEXT in all_signs(stmt):
            for expr in (e for inner in ir.walk((stmt,)) for e in ir.computed(inner)):
                if isinstance(expr, ir.Closure | ir.Raw):
                    found |= ir.reads(expr)
    return found


_SUMS = frozenset((ir.Assign, ir.AddTo, ir.AddAt, ir.Effect))


class _Folder:
    def __init__(
        self,
        generated: frozenset[str],
        writes: Counter[str],
        reads: Counter[str],
        size: Callable[[ir.Expr], bool],
        simpler: Callable[[ir.Expr], ir.Expr],
    ) -> None:
        self.generated, self.writes, self.reads, self.size = generated, writes, reads, size
        self.simpler = simpler
        self.replace: dict[str, ir.Expr] = {}
        self.backward = False  # the forward part computes exactly what the user wrote

    def put_in(self, expr: ir.Expr) -> ir.Expr:
        expr = ir.substitute(expr, self.replace)
        return self.simpler(expr) if self.backward else expr

    def plain(self, expr: ir.Expr) -> ir.Expr:
        """Tests decide as in the forward part, to the bit."""
        return ir.substitute(expr, self.replace)

    def block(self, block: ir.Block, top: bool) -> ir.Block:
        out: list[ir.Stmt] = []
        there = _Places(block)
        for k, stmt in enumerate(block):
            kind = type(stmt)
            if kind is ir.Note:
                self.backward = self.backward or begins_backward(stmt)
            elif self.replace:
                stmt = ir.map_expressions(stmt, self.put_in if kind in _SUMS else self.plain)
            if isinstance(stmt, ir.Assign) and self.is_copy(stmt, k, there, top):
                self.replace[stmt.target] = stmt.value
                continue
            if kind in ir.COMPOUND:
                inner = tuple(self.block(b, False) for b in ir.blocks(stmt))
                stmt = ir.with_blocks(stmt, inner)
            out.append(stmt)
        return same(block, out)

    def is_copy(self, stmt: ir.Assign, k: int, there: _Places, top: bool) -> bool:
        target = stmt.target
        if target not in self.generated or self.writes[target] != 1:
            return False
        if not isinstance(stmt.value, (ir.Name, ir.Const)) and not self.size(stmt.value):
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
            for name in names_read(stmt):
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
