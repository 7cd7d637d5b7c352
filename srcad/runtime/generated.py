"""List all that a generator yields."""

from __future__ import annotations

import inspect
from typing import Any


def items_from(generator: Any, *given: Any) -> Any:
    """`list(generator(...))`, given one value for each of its parameters, `*args` among them."""
    code = generator.__code__
    values = iter(given)
    plain = [next(values) for _ in range(code.co_argcount)]
    more = next(values) if code.co_flags & inspect.CO_VARARGS else ()
    first = code.co_argcount
    names = code.co_varnames[first : first + code.co_kwonlyargcount]
    named = {name: next(values) for name in names}
    named |= next(values) if code.co_flags & inspect.CO_VARKEYWORDS else {}
    return list(generator(*plain, *more, **named))
