"""Dataclasses that nobody may change, and that are quick to make.

Python checks each field of a frozen dataclass when it is set, and takes three times as long to make
one.  Nothing that is declared with `record` is ever assigned to: the type checker says so always,
Python itself where the IR is checked (`SRCAD_VERIFY=1`, as in the tests).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    CHECKED = os.environ.get("SRCAD_VERIFY", "") not in ("", "0")

    def record(*, frozen, slots=False):
        """`@dataclass(frozen=True)`; equal fields make equal records, as there."""
        return dataclass(frozen=frozen and CHECKED, slots=slots, unsafe_hash=True)
