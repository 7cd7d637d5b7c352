"""Drop assignments nobody reads.

    a = np.sin(x)            b = x * 2
    b = x * 2         →      return b
    return b

Runs after adjoint generation: the last primal results go here when only the gradient is asked for,
and so do cotangents that end nowhere.  Statements with effects stay (prints, calls of the user's
functions), and so does whatever could raise an error that the plain program raises.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from srcad.ir import nodes as ir
from srcad.optimise.halves import backward_start

Live = frozenset[str]
Names = set[str]  # which a walk back through a block changes as it goes
Behind = AbstractSet[str]  # what is live behind the loop
Kept = tuple[ir.Stmt | None, Names]  # what is left of a statement, and what is live before it
Removable = Callable[[ir.Stmt, bool], bool]
Unsure = Callable[[ir.Block], dict[int, Live]]


def drop_dead_code(block: ir.Block, removable: Removable, stacks: Live, unsure: Unsure) -> ir.Block:
    """The block without dead statements; `stacks` are the lists of saved values.

    `removable` is asked about a statement, and whether it belongs to the forward part; `unsure`
    finds the statements whose reads may raise an UnboundLocalError or a NameError.
    """
    while True:
        forward = backward_start(block) is None
        dropper = _Dropper(removable, stacks, frozenset(unsure(block)), forward)
        new, _ = dropper.block(block, set(), frozenset())
        block = _without_unread_stacks(new, stacks - dropper.popped)
        if block is new:  # going backwards, one round finds everything else
            return new


@dataclass
class _Dropper:
    judge: Removable
    stacks: Live
    unsure: frozenset[int]
    forward: bool  # whether the statement at hand stands before the backward part
    popped: set[str] = field(default_factory=set)  # lists of which an item is read

    def removable(self, stmt: ir.Stmt) -> bool:
        return id(stmt) not in self.unsure and self.judge(stmt, self.forward)

    def block(self, block: ir.Block, live: Names, at_break: Behind) -> tuple[ir.Block, Names]:
        """What is left of the block (the block itself where all is), and what is live before it.

        `live`, what is live behind it, is used up.
        """
        out: list[ir.Stmt] = []
        same = True
        for stmt in reversed(block):
            if type(stmt) is ir.Assign:
                kept, live = self.assign(stmt, live)
            else:
                kept, live = self.statement(stmt, live, at_break)
            same = same and kept is stmt
            if kept is not None:
                out.append(kept)
        return block if same else tuple(reversed(out)), live

    def statement(self, stmt: ir.Stmt, live: Names, at_break: Behind) -> Kept:
        kind = type(stmt)
        if kind is ir.AddTo or kind is ir.AddAt:
            return self.contribution(stmt, live)  # type: ignore[arg-type]
        if kind in ir.COMPOUND:
            return self.compound(stmt, live, at_break)
        return self.other(stmt, live, at_break)

    def assign(self, stmt: ir.Assign, live: Names) -> Kept:
        target, value = stmt.target, stmt.value
        kept: ir.Stmt = stmt
        if target in live:
            if type(value) is ir.Name and value.id == target:
                return None, live
            live.discard(target)
            if type(value) is ir.Call:
                self.popped.update(self.popped_from(value))
        elif self.popped_from(value):
            kept = ir.Assign("_", value, stmt.at, alters=stmt.alters)
        elif self.removable(stmt):
            return None, live
        live |= ir.reads(value)
        return kept, live

    def contribution(self, stmt: ir.AddTo | ir.AddAt, live: Names) -> Kept:
        """`x_bar += f_bwd(saved, shadows, y_bar)`, x_bar unread: it may add to others as well."""
        if stmt.target in live:
            live |= ir.statement_reads(stmt)
            return stmt, live
        if self.removable(ir.Assign(stmt.target, stmt.value)):
            return None, live
        live |= ir.reads(stmt.value)
        return ir.Effect(stmt.value, stmt.at), live

    def other(self, stmt: ir.Stmt, live: Names, at_break: Behind) -> Kept:
        match stmt:
            case ir.Break():
                return stmt, set(at_break)
            case ir.Unpack(names):
                if live.isdisjoint(names) and self.removable(stmt):
                    return None, live
            case ir.Effect(ir.Call(ir.Attr(ir.Name(), "append"))):
                pass
            case ir.Effect():
                if self.removable(stmt) and not self.into_live(stmt.value, live):
                    return None, live
            case ir.Note("backward"):
                self.forward = True  # from here on, towards the start
            case _:
                pass
        live.difference_update(ir.targets(stmt))
        live |= ir.statement_reads(stmt)
        return stmt, live

    def compound(self, stmt: ir.Stmt, live: Names, at_break: Behind) -> Kept:
        """A statement with blocks: what does not stand in it is as live before it as behind it."""
        loop = isinstance(stmt, (ir.For, ir.While))
        if not loop and ir.Break in map(type, ir.walk((stmt,))):
            return self.inside(stmt, live, at_break)  # it may go on elsewhere
        names = ir.all_reads(stmt) | ir.bound(stmt)
        kept, before = self.inside(stmt, live & names, at_break)
        live -= names
        live |= before
        return kept, live

    def inside(self, stmt: ir.Stmt, live: Names, at_break: Behind) -> Kept:
        match stmt:
            case ir.If():
                return self.branch(stmt, live, at_break)
            case ir.For() | ir.While():
                return self.loop(stmt, live)
            case ir.With(_, body):
                inner, before = self.block(body, set(live), at_break)
                if not inner and self.removable(stmt):
                    return None, live
                new = ir.with_blocks(stmt, (inner,))
                return new, before.difference(ir.targets(stmt)) | ir.statement_reads(stmt)
            case _:
                # what a handler may read is live everywhere in the body: keep it whole
                return stmt, live | ir.all_reads(stmt)

    def into_live(self, value: ir.Expr, live: Names) -> bool:
        """`np.add.at(x_bar, …)` and its like write into their first argument."""
        if isinstance(value, ir.Call) and value.args and isinstance(value.args[0], ir.Name):
            return value.args[0].id in live
        return True

    def popped_from(self, value: ir.Expr) -> tuple[str, ...]:
        """The list of saved values that an expression takes an item from."""
        if type(value) is not ir.Call or type(value.func) is not ir.Attr or value.args:
            return ()
        owner = value.func.obj
        known = value.func.name == "pop" and type(owner) is ir.Name and owner.id in self.stacks
        return (owner.id,) if known else ()  # type: ignore[union-attr]

    def branch(self, stmt: ir.If, live: Names, at_break: Behind) -> Kept:
        then, live_then = self.block(stmt.then, set(live), at_break)
        orelse, live_else = self.block(stmt.orelse, set(live), at_break)
        if not then and not orelse:
            if self.removable(stmt):
                return None, live
            if self.forward:  # taking the truth of the test may raise
                return replace(stmt, then=(), orelse=()), live | ir.reads(stmt.test)
            return ir.Effect(stmt.test, stmt.at), live | ir.reads(stmt.test)
        new = ir.with_blocks(stmt, (then, orelse))
        if not then:
            test = stmt.test
            negated = (
                test.operand
                if isinstance(test, ir.Unary) and test.op == "not"
                else (ir.Unary("not", test))
            )
            new = replace(stmt, test=negated, then=orelse, orelse=())
        return new, live_then | live_else | ir.reads(stmt.test)

    def loop(self, stmt: ir.For | ir.While, live: Names) -> Kept:
        own = set(ir.targets(stmt))
        test = ir.statement_reads(stmt) if isinstance(stmt, ir.While) else set()
        around = live | test
        while True:
            body, before = self.block(stmt.body, set(around), live)
            before -= own
            if before <= around:
                break
            around |= before
            if body is stmt.body:  # all is kept: going round again makes nothing else live
                break
        if not body and self.removable(stmt) and not own & live and isinstance(stmt, ir.For):
            return None, live
        return ir.with_blocks(stmt, (body,)), around | ir.statement_reads(stmt)


def _without_unread_stacks(block: ir.Block, stacks: Live) -> ir.Block:
    """Drop a list of saved values when every value popped from it is thrown away."""
    if not stacks:
        return block
    read: set[str] = set()
    made: set[str] = set()
    there = [s for s in block if not stacks.isdisjoint(ir.all_reads(s).union(ir.bound(s)))]
    for stmt in ir.walk(tuple(there)):
        if type(stmt) is not ir.Assign and stacks.isdisjoint(ir.statement_reads(stmt)):
            continue
        match stmt:
            case ir.Assign(target, ir.Sequence("list", ())) if target in stacks:
                made.add(target)
            case ir.Effect(ir.Call(ir.Attr(ir.Name(), "append"), (item,))):
                read |= ir.reads(item)
            case ir.Assign("_", ir.Call(ir.Attr(ir.Name(), "pop"), ())):
                pass
            case _:
                read |= ir.statement_reads(stmt)
    gone = frozenset(made - read)
    return _drop_stacks(block, gone) if gone else block


def _drop_stacks(block: ir.Block, gone: Live) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        if gone.isdisjoint(ir.all_reads(stmt)) and gone.isdisjoint(ir.bound(stmt)):
            out.append(stmt)
            continue
        match stmt:
            case ir.Assign(target) if target in gone:
                continue
            case ir.Assign("_", ir.Call(ir.Attr(ir.Name(owner), "pop"), ())) if owner in gone:
                continue
            case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"))) if owner in gone:
                continue
        inner = ir.blocks(stmt)
        out.append(
            ir.with_blocks(stmt, tuple(_drop_stacks(b, gone) for b in inner)) if inner else stmt
        )
    return tuple(out)
