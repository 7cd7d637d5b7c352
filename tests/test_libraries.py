"""Packages of other people, as far as they are installed: `docs/libraries.md` is kept."""

from __future__ import annotations

import warnings

import pytest

from tests.libraries.__main__ import PAGE, load
from tests.libraries.registry import WORKFLOWS, Workflow, outcome

load([])
DOCUMENTED = PAGE.read_text()


@pytest.mark.parametrize("case", WORKFLOWS.values(), ids=lambda case: case.name)
def test_workflow(case: Workflow) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = outcome(case)
    (row,) = [line for line in DOCUMENTED.splitlines() if f"`{case.function.__name__}`" in line]
    assert found.word in {"right", "refused"}, found.why
    assert f"| {found.word}" in row, found.why


def test_the_packages_of_the_test_extra_are_here() -> None:
    assert {"ahrs", "financial", "transforms3d"} <= {w.package for w in WORKFLOWS.values()}
