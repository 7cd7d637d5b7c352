"""Say what a display, a dict or a closure passes back to what it was made of.

y = (a, b)          (a, y_bar[0]), (b, y_bar[1])
y = {"w": w}        (w, y_bar["w"])
y = [*xs, b]        (xs, at 0, y_bar[0]), …, (b, y_bar[n])
"""

from __future__ import annotations

from typing import Any

from srcad import errors
from srcad.adjoint.cotangents import Cotangents
from srcad.ir import nodes as ir
from srcad.ir.types import ANY

Pairs = list[tuple[Any, ...]]


class Displays:
    """The cotangents that go to the parts of a value."""

    def __init__(self, reverse: Cotangents) -> None:
        self.reverse = reverse

    def built(self, value: ir.Expr, y_bar: ir.Expr) -> Pairs:
        """Names, displays and closures."""
        match value:
            case ir.Name(name):
                return [(name, y_bar, False)]
            case ir.Sequence(_, items):
                return self.sequence(items, y_bar)
            case ir.Mapping(keys, values):
                return self.mapping(keys, values, y_bar)
            case ir.Closure(code, captures, defaults):
                own = getattr(code, "name", None)
                pairs = [
                    p
                    for c in captures
                    if c != own
                    for p in self.item(ir.Name(c), y_bar, ir.Const(c))
                ]
                return pairs + [p for n, v in defaults for p in self.item(v, y_bar, ir.Const(n))]
            case ir.Choice() | ir.Logic():
                raise errors.UnsupportedSyntax(
                    "A choice between values that carry a derivative stands too deep here. Give "
                    "it a name on a line of its own.",
                    self.reverse.place(),
                )
            case _:
                pass
        return []

    def mapping(
        self, keys: tuple[ir.Expr | None, ...], values: tuple[ir.Expr, ...], y_bar: ir.Expr
    ) -> Pairs:
        """A dict display: of equal keys the last one counts."""
        pairs: Pairs = []
        later: set[Any] = set()
        unknown = False
        for key, item in zip(reversed(keys), reversed(values), strict=True):
            if key is None:
                found = self.spread(item, y_bar) if self.reverse.is_active(item) else []
                pairs += [p for p in found if p[1].value not in later]
                items = getattr(self.reverse.type_of(item), "items", None)
                unknown = unknown or items is None
                later |= {k for k, _ in items or ()}
                continue
            if self.reverse.is_active(item):
                if unknown or (later and not isinstance(key, ir.Const)):
                    raise errors.UnsupportedSyntax(
                        "It is not known which of these keys are equal. Write the keys as "
                        "literals.",
                        self.reverse.place(),
                    )
                if not isinstance(key, ir.Const) or key.value not in later:
                    pairs += self.item(item, y_bar, key)
            if isinstance(key, ir.Const):
                later.add(key.value)
            else:
                unknown = True
        return pairs

    def spread(self, item: ir.Expr, y_bar: ir.Expr) -> Pairs:
        kind = self.reverse.type_of(item)
        items = getattr(kind, "items", None)
        if items is None or not isinstance(item, ir.Name):
            raise errors.UnsupportedSyntax(
                "`**` of a dict whose keys are not known carries a derivative here. Write the "
                "keys out.",
                self.reverse.place(),
            )
        return [(item.id, ir.Const(k), _cell(y_bar, ir.Const(k)), t) for k, t in items]

    def sequence(self, items: tuple[ir.Expr, ...], y_bar: ir.Expr) -> Pairs:
        pairs: Pairs = []
        offset: int | None = 0
        for item in items:
            if isinstance(item, ir.Star):
                kind = self.reverse.type_of(item.value)
                inner = getattr(kind, "items", None)
                if self.reverse.is_active(item.value):
                    if inner is None or offset is None or not isinstance(item.value, ir.Name):
                        raise errors.UnsupportedSyntax(
                            "`*` of a list of unknown length carries a derivative here. Build "
                            "the list with `+`, or in a loop.",
                            self.reverse.place(),
                        )
                    pairs += [
                        (item.value.id, ir.Const(k), _cell(y_bar, ir.Const(offset + k)), t)
                        for k, t in enumerate(inner)
                    ]
                offset = None if inner is None or offset is None else offset + len(inner)
                continue
            if offset is None and self.reverse.is_active(item):
                raise errors.UnsupportedSyntax(
                    "After `*` of a list of unknown length the place of this item is not known. "
                    "Put it first.",
                    self.reverse.place(),
                )
            pairs += self.item(item, y_bar, ir.Const(offset))
            offset = None if offset is None else offset + 1
        return pairs

    def item(self, item: ir.Expr, y_bar: ir.Expr, key: ir.Expr) -> Pairs:
        """The cotangent of one cell of a container goes to what was put there."""
        if not self.reverse.is_active(item):
            return []
        return self.to(item, _cell(y_bar, key))

    def to(self, operand: ir.Expr, value: ir.Expr, fresh: bool = False) -> Pairs:
        """A contribution to an operand."""
        match operand:
            case ir.Name(name):
                return [(name, value, fresh)] if name in self.reverse.active else []
            case ir.Item(ir.Name(owner), index):
                return [(owner, index, value, ANY)] if owner in self.reverse.active else []
            case ir.Sequence() | ir.Mapping():
                return self.built(operand, value)
            case ir.Call(ir.Ref(_, "default_of" | "captured"), (ir.Name(owner), key)):
                return [(owner, key, value, ANY)] if owner in self.reverse.active else []
            case ir.Attr(ir.Name(owner), name):
                key = self.reverse.field(owner, name)
                return [(owner, key, value, ANY)] if owner in self.reverse.active else []
            case _:
                pass
        if self.reverse.is_active(operand):
            raise errors.UnsupportedSyntax(
                "Give this part of the expression a name on a line of its own.",
                self.reverse.place(),
            )
        return []


def _cell(y_bar: ir.Expr, key: ir.Expr) -> ir.Expr:
    return ir.Item(y_bar, key)
