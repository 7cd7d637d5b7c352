"""Leave a part of the program before its end: what a generator and its consumer do to each other.

    for v in items:                          for v in items:
        if v > 5:                                if v > 5:
            <leave 1>              →                 left = True
        s += v                                       break
    n = s                                        s += v
    <end of 1>                               if not left:
                                                 n = s

A mark stands for the way out until the part is whole; then flags take its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad.ir import nodes as ir

_GONE = ir.Ref(None, "gone")
_LEAVE = ir.Ref(None, "leave")


def leave(label: str, at: ir.Loc | None) -> ir.Stmt:
    """The mark for leaving the part that has this label, which will be the name of its flag."""
    return ir.Effect(ir.Call(_LEAVE, (ir.Const(label),)), at)


def gone(name: str, at: ir.Loc | None) -> ir.Stmt:
    """The mark for `del name`, until it is known whether the name is read again."""
    return ir.Effect(ir.Call(_GONE, (ir.Const(name),)), at)


def gone_name(stmt: ir.Stmt) -> str:
    """The variable that such a mark deletes; empty for other statements."""
    if not isinstance(stmt, ir.Effect):
        return ""
    match stmt:
        case ir.Effect(ir.Call(func, (ir.Const(name),))) if func is _GONE:
            return str(name)
        case _:
            return ""


def instead_of_exits(block: ir.Block, broken: str, continued: str) -> ir.Block:
    """A loop's body as a part: `break` and `continue` of that loop leave the parts so called."""
    out: list[ir.Stmt] = []
    for stmt in block:
        match stmt:
            case ir.Break(at):
                out.append(leave(broken, at))
            case ir.Continue(at):
                out.append(leave(continued, at))
            case ir.For() | ir.While():
                out.append(stmt)
            case _:
                inner = tuple(instead_of_exits(b, broken, continued) for b in ir.blocks(stmt))
                out.append(ir.with_blocks(stmt, inner) if inner else stmt)
    return tuple(out)


def part(block: ir.Block, label: str) -> ir.Block:
    """The part without its marks."""
    if not any(_is_mark(s, label) for s in ir.walk(block)):
        return block
    cut = _Cut(label)
    found = cut.block(block, False)
    if not cut.asked:  # nothing comes behind
        return _without(found, label)
    return (ir.Assign(label, ir.Const(False)), *found)


def _is_mark(stmt: ir.Stmt, label: str) -> bool:
    match stmt:
        case ir.Effect(ir.Call(func, (ir.Const(found),))) if func is _LEAVE:
            return bool(found == label)
        case _:
            return False


class _Cut:
    """Puts flags in the place of marks; `asked`: some statement reads the flag."""

    def __init__(self, label: str) -> None:
        self.label, self.asked = label, False

    def block(self, block: ir.Block, loop: bool) -> ir.Block:
        """loop: it stands in a loop of the part, which is left too."""
        out: list[ir.Stmt] = []
        for k, stmt in enumerate(block):
            if _is_mark(stmt, self.label):
                at = getattr(stmt, "at", None)
                out.append(ir.Assign(self.label, ir.Const(True), at))
                return (*out, ir.Break(at)) if loop else tuple(out)
            if not any(_is_mark(s, self.label) for s in ir.walk((stmt,))):
                out.append(stmt)
                continue
            own_loop = isinstance(stmt, ir.For | ir.While)
            out.append(self.inside(stmt, loop or own_loop))
            rest = block[k + 1 :]
            if loop and not own_loop:
                return (*out, *self.block(rest, loop))
            return (*out, *self.behind(rest, loop, getattr(stmt, "at", None)))
        return tuple(out)

    def inside(self, stmt: ir.Stmt, loop: bool) -> ir.Stmt:
        new = ir.with_blocks(stmt, tuple(self.block(b, loop) for b in ir.blocks(stmt)))
        if isinstance(new, ir.Try) and new.orelse and not loop:
            return replace(new, orelse=self.behind(new.orelse, False, new.at))
        return new

    def behind(self, rest: ir.Block, loop: bool, at: ir.Loc | None) -> ir.Block:
        """What comes behind a statement that may have left the part."""
        if loop:  # the loop around is left too
            self.asked = True
            return (ir.If(ir.Name(self.label), (ir.Break(at),), (), at), *self.block(rest, True))
        if not rest:
            return ()
        self.asked = True
        return (ir.If(ir.Unary("not", ir.Name(self.label)), self.block(rest, False), (), at),)


def _without(block: ir.Block, label: str) -> ir.Block:
    """The block without the assignments to a flag that nobody reads."""
    out: list[ir.Stmt] = []
    for stmt in block:
        if isinstance(stmt, ir.Assign) and stmt.target == label:
            continue
        inner = tuple(_without(b, label) for b in ir.blocks(stmt))
        out.append(ir.with_blocks(stmt, inner) if inner else stmt)
    return tuple(out)


Body = Callable[[], ir.Block]
