"""Write a function of a function's value, with its parameters, that can be read and differentiated.

np.sum of `def f(x, k=2.0)`     →     def f(x, k=k_default):
                                          return np.sum(primal(x, k))
"""

from __future__ import annotations

import inspect
import linecache
import types
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

_SERIAL = count(1)
_LETTERS = ("x", "y", "z", "u", "v", "w")


def composed(f: Callable[..., Any], outer: str) -> types.FunctionType:
    """The function `outer(f(...))`; outer: the name of a function of NumPy."""
    heads, passed, defaults = _parameters(f)
    plain = getattr(f, "__name__", "function")
    name = plain if plain.isidentifier() else "function"
    called = f"np.{plain}" if getattr(np, plain, None) is f else "primal"
    text = f"def {name}({heads}):\n    return np.{outer}({called}({passed}))\n"
    file = f"<srcad {outer} of {name} {next(_SERIAL)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"primal": f, "np": np, "__name__": "srcad.runtime.composed"}
    space.update(defaults)
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[name]
    made.__doc__ = getattr(f, "__doc__", None)
    made.__qualname__ = getattr(f, "__qualname__", name)
    weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
    return made


def _parameters(f: Callable[..., Any]) -> tuple[str, str, dict[str, Any]]:
    """The parameters as they are written, as they are passed on, and the defaults by name."""
    if isinstance(f, np.ufunc):
        names = ", ".join(_LETTERS[: f.nin])
        return names, names, {}
    try:
        params = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return "*args, **kwargs", "*args, **kwargs", {}
    heads: list[str] = []
    passed: list[str] = []
    defaults: dict[str, Any] = {}
    for k, p in enumerate(params):
        star = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
        if p.kind is p.KEYWORD_ONLY and not any(h.startswith("*") for h in heads):
            heads.append("*")
        head = f"{star}{p.name}"
        if p.default is not p.empty:
            defaults[f"{p.name}_default"] = p.default
            head = f"{head}={p.name}_default"
        heads.append(head)
        passed.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else f"{star}{p.name}")
        last = k + 1 == len(params) or params[k + 1].kind is not p.POSITIONAL_ONLY
        if p.kind is p.POSITIONAL_ONLY and last:
            heads.append("/")
    return ", ".join(heads), ", ".join(passed), defaults
