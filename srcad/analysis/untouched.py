"""Find the views of written arrays that no later write reaches.

for t in range(n):
    row = h[t]             what stands in row t stays:
    h[t + 1] = f(row)      the loop writes rows above it
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from srcad.analysis.spots import Spot, meet, spots
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Scalar, Type

View = tuple[Spot, str, ir.Expr]  # where it is taken, of which array, at which index


@dataclass(frozen=True)
class Untouched:
    """The views of one function, each taken at one place of an array that is bound once."""

    types: dict[str, Type]
    places: dict[int, Spot]  # by id of the statement
    views: dict[str, View]

    @staticmethod
    def of(body: ir.Block, params: frozenset[str], types: dict[str, Type]) -> Untouched:
        """The views in the body."""
        every = spots(body)
        bound: Counter[str] = Counter(params)
        for spot in every:
            bound.update(ir.targets(spot.stmt))
        views: dict[str, View] = {}
        for spot in every:
            match spot.stmt:
                case ir.Assign(name, ir.Item(ir.Name(owner), index)):
                    array = isinstance(types.get(owner, ANY), Array)
                    if array and bound[name] == bound[owner] == 1:
                        views[name] = spot, owner, index
                case _:
                    pass
        return Untouched(types, {id(s.stmt): s for s in every}, views)

    def spares(self, name: str, write: ir.Stmt) -> bool:
        """Whether a write leaves what the view shows, from when it was taken on."""
        view, place = self.views.get(name), self.places.get(id(write))
        if view is None or place is None or not isinstance(write, ir.Store | ir.Augment):
            return False
        spot, owner, index = view
        match write.target:
            case ir.Item(ir.Name(other), there) if other == owner:
                return not meet(spot, index, place, there, self.is_int)
            case _:
                return False

    def is_int(self, expr: ir.Expr) -> bool:
        """Whether an expression is certainly an integer."""
        match expr:
            case ir.Const(value):
                return type(value) is int
            case ir.Name(name):
                kind = self.types.get(name, ANY)
                return isinstance(kind, Scalar) and kind.kind is int
            case ir.Binary("+" | "-" | "*", left, right):
                return self.is_int(left) and self.is_int(right)
            case ir.Unary("-", operand):
                return self.is_int(operand)
            case _:
                return False
