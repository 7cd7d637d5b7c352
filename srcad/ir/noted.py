"""Check the notes of a `try`: what goes back over them knows each by its number.

    try:                            for step in reversed(ran):
        y = f(x)                        if step == 1: …        every number that is tested here
        ran.append(1)                   elif step == 2: …      is noted there, and once
    except ValueError:
        ran.append(2)

How many notes there are, and in which order, only the running program knows; so a list of notes is
no list of saved values, which comes back in the mirror image of its pushes (`stacks`).
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.ir import nodes as ir
from srcad.ir.flow import Problem


def lists_of_notes(forward: ir.Block) -> frozenset[str]:
    """The lists that something is appended to inside a `try` with handlers."""
    inside = [s for s in ir.walk(forward) if isinstance(s, ir.Try) and s.handlers]
    noted = (_noted(s) for around in inside for s in ir.walk((around,)))
    return frozenset(found[0] for found in noted if found is not None)


def problems(forward: ir.Block, backward: ir.Block, lists: frozenset[str]) -> Iterator[Problem]:
    """Notes that nothing stands for, or that several statements make."""
    for stmt in ir.walk(backward):
        match stmt:
            case ir.For(str(step), ir.Call(_, (ir.Name(path),)), body) if path in lists:
                yield from _unknown(forward, path, step, body)


def _unknown(forward: ir.Block, path: str, step: str, body: ir.Block) -> Iterator[Problem]:
    notes = [n for s in ir.walk(forward) if (n := _noted(s)) is not None and n[0] == path]
    tested = [(number, s) for s in ir.walk(body) for number in _tested(s, step)]
    for number, stmt in tested:
        if notes.count((path, number)) != 1:
            yield f"the number {number} of `{path}` is not noted by one statement", stmt
        if [n for n, _ in tested].count(number) != 1:
            yield f"the number {number} of `{path}` is tested twice", stmt


def _noted(stmt: ir.Stmt) -> tuple[str, object] | None:
    """The list and the number of a note."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(path), "append"), (value,))):
            return path, _number(value)
        case ir.Store(ir.Item(ir.Name(path), ir.Const(-1)), value):
            return path, _number(value)
        case _:
            return None


def _number(value: ir.Expr) -> object:
    match value:
        case ir.Const(number) | ir.Sequence("tuple", (ir.Const(number), *_)):
            return number
        case _:
            return None


def _tested(stmt: ir.Stmt, step: str) -> Iterator[object]:
    match stmt:
        case ir.If(ir.Compare(left, ("==",), (ir.Const(number),))) if left in (
            ir.Name(step),
            ir.Item(ir.Name(step), ir.Const(0)),
        ):
            yield number
