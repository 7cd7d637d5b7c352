"""`python -m tests.golden [name …]`: write the generated halves of the golden files anew."""

from __future__ import annotations

import sys

from tests.golden import NAMES, write

for name in sys.argv[1:] or NAMES:
    write(name)
print(f"wrote {len(sys.argv[1:] or NAMES)} golden files")
