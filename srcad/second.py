"""The product of a Hessian with a vector, in the first of three ways that the function allows.

forward over reverse     the tangent of the gradient's code
reverse over forward     the gradient of the tangent's code: the gradient's writes into containers
forward over forward     the tangent of the tangent's code, once for each number of the argument
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcad.arguments import target_of
from srcad.by_tangents import REFUSED
from srcad.flat import filled, raveled
from srcad.forward import jvp, prepared
from srcad.numeric import fresh
from srcad.pullback import vjp

Args = tuple[Any, ...]


class Product:
    """v ↦ H v for one argument of a function; it keeps to the way that was found."""

    def __init__(self, f: Callable[..., Any], df: Callable[..., Any], wrt: int) -> None:
        self.f, self.df, self.wrt = f, df, wrt
        self.ways: list[Callable[[Args, Args], Any]] = [
            self.forward_over_reverse, self.reverse_over_forward, self.forward_over_forward,
        ]  # fmt: skip

    def along(self, args: Args, v: Any) -> Any:
        """H v at these arguments."""
        dots: list[Any] = [None] * len(args)
        dots[self.wrt] = v
        for way in list(self.ways):
            try:
                found = way(fresh(args), tuple(dots))
            except REFUSED:
                if way is self.ways[-1]:
                    raise
                continue
            self.ways.sort(key=lambda other: other is not way)
            return found
        raise AssertionError("the last way returns or raises")

    def forward_over_reverse(self, args: Args, dots: Args) -> Any:
        """The tangent of the gradient."""
        return jvp(self.df, args, dots)[1]

    def reverse_over_forward(self, args: Args, dots: Args) -> Any:
        """The gradient of the derivative along a vector."""
        entry, given, moving = prepared(self.f, args, dots)
        assert entry.main is not None
        _, pullback = vjp(entry.main, *given, *moving)
        return self.of_argument(args, given, pullback((0.0, 1.0)))

    def of_argument(self, args: Args, given: Args, bars: Args) -> Any:
        """The cotangent of the argument among those of the parameters."""
        target = target_of(self.f, len(args), (), args, {})
        signature = inspect.signature(target.function, follow_wrapped=False)
        flat: list[Any] = []
        for p, bar, value in zip(signature.parameters.values(), bars, given, strict=False):
            if p.kind is p.VAR_POSITIONAL:
                flat.extend([None] * len(value) if bar is None else bar)
            else:
                flat.append(bar)
        return flat[len(target.args) + self.wrt]

    def forward_over_forward(self, args: Args, dots: Args) -> Any:
        """The derivatives along each unit of the derivative along a vector."""
        numbers, first = [], list(dots)
        for unit in basis(args[self.wrt]):
            entry, given, moving = prepared(self.f, fresh(args), dots)
            first[self.wrt] = unit
            beside = iter(prepared(self.f, args, tuple(first))[2])
            once = [next(beside) if m else None for m in entry.mask]
            assert entry.main is not None
            _, (_, twice) = jvp(entry.main, (*given, *moving), (*once, *[None] * len(moving)))
            numbers.append(twice)
        like = args[self.wrt]
        return filled(like, np.array(numbers, raveled(like).dtype))


def basis(tree: Any) -> Iterator[Any]:
    """The unit vectors, in the structure of the tree."""
    zero = np.zeros_like(raveled(tree))
    for k in range(zero.size):
        unit = zero.copy()
        unit[k] = 1
        yield filled(tree, unit)
