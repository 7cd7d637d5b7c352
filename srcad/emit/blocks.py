"""Lay statements out in blocks: bodies, `elif` chains, docstrings, comments, blank lines.

If(a, [..], [If(b, [..], [..])])   ->   if a: ..  elif b: ..  else: ..
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from srcad.emit.guard import Blank, Comment
from srcad.emit.layout import WIDTH, Lines


class Printer(Protocol):
    """Prints expressions and statements without a body."""

    def text(self, node: ast.AST) -> str: ...

    def target(self, node: ast.AST) -> str:
        """An expression that needs no parentheses around its commas."""
        ...


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Blocks:
    """Lays statements out: bodies, comments, blank lines."""

    def __init__(self, comments: Mapping[int, str], printer: Printer | None) -> None:
        self.comments = comments
        self.safe = printer is None  # print with ast.unparse and wrap nothing
        self.text = printer.text if printer else ast.unparse
        self.target = printer.target if printer else ast.unparse
        self.lines = Lines(width=None if self.safe else WIDTH)

    def block(self, body: Iterable[ast.stmt], depth: int) -> None:
        empty = True
        before: ast.stmt | None = None
        for node in body:
            if isinstance(node, Comment):
                self.lines.comment(node.text, depth)
            elif isinstance(node, Blank):
                self.lines.blank()
            else:
                if before is not None and isinstance(before, _FUNCTIONS):
                    self.lines.blank(1 if depth else 2)
                elif before is not None and isinstance(node, _FUNCTIONS):
                    self.lines.blank_before_comments(1 if depth else 2)
                self.one(node, depth)
                empty, before = False, node
        if empty and depth:
            self.lines.code("pass", depth, "")

    def one(self, node: ast.stmt, depth: int) -> None:
        printer = getattr(self, f"print_{type(node).__name__}", None)
        if printer is None:
            self.lines.code(self.text(node), depth, self.comments.get(id(node), ""))
        else:
            printer(node, depth)

    def head(self, node: ast.stmt, text: str, depth: int) -> None:
        self.lines.code(text, depth, self.comments.get(id(node), ""))

    def part(self, keyword: str, body: list[ast.stmt], depth: int) -> None:
        """`else:` and its like."""
        if body:
            self.lines.code(f"{keyword}:", depth, "")
            self.block(body, depth + 1)

    def print_FunctionDef(self, node: ast.FunctionDef, depth: int) -> None:
        if self.safe or getattr(node, "type_params", None) or not isinstance(node, ast.FunctionDef):
            self.lines.code(_unparsed_header(node), depth, self.comments.get(id(node), ""))
        else:
            for decorator in node.decorator_list:
                self.lines.code("@" + self.text(decorator), depth, "")
            result = f" -> {self.text(node.returns)}" if node.returns else ""
            text = f"def {node.name}({self.text(node.args)}){result}:"
            self.head(node, text, depth)
        body = list(node.body)
        if body and _is_docstring(body[0]):
            text = _docstring(body[0].value.value)  # type: ignore[attr-defined]
            self.lines.verbatim(text, depth + 1)
            body = body[1:]
            if not body:
                return
            self.lines.no_blank = False
        self.block(body, depth + 1)

    print_AsyncFunctionDef = print_FunctionDef
    print_ClassDef = print_FunctionDef

    def print_If(self, node: ast.If, depth: int) -> None:
        keyword = "if"
        while True:
            self.head(node, f"{keyword} {self.text(node.test)}:", depth)
            self.block(node.body, depth + 1)
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            keyword, node = "elif", node.orelse[0]
        self.part("else", node.orelse, depth)

    def print_For(self, node: ast.For, depth: int) -> None:
        if isinstance(node, ast.AsyncFor) or self.safe:
            self.head(node, _unparsed_header(node), depth)
        else:
            target = self.target(node.target)
            self.head(node, f"for {target} in {self.text(node.iter)}:", depth)
        self.block(node.body, depth + 1)
        self.part("else", node.orelse, depth)

    print_AsyncFor = print_For

    def print_While(self, node: ast.While, depth: int) -> None:
        self.head(node, f"while {self.text(node.test)}:", depth)
        self.block(node.body, depth + 1)
        self.part("else", node.orelse, depth)

    def print_With(self, node: ast.With, depth: int) -> None:
        self.head(node, _unparsed_header(node), depth)
        self.block(node.body, depth + 1)

    print_AsyncWith = print_With

    def print_Try(self, node: ast.Try, depth: int) -> None:
        self.head(node, "try:", depth)
        self.block(node.body, depth + 1)
        star = "" if isinstance(node, ast.Try) else "*"
        for handler in node.handlers:
            kind = f" {self.text(handler.type)}" if handler.type else ""
            name = f" as {handler.name}" if handler.name else ""
            self.lines.code(f"except{star}{kind}{name}:", depth, self.comments.get(id(handler), ""))
            self.block(handler.body, depth + 1)
        self.part("else", node.orelse, depth)
        self.part("finally", node.finalbody, depth)

    print_TryStar = print_Try

    def print_Match(self, node: ast.Match, depth: int) -> None:
        self.head(node, _unparsed_header(node), depth)
        for case in node.cases:
            guard = f" if {self.text(case.guard)}" if case.guard else ""
            self.lines.code(f"case {ast.unparse(case.pattern)}{guard}:", depth + 1, "")
            self.block(case.body, depth + 2)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _unparsed_header(node: Any) -> str:
    """The lines before the body, by `ast.unparse`."""
    bare = copy.copy(node)
    if isinstance(node, ast.Match):
        return f"match {ast.unparse(node.subject)}:"
    bare.body, bare.orelse = [ast.Pass()], []
    bare.lineno = 1  # asked for, though it is not printed
    return ast.unparse(bare).rsplit("\n", 1)[0].strip("\n")


def _docstring(value: str) -> str:
    if not all(c == "\n" or c.isprintable() for c in value):
        return repr(value)
    escaped = re.sub(r'"(?=""|\Z)', r'\\"', value.replace("\\", "\\\\"))
    return f'"""{escaped}"""'
