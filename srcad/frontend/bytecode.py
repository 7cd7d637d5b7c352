"""Compare two code objects by what they compute.

lambda x: x * 1.0   and   lambda x: x * 1     differ: constants count with their types
the same function three lines further down    does not: files, lines and tracing are ignored
"""

from __future__ import annotations

import inspect
import types
from typing import Any

_KINDS = (
    inspect.CO_VARARGS
    | inspect.CO_VARKEYWORDS
    | inspect.CO_GENERATOR
    | inspect.CO_ASYNC_GENERATOR
    | inspect.CO_COROUTINE
)


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects compute the same; file, lines and tracing do not count."""
    return (
        a.co_name == b.co_name
        and a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and a.co_argcount == b.co_argcount
        and a.co_posonlyargcount == b.co_posonlyargcount
        and a.co_kwonlyargcount == b.co_kwonlyargcount
        and a.co_flags & _KINDS == b.co_flags & _KINDS
        and a.co_exceptiontable == b.co_exceptiontable
        and _same_constant(a.co_consts, b.co_consts)
    )


def _same_constant(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, types.CodeType):
        return same_code(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, frozenset):
        return len(a) == len(b) and {_exact(x) for x in a} == {_exact(x) for x in b}
    if isinstance(a, float | complex):
        return repr(a) == repr(b)  # tells -0.0 from 0.0, and nan is itself
    if isinstance(a, slice):
        return _same_constant((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    return bool(a == b)


def _exact(value: Any) -> Any:
    """A key that, unlike the value, tells 1 from 1.0 and True."""
    if isinstance(value, tuple):
        return tuple, tuple(_exact(x) for x in value)
    if isinstance(value, frozenset):
        return frozenset, frozenset(_exact(x) for x in value)
    return type(value), repr(value) if isinstance(value, float | complex) else value
