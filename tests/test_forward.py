"""Forward mode: `jvp` on the corpus and on every rule, and the text that it generates."""

from __future__ import annotations

import importlib
import pkgutil
import statistics

import numpy as np
import pytest

import srcad
import tests.rules
from srcad import errors
from srcad.moving import move
from tests import forward, protocol
from tests.corpus.refused import REFUSED
from tests.corpus.registry import PROGRAMS, Program, load
from tests.rules import harness

load()

# what reverse mode can do and forward mode cannot yet, with the class of its error
ONLY_REVERSE = {
    "changing_state.list_and_array_of_an_object": "UnsupportedSyntax",
    "regressions_libraries.integers_and_objects_in_a_written_object": "NotDifferentiable",
    "regressions_numpy.sizes_of_sets": "UnsupportedSyntax",
}


@pytest.mark.parametrize(
    "program", [p for n, p in PROGRAMS.items() if n not in REFUSED], ids=lambda p: p.name
)
def test_program(program: Program) -> None:
    wanted = ONLY_REVERSE.get(program.name)
    try:
        forward.check(program)
        for case in protocol.cases(program):
            if case.exception is None:
                forward.check_tangent(case, naive=True, beside_vjp=False)
    except errors.SrcadError as error:
        if type(error).__name__ != wanted:
            raise
    else:
        assert wanted is None, f"{program.name} works now: take it out of ONLY_REVERSE"


@pytest.mark.parametrize("name", REFUSED)
def test_what_reverse_mode_refuses_is_right_or_refused(name: str) -> None:
    program = PROGRAMS[name]
    for case in protocol.cases(program):
        if case.exception is None:
            with np.errstate(all="ignore"):
                try:
                    forward.check_tangent(case, beside_vjp=False)
                except errors.SrcadError:
                    continue


def samples() -> list[harness.Sample]:
    modules = [m.name for m in pkgutil.iter_modules(tests.rules.__path__)]
    found: list[harness.Sample] = []
    for name in modules:
        if name.startswith("test_"):
            try:
                module = importlib.import_module(f"tests.rules.{name}")
            except pytest.skip.Exception:  # SciPy is missing
                continue
            found += getattr(module, "SAMPLES", [])
    return found


# functions without a tangent, for all or some of their options
WITHOUT_TANGENTS = {"histogram", "histogram_bin_edges"}


@pytest.mark.parametrize("case", samples(), ids=str)
def test_rule(case: harness.Sample) -> None:
    """⟨y_bar, J dx⟩ = ⟨Jᵀ y_bar, dx⟩ to rounding."""
    for key in harness.arguments(case) if case.wrt != () else ():
        rng, y = harness.generator(case), case.call()
        y_bar, dx = harness.random_like(rng, y), harness.random_like(rng, case.argument(key))
        dots = [dx if k == key else None for k in range(len(case.args))]
        options = {k: dx if k == key else None for k in case.kwargs}
        try:
            with np.errstate(all="ignore"):
                _, t = move(case.function, None, case.args, tuple(dots), case.kwargs, options)
        except errors.SrcadError:
            assert case.function.__name__ in WITHOUT_TANGENTS, f"{case}: refused"
            continue
        right = harness.inner(harness.cotangent(case, key, y, y_bar), dx)
        left = harness.inner(y_bar, t)
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9, err_msg=f"{case}[{key}]")


def circuit(x, y, z):
    q = x + y
    return q * z


def heat(u, k, n):
    w = u.copy()
    for _ in range(n):
        bend = w[2:] - 2 * w[1:-1] + w[:-2]
        w[1:-1] += k * bend
    return np.sum(w**2)


CIRCUIT = """\
def circuit_jvp(x, y, z, x_dot, y_dot, z_dot):
    q = x + y
    q_dot = x_dot + y_dot
    return q * z, z * q_dot + q * z_dot
"""
HEAT = """\
def heat_jvp(u, k, n, u_dot, k_dot):
    w = u.copy()
    w_dot = u_dot.copy()
    for _ in range(n):
        bend = w[2:] - 2 * w[1:-1] + w[:-2]
        bend_dot = w_dot[2:] - 2 * w_dot[1:-1] + w_dot[:-2]
        w[1:-1] += k * bend
        w_dot[1:-1] += bend * k_dot + k * bend_dot
    return np.sum(w ** 2), np.sum(2 * w * w_dot)
"""


@pytest.mark.parametrize(
    ("function", "args", "text"),
    [(circuit, (-2.0, 5.0, -4.0), CIRCUIT), (heat, (np.ones(5), 0.1, 2), HEAT)],
    ids=["circuit", "heat"],
)
def test_text(function, args, text) -> None:
    generated = srcad.source(srcad.jvp, function, *args)
    lines = [line for line in generated.splitlines() if '"""' not in line]
    assert "\n".join(lines).strip() == text.strip()


def test_tangent_of_the_lecture() -> None:
    assert srcad.jvp(circuit, (-2.0, 5.0, -4.0), (1.0, 1.0, 1.0)) == (-12.0, -5.0)


def test_none_stands_still() -> None:
    out, t = srcad.jvp(lambda x, p: x**p, (-0.7, 2.0), (1.0, None))
    assert (out, t) == (0.48999999999999994, -1.4)


@pytest.mark.parametrize(
    ("primals", "tangents", "words"),
    [
        ((1.0, 2.0, 3.0), (1.0,), "one tangent for each argument: got 1 for 3"),
        ((1.0, 2.0, 3.0), (1.0, [1.0], None), "a number"),
    ],
)
def test_tangents_that_do_not_fit(primals, tangents, words) -> None:
    with pytest.raises(errors.WrongArgument, match=words):
        srcad.jvp(circuit, primals, tangents)


def test_object_moves_under_its_methods() -> None:
    class Meter:
        rate = 0.5

        def __init__(self, level):
            self.level = level

        def feed(self, t):
            self.level = self.rate * self.level + np.sin(t)
            return self.level

    def run(x):
        meter = Meter(x)
        feed = meter.feed
        return feed(x) + feed(2 * x) * meter.level

    eps = 1e-6
    _, t = srcad.jvp(run, (0.3,), (1.0,))
    assert abs(t - (run(0.3 + eps) - run(0.3 - eps)) / (2 * eps)) < 1e-8


def test_outside_is_not_written() -> None:
    with pytest.raises(errors.UnsupportedMutation, match="lives outside"):
        srcad.jvp(keep, (1.0,), (1.0,))


KEPT: list = []


def keep(x):
    KEPT.append(x)
    return x * len(KEPT)


RATE = 2.0


def scaled(x):
    return RATE * x**3


def test_what_changes_outside_is_seen_by_later_calls_of_jvp() -> None:
    global RATE
    slope = srcad.grad(scaled)
    try:
        for rate in (2.0, 3.0):
            RATE = rate
            for _ in range(2):
                assert srcad.jvp(scaled, (1.5,), (1.0,))[1] == 3 * rate * 1.5**2
                assert srcad.jvp(slope, (1.5,), (1.0,))[1] == 6 * rate * 1.5
        RATE = np.array([1.0, 2.0])
        np.testing.assert_array_equal(srcad.jvp(scaled, (1.5,), (1.0,))[1], RATE * 3 * 1.5**2)
    finally:
        RATE = 2.0


def test_tangents_are_never_changed_and_kinds_may_change() -> None:
    def f(x):
        x *= 2.0
        return np.sum(x**2)

    for _ in range(2):
        x, t = np.ones(3), np.ones(3)
        assert srcad.jvp(f, (x,), (t,))[1] == 24.0
        np.testing.assert_array_equal(t, 1.0)
    assert srcad.jvp(lambda x: x * x, (2,), (None,))[0] == 4
    assert srcad.jvp(f, (np.ones(3, np.float32),), (np.ones(3),))[1].dtype == np.float32


def raised(x, p):
    x = x * 1.0
    x **= p
    return np.sum(x) + np.sum(np.array([-1.0, 2.0]) ** p)


def test_exponent_by_name() -> None:
    _, t = srcad.jvp(lambda x: pow(base=3.0, exp=x), (2.0,), (1.0,))
    assert t == pytest.approx(9.0 * np.log(3.0))
    _, t = srcad.jvp(lambda x: pow(base=x, exp=x), (2.0,), (1.0,))
    assert t == pytest.approx(4.0 * (np.log(2.0) + 1.0))


def test_exponent_that_stands_still() -> None:
    """Of a base below 0 there is no derivative in the exponent, which does not move here."""
    x = np.array([-2.0, 3.0])
    with np.errstate(invalid="ignore"):
        _, still = srcad.jvp(raised, (x, 2.0), (np.ones(2), 0.0))
        _, moved = srcad.jvp(raised, (x, 2.0), (np.ones(2), 1.0))
    assert still == -4.0 + 6.0
    assert np.isnan(moved)


@pytest.mark.parametrize(
    ("function", "args", "dots", "wanted"),
    [
        (statistics.mean, ([1.0, 4.0],), ([1.0, 0.5],), 0.75),
        (np.full, (2, 3.0), (None, 0.5), [0.5, 0.5]),
        (np.median, (np.array([3.0, 1.0, 2.0]),), (np.array([1.0, 5.0, 7.0]),), 7.0),
    ],
)
def test_functions_of_libraries_themselves(function, args, dots, wanted) -> None:
    """What has a rule is not read, though it is written in Python."""
    np.testing.assert_allclose(srcad.jvp(function, args, dots)[1], wanted)
