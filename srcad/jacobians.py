"""Derivatives of vectors, and second derivatives: jacobian, hessian, hvp.

J = jacobian(f)(x)            J[i, j] = ∂f(x)[i] / ∂x[j]
H = hessian(f)(x)             H[i, j] = ∂²f(x) / ∂x[i] ∂x[j]
hvp(f)(x, v)                  H @ v, at about the cost of three gradients
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import errors
from srcad.api import grad
from srcad.arguments import Wrt
from srcad.by_tangents import REFUSED
from srcad.flat import raveled
from srcad.forward import jvp
from srcad.numeric import fresh
from srcad.pullback import vjp
from srcad.runtime.derivative import Derivative
from srcad.runtime.trees import leaves, rebuild
from srcad.second import Product, basis

MODES = ("auto", "forward", "reverse")


class Derived(Derivative):
    """A Jacobian, a Hessian or its product: a function of the arguments of `f`."""

    def __init__(self, f: Callable[..., Any], kind: str, wrt: Wrt, mode: str) -> None:
        self.f, self.kind, self.wrt, self.mode = f, kind, wrt, mode
        self.products: dict[int, Product] = {}
        self.__name__ = f"{kind}_of_{getattr(f, '__name__', 'function')}"
        self.__doc__ = f"The {kind} of {getattr(f, '__qualname__', f)}."

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        f = self.bound(kwargs)
        if isinstance(self.wrt, tuple | list):
            each = (self._in(f, args, w) for w in self.wrt)
            return tuple(each)
        return self._in(f, args, self.wrt)

    def _in(self, f: Callable[..., Any], args: tuple[Any, ...], wrt: int | str) -> Any:
        count = len(args)
        if self.kind == "hvp":
            if count < 2:
                raise errors.WrongArgument("hvp(f)(x, v): the vector v comes after the arguments.")
            count -= 1
        position = _position(f, wrt, count)
        if self.kind == "jacobian":
            return _jacobian(f, args, position, self.mode)
        product = self._product(f, position)
        if self.kind == "hessian":
            return _hessian(product, args, position)
        return product.along(args[:-1], args[-1])

    def _product(self, f: Callable[..., Any], position: int) -> Product:
        """The product that second derivatives are taken from: compiled once."""
        if f is not self.f:  # keywords are given
            return Product(f, grad(f, position), position)
        if position not in self.products:
            self.products[position] = Product(f, grad(f, position), position)
        return self.products[position]

    def __repr__(self) -> str:
        return f"<{self.kind} of {getattr(self.f, '__qualname__', self.f)!s}, wrt={self.wrt}>"

    def of(self, f: Callable[..., Any]) -> Derived:
        """The same of another function."""
        return Derived(f, self.kind, self.wrt, self.mode)

    def bound(self, kwargs: dict[str, Any]) -> Callable[..., Any]:
        """The function with keywords given."""
        return functools.partial(self.f, **kwargs) if kwargs else self.f


def jacobian(f: Callable[..., Any], wrt: Wrt = 0, mode: str = "auto") -> Callable[..., Any]:
    """The Jacobian of a function whose argument and value are arrays, numbers, or nests of them.

    The result has the shape of the value followed by that of the argument; of containers it is the
    container of the value around that of the argument around such arrays.  wrt: a position, a
    name, or a tuple of them (then a tuple of Jacobians).  mode: "forward" runs once for each number
    of the argument, "reverse" goes back once for each number of the value; "auto" takes the
    smaller, or the one that the function allows.  Raises WrongArgument for arguments and values
    without floating-point numbers.
    """
    if mode not in MODES:
        raise errors.WrongArgument(f"mode={mode!r}: use one of {', '.join(map(repr, MODES))}.")
    return Derived(f, "jacobian", wrt, mode)


def hessian(f: Callable[..., Any], wrt: int | str = 0) -> Callable[..., Any]:
    """The second derivatives of a function with a real scalar value in one argument.

    The result has the shape of the argument twice, or the structure of a container twice; it is
    made of the products of `hvp`.
    """
    return Derived(f, "hessian", wrt, "auto")


def hvp(f: Callable[..., Any], wrt: int | str = 0) -> Callable[..., Any]:
    """The product of the Hessian with a vector: `hvp(f)(x, v)`; the vector comes last.

    v has the structure and shapes of the argument that f is differentiated in, and so has the
    product.  It is forward mode over the gradient's code; where that is refused, the gradient of
    forward mode's code; and last forward mode over itself, once for each number of the argument.
    """
    return Derived(f, "hvp", wrt, "auto")


def _jacobian(g: Callable[..., Any], args: tuple[Any, ...], wrt: int, mode: str) -> Any:
    found = flat_jacobian(g, args, wrt, mode)
    return _split(found.matrix, found.value, args[wrt])


@dataclass(frozen=True)
class FlatJacobian:
    """The derivatives of the numbers of a value (rows) in those of an argument (columns)."""

    matrix: np.ndarray
    value: Any


def flat_jacobian(
    f: Callable[..., Any], args: tuple[Any, ...], wrt: int, mode: str
) -> FlatJacobian:
    """The Jacobian of what `flatten` makes of value and argument."""
    if not leaves(args[wrt]):
        raise errors.WrongArgument(
            "A Jacobian is taken in floating-point numbers and arrays, or in containers of them, "
            f"not in {args[wrt]!r}."
        )
    if mode != "auto":
        return (_forward if mode == "forward" else _reverse)(f, args, wrt)
    size = raveled(_value(f(*fresh(args)))).size
    smaller = raveled(args[wrt]).size <= size
    first, second = (_forward, _reverse) if smaller else (_reverse, _forward)
    try:
        return first(f, args, wrt)
    except REFUSED:
        return second(f, args, wrt)


def _forward(f: Callable[..., Any], args: tuple[Any, ...], wrt: int) -> FlatJacobian:
    out: Any = None
    columns = []
    for unit in basis(args[wrt]):
        dots: list[Any] = [None] * len(args)
        dots[wrt] = unit
        out, t = jvp(f, fresh(args), tuple(dots))
        columns.append(raveled(_value(t)))
    if not columns:
        out = _value(f(*fresh(args)))
        return FlatJacobian(np.zeros((raveled(out).size, 0)), out)
    return FlatJacobian(np.stack(columns, -1), out)


def _reverse(f: Callable[..., Any], args: tuple[Any, ...], wrt: int) -> FlatJacobian:
    out, pullback = vjp(f, *fresh(args))
    rows = [raveled(pullback(unit)[wrt]) for unit in basis(_value(out))]
    if not rows:
        return FlatJacobian(np.zeros((0, raveled(args[wrt]).size)), out)
    return FlatJacobian(np.stack(rows), out)


def _split(matrix: np.ndarray, value: Any, at: Any) -> Any:
    """The matrix in the structure of the value around that of the argument."""
    rows, columns = _spans(value), _spans(at)
    found = []
    for a, b, shape in rows:
        parts = [matrix[a:b, c:d].reshape((*shape, *inner))[()] for c, d, inner in columns]
        found.append(rebuild(at, parts))
    return rebuild(value, found)


def _spans(tree: Any) -> list[tuple[int, int, tuple[int, ...]]]:
    """Where the numbers of each leaf stand in the vector, and the shape of the leaf."""
    found, start = [], 0
    for _, leaf in leaves(tree):
        found.append((start, start + np.size(leaf), np.shape(leaf)))
        start += np.size(leaf)
    return found


def _hessian(product: Product, args: tuple[Any, ...], wrt: int) -> Any:
    at = args[wrt]
    columns = [raveled(product.along(args, e)) for e in basis(at)]
    matrix = np.stack(columns, -1) if columns else np.zeros((0, 0))
    return _split(matrix, at, at)


def _position(f: Callable[..., Any], wrt: int | str, count: int) -> int:
    """Which of the arguments is meant."""
    if isinstance(wrt, str):
        names = list(inspect.signature(f).parameters)
        if wrt not in names[:count]:
            raise errors.WrongArgument(
                f"wrt={wrt!r}: no argument of that name is given by position; the parameters are: "
                f"{', '.join(names)}."
            )
        return names.index(wrt)
    if not -count <= wrt < count:
        raise errors.WrongArgument(f"wrt={wrt}: there is no such argument.")
    return wrt % count


def _value(out: Any) -> Any:
    if not leaves(out):
        raise errors.WrongArgument(
            "A Jacobian is that of floating-point numbers and arrays, or containers of them, not "
            f"of a {type(out).__name__}."
        )
    return out
