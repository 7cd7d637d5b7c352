"""Keep the README honest: run its programs, and compare or write what they print.

    <!-- program: name.py -->      the code block that follows is the file name.py
    <!-- output -->                the code block that follows is what it prints

python -m tests.readme writes the outputs; tests/test_readme.py compares them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PROGRAM = re.compile(
    r"<!-- program: (?P<name>\S+) -->\n```python\n(?P<code>.*?)```\n"
    r".*?<!-- output -->\n```\w*\n(?P<output>.*?)```\n",
    re.DOTALL,
)


def run(name: str, code: str) -> str:
    """What the program prints, run as a file in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(code, encoding="utf-8")
        env = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
        done = subprocess.run(
            [sys.executable, name],
            cwd=folder,
            env=env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name} fails:\n{done.stderr}")
        return done.stdout.replace(folder + os.sep, "").rstrip() + "\n"


def programs(text: str) -> list[tuple[str, str, str]]:
    """Name, code and recorded output of every program in the page."""
    return [(m["name"], m["code"], m["output"]) for m in PROGRAM.finditer(text)]


def written(text: str) -> str:
    """The page with fresh outputs."""

    def fresh(m: re.Match[str]) -> str:
        start, end = m.start("output") - m.start(), m.end("output") - m.start()
        return m[0][:start] + run(m["name"], m["code"]) + m[0][end:]

    return PROGRAM.sub(fresh, text)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README}")
