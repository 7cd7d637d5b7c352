"""Call something whose identity is known only now, and keep the way back.

    y, pullback = call(f, x, w)     …     f_bar, x_bar, w_bar = pullback(y_bar)

The compiler registers itself here when it is imported, so that a function met at run time is
compiled when first met; the runtime itself knows nothing of the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pullback = Callable[[Any], list[Any]]
_COMPILE: list[Callable[..., tuple[Any, Pullback]]] = []


def register(compiler: Callable[..., tuple[Any, Pullback]]) -> None:
    """Set what differentiates a function met at run time."""
    _COMPILE[:] = [compiler]


def call_method(owner: Any, name: str, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
    """The same for `owner.name(...)`: the first cotangent is that of the owner."""
    method = getattr(owner, name)
    function = getattr(method, "__func__", None)
    if function is not None and getattr(method, "__self__", None) is owner:
        value, pullback = _COMPILE[0](function, (owner, *args), kwargs)
        return value, lambda y_bar: pullback(y_bar)[1:]
    return _COMPILE[0](method, args, kwargs)


def call(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
    """The value of the call, and its pullback to [function, *args, *kwargs.values()]."""
    return _COMPILE[0](function, args, kwargs)
