"""Run the workflows and print, or write, the table."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import pkgutil
import sys
import time
from collections import Counter
from pathlib import Path

import tests.libraries
from tests.libraries.registry import WORKFLOWS, Outcome, Workflow, outcome

PAGE = Path("docs/libraries.md")
DISTRIBUTIONS = {"colour": "colour-science", "financial": "numpy-financial",
                 "spatialmath": "spatialmath-python"}  # fmt: skip


def load(wanted: list[str]) -> list[str]:
    """Import the modules of the packages that are installed; the names of the others."""
    missing = []
    for module in pkgutil.iter_modules(tests.libraries.__path__):
        package = module.name.removeprefix("of_")
        if package == module.name or (wanted and package not in wanted):
            continue
        try:
            importlib.import_module(f"tests.libraries.{module.name}")
        except ImportError as problem:
            missing.append(f"{package} ({problem})")
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.libraries", description=__doc__)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    given = parser.parse_args()
    missing = load(given.packages)
    found: list[tuple[Workflow, Outcome]] = []
    for case in WORKFLOWS.values():
        begun = time.perf_counter()
        result = outcome(case)
        found.append((case, result))
        took = f"{time.perf_counter() - begun:5.1f} s"
        print(f"{result.word:8} {took} {case.name:42} {result.why[:300]}", flush=True)
    counts = Counter(result.word for _, result in found)
    packages = {case.package for case, _ in found}
    print(f"\n{len(found)} workflows of {len(packages)} packages: {dict(counts)}")
    for name in missing:
        print(f"not installed: {name}")
    if given.write:
        PAGE.write_text(page(found))
    return 0 if counts.keys() <= {"right", "refused"} else 1


def page(found: list[tuple[Workflow, Outcome]]) -> str:
    """The table for the documentation."""
    counts = Counter(result.word for _, result in found)
    lines = [
        "# Libraries that were not written for this",
        "",
        "Workflows that call packages of other people, left as they are: value as in the plain",
        "call, gradient as central differences have it, in both modes. Made by",
        "`python -m tests.libraries --write` with the extra `libraries` installed.",
        "",
        f"{len(found)} workflows: " + ", ".join(f"{n} {word}" for word, n in counts.items()) + ".",
        "",
        "| package | workflow | outcome |",
        "|---|---|---|",
    ]
    for case, result in found:
        why = f": {result.why}" if result.why else ""
        name = DISTRIBUTIONS.get(case.package, case.package)
        version = importlib.metadata.version(name)
        shown = f"{result.word}{why}".replace("|", "\\|")
        lines.append(f"| {name} {version} | `{case.function.__name__}` | {shown} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
