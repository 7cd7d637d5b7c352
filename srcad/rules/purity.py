"""Tell which expressions may be dropped, moved or repeated."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from srcad.ir import nodes as ir
from srcad.rules.patterns import PATTERNS
from srcad.rules.reports import REPORTS
from srcad.rules.table import TABLE, Unfinished
from srcad.rules.writes import FIRST
from srcad.runtime.implicit import iterated
from srcad.runtime.inplace import shuffled_order

_PURE_BUILTINS = {len, range, reversed, list, tuple, dict, slice, float, int, bool, abs, min, max,
                  sum, isinstance, zip, enumerate, type, set, frozenset,
                  operator.getitem}  # fmt: skip

# functions of ours that give a value, and also write, or raise what must be raised; those that give
# none are called for nothing else
ACTING = {
    "absent", "accumulate", "add_at", "call", "call_method", "call_spread", "changed", "fitting",
    "jvp_call", "jvp_method", "kept", "moved", "named_like", "noted", "put_back", "shuffled_order",
    "taken", "taken_entry", "taken_out", "truth",
}  # fmt: skip

DRAWING = ("random", "numpy.random", "srcad.runtime.draws", "_io", "io")
IMPURE = {print, input, next, open, shuffled_order, iterated, *FIRST, *REPORTS, *PATTERNS}


def pure_head(expr: ir.Expr, called: Callable[[ir.Expr], object]) -> bool:
    """Whether computing the value from its parts has no effect besides.

    `called` tells which pure function an expression is, or None.
    """
    return type(expr) is not ir.Call or called(expr.func) is not None


def _acts(value: object) -> bool:
    """Whether a function of ours does more than give a value."""
    declared = getattr(value, "__annotations__", None)
    nothing = isinstance(declared, dict) and declared.get("return") == "None"
    return nothing or getattr(value, "__name__", "") in ACTING


def pure_function(value: object) -> bool:
    """Whether a function object is known to have no effect."""
    if isinstance(value, np.ufunc):
        return True
    owner = type(getattr(value, "__self__", None))
    module = str(getattr(value, "__module__", None) or owner.__module__)
    if module.startswith("srcad.runtime") and _acts(value):
        return False  # whether it has a rule or not
    try:
        if value in IMPURE or module.startswith(DRAWING) or TABLE.of_user(value):
            return False
        if value in _PURE_BUILTINS or not isinstance(TABLE.get(value), (Unfinished, type(None))):
            return True
    except TypeError:
        return False
    if module.removeprefix("srcad.runtime.") in ("shadows", "cells", "adopting", "snapshots"):
        return False
    if module.startswith("srcad.runtime"):
        return True
    return module in {"_operator", "operator", "math"}
