"""Print a syntax tree as Python that a person would have written, comments included.

    Return(Tuple([x_bar, y_bar]))  ->  return x_bar, y_bar
    with a comment for it          ->  return x_bar, y_bar                # 5: q = x + y

What generated code is made of is printed by `expressions`, other expressions and simple statements
by astor, blocks and comments by `blocks`.  The text of a
module is parsed again and compared with its tree; where astor fails, `ast.unparse` prints the
statements of that module instead, so the text always says what the tree says.

Only this file and `expressions` import astor, which warns on import and misses the syntax of newer
Pythons.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srcad.emit.blocks import Blocks
from srcad.emit.expressions import ATOM, COMMA, is_digits, plain, quoted
from srcad.emit.guard import Blank, Comment, digits, spelled, verify
from srcad.emit.layout import Lines
from srcad.errors import InternalError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from astor.code_gen import SourceGenerator, set_precedence
    from astor.op_util import Precedence, get_op_symbol

__all__ = ["Blank", "Comment", "expression", "print_module", "printed", "statement", "verify"]


def expression(node: ast.expr) -> str:
    """One expression, as it would stand between the commas of a call."""
    return _quiet(_Expressions(), node)


def statement(node: ast.stmt) -> str:
    """One statement that has no body, on one line where it fits."""
    lines = Lines()
    lines.code(_quiet(_Expressions(), node), 0, "")
    return lines.text().rstrip("\n")


@dataclass(frozen=True)
class Printed:
    """A module's text, and what it parses to (the same program, with the places in the text)."""

    text: str
    tree: ast.Module


def print_module(body: list[ast.stmt], comments: Mapping[int, str]) -> str:
    """The text of a module; `comments[id(statement)]` stands beside the statement's first line."""
    return printed(body, comments).text


def printed(body: list[ast.stmt], comments: Mapping[int, str]) -> Printed:
    """A module printed, and parsed again."""
    failures: list[str] = []
    for printer in (_Expressions(), None):
        blocks = Blocks(comments, printer)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                blocks.block(body, 0)
            text = blocks.lines.text()
            tree = verify(text, ast.Module(body, []))
        except Exception as error:  # astor fails in many ways; the second round has the last word
            failures.append(f"{type(error).__name__}: {error}")
        else:
            return Printed(text, tree)
    raise InternalError("a tree could not be printed: " + "; ".join(failures))


# ---- expressions and simple statements -----------------------------------------------------------


def _quiet(generator: _Expressions, node: ast.AST) -> str:
    """Print one piece; on any failure of astor, let `ast.unparse` do it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return generator.text(node)
        except InternalError:
            raise
        except Exception:
            return ast.unparse(node)


class _Expressions(SourceGenerator):  # type: ignore[misc]
    """astor's generator without lines and indentation, and with our habits.

    A node may stand at several places of a generated tree.  So each parent sets the precedence of
    every child, just before it is printed: what another parent noted must not leak.
    """

    def __init__(self) -> None:
        super().__init__("    ")

    def text(self, node: ast.AST) -> str:
        return self._print(node, COMMA)

    def target(self, node: ast.AST) -> str:
        return self._print(node, Precedence.For)

    def _print(self, node: ast.AST, precedence: int) -> str:
        try:
            return plain(node, precedence)
        except KeyError:
            del self.result[:]
        set_precedence(precedence, node)
        self.visit(node)
        return "".join(self.result)

    def newline(self, node: Any = None, extra: int = 0) -> None:
        """Nothing: blocks are laid out elsewhere."""

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool) or value is None:
            self.write(repr(value))
        elif isinstance(value, int | float | complex):
            literal = spelled(value)
            if isinstance(literal, ast.Constant):
                self.write(digits(value))
            else:
                set_precedence(self.get__pp(node), literal)
                self.visit(literal)
        elif isinstance(value, str):
            self.write(quoted(value))
        else:
            self.write("..." if value is Ellipsis else repr(value))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        set_precedence(ATOM, node.value)
        digits_before = isinstance(node.value, ast.Constant) and is_digits(node.value.value)
        begin, end = "()" if digits_before else ("", "")  # 1.real does not parse
        self.write(begin, node.value, end, ".", node.attr)

    def visit_Call(self, node: ast.Call) -> None:
        set_precedence(ATOM, node.func)
        self.visit(node.func)
        alone = len(node.args) == 1 and not node.keywords
        precedence = Precedence.call_one_arg if alone else COMMA
        comma = "("
        for arg in node.args:
            set_precedence(precedence, arg)
            self.write(comma, arg)
            comma = ", "
        for keyword in node.keywords:
            set_precedence(COMMA, keyword.value)
            self.write(comma, f"{keyword.arg}=" if keyword.arg else "**", keyword.value)
            comma = ", "
        self.write(")" if comma == ", " else "()")

    def comma_list(self, items: list[ast.AST], trailing: bool = False) -> None:
        comma = ""
        for item in items:
            set_precedence(COMMA, item)
            self.write(comma, item)
            comma = ", "
        self.write("," if trailing else "")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        power = isinstance(node.op, ast.Pow)
        with self.delimit(node, node.op) as delimiters:
            set_precedence(Precedence.Pow + 1 if power else delimiters.p, node.left)
            self.write(node.left, get_op_symbol(node.op, " %s "))
            set_precedence(Precedence.PowRHS if power else delimiters.p + 1, node.right)
            self.write(node.right)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        with self.delimit(node, node.op) as delimiters:
            symbol = ""
            for value in node.values:
                set_precedence(delimiters.p + 1, value)
                self.write(symbol, value)
                symbol = get_op_symbol(node.op, " %s ")

    def visit_Compare(self, node: ast.Compare) -> None:
        with self.delimit(node, node.ops[0]) as delimiters:
            set_precedence(delimiters.p + 1, node.left)
            self.write(node.left)
            for op, right in zip(node.ops, node.comparators, strict=True):
                set_precedence(delimiters.p + 1, right)
                self.write(get_op_symbol(op, " %s "), right)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        with self.delimit(node) as delimiters:
            for part, more, word in (
                (node.body, 1, " if "),
                (node.test, 1, " else "),
                (node.orelse, 0, ""),
            ):
                set_precedence(delimiters.p + more, part)
                self.write(part, word)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        set_precedence(ATOM, node.value)
        self.write(node.value, "[")
        set_precedence(node, node.slice)
        self.write(node.slice, "]")

    def visit_Slice(self, node: ast.Slice) -> None:
        set_precedence(COMMA, node.lower)
        self.conditional_write(node.lower)
        self.write(":")
        set_precedence(COMMA, node.upper)
        self.conditional_write(node.upper)
        set_precedence(COMMA, node.step)
        self.conditional_write(":", node.step)

    def visit_Starred(self, node: ast.Starred) -> None:
        set_precedence(ATOM, node.value)
        self.write("*", node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        with self.delimit(node) as delimiters:
            set_precedence(delimiters.p, node.body)
            self.write("lambda")
            before = len(self.result)
            self.visit_arguments(node.args)
            if len(self.result) > before:
                self.result.insert(before, " ")
            self.write(": ", node.body)

    def visit_arguments(self, node: ast.arguments) -> None:
        places = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(places) - len(node.defaults)) + list(node.defaults)
        parts: list[tuple[Any, ...]] = list(zip(places, defaults, strict=True))
        if node.posonlyargs:
            parts.insert(len(node.posonlyargs), ("/", None))
        if node.vararg or node.kwonlyargs:
            parts.append(("*", node.vararg, None) if node.vararg else ("*", None))
        parts += zip(node.kwonlyargs, node.kw_defaults, strict=True)
        if node.kwarg:
            parts.append(("**", node.kwarg, None))
        for number, (*names, default) in enumerate(parts):
            self.write(", " if number else "", *names)
            if default is not None:
                set_precedence(COMMA, default)
                annotated = isinstance(names[0], ast.arg) and names[0].annotation is not None
                self.write(" = " if annotated else "=", default)

    def visit_arg(self, node: ast.arg) -> None:
        set_precedence(COMMA, node.annotation)
        self.write(node.arg)
        self.conditional_write(": ", node.annotation)

    def visit_Dict(self, node: ast.Dict) -> None:
        self.write("{")
        for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            set_precedence(COMMA if key else ATOM, key, value)
            self.write(", " if number else "", key or "", ": " if key else "**", value)
        self.write("}")

    def visit_ListComp(self, node: ast.ListComp) -> None:
        set_precedence(COMMA, node.elt)
        super().visit_ListComp(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        set_precedence(COMMA, node.elt)
        super().visit_SetComp(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        set_precedence(COMMA, node.key, node.value)
        super().visit_DictComp(node)

    def visit_Await(self, node: ast.Await) -> None:
        set_precedence(ATOM, node.value)
        super().visit_Await(node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        set_precedence(ATOM, node.value)
        super().visit_YieldFrom(node)

    def visit_Return(self, node: ast.Return) -> None:
        self.write("return")
        set_precedence(node, node.value)
        self.conditional_write(" ", node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        set_precedence(node, node.value, node.target)
        self.write(node.target, get_op_symbol(node.op, " %s= "), node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = ast.unparse(node)
        if '"' not in text and "\\" not in text:
            text = f'{text[0]}"{text[2:-1]}"'
        self.write(text)

    visit_TemplateStr = visit_JoinedStr

    def visit_TypeAlias(self, node: ast.AST) -> None:
        self.write(ast.unparse(node))
