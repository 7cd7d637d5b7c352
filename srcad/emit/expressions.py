"""Print the expressions that generated code is made of; all others are left to astor.

BinOp(Name("a"), Mult(), BinOp(Name("b"), Add(), Name("c")))     →     a * (b + c)

Precedences are astor's, so that both print alike.  What is printed is parsed again and compared.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Any

from srcad.emit.guard import digits, spelled

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from astor.op_util import Precedence, precedence_data, symbol_data

ATOM = Precedence.highest
COMMA = Precedence.Comma
_ALONE = Precedence.call_one_arg


def plain(node: ast.AST, around: int) -> str:
    """The text of an expression or a simple statement, `around` the precedence around it.

    Raises KeyError for what is left to astor.
    """
    return _PRINT[type(node)](node, around)


def _name(node: ast.Name, around: int) -> str:
    return node.id


def _constant(node: ast.Constant, around: int) -> str:
    value = node.value
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float, complex)):
        literal = spelled(value)
        return digits(value) if isinstance(literal, ast.Constant) else plain(literal, around)
    if isinstance(value, str):
        return quoted(value)
    return "..." if value is Ellipsis else repr(value)


def _attribute(node: ast.Attribute, around: int) -> str:
    inner = plain(node.value, ATOM)
    if isinstance(node.value, ast.Constant) and is_digits(node.value.value):
        inner = f"({inner})"  # 1.real does not parse
    return f"{inner}.{node.attr}"


def _call(node: ast.Call, around: int) -> str:
    precedence = _ALONE if len(node.args) == 1 and not node.keywords else COMMA
    parts = [plain(a, precedence) for a in node.args]
    for keyword in node.keywords:
        value = plain(keyword.value, COMMA)
        parts.append(f"{keyword.arg}={value}" if keyword.arg else f"**{value}")
    return f"{plain(node.func, ATOM)}({', '.join(parts)})"


def _enclosed(text: str, own: int, around: int) -> str:
    return text if own >= around else f"({text})"


def _binary(node: ast.BinOp, around: int) -> str:
    kind = type(node.op)
    own = precedence_data[kind]
    before, after = own, own + 1
    if kind is ast.Pow:
        before, after = Precedence.Pow + 1, Precedence.PowRHS
    text = f"{plain(node.left, before)} {symbol_data[kind]} {plain(node.right, after)}"
    return text if own >= around else f"({text})"


def _unary(node: ast.UnaryOp, around: int) -> str:
    kind = type(node.op)
    own = precedence_data[kind]
    space = " " if kind is ast.Not else ""
    return _enclosed(f"{symbol_data[kind]}{space}{plain(node.operand, own)}", own, around)


def _logic(node: ast.BoolOp, around: int) -> str:
    own = precedence_data[type(node.op)]
    word = f" {symbol_data[type(node.op)]} "
    return _enclosed(word.join(plain(v, own + 1) for v in node.values), own, around)


def _compare(node: ast.Compare, around: int) -> str:
    own = precedence_data[type(node.ops[0])]
    text = plain(node.left, own + 1)
    for op, right in zip(node.ops, node.comparators, strict=True):
        text += f" {symbol_data[type(op)]} {plain(right, own + 1)}"
    return _enclosed(text, own, around)


def _choice(node: ast.IfExp, around: int) -> str:
    own = precedence_data[ast.IfExp]
    text = f"{plain(node.body, own + 1)} if {plain(node.test, own + 1)}"
    return _enclosed(f"{text} else {plain(node.orelse, own)}", own, around)


def _item(node: ast.Subscript, around: int) -> str:
    return f"{plain(node.value, ATOM)}[{plain(node.slice, precedence_data[ast.Subscript])}]"


def _slice(node: ast.Slice, around: int) -> str:
    lower, upper, step = (
        "" if p is None else plain(p, COMMA) for p in (node.lower, node.upper, node.step)
    )
    return f"{lower}:{upper}" if node.step is None else f"{lower}:{upper}:{step}"


def _tuple(node: ast.Tuple, around: int) -> str:
    text = ", ".join(plain(e, COMMA) for e in node.elts)
    if len(node.elts) == 1:
        text += ","
    return _enclosed(text, precedence_data[ast.Tuple] if node.elts else -1, around)


def _list(node: ast.List, around: int) -> str:
    return f"[{', '.join(plain(e, COMMA) for e in node.elts)}]"


def _assign(node: ast.Assign, around: int) -> str:
    own = precedence_data[ast.Assign]
    parts = [plain(part, own) for part in (*node.targets, node.value)]
    return " = ".join(parts)


def _augmented(node: ast.AugAssign, around: int) -> str:
    own = precedence_data[ast.AugAssign]
    return f"{plain(node.target, own)} {symbol_data[type(node.op)]}= {plain(node.value, own)}"


def _effect(node: ast.Expr, around: int) -> str:
    return plain(node.value, precedence_data[ast.Expr])


def _return(node: ast.Return, around: int) -> str:
    if node.value is None:
        return "return"
    return f"return {plain(node.value, precedence_data[ast.Return])}"


_PRINT: dict[type, Callable[[Any, int], str]] = {
    ast.Name: _name, ast.Constant: _constant, ast.Attribute: _attribute, ast.Call: _call,
    ast.BinOp: _binary, ast.UnaryOp: _unary, ast.BoolOp: _logic, ast.Compare: _compare,
    ast.IfExp: _choice, ast.Subscript: _item, ast.Slice: _slice, ast.Tuple: _tuple,
    ast.List: _list, ast.Assign: _assign, ast.AugAssign: _augmented, ast.Expr: _effect,
    ast.Return: _return,
}  # fmt: skip


def quoted(value: str) -> str:
    """A string literal in double quotes where that needs no backslash."""
    text = repr(value)
    return f'"{text[1:-1]}"' if '"' not in text else text


def is_digits(value: object) -> bool:
    """Whether the literal is a number without a sign."""
    return type(value) in (int, float) and isinstance(spelled(value), ast.Constant)  # type: ignore[arg-type]
