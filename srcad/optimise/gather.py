"""Add up in one statement what is added into one cotangent.

    w_bar = 2 * reg * w               (gone)
    h_bar = s_bar @ v.T               h_bar = s_bar @ v.T
    w_bar += x.T @ h_bar       →      w_bar = 2 * reg * w + x.T @ h_bar

    u_bar[1:] += a                    (gone)
    u_bar[:-1] -= b                   u_bar[:-1] -= b
    u_bar[1:] += c             →      u_bar[1:] += a + c

The earlier summand moves down to the later one, past statements that neither mention the
cotangent nor write what the summand reads.  Sums are reordered, so gradients may change by
rounding; dtype and shape stay, which is why the kinds of the summands must be known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Number, Scalar, Type, dims_of, is_scalar
from srcad.analysis.shapes import broadcast
from srcad.optimise.nest import WIDTH, Pure, signed, width
from srcad.optimise.writes import written

Tidy = Callable[[ir.Expr], ir.Expr]
TypeOf = Callable[[ir.Expr], Type]


@dataclass(frozen=True)
class Gatherer:
    """The pass over one body."""

    pure: Pure
    tidy: Tidy
    type_of: TypeOf

    def backward(self, body: ir.Block) -> ir.Block:
        """The body with the sums of its backward part gathered."""
        start = next((k for k, s in enumerate(body) if s == ir.Note("backward")), None)
        if start is None:
            return body
        return (*body[:start], *self.block(body[start:]))

    def block(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt | None] = []
        waiting: dict[Hashable, int] = {}
        for stmt in block:
            inner = ir.blocks(stmt)
            if inner and not isinstance(stmt, ir.Try):
                stmt = ir.with_blocks(stmt, tuple(self.block(b) for b in inner))
            key = place_of(stmt)
            earlier = waiting.get(key) if key is not None else None
            if earlier is not None:
                first = out[earlier]
                assert first is not None
                both = self.merged(first, stmt)
                if both is not None:
                    out[earlier], stmt = None, both
                    del waiting[key]
            self.forget(stmt, out, waiting)
            out.append(stmt)
            key = place_of(stmt)
            if key is not None and self.pure(stmt.value):  # type: ignore[union-attr]
                waiting[key] = len(out) - 1
        return tuple(s for s in out if s is not None)

    def forget(
        self, stmt: ir.Stmt, out: list[ir.Stmt | None], waiting: dict[Hashable, int]
    ) -> None:
        """Summands that cannot move past the statement."""
        changed = written((stmt,))
        mentioned = changed | {n for s in ir.walk((stmt,)) for n in ir.statement_reads(s)}
        adds = isinstance(stmt, ir.AddTo | ir.AddAt)
        for key in list(waiting):
            held = out[waiting[key]]
            assert isinstance(held, ir.Assign | ir.AddTo | ir.AddAt)
            same = held.target in mentioned
            if adds and stmt.target == held.target and not isinstance(held, ir.Assign):
                same = held.target in ir.reads(stmt.value)  # sums commute
            needs = {n for e in ir.expressions(held) for n in ir.reads(e)}
            if same or needs & changed or isinstance(stmt, ir.Note):
                del waiting[key]

    def merged(self, first: ir.Stmt, second: ir.Stmt) -> ir.Stmt | None:
        """Both statements as one, where that keeps dtype and shape."""
        assert isinstance(first, ir.Assign | ir.AddTo | ir.AddAt)
        if isinstance(second, ir.Assign):
            return self.rebound(first, second)
        assert isinstance(second, ir.AddTo | ir.AddAt)
        a, b = self.type_of(first.value), self.type_of(second.value)
        if not _adds(a) or not _adds(b) or first.target in ir.reads(second.value):
            return None
        if isinstance(first, ir.Assign):
            if not _keeps(a, b) or _zeros(first.value):
                return None
            value = self.tidy(self.sum("+", first.value, second.op, second.value))
            new: ir.Stmt = ir.Assign(first.target, value, second.at)
        else:
            if first.op == second.op:
                op, value = first.op, self.sum("+", first.value, "+", second.value)
            else:
                op = "+"
                value = self.sum(first.op, first.value, second.op, second.value)
            value = self.tidy(value)
            new = signed(replace(second, op=op, value=value))
        return None if width(value) > WIDTH else new

    def rebound(self, first: ir.Stmt, second: ir.Assign) -> ir.Stmt | None:
        """`x = a` and `x = x + b`: the same sum, whatever the kinds."""
        match first, second.value:
            case ir.Assign(target, a), ir.Binary("+" | "-" as op, ir.Name(same), b):
                if same != target or target in ir.reads(b) or _zeros(a):
                    return None
                value = self.tidy(ir.Binary(op, a, b))
                return None if width(value) > WIDTH else replace(second, value=value)
        return None

    def sum(self, op_a: str, a: ir.Expr, op_b: str, b: ir.Expr) -> ir.Expr:
        """±a ± b; equal terms as a multiple."""
        if op_a == op_b and a == b:
            return self.tidy(algebra.mul(ir.Const(2 if op_a == "+" else -2), a))
        if op_a == "-":
            return algebra.add(b, algebra.neg(a))
        return algebra.add(a, b if op_b == "+" else algebra.neg(b))


def place_of(stmt: ir.Stmt) -> Hashable | None:
    """What a statement adds into or sets up."""
    match stmt:
        case ir.Assign(target) | ir.AddTo(target):
            return target
        case ir.AddAt(target, index) if _plain(index):
            return target, index
    return None


def _plain(index: ir.Expr) -> bool:
    """An index that reads the same later, and can be compared."""
    return not isinstance(index, ir.Raw | ir.Closure) and all(map(_plain, ir.children(index)))


def _adds(kind: Type) -> bool:
    """Numbers for which + is addition: of two bools it is `or`."""
    if isinstance(kind, Scalar):
        return kind.kind in (float, int, complex)
    return isinstance(kind, Array | Number) and kind.dtype.startswith(("float", "complex"))


def _keeps(a: Type, b: Type) -> bool:
    """Whether a + b is what `x = a; x += b` leaves in x."""
    if is_scalar(a):
        return is_scalar(b)
    da, db = dims_of(a), dims_of(b)
    if da is None or db is None or None in da or broadcast([da, db]) != da:
        return False
    assert isinstance(a, Array)
    return isinstance(b, Scalar) and b.kind is not complex or getattr(b, "dtype", "") == a.dtype


def _zeros(value: ir.Expr) -> bool:
    """A buffer made to be added into."""
    return isinstance(value, ir.Call) and isinstance(value.func, ir.Ref) and (
        value.func.text in ("np.zeros_like", "np.zeros", "shadow")
    )
