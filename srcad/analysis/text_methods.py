"""What the methods of texts return: `line.split()` a list of texts, `name.isdigit()` a bool."""

from __future__ import annotations

from srcad.ir.types import ANY, BOOL, INT, Lst, Scalar, Tup, Type

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
