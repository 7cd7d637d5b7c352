"""What the caller of a function asks of its derivative."""

from __future__ import annotations

from dataclasses import dataclass

from srcad.ir.types import Array, Dct, Lst, Obj, Type

Names = frozenset[str]
NOTHING: Names = frozenset()


def is_cell(kind: Type) -> bool:
    """A container that holds its numbers as objects of their own, where it is written."""
    return isinstance(kind, Lst | Dct | Obj)


def has_memory(kind: Type) -> bool:
    """An array; one without axes, too, is no number."""
    return isinstance(kind, Array)


@dataclass(frozen=True)
class Asked:
    """What a caller keeps by memory: some of the parameters, and maybe the result.

    changing: those of which the contents may change before the backward part runs; joined: groups
    of those that may share memory.  used: the parts of the result that are asked a cotangent of,
    where it is a tuple, None for the whole.
    """

    params: Names = NOTHING
    result: bool = False
    changing: Names = NOTHING
    joined: frozenset[Names] = frozenset()
    used: frozenset[int] | None = None

    def by_memory(self, param: str, kind: Type) -> bool:
        """Whether the cotangent of a parameter is in memory alone, and not handed back."""
        return param in self.params and (has_memory(kind) or is_cell(kind))

    def __bool__(self) -> bool:
        return bool(self.params) or self.result


NOT_ASKED = Asked()
