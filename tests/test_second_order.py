"""Second derivatives, in both modes over both: a part of the corpus, and the rules.

The part is chosen by the names of the programs, so that it stays as the corpus grows.  What some
way refuses is listed, and leaves the list when it works.
"""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import srcad
from srcad import errors
from tests import protocol, second_order
from tests.corpus.refused import REFUSED
from tests.corpus.registry import PROGRAMS, Program, load
from tests.rules import harness
from tests.rules.orders import call_of
from tests.test_forward import samples

load()
PARTS = 29  # the corpus is cut into so many, and one of them is checked
ALWAYS = ("regressions_orders.", "regressions_called.")


def chosen() -> list[Program]:
    names = [n for n in PROGRAMS if n not in REFUSED]
    part = [n for n in names if zlib.crc32(n.encode()) % PARTS == 0 or n.startswith(ALWAYS)]
    return [PROGRAMS[n] for n in part if n not in SLOW]


SLOW = {  # to compile: minutes
    "unknown_arrays.functions_with_places",
    "written_contexts.several_at_once",
    "without_axes.number_that_becomes_one",
}
SYNTAX, MUTATION, RULE = "UnsupportedSyntax", "UnsupportedMutation", "MissingRule"
OF_GRADIENTS = {"jvp of grad": SYNTAX, "vjp of grad": SYNTAX}
# name → the ways of `second_order.WAYS` that are refused, with the class of the error
REFUSALS: dict[str, dict[str, str]] = {
    "regressions_called.written_list_after_a_call_known_when_it_runs": {"vjp of grad": SYNTAX},
    "regressions_called.written_list_in_a_loop_of_calls_known_when_they_run": {
        "vjp of grad": SYNTAX
    },
    "regressions_called.written_object_after_a_call_known_when_it_runs": {"vjp of grad": SYNTAX},
    "regressions_random.captured_variable_becomes_an_array": {
        "jvp of grad": MUTATION,
        "vjp of grad": SYNTAX,
        "grad of jvp": MUTATION,
    },
    "regressions_types.variable_that_holds_a_function_later": {
        **OF_GRADIENTS,
        "hvp": SYNTAX,
        "grad of jvp": SYNTAX,
    },
    "standard_library.property_by_computed_name": {"grad of jvp": SYNTAX},
    "star_arguments.several_stars": OF_GRADIENTS,
    "views_of_dicts.popped_default_of_an_ordered_dict": {
        "hvp": RULE,
        "jvp of grad": RULE,
        "vjp of grad": RULE,
        "grad of jvp": RULE,
    },
    # infinity times zero, where the first derivative keeps them apart
    "regressions_orders.quotient_by_zero_that_is_not_taken": {"grad of jvp": "nan"},
    "regressions_orders.sums_of_what_is_a_number": {"vjp of grad": "nan"},
}


@pytest.mark.parametrize("program", chosen(), ids=lambda p: p.name)
def test_program(program: Program) -> None:
    case = next((c for c in protocol.cases(program) if c.exception is None and c.scalar()), None)
    if case is None or protocol.size([case.args[i] for i in case.wrt]) > 400:
        pytest.skip("no real scalar, or a large argument")
    with np.errstate(all="ignore"):
        refused = second_order.check(case)
    assert refused == REFUSALS.get(program.name, {}), program.name


# -- rules ---------------------------------------------------------------------------------------

RULES = 27  # the samples are cut into so many parts
# sample → the ways that are refused, with the class of the error
REFUSED_RULES: dict[str, dict[str, str]] = {
    "elliprc(float64[2, 3], float64[2, 3])[0]": {"hvp": RULE, "vjp of grad": RULE},
    "elliprc(float64[2, 3], float64[2, 3])[1]": {"hvp": RULE, "vjp of grad": RULE},
}
# infinity times zero in a column of which one number is left
NOT_A_NUMBER = {"nanstd(float64[3, 4], axis=0)[0]": {"vjp of grad": "nan"}}


def sampled() -> list[tuple[harness.Sample, harness.Key]]:
    part = [c for c in samples() if zlib.crc32(str(c).encode()) % RULES == 0 and c.wrt != ()]
    return [(c, key) for c in part for key in harness.arguments(c)]


@pytest.mark.parametrize(("case", "key"), sampled(), ids=str)
def test_rule(case: harness.Sample, key: harness.Key) -> None:
    rng, x, y = harness.generator(case), case.argument(key), case.call()
    if not any(map(harness.is_inexact, harness.leaves(y))):
        pytest.skip("no derivative")
    weights = harness.random_like(rng, y)
    dx, u = harness.random_like(rng, x), harness.random_like(rng, x)
    f = call_of(case, key, weights)
    with np.errstate(all="ignore"):
        try:
            refused = _second(f, x, dx, u)
        except errors.NotDifferentiable:
            pytest.skip("no real scalar")
        except errors.SrcadError as problem:  # of the first one: what is given for `out`
            pytest.skip(str(problem))
    name = f"{case}[{key}]"
    if refused != NOT_A_NUMBER.get(name):
        assert refused == REFUSED_RULES.get(name, {}), name


def _second(f, x, dx, u) -> dict[str, str]:
    df = srcad.grad(f)
    at = lambda h: harness.inner(df(_moved(x, dx, h)), u)  # noqa: E731
    found = [(at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h) for h in (3e-4, 1e-4)]
    error = abs(found[1] - found[0])
    bend = [abs(at(h) + at(-h) - 2 * at(0.0)) / h for h in (1e-3, 1e-5)]
    if bend[1] > 0.1 * bend[0] + 1e-5 * max(1.0, abs(at(0.0))):
        return {}  # a kink of the gradient
    refused = {}
    for name, way in (
        ("hvp", lambda: harness.inner(srcad.hvp(f)(x, dx), u)),
        ("vjp of grad", lambda: harness.inner(srcad.vjp(df, x)[1](u)[0], dx)),
    ):
        try:
            value = way()
        except errors.SrcadError as problem:
            refused[name] = type(problem).__name__
            continue
        if np.isnan(value):
            refused[name] = "nan"
            continue
        allowed = 1e-5 * max(1.0, abs(found[1])) + 20 * error
        assert abs(value - found[1]) <= allowed, f"{name}: {value} for {found[1]} +- {error:.1e}"
    return refused


def _moved(x, dx, step: float):
    move = lambda p, d: p + step * d if harness.is_inexact(p) else p  # noqa: E731
    return harness.mapped(move, x, dx)
