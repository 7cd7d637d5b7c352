"""Check the IR between the passes: what each of them promises to the next.

    exits       x = 1; break; y = 2      InternalError: after exits, f: nothing may follow `break`
    reversed    x_bar += y_bar           … : x_bar is not bound on every path that leads here

Off in a user's calls.  Tests switch it on (`SRCAD_VERIFY=1`, or `switch(True)`).  Every function
here hands back what it was given, so a pass is checked where it is called.
"""

from __future__ import annotations

import keyword
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from srcad.errors import InternalError
from srcad.ir import flow, grammar, noted, stacks
from srcad.ir import nodes as ir
from srcad.ir.falling import falls
from srcad.ir.names import reserved
from srcad.ir.types import Bottom, Dct, Lst, Tup, Type

Check = Callable[[], Iterator[flow.Problem]]


class _Switch:
    """Whether the IR is checked, and how a statement is printed in a complaint."""

    on = os.environ.get("SRCAD_VERIFY", "") not in ("", "0")
    show: Callable[[ir.Block], str] = staticmethod(repr)


def switch(on: bool) -> bool:
    """Switch the checks on or off; what they were before."""
    before, _Switch.on = _Switch.on, on
    return before


def print_with(show: Callable[[ir.Block], str]) -> None:
    """How statements are written in complaints (the printer lies above this package)."""
    _Switch.show = staticmethod(show)


# ------------------------------------------------------------------ a user's function
def lowered(function: ir.Function) -> ir.Function:
    """After `lower`: A-normal form, with exits anywhere."""
    if _Switch.on:
        kinds = grammar.USER | {ir.Return, ir.Continue, ir.Break}
        _run("lower", function.name, _user(function, kinds))
    return function


def exits(function: ir.Function) -> ir.Function:
    """After `single_exit`: no `return` or `continue`, and nothing behind a `break`."""
    if _Switch.on:
        _run("exits", function.name, _user(function, grammar.USER | {ir.Break}))
        _run("exits", function.name, _result(function))
    return function


def webs(function: ir.Function) -> ir.Function:
    """After `split_webs`: all definitions of a name belong together."""
    if _Switch.on:
        _run("webs", function.name, _user(function, grammar.USER | {ir.Break}))
        _run("webs", function.name, _result(function))
        _run("webs", function.name, lambda: flow.split_names(function))
    return function


def _user(function: ir.Function, kinds: frozenset[type]) -> Check:
    bound = ir.assigned(function.body) | {p.name for p in function.params}
    outside = function.taken - function.locals | function.free

    def check() -> Iterator[flow.Problem]:
        yield from grammar.kinds(function.body, kinds)
        yield from grammar.leaving(function.body)
        yield from grammar.normal(function.body, function.locals | bound)
        yield from _names(function.body)
        for stmt in ir.walk(function.body):
            for name in sorted(ir.statement_reads(stmt) & function.locals - bound):
                if name not in outside:
                    yield f"the local variable `{name}` is never bound", stmt

    return check


def _result(function: ir.Function) -> Check:
    def check() -> Iterator[flow.Problem]:
        bound = ir.assigned(function.body) | {p.name for p in function.params}
        if function.result not in bound and falls(function.body):
            yield f"the result `{function.result}` is never bound", None

    return check


def typed(name: str, body: ir.Block, types: Mapping[str, Type], params: tuple[str, ...]) -> None:
    """After `infer` and `settle`: every variable has a type."""
    if _Switch.on:
        _run("settle", name, lambda: _typed(body, types, params))


def _typed(
    body: ir.Block, types: Mapping[str, Type], params: tuple[str, ...]
) -> Iterator[flow.Problem]:
    for param in params:
        if param not in types:
            yield f"no type is recorded for the parameter `{param}`", None
    for stmt in ir.walk(body):
        missing = [name for name in ir.targets(stmt) if name not in types]
        if missing and not any(_empty(types.get(n)) for n in ir.statement_reads(stmt)):
            yield f"no type is recorded for `{missing[0]}`", stmt


def _empty(kind: Type | None) -> bool:
    """A container known to hold nothing, whose items have no type; or made from such an item."""
    if isinstance(kind, Lst | Dct) and isinstance(kind.element, Bottom):
        return True
    return kind is None or (isinstance(kind, Lst | Tup | Dct) and kind.items == ())


# ------------------------------------------------------------------ derivatives
@dataclass(frozen=True)
class Frame:
    """What surrounds the two parts of a derivative.

    held: variables that surely have a value when the backward part begins (found by the first
    check of a derivative, and kept: a pass may drop the statement that proves it).
    """

    name: str
    params: frozenset[str]
    outside: frozenset[str]
    user: frozenset[str]
    stacks: frozenset[str]
    held: frozenset[str] = frozenset()


def derivative(frame: Frame, stage: str, body: ir.Block, before: ir.Block | None = None) -> Frame:
    """A forward and a backward part with `# backward` between them; `before` the pass, if any."""
    if not _Switch.on or body == before:
        return frame
    forward, backward = cut(body)
    found = flow.Derivative(frame.params, frame.outside, frame.held)

    def check() -> Iterator[flow.Problem]:
        yield from grammar.kinds(forward, grammar.FORWARD)
        yield from grammar.kinds(backward, grammar.BACKWARD)
        yield from grammar.leaving(body)
        yield from grammar.returning(body)
        yield from _generated_names(frame, body)
        yield from found.problems(forward, backward)
        notes = noted.lists_of_notes(forward) - frame.user
        yield from noted.problems(forward, backward, notes)
        saved = (frame.stacks | _lists(forward, frame.user)) - notes
        yield from stacks.problems(forward, backward, saved)

    _run(stage, frame.name, check)
    return replace(frame, held=frame.held | found.held)


def _lists(forward: ir.Block, user: frozenset[str]) -> set[str]:
    """Lists of saved values that a pass made: no variables of the user's."""
    empty = ir.Sequence("list", ())
    return {s.target for s in forward if isinstance(s, ir.Assign) and s.value == empty} - user


def cut(body: ir.Block) -> tuple[ir.Block, ir.Block]:
    """What stands before and after `# backward`."""
    place = next((k for k, s in enumerate(body) if s == ir.Note("backward")), len(body))
    return body[:place], body[place + 1 :]


def function(name: str, params: list[str], body: ir.Block, outside: frozenset[str]) -> None:
    """A finished function: it reads its parameters, its own names and those of the module."""
    if _Switch.on:
        _run("emit", name, lambda: _closed(params, body, outside))


def _closed(params: list[str], body: ir.Block, outside: frozenset[str]) -> Iterator[flow.Problem]:
    yield from grammar.returning(body)
    bound = ir.assigned(body) | set(params)
    for stmt in ir.walk(body):
        for name in sorted(ir.statement_reads(stmt) - bound - outside - reserved()):
            yield f"`{name}` is neither a parameter nor bound here", stmt


def owned(name: str, body: ir.Block, is_number: Callable[[str], bool]) -> None:
    """The returned gradients are memory of their own: no array twice, none that others hold."""
    if _Switch.on:
        _run("own", name, lambda: _owned(body, is_number))


def _owned(body: ir.Block, is_number: Callable[[str], bool]) -> Iterator[flow.Problem]:
    last = body[-1]
    assert isinstance(last, ir.Return)
    handed: list[str] = []
    stack: list[ir.Expr] = [last.value]
    while stack:
        expr = stack.pop()
        if isinstance(expr, ir.Sequence):
            stack.extend(expr.items)
        elif isinstance(expr, ir.Name) and not is_number(expr.id):
            handed.append(expr.id)
    for name in sorted(set(handed)):
        if handed.count(name) > 1:
            yield f"`{name}` is handed out twice", last
    value = last.value.items[0] if isinstance(last.value, ir.Sequence) else None
    others = [n for n in handed if ir.Name(n) != value]
    made = {s.target for s in ir.walk(body) if isinstance(s, ir.Assign) and _operation(s.value)}
    made |= {n for s in ir.walk(body) if isinstance(s, ir.Unpack) for n in _called(s)}
    for name in others:
        if name not in made:
            yield f"`{name}`, which others may hold, is handed out as a gradient", last


def _called(stmt: ir.Unpack) -> tuple[str, ...]:
    """What the backward part of a called function hands out."""
    return stmt.targets if isinstance(stmt.value, ir.Call) else ()


def _operation(value: ir.Expr) -> bool:
    return isinstance(value, ir.Binary | ir.Unary | ir.Call)


# ------------------------------------------------------------------ names
def _names(body: ir.Block) -> Iterator[flow.Problem]:
    for stmt in ir.walk(body):
        for name in ir.targets(stmt):
            if not name.isidentifier() or keyword.iskeyword(name):
                yield f"`{name}` is not a name", stmt


def _generated_names(frame: Frame, body: ir.Block) -> Iterator[flow.Problem]:
    """The compiler's names clash with nothing that generated code or the user refers to."""
    yield from _names(body)
    for stmt in ir.walk(body):
        for name in ir.targets(stmt):
            if name in frame.user or name == "_":
                continue
            if name in reserved():
                yield f"`{name}` is a name that generated code uses for something else", stmt
            if name in frame.outside:
                yield f"`{name}` hides a name of the user's module", stmt


# ------------------------------------------------------------------ complaining
def _run(stage: str, name: str, check: Check) -> None:
    for rule, stmt in check():
        _complain(stage, name, rule, stmt)


def _complain(stage: str, name: str, rule: str, stmt: ir.Stmt | None) -> NoReturn:
    text = ""
    if stmt is not None:
        at = getattr(stmt, "at", None)
        line = f" (line {at.line})" if at is not None else ""
        text = f":{line}\n" + _Switch.show((stmt,)).rstrip()
    raise InternalError(f"after {stage}, {name}: {rule}{text}")
