"""source: the generated code of a derivative."""

from __future__ import annotations

from typing import Any

from srcad import errors, forward, pullback
from srcad.gradients import GradFunction, text_of
from srcad.runtime.cotangents import shadow


def source(derivative: Any, *args: Any, **kwargs: Any) -> str:
    """The code generated for these arguments; without any, that of the last call.

    derivative: what grad or value_and_grad returned, as in `source(df, x)`; or jvp or vjp, followed
    by a function and its arguments: `source(srcad.jvp, f, x)`.  Before the first call of a
    gradient it is the generic version, for arguments of any kind.  Raises WrongArgument for
    anything else.
    """
    if derivative is forward.jvp and args:
        f, *primals = args
        entry, _, _ = forward.prepared(f, tuple(primals), tuple(map(_any, primals)))
        return entry.text
    if derivative is pullback.vjp and args:
        return pullback.prepared(args[0], args[1:], kwargs, False)[0].text
    if not isinstance(derivative, GradFunction):
        raise errors.WrongArgument(
            f"source takes what grad or value_and_grad returned, not {derivative!r}."
        )
    return text_of(derivative, *args, **kwargs)


def _any(x: Any) -> Any:
    """A tangent that fits, where the argument has one."""
    return shadow(x)
