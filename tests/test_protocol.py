"""The protocol itself is tested: it passes a right srcad and fails one that is wrong.

The stand-in differentiates by central differences, so every program of the corpus can pass; each
fault below is one that a real compiler might have.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import types
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.corpus.refused import REFUSED
from tests.corpus.registry import Program, load
from tests.protocol import (
    Wrong,
    aliases,
    cases,
    check,
    check_exception,
    derivative,
    difference,
    fresh,
    in_double,
    inner,
    leaves,
    map_leaves,
    units_like,
)

Fault = Callable[[Any, Any], Any]


def numeric_gradient(phi: Callable[[Any], float], point: Any) -> Any:
    """The gradient of `phi` in every leaf of `point`."""
    numbers = iter([derivative(phi, in_double(point), unit).value for unit in units_like(point)])

    def fill(leaf: Any) -> Any:
        flat = [next(numbers) for _ in range(np.size(leaf))]
        if isinstance(leaf, np.ndarray):
            return np.array(flat, dtype=leaf.dtype).reshape(leaf.shape)
        return type(leaf)(flat[0])

    return map_leaves(fill, point, other=lambda _: None)


def silent(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `f` without what it prints, and far from its arguments: a warning means nothing."""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        return f(*args, **kwargs)


def no_fault(gradient: Any, argument: Any) -> Any:
    """The gradient as it is."""
    return gradient


class StandIn(types.ModuleType):
    """The public names that the protocol uses, with a fault in the gradient."""

    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__("srcad")
        self.fault = fault

    def vjp(self, f: Any, *args: Any, naive: bool = False) -> Any:
        entered = fresh(args)
        out = f(*args)
        differentiable = [i for i, a in enumerate(args) if any(True for _ in leaves(a))]

        def pullback(out_bar: Any) -> tuple[Any, ...]:
            result: list[Any] = [None] * len(args)
            for i in differentiable:

                def phi(x: Any, i: int = i) -> float:
                    replaced = list(fresh(in_double(entered)))
                    replaced[i] = fresh(x)
                    return inner(silent(f, *replaced), out_bar)

                gradient = numeric_gradient(phi, entered[i])
                result[i] = gradient if naive else self.fault(gradient, args[i])
            return tuple(result)

        return out, pullback

    def value_and_grad(
        self, f: Any, wrt: Any = 0, *, has_aux: bool = False, naive: bool = False
    ) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            result: list[Any] = []

            def apply(*args: Any) -> Any:
                result.append(f(*args, **kwargs))
                return result[-1][0] if has_aux else result[-1]

            out, pullback = self.vjp(apply, *args, naive=naive)
            value = result[0]
            bars = pullback(type(out)(1.0) if np.isscalar(out) else np.ones_like(out))
            names = wrt if isinstance(wrt, tuple) else (wrt,)
            chosen = tuple(
                bars[list(inspect.signature(f).parameters).index(w) if isinstance(w, str) else w]
                for w in names
            )
            return value, chosen if isinstance(wrt, tuple) else chosen[0]

        return call

    def grad(self, f: Any, wrt: Any = 0, *, has_aux: bool = False, naive: bool = False) -> Any:
        both = self.value_and_grad(f, wrt, has_aux=has_aux, naive=naive)

        def call(*args: Any, **kwargs: Any) -> Any:
            value, gradient = both(*args, **kwargs)
            return (gradient, value[1]) if has_aux else gradient

        return call


def off_by_a_little(gradient: Any, argument: Any) -> Any:
    """A factor wrong by 0.1 %."""
    return map_leaves(
        lambda leaf: type(leaf)(leaf * 1.001) if np.isscalar(leaf) else leaf * 1.001, gradient
    )


def zero(gradient: Any, argument: Any) -> Any:
    """A silently zero gradient."""
    return map_leaves(lambda leaf: type(leaf)(0.0) if np.isscalar(leaf) else leaf * 0, gradient)


def other_type(gradient: Any, argument: Any) -> Any:
    """np.float64 where a float is due, float64 where float32 is due."""
    return map_leaves(np.float64, gradient)


def writes_argument(gradient: Any, argument: Any) -> Any:
    """The gradient lies in the argument's own memory."""
    if isinstance(argument, np.ndarray):
        argument[...] = gradient
        return argument
    return gradient


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], None]:
    """Put the stand-in in srcad's place."""

    def put(fault: Fault) -> None:
        monkeypatch.setitem(sys.modules, "srcad", StandIn(fault))

    return put


PROGRAMS = load()
# The stand-in differentiates no complex or integer-keyed argument besides, so all others pass.
# It leaves a global that a program writes as its last difference did; srcad refuses such programs.
FAST = [p for i, p in enumerate(PROGRAMS.values()) if i % 4 == 0 and p.name not in REFUSED]


@pytest.mark.parametrize("program", FAST, ids=lambda p: p.name)
def test_a_right_answer_passes(program: Program, install: Callable[[Fault], None]) -> None:
    if "kink" in program.tags:
        pytest.skip("differences are not the convention at a kink")
    install(no_fault)
    check(program)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("lecture.circuit", off_by_a_little),
        ("numpy_products.affine", off_by_a_little),
        ("loops.logistic_map", zero),
        ("lecture.circuit", other_type),
        ("numpy_elementwise.single_precision", other_type),
        ("numpy_elementwise.fan_out", writes_argument),
    ],
)
def test_a_wrong_answer_fails(name: str, fault: Fault, install: Callable[[Fault], None]) -> None:
    install(fault)
    with pytest.raises((Wrong, TypeError)):
        check(PROGRAMS[name])


@pytest.mark.parametrize("name", ["numpy_elementwise.fan_out", "containers.returns_dict"])
def test_a_changed_value_fails(name: str, install: Callable[[Fault], None]) -> None:
    """The last bit of the value counts."""
    install(no_fault)
    right = sys.modules["srcad"].vjp

    def vjp(f: Any, *args: Any, naive: bool = False) -> Any:
        out, pullback = right(f, *args, naive=naive)
        up = lambda leaf: (
            type(leaf)(np.nextafter(leaf, 9)) if np.isscalar(leaf) else (np.nextafter(leaf, 9))
        )
        return map_leaves(up, out), pullback

    sys.modules["srcad"].vjp = vjp  # type: ignore[attr-defined]
    with pytest.raises(Wrong, match="value"):
        check(PROGRAMS[name])


def args_after_pullback(args: Any, out: Any, pullback: Any) -> Any:
    """The reverse sweep leaves an argument as it was before the call."""
    entered = args[0].copy()

    def restoring(out_bar: Any) -> Any:
        args[0][...] = entered - 1.0
        return pullback(out_bar)

    return out, restoring


def value_after_pullback(args: Any, out: Any, pullback: Any) -> Any:
    """The reverse sweep writes into the value that was returned."""

    def disturbing(out_bar: Any) -> Any:
        for array in out:
            array *= 2.0
        return pullback(out_bar)

    return out, disturbing


def gradient_kept(args: Any, out: Any, pullback: Any) -> Any:
    """The pullback hands out a buffer that it goes on using."""
    found: list[Any] = []

    def keeping(out_bar: Any) -> Any:
        found[:] = found or [pullback(out_bar)]
        return found[0]

    return out, keeping


def copy_of_an_argument(args: Any, out: Any, pullback: Any) -> Any:
    """The result is a copy where the plain call returns the argument itself."""
    return tuple(part.copy() for part in out), pullback


STATE_FAULTS = [
    ("writes.argument_cleared", args_after_pullback, "after the pullback: arguments"),
    ("views.result_is_view_of_argument", value_after_pullback, "changed the value"),
    ("writes.elements", gradient_kept, "second call differs"),
    ("views.result_is_view_of_argument", copy_of_an_argument, "share storage otherwise"),
]


@pytest.mark.parametrize(("name", "fault", "message"), STATE_FAULTS)
def test_a_disturbed_state_fails(
    name: str, fault: Any, message: str, install: Callable[[Fault], None]
) -> None:
    install(no_fault)
    module = sys.modules["srcad"]
    right = module.vjp

    def vjp(f: Any, *args: Any, naive: bool = False) -> Any:
        return fault(args, *right(f, *args, naive=naive))

    module.vjp = vjp  # type: ignore[attr-defined]
    with pytest.raises(Wrong, match=message):
        check(PROGRAMS[name])


@pytest.mark.parametrize(
    "name", ["writes.exception_half_way", "mutable_objects.exception_from_a_method"]
)
def test_arguments_after_an_exception(name: str, install: Callable[[Fault], None]) -> None:
    """What the plain call wrote before its exception must be there."""
    install(no_fault)
    (case,) = (case for case in cases(PROGRAMS[name]) if case.exception)
    check_exception(case)
    right = sys.modules["srcad"].vjp

    def vjp(f: Any, *args: Any, naive: bool = False) -> Any:
        return right(f, *fresh(args), naive=naive)

    sys.modules["srcad"].vjp = vjp  # type: ignore[attr-defined]
    with pytest.raises(Wrong, match="left by an exception"):
        check_exception(case)


def test_objects_have_parts() -> None:
    """Attributes count, also those that no field declares; a deque is a list."""
    entry = PROGRAMS["mutable_objects.dataclass_argument_moves"].arguments(0)[0]
    other = fresh(entry)
    assert difference(entry, other) is None and not aliases((entry, other))
    other.extra = 1
    assert difference(entry, other) == "value: other parts"
    assert difference(deque([1.0]), deque([2.0])) is not None
    assert fresh(entry.position[::-1]).strides == entry.position[::-1].strides
