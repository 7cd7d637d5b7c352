"""Regular expressions: they read text, which carries no derivative.

The module is written in Python, and reading its compiler of patterns would take minutes.  `re.sub`
calls a function of the user, and is read; what compiles its pattern is not.
"""

from __future__ import annotations

import re

from srcad.rules.table import no_derivative

PATTERNS = frozenset(
    {re.compile, re.match, re.fullmatch, re.search, re.split, re.findall, re.finditer, re.escape,
     re.purge, re._compile}  # type: ignore[attr-defined]
)  # fmt: skip

no_derivative(*PATTERNS)
