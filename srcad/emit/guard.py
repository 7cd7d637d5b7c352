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
_LAYOUT = frozenset((Comment, Blank))
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(f for f in kind._fields if f not in _IGNORED)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def same_tree(a: Any, b: Any) -> bool:
    """Whether two trees are the same program; comments, places and contexts do not count."""
    pairs = [(a, b)]
    while pairs:
        a, b = pairs.pop()
        kind = type(a)
        if kind is list:
            b = [x for x in b or [] if type(x) not in _LAYOUT]
            if len(a) == len(b):
                pairs += zip(a, b, strict=True)
            elif b or list(map(type, a)) != [ast.Pass]:
                return False  # and not a body of comments only
        elif type(b) is ast.Constant and isinstance(b.value, (int, float, complex)):
            if not _same_number(a, b.value):
                return False
        elif kind is not type(b) or kind not in _FIELDS:
            if not _same_value(a, b):
                return False
        else:
            # trees are equal only to themselves: they are looked into
            for name in _FIELDS[kind]:
                one, other = getattr(a, name, None), getattr(b, name, None)
                if one != other and (type(one) is not type(other) or _FIELDS.get(type(one), True)):
                    pairs.append((one, other))
    return True


def _same_value(a: Any, b: Any) -> bool:
    """Whether two fields are equal, or left out."""
    return bool(a == b) if type(a) is type(b) else not a and not b


def _same_number(a: Any, value: complex) -> bool:
    if isinstance(value, bool):
        return isinstance(a, ast.Constant) and a.value is value
    literal = spelled(value)
    if not isinstance(literal, ast.Constant):
        return same_tree(a, literal)
    return (
        isinstance(a, ast.Constant)
        and isinstance(a.value, (int, float, complex))
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
