"""Find which variables may reach the same memory: what each may point to, whatever the order.

    a = np.zeros(3)           a → {zeros}
    v = a[1:]                 v → {zeros}           a view: one memory
    pair = (a, x)             pair → {pair}, which holds {zeros} at 0 and {x} at 1
    b, _ = pair               b → {zeros}
    c = a + x                 c → {sum}             new memory

A site is a place in the program where memory comes from: an operation, a parameter, an object from
outside; what a parameter holds are sites of its own, found when they are read.  Method: Andersen,
"Program Analysis and Specialization for the C Programming Language" (1994), chapter 4, with the
items of containers told apart by constant keys.

Long because statements and expressions are followed by one walk that shares its sites.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from inspect import getattr_static
from types import ModuleType
from typing import Any

import numpy as np

from srcad.analysis.elements import adds_axes, is_basic
from srcad.analysis.infer import Inference, Inferred, constant
from srcad.analysis.loop_sites import loop_sites
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Element,
    Handed,
    Inert,
    Invoke,
    Make,
    Mutation,
    Part,
    Same,
)
from srcad.analysis.passing import passed, places
from srcad.analysis.program import MISSING
from srcad.analysis.refusals import Write
from srcad.analysis.sites import (
    ANY_KEY,
    KEYS,
    MADE,
    NONE,
    VALUE,
    Site,
    Sites,
    deep_part_of,
    holds_nothing,
    is_outer,
    key_of,
    param_of,
    part_of,
    target_key,
)
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    NUMERIC,
    AnyType,
    Array,
    Dct,
    Lst,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    mutable,
    sure,
)
from srcad.rules.table import Staged
from srcad.rules.views import makes_new, views_first
from srcad.rules.writes import written_arguments
from srcad.runtime.closures import captured
from srcad.runtime.containers import values

MOST_PAIRS = 40_000  # of objects and what they may hold: beyond, a function takes seconds


@dataclass
class Points:
    """What the variables of one function may point to.

    written: tells which parameters a called function writes.
    """

    facts: Inferred
    body: ir.Block
    written: Callable[[Inferred, Any, tuple[Type, ...]], tuple[Any, ...]]
    own: dict[str, set[Site]] = field(default_factory=dict)
    heap: dict[Site, dict[Hashable, set[Site]]] = field(default_factory=dict)
    reached: dict[str, Sites] = field(default_factory=dict)  # asked for since the last change
    answers: dict[Hashable, Sites] = field(default_factory=dict)  # the same, by sites
    added: set[tuple[int, Sites]] = field(default_factory=set)  # to which set what was added
    outside: dict[int, tuple[Any, str]] = field(default_factory=dict)  # objects met, by id
    targets: dict[int, Type] = field(default_factory=dict)  # of `d[k] += v`, by id
    arrays: set[Site] = field(default_factory=set)  # of numbers, which hold nothing
    clock: int = 0  # how often something was found
    own_changed: dict[str, int] = field(default_factory=dict)  # when it last was, of a variable
    heap_changed: int = -1  # and of what objects hold
    looked: bool = False  # whether a statement asked what objects hold
    solved: bool = False
    coarse: bool = False  # what calls make is one object, for want of time

    def solve(self) -> None:
        """Follow every statement until nothing new is found; once somebody asks."""
        if self.solved:
            return
        self.solved = True
        while not self.followed():
            self.own, self.heap, self.coarse = {}, {}, True
            self.forget()
            self.added.clear()

    def followed(self) -> bool:
        """Whether every statement could be followed: not where too much holds too much."""
        for param, kind in zip(self.facts.unit.code.params, self.facts.params, strict=True):
            site: Site = ("param", param.name)
            self.own[param.name] = {site}
            if _of_numbers(kind) and _holds_nothing(kind):
                self.arrays.add(site)
        for group in self.facts.joined:
            self.join(group)
        steps = [(stmt, ir.statement_reads(stmt)) for stmt in ir.walk(self.body)]
        followed: dict[int, tuple[int, bool]] = {}  # when each was last, and if it saw the heap
        while True:
            before = self.clock
            for k, (stmt, names) in enumerate(steps):
                if k in followed and not self.stale(names, *followed[k]):
                    continue
                start, self.looked = self.clock, False
                self.statement(stmt)
                followed[k] = start, self.looked
            if self.clock == before:
                return True
            if not self.coarse and self.pairs() > MOST_PAIRS:
                return False

    def stale(self, names: frozenset[str], since: int, looked: bool) -> bool:
        """Whether more is known now of the variables, or of the heap, that a statement looks at."""
        if since == self.clock:
            return False
        if looked and self.heap_changed > since:
            return True
        return any(self.own_changed.get(n, -1) > since for n in names)

    def pairs(self) -> int:
        """How many pairs of an object and what it may hold there are."""
        return sum(len(held) for cells in self.heap.values() for held in cells.values())

    # -- questions ---------------------------------------------------------------------

    def reach(self, name: str) -> Sites:
        """Every site that the variable may point to, through containers too."""
        if not mutable(self.facts.types.get(name, ANY)):
            return NONE
        self.solve()
        if name not in self.reached:
            itself = self.named(name)
            alone = sure(self.facts.types.get(name, ANY)) == NUMERIC  # it holds nothing
            self.reached[name] = itself if alone else self.closure(itself)
        return self.reached[name]

    def itself(self, name: str) -> Sites:
        """The sites that it may be, not what these hold."""
        self.solve()
        return self.named(name)

    def together(self, name: str, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that may share memory with this one."""
        mine = self.reach(name)
        return frozenset(n for n in names if n == name or not mine.isdisjoint(self.reach(n)))

    def holding(self, name: str, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that may be the object itself that this one is, or hold it."""
        itself = self.itself(name)
        return frozenset(n for n in names if n == name or not itself.isdisjoint(self.reach(n)))

    def with_items(self, name: str, names: Iterable[str]) -> frozenset[str]:
        """Those that may share memory with it, or with what it holds otherwise than as a key."""
        self.solve()
        mine = self.closure(self.named(name), keys=False)
        return frozenset(n for n in names if n == name or not mine.isdisjoint(self.reach(n)))

    def hit(self, write: Write) -> Sites:
        """The sites that a write may change."""
        self.solve()
        if write.call is not None:
            return places(self, write.call, write.places)
        found = NONE.union(*map(self.named, write.names))
        if write.path is not None:
            found |= self.operands(write.path)
        if write.deep:
            return self.closure(found)
        return found if write.item is None else found | self.held(found, write.item)

    def changed_by(self, write: Write, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that stand for, or hold, what a write may change."""
        hit, given = self.hit(write), write.names
        return frozenset(n for n in names if n in given or not hit.isdisjoint(self.reach(n)))

    def alias(self, new: str, old: str) -> None:
        """A variable that the compiler made for the memory of another."""
        self.solve()
        self.bind(new, self.named(old))

    def params_in(self, name: str) -> frozenset[str]:
        """The parameters whose memory the variable may reach."""
        return frozenset(p for s in self.reach(name) if (p := param_of(s)))

    # -- building ----------------------------------------------------------------------

    def join(self, group: Iterable[str]) -> None:
        """Each of these parameters may be another one of them, or hold it."""
        sites: set[Site] = {("param", name) for name in group}
        for name in group:
            self.own[name] |= sites
            if not isinstance(self.facts.types.get(name, ANY), Array):
                self.heap.setdefault(("param", name), {}).setdefault(ANY_KEY, set()).update(sites)

    def add(self, to: set[Site], found: Iterable[Site]) -> bool:
        """Whether the set has more now."""
        if isinstance(found, frozenset):
            if (id(to), found) in self.added:
                return False
            self.added.add((id(to), found))
        before = len(to)
        to.update(found)
        if len(to) == before:
            return False
        self.clock += 1
        self.forget()
        return True

    def bind(self, name: str, sites: Sites) -> None:
        """The variable may be what is at these sites; a number is no memory."""
        if not mutable(self.facts.types.get(name, ANY)):
            return
        if self.add(self.own.setdefault(name, set()), sites):
            self.own_changed[name] = self.clock

    def hold(self, cell: set[Site], sites: Iterable[Site]) -> None:
        """An object may hold what is at these sites, in one of its cells."""
        if self.add(cell, sites):
            self.heap_changed = self.clock

    def forget(self) -> None:
        """What was answered before something was found."""
        self.reached.clear()
        self.answers.clear()

    def named(self, name: str) -> Sites:
        if isinstance(self.facts.types.get(name), Scalar | Number):
            return NONE  # a number is no memory, wherever it came from
        if name in self.own:
            return frozenset(self.own[name])
        if name in self.facts.types:  # nothing known so far: at least its own memory
            return frozenset({("name", name)})
        value = self.facts.session.program.lookup(self.facts.unit, name)
        if value is MISSING or holds_nothing(value):
            return NONE
        return self.outer(value, name)

    def outer(self, value: Any, name: str) -> Sites:
        """The site of an object from outside, of which the name is known by here."""
        self.outside.setdefault(id(value), (value, name))
        site: Site = ("outside", id(value))
        if type(value) is np.ndarray and value.dtype != object:
            self.arrays.add(site)
        return frozenset({site})

    def closure(self, sites: Iterable[Site], keys: bool = True) -> Sites:
        self.looked = True
        asked = frozenset(sites), keys
        if asked not in self.answers:
            self.answers[asked] = self.follow(*asked)
        return self.answers[asked]

    def follow(self, sites: Sites, keys: bool) -> Sites:
        found = set(sites)
        stack = list(found)
        while stack:
            for key, held in self.heap.get(stack.pop(), {}).items():
                fresh = held - found if keys or key != KEYS else NONE
                found |= fresh
                stack.extend(fresh)
        return frozenset(found)

    def held(self, sites: Iterable[Site], key: Hashable = ANY_KEY) -> Sites:
        """What the objects hold under a key."""
        self.looked = True
        asked = frozenset(sites), ("held", key)
        if asked in self.answers:
            return self.answers[asked]
        found: set[Site] = set()
        for site in asked[0]:
            if site in self.arrays:
                continue  # it holds nothing
            cells = self.heap.setdefault(site, {})
            if is_outer(site):  # what a parameter holds is found when it is read
                part = deep_part_of(site) if self.coarse else part_of(site, key)
                if part not in self.heap and _of_numbers(self.given(part)):
                    self.arrays.add(part)
                self.hold(cells.setdefault(_value(key), set()), {part})
            if key == ANY_KEY:
                found = found.union(*cells.values())
                continue
            found |= cells.get(key, set()) | cells.get(ANY_KEY, set())
            if key != KEYS:
                found |= cells.get(VALUE, set())
        self.answers[asked] = frozenset(found)
        return self.answers[asked]

    def given(self, site: Any) -> Type:
        """The type of what a parameter holds when the function is called."""
        match site:
            case ("param", name):
                params = zip(self.facts.unit.code.params, self.facts.params, strict=True)
                return next((t for p, t in params if p.name == name), ANY)
            case ("part", owner, key):
                return _part(self.given(owner), key)
            case _:
                return ANY

    def put(self, sites: Iterable[Site], key: Hashable, values: Iterable[Site]) -> None:
        for site in sites:
            if site in self.arrays:
                continue
            self.hold(self.heap.setdefault(site, {}).setdefault(key, set()), values)

    def new(self, expr: ir.Expr, items: Iterable[Site] = (), key: Hashable = ANY_KEY) -> Sites:
        """A new object that holds these."""
        site = frozenset({("new", id(expr))})
        self.put(site, key, items)
        return site

    def unseen(self, expr: ir.Expr, items: Iterable[Site] = ()) -> Sites:
        """A new object of which it is not seen what else it holds: something new."""
        inside = MADE if self.coarse else ("inside", id(expr))
        items = tuple(items)
        self.put((inside,), ANY_KEY, (inside, *items))
        return self.new(expr, (*items, inside))

    def statement(self, stmt: ir.Stmt) -> None:  # noqa: C901 - one case for each kind
        match stmt:
            case ir.Assign(target, value):
                if _of_numbers(self.facts.types.get(target, ANY)):
                    self.arrays.add(("new", id(value)))
                self.bind(target, self.value(value))
            case ir.Unpack(names, value, star):
                whole = self.value(value)
                for k, name in enumerate(names):
                    sites = self.items(value, whole, k if star is None else ANY_KEY)
                    self.bind(name, self.new(value, sites) if k == star else sites)
            case ir.For(target, iterable):
                for name, sites in loop_sites(self, target, iterable):
                    self.bind(name, sites)
            case ir.With(items):
                for expr, given in items:
                    if given is not None:
                        self.bind(given, self.everything(expr))
            case ir.Store(target, value):
                if not _of_numbers(self.kind(target.obj)):  # an array takes the contents
                    key = self.key(target.obj, target_key(target))
                    self.put(self.value(target.obj), _value(key), self.value(value))
                    if isinstance(target, ir.Item) and not isinstance(target.index, ir.Slice):
                        self.put(self.value(target.obj), KEYS, self.value(target.index))
            case ir.Augment(target, _, value):
                if isinstance(target, ir.Name) and isinstance(self.kind(target), AnyType):
                    self.bind(target.id, frozenset({("augmented", id(stmt))}))  # or a number so far
                self.grow(target, value)
            case ir.Effect(value):
                self.value(value)
            case ir.If(test) | ir.While(test):
                self.value(test)
            case _:
                pass

    def grow(self, target: ir.Name | ir.Item | ir.Attr, value: ir.Expr) -> None:
        """`xs += ys`, `d[k] += ys`: a list, wherever it stands, then holds the items of the other.

        Where neither is known, `put_back` refuses a list when it runs.
        """
        owners = self.value(target)
        if id(target) not in self.targets:
            self.targets[id(target)] = Inference(self.facts.session, self.facts).expr(target)
        kind, given = self.targets[id(target)], self.kind(value)
        adds = isinstance(kind, Lst | Tup | Dct)
        if adds or (isinstance(kind, AnyType) and isinstance(given, Lst | Tup | Dct)):
            self.put(owners, ANY_KEY, self.items(value, self.value(value), ANY_KEY))

    def kind(self, expr: ir.Expr) -> Type:
        match expr:
            case ir.Name(name):
                return self.facts.types.get(name, ANY)
            case ir.Const(value):
                return constant(value)
            case ir.Unary(_, operand):
                return self.kind(operand)
            case ir.Binary(_, left, right):
                kinds = {self.kind(left), self.kind(right)}
                return kinds.pop() if len(kinds) == 1 else ANY
            case ir.Attr(_, "newaxis"):
                return Scalar(type(None), None, True)
            case _:
                return ANY

    def key(self, owner: ir.Expr, key: Hashable) -> Hashable:
        """One key for each place: a namedtuple has names for its positions."""
        kind = self.kind(owner)
        fields = getattr(kind.cls, "_fields", ()) if isinstance(kind, Tup) else ()
        if key in fields:
            return fields.index(key)
        return ANY_KEY if isinstance(kind, AnyType) else key

    def items(self, expr: ir.Expr, whole: Sites, key: Hashable) -> Sites:
        """The items of what an expression gives: rows of an array are views of it."""
        kind = sure(self.kind(expr))
        found = NONE if isinstance(kind, Array) else self.held(whole, key)
        return found | (whole if isinstance(kind, Array | AnyType) else NONE)

    def inside(self, iterable: ir.Expr, key: Hashable) -> Sites:
        """Whatever a loop over this may hand out."""
        found: set[Site] = set()
        for name in ir.reads(iterable):
            found |= self.closure(self.items(ir.Name(name), self.named(name), key))
        return frozenset(found)

    def operands(self, expr: ir.Expr) -> Sites:
        """What the names in an expression may be; of a path into a module, what it leads to."""
        match expr:
            case ir.Name(name):
                return self.named(name)
            case ir.Attr():
                value = self.path(expr)
                if value is not MISSING:
                    return NONE if holds_nothing(value) else self.outer(value, min(ir.reads(expr)))
            case _:
                pass
        written = ir.reads(expr) if isinstance(expr, ir.Raw | ir.Closure) else frozenset[str]()
        inner = map(self.operands, ir.children(expr))
        return NONE.union(*map(self.named, written), *inner)

    def path(self, expr: ir.Expr) -> Any:
        """The object that a path of modules and classes leads to."""
        match expr:
            case ir.Name(name) if name not in self.facts.types:
                return self.facts.session.program.lookup(self.facts.unit, name)
            case ir.Attr(owner, name):
                base = self.path(owner)
                module = isinstance(base, ModuleType | type)
                return getattr_static(base, name, MISSING) if module else MISSING
            case _:
                return MISSING

    def everything(self, expr: ir.Expr, names: frozenset[str] | None = None) -> Sites:
        """A result of which nothing is known: new, or anything that the operands reach."""
        direct = self.operands(expr) if names is None else NONE.union(*map(self.named, names))
        return self.unseen(expr, direct) | self.closure(direct)

    # -- expressions -------------------------------------------------------------------

    def value(self, expr: ir.Expr) -> Sites:  # noqa: C901 - one case for each operation
        """The sites that the value of an expression may be."""
        operation = self.facts.operations.get(id(expr))
        match operation:
            case Apply(rule=rule, within=Invoke() as within) if not isinstance(rule, Staged):
                return self.called(expr, within)
            case Apply():
                return self.applied(expr, operation)
            case Invoke():
                return self.called(expr, operation)
            case Element(owner) if isinstance(self.kind(owner), Number):
                return self.new(expr)
            case Element(owner, index):
                if is_basic(index, self.kind) is False:
                    return self.new(expr)
                number = isinstance(self.kind(owner), AnyType) and adds_axes(index, self.kind)
                return self.value(owner) | (self.new(expr) if number else NONE)
            case Part(owner, "__dict__"):  # it holds what the object holds, under the same keys
                return self.value(owner)
            case Part(owner, ir.Slice()) if not isinstance(self.kind(owner), Array):
                items = self.items(owner, self.value(owner), ANY_KEY)
                return self.new(expr, items) | (
                    items if isinstance(self.kind(owner), AnyType) else NONE
                )
            case Part(owner, key):
                plain = key if isinstance(key, str) else key_of(key)
                return self.items(owner, self.value(owner), self.key(owner, plain))
            case Same(inner):
                return self.value(inner)
            case Copy(inner):
                return self.new(expr, self.items(inner, self.value(inner), ANY_KEY))
            case Make(_, fields):
                for k, (name, item) in enumerate(fields):
                    self.new(expr, self.value(item), name)
                    self.new(expr, self.value(item), k)
                return self.new(expr)
            case Append(owner, item):
                self.put(self.named(owner), ANY_KEY, self.value(item))
                return NONE
            case Mutation(owner, what):
                return self.mutated(expr, owner, what)
            case Handed(owner, default):
                held = self.items(owner, self.value(owner), ANY_KEY)
                return held if default is None else held | self.value(default)
            case Inert() if isinstance(expr, ir.Compare | ir.Call):
                return self.new(expr)
            case Inert() if isinstance(expr, ir.Logic):
                return self.shown(expr)
            case None:
                return self.shown(expr)
            case _:
                return self.everything(expr)

    def mutated(self, expr: ir.Expr, owner: ir.Expr, what: str) -> Sites:
        """A method that writes: it puts its arguments, or what they hold, into the container."""
        container = self.value(owner)
        given = NONE
        if isinstance(expr, ir.Call) and what == ".setdefault()" and not expr.kwargs:
            self.put(container, KEYS, NONE.union(*map(self.value, expr.args[:1])))
            self.put(container, VALUE, NONE.union(*map(self.value, expr.args[1:])))
        elif isinstance(expr, ir.Call):
            given = NONE.union(*map(self.value, (*expr.args, *(v for _, v in expr.kwargs))))
        elif isinstance(expr, ir.Item):  # of a defaultdict: what was not there is new
            self.put(container, KEYS, self.value(expr.index))
            self.put(container, VALUE, self.new(expr))
        self.put(container, ANY_KEY, given | self.held(given))
        return self.held(container) | self.held(self.held(container)) | given

    def shown(self, expr: ir.Expr) -> Sites:  # noqa: C901 - one case for each form
        """Expressions that say by their form what they hold."""
        match expr:
            case ir.Name(name):
                return self.named(name)
            case ir.Const() | ir.Ref() | ir.Slice():
                return NONE
            case ir.Compare():  # of an array: a mask of its own
                return self.new(expr)
            case ir.Sequence(_, items):
                for k, item in enumerate(items):
                    star = isinstance(item, ir.Star)
                    inner = item.value if isinstance(item, ir.Star) else item
                    sites = self.value(inner)
                    sites = self.items(inner, sites, ANY_KEY) if star else sites
                    known = not any(isinstance(i, ir.Star) for i in items[: k + 1])
                    self.new(expr, sites, k if known else ANY_KEY)
                return self.new(expr)
            case ir.Mapping(keys, values):
                for key, value in zip(keys, values, strict=True):
                    sites = self.value(value)
                    if key is None:
                        self.new(expr, self.held(sites))
                    else:
                        self.new(expr, sites, _value(key_of(key)))
                        self.new(expr, self.value(key), KEYS)
                return self.new(expr)
            case ir.Choice(_, then, orelse):
                return self.value(then) | self.value(orelse)
            case ir.Logic(_, items):
                return NONE.union(*map(self.value, items))
            case ir.Closure(_, captures, defaults):
                for name in captures:
                    self.new(expr, self.named(name), name)
                for name, value in defaults:
                    self.new(expr, self.value(value), name)
                return self.new(expr)
            case ir.Call(ir.Ref(f), (ir.Name(fn), ir.Const(key))) if f is captured:
                return self.held(self.named(fn), key)
            case ir.Item(owner, index):
                return self.items(owner, self.value(owner), self.key(owner, key_of(index)))
            case ir.Attr(owner, name):
                return self.items(owner, self.value(owner), self.key(owner, name))
            case _:
                return self.everything(expr)

    def called(self, expr: ir.Expr, operation: Invoke) -> Sites:
        """What a call hands back; what it writes is met here, so that all know of it."""
        for write in self.written(self.facts, operation.unit, operation.params):
            if write is not None:
                places(self, operation, write.places)
        return passed(self, expr, operation)

    def applied(self, expr: ir.Expr, operation: Apply) -> Sites:
        options = {k: v.value if isinstance(v, ir.Const) else ... for k, v in operation.kwargs}
        function, args = operation.function, operation.args
        numbers = all(_of_numbers(t) or not mutable(t) for t in operation.types)
        if operation.form == "operator" and numbers:
            return self.new(expr)
        lists = any(isinstance(t, Lst | Tup) for t in operation.types)
        if operation.form == "operator" and lists and not _arrays(operation.types):
            held = (self.items(a, self.value(a), ANY_KEY) for a in args)
            return self.new(expr, NONE.union(*held))  # `xs + ys`, `xs * 2`
        if operation.form == "operator" and self.facts.session.plain_operators:
            return self.unseen(expr, NONE.union(*(self.held(self.value(a)) for a in args)))
        if function is values:  # of a dict, as a list
            return self.new(expr, self.held(self.value(args[0])))
        if makes_new(function, options):
            hit = written_arguments(function, len(args), options)
            by_name = dict(operation.kwargs)
            written = (args[k] if isinstance(k, int) else by_name[k] for k in hit)
            return self.unseen(expr).union(*map(self.value, written))
        given = [a for a, t in zip(args, operation.types, strict=True) if mutable(t)]
        if args and views_first(function) and options.get("out") is None:
            given = [a for a in given if a is args[0]]  # the others tell shapes and axes
        operands = (*given, *(v for _, v in operation.kwargs if not isinstance(v, ir.Const)))
        if all(_holds_nothing(self.kind(a)) for a in operands):  # itself, a view of it, or several
            direct = NONE.union(*map(self.operands, operands))
            return self.unseen(expr, direct) | direct
        return self.everything(expr, frozenset().union(*map(ir.reads, operands)))


def _holds_nothing(kind: Type) -> bool:
    """Whether a value of the type is known to hold no other object."""
    return _of_numbers(kind) and getattr(kind, "dtype", "") != "object"


def _part(kind: Type, key: Hashable) -> Type:
    """The type of what a value holds under a key; ANY where that is not told."""
    match kind:
        case Dct(_, element) | Lst(_, element) if key != KEYS:
            return element
        case Obj(_, fields):
            return dict(fields).get(key, ANY) if isinstance(key, str) else ANY
        case _:
            return ANY


def _of_numbers(kind: Type) -> bool:
    return isinstance(sure(kind), Array) or sure(kind) == NUMERIC


def _arrays(types: tuple[Type, ...]) -> bool:
    return any(isinstance(t, Array) for t in types)


def _value(key: Hashable) -> Hashable:
    """Of what is certainly no key itself."""
    return VALUE if key == ANY_KEY else key
