"""The protocol for second derivatives: four ways to one number, beside central differences.

    hvp                srcad.hvp(f)(x, v)                              u · that
    jvp of grad        srcad.jvp(srcad.grad(f), (x,), (v,))            u · its tangent
    vjp of grad        srcad.vjp(srcad.grad(f), x)                     v · its pullback of u
    grad of jvp        srcad.grad(lambda x: srcad.jvp(f, (x,), (u,))[1])(x)           v · that

The truth is the difference of u · grad(f) along v, where it does not sit on a kink.  The first
derivative is checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import srcad
from srcad import errors
from tests import protocol
from tests.protocol import Case, captured, fresh, inner, random_like
from tests.rules.orders import defined

WAYS = ("hvp", "jvp of grad", "vjp of grad", "grad of jvp")
Call = Callable[..., Any]


def check(case: Case) -> dict[str, str]:
    """The class of the error of each way that is refused; raises Wrong, or what else is raised.

    A way that is not a number is listed with the refused ones, as "nan".
    """
    function, args, wrt = protocol._bound(case.program), case.args, tuple(case.wrt)
    rng = np.random.default_rng(3)
    v, u = ([random_like(args[i], rng) for i in wrt] for _ in range(2))
    df = srcad.grad(function, wrt)
    truth = _truth(df, args, wrt, v, u)
    first = _truth(srcad.grad(function, wrt[:1]), args, wrt[:1], v[:1], u[:1])
    refused = {}
    for name, way in zip(WAYS, (_hvp, _jvp, _vjp, _grad), strict=True):
        try:
            with captured():
                found = way(function, df, args, wrt, v, u)
        except errors.InternalError:
            raise
        except errors.SrcadError as error:
            refused[name] = type(error).__name__
            continue
        if np.isnan(found):
            refused[name] = "nan"
            continue
        wanted = first if name == "hvp" else truth
        allowed = (2e-2 if case.single else 2e-6) * max(1.0, abs(wanted.value)) + 20 * wanted.error
        protocol.need(
            not wanted.smooth or abs(found - wanted.value) <= allowed,
            f"{name}: {found!r}, central differences {wanted.value!r} (+- {wanted.error:.1e})",
        )
    return refused


def _truth(
    df: Call, args: tuple[Any, ...], wrt: tuple[int, ...], v: list[Any], u: list[Any]
) -> protocol.Estimate:
    def phi(point: list[Any]) -> float:
        given = list(fresh(args))
        for i, value in zip(wrt, fresh(point), strict=True):
            given[i] = value
        with captured():
            return inner(list(df(*given)), u)

    return protocol.derivative(phi, [fresh(args[i]) for i in wrt], v)


def _hvp(f: Call, df: Call, args: Any, wrt: Any, v: Any, u: Any) -> float:
    return inner([srcad.hvp(f, wrt[0])(*fresh(args), v[0])], u[:1])


def _jvp(f: Call, df: Call, args: Any, wrt: Any, v: Any, u: Any) -> float:
    return inner(list(srcad.jvp(df, fresh(args), _placed(args, wrt, v))[1]), u)


def _vjp(f: Call, df: Call, args: Any, wrt: Any, v: Any, u: Any) -> float:
    bars = srcad.vjp(df, *fresh(args))[1](tuple(u))
    return inner([bars[i] for i in wrt], v)


def _grad(f: Call, df: Call, args: Any, wrt: Any, v: Any, u: Any) -> float:
    names = ", ".join(f"a{k}" for k in range(len(args)))
    text = f"def f({names}):\n    return jvp(function, ({names},), dots)[1]\n"
    along = defined(text, {"jvp": srcad.jvp, "function": f, "dots": _placed(args, wrt, u)})
    return inner(list(srcad.grad(along, wrt)(*fresh(args))), v)


def _placed(args: tuple[Any, ...], wrt: tuple[int, ...], parts: list[Any]) -> tuple[Any, ...]:
    dots: list[Any] = [None] * len(args)
    for i, part in zip(wrt, parts, strict=True):
        dots[i] = part
    return tuple(dots)
