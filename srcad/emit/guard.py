"""Check that a text says what its tree says.

tree Constant(-2.0), text "-2.0"                the same: the literal is a minus before 2.0
tree (a + b).T, text "a + b.T"                  refused
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

from srcad.errors import InternalError


class Comment(ast.stmt):
    """A line of its own between statements: `# backward`."""

    _fields = ()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Blank(ast.stmt):
    """An empty line between statements."""

    _fields = ()


def verify(text: str, tree: ast.Module) -> ast.Module:
    """What the text parses to; raises unless it is the tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = ast.parse(text)
    if not same_tree(again, tree):
        raise InternalError("the printed text does not say what its tree says:\n" + text)
    return again


_IGNORED = frozenset({"ctx", "type_comment", "kind", "type_ignores"})


def same_tree(a: Any, b: Any) -> bool:
    """Whether two trees are the same program; comments, places and contexts do not count."""
    if isinstance(a, list):
        b = [x for x in b if not isinstance(x, Comment | Blank)] if isinstance(b, list) else b
        return _same_lists(a, b or [])
    if isinstance(b, ast.Constant) and isinstance(b.value, int | float | complex):
        return _same_number(a, b.value)
    if type(a) is not type(b):
        return not a and not b  # a field that was left out
    if not isinstance(a, ast.AST):
        return bool(a == b)
    for name in a._fields:
        if name not in _IGNORED and not same_tree(getattr(a, name, None), getattr(b, name, None)):
            return False
    return True


def _same_lists(a: list[Any], b: list[Any]) -> bool:
    if len(a) == 1 and not b and isinstance(a[0], ast.Pass):
        return True  # a body of comments only
    return len(a) == len(b) and all(map(same_tree, a, b))


def _same_number(a: Any, value: complex) -> bool:
    if isinstance(value, bool):
        return isinstance(a, ast.Constant) and a.value is value
    literal = spelled(value)
    if not isinstance(literal, ast.Constant):
        return same_tree(a, literal)
    return (
        isinstance(a, ast.Constant)
        and isinstance(a.value, int | float | complex)
        and not isinstance(a.value, bool)
        and isinstance(value, type(a.value))
        and digits(a.value) == digits(value)
    )


def spelled(value: complex) -> ast.expr:
    """The tree of a number's literal: `-2.0` is a minus before 2.0, `1+2j` a sum."""
    if isinstance(value, complex):
        imaginary = complex(0.0, abs(value.imag))
        if str(value.real) == "0.0" and str(value.imag)[0] != "-":
            return ast.Constant(value)
        sign = ast.Sub() if str(value.imag)[0] == "-" else ast.Add()
        return ast.BinOp(spelled(value.real), sign, ast.Constant(imaginary))
    if value != value:
        raise InternalError("nan has no literal: write np.nan")
    if str(value)[0] == "-":
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def digits(value: complex) -> str:
    """The shortest literal that reads back as the number, also of a NumPy number."""
    if isinstance(value, complex):
        return complex.__repr__(value).replace("inf", "1e309")
    text = float.__repr__(value) if isinstance(value, float) else int.__repr__(value)
    return text.replace("inf", "1e309")
