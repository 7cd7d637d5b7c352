"""Check rules of the table against numbers: differences, complex steps, shapes, dtypes, pairings.

    check(sample(np.sum, x, axis=0, keepdims=True))

The truth is the plain NumPy function, never the rule's own idea of it.  A cotangent pairs with a
tangent by Re(sum(x_bar * dx)), without conjugation, so that the gradient of a real function of
x + iy is df/dx - i df/dy.  Arguments may be numbers, arrays, or (nested) lists and tuples of them.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad.rules.table import TABLE, Linear, NoDerivative, Partials, Rule, Vjp, parameters
from srcad.runtime.broadcast import unbroadcast

Key = int | str  # an argument: its position, or its name where it is passed by name
STEP = 1e-4
TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class Sample:
    """One call to check.  `wrt` None means every argument with a formula and inexact values."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    wrt: tuple[Key, ...] | None = None
    analytic: bool = False  # check by complex step too
    single: bool = True  # check in float32 too
    tolerance: float = TOLERANCE

    def but(self, **changes: Any) -> Sample:
        """The same sample with other settings, e.g. `.but(analytic=True, wrt=(0,))`."""
        return replace(self, **changes)

    def __str__(self) -> str:
        shown = [_shown(arg) for arg in self.args]
        shown += [f"{name}={_shown(arg)}" for name, arg in self.kwargs.items()]
        return f"{getattr(self.function, '__name__', self.function)}({', '.join(shown)})"

    def argument(self, key: Key) -> Any:
        return self.args[key] if isinstance(key, int) else self.kwargs[key]

    def with_argument(self, key: Key, value: Any) -> Sample:
        if isinstance(key, int):
            return replace(self, args=self.args[:key] + (value,) + self.args[key + 1 :])
        return replace(self, kwargs={**self.kwargs, key: value})

    def call(self) -> Any:
        return self.function(*self.args, **self.kwargs)


def sample(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Sample:
    """A sample call of `function`; all keywords go to the function."""
    return Sample(function, args, kwargs)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(_shown, value))})"
    return repr(value)


# --- the rule, run on numbers ---


def formulas(rule: Rule) -> tuple[Callable[..., Any] | None, ...]:
    """The formulas of a rule, one per argument; empty for a function without derivative."""
    match rule:
        case Partials(found) | Linear(found) | Vjp(found):
            return found
        case _:  # without derivative, or with parts instead of formulas
            return ()


def formula_of(rule: Rule, key: Key) -> Callable[..., Any] | None:
    """The formula for one argument, or None."""
    names = [parameter.name for parameter in parameters(rule)]
    found = formulas(rule)
    star = _shared_star(rule)
    index = key if isinstance(key, int) else names.index(key)
    if star is not None and isinstance(key, int):
        index = min(index, star)
    return found[index] if index < len(found) else None


def _shared_star(rule: Rule) -> int | None:
    """The position of `*args` where one formula returns the cotangents of all of them."""
    kinds = [parameter.kind for parameter in parameters(rule)]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        return None
    star = kinds.index(inspect.Parameter.VAR_POSITIONAL)
    return star if len(formulas(rule)) == star + 1 else None


def cotangent(case: Sample, key: Key, y: Any, y_bar: Any, rule: Rule | None = None) -> Any:
    """The cotangent of one argument, by calling the rule's own lambda."""
    rule = rule or TABLE.rules[case.function]
    formula = formula_of(rule, key)
    assert formula is not None, f"{case} has no formula for argument {key!r}"
    star = _shared_star(rule)
    match rule:
        case Partials():
            partial = formula(y, *case.args, **case.kwargs)
            return unbroadcast(y_bar * partial, case.argument(key))
        case Linear():
            found = formula(y_bar, *case.args, **case.kwargs)
        case _:
            found = formula(y_bar, y, *case.args, **case.kwargs)
    return found[key - star] if star is not None and isinstance(key, int) and key >= star else found


def rules_of(module: str) -> list[Any]:
    """The functions whose formulas were written in the module, for tests of completeness.

    SciPy's functions that share them have samples of their own.
    """
    return [
        function
        for function, rule in TABLE.rules.items()
        if any(f is not None and f.__module__ == module for f in formulas(rule))
        and not str(getattr(function, "__module__", "")).startswith("scipy.")
    ]


# --- trees of numbers ---


def leaves(tree: Any) -> Iterator[Any]:
    """The numbers and arrays of nested lists and tuples, in order."""
    if isinstance(tree, list | tuple):
        for item in tree:
            yield from leaves(item)
    else:
        yield tree


def mapped(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """`function` of corresponding leaves, in the structure of the first tree."""
    if isinstance(tree, list | tuple):
        items = [mapped(function, *parts) for parts in zip(tree, *others, strict=True)]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    return function(tree, *others)


def is_inexact(leaf: Any) -> bool:
    """Whether a leaf carries derivatives: a float or complex number or array."""
    if isinstance(leaf, bool | int | str) or leaf is None or callable(leaf):
        return False
    return isinstance(leaf, float | complex | np.inexact) or (
        isinstance(leaf, np.ndarray) and np.issubdtype(leaf.dtype, np.inexact)
    )


def generator(case: Sample) -> np.random.Generator:
    """A generator of random numbers of its own for each sample: tests do not depend on order."""
    return np.random.default_rng(zlib.crc32(str(case).encode()))


def random_like(rng: np.random.Generator, tree: Any) -> Any:
    """Random numbers of about 1 with the types, dtypes and shapes of the tree; 0 for integers."""

    def one(leaf: Any) -> Any:
        if not is_inexact(leaf):
            return np.zeros(np.shape(leaf))[()]
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1, 1], np.shape(leaf))
        if np.iscomplexobj(leaf):
            drawn = drawn + 1j * rng.uniform(0.5, 1.5, np.shape(leaf))
        if isinstance(leaf, np.ndarray):
            frozen = np.array(drawn, leaf.dtype)
            frozen.flags.writeable = False
            return frozen
        return type(leaf)(drawn)

    return mapped(one, tree)


def inner(a: Any, b: Any) -> float:
    """Re(sum(a * b)) over all leaves."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.real(np.sum(np.multiply(p, q))) for p, q in pairs))


# --- the truth ---


def moved(case: Sample, key: Key, direction: Any, step: complex) -> Any:
    """f(x + step * direction)."""

    def one(x: Any, d: Any) -> Any:
        if not is_inexact(x):
            return x
        new = x + step * d
        return np.asarray(new) if isinstance(x, np.ndarray) else new

    x = case.argument(key)
    return case.with_argument(key, mapped(one, x, direction)).call()


def difference(case: Sample, key: Key, direction: Any) -> Any:
    """The derivative of f along a direction, by central differences of fourth order."""
    h = STEP
    ends = [moved(case, key, direction, k * h) for k in (-2, -1, 1, 2)]
    return mapped(lambda a, b, c, d: (a - 8 * b + 8 * c - d) / (12 * h), ends[0], *ends[1:])


def complex_step(case: Sample, key: Key, direction: Any) -> Any:
    """The derivative of an analytic f along a direction, to rounding: Im f(x + ih d) / h."""
    return mapped(lambda y: np.imag(y) / 1e-30, moved(case, key, direction, 1e-30j))


def unit_directions(x: Any) -> Iterator[Any]:
    """Every direction that moves one element, and for complex ones its imaginary part."""
    items = list(leaves(x))
    for which, leaf in enumerate(items):
        if not is_inexact(leaf):
            continue
        units = (1.0, 1j) if np.iscomplexobj(leaf) else (1.0,)
        for index in np.ndindex(np.shape(leaf)):
            for unit in units:
                directions = [np.zeros(np.shape(item), np.result_type(unit)) for item in items]
                directions[which][index] = unit
                flat = iter(directions)
                yield mapped(lambda _, flat=flat: next(flat)[()], x)


def numeric_cotangent(case: Sample, key: Key, y_bar: Any) -> Any:
    """The cotangent of one argument from differences along every unit direction."""
    x = case.argument(key)
    total = mapped(lambda leaf: np.zeros(np.shape(leaf), np.result_type(leaf, 0.0)), x)
    for direction in unit_directions(x):
        slope = inner(y_bar, difference(case, key, direction))
        # Re(x_bar * i) = -Im(x_bar): the conjugate of the direction carries the sign
        total = mapped(lambda t, d, slope=slope: t + slope * np.conj(d), total, direction)
    return total


# --- the checks ---


def arguments(case: Sample, rule: Rule | None = None) -> list[Key]:
    """The arguments to differentiate: those with a formula and with inexact values."""
    if case.wrt is not None:
        return list(case.wrt)
    rule = rule or TABLE.rules[case.function]
    keys: list[Key] = [*range(len(case.args)), *case.kwargs]
    return [
        key
        for key in keys
        if formula_of(rule, key) is not None
        and any(is_inexact(leaf) for leaf in leaves(case.argument(key)))
    ]


def check(case: Sample, rule: Rule | None = None) -> None:
    """Check the rule of the sample's function for all arguments to differentiate."""
    keys = arguments(case, rule)
    assert keys, f"{case}: nothing to differentiate"
    for key in keys:
        check_values(case, key, rule)
        check_pairing(case, key, rule)
        check_broadcast_cotangent(case, key, rule)
        if case.single:
            check_single(case, key, rule)


def check_values(case: Sample, key: Key, rule: Rule | None = None) -> None:
    """Every element of the cotangent equals the one by differences; shape and dtype agree."""
    y, y_bar = _frozen(case).call(), random_like(generator(case), case.call())
    x_bar = cotangent(_frozen(case), key, y, y_bar, rule)
    x = case.argument(key)
    check_like(case, key, x_bar, x)
    truth = numeric_cotangent(case, key, y_bar)
    moving = mapped(lambda leaf, bar: bar if is_inexact(leaf) else 0.0, x, x_bar)
    assert_close(case, key, moving, truth, case.tolerance)


def check_pairing(case: Sample, key: Key, rule: Rule | None = None) -> None:
    """⟨y_bar, J dx⟩ = ⟨Jᵀ y_bar, dx⟩ along a random direction, by complex step if analytic."""
    rng, y = generator(case), case.call()
    y_bar, dx = random_like(rng, y), random_like(rng, case.argument(key))
    right = inner(cotangent(case, key, y, y_bar, rule), dx)  # dx is 0 for integers
    if case.analytic:
        left = inner(y_bar, complex_step(case, key, dx))
        np.testing.assert_allclose(right, left, rtol=1e-11, atol=1e-11, err_msg=f"{case}[{key}]")
    else:
        left = inner(y_bar, difference(case, key, dx))
        tolerance = case.tolerance * 10
        np.testing.assert_allclose(
            right, left, rtol=tolerance, atol=tolerance, err_msg=f"{case}[{key}]"
        )


def check_broadcast_cotangent(case: Sample, key: Key, rule: Rule | None = None) -> None:
    """A read-only broadcast view as the cotangent gives what its dense copy gives."""
    y = case.call()

    def view(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray) or not is_inexact(leaf):
            return leaf if isinstance(leaf, np.ndarray) else type(leaf)(0)
        return np.broadcast_to(np.array(0.75, leaf.dtype), leaf.shape)

    y_bar = mapped(view, y)
    dense = cotangent(case, key, y, mapped(lambda v: v + 0, y_bar), rule)
    assert_close(case, key, cotangent(case, key, y, y_bar, rule), dense, 1e-12)


def check_single(case: Sample, key: Key, rule: Rule | None = None) -> None:
    """In single precision the cotangent has the dtype of the argument, and about the same value."""
    if not any(isinstance(leaf, np.ndarray) for leaf in leaves(case.argument(key))):
        return
    low = replace(
        case,
        args=tuple(_single(arg) for arg in case.args),
        kwargs={name: _single(arg) for name, arg in case.kwargs.items()},
    )
    y = case.call()
    y_bar = random_like(generator(case), y)
    low_bar = mapped(
        lambda like, leaf: (
            np.asarray(leaf, np.result_type(like))[()]
            if isinstance(like, np.ndarray | np.generic)
            else leaf
        ),
        low.call(),
        y_bar,
    )
    x_bar = cotangent(low, key, low.call(), low_bar, rule)
    check_like(low, key, x_bar, low.argument(key))
    assert_close(low, key, x_bar, cotangent(case, key, y, y_bar, rule), 2e-3)


def check_like(case: Sample, key: Key, x_bar: Any, x: Any) -> None:
    """Structure, shape and dtype of a cotangent are those of the argument."""
    where = f"{case}[{key}]"
    if isinstance(x, list | tuple):
        assert type(x_bar) is type(x), f"{where}: {type(x_bar).__name__} for a {type(x).__name__}"
        assert len(x_bar) == len(x), where
        for part, item in zip(x_bar, x, strict=True):
            check_like(case, key, part, item)
        return
    assert np.shape(x_bar) == np.shape(x), f"{where}: shape {np.shape(x_bar)} for {np.shape(x)}"
    if isinstance(x, np.ndarray) and is_inexact(x):
        found = np.asarray(x_bar).dtype
        assert found == x.dtype, f"{where}: dtype {found} for {x.dtype}"
    elif isinstance(x, float) and not isinstance(x, np.floating):
        assert isinstance(x_bar, float), f"{where}: {type(x_bar)} for a float"


def assert_close(case: Sample, key: Key, found: Any, wanted: Any, tolerance: float) -> None:
    """Equal within the tolerance, relative to the largest element; NaN and inf must agree."""
    for a, b in zip(leaves(found), leaves(wanted), strict=True):
        finite = np.abs(b)[np.isfinite(b)] if np.size(b) else np.zeros(0)
        scale = max(1.0, float(np.max(finite, initial=0.0)))
        np.testing.assert_allclose(
            a, b, rtol=tolerance, atol=tolerance * scale, err_msg=f"{case}[{key}]"
        )


def check_no_derivative(case: Sample) -> None:
    """A function declared without derivative is constant around the sample."""
    assert isinstance(TABLE.rules[case.function], NoDerivative), case
    for key in [*range(len(case.args)), *case.kwargs]:
        x = case.argument(key)
        if not any(is_inexact(leaf) for leaf in leaves(x)):
            continue
        dx = random_like(generator(case), x)
        for a, b in zip(leaves(case.call()), leaves(moved(case, key, dx, STEP)), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=f"{case}[{key}]")


def check_signature(function: Callable[..., Any], rule: Rule | None = None) -> None:
    """All formulas of a rule take the same parameters, and they are those of the function.

    Formulas may leave out trailing parameters only where nobody differentiates through them:
    `where` and the rest of a ufunc's options, and NumPy's `**kwargs`.
    """
    rule = rule or TABLE.rules[function]
    skip = 1 if isinstance(rule, Partials | Linear) else 2
    found = [
        [p.name for p in inspect.signature(f).parameters.values()][skip:]
        for f in formulas(rule)
        if f is not None
    ]
    assert all(names == found[0] for names in found), f"{function}: {found}"
    try:
        wanted = list(inspect.signature(function).parameters.values())
    except ValueError:
        return
    if isinstance(function, np.ufunc):
        return
    # what a rule has no parameter for is refused: `x.view(dtype)`
    unnamed = {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    unnamed -= {
        p.kind for f in formulas(rule) if f for p in inspect.signature(f).parameters.values()
    }
    names = [p.name for p in wanted if p.kind not in unnamed]
    assert found[0][: len(names)] == names, f"{function}: {found[0]} for {names}"


def special(function: Callable[..., Any], *args: Any, wrt: int = 0, **kwargs: Any) -> Any:
    """The cotangent of ones at a special point, floating-point warnings off."""
    case = sample(function, *args, **kwargs)
    with np.errstate(all="ignore"):
        y = case.call()
        ones = mapped(lambda leaf: leaf * 0 + 1 if np.all(np.isfinite(leaf)) else _ones(leaf), y)
        return cotangent(case, wrt, y, ones)


def _ones(leaf: Any) -> Any:
    return np.ones_like(leaf) if isinstance(leaf, np.ndarray) else type(leaf)(1)


def _frozen(case: Sample) -> Sample:
    """The sample with read-only arrays: a rule that writes into an argument fails."""

    def one(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        copy = np.array(leaf)
        copy.flags.writeable = False
        return copy

    return replace(
        case,
        args=tuple(mapped(one, arg) for arg in case.args),
        kwargs={name: mapped(one, arg) for name, arg in case.kwargs.items()},
    )


def _single(tree: Any) -> Any:
    def one(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray | np.inexact) and is_inexact(leaf):
            return leaf.astype(np.complex64 if np.iscomplexobj(leaf) else np.float32)
        return leaf

    return mapped(one, tree)
