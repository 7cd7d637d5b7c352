"""Derivatives that a differentiated function computes itself: calls of the code made for them.

    srcad.grad(lambda z: c * z**3)(x)     →     lambda_grad(x, fn)      fn, the lambda, holds c

The code that is generated for a derivative is a plain function of the same parameters: it is
differentiated like any other.  What a function captured, and may carry a derivative, is read from
the function itself, which becomes the last parameter.
"""

from __future__ import annotations

import inspect
import types
from dataclasses import replace
from typing import Any

from srcad.analysis.resolve import with_captures
from srcad.arguments import Choice, check_wrt, choose, target_of
from srcad.called import Call, bound_parts, call_of, register
from srcad.compile import LOCK, compile_fused, find
from srcad.dynamic import Pullback, entry_of, pulled_back, versions
from srcad.frontend.source import Target
from srcad.gradients import GradFunction
from srcad.moving import run
from srcad.picked import picked
from srcad.runtime.derivative import Derivative

Named = dict[str, Any]


def differentiate(
    derivative: Derivative, args: tuple[Any, ...], kwargs: Named, keep: bool
) -> tuple[Any, Pullback]:
    """The value of a derivative, and its pullback to [derivative, *args, *kwargs.values()]."""
    call, target = generated(derivative, args, kwargs)
    entry = entry_of(call.function, call.kinds, None, call.symbols)
    return pulled_back(call, entry, target, innermost(derivative), args, kwargs, keep)


def move(
    derivative: Derivative, own_dot: Any, args: tuple[Any, ...], dots: tuple[Any, ...],
    options: Named, option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    """The value of a derivative, and its tangent."""
    call, target = generated(derivative, args, options)
    tangents = bound_parts(target, call, own_dot, dots, option_dots)
    return run(call.function, call, tangents, adapted=True)


def innermost(derivative: Any) -> Any:
    """The function that is differentiated, perhaps more than once."""
    return innermost(derivative.f) if isinstance(derivative, GradFunction) else derivative


def generated(derivative: Any, args: tuple[Any, ...], kwargs: Named) -> tuple[Call, Target]:
    """The call of the code that is generated for a derivative and these arguments.

    Raises what the derivative itself raises.
    """
    assert isinstance(derivative, GradFunction)
    f = derivative.f
    if isinstance(f, GradFunction):
        inner, target = generated(f, args, kwargs)
    else:
        target = target_of(f, len(args), tuple(kwargs), args, kwargs)
        inner = call_of(target, args, kwargs)
    signature = inner.bound.signature
    count = len(signature.parameters)
    values, kinds = inner.values[:count], inner.kinds[:count]
    skip = inner.prefix + (derivative.in_class and isinstance(f, types.FunctionType))
    choice = choose(derivative.wrt, signature, values, skip, target.function)
    check_wrt(values, kinds, choice, signature, target.function, derivative.complex_only)
    return replace(inner, function=_main(derivative, inner, choice)), target


def _main(derivative: GradFunction[Any, Any], inner: Call, choice: Choice) -> types.FunctionType:
    """The generated function; of a closure its last parameter is the closure itself."""
    value, aux, naive = derivative.value, derivative.aux, derivative.naive
    options = choice.params, choice.single and choice.plain, value, aux, naive
    held = inner.held
    adapt = None
    if held is not None and not isinstance(derivative.f, GradFunction):
        adapt = lambda unit: with_captures(unit, held)  # noqa: E731
    with LOCK:
        entries = versions(inner.function, (inner.kinds, options), held)
        entry = find(entries, inner.symbols)
        if entry is None:
            entry = compile_fused(inner.function, inner.kinds, *options, inner.symbols, adapt=adapt)
            entries[:] = [*(e for e in entries if e.guards.hold()), entry]
    main: types.FunctionType = entry.main
    names = list(inspect.signature(main).parameters)
    return main if choice.plain else picked(main, names, choice, value, aux)


register(lambda f: isinstance(f, GradFunction), differentiate, move)
