"""What users call: grad, value_and_grad, elementwise_grad (vjp: pullback.py, jvp: forward.py)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from srcad import errors, rules, unseen
from srcad.arguments import Wrt
from srcad.gradients import GradFunction, derivative_of
from srcad.runtime import calls, unwritten

P = ParamSpec("P")
R = TypeVar("R")

rules.load()


# -- the public functions --------------------------------------------------------------


@overload
def grad(
    f: Callable[P, Any],
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> GradFunction[P, Any]: ...


@overload
def grad(
    f: None = None,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> Callable[[Callable[P, Any]], GradFunction[P, Any]]: ...


def grad(
    f: Any = None,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> Any:
    """The gradient of a function with a real scalar result, as a function of the same arguments.

    f: the function; without it, a decorator is returned.  wrt: the parameters to differentiate in,
    a position, a name, or a tuple of them (then a tuple of gradients is returned).  has_aux: f
    returns (value, aux), and the derivative (gradient, aux).  holomorphic: f is a holomorphic
    function of complex arguments, and the result its complex derivative f'(z).  naive: the
    unoptimised reference.

    The gradient has the structure, shape and dtype of its argument and memory of its own.  Raises
    NotDifferentiable for integer arguments and results that are not real scalars, MissingRule and
    UnsupportedSyntax for what cannot be differentiated, naming the line.
    """
    if holomorphic:
        return _holomorphic(f, wrt, has_aux, backend, naive)
    return _made(f, wrt, False, has_aux, backend, naive)


@overload
def value_and_grad(
    f: Callable[P, Any],
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> GradFunction[P, tuple[Any, Any]]: ...


@overload
def value_and_grad(
    f: None = None,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> Callable[[Callable[P, Any]], GradFunction[P, tuple[Any, Any]]]: ...


def value_and_grad(
    f: Any = None,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
    naive: bool = False,
) -> Any:
    """(value, gradient) of a function with a real scalar result; see `grad`."""
    if holomorphic:
        raise errors.WrongArgument(
            "value_and_grad(holomorphic=True) is not there: call f, and grad(f, holomorphic=True)."
        )
    return _made(f, wrt, True, has_aux, backend, naive)


def _made(f: Any, wrt: Wrt, value: bool, aux: bool, backend: str, naive: bool) -> Any:
    name = "value_and_grad" if value else "grad"
    if backend != "numpy":
        raise errors.WrongArgument(f"backend={backend!r} is not there yet; use 'numpy'.")
    if f is None:
        options: dict[str, Any] = {"wrt": wrt, "has_aux": aux, "backend": backend, "naive": naive}
        return functools.partial(value_and_grad if value else grad, **options)
    if isinstance(f, type):
        raise errors.WrongArgument(
            f"{name} takes a function, not the class {f.__name__}: give a function that makes an "
            "instance and uses it."
        )
    if not callable(f) and not isinstance(f, classmethod):
        raise errors.WrongArgument(
            f"{name} takes a function, not {f!r}. As a decorator with options: @{name}(wrt=...)."
        )
    return GradFunction(f, wrt, value, aux, naive)


def _holomorphic(f: Any, wrt: Wrt, aux: bool, backend: str, naive: bool) -> Any:
    """f'(z) is the gradient of the real part, for all that satisfies Cauchy's equations."""
    if f is None:
        options: dict[str, Any] = {"wrt": wrt, "has_aux": aux, "backend": backend, "naive": naive}
        return functools.partial(grad, holomorphic=True, **options)
    if aux:
        raise errors.WrongArgument("grad takes either has_aux=True or holomorphic=True, not both.")
    derivative = _made(f, wrt, False, aux, backend, naive)
    derivative.outer, derivative.complex_only = "real", True
    return derivative


def elementwise_grad(f: Callable[P, Any], wrt: Wrt = 0) -> GradFunction[P, Any]:
    """The derivative of each number of the value, for functions that work element by element.

    elementwise_grad(np.tanh)(x) has the shape of x.  It is the gradient of the sum of the value: of
    a function that mixes elements, the sums over the columns of the Jacobian.
    """
    return derivative_of(f, wrt, False, False, False, "sum")


def stop_gradient(x: R) -> R:
    """x itself, through which no derivative passes."""
    return x


# -- calls met at run time -------------------------------------------------------------


def _dynamic(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], keep: bool
) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Differentiate a function that only the running program knows."""
    from srcad.dynamic import differentiate

    return differentiate(function, args, kwargs, keep)


calls.register(_dynamic)
unwritten.register(unseen.look)
