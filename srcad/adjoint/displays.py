"""Say what a display, a dict or a closure passes back to what it was made of.

y = (a, b)          (a, y_bar[0]), (b, y_bar[1])
y = {"w": w}        (w, y_bar["w"])
y = [*xs, b]        (xs, at 0, y_bar[0]), …, (b, y_bar[n])
"""

from __future__ import annotations

import weakref
from typing import Any

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cotangents import Cotangents
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, carries
from srcad.runtime import copies, cotangents

SURVIVOR = ir.Ref(cotangents.survivor, "survivor")
SURVIVORS = ir.Ref(cotangents.survivors, "survivors")

REFUSED = ir.Ref(copies.refused_set, "refused_set")
UNSTARRED = ir.Ref(cotangents.unstarred, "unstarred")
LEN = ir.Ref(len, "len")
PART = ir.Ref(cotangents.part, "part")

Pairs = list[tuple[Any, ...]]
Size = int | ir.Expr


class Displays:
    """The cotangents that go to the parts of a value."""

    def __init__(self, reverse: Cotangents) -> None:
        self.reverse: Cotangents = weakref.proxy(reverse)  # it holds this

    def built(self, value: ir.Expr, y_bar: ir.Expr) -> Pairs:
        """Names, displays and closures."""
        match value:
            case ir.Name(name):
                return [(name, y_bar, False)]
            case ir.Sequence("set", items):
                refused = algebra.call(REFUSED, y_bar)
                active = [i for i in items if self.reverse.is_active(i)]
                return [p for item in active for p in self.to(item, refused)]
            case ir.Sequence(_, items):
                return self.sequence(items, y_bar)
            case ir.Mapping(keys, values):
                return self.mapping(keys, values, y_bar)
            case ir.Closure():
                held = [(c, ir.Name(c)) for c in value.held]
                return [p for n, v in (*held, *value.defaults) for p in self.captured(v, y_bar, n)]
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
        later: set[Any] = set()  # literal keys of the items after this one
        computed: list[ir.Expr] = []  # what holds the other keys after this one
        for key, item in zip(reversed(keys), reversed(values), strict=True):
            active = self.reverse.is_active(item)
            known = self.known_keys(item) if key is None else None
            if active and key is None:
                pairs += self.spread(item, known, y_bar, later, computed)
            elif active and not (isinstance(key, ir.Const) and key.value in later):
                assert key is not None
                pairs += self.entry(key, item, y_bar, later, computed)
            if isinstance(key, ir.Const):
                later.add(key.value)
            elif key is not None:
                computed.append(ir.Sequence("tuple", (key,)))
            elif known is not None:
                later |= set(known)
            else:
                computed.append(item)
        return pairs

    def known_keys(self, table: ir.Expr) -> tuple[Any, ...] | None:
        items = getattr(self.reverse.type_of(table), "items", None)
        return None if items is None else tuple(key for key, _ in items)

    def entry(
        self,
        key: ir.Expr,
        item: ir.Expr,
        y_bar: ir.Expr,
        later: set[Any],
        computed: list[ir.Expr],
    ) -> Pairs:
        """One `key: item`; where later keys are not known to differ, they are asked."""
        after = [*computed, *_constants(set() if isinstance(key, ir.Const) else later)]
        if not after:
            return self.item(item, y_bar, key)
        return self.to(item, algebra.call(SURVIVOR, y_bar, key, item, *after))

    def spread(
        self,
        item: ir.Expr,
        known: tuple[Any, ...] | None,
        y_bar: ir.Expr,
        later: set[Any],
        computed: list[ir.Expr],
    ) -> Pairs:
        """`**item`."""
        if not isinstance(item, ir.Name):
            raise errors.UnsupportedSyntax(
                "Give the dict behind `**` a name on a line of its own.", self.reverse.place()
            )
        if known is None or computed:
            table = algebra.call(SURVIVORS, y_bar, item, *computed, *_constants(later))
            return [(item.id, table, True)]
        types = dict(self.reverse.type_of(item).items)  # type: ignore[union-attr, arg-type]
        return [
            (item.id, ir.Const(k), _cell(y_bar, ir.Const(k)), types[k])
            for k in known
            if k not in later and carries(types[k])
        ]

    def sequence(self, items: tuple[ir.Expr, ...], y_bar: ir.Expr) -> Pairs:
        """Items, and `*xs`: what follows one of unknown length is counted from the end."""
        pairs: Pairs = []
        sizes = [self.size(item) for item in items]
        for k, item in enumerate(items):
            if not self.reverse.is_active(item.value if isinstance(item, ir.Star) else item):
                continue
            before, after = sizes[:k], sizes[k + 1 :]
            if not isinstance(item, ir.Star):
                pairs += self.item(item, y_bar, _position(before, after))
            elif isinstance(item.value, ir.Name):
                pairs += self.starred(item.value, y_bar, before, after)
            else:
                raise errors.UnsupportedSyntax(
                    "Give what stands behind `*` a name on a line of its own.",
                    self.reverse.place(),
                )
        return pairs

    def size(self, item: ir.Expr) -> int | ir.Expr:
        """How many places an item takes."""
        if not isinstance(item, ir.Star):
            return 1
        inner = getattr(self.reverse.type_of(item.value), "items", None)
        return algebra.call(LEN, item.value) if inner is None else len(inner)

    def starred(
        self, value: ir.Name, y_bar: ir.Expr, before: list[Size], after: list[Size]
    ) -> Pairs:
        """`*xs` among the items of a display."""
        inner = getattr(self.reverse.type_of(value), "items", None)
        if inner is not None and all(isinstance(n, int) for n in before):
            first = sum(n for n in before if isinstance(n, int))
            return [
                (value.id, ir.Const(k), _cell(y_bar, ir.Const(first + k)), t)
                for k, t in enumerate(inner)
                if carries(t)  # of a size or a flag there may be none
            ]
        start = _total(before)
        if all(isinstance(n, int) for n in after):
            rest = sum(n for n in after if isinstance(n, int))
            stop: ir.Expr | None = ir.Const(-rest) if rest else None
        else:
            stop = _total([*before, algebra.call(LEN, value)])
        part = ir.Item(y_bar, ir.Slice(None if start == ir.Const(0) else start, stop, None))
        return [(value.id, algebra.call(UNSTARRED, part, value), False)]

    def item(self, item: ir.Expr, y_bar: ir.Expr, key: ir.Expr) -> Pairs:
        """The cotangent of one cell of a container goes to what was put there."""
        if not self.reverse.is_active(item):
            return []
        return self.to(item, _cell(y_bar, key))

    def captured(self, item: ir.Expr, y_bar: ir.Expr, name: str) -> Pairs:
        """The same of what a function holds; beside cells there may be no cotangent of it."""
        if not self.reverse.with_cells:
            return self.item(item, y_bar, ir.Const(name))
        bar = algebra.call(PART, y_bar, ir.Const(name))
        return self.to(item, bar) if self.reverse.is_active(item) else []

    def to(self, operand: ir.Expr, value: ir.Expr, fresh: bool = False) -> Pairs:
        """A contribution to an operand."""
        match operand:
            case ir.Name():
                active = operand.id in self.reverse.active
                return [(operand.id, value, fresh)] if active else []
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


def _constants(keys: set[Any]) -> list[ir.Expr]:
    return [ir.Sequence("tuple", tuple(map(ir.Const, sorted(keys, key=repr))))] if keys else []


def _cell(y_bar: ir.Expr, key: ir.Expr) -> ir.Expr:
    return ir.Item(y_bar, key)


def _position(before: list[Size], after: list[Size]) -> ir.Expr:
    """Where an item stands, from the start or, where that is easier, from the end."""
    if not all(isinstance(n, int) for n in before) and all(isinstance(n, int) for n in after):
        return ir.Const(-1 - sum(n for n in after if isinstance(n, int)))
    return _total(before)


def _total(sizes: list[Size]) -> ir.Expr:
    """The sum of some sizes, of which some are known."""
    known = sum(n for n in sizes if isinstance(n, int))
    terms: list[ir.Expr] = [n for n in sizes if not isinstance(n, int)]
    if known or not terms:
        terms.append(ir.Const(known))
    total = terms[0]
    for term in terms[1:]:
        total = ir.Binary("+", total, term)
    return total
