"""Which block each variable of a loop body belongs to: that is where it is saved.

for i in range(n):          t is made anew in each iteration and mentioned only in this arm:
    if x > 0:               it is saved once, at the end of the arm
        t = x * x
        x = x + t
"""

from __future__ import annotations

from srcad.adjoint.sweep import (
    Attempt,
    Branch,
    Loop,
    Node,
    Record,
    Scope,
    Step,
    backward_of,
    defined,
    entries,
    headers,
    parts,
)
from srcad.analysis.liveness import Liveness
from srcad.ir import nodes as ir

Needed = frozenset[str]


class Scopes:
    """Which block each variable of a loop body belongs to.

    A variable is local to a loop when no iteration reads what an earlier one left.  It belongs to
    the innermost block inside its innermost such loop that holds every mention of it.
    """

    def __init__(self, live: Liveness) -> None:
        self.live = live
        self.paths: dict[str, list[tuple[int, ...]]] = {}  # of each mention: the ids of its blocks
        self.owners: dict[int, list[str]] = {}
        self.loops: dict[int, tuple[Needed, Needed]] = {}
        self.keep: list[object] = []
        self.wanted: Needed = frozenset()  # what is local to some loop

    def collect(self, nodes: tuple[Node, ...], path: tuple[int, ...]) -> None:
        self._find_loops(nodes)
        self.wanted = frozenset().union(*(local for local, _ in self.loops.values()))
        if self.wanted:
            self._visit(nodes, path)
            self._assign_owners(nodes)

    def _find_loops(self, nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if isinstance(node, Loop):
                carried = self.live.body.get(id(node.stmt), frozenset())
                names = defined(node.body) | frozenset(ir.targets(node.stmt))
                after = self.live.after.get(id(node.stmt), frozenset())
                self.loops[id(node.body)] = names - carried, after
            if not isinstance(node, Step):
                self._find_loops(parts(node))

    def _visit(self, nodes: tuple[Node, ...], path: tuple[int, ...]) -> None:
        self.keep.append(nodes)
        self._inside(nodes, (*path, id(nodes)))

    def _inside(self, nodes: tuple[Node, ...], path: tuple[int, ...]) -> None:
        for node in nodes:
            match node:
                case Attempt(_, body, final):
                    self._inside(body, path)
                    self._inside(final, path)
                case Record(body):
                    # what is saved inside stands in the list of what ran
                    self.names({node.path, node.step}, path)
                    for stmt in headers(body):
                        self.names(ir.statement_reads(stmt) | set(ir.targets(stmt)), path)
                    for entry, _ in entries(body):
                        self.mention(backward_of(entry), path)
                        for step in entry.steps:
                            self.mention(step.forward, path)
                case Step(forward, backward):
                    self.mention(forward, path)
                    self.mention(backward, path)
                case Branch(stmt, test, then, orelse):
                    self.names(ir.reads(stmt.test) | ir.reads(test), path)
                    self._visit(then, path)
                    self._visit(orelse, path)
                case Scope(stmt, body):
                    self.names(ir.statement_reads(stmt) | set(ir.targets(stmt)), path)
                    self._visit(body, path)
                case Loop(stmt, body):
                    self.names(ir.statement_reads(stmt) | ir.reads(node.iterable), path)
                    inner = (*path, id(body))
                    self.names(set(ir.targets(stmt)) | set(ir.leaves(node.target)), inner)
                    self.mention(node.rebinds, inner)
                    self.mention(node.last, inner)
                    self._visit(body, path)

    def mention(self, block: ir.Block, path: tuple[int, ...]) -> None:
        for stmt in block:
            self.names(ir.all_reads(stmt) | ir.bound(stmt), path)

    def names(self, names: set[str] | Needed, path: tuple[int, ...]) -> None:
        for name in self.wanted & names:
            self.paths.setdefault(name, []).append(path)

    def _assign_owners(self, nodes: tuple[Node, ...]) -> None:
        # the innermost loop body for which a variable is local, on the way to a definition
        for body, (local, _) in self.loops.items():
            for name in local & self.paths.keys():
                inside = [p[p.index(body) :] for p in self.paths[name] if body in p]
                common = _common_prefix(inside)
                deeper = [b for b in self.loops if b != body and b in common]
                if any(name in self.loops[b][0] for b in deeper):
                    continue  # an inner loop owns it
                self.owners.setdefault(common[-1], []).append(name)

    def owned(self, nodes: tuple[Node, ...]) -> list[str]:
        mine = self.owners.get(id(nodes), [])
        there = defined(nodes)
        return sorted(n for n in set(mine) if n in there)

    def local(self, node: Loop) -> Needed:
        return self.loops[id(node.body)][0]

    def live_after(self, node: Loop) -> Needed:
        return self.loops[id(node.body)][1]


def _common_prefix(paths: list[tuple[int, ...]]) -> tuple[int, ...]:
    first, last = min(paths), max(paths)
    n = 0
    while n < min(len(first), len(last)) and first[n] == last[n]:
        n += 1
    return first[:n]
