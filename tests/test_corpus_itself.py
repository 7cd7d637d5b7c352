"""The corpus without srcad: every program runs, and its derivative can be measured."""

from __future__ import annotations

import numpy as np
import pytest

from tests.corpus.registry import Program, load
from tests.protocol import Case, cases, derivative, difference, random_like

PROGRAMS = load()
EVERY_CASE = [case for program in PROGRAMS.values() for case in cases(program)]
CASES = [case for case in EVERY_CASE if not case.exception]


def name_of(case: Case) -> str:
    """The program, and which of its arguments."""
    return f"{case.program.name}-{case.which}"


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= 600


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_plain_call_repeats(case: Case) -> None:
    """The same arguments give the same value, and only who says so writes into its arguments."""
    args = case.args
    first = case.quiet(*args)
    assert difference(args, case.args) is None or "mutates" in case.program.tags
    assert difference(case.quiet(*case.args), first) is None


def test_tags_are_true() -> None:
    """What says that it writes its arguments, or raises, does so on one of its calls."""
    for program in PROGRAMS.values():
        tried = cases(program)
        changes = any(difference(case.after, case.args) for case in tried)
        assert changes == ("mutates" in program.tags), program.name
        assert any(case.exception for case in tried) == ("raises" in program.tags), program.name


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_differences_are_stable(case: Case) -> None:
    """Two step sizes agree far better than the tolerance asked of srcad."""
    with np.errstate(all="ignore"):
        out = case.plain(*case.args)
        cotangent = random_like(out, np.random.default_rng(5))
        phi, point = case.phi(cotangent), case.point()
        for direction in case.directions(np.random.default_rng(11)):
            estimate = derivative(phi, point, direction)
            assert estimate.error <= 1e-8 * max(1.0, abs(estimate.value)), (estimate, direction)
            assert estimate.smooth or "kink" in case.program.tags, direction


def test_programs_of_all_topics() -> None:
    """No topic file is empty."""
    topics: dict[str, list[Program]] = {}
    for program in PROGRAMS.values():
        topics.setdefault(program.name.partition(".")[0], []).append(program)
    assert len(topics) >= 22
    assert min(map(len, topics.values())) >= 4
