"""What vjp, jvp, jacobian, hessian and hvp are inside a function that is differentiated.

    J = srcad.jacobian(f)(x)      is read as the loop over cotangents below

Plain Python over `call` and `jvp_call`, which are differentiated as `twice` says.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from srcad import api, dynamic, errors, flat, forward, moving, pullback
from srcad.api import grad
from srcad.called import register, stands_for
from srcad.jacobians import Derived
from srcad.runtime import calls, transposed
from srcad.runtime.calls import call, jvp_call
from srcad.runtime.cotangents import finish
from srcad.runtime.substitutes import SUBSTITUTES
from srcad.runtime.tangents import finished_dot


def vjp(f: Any, *args: Any, naive: bool = False, **kwargs: Any) -> Any:
    """`srcad.vjp`."""
    out, back = call(f, *args, **kwargs)

    def pulled(cotangent: Any) -> Any:
        bars = back(cotangent)
        return tuple([finish(bars[k + 1], a) for k, a in enumerate(args)])

    return out, pulled


def jvp(f: Any, primals: Any, tangents: Any, *, naive: bool = False) -> Any:
    """`srcad.jvp`."""
    out, out_dot = jvp_call(f, None, tuple(primals), tuple(tangents))
    return out, finished_dot(out_dot, out)


def hvp(f: Any, wrt: int, mode: str, *args: Any) -> Any:
    """`srcad.hvp(f, wrt)(*args)`."""
    given, v = args[:-1], args[-1]
    dots = tuple([v if k == wrt else None for k in range(len(given))])
    found, found_dot = jvp_call(grad(f, wrt), None, given, dots)
    return finished_dot(found_dot, found)


def jacobian(f: Any, wrt: int, mode: str, *args: Any) -> Any:
    """`srcad.jacobian(f, wrt)(*args)`, in reverse mode."""
    if mode == "forward":
        raise errors.WrongArgument(
            "srcad.jacobian(mode='forward') cannot be differentiated yet: leave the mode out."
        )
    out, back = call(f, *args)
    shape = np.shape(out)
    seeds = [seed.reshape(shape)[()] for seed in np.eye(np.size(out))]
    rows = [finish(back(seed)[wrt + 1], args[wrt]) for seed in seeds]
    return np.stack(rows).reshape(shape + np.shape(args[wrt]))[()]


def hessian(f: Any, wrt: int, mode: str, *args: Any) -> Any:
    """`srcad.hessian(f, wrt)(*args)`."""
    return jacobian(grad(f, wrt), wrt, mode, *args)


def elementwise_grad(f: Any, wrt: Any = 0) -> Any:
    """`srcad.elementwise_grad`."""

    @functools.wraps(f)
    def summed(*args: Any, **kwargs: Any) -> Any:
        return np.sum(f(*args, **kwargs))

    return grad(summed, wrt)


SUBSTITUTES[api.elementwise_grad] = elementwise_grad
SUBSTITUTES[calls.pushed_back] = transposed.pushed_back
SUBSTITUTES[calls.pushed] = transposed.pushed
_DERIVED = {"hvp": hvp, "jacobian": jacobian, "hessian": hessian}
_CALLED = {pullback.vjp: vjp, forward.jvp: jvp}


def _standing(derived: Derived, options: Any) -> Any:
    """The function that stands for a derivative, and what is put in front of its arguments."""
    if options:
        raise errors.UnsupportedSyntax(
            f"srcad.{derived.kind} called with keywords cannot be differentiated yet. Give the "
            "arguments by position."
        )
    if not isinstance(derived.wrt, int):
        raise errors.UnsupportedSyntax(
            f"srcad.{derived.kind} with wrt={derived.wrt!r} cannot be differentiated yet. Give one "
            "position."
        )
    return _DERIVED[derived.kind], (derived.f, derived.wrt, derived.mode)


def _differentiate_derived(derived: Derived, args: Any, kwargs: Any, keep: bool) -> Any:
    function, front = _standing(derived, kwargs)
    out, pull = dynamic.differentiate(function, (*front, *args), {}, keep)

    def pullback(bar: Any) -> list[Any]:
        _, own, _, _, *bars = pull(bar)
        return [own, *bars]

    return out, pullback


def _move_derived(
    derived: Derived, own_dot: Any, args: Any, dots: Any, options: Any, option_dots: Any
) -> Any:
    function, front = _standing(derived, options)
    moved = own_dot, None, None, *dots
    return moving.move(function, None, (*front, *args), moved, {}, option_dots)


def _differentiate(function: Any, args: Any, kwargs: Any, keep: bool) -> Any:
    return dynamic.differentiate(_CALLED[function], args, kwargs, keep)


def _move(function: Any, own_dot: Any, args: Any, dots: Any, options: Any, option_dots: Any) -> Any:
    return moving.move(_CALLED[function], own_dot, args, dots, options, option_dots)


def _differentiate_flat(function: Any, args: Any, kwargs: Any, keep: bool) -> Any:
    return dynamic.differentiate(flat.plain(*args, **kwargs), args, kwargs, keep)


def _move_flat(
    function: Any, own_dot: Any, args: Any, dots: Any, options: Any, option_dots: Any
) -> Any:
    return moving.move(flat.plain(*args, **options), own_dot, args, dots, options, option_dots)


def _called(f: Any) -> bool:
    return any(f is known for known in _CALLED)


stands_for(lambda f: isinstance(f, Derived), lambda f, args: _standing(f, {}))
stands_for(_called, lambda f, args: (_CALLED[f], ()))
stands_for(lambda f: f is flat.flatten, lambda f, args: (flat.plain(args[0]), ()))
register(lambda f: f is flat.flatten, _differentiate_flat, _move_flat)
register(lambda f: isinstance(f, Derived), _differentiate_derived, _move_derived)
register(_called, _differentiate, _move)
