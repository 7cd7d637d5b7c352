"""Tell whether two indices of one array can name a common element.

u[i] and u[i + 1]                        never in one iteration
a[k + 1:, k] and a[k + 1:, k + 1:]       never: they have no column in common
h[t] and h[t + 1] of a later iteration   never: the loop counts upwards

An index is a span for each axis, from a bound up to another; a bound is a variable and a number
that is added to it.  What cannot be told is the whole axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from srcad.analysis.elements import index_parts
from srcad.ir import nodes as ir

Bound = tuple[str, int]  # "" where there is no variable
Span = tuple[Bound, Bound | None]  # None: up to the end
Moves = Mapping[str, int]  # by variable: the same in both (0), greater in the second (1), less (-1)
START: Bound = ("", 0)
ALL: Span = (START, None)
IsInt = Callable[[ir.Expr], bool]


@dataclass(frozen=True)
class Counters:
    """What is known of loop variables: bounds that are never above them, or never below.

    steps: 1 where a loop counts upwards, -1 where downwards.
    """

    floors: dict[str, Bound] = field(default_factory=dict)
    ceilings: dict[str, Bound] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def loop(self, stmt: ir.For | ir.While) -> Counters:
        """The same, inside of a loop."""
        inside = ir.assigned(stmt.body) | set(ir.targets(stmt))
        floors = {v: b for v, b in self.floors.items() if not {v, b[0]} & inside}
        ceilings = {v: b for v, b in self.ceilings.items() if not {v, b[0]} & inside}
        steps = {v: s for v, s in self.steps.items() if v not in inside}
        found = _range(stmt.iterable) if isinstance(stmt, ir.For) else None
        if isinstance(stmt, ir.For) and found and isinstance(stmt.target, str):
            name, (low, high, step) = stmt.target, found
            if name not in ir.assigned(stmt.body):
                steps[name] = step
                if low is not None and low[0] not in inside:
                    floors[name] = low
                if high is not None and high[0] not in inside:
                    ceilings[name] = high
        return Counters(floors, ceilings, steps)

    def least(self, bound: Bound) -> int | None:
        """A number that is not above the bound."""
        name, more = bound
        for _ in range(9):
            if not name:
                return more
            if name not in self.floors:
                return None
            name, more = self.floors[name][0], self.floors[name][1] + more
        return None

    # -- spans -------------------------------------------------------------------------

    def spans(self, index: ir.Expr, is_int: IsInt) -> tuple[Span, ...]:
        """What the index takes of each axis, as far as it can be told."""
        found: list[Span] = []
        for part in index_parts(index):
            if isinstance(part, ir.Slice):
                found.append(self.slice(part))
            elif is_int(part):
                found.append(self.single(part))
            else:
                break  # an array of truth values takes several axes, `...` any number
        return tuple(found)

    def single(self, part: ir.Expr) -> Span:
        bound = affine(part)
        if bound is None or not self.counted(bound):
            return ALL
        return bound, (bound[0], bound[1] + 1)

    def slice(self, part: ir.Slice) -> Span:
        if part.step is not None and not _positive(part.step):
            return ALL
        low = START if part.lower is None else affine(part.lower)
        high = None if part.upper is None else affine(part.upper)
        if low is None or not self.counted(low):
            low = START
        if high is not None and not self.counted(high):
            high = None
        return low, high

    def counted(self, bound: Bound) -> bool:
        """Whether it counts from the start: below zero it would from the end."""
        least = self.least(bound)
        return least is not None and least >= 0

    # -- comparing ---------------------------------------------------------------------

    def apart(
        self, first: tuple[Span, ...], second: tuple[Span, ...], moves: Moves, other: Counters
    ) -> bool:
        """Whether no element is in both; `other`: what is known where the second stands.

        moves: how the variables at the second place compare with those at the first; of those
        that it does not have nothing is known.
        """
        back = {v: -s for v, s in moves.items()}
        for (low_a, high_a), (low_b, high_b) in zip(first, second, strict=False):
            if high_a is not None and _below(high_a, self, low_b, other, moves):
                return True
            if high_b is not None and _below(high_b, other, low_a, self, back):
                return True
        return False


def _below(p: Bound, here: Counters, q: Bound, there: Counters, moves: Moves) -> bool:
    """Whether p is never above q, which is that of another moment."""
    for high in _ways(p, here.ceilings):
        for low in _ways(q, there.floors):
            (v, c), (w, d) = high, low
            if not v and not w and c <= d:
                return True
            if v and v == w and v in moves and moves[v] >= 0 and c <= d + moves[v]:
                return True
    return False


def _ways(bound: Bound, known: dict[str, Bound]) -> list[Bound]:
    """The bound, and those that are known of its variable."""
    found = [bound]
    while bound[0] in known and len(found) < 9:
        name, more = known[bound[0]]
        bound = name, bound[1] + more
        found.append(bound)
    return found


def affine(expr: ir.Expr) -> Bound | None:
    """`i + 2` as ("i", 2)."""
    match expr:
        case ir.Const(int() as value) if not isinstance(value, bool):
            return "", value
        case ir.Name(name):
            return name, 0
        case ir.Unary("-", ir.Const(int() as value)):
            return "", -value
        case ir.Binary("+" | "-" as op, left, right):
            a, b = affine(left), affine(right)
            if a is None or b is None or (b[0] and (op == "-" or a[0])):
                return None
            return a[0] or b[0], a[1] + (b[1] if op == "+" else -b[1])
        case _:
            return None


def _positive(step: ir.Expr) -> bool:
    return isinstance(step, ir.Const) and type(step.value) is int and step.value > 0


def _range(counted: ir.Expr) -> tuple[Bound | None, Bound | None, int] | None:
    """What `range(…)` or `reversed(range(…))` counts: the least, the greatest, and which way."""
    match counted:
        case ir.Call(func, (inner,), ()) if named(func, "reversed"):
            found = _range(inner)
            return None if found is None else (found[0], found[1], -found[2])
        case ir.Call(func, args, ()) if named(func, "range"):
            return _bounds(args)
        case _:
            return None


def _bounds(args: tuple[ir.Expr, ...]) -> tuple[Bound | None, Bound | None, int] | None:
    step = args[2] if len(args) == 3 else ir.Const(1)
    match step:
        case ir.Const(int() as by) if by:
            pass
        case ir.Unary("-", ir.Const(int() as by)) if by:
            by = -by
        case _:
            return None
    start = affine(args[0]) if len(args) > 1 else START
    stop = affine(args[0] if len(args) == 1 else args[1])
    if by > 0:
        return start, _more(stop, -1), 1
    return _more(stop, 1), start, -1


def _more(bound: Bound | None, by: int) -> Bound | None:
    return None if bound is None else (bound[0], bound[1] + by)


def named(func: ir.Expr, name: str) -> bool:
    """Whether it is the builtin of that name."""
    return func == ir.Name(name) or (isinstance(func, ir.Ref) and func.text == name)
