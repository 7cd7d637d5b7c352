"""Take the cotangent of `a + b` apart, where one is a tuple and of the other nothing is known.

t = t + (v,)        t_bar, part = first_part(t_bar, t, (v,)), last_part(t_bar, t, (v,))
"""

from __future__ import annotations

from typing import Any

from srcad.errors import UnsupportedSyntax


def first_part(y_bar: Any, a: Any, b: Any) -> Any:
    """What belongs to `a`."""
    both_tuples(a, b)
    return None if y_bar is None else list(y_bar[: len(a)])


def last_part(y_bar: Any, a: Any, b: Any) -> Any:
    """What belongs to `b`."""
    both_tuples(a, b)
    return None if y_bar is None else list(y_bar[len(a) :])


def both_tuples(a: Any, b: Any) -> None:
    """Refuse what is arithmetic."""
    if type(a) is not tuple or type(b) is not tuple:
        raise UnsupportedSyntax(
            f"`+` of a {type(a).__name__} and a {type(b).__name__}, of which one is known only "
            "when it runs, cannot be differentiated. Make arrays of both with np.array(...)."
        )
