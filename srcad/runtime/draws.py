"""Draws of `numpy.random` whose distribution is moved and stretched by its parameters.

    rng.normal(m, s)      m + s * z with z from a fixed distribution: dy/dm = 1, dy/ds = z

The generator draws as in the plain call, so its state is that of the plain call as well.  What is
drawn without such parameters is a constant; a parameter of shape has no derivative here.

Source: D. Kingma, M. Welling, "Auto-encoding variational Bayes" (2014), section 2.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.runtime.elementwise import ratio
from srcad.runtime.indexing import fit


def located(name: str) -> Callable[..., Any]:
    """`rng.normal` and its like as a function of the generator, the place and the width."""

    def draw(rng: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        return getattr(rng, name)(loc, scale, size)

    return draw


def scaled(name: str) -> Callable[..., Any]:
    """`rng.exponential` and its like, which only have a width."""

    def draw(rng: Any, scale: Any = 1.0, size: Any = None) -> Any:
        return getattr(rng, name)(scale, size)

    return draw


def uniform(rng: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    """`rng.uniform`."""
    return rng.uniform(low, high, size)


def lognormal(rng: Any, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
    """`rng.lognormal`."""
    return rng.lognormal(mean, sigma, size)


normal, laplace, logistic, gumbel = map(located, ("normal", "laplace", "logistic", "gumbel"))
exponential, rayleigh = map(scaled, ("exponential", "rayleigh"))
DRAWS: dict[str, Any] = {
    "normal": normal, "laplace": laplace, "logistic": logistic, "gumbel": gumbel,
    "exponential": exponential, "rayleigh": rayleigh, "uniform": uniform, "lognormal": lognormal,
}  # fmt: skip


def of_generator(owner: Any) -> bool:
    """Whether an object draws numbers: its methods are no Python, whatever they look like."""
    return isinstance(owner, (np.random.Generator, np.random.RandomState))


# Draws that depend on nothing which carries a derivative: sizes, seeds, bounds of integers.
UNMOVED = frozenset({"standard_normal", "standard_exponential", "standard_cauchy", "random", "rand",
                     "randn", "random_sample", "integers", "randint", "random_integers", "bytes",
                     "seed", "get_state", "set_state", "spawn", "tomaxint"})  # fmt: skip


def unmoved(method: Any, args: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether it is a method of a generator whose result is constant, whatever it is given.

    One that writes what it draws into an array (`out=`, or an array in its place) is not.
    """
    if not of_generator(getattr(method, "__self__", None)) or method.__name__ not in UNMOVED:
        return False
    written = options.get("out") is not None
    return not written and not any(_of_floats(value) for value in (*args, *options.values()))


def plain(name: str) -> Callable[..., Any]:
    """Such a method as a function of the generator."""

    def draw(rng: Any, *args: Any, **options: Any) -> Any:
        return getattr(rng, name)(*args, **options)

    return draw


PLAIN = {name: plain(name) for name in sorted(UNMOVED)}
OF_SIZES = frozenset(PLAIN[name] for name in ("rand", "randn", "random_sample"))
MAKERS: dict[Any, type] = {
    np.random.default_rng: np.random.Generator,
    np.random.Generator: np.random.Generator,
    np.random.RandomState: np.random.RandomState,
}


GENERATORS = frozenset(MAKERS.values())


def fresh(cls: type) -> Any:
    """A generator of the class that nobody else draws from."""
    return np.random.default_rng(0) if cls is np.random.Generator else np.random.RandomState(0)


def _of_floats(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fc"


def of_method(method: Any) -> tuple[Any, Any] | None:
    """The function here for a method of a generator, and the generator; None for all else."""
    owner = getattr(method, "__self__", None)
    if not of_generator(owner):
        return None
    function = DRAWS.get(getattr(method, "__name__", ""))
    return None if function is None else (function, owner)


def constant_of(method: Any) -> tuple[Any, Any] | None:
    """The same for what draws constants, whatever its sizes are; none writes into an array."""
    owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    legacy = isinstance(owner, np.random.RandomState)
    return (PLAIN[name], owner) if legacy and name in PLAIN else None


def scale_bar(y_bar: Any, y: Any, loc: Any, scale: Any) -> Any:
    """The cotangent of the width in y = loc + scale z: ȳ z."""
    return fit(y_bar * ratio(y - np.asarray(loc), np.asarray(scale)), scale)


def low_bar(y_bar: Any, y: Any, low: Any, high: Any) -> Any:
    """The cotangent of the lower end in y = low + (high - low) u: ȳ (1 - u)."""
    part = ratio(y - np.asarray(low), np.asarray(high) - np.asarray(low))
    return fit(y_bar * (1 - part), low)


def high_bar(y_bar: Any, y: Any, low: Any, high: Any) -> Any:
    """The cotangent of the upper end: ȳ u."""
    return fit(y_bar * ratio(y - np.asarray(low), np.asarray(high) - np.asarray(low)), high)
