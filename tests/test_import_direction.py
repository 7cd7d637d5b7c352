"""Imports go one way, and files stay small enough to read."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.structure import ROOT, files, graph, wrong_arrows

LONGEST = 400


def test_imports_go_down() -> None:
    assert wrong_arrows() == []


def test_no_part_imports_itself_by_a_detour() -> None:
    TopologicalSorter(graph()).prepare()  # raises CycleError


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_short_or_says_why(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    lines = len(text.splitlines())
    assert lines <= LONGEST or "Long because" in docstring, (
        f"{lines} lines; split it, or let its docstring say 'Long because ...'"
    )
