"""Values that an equation defines: fixed points, and roots that somebody's solver finds.

x = step(x, a)            u = x_bar + (∂step/∂x)ᵀ u            a_bar = (∂step/∂a)ᵀ u
residual(x, a) = 0        0 = x_bar + (∂residual/∂x)ᵀ u        a_bar = (∂residual/∂a)ᵀ u

The implicit function theorem: what the iterations did does not matter.  u is a fixed point and a
root again, so that these formulas are differentiated as they are, any number of times.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.errors import NotConverged, WrongArgument
from srcad.runtime.calls import call, jvp_call
from srcad.runtime.cotangents import add
from srcad.runtime.gates import Gate
from srcad.runtime.tangents import still
from srcad.runtime.trees import leaves

Step = Callable[..., Any]
MOST = 10_000
ROUGH = 2**16  # how far a step may jump about a fixed point, in the last digits of a number
_DECORATE: list[Callable[[Step], Any]] = []  # what makes a gate of a solver


def fixed_point(step: Step, *given: Any, tol: float | None = None, max_iter: int = MOST) -> Any:
    """The x to which `x = step(x, *params)` converges from x0: `fixed_point(step, x0, *params)`.

    x is a real or complex number or array, or a structure of them.  It is found by iterating until
    the numbers stand still, or change by less than `tol` (relative to the largest, if that is above
    1); raises NotConverged after `max_iter` steps.

    Its derivative is that of the equation, found by an iteration of the same kind backwards; what
    the iterations did is not kept, and x0 has no derivative.  As `@srcad.fixed_point(step)` it
    stands above a function of the params that finds x in any other way.
    """
    if not given:
        return _DECORATE[0](step)
    return iterated(step, *given, tol=tol, max_iter=max_iter)


def iterated(
    step: Step,
    x0: Any,
    *params: Any,
    tol: float | None = None,
    max_iter: int = MOST,
    floor: float = 1.0,
) -> Any:
    """The x to which `x = step(x, *params)` converges; numbers below `floor` count as that."""
    x, last = x0, math.inf
    _, first, _ = apart(x0, x0)
    for _ in range(max_iter):
        before = copy.deepcopy(x) if isinstance(x, np.ndarray | list | dict) else x
        x = step(x, *params)
        off, size, eps = apart(x, before)
        size = max(size, first, floor)
        rests = off <= 4 * eps * size or (off >= last and off <= ROUGH * eps * size)
        if rests if tol is None else off <= tol * size:
            return x
        last = off
    name = getattr(step, "__name__", "step")
    raise NotConverged(
        f"fixed_point: {name} still moves by {last:.1e} after {max_iter} steps. Start nearer, damp "
        "the step, or allow more with max_iter= or tol=."
    )


def apart(new: Any, old: Any) -> tuple[float, float, float]:
    """How far two values are apart, how large the new one is, and how exact its numbers are."""
    found, before = leaves(new), leaves(old)
    off = size = eps = 0.0
    for (_, a), (_, b) in zip(found, before, strict=False):
        if np.size(a):
            off = max(off, float(np.max(np.abs(a - b))))
            size = max(size, float(np.max(np.abs(a))))
        eps = max(eps, float(np.finfo(np.asarray(a).dtype).eps))
    if not math.isfinite(off):
        raise NotConverged("fixed_point: the steps lead to values that are not finite.")
    return off if len(found) == len(before) else math.inf, size, eps


# -- fixed points ----------------------------------------------------------------------


def fixed_fwd(
    step: Step,
    x0: Any,
    *params: Any,
    tol: float | None = None,
    max_iter: int = MOST,
    floor: float = 1.0,
) -> tuple[Any, Any]:
    """The fixed point, and what its backward part needs."""
    x = iterated(step, x0, *params, tol=tol, max_iter=max_iter, floor=floor)
    return x, (step, x, params, tol, max_iter)


def fixed_bwd(saved: Any, x_bar: Any) -> list[Any]:
    """The cotangents of the step, the start and the parameters."""
    step, x, params, tol, max_iter = saved
    _, pull = call(step, x, *params)
    u = iterated(adjoint_step, x_bar, pull, x_bar, tol=tol, max_iter=max_iter, floor=0.0)
    bars = pull(u)
    return [bars[0], None, *bars[2:]]


def adjoint_step(u: Any, pull: Any, x_bar: Any) -> Any:
    """The step of which the adjoint is the fixed point."""
    return add(x_bar, pull(u)[1])


def fixed_dot(saved: Any, args: tuple[Any, ...], dots: tuple[Any, ...]) -> Any:
    """The tangent of the fixed point, from those of the arguments."""
    step, x, params, tol, max_iter = saved
    given = step, dots[0], x, params, dots[2:]
    return iterated(tangent_step, still(x), *given, tol=tol, max_iter=max_iter, floor=0.0)


def tangent_step(
    t: Any, step: Step, step_dot: Any, x: Any, params: tuple[Any, ...], dots: tuple[Any, ...]
) -> Any:
    """The step of which the tangent is the fixed point."""
    return jvp_call(step, step_dot, (x, *params), (t, *dots))[1]


# -- roots -----------------------------------------------------------------------------


def root_bars(residual: Step, x: Any, params: tuple[Any, ...], x_bar: Any) -> list[Any]:
    """The cotangents of what the residual depends on."""
    _, pull = call(residual, x, *params)
    bars = pull(adjoint_root(pull, x_bar))
    return bars[2:]


def root_dot(residual: Step, x: Any, params: tuple[Any, ...], dots: tuple[Any, ...]) -> Any:
    """The tangent of a root."""
    _, pull = call(residual, x, *params)
    _, r_dot = jvp_call(residual, None, (x, *params), (still(x), *dots))
    return solved_dot(pull, r_dot)


def adjoint_residual(u: Any, pull: Any, x_bar: Any) -> Any:
    """What is zero at the adjoint of a root."""
    return add(pull(u)[1], x_bar)


def solve_adjoint(pull: Any, x_bar: Any) -> Any:
    """The u with `pull(u)[1] == -x_bar`: a number, or an array of the shape of x."""
    if not isinstance(x_bar, np.ndarray):
        return -x_bar / pull(1.0 + 0.0 * x_bar)[1]
    rows = rows_of(pull, x_bar)
    return np.linalg.solve(rows.T, -x_bar.reshape(-1)).reshape(x_bar.shape)


def solved_dot(pull: Any, r_dot: Any) -> Any:
    """The t with `J t == -r_dot`, where pull is the transpose of J."""
    if not isinstance(r_dot, np.ndarray):
        return -r_dot / pull(1.0 + 0.0 * r_dot)[1]
    rows = rows_of(pull, r_dot)
    return np.linalg.solve(rows, -r_dot.reshape(-1)).reshape(r_dot.shape)


def rows_of(pull: Any, like: np.ndarray) -> np.ndarray:
    """The Jacobian, row by row."""
    rows = []
    for e in np.eye(like.size, dtype=like.dtype):
        found = pull(e.reshape(like.shape))[1]
        rows.append(np.reshape(found, -1))
    return np.stack(rows) if rows else np.zeros((0, 0), like.dtype)


def same_kind(residual: Any, x: Any, r: Any) -> None:
    """Refuse residuals that are not of the kind and shape of the unknown."""
    name = getattr(residual, "__name__", "residual")
    if not isinstance(x, float | np.ndarray | np.floating) or np.asarray(x).dtype.kind != "f":
        kind = f"{x.dtype} array" if isinstance(x, np.ndarray) else type(x).__name__
        raise WrongArgument(
            f"root: the unknown must be a float or an array of floats, and the solver returned a "
            f"{kind}. Solve for real numbers: real and imaginary part apart."
        )
    if isinstance(r, np.ndarray) is not isinstance(x, np.ndarray) or np.shape(r) != np.shape(x):
        what = f"shape {np.shape(r)}" if isinstance(r, np.ndarray) else f"type {type(r).__name__}"
        raise WrongArgument(
            f"root: {name} must return as many numbers as there are unknowns, as an array for an "
            f"array: the solver returned {np.shape(x) or 'a number'}, and the residual is of "
            f"{what}."
        )


def parts_of_root(residual: Step, solver: Step) -> tuple[Step, Step, Step]:
    """The parts of a gate around somebody's solver."""

    def forward(*params: Any) -> tuple[Any, Any]:
        x = solver(*params)
        same_kind(residual, x, residual(x, *params))
        return x, (x, params)

    def backward(saved: Any, x_bar: Any) -> list[Any]:
        x, params = saved
        return root_bars(residual, x, params, x_bar)

    def tangent(saved: Any, args: tuple[Any, ...], dots: tuple[Any, ...]) -> Any:
        x, params = saved
        return root_dot(residual, x, params, dots)

    return forward, backward, tangent


def parts_of_fixed(step: Step, solver: Step) -> tuple[Step, Step, Step]:
    """The same where the solver finds a fixed point."""

    def forward(*params: Any) -> tuple[Any, Any]:
        x = solver(*params)
        return x, (step, x, params, None, MOST)

    def backward(saved: Any, x_bar: Any) -> list[Any]:
        return fixed_bwd(saved, x_bar)[2:]

    def tangent(saved: Any, args: tuple[Any, ...], dots: tuple[Any, ...]) -> Any:
        return fixed_dot(saved, (step, None, *args), (None, None, *dots))

    return forward, backward, tangent


adjoint_root = Gate(solve_adjoint)  # the root of `adjoint_residual`; its rule is in the table
