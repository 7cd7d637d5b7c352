"""The table of derivative rules and the four verbs that fill it.

    partials(np.sin, lambda y, x: np.cos(x))            elementwise: one partial per argument
    linear(np.flip, lambda y_bar, m, axis=None: np.flip(y_bar, axis))      its transpose
    vjp(np.linalg.inv, lambda y_bar, y, a: -y.T @ y_bar @ y.T)             anything else
    no_derivative(np.argmax, np.shape)

A rule is keyed by the function object that it differentiates.  The lambdas are written in
NumPy and `srcad.runtime`; they run on numbers in the tests and on IR symbols in the compiler,
and what a lambda touches is what must be saved for the backward part.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from srcad.rules import extras
from srcad.runtime.gates import Gate

Formula = Callable[..., Any]


@dataclass(frozen=True)
class Partials:
    """Elementwise: `formulas[k](y, *xs)` is ∂y/∂x_k; None where x_k has no derivative."""

    formulas: tuple[Formula | None, ...]


@dataclass(frozen=True)
class Linear:
    """Linear in the listed arguments: `transposes[k](y_bar, *args, **options)`."""

    transposes: tuple[Formula | None, ...]


@dataclass(frozen=True)
class Vjp:
    """Any rule: `pullbacks[k](y_bar, y, *args, **options)` is the cotangent of argument k."""

    pullbacks: tuple[Formula | None, ...]


@dataclass(frozen=True)
class NoDerivative:
    """Piecewise constant, or not a number at all: carries no derivative."""


@dataclass(frozen=True)
class Staged:
    """`(y, saved) = forward(*args)`, and `backward(saved, y_bar)` is one cotangent an argument."""

    forward: Formula
    backward: Formula
    tangent: Formula | None = None  # `tangent(saved, args, tangents)`: the tangent of y
    trusted: bool = False  # what it gives fits: it is srcad's own


@dataclass(frozen=True)
class Pushed:
    """`rule(args, tangents)` is `(y, y_dot)`; cotangents go its way back."""

    rule: Formula


@dataclass(frozen=True)
class Pushes:
    """`formulas[k](x_dot, y, *args)` is what argument k adds to the tangent of the result."""

    formulas: tuple[Formula | None, ...]


@dataclass(frozen=True)
class Unfinished:
    """A gate or a function that has no derivative; `cure` says what to do instead."""

    cure: str


Rule = Partials | Linear | Vjp | NoDerivative | Staged | Pushed | Pushes | Unfinished
OfGates = Staged | Pushed | Pushes | Unfinished  # rules that only gates have


@dataclass
class Table:
    """Rules by function object; `version` grows with every change, so caches can notice."""

    rules: dict[Any, Rule] = field(default_factory=dict)
    of_complex: dict[Any, Rule] = field(default_factory=dict)
    pushes: dict[Any, tuple[Formula | None, ...]] = field(default_factory=dict)
    multilinear: dict[Any, tuple[int, ...] | None] = field(default_factory=dict)
    likes: dict[Any, frozenset[int]] = field(default_factory=dict)
    users: set[Any] = field(default_factory=set)  # functions whose rules are not srcad's own
    complete: bool = False  # whether these are all of srcad's own rules
    by_value: set[Any] = field(default_factory=set)
    version: int = 0
    reading: bool = False  # whether rules are read that stood there all along

    def add(self, function: Any, rule: Rule) -> None:
        if self.reading:
            self.rules.setdefault(function, rule)  # what the user said of it holds
            return
        self.rules[function] = rule
        self.of_complex.pop(function, None)
        self.version += 1
        if self.complete:
            self.users.add(function)

    def get(self, function: Any) -> Rule | None:
        if isinstance(function, Gate):
            function.asked = True
            found: Rule = function.rule
            return found
        try:
            rule = self.rules.get(function)
        except TypeError:  # unhashable callables have no rule
            return None
        if rule is None and extras.of_scipy(function) and self.read():
            return self.rules.get(function)
        return rule

    def read(self) -> bool:
        """Read the rules of packages that have come since; whether there are any."""
        before, self.reading = self.reading, True
        try:
            return extras.read_topics()
        finally:
            self.reading = before

    def is_like(self, function: Any, position: int) -> bool:
        """Whether no derivative passes through an argument, by declaration."""
        if isinstance(function, Gate):
            return position in function.none
        return position in self.likes.get(function, ())

    def of_user(self, function: Any) -> bool:
        """Whether the rule of a function was written by the user, and may be wrong."""
        return isinstance(function, Gate) or function in self.users

    def of_kinds(self, function: Any, real: bool) -> Rule | None:
        """The rule for operands that are known to be real, or may be complex."""
        rule = self.get(function)
        if isinstance(rule, NoDerivative) and not real:
            return self.of_complex.get(function, rule)
        return rule


TABLE = Table()


def partials(function: Any, *formulas: Formula | None) -> None:
    """Declare an elementwise function by its partial derivatives `lambda y, *xs: ∂y/∂x_k`."""
    TABLE.add(function, Partials(formulas))


def linear(function: Any, *transposes: Formula | None) -> None:
    """Declare a linear function by its transposes `lambda y_bar, *args, **options: x_bar`."""
    TABLE.add(function, Linear(transposes))


def vjp(function: Any, *pullbacks: Formula | None) -> None:
    """Declare any function by `lambda y_bar, y, *args, **options: x_bar`, one per argument."""
    TABLE.add(function, Vjp(pullbacks))


def of_complex(function: Any, *pullbacks: Formula | None) -> None:
    """Declare what has no derivative for real numbers and one for complex ones, as `vjp` does.

    The formulas hold for real numbers as well: where the kind is not known, they decide.
    """
    no_derivative(function)
    TABLE.of_complex[function] = Vjp(pullbacks)


def jvp(function: Any, *pushforwards: Formula | None) -> None:
    """Say how tangents pass, where the rule does not: `lambda x_dot, y, *args, **options: y_dot`.

    One for each argument; the tangent of the result is their sum.  Without it the tangent of a
    `vjp` is found by transposing the rule once more, which takes longer.
    """
    if not (TABLE.reading and TABLE.of_user(function)):
        TABLE.pushes[function] = pushforwards


def multilinear(*functions: Any, positions: tuple[int, ...] | None = (0, 1)) -> None:
    """Declare functions linear in each of these arguments (None: all) while the others stand still.

    For forward mode; reverse mode has their `vjp`.
    """
    for function in functions:
        TABLE.multilinear[function] = positions


def like(function: Any, *positions: int) -> None:
    """Declare arguments of which only shape and dtype matter: no derivative passes there."""
    TABLE.likes[function] = frozenset(positions)


def typed_by_value(*functions: Any) -> None:
    """Declare functions whose results have a dtype or a rank that depends on the numbers."""
    TABLE.by_value.update(functions)


def refused(cure: str, *functions: Any) -> None:
    """Declare functions whose derivative is not known, with the whole of the message."""
    for function in functions:
        TABLE.add(function, Unfinished(cure))


def no_derivative(*functions: Any) -> None:
    """Declare functions whose result carries no derivative."""
    for function in functions:
        TABLE.add(function, NoDerivative())


@lru_cache(maxsize=8192)
def parameters(rule: Rule) -> tuple[inspect.Parameter, ...]:
    """The parameters of the primal as the rule spells them (without y_bar and y)."""
    match rule:
        case Partials(formulas):
            skip, found = 1, next((f for f in formulas if f is not None), None)
        case Linear(transposes):
            skip, found = 1, next((f for f in transposes if f is not None), None)
        case Vjp(pullbacks):
            skip, found = 2, next((f for f in pullbacks if f is not None), None)
        case Pushes(formulas):
            skip, found = 2, next((f for f in formulas if f is not None), None)
        case NoDerivative() | Staged() | Pushed() | Unfinished():
            return ()
    if found is None:
        return ()
    return tuple(inspect.signature(found).parameters.values())[skip:]
