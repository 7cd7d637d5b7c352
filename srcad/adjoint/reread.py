"""Tell which statements have a reversal that reads a variable again.

path.insert(0, k)        a write behind which the reversals stand that read `path`:
y = x[path[0]] ** 2      they find what the forward part left
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.adjoint.sweep import (
    Attempt,
    Branch,
    Loop,
    Node,
    Record,
    Scope,
    Step,
    backward_of,
    entries,
    headers,
)
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir

Readers = dict[str, list[ir.Stmt | None]]  # None: a place that is not known


def readers(nodes: tuple[Node, ...]) -> Readers:
    """The statements by the variables that their reversals read."""
    found: Readers = {}
    for names, stmt in _reads(nodes):
        for name in names:
            found.setdefault(name, []).append(stmt)
    return found


def read_before(found: Readers, storage: Storage, name: str, write: ir.Stmt) -> bool:
    """Whether the write may run behind a statement whose reversal reads the variable."""
    return any(s is None or storage.follows(write, s) for s in found.get(name, [None]))


def _reads(nodes: tuple[Node, ...]) -> Iterator[tuple[frozenset[str], ir.Stmt | None]]:
    for node in nodes:
        match node:
            case Step(forward):
                for stmt in forward or (None,):
                    yield node.reads, stmt
            case Branch(stmt, test, then, orelse):
                yield frozenset(ir.reads(test)), stmt
                yield from _reads((*then, *orelse))
            case Loop(stmt, body, _, iterable, rebinds, last):
                again = map(ir.all_reads, (*rebinds, *last))
                yield frozenset(ir.reads(iterable)).union(*again), stmt
                yield from _reads(body)
            case Scope(stmt, body):
                yield frozenset(ir.statement_reads(stmt)), stmt
                yield from _reads(body)
            case Attempt(_, body, final):
                yield from _reads((*body, *final))
            case Record(body):
                for entry, _ in entries(body):
                    yield ir.free_reads(backward_of(entry)), None
                for stmt in headers(body):
                    yield frozenset(ir.statement_reads(stmt)), None
