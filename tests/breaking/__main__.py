"""Make each break in a copy of the package, run the tests that must notice it, and report."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.breaking import BREAKS, ROOT, Break

LIMIT = 900  # seconds for the tests of one break


def copied(folder: Path) -> None:
    """What the tests need, in a folder of its own."""
    leave = shutil.ignore_patterns("__pycache__", ".*")
    for name in ("srcad", "tests", "docs", "examples", "benchmarks"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy(file, folder)


def run(folder: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """The exit status of pytest and what it says in the end."""
    files = [t for t in tests if t.endswith(".py")]
    options = [t for t in tests if not t.endswith(".py")]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *files,
        *options,
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end within {LIMIT} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return done.returncode, lines[0] if lines else (done.stdout.strip() or done.stderr)[-200:]


def broken(folder: Path, change: Break) -> tuple[bool, str]:
    """Whether the tests notice the break, and which does."""
    file = folder / "srcad" / change.file
    before = file.read_text(encoding="utf-8")
    file.write_text(change.applied(before), encoding="utf-8")
    try:
        status, said = run(folder, change.tests)
    finally:
        file.write_text(before, encoding="utf-8")
    return status == 1, said  # 1: tests failed; anything else is no verdict of theirs


def main() -> int:
    """Report on every break; 1 where one goes unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.breaking", description=__doc__)
    parser.add_argument("words", nargs="*", help="only breaks with one of these in their names")
    words = parser.parse_args().words
    chosen = [b for b in BREAKS if not words or any(w in b.name for w in words)]
    green = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copied(folder)
        for change in chosen:
            red, said = broken(folder, change)
            green += not red
            print(f"{'red  ' if red else 'GREEN'}  {change.name}\n       {said}", flush=True)
    print(f"{len(chosen) - green} of {len(chosen)} breaks noticed")
    return 1 if green else 0


if __name__ == "__main__":
    sys.exit(main())
