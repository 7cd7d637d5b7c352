"""Look at a key where only the running program knows what something is stored in."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from srcad.errors import UnsupportedSyntax
from srcad.runtime.by_code import may_carry

LOST = (
    "A key of this dict carries a derivative, which would be lost where keys are read. Make it "
    "`srcad.stop_gradient(key)`, or keep pairs in a list."
)


def no_lost_key(owner: Any, key: Any) -> None:
    """Refuse `owner[key] = ...` where the key may carry a derivative and is more than a place."""
    if not isinstance(owner, np.ndarray | list | deque) and may_carry(key):
        raise UnsupportedSyntax(LOST)
