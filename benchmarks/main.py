"""Run the cases, print the table, write the JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.cases import CASES
from benchmarks.timing import REPEATS, Row


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(CASES), help="cases by letter, as a,c")
    parser.add_argument("--json", metavar="FILE", help="write the rows here as well")
    return parser.parse_args()


def line(row: Row) -> str:
    """One row of the table."""
    target = "" if row.target is None else f"<= {row.target:g} {row.unit}"
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    return f"{row.case:<26} {row.what:<46} {row.value:10.3f} {row.unit:<3} {target:>10}  {verdict}"


def environment() -> dict[str, object]:
    """What the numbers depend on."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cpus": os.cpu_count(),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS"),
        "repeats": REPEATS,
        "clock": "CPU time of the process",
    }


def main() -> None:
    """Measure and report; timings never decide an exit status."""
    chosen = options()
    print("  ".join(f"{key} {value}" for key, value in environment().items()))
    print(f"\n{'case':<26} {'what':<46} {'measured':>14} {'target':>10}")
    rows: list[Row] = []
    for letter in chosen.only.split(","):
        for row in CASES[letter]():
            rows.append(row)
            print(line(row), flush=True)
    if chosen.json:
        found = {"environment": environment(), "rows": [asdict(r) | {"met": r.met} for r in rows]}
        Path(chosen.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
