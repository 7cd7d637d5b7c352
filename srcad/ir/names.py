"""Hand out fresh names, always the same ones for the same program.

The user's names come first: a name that the user's text contains is never handed out.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable


class Names:
    """`fresh("x_bar")` is `x_bar`, then `x_bar_2`, `x_bar_3` …"""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.counts: dict[str, int] = {}

    def fresh(self, hint: str) -> str:
        base = re.sub(r"\W", "_", hint) or "t"
        if base[0].isdigit() or keyword.iskeyword(base):
            base = "v_" + base
        name, count = base, self.counts.get(base, 1)
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.counts[base] = count
        self.taken.add(name)
        return name
