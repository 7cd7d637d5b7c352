"""Integrals and differential equations in plain Python, beside the values that SciPy finds.

The value is SciPy's.  Its derivative is that of a sum, or of steps, which the compiler reads:

quad       Σ w f(x, args) over the nodes of Gauss and Kronrod, on intervals that are halved until
           the integrals of f and of its derivatives are right; in the limits it is ±f (Leibniz)
odeint     the steps of an explicit method of order 8 (Dormand and Prince), on a grid that fits the
solve_ivp  tolerances: derivatives of a discrete solution, right in every order

Nodes and grids are constants of the program.  Stiff equations take many steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.integrate as si
from scipy.integrate._ivp import dop853_coefficients as table

from srcad.errors import NotDifferentiable
from srcad.runtime.calls import call

# --- beside a value -------------------------------------------------------------------------------


def with_value(value: Any, total: Any) -> Any:
    """SciPy's value, with the derivative of the total."""
    return value


def limit_still(x: Any) -> Any:
    """x as a constant."""
    return x


# --- quad -----------------------------------------------------------------------------------------


def quad(
    func: Any, a: Any, b: Any, args: Any = (), full_output: Any = 0, epsabs: Any = 1.49e-8,
    epsrel: Any = 1.49e-8, limit: Any = 50, points: Any = None, weight: Any = None,
    wvar: Any = None, wopts: Any = None, maxp1: Any = 50, limlst: Any = 50,
    complex_func: Any = False,
) -> Any:  # fmt: skip
    """`scipy.integrate.quad`."""
    if not isinstance(args, tuple):
        args = (args,)
    found = plain_quad(func, a, b, args, full_output, epsabs, epsrel, limit, points, weight,
                       complex_func)  # fmt: skip
    nodes, weights = quad_nodes(func, a, b, args, epsabs, epsrel, points)
    total = past_limit(func, b, args) - past_limit(func, a, args)
    for k in range(len(nodes)):
        total = total + weights[k] * func(nodes[k], *args)
    if full_output:
        return with_value(found[0], total), found[1], found[2]
    return with_value(found[0], total), found[1]


THREE = ((0.1127016653792583, 0.2777777777777778), (0.5, 0.4444444444444444),
         (0.8872983346207417, 0.2777777777777778))  # fmt: skip


def past_limit(func: Any, x: Any, args: Any) -> Any:
    """The integral from where a limit stands to where it moves: 0, with the derivatives of it."""
    here = limit_still(x)
    value = at_limit(func, here, args)
    if value is None:
        return 0.0
    if not np.isfinite(value):
        return (x - here) * value
    total = 0.0
    for part, weight in THREE:
        total = total + (x - here) * weight * func(here + (x - here) * part, *args)
    return total


def at_limit(func: Any, x: Any, args: Any) -> float | None:
    """The integrand at a finite limit; infinite where it cannot be had."""
    if not np.isfinite(x):
        return None
    try:
        with np.errstate(all="ignore"):
            return float(func(x, *args))
    except (ZeroDivisionError, ValueError, OverflowError):
        return float("inf")


def plain_quad(
    func: Any, a: Any, b: Any, args: Any, full_output: Any, epsabs: Any, epsrel: Any, limit: Any,
    points: Any, weight: Any, complex_func: Any,
) -> Any:  # fmt: skip
    """SciPy's own result."""
    if weight is not None or complex_func:
        raise NotDifferentiable(
            "scipy.integrate.quad with `weight` or `complex_func` has no derivative rule: put the "
            "weight into the function, and integrate real and imaginary part"
        )
    return si.quad(func, a, b, args, full_output, epsabs, epsrel, limit, points)


_HALF = np.array([
    0.995657163025808080735527280689003, 0.973906528517171720077964012084452,
    0.930157491355708226001207180059508, 0.865063366688984510732096688423493,
    0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784,
    0.294392862701460198131126603103866, 0.14887433898163121088482600112972, 0.0,
])  # fmt: skip
_KRONROD = np.array([
    0.011694638867371874278064396062192, 0.03255816230796472747881897245938974,
    0.05475589657435199603138130024458018, 0.07503967481091995276704314091619001,
    0.09312545458369760553506546508336634, 0.1093871588022976418992105903258050,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707,
    0.142775938577060080797094273138717, 0.147739104901338491374841515972068,
    0.149445554002916905664936468389821,
])  # fmt: skip
_GAUSS = np.array([
    0, 0.066671344308688137593568809893332, 0, 0.149451349150580593145863396957658, 0,
    0.219086362515982043995534934228163, 0, 0.269266719309996355091226921569469, 0,
    0.295524224714752870173815619188769, 0,
])  # fmt: skip
X = np.concatenate([-_HALF, _HALF[-2::-1]])
W = np.concatenate([_KRONROD, _KRONROD[-2::-1]])
G = np.concatenate([_GAUSS, _GAUSS[-2::-1]])
MOST = 400  # intervals


def quad_nodes(
    func: Any, a: Any, b: Any, args: Any, epsabs: Any, epsrel: Any, points: Any
) -> tuple[list[float], list[float]]:
    """Nodes and weights with which the integral and those of its derivatives are right."""
    parts = [*_parts(float(a), float(b), points)]
    heap: list[Any] = []
    total: Any = 0.0
    error: Any = 0.0
    for count, part in enumerate(parts):
        one = _interval(func, args, part)
        heapq.heappush(heap, (-one[0], count, part, one))
        total, error = total + one[1], error + one[2]
    tight = min(epsrel, 1e-9)
    while np.any(error > np.maximum(min(epsabs, 1e-11), tight * np.abs(total))):
        count += 2
        if len(heap) > MOST:
            if np.all(error <= np.maximum(epsabs, epsrel * np.abs(total)) * 100):
                break
            raise NotDifferentiable("the derivative of an integrand cannot be integrated")
        _, _, (low, high, way), old = heapq.heappop(heap)
        total, error = total - old[1], error - old[2]
        for k, part in enumerate(((low, (low + high) / 2, way), ((low + high) / 2, high, way))):
            one = _interval(func, args, part)
            heapq.heappush(heap, (-one[0], count + k, part, one))
            total, error = total + one[1], error + one[2]
    nodes = np.concatenate([one[3] for _, _, _, one in heap])
    weights = np.concatenate([one[4] for _, _, _, one in heap])
    return nodes.tolist(), weights.tolist()


def _parts(a: float, b: float, points: Any) -> Iterator[tuple[float, float, Any]]:
    """Intervals of the variable in which the nodes lie, and the way from it to x."""
    if np.isfinite(a) and np.isfinite(b):
        cuts = [p for p in (() if points is None else points) if min(a, b) < p < max(a, b)]
        ends = [a, *sorted(cuts, reverse=a > b), b]
        yield from ((low, high, None) for low, high in zip(ends, ends[1:], strict=False))
    elif np.isfinite(a):
        yield (0.0, 1.0, (a, np.sign(b), np.sign(b)))
    elif np.isfinite(b):
        yield (0.0, 1.0, (b, np.sign(a), -np.sign(a)))
    elif a != b:
        yield (0.0, 1.0, (0.0, 1.0, np.sign(b)))
        yield (0.0, 1.0, (0.0, -1.0, np.sign(b)))


def _interval(func: Any, args: Any, part: tuple[float, float, Any]) -> tuple[Any, ...]:
    """The size of the error, the integrals, their errors, nodes and weights on one interval."""
    low, high, way = part
    half = (high - low) / 2
    nodes, weights, gauss = (low + high) / 2 + half * X, half * W, half * G
    if way is not None:  # x = start ± (1 - t) / t
        start, side, sign = way
        stretch = sign / nodes**2
        nodes, weights, gauss = (
            start + side * (1 - nodes) / nodes,
            weights * stretch,
            gauss * stretch,
        )
    values = np.stack([_with_derivatives(func, float(x), args) for x in nodes])
    whole = weights @ values
    error = np.abs(whole - gauss @ values)
    scale = np.abs(weights) @ np.abs(values)
    sharp = np.where(
        scale > 0, scale * np.minimum(1, (200 * error / np.where(scale > 0, scale, 1)) ** 1.5), 0
    )
    error = np.where(error < 1e-15 * scale, 0, np.minimum(error, sharp))
    return float(np.max(error)), whole, error, nodes, weights


def _with_derivatives(func: Any, x: float, args: Any) -> Any:
    """The integrand and its derivatives in everything but x, in one row."""
    value, pullback = call(func, x, *args)
    bars = pullback(1.0)
    return np.array([float(value), *_numbers(bars[0]), *_numbers(bars[2:])])


def _numbers(tree: Any) -> Iterator[float]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from _numbers(part)
    elif isinstance(tree, int | float | np.ndarray | np.number):
        yield from np.ravel(np.real(tree)).tolist()


# --- differential equations -----------------------------------------------------------------------


def odeint(
    func: Any, y0: Any, t: Any, args: Any = (), Dfun: Any = None, col_deriv: Any = 0,
    full_output: Any = 0, ml: Any = None, mu: Any = None, rtol: Any = None, atol: Any = None,
    tcrit: Any = None, h0: Any = 0.0, hmax: Any = 0.0, hmin: Any = 0.0, ixpr: Any = 0,
    mxstep: Any = 0, mxhnil: Any = 0, mxordn: Any = 12, mxords: Any = 5, printmessg: Any = 0,
    tfirst: Any = False,
) -> Any:  # fmt: skip
    """`scipy.integrate.odeint`."""
    if not isinstance(args, tuple):
        args = (args,)
    options = {"Dfun": Dfun, "col_deriv": col_deriv, "ml": ml, "mu": mu, "rtol": rtol, "atol": atol,
               "tcrit": tcrit, "h0": h0, "hmax": hmax, "hmin": hmin, "mxstep": mxstep,
               "mxordn": mxordn, "mxords": mxords, "tfirst": tfirst}  # fmt: skip
    found = plain_odeint(func, y0, t, args, options, full_output)
    grid = steps_between(func, y0, t, args, tfirst, rtol, atol)
    y = np.atleast_1d(np.asarray(y0, float))
    rows = [y]
    for i in range(len(grid)):
        y = rk_across(func, y, t[i], t[i + 1], grid[i], args, tfirst)
        rows.append(y)
    return with_value(found, np.stack(rows))


def plain_odeint(
    func: Any, y0: Any, t: Any, args: Any, options: dict[str, Any], full_output: Any
) -> Any:
    """SciPy's own result."""
    if full_output:
        raise NotDifferentiable("scipy.integrate.odeint with full_output=True has no derivative")
    return si.odeint(func, y0, t, args, **options)


class Solution:
    """What `solve_ivp` gives."""

    def __init__(self, t: Any, y: Any, plain: Any) -> None:
        self.t = t
        self.y = y
        self.sol = None
        self.t_events = None
        self.y_events = None
        self.nfev = plain.nfev
        self.njev = plain.njev
        self.nlu = plain.nlu
        self.status = plain.status
        self.message = plain.message
        self.success = plain.success


def solve_ivp(
    fun: Any, t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None,
    dense_output: Any = False, events: Any = None, vectorized: Any = False, args: Any = None,
    rtol: Any = 1e-3, atol: Any = 1e-6, max_step: Any = np.inf, first_step: Any = None,
    jac: Any = None,
) -> Any:  # fmt: skip
    """`scipy.integrate.solve_ivp`."""
    given = () if args is None else args
    options = {"rtol": rtol, "atol": atol, "max_step": max_step, "first_step": first_step}
    plain = plain_ivp(fun, t_span, y0, method, t_eval, dense_output, events, args, options, jac)
    times = plain.t if t_eval is None else t_eval
    grid = steps_between(fun, y0, [t_span[0], *times], given, True, rtol, atol)
    y = np.asarray(y0, float)
    columns = []
    before = t_span[0]
    for i in range(len(grid)):
        last = t_eval is None and i == len(grid) - 1
        now = t_span[1] if last else times[i]
        y = rk_across(fun, y, before, now, grid[i], given, True)
        columns.append(y)
        before = now
    return Solution(plain.t, with_value(plain.y, np.stack(columns, -1)), plain)


def plain_ivp(
    fun: Any, t_span: Any, y0: Any, method: Any, t_eval: Any, dense_output: Any, events: Any,
    args: Any, options: dict[str, Any], jac: Any,
) -> Any:  # fmt: skip
    """SciPy's own result."""
    if dense_output or events is not None:
        raise NotDifferentiable(
            "scipy.integrate.solve_ivp with `dense_output` or `events` has no derivative rule: ask "
            "for times by `t_eval`"
        )
    more = options if jac is None else {**options, "jac": jac}
    plain = si.solve_ivp(fun, t_span, y0, method, t_eval, args=args, **more)
    if not plain.success:
        raise NotDifferentiable(f"scipy.integrate.solve_ivp: {plain.message}")
    return plain


def steps_between(
    func: Any, y0: Any, t: Any, args: Any, first: bool, rtol: Any, atol: Any
) -> list[list[float]]:
    """For each interval of times, where the steps end, as parts of its length."""
    right = (lambda s, y: func(s, y, *args)) if first else (lambda s, y: func(y, s, *args))
    y, t = np.atleast_1d(np.asarray(y0, float)), np.asarray(t, float)
    tight = min(1e-9 if rtol is None else rtol, 1e-9)
    small = min(1e-9, 1e-9 if atol is None else float(np.min(atol)))
    grids: list[list[float]] = []
    for before, after in zip(t[:-1], t[1:], strict=True):
        if before == after:
            grids.append([])
            continue
        found = si.solve_ivp(right, (before, after), y, "DOP853", rtol=tight, atol=small)
        if not found.success:
            raise NotDifferentiable(
                f"a differential equation could not be followed: {found.message}"
            )
        grids.append(((found.t[1:] - before) / (after - before)).tolist())
        y = found.y[:, -1]
    return grids


STAGES = 12
A = table.A[:STAGES, :STAGES].tolist()
B = table.B.tolist()
C = table.C[:STAGES].tolist()


def rk_across(
    func: Any, y: Any, before: Any, after: Any, ends: list[float], args: Any, first: bool
) -> Any:
    """y at the end of an interval, step after step."""
    start = 0.0
    for stop in ends:
        y = rk_step(func, y, before + (after - before) * start, (after - before) * (stop - start),
                 args, first)  # fmt: skip
        start = stop
    return y


def rk_step(func: Any, y: Any, s: Any, h: Any, args: Any, first: bool) -> Any:
    """One step of the method of order 8."""
    slopes = [rk_slope(func, s, y, args, first)]
    for j in range(1, STAGES):
        inner = y
        for i in range(j):
            if A[j][i] != 0.0:
                inner = inner + h * A[j][i] * slopes[i]
        slopes.append(rk_slope(func, s + C[j] * h, inner, args, first))
    for i in range(STAGES):
        if B[i] != 0.0:
            y = y + h * B[i] * slopes[i]
    return y


def rk_slope(func: Any, s: Any, y: Any, args: Any, first: bool) -> Any:
    """The right-hand side of the equation."""
    return np.asarray(func(s, y, *args) if first else func(y, s, *args))


# --- sums -----------------------------------------------------------------------------------------


def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1, *, initial: Any = None
) -> Any:
    """`scipy.integrate.cumulative_trapezoid`."""
    rows = np.moveaxis(np.asarray(y), axis, 0)
    if x is None:
        d = dx
    elif np.ndim(x) == 1:
        d = np.diff(x)
        d = np.reshape(d, (len(d),) + (1,) * (np.ndim(rows) - 1))
    else:
        d = np.diff(np.moveaxis(np.asarray(x), axis, 0), axis=0)
    total = np.cumsum(d * (rows[1:] + rows[:-1]) / 2.0, axis=0)
    if initial is not None:
        total = np.concatenate(
            [np.full((1, *total.shape[1:]), initial, total.dtype), total], axis=0
        )
    return np.moveaxis(total, 0, axis)
