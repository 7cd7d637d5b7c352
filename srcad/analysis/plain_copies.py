"""Take out copies that stand between a value and its variable.

    diff = a - b               velocity = a - b           t = velocity
    velocity = diff      →                                y = w + t          →   y = w + velocity

A copy that nobody reads goes as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from srcad.ir import nodes as ir


def without_copies(body: ir.Block, kept: frozenset[str]) -> ir.Block:
    """The statements with fewer copies; `kept` are the variables that stay."""
    while True:
        new = _Copies(body, kept).block(body)
        if new == body:
            return body
        body = new


class _Copies:
    def __init__(self, body: ir.Block, kept: frozenset[str]) -> None:
        self.binds: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        fixed = set(kept)
        for stmt in ir.walk(body):
            self.binds.update(ir.targets(stmt))
            for expr in ir.expressions(stmt):
                _count(expr, self.reads, fixed)
            if isinstance(stmt, ir.Augment):
                fixed |= ir.reads(stmt.target)
        self.fixed = fixed

    def once(self, name: str) -> bool:
        return name not in self.fixed and self.binds[name] == 1

    def block(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt] = []
        rest = list(block)
        while rest:
            stmt = rest.pop(0)
            if isinstance(stmt, ir.Assign) and self.once(stmt.target):
                following = rest[0] if rest else None
                if not self.reads[stmt.target] and isinstance(stmt.value, ir.Const | ir.Name):
                    continue
                taken = self.taken(stmt, following)
                if taken is not None:
                    rest[0] = taken
                    continue
                if isinstance(stmt.value, ir.Name) and self.lasts(stmt, rest):
                    names: dict[str, ir.Expr] = {stmt.target: stmt.value}
                    rest = [_substituted(s, names) for s in rest]
                    continue
            inner = tuple(map(self.block, ir.blocks(stmt)))
            out.append(ir.with_blocks(stmt, inner) if inner else stmt)
        return tuple(out)

    def taken(self, stmt: ir.Assign, following: ir.Stmt | None) -> ir.Stmt | None:
        """`t = e; x = t`, of which nothing else reads t: `x = e`."""
        match following:
            case ir.Assign(_, ir.Name(name)) if name == stmt.target and self.reads[name] == 1:
                return replace(following, value=stmt.value, at=stmt.at or following.at)
            case _:
                return None

    def lasts(self, stmt: ir.Assign, rest: list[ir.Stmt]) -> bool:
        """Whether what is copied stays what it is until the copy is read for the last time."""
        assert isinstance(stmt.value, ir.Name)
        count: Counter[str] = Counter()
        last = -1
        for k, later in enumerate(rest):
            before = count[stmt.target]
            for inner in (later, *(s for b in ir.blocks(later) for s in ir.walk(b))):
                for expr in ir.expressions(inner):
                    _count(expr, count, set())
            last = k if count[stmt.target] > before else last
        if count[stmt.target] != self.reads[stmt.target]:
            return False
        return not any(_binds(s, stmt.value.id, k == last) for k, s in enumerate(rest[: last + 1]))


def _binds(stmt: ir.Stmt, name: str, last: bool) -> bool:
    """Whether the statement may bind a variable anew before its end; last: before it has read."""
    simple = not ir.blocks(stmt)
    if simple and last and isinstance(stmt, ir.Assign):
        return False  # it reads first
    again = isinstance(stmt, ir.Augment) and isinstance(stmt.target, ir.Name)
    if again and stmt.target.id == name:  # type: ignore[union-attr]
        return True
    inner = [s for b in ir.blocks(stmt) for s in ir.walk(b)]
    augmented = any(
        isinstance(s, ir.Augment) and isinstance(s.target, ir.Name) and s.target.id == name
        for s in inner
    )
    return augmented or name in ir.bound(stmt)


def _count(expr: ir.Expr, reads: Counter[str], fixed: set[str]) -> None:
    if isinstance(expr, ir.Name):
        reads[expr.id] += 1
    elif isinstance(expr, ir.Raw | ir.Closure):
        fixed |= ir.reads(expr)
        for name in ir.reads(expr):
            reads[name] += 1
    else:
        for part in ir.children(expr):
            _count(part, reads, fixed)


def _substituted(stmt: ir.Stmt, names: dict[str, ir.Expr]) -> ir.Stmt:
    new = ir.map_expressions(stmt, lambda e: ir.substitute(e, names))
    inner = tuple(tuple(_substituted(s, names) for s in block) for block in ir.blocks(new))
    return ir.with_blocks(new, inner) if inner else new
