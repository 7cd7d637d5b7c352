"""Find where the value of a variable may still be read.

for i in range(n):      live at the start of the body: s, x       (they enter the iteration)
    t = x[i]            t is not: every iteration makes its own
    s = s + t
"""

from __future__ import annotations

from dataclasses import dataclass, field

from srcad.ir import nodes as ir

Live = frozenset[str]


@dataclass
class Liveness:
    """Keyed by `id` of the statement: live after it; for loops also at the start of the body."""

    after: dict[int, Live] = field(default_factory=dict)
    body: dict[int, Live] = field(default_factory=dict)


def liveness(block: ir.Block, result: Live) -> Liveness:
    """Liveness of a whole function whose end reads `result`."""
    facts = Liveness()
    _block(block, result, frozenset(), facts)
    return facts


def _block(block: ir.Block, live: Live, at_break: Live, facts: Liveness) -> Live:
    for stmt in reversed(block):
        facts.after[id(stmt)] = live
        live = _statement(stmt, live, at_break, facts)
    return live


def _statement(stmt: ir.Stmt, live: Live, at_break: Live, facts: Liveness) -> Live:
    match stmt:
        case ir.Assign():
            if stmt.target in live:
                live = live - {stmt.target}
            reads = ir.statement_reads(stmt)
            return live if reads <= live else live | reads
        case ir.Break():
            return at_break
        case ir.If(_, then, orelse):
            inner = _block(then, live, at_break, facts) | _block(orelse, live, at_break, facts)
            return inner | ir.statement_reads(stmt)
        case ir.For() | ir.While():
            return _loop(stmt, live, facts)
        case ir.With(_, body):
            inner = _block(body, live, at_break, facts)
            return (inner - set(ir.targets(stmt))) | ir.statement_reads(stmt)
        case ir.Try(body, handlers, orelse, final):
            after = _block(final, live, at_break, facts)
            done = _block(orelse, after, at_break, facts)
            caught = after.union(
                *(_block(h.body, after, at_break, facts) - {h.name} for h in handlers)
            )
            # an exception may strike anywhere: what the handlers read is live throughout
            inner = _block(body, done | caught, at_break, facts) | caught
            return inner | ir.statement_reads(stmt)
        case ir.Augment(ir.Name(name)):
            return live | ir.statement_reads(stmt) | {name}
        case _:
            return (live - set(ir.targets(stmt))) | ir.statement_reads(stmt)


def _loop(stmt: ir.For | ir.While, after: Live, facts: Liveness) -> Live:
    test = ir.statement_reads(stmt) if isinstance(stmt, ir.While) else frozenset()
    own = set(ir.targets(stmt))
    header = after | test
    while True:
        body = _block(stmt.body, header, after, facts)
        facts.body[id(stmt)] = frozenset(body - own)
        new = header | (body - own)
        if new == header:
            break
        header = frozenset(new)
    if isinstance(stmt, ir.For):  # the iterator reads on while the body runs
        held = ir.reads(stmt.iterable)
        for inner in ir.walk(stmt.body):
            facts.after[id(inner)] |= held
    return header | ir.statement_reads(stmt)


def live_before(
    body: ir.Block, live: Liveness, read_by: dict[str, set[str]]
) -> dict[int, frozenset[str]]:
    """For each `if`, the variables that may have a value from before it which is still used."""
    found: dict[int, frozenset[str]] = {}
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.If):
            used = ir.all_reads(stmt) | live.after.get(id(stmt), frozenset())
            found[id(stmt)] = used.union(*(read_by.get(n, ()) for n in used))
    return found


def captures(body: ir.Block) -> dict[str, set[str]]:
    """What the functions made here read when they are called, through others of them too."""
    found: dict[str, set[str]] = {}
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.Assign) and isinstance(stmt.value, ir.Closure):
            found.setdefault(stmt.target, set()).update(stmt.value.captures)
    for _ in found:
        for names in found.values():
            names.update(*(found.get(n, ()) for n in tuple(names)))
    return found
