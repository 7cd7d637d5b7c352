"""Use the original where a name is only another name for it.

    x_bar = q_bar            (gone)
    return x_bar, z_bar  →   return q_bar, z_bar

and put constants in place:  y_bar = 1.0; x_bar = y_bar * w   →   x_bar = w

Only generated names are replaced, and only where neither name is written again.
"""

from __future__ import annotations

from collections import Counter

from srcad.adjoint import algebra
from srcad.ir import nodes as ir


def fold_copies(block: ir.Block, generated: frozenset[str], params: frozenset[str]) -> ir.Block:
    """The block without copies of names and constants; `params` have a value from the start."""
    writes: Counter[str] = Counter(params)
    reads: Counter[str] = Counter()
    for stmt in ir.walk(block):
        writes.update(ir.targets(stmt))
        reads.update(_reads(stmt))
    return _Folder(generated, writes, reads).block(block, top=True)


class _Folder:
    def __init__(
        self, generated: frozenset[str], writes: Counter[str], reads: Counter[str]
    ) -> None:
        self.generated, self.writes, self.reads = generated, writes, reads
        self.replace: dict[str, ir.Expr] = {}
        self.backward = False  # the forward part computes exactly what the user wrote

    def put_in(self, expr: ir.Expr) -> ir.Expr:
        expr = ir.substitute(expr, self.replace)
        return simplify(expr) if self.backward else expr

    def block(self, block: ir.Block, top: bool) -> ir.Block:
        out: list[ir.Stmt] = []
        for k, stmt in enumerate(block):
            self.backward = self.backward or stmt == ir.Note("backward")
            if self.replace:
                stmt = ir.map_expressions(stmt, self.put_in)
            if isinstance(stmt, ir.Assign) and self.is_copy(stmt, block[k + 1 :], top):
                self.replace[stmt.target] = stmt.value
                continue
            inner = ir.blocks(stmt)
            if inner:
                stmt = ir.with_blocks(stmt, tuple(self.block(b, False) for b in inner))
            out.append(stmt)
        return tuple(out)

    def is_copy(self, stmt: ir.Assign, rest: ir.Block, top: bool) -> bool:
        target = stmt.target
        if target not in self.generated or self.writes[target] != 1:
            return False
        if not _stable(stmt.value, self.writes):
            return False
        if top or isinstance(stmt.value, ir.Const):
            return True
        # inside a loop: every read must come after, in the same iteration
        after: Counter[str] = Counter()
        for inner in ir.walk(rest):
            after.update(_reads(inner))
        return after[target] == self.reads[target]


def _reads(stmt: ir.Stmt) -> list[str]:
    """The names that a statement reads, once each."""
    return list(ir.statement_reads(stmt))


def _stable(value: ir.Expr, writes: Counter[str]) -> bool:
    if isinstance(value, ir.Const):
        return True
    return isinstance(value, ir.Name) and writes[value.id] <= 1


def simplify(expr: ir.Expr) -> ir.Expr:
    """`1.0 * w` is w; `2 * 1.0` is 2."""
    expr = ir.rebuild(expr, simplify)
    match expr:
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
