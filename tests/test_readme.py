"""The README's programs print what the README says; its `>>>` lines run as doctests besides."""

from __future__ import annotations

import pytest

from tests.readme import README, programs, run

PROGRAMS = programs(README.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "code", "output"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_program_prints_what_the_readme_says(name: str, code: str, output: str) -> None:
    assert run(name, code) == output, "`make docs` writes the output anew"


def test_opens_with_ten_lines_of_code() -> None:
    name, code, output = PROGRAMS[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    assert "_bar" in output
