"""Write one generated function: header, docstring, body, and the user's lines as comments."""

from __future__ import annotations

import ast
import builtins
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from srcad.emit.printer import print_module
from srcad.emit.text import Writer
from srcad.emit.texts import Texts
from srcad.ir import nodes as ir
from srcad.ir import verify
from srcad.ir.names import reserved


@dataclass(frozen=True)
class Emitted:
    """A function as a syntax tree, with its comments and the objects that it refers to."""

    name: str
    node: ast.FunctionDef
    comments: dict[int, str]
    refs: dict[str, Any]
    function: FunctionType
    places: dict[int, ir.Loc] = field(default_factory=dict)  # by id of a statement of the tree
    source: Any = None  # of the user's function: `places` are places in its file
    inside: tuple[ast.FunctionDef | ast.Lambda, ...] = ()  # other functions that stand in it


def emit(
    name: str,
    params: list[str],
    body: ir.Block,
    doc: str,
    unit: Any,
    others: Sequence[Emitted],
    units: Mapping[Any, Any],
) -> Emitted:
    """The syntax tree of a generated function; beside others, of a program of these units."""
    lines = unit.source.lines

    def comment(at: ir.Loc) -> str:
        if not 1 <= at.line <= len(lines):
            return ""
        text = lines[at.line - 1].strip()
        return f"{at.line}: {text}"

    writer = Writer(comment)
    writer.avoid = clashes(unit)
    given = {text: value for e in others for text, value in e.refs.items()}
    writer.texts = Texts(units.values(), frozenset({*ir.assigned(body), *params}), given)
    statements = writer.block(body, commented=False)
    head: list[ast.stmt] = [ast.Expr(ast.Constant(doc))]
    args = ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])
    node = ast.FunctionDef(name, args, [*head, *statements], [], None, None)
    return Emitted(
        name, node, writer.comments, writer.refs, unit.function, writer.places, unit.source,
        unit.code.inside,
    )  # fmt: skip


def clashes(unit: Any) -> frozenset[str]:
    """Names that the user gave to something else than the compiler's helpers of that name."""
    code = unit.code
    known = {"np": np, "math": math, "scipy": sys.modules.get("scipy")}
    space = unit.function.__globals__
    outside = {
        n
        for n in code.free | set(unit.function.__code__.co_names)
        if n in reserved() and n in space and known.get(n, vars(builtins).get(n)) is not space[n]
    }
    return frozenset((code.locals & reserved()) | outside)


def plain_text(body: ir.Block) -> str:
    """A block of IR as Python, for dumps."""
    writer = Writer()
    module = ast.Module(writer.block(body, commented=False), [])
    return print_module(ast.fix_missing_locations(module).body, {})


verify.print_with(plain_text)


def dump(title: str, name: str, body: ir.Block) -> None:
    """Print the IR of a function after a pass when SRCAD_DUMP is set."""
    if os.environ.get("SRCAD_DUMP"):
        print(f"--- {name}: {title}\n{plain_text(body)}")
