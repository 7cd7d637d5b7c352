"""Tell which parts of written arrays stay as they are to the end of the forward part.

for t in range(n):
    a = h[t, 0]              stays: the loop writes rows above t
    h[t + 1, 0] = a * w
"""

from __future__ import annotations

from dataclasses import dataclass

from srcad.analysis.regions import IsInt
from srcad.analysis.spots import Spot, meet, spots
from srcad.ir import nodes as ir
from srcad.optimise.halves import halves
from srcad.optimise.writes import written_by


@dataclass(frozen=True)
class Lasting:
    """The forward part of one body.

    is_int: tells integers; own: arrays that nobody outside can write meanwhile.
    """

    spots: list[Spot]
    is_int: IsInt
    own: frozenset[str]

    @staticmethod
    def of(body: ir.Block, is_int: IsInt, own: frozenset[str]) -> Lasting:
        """Of the body of a derivative: arrays that its backward part writes do not last."""
        forward, backward = halves(body)
        changed = frozenset().union(*map(written_by, backward))
        return Lasting(spots(forward), is_int, own - changed)

    def stays(self, stmt: ir.Stmt, owner: ir.Expr, index: ir.Expr) -> bool:
        """Whether what stands at the index when the statement runs stands there to the end."""
        here = next((s for s in self.spots if s.stmt is stmt), None)
        if not isinstance(owner, ir.Name) or owner.id not in self.own or here is None:
            return False
        return not any(
            meet(here, index, spot, _place(spot.stmt, owner.id), self.is_int)
            for spot in self.spots
            if _changes(spot.stmt, owner.id)
        )


def _changes(stmt: ir.Stmt, owner: str) -> bool:
    if ir.blocks(stmt):  # what is inside has spots of its own
        return owner in ir.targets(stmt) or owner in getattr(stmt, "alters", ())
    return owner in written_by(stmt)


def _place(stmt: ir.Stmt, owner: str) -> ir.Expr | None:
    """Where the statement writes; None where that is not told."""
    match stmt:
        case ir.Store(ir.Item(ir.Name(name), index)) | ir.Augment(ir.Item(ir.Name(name), index)):
            return index if name == owner else None
        case _:
            return None
