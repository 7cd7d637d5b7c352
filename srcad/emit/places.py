"""Which line of the user's each generated line comes from, for notes on exceptions.

    text, line 9:  y = np.linalg.inv(a)          user's file, line 4:  y = np.linalg.inv(a) @ b

An exception that passes through generated code keeps its type and its text, and gets a note:

    srcad: at circuit.py:4, in f:
        y = np.linalg.inv(a) @ b
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from srcad.emit.function import Emitted
from srcad.emit.guard import Blank, Comment
from srcad.errors import Place, SrcadError
from srcad.frontend.source import GENERATED
from srcad.ir import nodes as ir

NOTE = "srcad: at "


@dataclass(frozen=True)
class LineTable:
    """The user's places by generated line; nodes of the user's own carry their lines with them."""

    lines: Mapping[int, tuple[Any, int, int, int, str]]  # source, line, column, end, function

    def place(self, line: int) -> Place | None:
        """Where the user wrote what stands in a generated line."""
        if line not in self.lines:
            return None
        source, at, column, end, name = self.lines[line]
        node = ast.Pass()
        node.lineno = node.end_lineno = at
        node.col_offset, node.end_col_offset = column, end
        place: Place = source.place(node, name)
        return place


TABLES: dict[str, LineTable] = {}  # by the file name of the generated text


def line_table(printed: ast.Module, emitted: list[Emitted]) -> LineTable:
    """The table for a module as its text parses."""
    written = {e.name: e for e in emitted}
    lines: dict[int, tuple[Any, int, int, int, str]] = {}
    for node in printed.body:
        if isinstance(node, ast.FunctionDef):
            own = written[node.name]
            # without the function itself, which may come and go while its text stays
            source = own.source and replace(own.source, function=None)
            for tree, twin in _pairs(own.node.body[1:], node.body[1:]):
                at = own.places.get(id(tree))
                if at is not None and source is not None:
                    end = at.end_column if at.end_line == at.line else 10**6
                    name = ir.written_in(own.inside, at.line) or own.function.__name__
                    spot = source, at.line, at.column, end, name
                    for line in _own_lines(twin):
                        lines.setdefault(line, spot)
    return LineTable(lines)


def _pairs(trees: list[ast.stmt], printed: list[ast.stmt]) -> list[tuple[ast.stmt, ast.stmt]]:
    """Each statement of the tree beside the same one of the parsed text."""
    found: list[tuple[ast.stmt, ast.stmt]] = []
    waiting: list[tuple[Any, Any]] = [(trees, printed)]
    while waiting:
        trees, printed = waiting.pop()
        real = [t for t in trees if type(t) is not Comment and type(t) is not Blank]
        if len(real) != len(printed):
            continue  # a body of comments only
        pairs = list(zip(real, printed, strict=True))
        found += pairs
        for tree, other in pairs:
            if isinstance(tree, _BLOCKS):
                for name in ("body", "orelse", "finalbody"):
                    waiting.append((getattr(tree, name, []), getattr(other, name, [])))
                for one, two in zip(
                    getattr(tree, "handlers", []), getattr(other, "handlers", []), strict=False
                ):
                    waiting.append((one.body, two.body))
    return found


_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try)


def _own_lines(node: ast.stmt) -> range:
    """The lines of a simple statement, or of the head of a block."""
    body = getattr(node, "body", None)
    if body and not isinstance(node, ast.FunctionDef):
        return range(node.lineno, max(body[0].lineno, node.lineno + 1))
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def annotate(problem: BaseException) -> None:
    """Name the user's line on an exception that passed through generated code, once."""
    place = _deepest(problem)
    if place is None:
        return
    if isinstance(problem, SrcadError):
        if problem.place is None:
            type(problem).__init__(problem, problem.message, place)
        return
    if any(note.startswith(NOTE) for note in getattr(problem, "__notes__", ())):
        return
    where = f", in {place.function}" if place.function else ""
    problem.add_note(f"{NOTE}{place}{where}:\n    {place.text.strip()}")


def _deepest(problem: BaseException) -> Place | None:
    """The user's place behind the innermost generated frame."""
    found = None
    step = problem.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file.startswith(GENERATED) and file in TABLES:
            found = TABLES[file].place(step.tb_lineno) or found
        step = step.tb_next
    return found
