"""Hand out fresh names, always the same ones for the same program.

The user's names come first: a name that the user's text contains is never handed out.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path


class Names:
    """`fresh("x_bar")` is `x_bar`, then `x_bar_2`, `x_bar_3` …"""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.users = frozenset(taken)
        self.taken = set(self.users | reserved())
        self.first = frozenset(self.taken)
        self.counts: dict[str, int] = {}

    def given(self) -> frozenset[str]:
        """The names handed out."""
        return frozenset(self.taken - self.first)

    def known(self) -> frozenset[str]:
        """Every name in use, the user's and the ones handed out."""
        return frozenset(self.taken - (reserved() - self.users))

    def fresh(self, hint: str) -> str:
        base = hint if hint.isidentifier() else re.sub(r"\W", "_", hint) or "t"
        if base[0].isdigit() or keyword.iskeyword(base):
            base = "v_" + base
        name, count = base, self.counts.get(base, 1)
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.counts[base] = count
        self.taken.add(name)
        return name


@lru_cache(maxsize=1)
def reserved() -> frozenset[str]:
    """Names that generated code uses for itself: builtins, np, math and the runtime's functions."""
    runtime = Path(__file__).parents[1] / "runtime"
    helpers = {
        found
        for file in runtime.rglob("*.py")
        for found in re.findall(r"^def (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    return frozenset(dir(builtins)) | helpers | {"np", "math", "scipy"}
