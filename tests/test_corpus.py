"""Every program of the corpus passes the protocol, or is refused as `refused.py` there says."""

from __future__ import annotations

import pytest

from srcad.errors import SrcadError
from tests.corpus.refused import REFUSED
from tests.corpus.registry import PROGRAMS, Program, load
from tests.protocol import check

load()
ACCEPTED = [p for p in PROGRAMS.values() if p.name not in REFUSED]


@pytest.mark.parametrize("program", ACCEPTED, ids=lambda program: program.name)
def test_program(program: Program) -> None:
    check(program)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_program(name: str) -> None:
    """Exactly the listed error: what works now must leave the list."""
    kind, reason = REFUSED[name]
    assert refusal(PROGRAMS[name]) == kind, (
        f"{reason}: tests/corpus/refused.py says {kind}; what works must leave the table"
    )


def refusal(program: Program) -> str:
    """The class of srcad's error, or "none": any other error passes through."""
    try:
        check(program)
    except SrcadError as error:
        return type(error).__name__
    return "none"
