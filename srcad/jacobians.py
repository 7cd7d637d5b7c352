"""Derivatives of vectors, and second derivatives: jacobian, hessian, hvp.

J = jacobian(f)(x)            J[i, j] = ∂f(x)[i] / ∂x[j]
H = hessian(f)(x)             H[i, j] = ∂²f(x) / ∂x[i] ∂x[j]
hvp(f)(x, v)                  H @ v, at about the cost of three gradients
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcad import errors
from srcad.api import grad
from srcad.forward import jvp, prepared
from srcad.numeric import fresh
from srcad.pullback import vjp
from srcad.runtime.derivative import Derivative

_REFUSALS = (errors.UnsupportedSyntax, errors.UnsupportedMutation, errors.MissingRule)
MODES = ("auto", "forward", "reverse")


class Derived(Derivative):
    """A Jacobian, a Hessian or its product: a function of the arguments of `f`."""

    def __init__(self, f: Callable[..., Any], kind: str, wrt: int, mode: str) -> None:
        self.f, self.kind, self.wrt, self.mode = f, kind, wrt, mode
        self.__name__ = f"{kind}_of_{getattr(f, '__name__', 'function')}"
        self.__doc__ = f"The {kind} of {getattr(f, '__qualname__', f)}."

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _HOW[self.kind](self.bound(kwargs), args, self.wrt, self.mode)

    def __repr__(self) -> str:
        return f"<{self.kind} of {getattr(self.f, '__qualname__', self.f)!s}, wrt={self.wrt}>"

    def of(self, f: Callable[..., Any]) -> Derived:
        """The same of another function."""
        return Derived(f, self.kind, self.wrt, self.mode)

    def bound(self, kwargs: dict[str, Any]) -> Callable[..., Any]:
        """The function with keywords given."""
        return functools.partial(self.f, **kwargs) if kwargs else self.f


def jacobian(f: Callable[..., Any], wrt: int = 0, mode: str = "auto") -> Callable[..., Any]:
    """The Jacobian of a function of an array (or number) whose value is an array (or number).

    The result has the shape of the value followed by that of the argument.  mode: "forward" runs
    once for each number of the argument, "reverse" once for each number of the value; "auto"
    takes the smaller, or the one that the function allows.  Raises WrongArgument for arguments
    and values of other kinds.
    """
    if mode not in MODES:
        raise errors.WrongArgument(f"mode={mode!r}: use one of {', '.join(map(repr, MODES))}.")
    return Derived(f, "jacobian", wrt, mode)


def hessian(f: Callable[..., Any], wrt: int = 0) -> Callable[..., Any]:
    """The second derivatives of a function with a real scalar value in one array (or number).

    The result has the shape of the argument twice; it is made of the products of `hvp`.
    """
    return Derived(f, "hessian", wrt, "auto")


def hvp(f: Callable[..., Any], wrt: int = 0) -> Callable[..., Any]:
    """The product of the Hessian with a vector: `hvp(f)(x, v)`; the vector comes last.

    v has the structure and shapes of the argument that f is differentiated in, and so has the
    product.  It is forward mode over the gradient's code; where that writes into containers, it is
    the gradient of forward mode's code.
    """
    return Derived(f, "hvp", wrt, "auto")


def _jacobian(g: Callable[..., Any], args: tuple[Any, ...], wrt: int, mode: str) -> Any:
    at = _array(args, wrt)
    if mode == "forward":
        return _forward(g, args, wrt, at)
    if mode == "reverse":
        return _reverse(g, args, wrt, at)
    size = np.size(_value(g(*fresh(args))))
    first, second = (_forward, _reverse) if at.size <= size else (_reverse, _forward)
    try:
        return first(g, args, wrt, at)
    except _REFUSALS:
        return second(g, args, wrt, at)


def _hessian(f: Callable[..., Any], args: tuple[Any, ...], wrt: int, mode: str) -> Any:
    at = _array(args, wrt)
    df = grad(f, wrt=wrt)
    columns = [_product(f, df, (*fresh(args), e), wrt) for e in _basis(at, args[wrt])]
    return _stacked(columns, at.shape, at)


def _hvp(f: Callable[..., Any], args: tuple[Any, ...], wrt: int, mode: str) -> Any:
    if len(args) < 2:
        raise errors.WrongArgument("hvp(f)(x, v): the vector v comes after the arguments.")
    return _product(f, grad(f, wrt=wrt), args, wrt)


def _product(f: Callable[..., Any], df: Any, args: tuple[Any, ...], wrt: int) -> Any:
    *given, v = args
    dots: list[Any] = [None] * len(given)
    dots[wrt] = v
    try:
        return jvp(df, fresh(tuple(given)), tuple(dots))[1]
    except _REFUSALS:
        return _of_the_tangent(f, tuple(given), tuple(dots), wrt)


_HOW = {"jacobian": _jacobian, "hessian": _hessian, "hvp": _hvp}


def _of_the_tangent(
    f: Callable[..., Any], args: tuple[Any, ...], dots: tuple[Any, ...], wrt: int
) -> Any:
    """The gradient of the derivative along a vector."""
    entry, given, moving = prepared(f, fresh(args), dots)
    assert entry.main is not None
    _, pullback = vjp(entry.main, *given, *moving)
    return pullback((0.0, 1.0))[len(given) - len(args) + wrt]


def _basis(at: np.ndarray, value: Any) -> Iterator[Any]:
    """The unit vectors, in the kind of the argument."""
    for k in range(at.size):
        unit = np.zeros(at.size, at.dtype)
        unit[k] = 1
        yield _like(unit.reshape(at.shape), value)


def _forward(f: Callable[..., Any], args: tuple[Any, ...], wrt: int, at: np.ndarray) -> Any:
    columns = []
    out: Any = None
    for unit in _basis(at, args[wrt]):
        dots: list[Any] = [None] * len(args)
        dots[wrt] = unit
        out, t = jvp(f, fresh(args), tuple(dots))
        columns.append(_value(t))
    if not columns:
        out = f(*fresh(args))
    return _stacked(columns, np.shape(_value(out)), at)


def _stacked(columns: list[Any], shape: tuple[int, ...], at: np.ndarray) -> Any:
    """The columns as the last axes."""
    if not columns:
        return np.zeros((*shape, *at.shape))
    return np.stack(columns, -1).reshape((*shape, *at.shape))[()]


def _reverse(f: Callable[..., Any], args: tuple[Any, ...], wrt: int, at: np.ndarray) -> Any:
    out, pullback = vjp(f, *fresh(args))
    out = _value(out)
    shape, rows = np.shape(out), []
    for k in range(np.size(out)):
        seed = np.zeros(np.size(out), np.result_type(out))
        seed[k] = 1
        rows.append(pullback(seed.reshape(shape)[()])[wrt])
    if not rows:
        return np.zeros((*shape, *at.shape))
    return np.stack(rows).reshape((*shape, *at.shape))[()]


def _array(args: tuple[Any, ...], wrt: int) -> np.ndarray:
    try:
        value = args[wrt]
    except IndexError:
        raise errors.WrongArgument(f"wrt={wrt}: there is no such argument.") from None
    at = np.asarray(value) if isinstance(value, float | complex | np.ndarray | np.generic) else None
    if at is None or at.dtype.kind not in "fc":
        raise errors.WrongArgument(
            f"A Jacobian is taken in an array or a number of floats, not in {value!r}."
        )
    return at


def _value(out: Any) -> Any:
    if not isinstance(out, float | complex | np.ndarray | np.generic):
        raise errors.WrongArgument(
            f"A Jacobian is that of an array or a number, not of a {type(out).__name__}."
        )
    return out


def _like(unit: np.ndarray, value: Any) -> Any:
    return unit if isinstance(value, np.ndarray) else unit[()]
