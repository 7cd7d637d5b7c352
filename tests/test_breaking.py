"""Every break of `tests.breaking` still fits the text that it changes."""

from __future__ import annotations

import ast

import pytest

from tests.breaking import BREAKS, ROOT, Break


@pytest.mark.parametrize("change", BREAKS, ids=lambda b: b.name)
def test_fits(change: Break) -> None:
    before = (ROOT / "srcad" / change.file).read_text(encoding="utf-8")
    ast.parse(change.applied(before))


def test_no_two_are_the_same() -> None:
    assert len({b.name for b in BREAKS}) == len({(b.file, b.old, b.new) for b in BREAKS})
    assert len({b.name for b in BREAKS}) == len(BREAKS)


def test_what_does_not_fit_is_said() -> None:
    change = Break("nothing", "api.py", "no such text", "", ())
    with pytest.raises(ValueError, match="stands 0 times"):
        change.applied("something else")
