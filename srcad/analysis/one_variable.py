"""Give the parts of what `zip`, `enumerate` and dicts hand out names of their own.

    for pair in zip(x, y):              for a, b in zip(x, y):
        s += pair[0] * pair[1]    →         pair = (a, b)
                                            s += pair[0] * pair[1]

So that each part is known for the element that it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Dct

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def taken_apart(stmt: ir.For, inference: Inference) -> ir.Block | None:
    """The loop that binds the parts; None of others."""
    parting = _Parting(stmt, inference)
    target = parting.target(stmt.target, stmt.iterable)
    if not parting.whole:
        return None
    return (replace(stmt, target=target, body=(*parting.whole, *stmt.body)),)


class _Parting:
    def __init__(self, stmt: ir.For, inference: Inference) -> None:
        self.stmt, self.inference = stmt, inference
        self.writer = Writer(stmt, inference)
        self.whole: list[ir.Stmt] = []  # the variables that hold tuples

    def target(self, target: ir.Target, iterable: ir.Expr) -> ir.Target:
        parts = self.parts(iterable)
        if not parts:
            return target
        if not isinstance(target, str):
            pairs = list(zip(target, parts, strict=False))
            fits = len(target) == len(parts)
            return tuple(self.part(t, p) for t, p in pairs) if fits else target
        names = tuple(self.writer.fresh("part", (target, k)) for k in range(len(parts)))
        inner = tuple(self.part(n, p) for n, p in zip(names, parts, strict=True))
        together = ir.Sequence("tuple", tuple(map(ir.Name, names)))
        self.whole.append(ir.Assign(target, together, self.stmt.at))
        return inner

    def part(self, target: ir.Target, iterable: ir.Expr | None) -> ir.Target:
        return target if iterable is None else self.target(target, iterable)

    def parts(self, iterable: ir.Expr) -> list[ir.Expr | None]:
        """What the parts come out of, None where that is nothing to run over."""
        match iterable:
            case ir.Call(ir.Name("zip"), args) if args and self.inference.is_builtin("zip"):
                return [] if any(isinstance(a, ir.Star) for a in args) else list(args)
            case ir.Call(ir.Name("enumerate"), (items, *_)) if self.inference.is_builtin(
                "enumerate"
            ):
                return [None, items]
            case ir.Call(ir.Name("reversed"), (inner,)) if self.inference.is_builtin("reversed"):
                return self.parts(inner)
            case ir.Call(ir.Attr(obj, "items"), ()) if isinstance(self.inference.expr(obj), Dct):
                return [None, None]
            case _:
                return []
