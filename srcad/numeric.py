"""Differentiate any function by finite differences, and say how far to trust each number.

    numerical_gradient(lambda p: np.sum(p["w"] ** 3), ({"w": w},), 0).gradient  ->  {"w": 3 * w**2}

Each entry of each leaf is moved both ways by steps that shrink fourfold; the slopes are
extrapolated (Ridders' method) and the best agreement wins.  Where the slopes to the left and to
the right stay apart, the entry sits on a kink and any value between the two is a derivative.

The function runs in double precision on fresh copies of its arguments, so it may write to them.
A complex leaf x + iy gets df/dx - i df/dy, as everywhere in srcad.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.errors import NotDifferentiable, WrongArgument
from srcad.runtime.trees import leaves, rebuild

Key = int | str  # an argument: its position, or the name it was passed by
_EPSILON = float(np.finfo(float).eps)
_FIRST_STEP = 2.0**-6
_LEVELS = 12
_DOUBLE = {"f": np.float64, "c": np.complex128}


@dataclass(frozen=True, eq=False)
class LeafGradient:
    """The gradient in one number or array; all arrays have the shape of the leaf."""

    argument: Key
    path: str
    value: np.ndarray
    error: np.ndarray  # how far each entry may be off
    kink: np.ndarray  # where the function bends
    low: np.ndarray  # the smaller of the slopes to the left and to the right
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class NumericalGradient:
    """What finite differences found."""

    leaves: tuple[LeafGradient, ...]
    gradient: Any  # in the structure of the argument; a tuple of them where `wrt` was a tuple
    cotangent: Any  # what the output was multiplied by, in its structure; 1.0 for a real scalar


@dataclass(frozen=True)
class Slope:
    """One derivative of a function of one number."""

    value: float
    error: float
    left: float
    right: float
    kink: bool


def numerical_gradient(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: Key | tuple[Key, ...] = 0,
    *,
    kwargs: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> NumericalGradient:
    """The gradient of Re(sum(cotangent * f(*args, **kwargs))) in the chosen arguments."""
    keys = wrt if isinstance(wrt, tuple) else (wrt,)
    call = _Call(f, tuple(args), dict(kwargs or {}), seed)
    found: list[LeafGradient] = []
    gradients: list[Any] = []
    for given in keys:
        key = call.key(given)
        own = [call.leaf(key, number) for number in range(len(leaves(call.argument(key))))]
        found += own
        gradients.append(rebuild(call.argument(key), [leaf.value[()] for leaf in own]))
    gradient = tuple(gradients) if isinstance(wrt, tuple) else gradients[0]
    return NumericalGradient(tuple(found), gradient, call.cotangent)


def slope(phi: Callable[[float], float], x: float = 1.0) -> Slope:
    """The derivative of phi at 0, where phi(t) is the function at x + t."""
    start = phi(0.0)
    step = _FIRST_STEP * 2.0 ** round(math.log2(max(abs(x), 1.0)))
    row: list[float] = []
    best, error = math.nan, math.inf
    left = right = gap = last_gap = math.nan
    for _ in range(_LEVELS):
        up, down = phi(step), phi(-step)
        central = (up - down) / (2 * step)
        if not math.isfinite(central):
            row, gap = [], math.nan
            step /= 4
            continue
        left, right, last_gap = (start - down) / step, (up - start) / step, gap
        gap = abs(right - left)
        noise = _EPSILON * (abs(start) + abs(up) + abs(down) + abs(x * central)) / step
        row, candidates = _extrapolate(row, central)
        for value, off in candidates:
            if off + noise < error:
                best, error = value, off + noise
        if error <= 1e-11 * abs(best) or noise >= error:
            break
        step /= 4
    kink = gap > 0.5 * last_gap and gap > 1e-5 * max(1.0, abs(left), abs(right))
    return Slope(best, error, left, right, bool(kink))


def _extrapolate(row: list[float], central: float) -> tuple[list[float], list[tuple[float, float]]]:
    """The next row of Richardson's table, and its entries with their disagreement."""
    new = [central]
    candidates: list[tuple[float, float]] = []
    for power, above in enumerate(row, start=1):
        candidates.append((new[-1], abs(new[-1] - above)))
        new.append(new[-1] + (new[-1] - above) / (16.0**power - 1))
    if row:
        candidates.append((new[-1], max(abs(new[-1] - new[-2]), abs(new[-1] - row[-1]))))
    return new, candidates


class _Call:
    """A function with its arguments in double precision, called on fresh copies of them."""

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], seed: int | None
    ) -> None:
        self.f = f
        self.given = args, kwargs
        self.args, self.kwargs = in_double((args, kwargs))
        args, kwargs = fresh((self.args, self.kwargs))
        out = f(*args, **kwargs)
        self.cotangent = projection(out, seed)
        self.weights = [weight for _, weight in leaves(self.cotangent)]

    def key(self, given: Key) -> Key:
        """The argument's place among those given; a default takes part like the others."""
        if isinstance(given, int):
            if not -len(self.args) <= given < len(self.args):
                raise WrongArgument(f"there is no argument {given}: {len(self.args)} were given")
            return given % len(self.args)
        if given in self.kwargs:
            return given
        parameters = inspect.signature(self.f).parameters
        names = list(parameters)
        if given in names and names.index(given) < len(self.args):
            return names.index(given)
        if given not in names or parameters[given].default is inspect.Parameter.empty:
            raise WrongArgument(f"there is no argument named {given!r}")
        self.kwargs[given] = in_double(parameters[given].default)
        return given

    def argument(self, key: Key) -> Any:
        return self.args[key] if isinstance(key, int) else self.kwargs[key]

    def leaf(self, key: Key, number: int) -> LeafGradient:
        """The gradient in one leaf, entry by entry."""
        path, x = leaves(self.argument(key))[number]
        where = np.shape(x)
        arrays = [np.zeros(where, np.asarray(x).dtype) for _ in range(3)]
        value, low, high = arrays
        error, kink = np.zeros(where), np.zeros(where, bool)
        for index in np.ndindex(where):
            entry = complex(np.asarray(x)[index])
            parts = [self.entry(key, number, index, 1.0, entry.real)]
            if np.iscomplexobj(x):
                parts.append(self.entry(key, number, index, 1j, entry.imag))
            units = (1.0, -1j)[: len(parts)]
            value[index] = sum(u * s.value for u, s in zip(units, parts, strict=True))
            ends = [sorted((s.left, s.right)) for s in parts]
            low[index] = ends[0][0] - (1j * ends[1][1] if len(ends) == 2 else 0)
            high[index] = ends[0][1] - (1j * ends[1][0] if len(ends) == 2 else 0)
            error[index] = sum(s.error for s in parts)
            kink[index] = any(s.kink for s in parts)
        return LeafGradient(key, path, value, error, kink, low, high)

    def entry(
        self, key: Key, number: int, index: tuple[int, ...], unit: complex, x: float
    ) -> Slope:
        return slope(lambda t: self.at(key, number, index, unit * t), x)

    def at(self, key: Key, number: int, index: tuple[int, ...], move: complex) -> float:
        """The projected output with one entry moved; nan where the function refuses."""
        args, kwargs = fresh((self.args, self.kwargs))
        x = args[key] if isinstance(key, int) else kwargs[key]
        if isinstance(x, np.ndarray):
            x = x.copy("K")  # it may be another argument as well, which stays
        numbers = [leaf for _, leaf in leaves(x)]
        old = numbers[number]
        if isinstance(old, np.ndarray):
            old[index] += move
        else:
            numbers[number] = old + (move if np.iscomplexobj(old) else move.real)
            x = rebuild(x, numbers, shared=True)
        if isinstance(key, int):
            args = (*args[:key], x, *args[key + 1 :])
        else:
            kwargs[key] = x
        try:
            with np.errstate(all="ignore"):
                return self.project(self.f(*args, **kwargs))
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return math.nan

    def project(self, out: Any) -> float:
        numbers = [leaf for _, leaf in leaves(out)]
        if len(numbers) != len(self.weights):
            return math.nan
        pairs = zip(self.weights, numbers, strict=True)
        return float(sum(np.real(np.sum(w * y)) for w, y in pairs))


def in_double(x: Any) -> Any:
    """The structure with float32 and complex64 widened; an array at two places stays one."""
    seen: dict[int, Any] = {}

    def wide(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray | np.generic) or leaf.dtype.itemsize >= 16:
            return leaf
        to = _DOUBLE[leaf.dtype.kind]
        return leaf if leaf.dtype == to else leaf.astype(to)

    return rebuild(x, [seen.setdefault(id(leaf), wide(leaf)) for _, leaf in leaves(x)], shared=True)


def fresh(x: Any) -> Any:
    """A copy that the function may write to: arrays, lists, objects, random generators."""
    try:
        return copy.deepcopy(x)
    except Exception:  # something that cannot be copied: keep it, copy the arrays
        seen: dict[int, Any] = {}
        copies = [seen.setdefault(id(leaf), copy.copy(leaf)) for _, leaf in leaves(x)]
        return rebuild(x, copies, shared=True)


def projection(out: Any, seed: int | None) -> Any:
    """What an output is multiplied by: 1.0 for a real number, else random numbers of about 1."""
    found = leaves(out)
    if not found:
        raise NotDifferentiable(
            f"the function returned {type(out).__name__}, which holds no float to differentiate"
        )
    if len(found) == 1 and found[0][0] == "" and np.ndim(out) == 0 and not np.iscomplexobj(out):
        return 1.0
    rng = np.random.default_rng(seed)

    def weight(leaf: Any) -> Any:
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1.0, 1.0], np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * rng.uniform(0.5, 1.5, np.shape(leaf))
        return np.asarray(drawn)[()] if np.ndim(leaf) == 0 else np.asarray(drawn)

    return rebuild(out, [weight(leaf) for _, leaf in found])
