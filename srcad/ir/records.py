"""Dataclasses that nobody may change, and that are quick to make.

Python checks each field of a frozen dataclass when it is set, and takes three times as long to make
one.  Nothing that is declared with `record` is ever assigned to: the type checker says so always,
Python itself where the IR is checked (`SRCAD_VERIFY=1`, as in the tests).  But for what is found
about one, and noted in a field that begins with `_`: that follows from the others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import FrozenInstanceError, dataclass

    CHECKED = os.environ.get("SRCAD_VERIFY", "") not in ("", "0")

    def record(*, frozen, slots=False):
        """`@dataclass(frozen=True)`; equal fields make equal records, as there."""
        checked = frozen and CHECKED

        def made(cls):
            new = dataclass(frozen=checked, slots=slots, unsafe_hash=True)(cls)
            if checked:
                new.__setattr__ = _note
            return new

        return made

    def _note(self, name, value):
        if not name.startswith("_"):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)
