"""Find the variables that the result does not depend on.

    loss = np.sum(p)            useful: the result depends on it
    grads["W"] = X.T @ p        not: nobody asks for what stands in `grads`
    return loss, grads          where only `loss` is differentiated

Activity asks what depends on the input, this what the output depends on; a cotangent reaches what
is both.  What is not useful runs as it stands: a list of losses, or a backward pass that somebody
wrote by hand beside the forward one.

A statement is useful when something useful comes from it: a variable that it binds, or memory
that it writes.  Nothing is believed of calls that are known only when they run, and what others see
after the function has returned is useful.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from srcad.analysis.activity import Active
from srcad.analysis.effects import aliases, all_writes, calls_unknown
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Dynamic, invoked
from srcad.analysis.points import Points
from srcad.analysis.sites import NONE, Sites, is_outer, param_of
from srcad.analysis.useless import Positions, Useless
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Clo, Method, Tup, mutable

WHOLE = -1  # the position that stands for all of a tuple


def useless(
    facts: Inferred, body: ir.Block, result: str, asked: Positions | None, seen: Active
) -> Useless:
    """What is not useful, whether it is active or not.

    result: the variable that stands for the result.  asked: the parts of it that are
    differentiated, None for the whole.  seen: parameters whose memory the caller goes on using.
    """
    work = _Useful(facts, ir.walk(body))
    work.want(result, asked)
    for name in seen:
        work.want(name)
    if all_writes(facts, body):
        work.look_at_memory(body, seen)
    found = work.closed()
    parts = {n: frozenset(p) for n, p in found.items() if WHOLE not in p}
    return Useless(frozenset(facts.types) - found.keys(), tuple(sorted(parts.items())))


@dataclass
class _Useful:
    facts: Inferred
    stmts: list[ir.Stmt]
    parts: dict[str, set[int]] = field(default_factory=dict)  # of the useful variables
    news: bool = False
    written: dict[int, set[str]] = field(default_factory=dict)  # by statement: what shows its write
    hits: dict[int, Sites] = field(default_factory=dict)  # the same, as memory
    points: Points | None = None

    def want(self, name: str, positions: Positions | set[int] | None = None) -> None:
        """A cotangent of the variable is asked for, or of some of its parts."""
        known = self.parts.setdefault(name, set())
        new = {WHOLE} if positions is None else positions
        if WHOLE not in known and not new <= known:
            known |= new
            self.news = True

    def closed(self) -> dict[str, set[int]]:
        self.news = True
        while self.news:
            self.news = False
            for stmt in reversed(self.stmts):
                self.statement(stmt)
        return {n: p for n, p in self.parts.items() if p}

    def statement(self, stmt: ir.Stmt) -> None:
        bound = [n for n in ir.targets(stmt) if self.parts.get(n)]
        changed = {n for n in self.written.get(id(stmt), ()) if self.shows(n, stmt)}
        changed |= _owners(stmt)
        if any(self.parts.get(n) for n in changed) or self.unknown(stmt):
            for name in (*ir.statement_reads(stmt), *ir.targets(stmt), *changed):
                self.want(name)
        elif bound:
            for name, positions in self.needed(stmt, bound):
                self.want(name, positions)

    def shows(self, name: str, stmt: ir.Stmt) -> bool:
        """Whether a write shows in the variable, or in the parts of it that are asked for."""
        wanted = self.parts.get(name, set())
        if WHOLE in wanted or not wanted or self.points is None:
            return True
        hit = self.hits[id(stmt)]
        itself = self.points.itself(name)
        parts = (self.points.closure(self.points.held(itself, k)) for k in wanted)
        return not hit.isdisjoint(itself) or any(not hit.isdisjoint(p) for p in parts)

    def needed(self, stmt: ir.Stmt, bound: list[str]) -> Iterator[tuple[str, set[int] | None]]:
        """What the useful variables that a statement binds are made of."""
        match stmt:
            case ir.Assign(target, ir.Sequence("tuple", items)) if not _has_star(items):
                wanted = self.parts[target]
                for k, item in enumerate(items):
                    if k in wanted or WHOLE in wanted:
                        yield from ((n, None) for n in ir.reads(item))
            case ir.Assign(target, ir.Name(source)) if self.is_tuple(source):
                yield source, None if WHOLE in self.parts[target] else self.parts[target]
            case ir.Assign(_, ir.Item(ir.Name(source), ir.Const(int(k)))) if self.has(source, k):
                yield source, {k}
            case ir.Unpack(names, ir.Name(source), None) if self.has(source, len(names) - 1):
                yield source, {k for k, n in enumerate(names) if n in bound}
            case _:
                yield from ((n, None) for n in ir.statement_reads(stmt))

    def is_tuple(self, name: str) -> bool:
        kind = self.facts.types.get(name, ANY)
        return isinstance(kind, Tup) and kind.cls is tuple

    def has(self, name: str, k: int) -> bool:
        """Whether the variable is a tuple that has this item."""
        kind = self.facts.types.get(name, ANY)
        return isinstance(kind, Tup) and kind.cls is tuple and 0 <= k < len(kind.items)

    def unknown(self, stmt: ir.Stmt) -> bool:
        """Whether a function known only when it runs is called, or a context manager entered."""
        if isinstance(stmt, ir.With | ir.Raise):
            return True
        for expr in ir.computed(stmt):
            operation = self.facts.operations.get(id(expr))
            call = invoked(operation)
            if isinstance(operation, Dynamic):
                return True
            if call is not None and calls_unknown(self.facts, call.unit, call.params):
                return True
        return False

    def look_at_memory(self, body: ir.Block, seen: Active) -> None:
        """What else shows what is written; what others see is useful."""
        points = self.points = aliases(self.facts, body)
        mutables = [n for n, t in self.facts.types.items() if mutable(t)]
        for write in all_writes(self.facts, body):
            shown = points.changed_by(write, mutables)
            self.written.setdefault(id(write.stmt), set()).update(shown, write.names)
            self.hits[id(write.stmt)] = self.hits.get(id(write.stmt), NONE) | points.hit(write)
        for name in mutables:
            if self.seen_outside(points, name, seen):
                self.want(name)

    def seen_outside(self, points: Points, name: str, seen: Active) -> bool:
        """Whether the variable may be memory that others go on using, or a function that does."""
        if isinstance(self.facts.types.get(name, ANY), Clo | Method):
            return True
        if points.params_in(name) & seen:
            return True
        return any(is_outer(site) and not param_of(site) for site in points.reach(name))


def _owners(stmt: ir.Stmt) -> set[str]:
    """The variables of which a statement certainly changes what they hold."""
    match stmt:
        case ir.Store(target) | ir.Augment(ir.Item() | ir.Attr() as target):
            return set(ir.reads(target.obj))
        case ir.Augment(ir.Name(name)):
            return {name}
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner)))):
            return {owner}
        case _:
            return set()


def _has_star(items: tuple[ir.Expr, ...]) -> bool:
    return any(isinstance(item, ir.Star) for item in items)
