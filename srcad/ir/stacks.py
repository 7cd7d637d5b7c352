"""Check that saved values come back in the reverse order of their saving.

    for …:                          for …:
        x_saved.append(x)               if took: x = x_saved.pop()
        x = …                           x = x_saved.pop()
        if took:                        ↑ the mirror image, branch by branch, loop by loop
            x_saved.append(x)

Each part is projected on one list: a tree of pushes (or pops), branches and loops.  The reversed
tree of the forward part must be the tree of the backward part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from srcad.ir import nodes as ir
from srcad.ir.flow import Problem

MOVE = "x"  # one push, or one pop
Tree = tuple[Any, ...]  # moves (list, verb), ("if", tree, tree), ("loop", tree)


def problems(forward: ir.Block, backward: ir.Block, stacks: frozenset[str]) -> Iterator[Problem]:
    """Lists whose pushes and pops do not mirror each other, or that are misused."""
    if not stacks:
        return
    moves = _Moves(stacks)
    first, second = moves.block(forward), moves.block(backward)
    for name in sorted(stacks):
        made = [s for s in ir.walk(forward) if name in ir.targets(s)]
        pushes, pops = _of(first, (name, "append")), _of(second, (name, "pop"))
        if not made and not pushes and not pops:
            continue  # dropped: nobody needed it
        if len(made) != 1 or made[0] not in forward:
            yield f"the list `{name}` is not made once, at the start", made[0] if made else None
        if any(name in ir.targets(s) for s in ir.walk(backward)):
            yield f"the list `{name}` is bound anew in the backward part", None
        if _of(first, (name, "pop")) or _of(second, (name, "append")):
            yield f"the list `{name}` is popped before, or pushed after, `# backward`", None
        if _mirrored(_hoisted_last(pushes)) != _hoisted_first(pops):
            yield f"the pops of `{name}` do not mirror its pushes: {pushes} and {pops}", None


def _of(tree: Tree, move: tuple[str, str]) -> Tree:
    """The tree with this move alone."""
    out: list[Any] = []
    for node in tree:
        if node[0] == "if":
            out += _branch(_of(node[1], move), _of(node[2], move))
        elif node[0] == "loop":
            inner = _of(node[1], move)
            out += [("loop", inner)] if inner else []
        elif node == move:
            out.append(MOVE)
    return tuple(out)


class _Moves:
    """What a block does with the lists of saved values."""

    def __init__(self, stacks: frozenset[str]) -> None:
        self.stacks = stacks

    def block(self, block: ir.Block) -> Tree:
        return tuple(t for stmt in block for t in self.statement(stmt))

    def statement(self, stmt: ir.Stmt) -> Tree:
        here = self.here(stmt)
        match stmt:
            case ir.If(_, then, orelse):
                return (*here, *_branch(self.block(then), self.block(orelse)))
            case ir.For(_, ir.Call(ir.Ref(f), (ir.Name(owner),)), body) if (
                f is reversed and owner in self.stacks
            ):
                return (("loop", ((owner, "pop"), *self.block(body))),)  # over the list itself
            case ir.For() | ir.While():
                body = self.block(stmt.body)
                return (*here, *((("loop", body),) if body else ()))
            case ir.Try():
                return tuple(t for b in ir.blocks(stmt) for t in self.block(b))
            case ir.With(_, body):
                return (*here, *self.block(body))
            case _:
                return here

    def here(self, stmt: ir.Stmt) -> Tree:
        """The moves of the statement's own expressions."""
        if not ir.statement_reads(stmt) & self.stacks:
            return ()
        return tuple(t for e in ir.expressions(stmt) for t in self.expr(e))

    def expr(self, expr: ir.Expr) -> Tree:
        match expr:
            case ir.Call(ir.Attr(ir.Name(owner), verb), args) if owner in self.stacks:
                return (*(t for a in args for t in self.expr(a)), (owner, verb))
            case ir.Choice(test, then, orelse):
                return (*self.expr(test), *_branch(self.expr(then), self.expr(orelse)))
            case _:
                return tuple(t for e in ir.children(expr) for t in self.expr(e))


def _branch(a: Tree, b: Tree) -> Tree:
    """A branch; its arms in a fixed order, since a test may be negated."""
    if not a and not b:
        return ()
    return (("if", *sorted((a, b), key=repr)),)


def _mirrored(tree: Tree) -> Tree:
    return tuple(t if t == MOVE else _arms(t, tuple(map(_mirrored, t[1:]))) for t in reversed(tree))


def _arms(node: Tree, arms: tuple[Tree, ...]) -> Any:
    return _branch(*arms)[0] if node[0] == "if" else (node[0], *arms)


def _hoisted_first(tree: Tree) -> Tree:
    """Moves that both arms of a branch begin with stand before it."""
    return _mirrored(_hoisted_last(_mirrored(tree)))


def _hoisted_last(tree: Tree) -> Tree:
    """Moves that both arms of a branch end with stand behind it."""
    out: list[Any] = []
    for node in tree:
        if node == MOVE or node[0] == "loop":
            out.append(node if node == MOVE else ("loop", _hoisted_last(node[1])))
            continue
        a, b = list(_hoisted_last(node[1])), list(_hoisted_last(node[2]))
        common: list[Any] = []
        while a and b and a[-1] == b[-1]:
            common.insert(0, a.pop())
            b.pop()
        out += [*_branch(tuple(a), tuple(b)), *common]
    return tuple(out)
