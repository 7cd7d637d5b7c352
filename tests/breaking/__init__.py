"""Breaks of the compiler that the suite must notice, each a small change of its text.

python -m tests.breaking                all of them, one after the other
python -m tests.breaking alias zeros    those with these words in their names

Each break is made in a copy of the package; the part of the suite that is about it must be red.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Break:
    """One change: in `file` of srcad, `old` (which stands there exactly once) becomes `new`.

    tests: what pytest is given.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """The text of the file with the change; ValueError where it does not fit."""
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: in srcad/{self.file} this stands {text.count(self.old)} times, "
                f"not once:\n{self.old}"
            )
        return text.replace(self.old, self.new)


def corpus(words: str) -> tuple[str, ...]:
    """The programs of the corpus with these words in their names."""
    return ("tests/test_corpus.py", "-k", words)


BREAKS = (
    Break(
        "a save: one of the values that a statement overwrites is not saved",
        "adjoint/weave.py",
        "for name in sorted(written)]",
        "for name in sorted(written)[1:]]",
        corpus("loops or whiles"),
    ),
    Break(
        "a save: values are popped where they were not pushed",
        "adjoint/weave.py",
        "b = (*(self.pop(n) for n in unsaved), *node.rebinds, *b, *node.last)",
        "b = (*node.rebinds, *b, *node.last)",
        corpus("loops or whiles or containers"),
    ),
    Break(
        "a copy: what a later write changes is read as it is",
        "adjoint/keep.py",
        "return moved or self.storage.changes_after(name, stmt)",
        "return moved",
        corpus("writes"),
    ),
    Break(
        "a copy: of what a statement writes itself, the new value is read",
        "adjoint/keep.py",
        "result = name in ir.targets(stmt) and not step.before",
        "result = True",
        corpus("writes"),
    ),
    Break(
        "a region: what a loop writes in later iterations is forgotten",
        "analysis/spots.py",
        "yield {**same, counter: steps[counter]} if counter in steps else dict(same)",
        "pass",
        ("tests/passes/test_regions.py",),
    ),
    Break(
        "a region: loops that count down count up",
        "analysis/regions.py",
        "return _more(stop, 1), start, -1",
        "return _more(stop, 1), start, 1",
        ("tests/passes/test_regions.py",),
    ),
    Break(
        "zeros: an index of arrays is taken without zeros left behind",
        "runtime/writes.py",
        "    g = last_written(bar, index)\n    bar[index] = 0\n",
        "    g = last_written(bar, index)\n",
        corpus("writes or writing"),
    ),
    Break(
        "zeros: an element is taken without a zero left behind",
        "adjoint/writes.py",
        "            self.give_region(value, place, kind, copy=False)\n"
        "            self.emit(ir.Store(place, ir.Const(0.0)))\n",
        "            self.give_region(value, place, kind, copy=False)\n",
        corpus("writes or regions"),
    ),
    Break(
        "zeros: what a constant is written over keeps its cotangent",
        "adjoint/writes.py",
        "        if not active:\n            self.emit(ir.Store(place, ir.Const(0.0)))\n",
        "        if not active:\n            pass\n",
        corpus("writes"),
    ),
    Break(
        "zeros: those that are read are left out",
        "optimise/overwrite.py",
        "if not any(meet(spot, index, other, i, is_int) for other, i in mentions):",
        "if True:",
        corpus("writes or regions"),
    ),
    Break(
        "the winner mask: of elements written twice both count",
        "runtime/writes.py",
        "return g.copy() if stays is None else np.where(stays, g, 0)",
        "return g.copy()",
        corpus("writes or writing"),
    ),
    Break(
        "an alias: a slice is taken for memory of its own",
        "analysis/points.py",
        "return self.value(owner) | (self.new(expr) if number else NONE)",
        "return self.new(expr)",
        corpus("views or shared_memory"),
    ),
    Break(
        "an alias: what a container holds is taken for something new",
        "analysis/points.py",
        "            found |= cells.get(key, set()) | cells.get(ANY_KEY, set())\n",
        "            pass\n",
        corpus("shared_memory"),
    ),
    Break(
        "a shadow: what is taken from memory stays there",
        "runtime/shadows.py",
        "        taken = bar.copy()\n        bar[...] = 0\n",
        "        taken = bar.copy()\n",
        corpus("shared_memory or storage_kinds or views"),
    ),
    Break(
        "a cell: of two reads of a number the last one counts",
        "runtime/cells.py",
        "value, bar if old is None else old[1] + bar\n    elif bar is not None",
        "value, bar\n    elif bar is not None",
        corpus("mutable_containers or mutable_objects"),
    ),
    Break(
        "activity: the items of a loop carry nothing",
        "analysis/activity.py",
        "                if not self.active.isdisjoint(ir.reads(iterable)):\n",
        "                if False:\n",
        corpus("loops"),
    ),
    Break(
        "activity: what is stored carries nothing",
        "analysis/activity.py",
        "            case ir.Store(place, value):\n                if self.is_active(value):\n",
        "            case ir.Store(place, value):\n                if False:\n",
        corpus("writes"),
    ),
    Break(
        "liveness: a branch forgets what its other arm reads",
        "analysis/liveness.py",
        "inner = _block(then, live, at_break, facts) | _block(orelse, live, at_break, facts)",
        "inner = _block(orelse, live, at_break, facts) and _block(then, live, at_break, facts)",
        corpus("branches or loops or whiles"),
    ),
    Break(
        "a rule: 0.1 % off",
        "rules/elementwise.py",
        "partials(np.sin,     lambda y, x: np.cos(x))",
        "partials(np.sin,     lambda y, x: 1.001 * np.cos(x))",
        ("tests/rules/test_elementwise.py", "-k", "sin"),
    ),
    Break(
        "a rule: a sum over the wrong axes",
        "runtime/broadcast.py",
        "axes = [axis for axis, n in enumerate(shape, new) if n == 1 and full[axis] != 1]",
        "axes: list[int] = []",
        ("tests/rules/test_operators.py",),
    ),
    Break(
        "a pass: gathered sums lose their signs",
        "optimise/gather.py",
        'return algebra.add(a, b if op_b == "+" else algebra.neg(b))',
        "return algebra.add(a, b)",
        ("tests/passes/test_optimise.py",),
    ),
    Break(
        "a pass: an operation moves past a write of what it reads",
        "optimise/nest.py",
        "for name in written_by(stmt):",
        "for name in ():",
        ("tests/passes/test_optimise.py",),
    ),
    Break(
        "a pass: a turned sign makes a view of a value",
        "optimise/minus.py",
        "return algebra.call(COPY, value) if place else None",
        "return value if place else None",
        ("tests/passes/test_optimise.py", "-k", "minus"),
    ),
    Break(
        "a pass: cotangents that are added into are not copied",
        "optimise/own.py",
        "return _copied_once(_protected(body, written, types)) if written else body",
        "return body",
        corpus("functions or loops or writes"),
    ),
    Break(
        "a call: the shadow of a written argument is not handed on",
        "adjoint/recompute.py",
        "frozen = owner not in self.written\n",
        "frozen = True\n",
        corpus("writes or regions"),
    ),
)
