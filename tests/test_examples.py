"""Every example runs as a user runs it, and finds what it promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example(path: Path) -> None:
    if path.stem == "digits":
        pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    if path.stem == "fit_with_scipy":
        pytest.importorskip("scipy", reason="its optimisers are SciPy's")
    done = subprocess.run(
        [sys.executable, str(path)],
        env=dict(os.environ, PYTHONPATH=str(EXAMPLES.parent), PYTHONIOENCODING="utf-8"),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
