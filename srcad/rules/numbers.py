"""Methods of Python's numbers through which a derivative would pass: `x.__add__(2.0)`."""

from __future__ import annotations

_BINARY = ("add", "sub", "mul", "truediv", "pow", "mod", "divmod")
PASSING = {
    *(f"__{name}__" for name in _BINARY), *(f"__r{name}__" for name in _BINARY),
    "hex", "as_integer_ratio", "__neg__", "__pos__", "__abs__", "__float__", "__complex__",
}  # fmt: skip
