"""Indices that cannot meet: zeros that nobody reads, and parts of written arrays that stay.

Random loops over one array run before and after a pass: reads, sums, writes and zeros at indices
made of counters, some of which count from the end, in loops that count up and down.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from srcad.analysis.regions import Counters
from srcad.ir import nodes as ir
from srcad.ir.types import FLOAT, INT, Array, Number, Type
from srcad.optimise.lasting import Lasting
from srcad.optimise.overwrite import overwrite
from srcad.optimise.views import Taker, renamed_backward, retaken
from tests.passes.reading import block, expr, text

RANGES = (
    "range(4)", "range(1, 5)", "range(3, -1, -1)", "range(4, 0, -1)", "range(0, 5, 2)",
    "range(-1, 3)", "range(n)", "range(1, n)", "range(n - 1, -1, -1)",
)  # fmt: skip
INNER = (*RANGES, "range(i)", "range(i + 1)", "range(i, 5)", "range(i + 1, 6)")
SINGLE = ("i", "i + 1", "i - 1", "j", "j + 1", "0", "1", "n - 1", "-1", "2 - i", "i + 2", "n")
SLICES = ("i:", ":i", "i + 1:", "1:", ":-1", "1:-1", ":", "j:", "i:j", ":2", "::2", "i:i + 2")


def is_int(e: ir.Expr) -> bool:
    return ir.reads(e) <= {"i", "j", "n"} and not isinstance(e, ir.Slice)


def of(name: str) -> Type:
    if name in ("u", "b_bar"):
        return Array("float64", ("d0", "d1"))
    if name in ("i", "j", "n"):
        return INT
    return Number("float64") if name.startswith("t") else FLOAT


def kind(e: ir.Expr) -> Type:
    if isinstance(e, ir.Name):
        return of(e.id)
    return INT if is_int(e) else FLOAT


def run(body: ir.Block) -> Any:
    code = "def run(b_bar, u, n):\n" + "\n".join("    " + line for line in text(body).split("\n"))
    space: dict[str, Any] = {"np": np}
    exec(code, space)
    b_bar, u = (np.arange(k, 64.0 + k).reshape(8, 8) for k in (1, 7))
    try:
        return repr(space["run"](b_bar, u, 5))
    except (IndexError, ValueError, NameError) as error:
        return type(error)


class Writer:
    """One random program as text."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.count = 0

    def index(self, *, single: bool = False) -> str:
        pick = self.rng.choice
        part = lambda: pick(SINGLE) if single or self.rng.random() < 0.7 else pick(SLICES)
        return f"{part()}, {part()}"

    def loops(self, inside: Any) -> str:
        outer, inner = self.rng.choice(RANGES), self.rng.choice(INNER)
        deep = self.rng.random() < 0.5
        head = f"j = {self.rng.randrange(4)}\nfor i in {outer}:\n"
        first = "".join(f"    {inside()}\n" for _ in range(self.rng.randrange(1, 4)))
        if not deep:
            return head + first
        second = "".join(f"        {inside()}\n" for _ in range(self.rng.randrange(1, 4)))
        last = f"    {inside()}\n" if self.rng.random() < 0.5 else ""
        return f"{head}{first}    for j in {inner}:\n{second}{last}"

    def of_zeros(self) -> str:
        statement = self.rng.choice
        self.taken: list[tuple[str, str]] = [("s", "0, 0")]

        def inside() -> str:
            index = self.index()
            value = f"np.sum(b_bar[{self.index()}])"
            return statement([
                f"b_bar[{index}] = 0.0", f"b_bar[{index}] = 0.0", f"s += {value}",
                f"b_bar[{index}] += s * 0.5", f"b_bar[{index}] += 1.0", self.read(), self.put(),
            ])  # fmt: skip

        end = self.rng.choice(["s", "(s, b_bar[0])", "(s, b_bar[1:, 0])", "(s, b_bar)"])
        return f"s = 1.0\n# backward\n{self.loops(inside)}{self.loops(inside)}return {end}"

    def read(self) -> str:
        self.count += 1
        self.taken.append((f"t{self.count}", self.index(single=True)))
        return f"t{self.count} = b_bar[{self.taken[-1][1]}]"

    def put(self) -> str:
        name, index = self.taken[-1]
        return f"b_bar[{index}] = {name}"

    def of_saves(self) -> str:
        outer, inner = self.rng.choice(RANGES), self.rng.choice(INNER)
        write = lambda: f"u[{self.index(single=True)}] = s * 0.5"
        index = self.index(single=True)
        taken = [f"t = u[{index}]", "t_saved.append(t)", "s = s * 0.5 + t"]
        if self.rng.random() < 0.4:
            taken = ["t = s * 1.5", f"u[{index}] = t", "t_saved.append(t)", "s = s * 0.5 + 1.0"]
        maybe = lambda: [write()] if self.rng.random() < 0.4 else []
        before, after = maybe(), maybe()
        body = "".join(f"        {s}\n" for s in (*before, *taken, *after))
        first, tail = ("".join(f"    {s}\n" for s in maybe()) for _ in range(2))
        return (
            f"t_saved = []\ns = np.float64(1.0)\ni = 2\nj = 1\nfor i in {outer}:\n{first}"
            f"    for j in {inner}:\n{body}{tail}# backward\nr = 0.0\n"
            f"for i in reversed({outer}):\n    for j in reversed({inner}):\n"
            f"        t = t_saved.pop()\n        r = r * 0.5 + t\nreturn r"
        )


@pytest.mark.parametrize("seed", range(4))
def test_zeros(seed: int) -> None:
    gone = 0
    for k in range(100):
        before = block(Writer(10_000 * seed + k).of_zeros())
        after = overwrite(before, is_int)
        gone += after != before
        if not isinstance(found := run(before), type):
            assert run(after) == found, f"{text(before)}\n\n{text(after)}"
    assert gone


@pytest.mark.parametrize("seed", range(4))
def test_saves(seed: int) -> None:
    for k in range(100):
        source = Writer(10_000 * seed + k).of_saves()
        before = block(source)
        lasting = Lasting.of(before, is_int, frozenset({"u"}))
        taker = Taker(frozenset({"u", "n", "b_bar"}), frozenset({"u"}), kind, lasting)
        after, names = retaken(before, frozenset({"t_saved"}), taker)
        after = renamed_backward(after, {n: f"{n}_again" for n in names})
        if not isinstance(found := run(before), type):
            assert run(after) == found, f"{source}\n\n{text(after)}"


APART = [
    ("i, 0", "i + 1, 0", {"i": 0}, True),
    ("i, 0", "i + 1, 0", {"i": 1}, True),
    ("i, 0", "i + 1, 0", {"i": -1}, False),
    ("i, 0", "i + 1, 0", {}, False),
    ("k + 1:, k", "k + 1:, k + 1:", {"k": 0}, True),
    ("k + 1:, k", "k + 1:, k", {"k": 1}, True),
    ("0", "i + 1", {}, True),
    ("0", "-1", {}, False),
    ("1:", "0", {}, True),
    ("1:-1", "0", {}, True),
    ("1:-1", "-1", {}, False),
    ("::2", "1", {}, False),
    ("m, 0", "m + 1, 0", {"m": 0}, False),
]


@pytest.mark.parametrize(("first", "second", "moves", "want"), APART)
def test_apart(first: str, second: str, moves: dict[str, int], want: bool) -> None:
    """Of counters that count from 0; of m nothing is known, m may be -1."""
    counters = Counters({"i": ("", 0), "k": ("", 0)}, {}, {"i": 1, "k": 1})
    any_int = lambda e: True
    a, b = (counters.spans(expr(f"x[{s}]").index, any_int) for s in (first, second))
    assert counters.apart(a, b, moves, counters) is want


TAKEN = {
    "rows above": ("range(n)", "t = u[i, 0]", "u[i + 1, 0] = s", True),
    "the same row": ("range(n)", "t = u[i, 0]", "u[i, 0] = s", False),
    "rows below, counting up": ("range(1, n)", "t = u[i, 0]", "u[i - 1, 0] = s", False),
    "rows below, counting down": ("range(n, 0, -1)", "t = u[i, 0]", "u[i - 1, 0] = s", True),
    "rows above, counting down": ("range(n, -1, -1)", "t = u[i, 0]", "u[i + 1, 0] = s", False),
    "rows above the one above": ("range(n)", "t = u[i + 1, 0]", "u[i + 2, 0] = s", True),
    "met from the end": ("range(-1, n)", "t = u[i, 0]", "u[i + 1, 0] = s", False),
    "another column": ("range(n)", "t = u[i, 0]", "u[:, 1] = s", True),
    "all": ("range(n)", "t = u[i, 0]", "u[...] = s", False),
    "what was put there": ("range(n)", "t = s * 2", "u[i, 0] = t", True),
}


@pytest.mark.parametrize(("loop", "taken", "write", "want"), TAKEN.values(), ids=TAKEN)
def test_taken_again(loop: str, taken: str, write: str, want: bool) -> None:
    before = block(
        f"t_saved = []\ns = np.float64(1.0)\nfor i in {loop}:\n    {taken}\n    {write}\n"
        f"    t_saved.append(t)\n# backward\nr = 0.0\nfor i in reversed({loop}):\n"
        "    t = t_saved.pop()\n    r = r * 2 + t\nreturn r"
    )
    lasting = Lasting.of(before, is_int, frozenset({"u"}))
    taker = Taker(frozenset({"u", "n"}), frozenset({"u"}), kind, lasting)
    after, _ = retaken(before, frozenset({"t_saved"}), taker)
    assert (after != before) is want, text(after)
    assert run(after) == run(before)
