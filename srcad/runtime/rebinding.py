"""Check what `x += e` does where only the running program knows what x is."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import UnsupportedMutation


def bound_anew(value: Any) -> None:
    """Refuse `value += e` unless it makes a new value; on an array it would write in place."""
    if not isinstance(value, float | int | complex | np.generic | str | bytes | tuple | None):
        raise UnsupportedMutation(
            f"This writes in place into a {type(value).__name__}, and what it is was not known "
            "before. Do not give its variable values of several types."
        )
