"""Code for a gradient in some of the items of `*args` or `**kwargs`, which can be differentiated.

def f_grad(a, rest):
    found = whole(a, rest)              the gradients in whole parameters
    return found[0][1]                  that in rest[1]
"""

from __future__ import annotations

import inspect
import linecache
import types
import weakref
from itertools import count
from typing import Any

from srcad.arguments import WHOLE, Choice

_SERIAL = count(1)


def picked(
    whole: types.FunctionType,
    params: list[str],
    choice: Choice,
    value: bool,
    aux: bool,
    head: str = "",
) -> types.FunctionType:
    """The function that picks what was asked for; params: the names of its parameters.

    head: these as they stand in its header, where that is not the same.
    """
    known = whole.__dict__.setdefault("picked", {})  # it lives as long as what it calls
    key = choice, head
    if key not in known:
        known[key] = _written(whole, params, choice, value, aux, head)
    return known[key]  # type: ignore[no-any-return]


def header(signature: inspect.Signature) -> str:
    """The parameters as they stand in a `def`, without annotations and defaults."""
    empty = inspect.Parameter.empty
    plain = (p.replace(annotation=empty, default=empty) for p in signature.parameters.values())
    return str(inspect.Signature(list(plain)))[1:-1]


def _written(
    whole: types.FunctionType,
    params: list[str],
    choice: Choice,
    value: bool,
    aux: bool,
    head: str,
) -> types.FunctionType:
    given = ", ".join(params)
    order = choice.params
    items = [
        f"found[{order.index(p)}]" + ("" if item is WHOLE else f"[{item!r}]")
        for p, item in choice.slots
    ]
    asked = items[0] if choice.single else f"({', '.join(items)},)"
    results = {(False, False): "found", (False, True): "found, aux"}.get(
        (value, aux), "value, found"
    )
    answer = results.replace("found", asked)
    body = f"    {results} = whole({given})\n    return {answer}\n"
    if choice.plain:
        body = f"    return whole({given})\n"
    text = f"def {whole.__name__}({head or given}):\n{body}"
    file = f"<srcad {whole.__name__} picked {next(_SERIAL)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"whole": whole, "__name__": "srcad.runtime.picked"}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[whole.__name__]
    weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
    return made
