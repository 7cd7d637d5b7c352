"""Put an operation that is read once where it is read.

    prod = 2 * x
    t = np.sin(prod)         →      y = np.sin(2 * x) + 1
    y = t + 1

Only generated names go; the user's names stay.  A definition moves only past statements that
neither write what it reads nor care when it runs, and lines stay short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad.adjoint import algebra
from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings, mentions, readings
from srcad.optimise.halves import begins_backward
from srcad.optimise.rewrite import same
from srcad.optimise.simplify import simplify
from srcad.optimise.writes import written_by

WIDTH, SHORT = 76, 72
Pure = Callable[[ir.Expr], bool]
Written = list[ir.Stmt | None]  # the statements of the block so far; None where one moved on


def nest(
    block: ir.Block,
    generated: frozenset[str],
    pure: Pure,
    tidy: Callable[[ir.Expr], ir.Expr] = simplify,
    total: Pure = lambda expr: False,
    short: frozenset[str] = frozenset(),
) -> ir.Block:
    """The block with single-use generated names inlined.

    `total` expressions, which cannot raise, also move from the forward to the backward part;
    names of `short` go only where the line stays short.
    """
    reads, writes = readings(block), bindings(block)
    once = {n for n in generated | short if reads[n] == 1 and writes[n] == 1}
    return _Nester(once, pure, tidy, total, short).block(block)


_SUMS = frozenset((ir.AddTo, ir.AddAt))
_TIDIED = _SUMS | {ir.Assign, ir.Effect}


class _Waiting:
    """Definitions on their way down: where they stand in the block, and what came after them."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.written: dict[str, int] = {}  # where a name was written last
        self.acted = -1  # the last statement that an error must come before
        self.passed: list[tuple[int, ir.Stmt]] = []  # not asked yet whether they are quiet
        self.loud = -1  # the last statement that is not, of those that were asked


class _Nester:
    def __init__(
        self,
        once: set[str],
        pure: Pure,
        tidy: Callable[[ir.Expr], ir.Expr],
        total: Pure,
        short: frozenset[str],
    ) -> None:
        self.once, self.pure, self.tidy, self.total = once, pure, tidy, total
        self.short = short
        self.backward = False  # the forward part computes exactly what the user wrote

    def block(self, block: ir.Block) -> ir.Block:
        out: Written = []
        waiting = _Waiting()
        for stmt in block:
            kind = type(stmt)
            if kind is ir.Note:
                self.backward = self.backward or begins_backward(stmt)
            if waiting.places:
                stmt = self.take_in(stmt, out, waiting)
            if kind in ir.COMPOUND and kind is not ir.Try:  # there, the order of what raises counts
                stmt = ir.with_blocks(stmt, tuple(self.block(b) for b in ir.blocks(stmt)))
            if waiting.places:
                self.pass_by(stmt, waiting, len(out))
            out.append(stmt)
            if isinstance(stmt, ir.Assign):
                if stmt.target in self.once:
                    waiting.places[stmt.target] = len(out) - 1
            elif isinstance(stmt, ir.If) and self.backward:
                self.choice(stmt, out)  # in the forward part it stays as the user wrote it
        return same(block, [s for s in out if s is not None])

    def choice(self, stmt: ir.If, out: Written) -> None:
        """`if c: t = a  else: t = b`  is  `t = a if c else b`."""
        match stmt:
            case ir.If(test, (ir.Assign(a, x),), (ir.Assign(b, y),)) if (
                a == b and width(x) + width(y) + width(test) < WIDTH - 12
            ):
                out[-1] = ir.Assign(a, ir.Choice(test, x, y), stmt.at)

    def take_in(self, stmt: ir.Stmt, out: Written, waiting: _Waiting) -> ir.Stmt:
        """Inline what this statement reads, the latest definition first."""
        if isinstance(stmt, (ir.While, ir.Try)):
            return stmt  # its expressions run more than once, or not at all
        places = waiting.places
        while True:
            names = [n for n in self.mentioned(stmt) if n in places and self.moves(n, out, waiting)]
            if len(names) > 1:
                names.sort(key=lambda n: -places[n])
            for name in names:
                new = self.inlined(stmt, name, out, waiting)
                if new is not None:
                    stmt = new
                    break
            else:
                return stmt

    def mentioned(self, stmt: ir.Stmt) -> frozenset[str]:
        if type(stmt) in _SUMS:
            return frozenset().union(*map(ir.reads, ir.expressions(stmt)))
        return ir.statement_reads(stmt)

    def inlined(self, stmt: ir.Stmt, name: str, out: Written, waiting: _Waiting) -> ir.Stmt | None:
        position = waiting.places[name]
        definition = out[position]
        assert isinstance(definition, ir.Assign)
        value = definition.value
        if isinstance(value, (ir.Closure, ir.Raw)) or mentions(stmt, name) != 1:
            return None
        if not self.pure(value) and (
            any(s is not None for s in out[position + 1 :])
            or not self.first(stmt, name)
            or _reads_early(stmt, value)
        ):
            return None
        # tests must decide as in the forward part, and a value stays the user's to the bit
        tidied = self.backward and type(stmt) in _TIDIED
        there = {name: value}

        def put_in(expr: ir.Expr) -> ir.Expr:
            if name not in ir.reads(expr):
                return expr
            new = ir.substitute(expr, there)
            return self.tidy(new) if tidied else new

        new = ir.map_expressions(stmt, put_in)
        if isinstance(new, (ir.AddTo, ir.AddAt)):
            new = signed(new)
        most = SHORT if name in self.short else WIDTH
        if max(map(width, ir.expressions(new)), default=0) > most:
            return None
        out[position] = None
        del waiting.places[name]
        return new

    def first(self, stmt: ir.Stmt, name: str) -> bool:
        """Whether nothing with an effect is evaluated before the name is read."""
        for expr in ir.expressions(stmt):
            if not self.pure(expr):
                return _leading(expr, name)
            if name in ir.reads(expr):
                return True
        return True

    def pass_by(self, stmt: ir.Stmt, waiting: _Waiting, place: int) -> None:
        """Note what the statement at that place does."""
        waiting.passed.append((place, stmt))
        for name in written_by(stmt):
            waiting.written[name] = place
        loud = not self.backward and not self.quiet(stmt)
        if type(stmt) is ir.Note or (loud and self.acts(stmt)):
            waiting.acted = place  # an error comes before what is done later

    def moves(self, name: str, out: Written, waiting: _Waiting) -> bool:
        """Whether a definition can move past all that came after it."""
        place = waiting.places[name]
        definition = out[place]
        assert isinstance(definition, ir.Assign)
        value, written = definition.value, waiting.written
        if (
            any(written.get(n, -1) > place for n in ir.reads(value))
            or (not self.pure(value) and self.last_loud(waiting) > place)
            or (waiting.acted > place and not self.total(value))
        ):
            del waiting.places[name]
            return False
        return True

    def last_loud(self, waiting: _Waiting) -> int:
        """Where the last statement stands that has an effect."""
        for place, stmt in waiting.passed:
            if type(stmt) is not ir.Note and not self.quiet(stmt):
                waiting.loud = place
        waiting.passed.clear()
        return waiting.loud

    def acts(self, stmt: ir.Stmt) -> bool:
        """Whether the statement does what can be seen, besides adding to a list."""
        for inner in ir.walk((stmt,)):
            if all(map(self.pure, ir.expressions(inner))):
                continue
            match inner:
                case ir.Effect(ir.Call(ir.Attr(ir.Name(), "append"), (item,))):
                    if not self.pure(item):
                        return True
                case _:
                    return True
        return False

    def quiet(self, stmt: ir.Stmt) -> bool:
        if type(stmt) in ir.COMPOUND:
            return False
        return all(map(self.pure, ir.expressions(stmt)))


def _reads_early(stmt: ir.Stmt, value: ir.Expr) -> bool:
    """Whether `a[-1] += …` reads what the value changes: it reads the old item first.

    part = a.pop()
    a[-1] += part            not the same as   a[-1] += a.pop()
    """
    match stmt:
        case ir.AddTo(target) | ir.AddAt(target):
            return target in ir.reads(value)
        case ir.Augment(target):
            return not ir.reads(target).isdisjoint(ir.reads(value))
        case _:
            return False


def _leading(expr: ir.Expr, name: str) -> bool:
    """Whether `name` is the first thing evaluated in the expression."""
    while True:
        if expr == ir.Name(name):
            return True
        for child in ir.children(expr):
            if isinstance(child, ir.Const | ir.Ref) or (
                isinstance(child, ir.Name | ir.Attr) and name not in ir.reads(child)
            ):
                continue
            expr = child
            break
        else:
            return False


def signed(stmt: ir.AddTo | ir.AddAt) -> ir.AddTo | ir.AddAt:
    """`x_bar += -e` reads `x_bar -= e`."""
    value = algebra.without_minus(stmt.value)
    if value is None or stmt.op not in "+-":
        return stmt
    op = "-" if stmt.op == "+" else "+"
    if type(stmt) is ir.AddTo:
        return ir.AddTo(stmt.target, value, stmt.at, op)
    return replace(stmt, value=value, op=op)


def width(expr: ir.Expr) -> int:
    """About how many characters the expression takes."""
    if isinstance(expr, ir.Name):
        return len(expr.id) + 1
    known = expr._width
    if known is not None:
        return known
    if isinstance(expr, ir.Binary):
        total = 3 + width(expr.left) + width(expr.right)
    else:
        total = _own_width(expr) + sum(map(width, ir.children(expr)))
    expr._width = total  # type: ignore[misc]
    return total


def _own_width(expr: ir.Expr) -> int:
    match expr:
        case ir.Const(value):
            return len(repr(value)) + 1
        case ir.Ref(_, text):
            return len(text)
        case ir.Attr(_, name):
            return len(name) + 1
        case ir.Raw():
            return 30
        case ir.Closure():
            return 60
        case _:
            return 3
