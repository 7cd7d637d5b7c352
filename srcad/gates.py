"""Gates of one's own: functions that bring their derivative.

@custom_vjp(lambda y_bar, y, x: y_bar * y * (1 - y))
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

A gate is called like its function; every derivative that srcad makes of a call uses the rule.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from srcad import errors
from srcad.rules.table import TABLE, Pushed, Pushes, Staged, Unfinished, Vjp
from srcad.runtime.gates import Gate, backward_of, forward_of, of_class, signature_of
from srcad.runtime.implicit import _DECORATE, parts_of_fixed, parts_of_root

R = TypeVar("R")
Formula = Callable[..., Any]


class CustomVjp(Gate, Generic[R]):
    """A function whose way back is the user's own."""

    def __init__(self, primal: Callable[..., R], rule: Any = None) -> None:
        super().__init__(primal, rule)
        name = self.__name__
        self.rule = rule or Unfinished(
            f"{name} is a gate without a backward part: call {name}.defvjp(fwd, bwd), or give "
            "custom_vjp one lambda for each argument."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        return self.primal(*args, **kwargs)  # type: ignore[no-any-return]

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Set the two parts: `y, saved = forward(*args)` and `backward(saved, y_bar)`.

        backward returns one cotangent for each argument, None for one without.
        """
        for part, count, what in ((forward, None, "forward"), (backward, 2, "backward")):
            if not callable(part):
                raise errors.WrongArgument(f"defvjp: the {what} part is not a function: {part!r}.")
            if count is not None and not _takes(part, count):
                raise errors.WrongArgument(
                    f"defvjp of {self.__name__}: the backward part takes two arguments, what was "
                    f"saved and the cotangent of the value; {part.__name__} does not."
                )
        _set(self, Staged(forward, backward), (self.primal, forward, backward))


class CustomJvp(Gate, Generic[R]):
    """A function whose tangent is the user's own; cotangents go the same way back."""

    def __init__(self, primal: Callable[..., R], rule: Any = None) -> None:
        super().__init__(primal, rule)
        name = self.__name__
        self.rule = rule or Unfinished(
            f"{name} is a gate without a rule for tangents: call {name}.defjvp(rule), or give "
            "custom_jvp one lambda for each argument."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        return self.primal(*args, **kwargs)  # type: ignore[no-any-return]

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Set `rule(args, tangents)`, which returns the value and its tangent; it is returned."""
        if not callable(rule) or not _takes(rule, 2):
            raise errors.WrongArgument(
                f"defjvp of {self.__name__} takes a function of two arguments, the tuple of the "
                f"arguments and that of their tangents, not {rule!r}."
            )
        _set(self, Pushed(rule), (self.primal, rule))
        return rule


def _set(gate: Gate, rule: Any, parts: tuple[Any, ...]) -> None:
    gate.rule, gate.parts = rule, parts
    if gate.asked:  # code was made with what it was before
        gate.asked = False
        TABLE.version += 1


def _takes(function: Any, count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        pass
    return True


@overload
def custom_vjp(f: type, /) -> CustomVjp[Any]: ...


@overload
def custom_vjp(f: Callable[..., R], /) -> CustomVjp[R]: ...


@overload
def custom_vjp(
    f: Formula | None, g: Formula | None, /, *formulas: Formula | None
) -> Callable[[Callable[..., R]], CustomVjp[R]]: ...


def custom_vjp(*given: Any) -> Any:
    """Make a gate: a function with a backward part of its own.

    As `@custom_vjp(lambda y_bar, y, x: ...)`, with one lambda for each argument of the function
    below, which gives its cotangent; None says that the argument carries no derivative.  As
    `@custom_vjp`, followed by `f.defvjp(forward, backward)`.  Of a class with `forward` and
    `backward`: each call makes an instance, whose attributes are what the backward part reads.

    What it computes may depend on its arguments alone.  Raises WrongArgument for lambdas that do
    not fit the function.
    """
    function = _only(given, ("bar",), "custom_vjp", 3)
    if function is None:
        return _Above(given, "custom_vjp", 2)
    if inspect.isclass(function):
        return _of_class(function)
    return CustomVjp(function)


@overload
def custom_jvp(f: Callable[..., R], /) -> CustomJvp[R]: ...


@overload
def custom_jvp(
    f: Formula | None, g: Formula | None, /, *formulas: Formula | None
) -> Callable[[Callable[..., R]], CustomJvp[R]]: ...


def custom_jvp(*given: Any) -> Any:
    """Make a gate: a function with a rule for tangents of its own.

    As `@custom_jvp(lambda x_dot, y, x: ...)`, with one lambda for each argument, linear in its
    tangent, of which the tangent of the value is the sum; None says that the argument carries no
    derivative.  As `@custom_jvp`, followed by `f.defjvp(rule)`, where `rule(args, tangents)`
    returns the value and its tangent.  Reverse mode goes the same way back.

    What it computes may depend on its arguments alone.  Raises WrongArgument for lambdas that do
    not fit the function.
    """
    function = _only(given, ("dot",), "custom_jvp", 3)
    if function is None:
        return _Above(given, "custom_jvp", 2)
    return CustomJvp(function)


def _only(given: tuple[Any, ...], ends: tuple[str, ...], verb: str, least: int) -> Any:
    """The function to make a gate of, where that is what was given; None for formulas."""
    for f in given:
        if f is not None and not callable(f):
            raise errors.WrongArgument(
                f"{verb} takes a function, or one lambda for each of its arguments, not {f!r}."
            )
    if len(given) != 1 or given[0] is None:
        if not any(f is not None for f in given):
            raise errors.WrongArgument(f"{verb} needs a function, or one lambda for each argument.")
        return None
    (f,) = given
    if inspect.isclass(f) or isinstance(f, Gate):
        return f
    try:
        params = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return f
    named = bool(params) and params[0].name.endswith(ends)
    lambda_ = getattr(f, "__name__", "") == "<lambda>" and len(params) >= least
    return None if named or lambda_ else f


class _Above:
    """What stands above a function: its formulas, until it comes."""

    def __init__(self, formulas: tuple[Formula | None, ...], verb: str, skip: int) -> None:
        self.formulas, self.verb, self.skip = formulas, verb, skip

    def __call__(self, function: Callable[..., Any]) -> Gate:
        if not callable(function) or inspect.isclass(function):
            raise errors.WrongArgument(
                f"{self.verb} with lambdas stands above a function, not {function!r}."
            )
        self._check(function)
        none = frozenset(k for k, f in enumerate(self.formulas) if f is None)
        gate: Gate
        if self.verb == "custom_vjp":
            gate = CustomVjp(function, Vjp(self.formulas))
        else:
            gate = CustomJvp(function, Pushes(self.formulas))
        gate.parts = (function, *(f for f in self.formulas if f is not None))
        gate.none = none
        return gate

    def _check(self, function: Any) -> None:
        signature = signature_of(function)
        if signature is None:
            return
        params = list(signature.parameters.values())
        name = getattr(function, "__name__", repr(function))
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        plain = [p.name for p in params if p.kind in kinds]
        star = any(p.kind is p.VAR_POSITIONAL for p in params)
        if len(self.formulas) != len(plain) + star:
            raise errors.WrongArgument(
                f"{self.verb} of {name} takes one lambda for each argument ({', '.join(plain)}"
                f"{', *' if star else ''}), None for one that carries no derivative; got "
                f"{len(self.formulas)}."
            )
        for f in self.formulas:
            if f is not None and not _takes(f, self.skip + len(plain)):
                head = "y_bar, y" if self.verb == "custom_vjp" else f"{plain[0]}_dot, y"
                raise errors.WrongArgument(
                    f"{self.verb} of {name}: its lambdas take {head} and the arguments: "
                    f"lambda {', '.join([head, *plain])}: ..."
                )


def root(residual: Callable[..., Any]) -> Callable[[Callable[..., R]], CustomVjp[R]]:
    """Above a solver: its result x solves `residual(x, *params) == 0`, and so has a derivative.

        @srcad.root(lambda x, a: x**3 + x - a)
        def solve(a):
            return scipy.optimize.brentq(lambda x: x**3 + x - a, -10, 10)

    The solver may be anything: its code is not read.  x is a real number or array, of as many
    numbers as the residual; what the derivative depends on are the params, the arguments of the
    solver, and nothing else.  In the backward part one linear system is solved, with the Jacobian
    of the residual in x.
    """
    return _Solver(residual, "root", parts_of_root)


def _fixed(step: Callable[..., Any]) -> Any:
    return _Solver(step, "fixed_point", parts_of_fixed)


class _Solver:
    """What stands above a solver, until that comes."""

    def __init__(self, equation: Any, verb: str, parts: Callable[..., Any]) -> None:
        if not callable(equation) or inspect.isclass(equation):
            raise errors.WrongArgument(f"{verb} takes a function first, not {equation!r}.")
        self.equation, self.verb, self.parts = equation, verb, parts

    def __call__(self, solver: Callable[..., R]) -> CustomVjp[R]:
        if not callable(solver) or inspect.isclass(solver):
            raise errors.WrongArgument(f"{self.verb} stands above a function, not {solver!r}.")
        gate = CustomVjp(solver)
        forward, backward, tangent = self.parts(self.equation, gate)  # the gate, again and again
        gate.rule = Staged(forward, backward, tangent, trusted=True)
        gate.parts, gate.opaque = (self.equation, solver), True
        return gate


_DECORATE[:] = [_fixed]


def _of_class(cls: Any) -> Gate:
    for method in ("forward", "backward"):
        if not inspect.isfunction(inspect.getattr_static(cls, method, None)):
            raise errors.WrongArgument(
                f"custom_vjp of the class {cls.__name__} needs its methods forward(self, ...) and "
                f"backward(self, out_bar); there is no {method}."
            )
    try:
        inspect.signature(cls).bind()
    except TypeError:
        raise errors.WrongArgument(
            f"custom_vjp of the class {cls.__name__}: each call makes an instance, "
            f"{cls.__name__}(), so it must need no arguments."
        ) from None
    except ValueError:
        pass
    gate = CustomVjp(of_class(cls), Staged(forward_of(cls), backward_of))
    gate.__wrapped__ = cls  # type: ignore[attr-defined]
    gate.parts, gate.made_of = (), cls
    return gate
