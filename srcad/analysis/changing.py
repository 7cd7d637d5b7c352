"""Tell which state from outside may change while the program runs.

def f(x):                                 `MODE` changes: its value decides nothing
    with mode("fast"):                    (class mode: __enter__ has `global MODE; MODE = …`)
        return x if MODE == "slow" else 2 * x

Types say what values from outside are when the code is made.  Here stands what must not be
believed: objects that functions write which inference has read, and the names that code
writes which runs out of its sight (`analysis/watching` finds both).
"""

from __future__ import annotations

import types as pytypes
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    BOTTOM,
    Array,
    Clo,
    Dct,
    Known,
    Lst,
    Method,
    Obj,
    Scalar,
    Tup,
    Type,
    join,
)

if TYPE_CHECKING:
    from srcad.analysis.infer import Inferred


@dataclass(frozen=True)
class Changing:
    """Names and objects that are written.

    attributes: of anything, by code out of sight.  variables: globals and captured variables.
    items: lists and dicts are written out of sight.  objects: ids of objects that code in sight
    writes, stored: the attributes that it sets, and members: those of classes and modules.
    """

    attributes: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    items: bool = False
    objects: frozenset[int] = frozenset()
    stored: tuple[tuple[str, Type], ...] = ()  # sorted
    members: frozenset[str] = frozenset()
    put: Type = BOTTOM  # what code in sight puts into lists and dicts

    def __bool__(self) -> bool:
        return self != NOTHING

    def __or__(self, other: Changing) -> Changing:
        return Changing(
            self.attributes | other.attributes,
            self.variables | other.variables,
            self.items or other.items,
            self.objects | other.objects,
            _joined(self.stored, other.stored),
            self.members | other.members,
            join(self.put, other.put),
        )

    def member(self, name: str) -> bool:
        """Whether an attribute of a class or a module may be set."""
        return name in self.attributes or name in self.members

    def path(self, value: Any, names: Iterable[str]) -> bool:
        """Whether `value.a.b` from outside may be something else later."""
        fields = dict(self.stored) if id(value) in self.objects else {}
        return any(self.member(n) or n in fields or n in self.variables for n in names)

    def loosened(self, kind: Type, value: Any) -> Type:
        """What is known of a value from outside when what is written in it is not."""
        written = id(value) in self.objects
        fields = dict(self.stored) if written else {}
        fields |= dict.fromkeys(self.attributes, ANY)
        item: Type | None = ANY if self.items else self.put if written else None
        return _Loosening(fields, item).of(kind)


NOTHING = Changing()


def _joined(a: tuple[tuple[str, Type], ...], b: Any) -> tuple[tuple[str, Type], ...]:
    found = dict(a)
    for name, kind in b:
        found[name] = join(found.get(name, BOTTOM), kind)
    return tuple(sorted(found.items()))


@dataclass(frozen=True)
class _Loosening:
    """fields: what attributes may become.  item: what lists and dicts may get, None for nothing."""

    fields: dict[str, Type]
    item: Type | None

    def of(self, kind: Type) -> Type:
        match kind:
            case Obj(cls, parts):
                return Obj(cls, tuple((n, self.field(n, t)) for n, t in parts))
            case Tup(parts, cls):
                return Tup(tuple(map(self.of, parts)), cls)
            case Lst(_, element, cls) if self.item is not None:
                return Lst(None, join(general(self.of(element)), self.item), cls)
            case Dct(_, element, cls) if self.item is not None:
                return Dct(None, join(general(self.of(element)), self.item), cls)
            case Lst(parts, element, cls):
                known = None if parts is None else tuple(map(self.of, parts))
                return Lst(known, self.of(element), cls)
            case Dct(parts, element, cls, under, rest):
                pairs = None if parts is None else tuple((k, self.of(t)) for k, t in parts)
                held = tuple((k, self.of(t)) for k, t in under)
                return Dct(pairs, self.of(element), cls, held, rest and self.of(rest))
            case _:
                return kind

    def field(self, name: str, kind: Type) -> Type:
        kind = self.of(kind)
        return join(general(kind), self.fields[name]) if name in self.fields else kind


def general(kind: Type) -> Type:
    """The type without what is known of the value."""
    match kind:
        case Scalar(cls) if cls is not type(None):
            return Scalar(cls)
        case Scalar() | Known() | Clo() | Method():
            return ANY
        case Array(dtype, dims):
            return Array(dtype, (None,) * len(dims))
        case Tup(parts, cls):
            return Tup(tuple(map(general, parts)), cls)
        case Obj(cls, parts):
            return Obj(cls, tuple((n, general(t)) for n, t in parts))
        case Lst(_, element, cls):
            return Lst(None, general(element), cls)
        case Dct(_, element, cls):
            return Dct(None, general(element), cls)
        case _:
            return kind


def known_value(facts: Inferred, expr: ir.Expr) -> Any:
    """The object that a name or a path stands for, where it is one from outside; else None."""
    match expr:
        case ir.Name(name):
            kind = facts.types.get(name)
            if isinstance(kind, Known):
                return kind.value
            if kind is not None or name in facts.unit.code.locals - facts.unit.code.free:
                return None
            return facts.session.program.lookup(facts.unit, name)
        case ir.Attr(obj, name):
            owner = known_value(facts, obj)
            return getattr(owner, name, None) if isinstance(owner, pytypes.ModuleType) else None
        case _:
            return None
