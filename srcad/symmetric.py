"""Derivatives of a gradient whose generated code cannot be differentiated: by symmetry.

g = ∇f(w, θ)        g_dot = ∇ of (the derivative of f along w_dot, θ_dot)
                    w_bar, θ_bar = ∇ of (the derivative of f along g_bar)

The gradient's code keeps cotangents by memory where f writes into containers; forward mode's code
of f is plain Python, and reverse mode takes its gradient.  A cotangent g_bar comes when f has run:
f runs once more for it, and must be known to leave nothing behind and to do the same again.  A
tangent is there before, and one run gives g as well.
"""

from __future__ import annotations

import functools
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import errors, moving
from srcad.analysis.repeatable import repeatable, spares_arguments
from srcad.analysis.resolve import with_captures
from srcad.arguments import WHOLE, Choice, choose, target_of
from srcad.called import Call, bound_parts, call_of, spreading
from srcad.compile import LOCK, result_must_be_scalar, wants_aux
from srcad.dynamic import Pullback, differentiate
from srcad.gradients import GradFunction
from srcad.ir.observed import type_of
from srcad.ir.types import Symbols
from srcad.pipeline import Compilation
from srcad.runtime.cotangents import finish, part
from srcad.runtime.gates import Gate
from srcad.runtime.tangents import still
from srcad.runtime.writes import copied

Named = dict[str, Any]
Relied = tuple[tuple[Any, str, Any, Any], ...]
_PLAIN = (
    bool, int, float, complex, str, bytes, type(None), type, types.FunctionType, types.ModuleType,
    types.BuiltinFunctionType, np.ufunc, np.generic, property, functools.cached_property, Gate,
)  # fmt: skip
_CONTAINERS = (tuple, list, dict)


@dataclass(frozen=True)
class Second:
    """A call of ∇f: f, called with these values; in which parameters the gradient is."""

    derivative: GradFunction[Any, Any]
    call: Call
    choice: Choice
    relied: Relied | None  # on what from outside: where, and what it was; None: it runs once only

    @property
    def values(self) -> tuple[Any, ...]:
        return self.call.values

    def check(self) -> None:
        """Raise where what f reads from outside has changed meanwhile."""
        for owner, name, value, before in self.relied or ():
            now = owner.get(name) if isinstance(owner, dict) else getattr(owner, name, None)
            if now is not value or not _same(value, before):
                raise errors.UnsupportedMutation(
                    f"`{name}` changes between a gradient that the function computes and the "
                    "backward part, which computes it again. Pass it as an argument."
                )

    def run(self, values: tuple[Any, ...], dots: list[Any]) -> tuple[Any, Any, Pullback]:
        """f and its tangent along `dots`, and the pullback from both of them to the values."""
        rests = tuple(t is None for t in dots)
        call = self.call
        entry = moving.entry_of(
            call.function, call.kinds, call.symbols, call.held, still=rests, dynamic=True
        )
        given = [t for t, m in zip(dots, entry.mask, strict=True) if m]
        (out, out_dot), pull = differentiate(entry.main, (*values, *given), {})
        return out, out_dot, lambda bars: pull(bars)[1 : 1 + len(values)]

    def along_tangent(self, out: Any) -> Any:
        """The cotangent of f's tangent: one, of the value alone."""
        return (1.0, still(out[1])) if self.derivative.aux else 1.0

    def pulled(
        self, values: tuple[Any, ...], dots: list[Any], out_bar: Any
    ) -> tuple[Any, list[Any]]:
        """The tangent of f along `dots`, and the cotangents of the values; out_bar: that of f."""
        out, out_dot, pull = self.run(values, dots)
        bars = pull([still(out) if out_bar is None else out_bar, self.along_tangent(out)])
        return out_dot, bars

    def both(self, dots: list[Any]) -> tuple[Any, Any]:
        """What the derivative returns, and its tangent, in one run of f."""
        out, out_dot, pull = self.run(self.values, dots)
        name, aux = self.call.function.__name__, self.derivative.aux
        if aux and not (isinstance(out, tuple) and len(out) == 2):
            raise wants_aux(name, type_of(out, Symbols()), None)
        kind = type_of(out[0] if aux else out, Symbols())
        result_must_be_scalar(kind, name, lambda: None)
        one = self.along_tangent(out)
        found = self.returned(out, self.gradients(pull([one, still(out_dot)])))
        return found, self.returned(out_dot, self.gradients(pull([still(out), one])))

    def returned(self, out: Any, gradients: Any) -> Any:
        """What the derivative returns, of what f does."""
        if self.derivative.value:
            return out, gradients
        return (gradients, out[1]) if self.derivative.aux else gradients

    def gradients(self, bars: list[Any]) -> Any:
        """What the derivative returns of cotangents of the parameters."""
        whole = {p: finish(bars[p], self.values[p]) for p in self.choice.params}
        items = tuple(whole[p] if k is WHOLE else whole[p][k] for p, k in self.choice.slots)
        return items[0] if self.choice.single else items

    def along(self, v: Any) -> list[Any]:
        """The direction in the parameters that a cotangent of the gradient is."""
        dots: list[Any] = [None] * len(self.values)
        for k, (p, item) in enumerate(self.choice.slots):
            bar = v if self.choice.single else part(v, k)
            if item is WHOLE:
                dots[p] = finish(bar, self.values[p])
                continue
            if dots[p] is None:
                dots[p] = still(self.values[p])
                dots[p] = list(dots[p]) if isinstance(dots[p], tuple) else dict(dots[p])
            dots[p][item] = finish(bar, self.values[p][item])
        return [tuple(t) if isinstance(v, tuple) and isinstance(t, list) else t
                for t, v in zip(dots, self.values, strict=True)]  # fmt: skip


def second(derivative: Any, args: tuple[Any, ...], kwargs: Named) -> Second | None:
    """The call, where this way is open: `relied` is None where it is to tangents alone."""
    f = derivative.f
    if isinstance(f, GradFunction) or derivative.outer or _objects((args, kwargs)):
        return None
    target = target_of(f, len(args), tuple(kwargs), args, kwargs)
    call = call_of(target, args, kwargs)
    spares, relied = _relied(call)
    if not spares:
        return None
    signature = call.bound.signature
    values = call.values[: len(signature.parameters)]
    skip = call.prefix + (derivative.in_class and isinstance(f, types.FunctionType))
    choice = choose(derivative.wrt, signature, values, skip, target.function)
    return Second(derivative, call, choice, relied)


def _relied(call: Call) -> tuple[bool, Relied | None]:
    """Whether f spares its arguments; what it relies on from outside, if it may run once more."""
    with LOCK:
        work = Compilation(call.symbols)
        unit = work.program.unit(call.function)
        if call.held is not None:
            unit = with_captures(unit, call.held)
        facts = work.session.infer(unit, call.kinds)
        spares, again = spares_arguments(facts), repeatable(facts)
        found = list(work.program.guards.values())
        work.session.forget()
    if not again or not all(_compares(v) for _, _, v in found):
        return spares, None
    return spares, tuple((o, n, v, _kept(v)) for o, n, v in found)


def _compares(value: Any) -> bool:
    """Whether it can be told that a value has not changed."""
    if type(value) in _CONTAINERS:
        return all(map(_compares, value.values() if isinstance(value, dict) else value))
    return isinstance(value, (*_PLAIN, np.ndarray))


def _kept(value: Any) -> Any:
    """What tells it later: a copy of what can be written; else nothing."""
    if type(value) in _CONTAINERS:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [(key, item, _kept(item)) for key, item in items]
    return value.copy() if isinstance(value, np.ndarray) else None


def _same(value: Any, before: Any) -> bool:
    if isinstance(before, list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        pairs = list(items)
        return len(pairs) == len(before) and all(
            k == key and v is item and _same(v, then)
            for (k, v), (key, item, then) in zip(pairs, before, strict=True)
        )
    return before is None or bool(value.tobytes() == before.tobytes())


def _objects(value: Any) -> bool:
    """Whether some part is an object of a class, whose tangent has another structure."""
    if isinstance(value, list | tuple):
        return any(map(_objects, value))
    if isinstance(value, dict):
        return any(map(_objects, value.values()))
    return not isinstance(value, (*_PLAIN, np.ndarray))


def pulled(made: Second, args: tuple[Any, ...], kwargs: Named, keep: bool) -> tuple[Any, Pullback]:
    """The value of the gradient, and its pullback to [derivative, *args, *kwargs.values()]."""
    derivative, call = made.derivative, made.call
    values = copied(call.values) if keep else call.values
    found = derivative(*args, **kwargs)
    spread = spreading(call, derivative.f, args, kwargs)

    def pullback(bar: Any) -> list[Any]:
        made.check()
        out_bar, v = None, bar
        if derivative.value:
            out_bar, v = part(bar, 0), part(bar, 1)
        elif derivative.aux:
            v, aux_bar = part(bar, 0), part(bar, 1)
            out_bar = None if aux_bar is None else (0.0, aux_bar)
        _, bars = made.pulled(values, made.along(v), out_bar)
        return spread(list(bars))

    return found, pullback


def moved(
    made: Second, own_dot: Any, args: tuple[Any, ...], dots: tuple[Any, ...], options: Named,
    option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    """The value of the gradient, and its tangent."""
    derivative, call = made.derivative, made.call
    target = target_of(derivative.f, len(args), tuple(options), args, options)
    tangents = bound_parts(target, call, own_dot, dots, option_dots)
    rests = all(t is None for t in tangents)
    if made.relied is None and not rests:
        return made.both(tangents)
    found = derivative(*args, **options)
    if rests:
        return found, still(found)
    out_dot, bars = made.pulled(call.values, tangents, None)
    return found, made.returned(out_dot, made.gradients(bars))
