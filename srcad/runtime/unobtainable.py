"""Stand for a cotangent that cannot be had: an error only where something is done with it."""

from __future__ import annotations

from typing import Any

from srcad.errors import UnsupportedSyntax


class Refusal:
    """A cotangent that cannot be had: using it is an error."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def refuse(self, *_: Any) -> Any:
        """What is done with it is refused."""
        raise UnsupportedSyntax(self.reason)

    __getitem__ = __setitem__ = __iter__ = __len__ = __neg__ = __array__ = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = refuse
