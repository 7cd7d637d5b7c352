"""Widen the types of containers that are written under another name.

    ys = xs                 ys: list of floats, as xs is
    ys.append(array)        ys: list of anything; and so is xs, which is the same list

Inference joins what is stored into the type of the variable that it is stored through.  Here every
other variable that may stand for the same container, or hold it, gets what was stored as well; a
list that is written has no fixed length any more.  What a called function stores in its parameters
counts as stored by the call; what one may store that is known only when it runs, is anything.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from srcad.analysis.effects import writes, written_params
from srcad.analysis.filled import built_here
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Invoke
from srcad.analysis.points import Points
from srcad.analysis.sites import ANY_KEY, Site, Sites
from srcad.analysis.touched import Touch, touches, writing
from srcad.analysis.unsaid import of_known_classes, special_methods
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.tables import written
from srcad.ir.types import (
    ANY,
    BOTTOM,
    NONE,
    AnyType,
    Clo,
    Dct,
    Lst,
    Method,
    Obj,
    Prefix,
    Tup,
    Type,
    flattened,
    join,
    join_all,
)

# a function holds what it captured, a method its object
_HOLDING = Lst | Dct | Obj | Tup | Clo | Method

# what a list or a dict is that was written under a name of no known type
_OF_ANYTHING: tuple[Type, ...] = (
    *(Lst(None, ANY, cls) for cls in (list, deque)),
    *(Dct(None, ANY, cls) for cls in (dict, OrderedDict, defaultdict)),
)


def loosen(facts: Inferred) -> bool:
    """Join what is written into the types of all who may see it; whether any type changed."""
    body = facts.body
    stored = [
        w
        for w in writes(facts, body)
        if any(_container(facts.types.get(n, ANY)) for n in w.names)
        and not (w.append and built_here(facts, body, w))
    ]
    touching = list(touches(facts, body))
    special = list(_special(facts, body)) if facts.session.looks else []
    if not stored and not touching and not special:
        return False
    found = _Loosening(facts, Points(facts, body, written_params))
    found.points.solve()
    for expr, touch in touching:
        found.touch(found.points.closure(found.points.operands(expr)), touch)
    for operand, run in special:
        sites = found.points.operands(operand)
        if isinstance(run, Touch):
            found.touch(found.points.closure(sites), run)
        else:
            kind = run.types.get(run.unit.code.params[0].name, ANY)
            found.left(sites, kind, set(), True)
    for write in stored:
        if write.inner is None:
            for name in write.names:
                if name not in facts.types and name in facts.unit.code.locals:
                    continue  # nothing known to reach it so far: it is read again
                kind = facts.types.get(name, ANY)
                # what is stored through a name for several classes is not in their types
                if _of_numbers(kind):
                    continue
                kind = ANY if isinstance(kind, AnyType) else kind
                found.store(found.points.named(name), kind)
        elif write.stmt is not None:
            found.calls(write.stmt)
    return found.spread()


def _special(facts: Inferred, body: ir.Block) -> Iterator[tuple[ir.Expr, Inferred | Touch]]:
    """What methods leave that Python calls by itself, of objects of known classes."""
    if not any(isinstance(t, Obj) for t in facts.types.values()):
        return
    for stmt in ir.walk(body):
        for operand, kind, names in of_known_classes(facts, stmt):
            for name, method in special_methods(kind.cls, names):
                written = facts.session.by_special_methods(frozenset({name}))
                if written:
                    yield operand, _run(facts, method, kind) or writing(written)


def _run(facts: Inferred, method: Any, kind: Obj) -> Inferred | None:
    """The method, called with the object; None where it cannot be read."""
    try:
        unit = facts.session.program.unit(method)
        others = len(unit.code.params) - 1
        return facts.session.infer(unit, (kind, *(ANY,) * others)) if others >= 0 else None
    except SrcadError:
        return None


def _container(kind: Type) -> bool:
    return isinstance(kind, AnyType | _HOLDING) and not _of_numbers(kind)


def _of_numbers(kind: Type) -> bool:
    """A number or an array: nothing of another type is stored in it."""
    return isinstance(kind, AnyType) and bool(kind.form)


@dataclass
class _Loosening:
    facts: Inferred
    points: Points
    # what was stored, by the class of the container: an object at a site has one class
    by_site: dict[Site, dict[type | None, Type]] = field(default_factory=dict)
    # what calls may have done to what is there
    touched: dict[Site, Touch] = field(default_factory=dict)

    def store(self, sites: Sites, kind: Type) -> None:
        """Containers at these sites may be of this type."""
        kind = _without_length(kind)
        if isinstance(kind, Lst | Dct | Obj | AnyType):
            for site in sites:
                table = self.by_site.setdefault(site, {})
                cls = None if isinstance(kind, AnyType) else kind.cls
                table[cls] = join(table.get(cls, BOTTOM), kind)

    def touch(self, sites: Sites, touch: Touch) -> None:
        """A call reaches what is at these sites."""
        for site in sites:
            self.touched[site] = touch | self.touched.get(site, touch)

    def calls(self, stmt: ir.Stmt) -> None:
        """What called functions leave in their arguments."""
        stack = list(ir.expressions(stmt))
        while stack:
            expr = stack.pop()
            stack.extend(ir.children(expr))
            operation = self.facts.operations.get(id(expr))
            if isinstance(operation, Invoke):
                unit, params = operation.unit, operation.params
                callee = self.facts.session.infer(unit, params)
                hits = written_params(self.facts, unit, params)
                for param, arg, hit in zip(unit.code.params, operation.args, hits, strict=True):
                    kind = callee.types.get(param.name, ANY)
                    self.left(self.points.value(arg), kind, set(), hit is not None)
                function = operation.closure
                if function is None:
                    continue
                for name, _ in getattr(operation.params[-1], "captures", ()):
                    held = self.points.held(self.points.value(function), name)
                    self.left(held, callee.types.get(name, ANY), set(), True)

    def left(self, sites: Sites, kind: Type, seen: set[Site], hit: bool) -> None:
        """The objects at the sites are of this type now, and what they hold of its parts.

        hit: the called function writes into them, or into what they hold.
        """
        if _of_numbers(kind):
            return
        if isinstance(kind, AnyType):
            for one in kind.objects:
                self.left(sites, one, set(seen), hit)
            if hit and not kind.objects:
                for container in _OF_ANYTHING:
                    self.store(sites, container)
            return
        if not isinstance(kind, _HOLDING) or sites <= seen:
            return
        seen |= sites
        self.store(sites, kind)
        known: Sites = frozenset()
        for key, inner in _parts(kind):
            held = self.points.held(sites, key)
            known |= held
            self.left(held, inner, seen, hit)
        if isinstance(kind, Lst | Dct):
            self.left(self.points.held(sites) - known, kind.element, seen, hit)

    def spread(self) -> bool:
        """Whether a variable got a wider type."""
        changed = False
        for name, kind in list(self.facts.types.items()):
            new = self.seen(kind, self.points.named(name), 0)
            new = join(kind, new)
            if new != kind:
                new = flattened(new)  # an object that holds what holds it grows for ever
            if new != kind:
                self.facts.types[name] = new
                changed = True
        return changed

    def seen(self, kind: Type, sites: Sites, depth: int) -> Type:
        """The type of what is found at the sites, where `kind` was all that was known."""
        if isinstance(kind, AnyType) and kind.objects:
            kinds = [self.seen(one, sites, depth) for one in kind.objects]
            return join_all([*kinds, *kind.functions, NONE if kind.none else BOTTOM])
        if not isinstance(kind, _HOLDING) or depth > _DEPTH:
            return kind
        kind = self.itself(kind, sites)

        def part(inner: Type, key: Hashable) -> Type:
            return self.seen(inner, self.points.held(sites, key), depth + 1)

        match kind:
            case Lst(items, element, cls):
                known = None if items is None else tuple(part(t, k) for k, t in enumerate(items))
                return Lst(known, part(element, ANY_KEY), cls)
            case Dct(items, element, cls, under, rest):
                pairs = None if items is None else tuple((k, part(t, k)) for k, t in items)
                held = tuple((k, part(t, _place(k))) for k, t in under)
                return Dct(pairs, part(element, ANY_KEY), cls, held, rest and part(rest, ANY_KEY))
            case Obj(cls, fields):
                return Obj(cls, tuple((n, part(t, n)) for n, t in fields))
            case Tup(items, cls):
                return Tup(tuple(part(t, k) for k, t in enumerate(items)), cls)
            case Clo() | Method():
                return _of_function(kind, part)
            case _:
                return kind

    def itself(self, kind: Type, sites: Sites) -> Type:
        """The type of a container without a look at what its parts hold."""
        for site in sites & self.by_site.keys():
            table = self.by_site[site]
            if None in table:
                return ANY
            cls = getattr(kind, "cls", None)
            if cls in table:
                kind = join(_without_length(kind), table[cls])
        for site in sites & self.touched.keys():
            kind = self.touched[site].of(kind)
        return kind


_DEPTH = 6  # of containers in containers


def _of_function(kind: Clo | Method, part: Callable[[Type, Hashable], Type]) -> Type:
    """The type of a function, or of a method, that holds parts of these types."""
    if isinstance(kind, Method):
        return replace(kind, owner=part(kind.owner, "__self__"))
    held = tuple((n, part(t, n)) for n, t in kind.captures)
    given = tuple((n, part(t, n)) for n, t in kind.defaults)
    return replace(kind, captures=held, defaults=given)


def _place(key: Hashable) -> Hashable:
    """Where what is under a key is found: of several keys, anywhere."""
    return ANY_KEY if isinstance(key, Prefix) else key


def _parts(kind: Type) -> tuple[tuple[Hashable, Type], ...]:
    """What a value holds under names and known keys."""
    match kind:
        case Dct(items, _, _, under):
            return (*(items or ()), *((_place(k), t) for k, t in under))
        case Obj(_, fields):
            return fields
        case Tup(items):
            return tuple(enumerate(items))
        case Clo():
            return (*kind.captures, *kind.defaults)
        case Method():
            return (("__self__", kind.owner),)
        case _:
            return ()


def _without_length(kind: Type) -> Type:
    """A container that is written may lose, gain and exchange items."""
    match kind:
        case Lst(_, element, cls):
            return Lst(None, element, cls)
        case Dct():
            return written(kind)
        case _:
            return kind
