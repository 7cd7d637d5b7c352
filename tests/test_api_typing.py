"""Signatures survive under mypy."""

from __future__ import annotations

from pathlib import Path

import pytest

import srcad

CASES = Path(__file__).with_name("typing_cases.py")


def test_package_says_that_it_is_typed() -> None:
    assert (Path(srcad.__file__).parent / "py.typed").exists()


def test_signatures_survive_under_mypy(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    options = ["--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}"]
    out, err, code = api.run([*options, str(CASES)])
    assert code == 0, out + err
