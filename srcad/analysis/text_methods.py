"""What the methods of texts return: `line.split()` a list of texts, `name.isdigit()` a bool."""

from __future__ import annotations

import ast

from srcad.ir.types import ANY, BOOL, INT, Lst, Scalar, Tup, Type, beginning

# fmt: off
_LIKE_ITSELF = frozenset({
    "capitalize", "casefold", "center", "expandtabs", "format", "format_map", "join", "ljust",
    "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rjust", "rstrip", "strip",
    "swapcase", "title", "translate", "upper", "zfill",
})
# fmt: on
_COUNTS = frozenset(["count", "find", "index", "rfind", "rindex"])
_LISTS = frozenset(["rsplit", "split", "splitlines"])
_TRIPLES = frozenset(["partition", "rpartition"])


def result_of(kind: type, name: str) -> Type:
    """The type of `text.name(...)`, where text is a str or bytes."""
    text = Scalar(kind)
    if name in _LIKE_ITSELF:
        return text
    if name in _COUNTS:
        return INT
    if name in _LISTS:
        return Lst(None, text)
    if name in _TRIPLES:
        return Tup((text, text, text))
    return BOOL if name.startswith(("is", "starts", "ends")) else ANY


def text(node: ast.JoinedStr) -> Type:
    """The type of an f-string."""
    first = node.values[0] if node.values else None
    known = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return beginning(first.value if known else "")  # type: ignore[union-attr]


def begun(op: str, left: Scalar) -> Type:
    """The type of `"W%d" % i` and of `"W" + name`."""
    if not left.known:
        return beginning(left.size if op == "+" and isinstance(left.size, str) else "")
    return beginning(left.value.partition("%")[0] if op == "%" else left.value)
