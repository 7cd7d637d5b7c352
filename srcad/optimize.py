"""Fit parameters of any structure with SciPy's optimisers, with exact derivatives.

    found = srcad.optimize.minimize(loss, {"W": W, "b": b}, args=(X, y))
    found.x["W"]

Needs SciPy (`pip install srcad[scipy]`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.api import value_and_grad
from srcad.flat import flatten, raveled
from srcad.jacobians import flat_jacobian, hvp

# Methods of scipy.optimize.minimize that take no gradient, products with the Hessian, the Hessian.
_WITHOUT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
_WHOLE = {"dogleg", "trust-exact"}


class Problem:
    """A function of parameters of any structure, as functions of one vector of float64.

    f: its first argument is the structure, `args` are the others.  x0: the vector at the start;
    unflatten: from vectors to the structure.  fun(v) is the value, value_and_grad(v) value and
    gradient, hessp(v, p) the product of the Hessian with p, hess(v) the Hessian, and jac(v) the
    Jacobian of a value that is an array.
    """

    def __init__(self, f: Callable[..., Any], start: Any, args: tuple[Any, ...] = ()) -> None:
        self.f, self.args = f, args
        vector, self.unflatten = flatten(start)
        if np.iscomplexobj(vector):
            raise TypeError("SciPy's optimisers take real parameters: split them into two arrays.")
        self.x0 = vector.astype(np.float64)
        self._pair = value_and_grad(f)
        self._product = hvp(f)

    def fun(self, v: Any) -> Any:
        """The value; of a value that is an array, one vector."""
        out = self.f(self.unflatten(v), *self.args)
        return raveled(out, np.dtype(np.float64)) if np.ndim(out) else float(out)

    def value_and_grad(self, v: Any) -> tuple[float, np.ndarray]:
        """Value and gradient, for `jac=True`."""
        value, gradient = self._pair(self.unflatten(v), *self.args)
        return float(value), raveled(gradient, np.dtype(np.float64))

    def grad(self, v: Any) -> np.ndarray:
        """The gradient."""
        return self.value_and_grad(v)[1]

    def hessp(self, v: Any, p: Any) -> np.ndarray:
        """The product of the Hessian with a vector."""
        found = self._product(self.unflatten(v), *self.args, self.unflatten(np.asarray(p)))
        return raveled(found, np.dtype(np.float64))

    def hess(self, v: Any) -> np.ndarray:
        """The Hessian."""
        return np.stack([self.hessp(v, e) for e in np.eye(len(self.x0))], axis=-1)

    def residuals(self, v: Any) -> np.ndarray:
        """A value of any structure as one vector."""
        return raveled(self.f(self.unflatten(v), *self.args), np.dtype(np.float64))

    def jac(self, v: Any) -> np.ndarray:
        """The Jacobian of that vector."""
        return flat_jacobian(self.f, (self.unflatten(v), *self.args), 0, "auto").matrix


def minimize(
    f: Callable[..., Any],
    x0: Any,
    args: tuple[Any, ...] = (),
    method: str | None = None,
    **options: Any,
) -> Any:
    """`scipy.optimize.minimize` of a function of parameters of any structure.

    f(x, *args) returns a real scalar; x0: where to start, any nest of containers, arrays and
    numbers.  The gradient is srcad's, and so are products with the Hessian, or the Hessian, for
    methods that take them.  options: as SciPy takes them (`tol`, `options`, `callback`; `bounds`
    and `constraints` in terms of the vector).  The result is SciPy's, but that its `x` has the
    structure of x0; `vector` is the vector.
    """
    from scipy import optimize

    problem = Problem(f, x0, args)
    name = (method or "").lower()
    if name not in _WITHOUT:
        options.setdefault("jac", True)
    if name in _PRODUCTS and "hess" not in options:
        options.setdefault("hessp", problem.hessp)
    if name in _WHOLE:
        options.setdefault("hess", problem.hess)
    fun = problem.value_and_grad if options.get("jac") is True else problem.fun
    return _found(optimize.minimize(fun, problem.x0, method=method, **options), problem)


def least_squares(
    f: Callable[..., Any], x0: Any, args: tuple[Any, ...] = (), **options: Any
) -> Any:
    """`scipy.optimize.least_squares` with residuals and parameters of any structure.

    f(x, *args) returns the residuals; their Jacobian is srcad's.  The result is as in `minimize`.
    """
    from scipy import optimize

    problem = Problem(f, x0, args)
    options.setdefault("jac", problem.jac)
    return _found(optimize.least_squares(problem.residuals, problem.x0, **options), problem)


def root(
    f: Callable[..., Any], x0: Any, args: tuple[Any, ...] = (), method: str = "hybr", **options: Any
) -> Any:
    """`scipy.optimize.root` of equations f(x, *args) = 0 for parameters of any structure.

    The Jacobian is srcad's, for the methods that take one.  The result is as in `minimize`.
    """
    from scipy import optimize

    problem = Problem(f, x0, args)
    if method in ("hybr", "lm"):
        options.setdefault("jac", problem.jac)
    found = optimize.root(problem.residuals, problem.x0, method=method, **options)
    return _found(found, problem)


def _found(result: Any, problem: Problem) -> Any:
    """SciPy's result, with `x` in the structure of the parameters."""
    result.vector = result.x
    result.x = problem.unflatten(result.vector)
    return result
