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

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from srcad.adjoint import algebra
from srcad.analysis.shapes import broadcast
from srcad.ir import nodes as ir
from srcad.ir.types import Array, Number, Scalar, Type, dims_of, is_scalar
from srcad.optimise.halves import backward_start
from srcad.optimise.nest import WIDTH, Pure, signed, width
from srcad.optimise.rewrite import same
from srcad.optimise.writes import written_by

Summand = ir.Assign | ir.AddTo | ir.AddAt
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
        start = backward_start(body)
        if start is None:
            return body
        return same(body, (*body[:start], *self.block(body[start:])))

    def block(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt | None] = []
        waiting = _Waiting()
        for stmt in block:
            kind = type(stmt)
            if kind in ir.COMPOUND and kind is not ir.Try:
                stmt = ir.with_blocks(stmt, tuple(self.block(b) for b in ir.blocks(stmt)))
            key = place_of(stmt)
            earlier = waiting.place(key, out) if key is not None else None
            if earlier is not None:
                first = out[earlier]
                assert first is not None
                both = self.merged(first, stmt)
                if both is not None:
                    out[earlier], stmt = None, both
                    del waiting.places[key]
            waiting.pass_by(stmt, len(out))
            if key and self.pure(stmt.value):  # type: ignore[union-attr]
                waiting.places[key] = len(out)
            out.append(stmt)
        return same(block, [s for s in out if s is not None])

    def merged(self, first: ir.Stmt, second: ir.Stmt) -> ir.Stmt | None:
        """Both statements as one, where that keeps dtype and shape."""
        assert isinstance(first, (ir.Assign, ir.AddTo, ir.AddAt))
        if isinstance(second, ir.Assign):
            return self.rebound(first, second)
        assert isinstance(second, (ir.AddTo, ir.AddAt))
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
            new = signed(_with_sum(second, op, value))
        return None if width(value) > WIDTH else new

    def rebound(self, first: ir.Stmt, second: ir.Assign) -> ir.Stmt | None:
        """`x = a` and `x = x + b`: the same sum, whatever the kinds."""
        match first, second.value:
            case ir.Assign(target, a), ir.Binary("+" | "-" as op, ir.Name(same), b):
                if same != target or target in ir.reads(b) or _zeros(a):
                    return None
                value = self.tidy(ir.Binary(op, a, b))
                return None if width(value) > WIDTH else replace(second, value=value)
            case _:
                pass
        return None

    def sum(self, op_a: str, a: ir.Expr, op_b: str, b: ir.Expr) -> ir.Expr:
        """±a ± b; equal terms as a multiple."""
        if op_a == op_b and a == b:
            return self.tidy(algebra.mul(ir.Const(2 if op_a == "+" else -2), a))
        if op_a == "-":
            return algebra.add(b, algebra.neg(a))
        return algebra.add(a, b if op_b == "+" else algebra.neg(b))


def _with_sum(stmt: ir.AddTo | ir.AddAt, op: str, value: ir.Expr) -> ir.AddTo | ir.AddAt:
    if type(stmt) is ir.AddTo:
        return ir.AddTo(stmt.target, value, stmt.at, op)
    return replace(stmt, op=op, value=value)


class _Waiting:
    """The summands that may still move down: where they stand, and what has happened since."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.written: dict[str, int] = {}  # where a name was written last
        self.mentioned: dict[str, int] = {}  # … mentioned
        self.read: dict[str, int] = {}  # … mentioned other than as what is added into

    def place(self, key: Hashable, out: Sequence[ir.Stmt | None]) -> int | None:
        """Where the summand stands, if it can move past all that came after it."""
        place = self.places.get(key)
        if place is None:
            return None
        held = out[place]
        assert isinstance(held, Summand)
        # sums into one cotangent may change places
        last = self.mentioned if isinstance(held, ir.Assign) else self.read
        written = self.written
        if last.get(held.target, -1) > place or any(
            written.get(n, -1) > place for n in _needs(held)
        ):
            del self.places[key]
            return None
        return place

    def pass_by(self, stmt: ir.Stmt, place: int) -> None:
        """Note what the statement at that place does."""
        changed = written_by(stmt)
        mentioned = changed | ir.all_reads(stmt)
        for name in changed:
            self.written[name] = place
        for name in mentioned:
            self.mentioned[name] = place
        if isinstance(stmt, (ir.AddTo, ir.AddAt)) and stmt.target not in _needs(stmt):
            mentioned -= {stmt.target}
        for name in mentioned:
            self.read[name] = place


def _needs(stmt: Summand) -> frozenset[str]:
    if type(stmt) is ir.AddAt:
        return ir.reads(stmt.index) | ir.reads(stmt.value)
    return ir.reads(stmt.value)


def place_of(stmt: ir.Stmt) -> Hashable | None:
    """What a statement adds into or sets up."""
    if type(stmt) is ir.Assign or type(stmt) is ir.AddTo:
        return stmt.target
    if type(stmt) is ir.AddAt and _plain(stmt.index):
        return stmt.target, stmt.index
    return None


def _plain(index: ir.Expr) -> bool:
    """An index that reads the same later, and can be compared."""
    return not isinstance(index, (ir.Raw, ir.Closure)) and all(map(_plain, ir.children(index)))


def _adds(kind: Type) -> bool:
    """Numbers for which + is addition: of two bools it is `or`."""
    if isinstance(kind, Scalar):
        return kind.kind in (float, int, complex)
    return isinstance(kind, (Array, Number)) and kind.dtype.startswith(("float", "complex"))


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
    return (
        isinstance(value, ir.Call)
        and isinstance(value.func, ir.Ref)
        and (value.func.text in ("np.zeros_like", "np.zeros", "shadow"))
    )
