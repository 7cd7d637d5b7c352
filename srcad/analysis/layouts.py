"""Find where the shape of what may be an array is set: `y.shape = (3, 1)`.

The memory stays, and what shares it has other axes: neither is followed where nothing is known of
y.
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.analysis.activity import Active
from srcad.analysis.infer import Inferred
from srcad.errors import SrcadError, UnsupportedMutation
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, AnyType

LAYOUT = ("shape", "strides", "dtype", "data")


def relaid(
    facts: Inferred, body: ir.Block, active: Active
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """The refusals of these; what is known to be an array is refused where it is written."""
    for stmt in ir.walk(body):
        if not isinstance(stmt, (ir.Store, ir.Augment)):
            continue
        match stmt:
            case ir.Store(ir.Attr(ir.Name(owner), name)) | ir.Augment(
                ir.Attr(ir.Name(owner), name)
            ) if owner in active and name in LAYOUT:
                if isinstance(facts.types.get(owner, ANY), AnyType):
                    at = getattr(stmt, "at", None)
                    yield (
                        at,
                        UnsupportedMutation(
                            f"This sets `.{name}` of what may be an array that carries a "
                            "derivative. Make a new one: `y = y.reshape(...)`.",
                            facts.unit.place(at),
                        ),
                    )
            case _:
                pass
