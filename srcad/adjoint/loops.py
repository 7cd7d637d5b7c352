"""Plan how a loop runs backwards.

for i in range(n)              for i in reversed(range(n))
for x in xs                    for k in reversed(range(len(xs))):  x = xs[k]
for i, x in enumerate(xs)      the same, and i = k
while …, or a loop with break  steps counts the iterations: for k in reversed(range(steps))

Long because one planner walks every kind of iterable, each within the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cotangents import Cotangents
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    INT,
    AnyType,
    Array,
    Dct,
    Lst,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    is_scalar,
    join_all,
)
from srcad.runtime.cotangents import indexable

INDEXABLE = ir.Ref(indexable, "indexable")
RANGE, REVERSED, LEN = ir.Ref(range, "range"), ir.Ref(reversed, "reversed"), ir.Ref(len, "len")


@dataclass(frozen=True)
class LoopPlan:
    """`reads` are the active loop variables: (name, sequence, index in it)."""

    stmt: ir.For | ir.While
    before: ir.Block
    target: ir.Target
    iterable: ir.Expr
    rebinds: ir.Block = ()
    reads: tuple[tuple[str, str, ir.Expr], ...] = ()
    counter: str | None = None
    kept: tuple[str, ...] = ()  # active loop variables that come out of written containers


def plan(reverse: Cotangents, stmt: ir.For | ir.While) -> LoopPlan:
    """How the loop is reversed; the forward loop may get a counter."""
    if isinstance(stmt, ir.While):
        return _counted(reverse, stmt, ())
    return _Planner(reverse, stmt).plan()


@dataclass(frozen=True)
class LoopItems:
    """`reads` and `kept` as in a plan, over an index that counts; `rebinds` by the index."""

    stmt: ir.For
    before: ir.Block
    index: str
    rebinds: ir.Block
    reads: tuple[tuple[str, str, ir.Expr], ...]
    kept: tuple[str, ...]


def items_of(reverse: Cotangents, stmt: ir.For) -> LoopItems:
    """Which elements a loop that may be left anywhere takes."""
    planner = _Planner(reverse, stmt)
    iterable = planner.frozen(stmt.iterable)
    index = reverse.names.fresh("k")
    reverse.facts.types[index] = INT
    planner.walk(stmt.target, iterable, ir.Name(index))
    new = replace(planner.stmt, iterable=iterable)
    before, rebinds = tuple(planner.before), tuple(planner.rebinds)
    return LoopItems(new, before, index, rebinds, tuple(planner.reads), tuple(planner.kept))


def _counted(reverse: Cotangents, stmt: ir.For | ir.While, before: ir.Block) -> LoopPlan:
    steps = reverse.names.fresh("steps")
    index = reverse.names.fresh("step")
    reverse.facts.types[steps] = reverse.facts.types[index] = INT
    count = ir.Assign(steps, ir.Binary("+", ir.Name(steps), ir.Const(1)))
    new = replace(stmt, body=(count, *stmt.body))
    first = (*before, ir.Assign(steps, ir.Const(0), stmt.at))
    return LoopPlan(new, first, index, _backwards(ir.Name(steps)), counter=steps)


def _backwards(count: ir.Expr) -> ir.Expr:
    return ir.Call(REVERSED, (ir.Call(RANGE, (count,)),))


def has_break(block: ir.Block) -> bool:
    """Whether the loop with this body may be left early."""
    for stmt in block:
        if isinstance(stmt, ir.Break):
            return True
        if not isinstance(stmt, (ir.For, ir.While)) and any(map(has_break, ir.blocks(stmt))):
            return True
    return False


class _Planner:
    def __init__(self, reverse: Cotangents, stmt: ir.For) -> None:
        self.reverse, self.stmt, self.given = reverse, stmt, stmt
        self.before: list[ir.Stmt] = []
        self.rebinds: list[ir.Stmt] = []
        self.reads: list[tuple[str, str, ir.Expr]] = []
        self.kept: list[str] = []

    def plan(self) -> LoopPlan:
        stmt = self.stmt
        iterable = self.frozen(stmt.iterable)
        written = self.reverse.with_cells and ir.reads(iterable) & self.reverse.moving()
        early = has_break(stmt.body) or self.reverse.naive or written  # then it is counted
        early = early or any(map(self.changes, ir.reads(iterable)))
        simple_range = self.is_call(iterable, "range") and isinstance(stmt.target, str)
        if simple_range and not early:
            back = ir.Call(REVERSED, (iterable,))
            return LoopPlan(replace(stmt, iterable=iterable), tuple(self.before), stmt.target, back)
        # every path below runs over an index k of the iteration
        index = self.index_name(stmt.target, iterable)
        k = ir.Name(index)
        self.walk(stmt.target, iterable, k)
        length = None if early else self.length(iterable)
        new = replace(self.stmt, iterable=iterable)
        if length is None:
            counted = _counted(self.reverse, new, tuple(self.before))
            assert isinstance(counted.stmt, ir.For)
            return LoopPlan(
                counted.stmt,
                counted.before,
                index,
                counted.iterable,
                tuple(self.rebinds),
                tuple(self.reads),
                counted.counter,
                tuple(self.kept),
            )
        return LoopPlan(
            new,
            tuple(self.before),
            index,
            _backwards(length),
            tuple(self.rebinds),
            tuple(self.reads),
        )

    def is_call(self, expr: ir.Expr, name: str) -> bool:
        return isinstance(expr, ir.Call) and expr.func == ir.Name(name)

    def type(self, expr: ir.Expr) -> Type:
        return self.reverse.type_of(expr)

    def frozen(self, iterable: ir.Expr) -> ir.Expr:
        """What the body overwrites is read once, before the loop."""
        written = ir.assigned(self.stmt.body) | set(ir.leaves(self.stmt.target))
        return self.freeze(iterable, written)

    def freeze(self, expr: ir.Expr, written: set[str]) -> ir.Expr:
        if isinstance(expr, ir.Name) and expr.id in written:
            name = self.reverse.names.fresh(f"{expr.id}_first")
            self.reverse.facts.types[name] = self.type(expr)
            if expr.id in self.reverse.active:
                self.reverse.active = self.reverse.active | {name}
            self.reverse.same_memory(name, expr.id)
            self.before.append(ir.Assign(name, expr, self.stmt.at))
            return ir.Name(name)
        if isinstance(expr, (ir.Name, ir.Const, ir.Ref)):
            return expr
        return ir.rebuild(expr, lambda e: self.freeze(e, written))

    def index_name(self, target: ir.Target, iterable: ir.Expr) -> str:
        if not self.reverse.naive:
            given = self.counting(target, iterable)
            if given is not None:
                return given
        name = self.reverse.names.fresh("k")
        self.reverse.facts.types[name] = INT
        return name

    def counting(self, target: ir.Target, iterable: ir.Expr) -> str | None:
        """The user's own variable that counts the iterations."""
        if (
            self.is_call(iterable, "enumerate")
            and not isinstance(target, str)
            and isinstance(target[0], str)
            and self.start_of(iterable) == ir.Const(0)
            and target[0] not in ir.assigned(self.stmt.body)
        ):
            return target[0]
        if self.is_call(iterable, "range") and isinstance(target, str) and len(iterable.args) == 1:  # type: ignore[union-attr]
            return target
        return None

    def start_of(self, iterable: ir.Expr) -> ir.Expr:
        assert isinstance(iterable, ir.Call)
        given = dict(iterable.kwargs).get("start")
        if given is not None:
            return given
        return iterable.args[1] if len(iterable.args) > 1 else ir.Const(0)

    def walk(self, target: ir.Target, iterable: ir.Expr, k: ir.Expr) -> None:
        """Bind the loop variables of iteration k, and note which elements they are."""
        match iterable:
            case ir.Call(ir.Name("enumerate"), args) if not isinstance(target, str):
                start = self.start_of(iterable)
                self.number(target[0], k if start == ir.Const(0) else ir.Binary("+", start, k))
                self.walk(target[1], args[0], k)
            case ir.Call(ir.Name("zip"), args) if not isinstance(target, str):
                for part, inner in zip(target, args, strict=True):
                    self.walk(part, inner, k)
            case ir.Call(ir.Name("reversed"), (inner,)):
                last = ir.Binary("-", self.length_of(inner), ir.Const(1))
                self.walk(target, inner, ir.Binary("-", last, k))
            case ir.Call(ir.Name("range"), args):
                self.number(target, k if len(args) == 1 else ir.Item(iterable, k))
            case ir.Call(ir.Attr(obj, "items" | "values" | "keys"), ()) if self.is_cell(obj):
                self.kept += ir.leaves(target)
            case ir.Call(ir.Attr(obj, "items"), ()) if not isinstance(target, str):
                self.table(target, obj, k)
            case ir.Call(ir.Attr(obj, "values"), ()) if self.is_active(obj):
                self.values(target, obj, k)
            case ir.Name(name):
                self.sequence(target, name, k)
            case _:
                self.opaque(target, iterable)

    def number(self, target: ir.Target, value: ir.Expr) -> None:
        """Bind the number of the iteration, unless the loop counts with the same variable."""
        if value != ir.Name(str(target)):
            self.bind(target, value)

    def is_cell(self, expr: ir.Expr) -> bool:
        """Whether a container is written, so that its items are saved as they come."""
        return isinstance(expr, ir.Name) and expr.id in self.reverse.cells

    def changes(self, name: str) -> bool:
        """Whether a list without a derivative may hold other items when the loop is reversed."""
        if name in self.reverse.active or not isinstance(self.type(ir.Name(name)), Lst):
            return False
        storage = self.reverse.storage
        return storage.changes_after(name, self.given) or storage.refilled_after(name, self.given)

    def may_be_cell(self, name: str) -> bool:
        return self.reverse.with_cells and name in self.reverse.unknown()

    def is_active(self, expr: ir.Expr) -> bool:
        return bool(ir.reads(expr) & self.reverse.active)

    def bind(self, target: ir.Target, value: ir.Expr) -> None:
        if isinstance(target, str):
            self.rebinds.append(ir.Assign(target, value, self.stmt.at))
            return
        for j, part in enumerate(target):
            self.bind(part, ir.Item(value, ir.Const(j)))

    def sequence(self, target: ir.Target, name: str, k: ir.Expr) -> None:
        kind = self.type(ir.Name(name))
        if isinstance(kind, Obj):  # its class may compute what it hands out
            self.opaque(target, ir.Name(name))
            return
        if self.is_cell(ir.Name(name)):
            self.kept += ir.leaves(target)
            return
        if self.changes(name):
            return  # its items are saved as they come
        unknown = not self.reverse.active.isdisjoint(ir.leaves(target))
        if isinstance(kind, Dct) and name in self.reverse.active and unknown:
            self.bind(target, _nth_key(ir.Name(name), k))
            return
        can_index = isinstance(kind, Array | Lst | Tup) or (
            isinstance(kind, Scalar) and kind.kind is range
        )
        if not can_index and isinstance(kind, AnyType) and name in self.reverse.active:
            self.before.append(ir.Effect(algebra.call(INDEXABLE, ir.Name(name))))
            can_index = True
        if not can_index:
            self.opaque(target, ir.Name(name))
            return
        if isinstance(target, str):
            # a number of an array that is written is saved, not read again
            written = is_scalar(self.type(ir.Name(target))) and self.reverse.storage.written(name)
            if not (written or self.may_be_cell(name)):
                self.rebinds.append(ir.Assign(target, ir.Item(ir.Name(name), k), self.stmt.at))
            if target in self.reverse.active and name in self.reverse.active:
                self.reads.append((target, name, k))
            return
        if name not in self.reverse.active:
            self.bind(target, ir.Item(ir.Name(name), k))
            return
        self.nested(target, name, k, kind)

    def nested(self, target: ir.Target, name: str, k: ir.Expr, kind: Type) -> None:
        """`for w, b in layers`: the item gets a name, its parts are unpacked from it."""
        item = self.taken_apart(target, self.element_type(kind))
        if not self.may_be_cell(name):
            self.rebinds.append(ir.Assign(item, ir.Item(ir.Name(name), k), self.stmt.at))
        self.reads.append((item, name, k))

    def taken_apart(self, target: ir.Target, element: Type) -> str:
        """A name for the item, of which the loop's body begins with taking its parts."""
        item = self.reverse.names.fresh("item")
        self.reverse.facts.types[item] = element
        self.reverse.active = self.reverse.active | {item}
        unpack: list[ir.Stmt] = []
        self.unpacked(target, item, element, unpack)
        self.stmt = replace(
            self.stmt,
            target=self.replaced(self.stmt.target, target, item),
            body=(*unpack, *self.stmt.body),
        )
        return item

    def unpacked(self, target: ir.Target, item: str, kind: Type, out: list[ir.Stmt]) -> None:
        names = []
        later = []
        items = getattr(kind, "items", None) or ()
        for j, part in enumerate(target):
            inner = items[j] if j < len(items) else ANY
            if isinstance(part, str):
                names.append(part)
                continue
            name = self.reverse.names.fresh("item")
            self.reverse.facts.types[name] = inner
            self.reverse.active = self.reverse.active | {name}
            names.append(name)
            later.append((part, name, inner))
        out.append(ir.Unpack(tuple(names), ir.Name(item), None, self.stmt.at))
        for part, name, inner in later:
            self.unpacked(part, name, inner, out)

    def replaced(self, whole: ir.Target, old: ir.Target, new: str) -> ir.Target:
        if whole is old or whole == old:
            return new
        if isinstance(whole, str):
            return whole
        return tuple(self.replaced(t, old, new) for t in whole)

    def element_type(self, kind: Type) -> Type:
        if isinstance(kind, Lst):
            return kind.element
        if isinstance(kind, Tup) and kind.items:
            return join_all(kind.items)
        if isinstance(kind, Array):
            return Array(kind.dtype, kind.dims[1:])
        return ANY

    def table(self, target: tuple[ir.Target, ...], obj: ir.Expr, k: ir.Expr) -> None:
        key, value = target
        kind = self.type(obj)
        if not isinstance(obj, ir.Name) or not isinstance(kind, Dct):
            self.opaque(target, obj)
            return
        if not isinstance(key, str):  # `for (i, j), b in bonds.items()`
            whole = self.reverse.names.fresh("key")
            self.rebinds.append(ir.Assign(whole, _nth_key(obj, k), self.stmt.at))
            self.bind(key, ir.Name(whole))
            key = whole
        else:
            self.rebinds.append(ir.Assign(key, _nth_key(obj, k), self.stmt.at))
        entry = ir.Item(obj, ir.Name(key))
        if isinstance(value, str):
            self.rebinds.append(ir.Assign(value, entry, self.stmt.at))
            if value in self.reverse.active and obj.id in self.reverse.active:
                self.reads.append((value, obj.id, ir.Name(key)))
        elif obj.id in self.reverse.active:
            item = self.taken_apart(value, kind.element)
            self.rebinds.append(ir.Assign(item, entry, self.stmt.at))
            self.reads.append((item, obj.id, ir.Name(key)))
        else:
            self.bind(value, entry)

    def values(self, target: ir.Target, obj: ir.Expr, k: ir.Expr) -> None:
        kind = self.type(obj)
        if not isinstance(obj, ir.Name) or not isinstance(kind, Dct):
            self.opaque(target, obj)
            return
        key = self.reverse.names.fresh("key")
        self.rebinds.append(ir.Assign(key, _nth_key(obj, k), self.stmt.at))
        value = target if isinstance(target, str) else self.taken_apart(target, kind.element)
        self.rebinds.append(ir.Assign(value, ir.Item(obj, ir.Name(key)), self.stmt.at))
        if value in self.reverse.active:
            self.reads.append((value, obj.id, ir.Name(key)))

    def opaque(self, target: ir.Target, iterable: ir.Expr) -> None:
        """Something that cannot be indexed: its values are saved as they come."""
        if _has_no_items(self.type(iterable)):
            return  # the loop raises, and nothing is reversed
        active = set(ir.leaves(target)) & self.reverse.active
        if active and self.is_active(iterable):
            problem = errors.UnsupportedSyntax(
                "Iterating over this value cannot be reversed: its items carry a derivative but "
                "cannot be indexed. Loop over a list, a tuple, an array or a dict.",
                self.reverse.place(self.stmt.at),
            )
            problem.reading = "generators"  # where objects say what they hand out
            raise problem

    def length_of(self, iterable: ir.Expr) -> ir.Expr:
        found = self.length(iterable)
        return found if found is not None else ir.Call(LEN, (iterable,))

    def length(self, iterable: ir.Expr) -> ir.Expr | None:
        """The number of iterations as an expression; None when it has to be counted."""
        match iterable:
            case ir.Call(ir.Name("range"), args):
                return args[0] if len(args) == 1 else ir.Call(LEN, (iterable,))
            case ir.Call(ir.Name("enumerate"), args):
                return self.length(args[0])
            case ir.Call(ir.Name("reversed"), (inner,)):
                return self.length(inner)
            case ir.Call(ir.Attr(ir.Name() as obj, "items" | "values" | "keys"), ()):
                return ir.Call(LEN, (obj,)) if isinstance(self.type(obj), Dct) else None
            case ir.Name():
                kind = self.type(iterable)
                if isinstance(kind, Array | Lst | Tup | Dct):
                    return ir.Call(LEN, (iterable,))
            case _:
                pass
        return None


def _nth_key(obj: ir.Expr, k: ir.Expr) -> ir.Expr:
    return ir.Item(ir.Call(ir.Ref(list, "list"), (obj,)), k)


def _has_no_items(kind: Type) -> bool:
    """Whether Python refuses to loop over the value: a number, or None."""
    return isinstance(kind, Number) or (
        isinstance(kind, Scalar) and kind.kind in (float, int, bool, complex, type(None))
    )
