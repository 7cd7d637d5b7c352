"""Write docs/generated.md: every program with the expert's gradient and the generated one.

python -m tests.experts.side_by_side
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

import srcad
from tests.experts import NAMES, load
from tests.experts.counting import count_statements

PAGE = Path(__file__).parents[2] / "docs" / "generated.md"
HEAD = """\
# What srcad writes, beside what an expert writes

Made by `make docs`; do not edit. Eighteen programs, each with a gradient written by hand and the
one that srcad generates for it. The number is that of the statements, without docstrings; the
tests hold the generated ones to 1.3 times the expert's, those of programs that write in place
(from `stencil` on) to 1.5 times, with the same values. Every expert's gradient is itself checked
against differences.

"""


@dataclass(frozen=True)
class Pair:
    """One program, its gradient by hand and its gradient by srcad, as text."""

    name: str
    about: str
    source: str
    expert: str
    generated: str

    @property
    def counts(self) -> tuple[int, int]:
        """Statements of the expert's gradient and of the generated one."""
        return count_statements(self.expert), count_statements(self.generated)


def wrt_of(module: ModuleType) -> int | tuple[int, ...]:
    """One position alone, several as a tuple: as `srcad.grad` takes them."""
    return module.wrt if len(module.wrt) > 1 else module.wrt[0]


def pair(name: str) -> Pair:
    """Generate the gradient of one program."""
    module = load(name)
    df = srcad.grad(module.f, wrt=wrt_of(module))
    return Pair(
        name,
        inspect.cleandoc(module.__doc__ or "").splitlines()[0],
        inspect.getsource(module.f).rstrip(),
        inspect.getsource(module.f_grad).rstrip(),
        srcad.source(df, *module.args(np.random.default_rng(0))).rstrip(),
    )


def table(pairs: list[Pair]) -> str:
    """Statement counts of all programs."""
    rows = ["| program | expert | generated | ratio |", "|---|---:|---:|---:|"]
    for p in pairs:
        expert, generated = p.counts
        link = f"[{p.name}](#{p.name})"
        rows.append(f"| {link} | {expert} | {generated} | {generated / expert:.2f} |")
    return "\n".join(rows) + "\n\n"


def section(p: Pair) -> str:
    """Program, expert and generated code, one below the other."""
    expert, generated = p.counts
    return (
        f"## {p.name}\n\n{p.about}\n\n```python\n{p.source}\n```\n\n"
        f"By an expert, {expert} statements:\n\n```python\n{p.expert}\n```\n\n"
        f"By srcad, {generated} statements:\n\n```python\n{p.generated}\n```\n"
    )


def page() -> str:
    """The whole page."""
    pairs = [pair(name) for name in NAMES]
    return HEAD + table(pairs) + "\n".join(map(section, pairs))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
