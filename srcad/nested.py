"""Derivatives that a differentiated function computes itself: calls of the code made for them.

    srcad.grad(lambda z: c * z**3)(x)     →     lambda_grad(x, fn)      fn, the lambda, holds c

The code that is generated for a derivative is a plain function of the same parameters: it is
differentiated like any other.  What a function captured, and may carry a derivative, is read from
the function itself, which becomes the last parameter.  Code that cannot be differentiated is done
without, by symmetry (`symmetric`).
"""

from __future__ import annotations

import inspect
import types
import weakref
from dataclasses import replace
from typing import Any

from srcad import errors, symmetric
from srcad.analysis.resolve import with_captures
from srcad.arguments import Choice, check_wrt, choose, target_of
from srcad.by_tangents import REFUSED, by_tangents
from srcad.called import Call, bound_parts, call_of, register
from srcad.compile import LOCK, compile_fused
from srcad.dynamic import Pullback, entry_of, pulled_back, versions
from srcad.entries import find
from srcad.frontend.source import Target
from srcad.gradients import GradFunction
from srcad.moving import moving_entry, run, run_entry
from srcad.picked import picked
from srcad.runtime.derivative import Derivative

Named = dict[str, Any]
_FOUND: weakref.WeakKeyDictionary[Any, dict[Any, errors.SrcadError]] = weakref.WeakKeyDictionary()


def differentiate(
    derivative: Derivative, args: tuple[Any, ...], kwargs: Named, keep: bool
) -> tuple[Any, Pullback]:
    """The value of a derivative, and its pullback to [derivative, *args, *kwargs.values()]."""
    call, target = generated(derivative, args, kwargs)
    inner = innermost(derivative)
    started = False
    try:
        _not_again(call)
        entry = entry_of(call.function, call.kinds, None, call.symbols)
        started = True
        return pulled_back(call, entry, target, inner, args, kwargs, keep)
    except REFUSED as problem:
        other = None if started else _alone(call, problem, derivative, args, kwargs)
        if other is None:
            made = _by_symmetry(call, problem, derivative, args, kwargs)
            if made.relied is None:
                raise
            return symmetric.pulled(made, args, kwargs, keep)
        entry = entry_of(other.function, call.kinds, None, call.symbols)
    return pulled_back(call, entry, target, inner, args, kwargs, keep)


def move(
    derivative: Derivative, own_dot: Any, args: tuple[Any, ...], dots: tuple[Any, ...],
    options: Named, option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    """The value of a derivative, and its tangent."""
    call, target = generated(derivative, args, options)
    tangents = bound_parts(target, call, own_dot, dots, option_dots)
    started = False
    try:
        _not_again(call)
        entry = moving_entry(call.function, call, tangents, adapted=True)
        started = True
        return run_entry(entry, call, tangents)
    except REFUSED as problem:
        other = None if started else _alone(call, problem, derivative, args, options)
        if other is not None:
            return run(other.function, call, tangents, adapted=True)
        made = _by_symmetry(call, problem, derivative, args, options)
        if started and made.relied is None:
            raise
        return symmetric.moved(made, own_dot, args, dots, options, option_dots)


def _not_again(call: Call) -> None:
    """Raise what was found the first time, if the code could not be differentiated."""
    known = _FOUND.get(call.function, {}).get(call.kinds)
    if known is not None:
        raise known


def _alone(
    call: Call, problem: errors.SrcadError, derivative: Derivative, args: tuple[Any, ...],
    kwargs: Named,
) -> Call | None:  # fmt: skip
    """The call of forward mode's code, where the derivative is one in a number."""
    _note(call, problem)
    other: Call | None = generated(derivative, args, kwargs, forward=True)[0]
    return other


def _note(call: Call, problem: errors.SrcadError) -> None:
    if not isinstance(problem, errors.MissingRule):  # a rule may be added
        _FOUND.setdefault(call.function, {})[call.kinds] = problem


def _by_symmetry(
    call: Call, problem: errors.SrcadError, derivative: Derivative, args: tuple[Any, ...],
    kwargs: Named,
) -> symmetric.Second:  # fmt: skip
    """The other way; raises the problem where it is not open."""
    made = symmetric.second(derivative, args, kwargs)
    if made is None:
        raise problem
    if made.relied is not None:
        _note(call, problem)  # found when it ran
    return made


def reversible(derivative: Derivative, args: tuple[Any, ...], kwargs: Named) -> tuple[Call, Target]:
    """The call of generated code that reverse mode can do, as far as there is some."""
    call, target = generated(derivative, args, kwargs)
    try:
        _not_again(call)
        entry_of(call.function, call.kinds, None, call.symbols)
    except REFUSED as problem:
        return _alone(call, problem, derivative, args, kwargs) or call, target
    return call, target


def innermost(derivative: Any) -> Any:
    """The function that is differentiated, perhaps more than once."""
    return innermost(derivative.f) if isinstance(derivative, GradFunction) else derivative


def generated(
    derivative: Any, args: tuple[Any, ...], kwargs: Named, forward: bool = False
) -> tuple[Any, Target]:
    """The call of the code that is generated for a derivative and these arguments.

    forward: that of forward mode, or None where that has none.
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
    try:
        main = _main(derivative, inner, choice, forward)
    except REFUSED:
        other = generated(f, args, kwargs, True)[0] if isinstance(f, GradFunction) else None
        if other is None:
            raise
        main = _main(derivative, other, choice, forward)
    return None if main is None else replace(inner, function=main), target


def _main(
    derivative: GradFunction[Any, Any], inner: Call, choice: Choice, forward: bool
) -> types.FunctionType | None:
    """The generated function; of a closure its last parameter is the closure itself."""
    value, aux, naive = derivative.value, derivative.aux, derivative.naive
    if forward:
        if derivative.outer:
            return None
        return by_tangents(inner, choice, value, aux, isinstance(derivative.f, GradFunction))
    options = choice.params, choice.single and choice.plain, value, aux, naive
    outer = derivative.outer
    held = inner.held
    adapt = None
    if held is not None and not isinstance(derivative.f, GradFunction):
        adapt = lambda unit: with_captures(unit, held)  # noqa: E731
    with LOCK:
        entries = versions(inner.function, (inner.kinds, options, outer), held)
        entry = find(entries, inner.symbols)
        if entry is None:
            given = inner.function, inner.kinds, *options, inner.symbols
            entry = compile_fused(*given, adapt=adapt, outer=outer)
            entries[:] = [*(e for e in entries if e.guards.hold()), entry]
    main: types.FunctionType = entry.main
    names = list(inspect.signature(main).parameters)
    return main if choice.plain else picked(main, names, choice, value, aux)


register(lambda f: isinstance(f, GradFunction), differentiate, move)
