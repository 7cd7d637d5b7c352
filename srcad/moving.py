"""Move tangents through a function that only the running program knows.

The result is what generated code asks of `srcad.runtime.calls.jvp_call`: the value and its tangent.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import errors, versions
from srcad.analysis.holding import opened
from srcad.analysis.resolve import with_captures
from srcad.arguments import target_of
from srcad.called import FORWARD, Call, bound_parts, call_of, closure_type, special
from srcad.compile import LOCK, compile_split
from srcad.dynamic import makes_derivative, refuse_uncalled, with_rule, writes_out
from srcad.entries import Entry
from srcad.forward_compile import compile_tangent
from srcad.frontend.source import unwrap
from srcad.ir.observed import type_of
from srcad.ir.types import Clo, Symbols, Type
from srcad.rules.spelling import spelled
from srcad.rules.table import TABLE, Linear, NoDerivative, Partials, Rule, Staged, Vjp
from srcad.rules.writes import written_arguments
from srcad.runtime import calls, draws, sparse
from srcad.runtime.cotangents import shadow
from srcad.runtime.fitting import anywhere
from srcad.runtime.gates import Gate, caller_of
from srcad.runtime.methods import of_owner
from srcad.runtime.moved_containers import CONTAINERS, do_both
from srcad.runtime.numpy_sources import of_object
from srcad.runtime.slots import slots_of
from srcad.runtime.tangents import as_given, in_shape_of, still
from srcad.tangent.dotted import holds

Named = dict[str, Any]


def move(
    function: Any, own_dot: Any, args: tuple[Any, ...], dots: tuple[Any, ...],
    options: Named, option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    """The value of a call and its tangent."""
    bound = getattr(function, "__self__", None)
    if writes_out(bound) or draws.unmoved(function, args, options):
        value = function(*args, **options)
        return value, still(value)
    method = _method(bound, getattr(function, "__name__", ""))
    if method is not None:
        self_dot = (own_dot or {}).get("__self__")
        given = (bound, *args), (self_dot, *dots)
        return move(method, None, *given, options, option_dots)
    drawn = draws.of_method(function)
    if drawn is not None:
        return move(drawn[0], None, (drawn[1], *args), (None, *dots), options, option_dots)
    if isinstance(bound, CONTAINERS) and not isinstance(function, types.MethodType):
        moved = (own_dot or {}).get("__self__")
        return do_both(bound, moved, function.__name__, args, dots, options)
    if isinstance(function, functools.partial):
        held = own_dot or {
            "args": (None,) * len(function.args),
            "kwargs": dict.fromkeys(function.keywords),
            "function": None,
        }
        all_options = {**function.keywords, **options}
        all_dots = {**held["kwargs"], **option_dots}
        given = (*function.args, *args), (*held["args"], *dots)
        return move(function.func, held["function"], *given, all_options, all_dots)
    if isinstance(function, Gate):
        return _by_source(function, own_dot, args, dots, options, option_dots)
    function, rule = with_rule(function)
    if isinstance(rule, Staged):
        plain_one = caller_of(function)
        return _by_source(plain_one, own_dot, args, dots, options, option_dots)
    if rule is not None:
        return _by_rule(function, rule, args, dots, options, option_dots)
    ours = special(FORWARD, function)
    if ours is not None:
        return ours(function, own_dot, args, dots, options, option_dots)  # type: ignore[no-any-return]
    if makes_derivative(function, args):
        return function(*args, **options), dots[0]
    refuse_uncalled(function)
    by_class = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(by_class, types.FunctionType) and of_object(function) is None:
        given = (function, *args), (own_dot, *dots)
        return move(by_class, None, *given, options, option_dots)
    return _by_source(function, own_dot, args, dots, options, option_dots)


def _method(owner: Any, name: str) -> Any:
    """The function that a method of an array, a number or a sparse matrix is."""
    return of_owner(owner, name) or sparse.of_method(owner, name)


def _by_rule(
    function: Any, rule: Rule, args: tuple[Any, ...], dots: tuple[Any, ...],
    options: Named, option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    if isinstance(rule, NoDerivative) and function not in TABLE.of_complex:
        y = function(*args, **options)
        return y, still(y)
    count = len(args)
    written = written_arguments(function, count, options)
    if any((args[k] if isinstance(k, int) else options[k]) is not None for k in written):
        raise errors.UnsupportedMutation(
            f"`{spelled(function)}` is known only when it runs, and writes into an argument here. "
            "Use the form that returns a new array."
        )
    target = target_of(function, count, tuple(options))
    call = call_of(target, args, options)
    return run(call.function, call, bound_parts(target, call, None, dots, option_dots))


def _by_source(
    function: Any, own_dot: Any, args: tuple[Any, ...], dots: tuple[Any, ...],
    options: Named, option_dots: Named,
) -> tuple[Any, Any]:  # fmt: skip
    target = unwrap(function)
    call = call_of(target, args, options)
    tangents = bound_parts(target, call, own_dot, dots, option_dots)
    return run(call.function, call, tangents)


def run(
    function: types.FunctionType, call: Call, tangents: list[Any], adapted: bool = False
) -> tuple[Any, Any]:
    """Value and tangent of a function of the values of a call.

    adapted: it has a parameter for the function that holds captured variables.
    """
    return run_entry(moving_entry(function, call, tangents, adapted), call, tangents)


def moving_entry(
    function: types.FunctionType, call: Call, tangents: list[Any], adapted: bool = False
) -> Entry:
    """The compiled code for that."""
    rests = tuple(t is None for t in tangents)
    held = None if adapted else call.held
    return entry_of(function, call.kinds, call.symbols, held, still=rests, dynamic=True)


def run_entry(entry: Entry, call: Call, tangents: list[Any]) -> tuple[Any, Any]:
    """Its value and tangent for the values of a call."""
    moving = [t for t, m in zip(tangents, entry.mask, strict=True) if m]
    found: tuple[Any, Any] = entry.run(*call.values, *moving)
    return found


def entry_of(
    plain: types.FunctionType,
    kinds: tuple[Type, ...],
    symbols: Symbols,
    held: Clo | None = None,
    naive: bool = False,
    shown: bool = True,
    still: tuple[bool, ...] | None = None,
    dynamic: bool = False,
) -> Entry:
    """The compiled `f_jvp` for arguments of these types; `still` are those that do not move."""
    mask = tuple(holds(t) and not (still and still[k]) for k, t in enumerate(kinds))
    with LOCK:
        way = "tangent", kinds, mask, naive, shown, dynamic
        entry = versions.known(plain, way, symbols) or versions.again(plain, way, symbols)
        if entry is None:
            adapt: Callable[[Any], Any] | None = None
            if held is not None:
                adapt = lambda unit: with_captures(unit, held)  # noqa: E731
            entry = compile_tangent(plain, kinds, mask, naive, symbols, adapt, shown, dynamic)
            versions.add(plain, way, entry)
        return entry


def transpose(
    function: Any, position: int, t: Any, y: Any, args: tuple[Any, ...], options: Named
) -> Any:
    """The tangent of a result, from the rule that carries cotangents back (see `calls.pushed`)."""
    rule = TABLE.of_complex.get(function) or TABLE.get(function)
    if isinstance(rule, Partials) and position < len(rule.formulas):
        partial = rule.formulas[position]
        if partial is not None:
            return in_shape_of(partial(y, *args, **options) * t, y)
    f, with_y = formula_of(function, position)
    if not _carries(y):
        return still(y)
    y_bar = anywhere(y)  # it is linear, though some rules do less for zeros
    given = (y_bar, y, *args) if with_y else (y_bar, *args)
    bound = inspect.signature(f).bind(*given, **options)
    bound.apply_defaults()
    back = _transposed(f, tuple(bound.arguments.values()), 0)
    return as_given(back(t), y)


def formula_of(function: Any, position: int) -> tuple[Any, bool]:
    """The formula of a rule for one argument (see `calls.formula_of`)."""
    rule = TABLE.of_complex.get(function) or TABLE.get(function)
    f = None
    if isinstance(rule, Linear | Vjp):
        found = rule.transposes if isinstance(rule, Linear) else rule.pullbacks
        f = found[position] if position < len(found) else None
    if f is None:
        raise errors.MissingRule(f"`{spelled(function)}` has no derivative in this argument.")
    return f, isinstance(rule, Vjp)


def _transposed(f: Any, values: tuple[Any, ...], position: int) -> Callable[[Any], Any]:
    """The transpose of a function that is linear in one of its arguments, at these values."""
    plain = f if isinstance(f, types.FunctionType) else target_of(f, len(values), ()).function
    symbols = Symbols()
    held = closure_type(plain, symbols)
    kinds = tuple(opened(type_of(v, symbols)) for v in values)
    if held is not None:
        values, kinds = (*values, plain), (*kinds, held)
    with LOCK:
        way = "transpose", kinds, position
        entry = versions.known(plain, way, symbols) or versions.again(plain, way, symbols)
        if entry is None:
            adapt = None if held is None else (lambda unit: with_captures(unit, held))
            entry = compile_split(plain, kinds, symbols, adapt, only=position)
            versions.add(plain, way, entry)
    _, saved = entry.forward(*values)
    return lambda t: entry.bars(saved, t)[position]


def pulled_back(
    gate: Gate, saved: Any, y: Any, args: tuple[Any, ...], dots: tuple[Any, ...]
) -> Any:
    """The tangent of a gate's value, from its backward part (see `calls.pushed_back`)."""
    if not _carries(y):
        return still(y)
    back = _transposed(gate.rule.backward, (saved, anywhere(y)), 1)
    bars = gate.rule.backward(saved, anywhere(y))
    if isinstance(bars, list | tuple):
        pairs = zip(bars, dots, args, strict=True)
        given: Any = [None if b is None else shadow(a) if t is None else t for b, t, a in pairs]
    else:
        given = dots[0]
    return as_given(back(given), y)


def _carries(y: Any) -> bool:
    """Whether a value holds a number that carries a derivative."""
    if isinstance(y, list | tuple):
        return any(map(_carries, y))
    if isinstance(y, dict):
        return any(map(_carries, y.values()))
    if isinstance(y, float | complex | np.generic | np.ndarray):
        return bool(np.asarray(y).dtype.kind in "fc")
    return hasattr(y, "__dict__") or bool(slots_of(y))


calls.register_forward(move, transpose, pulled_back, formula_of)
