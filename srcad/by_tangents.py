"""Code for the derivative in one number that is forward mode's: plain statements of the program.

    def u_grad(t):
        value, moved = u_jvp(t, 1.0)
        return finish(moved, t)

The gradient's code keeps cotangents by memory where the function writes into containers, and then
cannot be differentiated; this can, as often as is wanted.
"""

from __future__ import annotations

import linecache
import types
import weakref
from itertools import count
from typing import Any

import numpy as np

from srcad import errors, moving
from srcad.arguments import WHOLE, Choice
from srcad.called import Call
from srcad.runtime.cotangents import finish

REFUSED = (
    errors.UnsupportedSyntax, errors.UnsupportedMutation, errors.MissingRule,
    errors.SourceUnavailable,
)  # fmt: skip
_SERIAL = count(1)


def by_tangents(
    call: Call, choice: Choice, value: bool, aux: bool, adapted: bool, head: str = ""
) -> types.FunctionType | None:
    """The function for this call; None where the derivative is not one in one number.

    adapted: the function has a parameter for what holds the captured variables.
    head: the parameters as they stand in the header, where these are not one a value.
    """
    if not choice.single or len(choice.slots) != 1:
        return None
    (param, item), *_ = choice.slots
    if item is not WHOLE or not isinstance(call.values[param], float | np.floating):
        return None
    held = None if adapted else call.held
    rests = tuple(k != param for k in range(len(call.values)))
    entry = moving.entry_of(
        call.function, call.kinds, call.symbols, held, still=rests, dynamic=True
    )
    known = entry.main.__dict__.setdefault("alone", {})  # it lives as long as what it calls
    key = param, value, aux, head
    if key not in known:
        names = list(entry.main.__code__.co_varnames[: len(call.values)])
        known[key] = _written(entry.main, call.function.__name__, names, param, value, aux, head)
    return known[key]  # type: ignore[no-any-return]


def _written(
    whole: types.FunctionType, of: str, names: list[str], param: int, value: bool, aux: bool,
    head: str,
) -> types.FunctionType:  # fmt: skip
    given = ", ".join(names)
    outs, dots = ("(value, aux)", "(moved, _)") if aux else ("value", "moved")
    found = f"finish(moved, {names[param]})"
    answer = f"value, {found}" if value else f"{found}, aux" if aux else found
    text = (
        f"def {of}_grad({head or given}):\n"
        f"    {outs}, {dots} = whole({given}, 1.0)\n"
        f"    return {answer}\n"
    )
    file = f"<srcad {of}_grad by tangents {next(_SERIAL)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"whole": whole, "finish": finish, "__name__": "srcad.runtime.alone"}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[f"{of}_grad"]
    weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
    return made
