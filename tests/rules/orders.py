"""Check one call through the compiler: reverse against forward mode, and the second order.

    check_orders(sample(sc.gamma, x))

Reverse and forward mode share no formula of `vjp`, and meet in ⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩; the second
order is compared with differences of the first along a direction.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import srcad
from tests.rules.harness import (
    Key,
    Sample,
    arguments,
    generator,
    inner,
    is_inexact,
    leaves,
    mapped,
    random_like,
)


def call_of(case: Sample, key: Key, weights: Any) -> Any:
    """A function of one argument whose value is Re Σ w f(x), read by the compiler."""
    function, args, kwargs = case.function, case.args, case.kwargs
    if len(args) > 6 or len(kwargs) > 4:
        raise ValueError(f"{case}: too many arguments")
    parts = isinstance(weights, tuple | list)
    namespace: dict[str, Any] = {"function": function, "np": np, "weights": weights}
    names = [f"a{k}" for k in range(len(args))] + list(kwargs)
    namespace |= dict(zip(names, [*args, *kwargs.values()], strict=True))
    given = [("x" if key == k else f"a{k}") for k in range(len(args))]
    given += [f"{n}={'x' if key == n else n}" for n in kwargs]
    call = f"function({', '.join(given)})"
    if parts:
        terms = " + ".join(
            f"np.sum(np.real(y[{k}] * weights[{k}]))"
            for k, w in enumerate(weights)
            if is_inexact(w)
        )
    else:
        terms = "np.sum(np.real(y * weights))"
    return defined(f"def f(x):\n    y = {call}\n    return {terms}\n", namespace)


def defined(text: str, namespace: dict[str, Any]) -> Any:
    """The function `f` of a text, with a source that can be found again."""
    import linecache

    name = f"<orders {len(linecache.cache)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), namespace)
    namespace["__name__"] = name
    return namespace["f"]


def check_orders(case: Sample, second: bool = True, tolerance: float = 1e-5) -> None:
    """Modes agree for each argument; the second order agrees with differences."""
    for key in arguments(case):
        rng = generator(case)
        x = case.argument(key)
        y = case.call()
        weights, dx = random_like(rng, y), random_like(rng, x)
        f = call_of(case, key, weights)
        value, bar = srcad.value_and_grad(f)(x)
        plain = f(x)
        assert value == plain or np.isnan(plain), f"{case}[{key}]: {value} for {plain}"
        tangent = srcad.jvp(f, (x,), (dx,))[1]
        np.testing.assert_allclose(
            inner(bar, dx), tangent, rtol=1e-9, atol=1e-9, err_msg=f"{case}[{key}]: modes"
        )
        naive = srcad.grad(f, naive=True)(x)
        for a, b in zip(leaves(naive), leaves(bar), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10, err_msg=f"{case}: naive")
        check_kind(case, key, f)
        if second:
            check_second(case, key, f, dx, tolerance)


def check_kind(case: Sample, key: Key, f: Any) -> None:
    """The gradient has the dtype of the argument, in single precision as well."""
    x = case.argument(key)
    if isinstance(x, np.ndarray) and x.dtype == np.float64:
        found = srcad.grad(f)(x.astype(np.float32))
        assert found.dtype == np.float32, f"{case}[{key}]: {found.dtype}"


def check_second(case: Sample, key: Key, f: Any, dx: Any, tolerance: float) -> None:
    """The derivative of the gradient's inner product with a direction."""
    x = case.argument(key)
    df = srcad.grad(f)

    def moved(step: float) -> float:
        at = mapped(lambda p, d: p + step * d if is_inexact(p) else p, x, dx)
        return inner(df(at), dx)

    h = 1e-4
    truth = (moved(-2 * h) - 8 * moved(-h) + 8 * moved(h) - moved(2 * h)) / (12 * h)
    found = inner(srcad.hvp(f)(x, dx), dx)
    scale = max(1.0, abs(truth))
    assert abs(found - truth) <= tolerance * scale, f"{case}[{key}]: {found} for {truth}"
