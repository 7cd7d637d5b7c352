"""Write benchmarks/npbench.md from measurements of the NPBench kernels.

python -m benchmarks.npbench CHECKOUT RESULTS.json

CHECKOUT is a working tree of https://github.com/spcl/npbench, of which nothing is stored here but
the names of its kernels.  RESULTS.json has one row for each kernel and engine, as
`{"kernel": "lu", "engine": "srcad", "ok": true, "ratio": 3.2, "t_primal": …, "t_grad": …}`: each
kernel, unchanged, as the function `sum of its outputs`, differentiated in all its arrays of floats,
compared with central differences, and timed in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("npbench.md")
HEAD = """\
# The kernels of NPBench

Made by `python -m benchmarks.npbench`; do not edit. Every real-valued kernel of
[NPBench](https://github.com/spcl/npbench) ({commit}) that has a derivative, unmodified: the
gradient of the sum of its outputs in all its arrays of floats, at preset {preset}. Right means that
it agrees with central differences along random directions. The ratio is the time of the gradient by
that of the plain NumPy kernel, CPU time, one thread; compiling is not counted and stands in the
last column.

"""


def geometric_mean(values: list[float]) -> float:
    """Of numbers above zero."""
    return math.exp(sum(map(math.log, values)) / len(values))


def line(row: dict[str, Any]) -> str:
    """One row of the table."""
    if row.get("error") or not row.get("t_grad"):
        return f"| {row['kernel']} | {row.get('error', 'no result')} | | | | |"
    right = "yes" if row["ok"] else "**no**"
    cells = (
        row["kernel"], right, f"{1e3 * row['t_primal']:.3g}", f"{1e3 * row['t_grad']:.3g}",
        f"{row['ratio']:.2f}", f"{row['compile_s']:.2f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def page(found: dict[str, Any], commit: str) -> str:
    """The whole page."""
    rows = sorted((r for r in found["rows"] if r["engine"] == "srcad"), key=lambda r: r["kernel"])
    right = [r for r in rows if r["ok"]]
    table = [
        "| kernel | right | NumPy, ms | gradient, ms | ratio | compiled in, s |",
        "|---|---|---:|---:|---:|---:|",
        *map(line, rows),
    ]
    ratios = [r["ratio"] for r in right]
    summary = (
        f"{len(right)} of {len(rows)} right. Gradient by plain kernel: geometric mean "
        f"{geometric_mean(ratios):.2f}, median {sorted(ratios)[len(ratios) // 2]:.2f}, from "
        f"{min(ratios):.2f} to {max(ratios):.2f}.\n"
    )
    return HEAD.format(commit=commit, preset=found["preset"]) + "\n".join([*table, "", summary])


def main() -> None:
    """Read the measurements, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.npbench")
    parser.add_argument("checkout", type=Path, help="working tree of spcl/npbench")
    parser.add_argument("results", type=Path, help="the measurements")
    parser.add_argument("--commit", default="", help="of the checkout, where it has no .git")
    chosen = parser.parse_args()
    kernels = {p.stem for p in (chosen.checkout / "bench_info").glob("*.json")}
    found = json.loads(chosen.results.read_text(encoding="utf-8"))
    unknown = {r["kernel"] for r in found["rows"]} - kernels
    if unknown:
        parser.error(f"not in the checkout: {', '.join(sorted(unknown))}")
    commit = chosen.commit or subprocess.run(
        ["git", "-C", chosen.checkout, "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    PAGE.write_text(page(found, commit), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
