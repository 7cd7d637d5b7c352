"""Every program of the corpus passes the protocol."""

from __future__ import annotations

import pytest

from tests.corpus.registry import Program, load
from tests.protocol import check


@pytest.mark.parametrize("program", load().values(), ids=lambda program: program.name)
def test_program(program: Program) -> None:
    check(program)
