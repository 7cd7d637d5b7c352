"""Code for a gradient of a result of unknown kind, which can be differentiated again.

def f_grad(x, w):
    value, found = pair(x, w)          # f_value_and_grad
    only_scalar(value, "f")
    return found
"""

from __future__ import annotations

import linecache
import types
import weakref
from itertools import count
from typing import Any

from srcad.runtime.results import only_scalar

_SERIAL = count(1)


def looked_at(
    pair: types.FunctionType, name: str, params: list[str], value: bool, aux: bool
) -> types.FunctionType:
    """The function that looks at the value, and returns what was asked for.

    pair: returns (value, gradient); params: the names of its parameters.
    """
    given = ", ".join(params)
    out = "(value, aux)" if aux else "value"
    answer = {(False, False): "found", (False, True): "found, aux", (True, False): "value, found"}
    text = (
        f"def {name}_grad({given}):\n"
        f"    {out}, found = pair_of_it({given})\n"
        f"    only_scalar(value, {name!r})\n"
        f"    return {answer.get((value, aux), '(value, aux), found')}\n"
    )
    file = f"<srcad {name} looked at {next(_SERIAL)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {
        "pair_of_it": pair,
        "only_scalar": only_scalar,
        "__name__": "srcad.runtime.looked_at",
    }
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[f"{name}_grad"]
    weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
    return made
