"""Read off the generated text which values the forward part keeps for the backward part.

xs_own = owned(x)           SavedValue("xs_own", …, what="the number put into xs")
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from srcad.emit.places import LineTable


@dataclass(frozen=True)
class SavedValue:
    """One variable that the forward part keeps for the backward part."""

    name: str
    line: int | None  # of the user's file, where it gets its value; None where that is no line
    argument: bool
    reader: int  # the first line of the generated code that reads it
    text: str  # of that line
    what: str = ""  # what it is, where the name does not say it


def saved_values(
    text: str, forward: str, backward: str, table: LineTable
) -> tuple[SavedValue, ...]:
    """Variables that the backward part reads before it sets them, in order of their names."""
    lines = text.splitlines()
    defs = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    first, second = defs[forward], defs[backward]
    cut = next(
        (
            n
            for n in range(second.lineno, (second.end_lineno or 0) + 1)
            if lines[n - 1].strip() == "# backward"
        ),
        second.lineno,
    )
    end = cut if first is second else (first.end_lineno or cut)
    origin = _origins(first, end)
    found = []
    for name, line in sorted(_readings(second, cut).items()):
        if name in origin:
            code = lines[line - 1].strip().partition("  #")[0].rstrip()
            at = _user_line(table, lines, origin[name], end)
            what = meaning(name, first, end)
            found.append(SavedValue(name, at, not origin[name], line, code, what))
    return tuple(found)


def _user_line(table: LineTable, lines: list[str], line: int, end: int) -> int | None:
    """The user's line; what the compiler put in belongs to the statement that follows.

    At the end of a block, to the one before.
    """
    if not line:
        return None
    for near in range(line, end):
        place = table.place(near)
        if place is not None:
            return place.line
        if _depth(lines[near]) < _depth(lines[line - 1]):
            break
    before = (table.place(near) for near in range(line, 0, -1))
    return next((place.line for place in before if place is not None), None)


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip())


def _origins(node: ast.FunctionDef, end: int) -> dict[str, int]:
    """The generated line up to `end` that gives each variable its value; 0 for parameters."""
    found = {a.arg: 0 for a in node.args.args}
    for part in ast.walk(node):
        match part:
            case ast.Name(name, ast.Store()) if part.lineno < end:
                found[name] = part.lineno
    for part in ast.walk(node):
        match part:
            case ast.Call(ast.Attribute(ast.Name(name), "append")) if part.lineno < end:
                found[name] = part.lineno
    return found


def _readings(node: ast.FunctionDef, cut: int) -> dict[str, int]:
    """The first generated line after `cut` that reads each variable not set before."""
    uses = sorted(
        (part.lineno, isinstance(part.ctx, ast.Store), part.id)
        for part in ast.walk(node) if isinstance(part, ast.Name) and part.lineno > cut
    )  # fmt: skip
    found: dict[str, int] = {}
    stored: set[str] = set()
    for line, store, name in uses:
        if store:
            stored.add(name)
        elif name not in stored:
            found.setdefault(name, line)
    return found


# -- what it is ------------------------------------------------------------------------


def meaning(name: str, node: ast.FunctionDef, end: int) -> str:
    """What a saved variable is, where it is more than the value of the user's variable.

    x_own = owned(x); xs[0] = x_own     the number put into xs[0]
    old = xs[i]                         what xs[i] held
    xs_then = snapshot(xs)              xs as it was
    """
    forward = [n for n in ast.walk(node) if isinstance(n, ast.stmt) and n.lineno < end]
    for stmt in forward:
        match stmt:
            case ast.Assign([ast.Name(target)], value) if target == name:
                return _of_value(name, value, forward)
            case _:
                pass
    return ""


def _saves(name: str) -> bool:
    return "_saved" in name


def _of_value(name: str, value: ast.expr, forward: list[ast.stmt]) -> str:
    match value:
        case ast.List([]) if _saves(name):
            later = [s for s in forward if not isinstance(s, ast.Assign)]
            return meaning_of_appends(name, later)
        case ast.Call(ast.Name("owned"), [_]):
            return f"the number put into {_place(name, forward)}"
        case ast.Call(ast.Name("owned_items"), [_]):
            return f"the items put into {_place(name, forward)}"
        case ast.Call(ast.Name("snapshot"), [of]):
            return f"{ast.unparse(of)} as it was"
        case ast.Call(ast.Attribute(ast.Name("np"), "copy"), [of]):
            return f"a copy of {ast.unparse(of)}, which is written later"
        case ast.Subscript() | ast.Attribute():
            return f"what {ast.unparse(value)} held"
        case _:
            return ""


def meaning_of_appends(name: str, forward: list[ast.stmt]) -> str:
    """What a list of saved values gets."""
    for stmt in forward:
        match stmt:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(owner), "append"), [item])):
                if owner == name:
                    parts = item.elts if isinstance(item, ast.Tuple) else [item]
                    return "in each iteration: " + ", ".join(map(ast.unparse, parts))
            case _:
                pass
    return ""


def _place(name: str, forward: list[ast.stmt]) -> str:
    """Where a number goes that is an object of its own."""
    for stmt in forward:
        match stmt:
            case ast.Assign([ast.Subscript() | ast.Attribute() as place], ast.Name(value)):
                if value == name:
                    return ast.unparse(place)
            case ast.Assign([ast.Name(target)], ast.List() | ast.Dict() | ast.Call() as made):
                if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(made)):
                    return target
            case ast.Expr(ast.Call(ast.Attribute(owner, "append" | "insert" | "extend"), args)):
                if any(isinstance(a, ast.Name) and a.id == name for a in args):
                    return ast.unparse(owner)
            case _:
                pass
    return "a container"
