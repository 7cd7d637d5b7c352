"""Save what the backward part needs and the forward part overwrites, and join the two parts.

    for i in range(n):                      x_saved = []
        x = r * x * (1 - x)                 for i in range(n):
                                     →          x_saved.append(x)
                                                x = r * x * (1 - x)
                                            …
                                            for _ in range(n):
                                                x = x_saved.pop()
                                                x_bar = x_bar * …

Rule: wherever backward code reads a variable, it holds the value it had at that place of the
forward part.  A variable that is needed is saved before it is overwritten; one that each
iteration makes anew is saved once made.  Nothing else is saved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from srcad.adjoint.notes import Notes, written_by_entry
from srcad.adjoint.scopes import Needed, Scopes
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
    defined_in,
    definitions,
    entries,
    has_backward,
)
from srcad.analysis.liveness import Liveness
from srcad.ir import nodes as ir
from srcad.ir.names import Names

POP = "pop"


@dataclass
class Weaver:
    """Turns the nodes into the two blocks; `primal` are the forward variables."""

    names: Names
    live: Liveness
    primal: frozenset[str]
    params: frozenset[str]
    lists: dict[str, str] = field(default_factory=dict)
    befores: dict[str, str] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()

    def weave(self, nodes: tuple[Node, ...]) -> tuple[ir.Block, ir.Block]:
        """The forward and the backward block."""
        self.primal |= defined(nodes)
        self.nodes = nodes
        scopes = Scopes(self.live)
        self.scopes = scopes
        scopes.collect(nodes, ())
        forward, backward, _ = self.block(nodes, frozenset(), depth=0)
        first = tuple(ir.Assign(saved, ir.Sequence("list", ())) for saved in self.lists.values())
        return (*first, *forward), backward

    # -- which values are needed -------------------------------------------------------

    def reads(self, block: ir.Block) -> Needed:
        """The forward variables that backward statements read before binding them."""
        return ir.free_reads(block) & self.primal

    def after(self, nodes: tuple[Node, ...], needed: Needed) -> Needed:
        """What is needed after the nodes, given what is needed before them."""
        now = set(needed)
        for node in nodes:
            if isinstance(node, Step):
                self.after_step(node, now)
            else:
                now = set(self.after_node(node, frozenset(now)))
        return frozenset(now)

    def after_step(self, step: Step, needed: set[str]) -> None:
        """Change what is needed before the step to what is needed after it."""
        reads = step.reads & self.primal
        needed -= step.defined
        needed |= reads - step.defined if step.before else reads

    def after_node(self, node: Node, needed: Needed) -> Needed:
        match node:
            case Step():
                return self.after((node,), needed)
            case Branch(_, test, then, orelse):
                out = self.after(then, needed) | self.after(orelse, needed)
                if self.reverses(node) or (defined(then) | defined(orelse)) & needed:
                    out |= frozenset(ir.reads(test)) & self.primal
                return out
            case Scope(stmt, body, again):
                out = self.after(body, needed - set(ir.targets(stmt)))
                if again:
                    out |= frozenset(ir.statement_reads(stmt)) & self.primal
                return out
            case Loop():
                return self.loop_needs(node, needed)[1]
            case Attempt(_, body, final):
                return self.after(final, self.after(body, needed))
            case Record(body, path):
                every = needed | {path}
                return every.union(*(self.reads(backward_of(e)) for e, _ in entries(body)))
        raise AssertionError(node)

    def loop_needs(self, node: Loop, needed: Needed) -> tuple[Needed, Needed]:
        """What is needed at the start of the body, and after the loop."""
        header = frozenset(ir.targets(node.stmt))
        rebinds = frozenset(ir.leaves(node.target)) | frozenset(
            n for s in node.rebinds for n in ir.targets(s)
        )
        extra = self.reads(node.last) - rebinds | self.reads(node.rebinds)
        start = needed | extra
        local = self.scopes.local(node)
        while True:
            end = self.after(node.body, start - header)
            new = start | (end - local - rebinds) | extra
            if new == start:
                break
            start = new
        test = frozenset(ir.reads(node.iterable)) & self.primal
        out = ((start | end) - (rebinds & header)) | test
        return start, out - (local - self.scopes.live_after(node))

    def reverses(self, node: Branch) -> bool:
        return has_backward(node.then) or has_backward(node.orelse)

    # -- building the two parts --------------------------------------------------------

    def block(
        self, nodes: tuple[Node, ...], needed: Needed, depth: int
    ) -> tuple[ir.Block, ir.Block, Needed]:
        """`depth` counts the loops around."""
        forward: list[ir.Block] = []
        backward: list[ir.Block] = []
        now = set(needed)
        for node in nodes:
            if isinstance(node, Step):
                fwd, bwd = self.saved_step(node, now, depth)
            else:
                fwd, bwd, after = self.node(node, frozenset(now), depth)
                now = set(after)
            forward.append(fwd)
            backward.append(bwd)
        needed = frozenset(now)
        restores: list[ir.Stmt] = []
        if depth:
            for name in self.scopes.owned(nodes):
                if name in needed:
                    self.save_after_last(name, nodes, forward)
                    restores.append(self.pop(name))
                    needed -= {name}
        out_forward = tuple(s for part in forward for s in part)
        out_backward = (*restores, *(s for part in reversed(backward) for s in part))
        return out_forward, out_backward, needed

    def node(self, node: Node, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        match node:
            case Step():
                return self.step(node, needed, depth)
            case Branch(stmt, test, then, orelse):
                a_f, a_b, _ = self.block(then, needed, depth)
                b_f, b_b, _ = self.block(orelse, needed, depth)
                fwd = (ir.with_blocks(stmt, (a_f, b_f)),)
                bwd: ir.Block = ()
                if a_b or b_b:
                    bwd = branch(test, a_b, b_b, stmt.at)
                return fwd, bwd, self.after_node(node, needed)
            case Scope(stmt, body, again):
                f, b, _ = self.block(body, needed - set(ir.targets(stmt)), depth)
                inner: ir.Block = b
                if again and b:
                    inner = (ir.With(stmt.items, b, stmt.at),)
                return (ir.With(stmt.items, f, stmt.at),), inner, self.after_node(node, needed)
            case Loop():
                return self.loop(node, needed, depth)
            case Attempt():
                return self.attempt(node, needed, depth)
            case Record():
                return self.record(node, needed, depth)
        raise AssertionError(node)

    def attempt(
        self, node: Attempt, needed: Needed, depth: int
    ) -> tuple[ir.Block, ir.Block, Needed]:
        """What is done finally is reversed first."""
        stmt = node.stmt
        f, b, needed = self.sequence(node.body, needed, depth)
        f_final, b_final, needed = self.sequence(node.final, needed, depth)
        return (ir.Try(f, (), (), f_final, stmt.at),), (*b_final, *b), needed

    def record(self, node: Record, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        """Each entry notes that it ran, with the values that it overwrote."""
        after = self.after_node(node, needed)
        notes = Notes(node, self.overwritten_in(node, needed, depth), self.kept_before)
        return notes.forward(), notes.backward(), after

    @cached_property
    def definitions(self) -> Counter[str]:
        """How often each variable is bound."""
        return Counter((*definitions(self.nodes), *self.params))

    def overwritten_in(self, node: Record, needed: Needed, depth: int) -> list[Needed]:
        """For each entry, the variables whose older values are needed.

        One that is bound here and nowhere else, and once, has no older value inside.
        """
        found = [(written_by_entry(e), loops) for e, loops in entries(node.body)]
        every = self.after_node(node, needed)
        return [
            frozenset(n for n in names & every if n in needed or self.definitions[n] > 1 or loops)
            for names, loops in found
        ]

    def kept_before(self, name: str) -> str:
        """Where the value of a variable waits while a statement that may raise overwrites it."""
        if name not in self.befores:
            self.befores[name] = self.names.fresh(f"{name}_before")
        return self.befores[name]

    def sequence(
        self, nodes: tuple[Node, ...], needed: Needed, depth: int
    ) -> tuple[ir.Block, ir.Block, Needed]:
        """Nodes of a block that shares its saves with the block around."""
        forward: list[ir.Stmt] = []
        backward: list[ir.Stmt] = []
        for node in nodes:
            f, b, needed = self.node(node, needed, depth)
            forward += f
            backward[:0] = b
        return tuple(forward), tuple(backward), needed

    def step(self, node: Step, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        now = set(needed)
        forward, backward = self.saved_step(node, now, depth)
        return forward, backward, frozenset(now)

    def saved_step(self, step: Step, needed: set[str], depth: int) -> tuple[ir.Block, ir.Block]:
        """The step with its saves; `needed` becomes what is needed after it."""
        written = step.defined & needed
        if step.before:
            written |= step.defined & step.reads & self.primal
        self.after_step(step, needed)
        if not written:
            return step.forward, step.backward
        pairs = [self.save(name, depth) for name in sorted(written)]
        saves, restores = [s for s, _ in pairs], [r for _, r in pairs]
        if step.before:
            return (*saves, *step.forward), (*restores, *step.backward)
        return (*saves, *step.forward), (*step.backward, *restores)

    def loop(self, node: Loop, needed: Needed, depth: int) -> tuple[ir.Block, ir.Block, Needed]:
        start, _ = self.loop_needs(node, needed)
        header = frozenset(ir.targets(node.stmt))
        rebinds = frozenset(ir.leaves(node.target)) | frozenset(
            n for s in node.rebinds for n in ir.targets(s)
        )
        before, after = [], []
        for name in sorted(header & needed):
            save, restore = self.save(name, depth)
            before.append(save)
            after.append(restore)
        f, b, end = self.block(node.body, start - header, depth + 1)
        unsaved = sorted((header & end) - rebinds)
        f = (*(self.push(n) for n in unsaved), *f)
        b = (*(self.pop(n) for n in unsaved), *node.rebinds, *b, *node.last)
        stmt = node.stmt
        fwd = ir.with_blocks(stmt, (f,))
        bwd: ir.Block = ()
        if b:
            bwd = (ir.For(node.target, node.iterable, b, stmt.at),)
        return (*before, fwd), (*bwd, *after), self.after_node(node, needed)

    # -- saves -------------------------------------------------------------------------

    def list_of(self, name: str) -> str:
        if name not in self.lists:
            self.lists[name] = self.names.fresh(f"{name}_saved")
        return self.lists[name]

    def push(self, name: str) -> ir.Stmt:
        saved = ir.Name(self.list_of(name))
        return ir.Effect(ir.Call(ir.Attr(saved, "append"), (ir.Name(name),)))

    def pop(self, name: str) -> ir.Stmt:
        saved = ir.Name(self.list_of(name))
        return ir.Assign(name, ir.Call(ir.Attr(saved, POP)))

    def save(self, name: str, depth: int) -> tuple[ir.Stmt, ir.Stmt]:
        if depth:
            return self.push(name), self.pop(name)
        kept = self.names.fresh(f"{name}_before")
        return ir.Assign(kept, ir.Name(name)), ir.Assign(name, ir.Name(kept))

    def save_after_last(self, name: str, nodes: tuple[Node, ...], forward: list[ir.Block]) -> None:
        """Save `name` behind the last node that defines it."""
        last = max(k for k, node in enumerate(nodes) if name in defined_in(node))
        forward[last] = at_ends(forward[last], self.push(name))


def saved_names(stmt: ir.Stmt, stacks: frozenset[str]) -> set[str]:
    """The variable that a statement saves."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (ir.Name(name),))):
            return {name} if owner in stacks else set()
        case ir.Assign(target, ir.Name(name)) if target.startswith(f"{name}_before"):
            return {name}
        case _:
            return set()


def branch(test: ir.Expr, then: ir.Block, orelse: ir.Block, at: ir.Loc | None) -> ir.Block:
    """`if test: … else: …` without an empty first arm."""
    if then:
        return (ir.If(test, then, orelse, at),)
    negated = (
        test.operand if isinstance(test, ir.Unary) and test.op == "not" else (ir.Unary("not", test))
    )
    return (ir.If(negated, orelse, (), at),)


def at_ends(block: ir.Block, extra: ir.Stmt) -> ir.Block:
    """Put a statement at the end of the block, before a `break` where it leaves there."""
    if block and isinstance(block[-1], ir.Break):
        return (*block[:-1], extra, block[-1])
    if block and isinstance(block[-1], ir.If) and _breaks(block[-1]):
        last = block[-1]
        ends = (at_ends(last.then, extra), at_ends(last.orelse, extra))
        return (*block[:-1], ir.with_blocks(last, ends))
    return (*block, extra)


def _breaks(stmt: ir.Stmt) -> bool:
    if isinstance(stmt, ir.Break):
        return True
    if isinstance(stmt, ir.For | ir.While):
        return False
    return any(_breaks(s) for b in ir.blocks(stmt) for s in b)
