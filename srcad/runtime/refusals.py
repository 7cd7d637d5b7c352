"""Keep what srcad refuses in a running program from being discarded as one of its exceptions."""

from __future__ import annotations

from typing import Any

from srcad.errors import SrcadError


class Refusals:
    """A context manager inside one that may discard exceptions: what it discarded of ours."""

    def __init__(self) -> None:
        self.found: SrcadError | None = None

    def __enter__(self) -> Refusals:
        return self

    def __exit__(self, kind: Any, problem: Any, traceback: Any) -> None:
        if isinstance(problem, SrcadError):
            self.found = problem


def refuse(refusals: Refusals) -> None:
    """Raise again what the context manager around discarded."""
    if refusals.found is not None:
        raise refusals.found
