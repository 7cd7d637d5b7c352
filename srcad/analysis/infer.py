"""Infer the type of every variable of a function, and what each of its calls means.

    def f(x, w):                     x: float64[d0], w: float
        y = np.sin(x) * w            sin: Apply(np.sin), float64[d0]    y: float64[d0]
        return helper(y)             Invoke(helper, float64[d0]), its result: float

Types are joined over all definitions of a name, and statements are read again until nothing
changes about the variables that they read.  Calls of user functions are read with the types of
their arguments, so the same helper may have several results.  Inference may always answer ANY: the
runtime then decides.

Long because statements and expressions are read by one walk that shares its facts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from inspect import getattr_static
from typing import Any

import numpy as np

from srcad.analysis import decide, invoke, operators, resolve, shapes
from srcad.analysis.any_rank import of_any_rank
from srcad.analysis.array_parts import of_array_part, takes_flat
from srcad.analysis.asked_attributes import attribute_or_default
from srcad.analysis.asked_items import asked_first
from srcad.analysis.bound_methods import Bound, as_method, bound_methods
from srcad.analysis.cached_properties import kept_property
from srcad.analysis.copied_objects import copied_object
from srcad.analysis.dispatch import dispatched
from srcad.analysis.generated import Generated, generated
from srcad.analysis.generated_by_several import Several, generated_by_several
from srcad.analysis.handed_out import all_handed_out, loop_handed_out
from srcad.analysis.inplace import written_out
from srcad.analysis.noted import with_notes
from srcad.analysis.once import kept_iterator
from srcad.analysis.one_variable import taken_apart
from srcad.analysis.operations import (
    BINARY_FUNCTIONS,
    COMPARE_FUNCTIONS,
    UNARY_FUNCTIONS,
    Apply,
    Inert,
    Operation,
    operator_of,
)
from srcad.analysis.overloads import overloaded
from srcad.analysis.program import MISSING, Unit
from srcad.analysis.spread_arguments import spread_written_out
from srcad.analysis.star_methods import star_written_out
from srcad.analysis.text_methods import begun, text
from srcad.analysis.unrolled import stored_by_name, unrolled
from srcad.analysis.useless import ALL_USEFUL, Useless
from srcad.analysis.views_of_dicts import listed_values
from srcad.analysis.witness import result_type
from srcad.analysis.written_contexts import written_context
from srcad.ir import nodes as ir
from srcad.ir.observed import type_of
from srcad.ir.tables import storing, written
from srcad.ir.types import (
    ANY,
    BOOL,
    BOTTOM,
    INT,
    NONE,
    NUMERIC,
    STR,
    AnyType,
    Array,
    Bottom,
    Clo,
    Dct,
    Known,
    Lst,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    carries,
    flattened,
    is_count,
    join,
    join_all,
    key_of,
    sure,
)
from srcad.rules.mutable import PUTS
from srcad.rules.table import TABLE


@dataclass
class Inferred:
    """What is known about one function for one signature.

    `operations` is keyed by `id` of the expression, `decided` by `id` of an `If`.
    """

    unit: Unit
    params: tuple[Type, ...]
    types: dict[str, Type]
    operations: dict[int, Operation] = field(default_factory=dict)
    decided: dict[int, bool] = field(default_factory=dict)
    result: Type = BOTTOM
    keep: list[Any] = field(default_factory=list)  # keeps expressions alive, so ids stay theirs
    session: Any = None
    memory: dict[Any, Any] = field(default_factory=dict)  # what points where, what is written
    overloads: dict[int, ir.Block] = field(default_factory=dict)  # by statement: what it calls
    version: int = 0  # of these
    spelled: tuple[int, ir.Block] = (0, ())  # the body with these, and which version they were
    reached: tuple[ir.Block, dict[int, bool], ir.Block] | None = None  # what `running` found
    joined: frozenset[frozenset[str]] = frozenset()  # parameters that may share memory
    spare: dict[Any, str] = field(default_factory=dict)  # names for statements that we write
    inlined: dict[int, int] = field(default_factory=dict)  # loops in what objects hand out: depth
    generators: dict[str, Generated] = field(default_factory=dict)  # that were called, by variable
    several: dict[str, Several] = field(default_factory=dict)  # the same of several classes
    chosen: dict[int, Several] = field(default_factory=dict)  # by what consumes their items
    tuples: set[str] = field(default_factory=set)  # variables of ours that hold tuples
    kept: dict[int, ir.Stmt] = field(default_factory=dict)  # reads of cached properties as fields
    early: dict[str, Any] = field(default_factory=dict)  # lists of what loops take of functions
    useless: Useless = ALL_USEFUL  # the variables that are never active, as nobody asks for it

    @property
    def taken(self) -> set[str]:
        """Every name that means something here, also of what has no type."""
        code = self.unit.code
        return {*code.taken, *code.locals, *self.types, *self.spare.values()}

    @property
    def body(self) -> ir.Block:
        """The function's statements, with what classes do in assignments written out."""
        if not self.overloads:
            return self.unit.code.body
        if self.spelled[0] != self.version:
            self.spelled = self.version, self.spell(self.unit.code.body)
        return self.spelled[1]

    @property
    def running(self) -> ir.Block:
        """The same without the branches that are never taken."""
        if not self.decided:
            return self.body
        known = self.reached
        if known is None or known[0] is not self.body or known[1] != self.decided:
            known = self.reached = self.body, dict(self.decided), self.without_dead(self.body)
        return known[2]

    def without_dead(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt] = []
        for stmt in block:
            if isinstance(stmt, ir.If) and id(stmt) in self.decided:
                taken = stmt.then if self.decided[id(stmt)] else stmt.orelse
                out += (ir.Effect(stmt.test, stmt.at), *self.without_dead(taken))
            else:
                inner = tuple(map(self.without_dead, ir.blocks(stmt)))
                out.append(ir.with_blocks(stmt, inner) if inner else stmt)
        return tuple(out)

    def spell(self, block: ir.Block) -> ir.Block:
        out: list[ir.Stmt] = []
        for stmt in block:
            inner = tuple(map(self.spell, ir.blocks(stmt)))
            new = ir.with_blocks(stmt, inner) if inner else stmt
            if id(stmt) in self.decided:
                self.decided[id(new)] = self.decided[id(stmt)]
            written = self.overloads.get(id(stmt))
            out.extend((new,) if written is None else self.spell(written))
        return tuple(out)


# What may stand in place of a statement, by the kind of its value, or by its own: the first counts.
_INSTEAD: dict[type, tuple[Callable[[Any, Inference], ir.Block | None], ...]] = {
    ir.Call: (attribute_or_default, stored_by_name, star_written_out, kept_iterator, copied_object,
              listed_values, spread_written_out),
    ir.Attr: (attribute_or_default, kept_property),
    **dict.fromkeys((ir.If, ir.Assert, *ir.OPERATIONS), (kept_property,)),
}  # fmt: skip


def _is_object(kind: Type) -> bool:
    return isinstance(kind, Obj)


def _of_several(kind: Type) -> bool:
    return isinstance(kind, AnyType) and bool(kind.objects)


class Inference:
    """One reading of one function."""

    def __init__(self, session: Any, inferred: Inferred) -> None:
        self.session, self.facts = session, inferred
        self.unit, self.types = inferred.unit, inferred.types
        self.noting = bool(session.changing)
        self.changed = False
        self.time = 0  # how many changes there were
        self.changes: dict[str, int] = {}  # when the type of a variable changed last
        self.outside: dict[str, Type] = {}  # the types of objects from outside, once asked for
        self.several = any(map(_of_several, inferred.types.values()))  # classes of one variable
        self.objects = any(map(_is_object, inferred.types.values()))

    @cached_property
    def methods(self) -> Bound:
        """The names of methods of containers."""
        return bound_methods(self.unit.code.body)

    def run(self) -> None:
        code = self.unit.code
        for param, kind in zip(code.params, self.facts.params, strict=True):
            self.bind(param.name, kind)
        read = [-1] * len(code.body)
        for _ in range(13):
            if not self.read_what_changed(code.body, read):
                break
        else:
            for name in self.types:
                self.types[name] = ANY
            self.block(code.body)
        self.facts.result = join(self.facts.result, self.name(code.result))

    def read_what_changed(self, body: ir.Block, read: list[int]) -> bool:
        """Read the statements with news since they were `read` last; whether there are any."""
        found = False
        for k, stmt in enumerate(body):
            if self.has_news(stmt, read[k]):
                read[k], found = self.time, True
                self.statement(stmt)
        return found

    def has_news(self, stmt: ir.Stmt, since: int) -> bool:
        """Whether a variable that the statement reads has got another type."""
        if since < 0 or (self.facts.overloads and self.time > since):
            return True
        changes = self.changes
        return self.time > since and any(changes.get(n, 0) > since for n in ir.all_reads(stmt))

    def bind(self, name: str, kind: Type) -> None:
        new, old = kind, self.types.get(name, BOTTOM)
        if old is not BOTTOM:
            new = join(old, kind)
            if new is old or new == old:
                return
            new = flattened(new)  # a list that holds what holds it grows for ever
        if new == old:
            return
        self.types[name] = new
        self.several = self.several or _of_several(new)
        self.objects = self.objects or _is_object(new)
        self.changed = True
        self.time += 1
        self.changes[name] = self.time

    # -- statements --------------------------------------------------------------------

    def block(self, block: ir.Block) -> None:
        for stmt in block:
            self.statement(stmt)

    def statement(self, stmt: ir.Stmt) -> None:
        """Read a statement, or what the class of an object makes of it."""
        if self.instead_of_objects(stmt):
            return
        odd = self.facts.overloads or self.noting or self.several or self.methods
        if isinstance(stmt, ir.Assign) and not odd:
            value = stmt.value
            joins = isinstance(value, ir.Binary) and value.op == "|"  # of dicts
            if not joins and not takes_flat(value):
                self.plain(stmt)
                return
        written = None
        if isinstance(stmt, (ir.Store, ir.Augment, ir.Effect, ir.Assign, ir.For)):
            written = as_method(stmt, self.facts, self.methods)
            if written is None:
                written = overloaded(stmt, self.facts)
        if written is None and self.noting:
            written = with_notes(stmt, self.facts, self.session.changing)
        called = isinstance(stmt, (ir.Effect, ir.Assign)) and isinstance(stmt.value, ir.Call)
        chosen = dispatched(stmt, self)
        part = of_array_part(stmt, self.facts) if written is None and chosen is None else None
        if chosen is not None or part is not None:
            self.instead(stmt, chosen or part)
        elif called and written is None:
            self.plain(stmt)  # which may be a call of a function that writes
        elif not self.instead(stmt, written, first=True):
            self.plain(stmt)

    def instead_of_objects(self, stmt: ir.Stmt) -> bool:
        """Whether it takes the items of an object whose class says what these are."""
        chosen = generated_by_several(stmt, self)
        if chosen is not None:
            return self.instead(stmt, chosen)
        run = generated(stmt, self)
        if run is not None:
            return self.instead(stmt, run, first=True)
        if isinstance(stmt, ir.For):
            found = asked_first(stmt, self) or unrolled(stmt, self)
            found = found or loop_handed_out(stmt, self) or taken_apart(stmt, self)
        elif isinstance(stmt, ir.With):
            found = written_context(stmt, self)
        else:
            plain = type(stmt) is ir.Assign or type(stmt) is ir.Effect
            for written in _INSTEAD.get(type(stmt.value if plain else stmt), ()):  # type: ignore[union-attr]
                asked = written(stmt, self)
                if asked is not None:
                    return self.instead(stmt, asked)
            found = all_handed_out(stmt, self)
        return found is not None and self.instead(stmt, found, first=True)

    def instead(self, stmt: ir.Stmt, written: ir.Block | None, first: bool = False) -> bool:
        """Read other statements in place of this one, if there are any; first: once and for all."""
        overloads = self.facts.overloads
        if written is None:
            self.facts.version += overloads.pop(id(stmt), None) is not None
            return False
        if id(stmt) not in overloads or (not first and overloads[id(stmt)] != written):
            overloads[id(stmt)] = written
            self.facts.version += 1
        self.block(overloads[id(stmt)])
        return True

    def calls_writer(self, stmt: ir.Assign | ir.Effect | ir.Unpack) -> bool:
        """Whether the statement calls a function that writes, and is read as what that does."""
        return isinstance(stmt.value, ir.Call) and self.instead(stmt, written_out(stmt, self))

    def plain(self, stmt: ir.Stmt) -> None:  # noqa: C901 - one decision over the kinds
        match stmt:
            case ir.Assign(target, value):
                kind = self.expr(value)
                if not isinstance(value, ir.Call):
                    self.bind(target, kind)
                elif not self.calls_writer(stmt):
                    self.bind(target, kind)
                    self.grow(value)
            case ir.Unpack(targets, value, star):
                kind = self.expr(value)
                if not self.calls_writer(stmt):
                    for name, part in zip(
                        targets, self.parts(kind, len(targets), star), strict=True
                    ):
                        self.bind(name, part)
            case ir.Effect(value):
                self.expr(value)
                if not self.calls_writer(stmt):
                    self.grow(value)
            case ir.If():
                self.branch(stmt)
            case ir.For(target, iterable, body):
                self.bind_target(target, self.element(iterable))
                self.block(body)
            case ir.While(test, body):
                self.expr(test)
                self.block(body)
            case ir.With(items, body):
                for expr, bound in items:
                    self.expr(expr)
                    if bound is not None:
                        self.bind(bound, ANY)
                self.block(body)
            case ir.Try(body, handlers, orelse, final):
                self.block(body)
                for h in handlers:
                    if h.name is not None:
                        self.bind(h.name, Known.of(Exception))
                    self.block(h.body)
                self.block(orelse)
                self.block(final)
            case ir.Store(target, value):
                self.store(target, self.expr(value))
            case ir.Augment(target, op, value):
                self.augment(stmt, target, op, value)
            case ir.Import(node, names):
                self.imported(node, names)
            case ir.Assert(test, _):
                self.expr(test)
            case _:
                pass

    def branch(self, stmt: ir.If) -> None:
        self.expr(stmt.test)
        truth = decide.truth(stmt.test, self)
        if truth is None:
            self.facts.decided.pop(id(stmt), None)
        else:
            self.facts.decided[id(stmt)] = truth
        if truth is not False:
            self.block(stmt.then)
        if truth is not True:
            self.block(stmt.orelse)

    def grow(self, value: ir.Expr) -> None:
        """`items.append(v)` widens the type of the list."""
        match value:
            case ir.Call(ir.Attr(ir.Name(name), method), args, kwargs):
                kind, puts = self.types.get(name), PUTS.get(method)
                if puts is None or not isinstance(kind, Lst | Dct):
                    return
            case _:
                return
        named = [(key, self.expr(v)) for key, v in kwargs]
        more: Type = BOTTOM
        if not puts.many:
            more = self.expr(args[puts.position]) if len(args) > puts.position else NONE
        elif args:
            given = self.expr(args[puts.position])
            more = given.element if isinstance(given, Lst | Dct) else ANY
            if isinstance(given, Dct) and given.items is not None:
                named, more = [*given.items, *named], BOTTOM
        if isinstance(kind, Lst):
            held = join(kind.element, join_all([more, *(t for _, t in named)]))
            self.bind(name, Lst(None, held, kind.cls))
            return
        grown = written(kind) if isinstance(more, Bottom) else storing(kind, more)
        for key, t in named:
            grown = storing(grown, ANY) if key is None else storing(grown, t, key)
        self.bind(name, grown)

    def store(self, target: ir.Item | ir.Attr, value: Type) -> None:
        if isinstance(target, ir.Item):
            self.expr(target.index)
            if isinstance(target.obj, ir.Name):
                name, kind = target.obj.id, self.expr(target.obj)
                if isinstance(kind, Dct):
                    key = key_of(self.expr(target.index))
                    self.bind(name, storing(kind, value, *(() if key is None else (key,))))
                elif isinstance(kind, Lst):
                    many = isinstance(target.index, ir.Slice)
                    value = getattr(value, "element", ANY) if many else value
                    self.bind(name, Lst(None, join(kind.element, value), kind.cls))
        else:
            kind = self.expr(target.obj)
            if isinstance(target.obj, ir.Name) and isinstance(kind, Obj):
                self.set_field(target.obj.id, kind, target.name, value)

    def set_field(self, owner: str, kind: Obj, name: str, value: Type) -> None:
        """`owner.name = value`, where the class has no code of its own for it."""
        if owner in self.types and not isinstance(getattr_static(kind.cls, name, None), property):
            self.bind(owner, Obj(kind.cls, ((name, value),)))

    def augment(
        self, stmt: ir.Augment, target: ir.Name | ir.Item | ir.Attr, op: str, value: ir.Expr
    ) -> None:
        right = self.expr(value)
        left = self.expr(target)
        kind = self.apply_binary(op, left, right)
        if isinstance(left, Lst):  # in place: it takes over the items
            more = self.item_of(right) if op == "+" else left.element
            kind = Lst(None, join(left.element, more), left.cls)
        elif isinstance(left, Array) and isinstance(target, ir.Name):
            kind = left  # dtype and shape stay
        if isinstance(target, ir.Name):
            self.bind(target.id, kind)
        else:
            self.store(target, kind)

    def imported(self, node: ast.Import | ast.ImportFrom, names: tuple[str, ...]) -> None:
        function = self.unit.source.function
        space: dict[str, Any] = {
            "__name__": function.__module__,
            "__package__": function.__globals__.get("__package__"),
        }
        try:
            module = ast.fix_missing_locations(ast.Module([node], []))
            exec(compile(module, "<import>", "exec"), space)  # noqa: S102 - the user's own import
        except ImportError:
            return
        for name in names:
            self.bind(name, Known.of(space[name]))

    def bind_target(self, target: ir.Target, kind: Type) -> None:
        if isinstance(target, str):
            self.bind(target, kind)
            return
        for part, inner in zip(target, self.parts(kind, len(target), None), strict=True):
            self.bind_target(part, inner)

    def parts(self, kind: Type, count: int, star: int | None) -> list[Type]:
        """The types that unpacking yields."""
        kind = sure(kind)
        items = getattr(kind, "items", None) if isinstance(kind, Tup | Lst) else None
        if items is not None:
            if star is None:
                return list(items) if len(items) == count else [ANY] * count
            after = count - star - 1
            middle = items[star : len(items) - after]
            rest = Lst(tuple(middle), join_all(middle))
            return [*items[:star], rest, *items[len(items) - after :]]
        each = self.item_of(kind)
        parts: list[Type] = [each] * count
        if star is not None:
            parts[star] = Lst(None, each)
        return parts

    def item_of(self, kind: Type) -> Type:
        """The type of what iteration yields."""
        if isinstance(kind, AnyType) and kind.of is not None:
            found = self.item_of(kind.of)
            return ANY if isinstance(found, Bottom) else found
        match kind:
            case Bottom():
                return BOTTOM
            case Lst(_, element):
                return element
            case Tup(items):
                return join_all(items)
            case Array(dtype, dims) if dims:
                single = ANY if dtype == "object" else Number(dtype)
                return Array(dtype, dims[1:]) if len(dims) > 1 else single
            case Dct(items):
                return (
                    join_all([type_of(k, self.session.symbols) for k, _ in items or ()])
                    if items
                    else ANY
                )
            case Scalar(k) if k is range:
                return INT
            case Scalar(k) if k is str:
                return STR
            case AnyType(form=form) if form:
                return NUMERIC if kind == NUMERIC else INT
        return ANY

    def element(self, iterable: ir.Expr) -> Type:  # noqa: C901 - one decision over the kinds
        """The type of the loop variable."""
        match iterable:
            case ir.Call(ir.Name(name), args) if self.is_builtin(name):
                if name == "range":
                    self.expr(iterable)
                    return INT
                if name == "zip":
                    return Tup(tuple(self.element(a) for a in args))
                if name == "enumerate":
                    for _, extra in iterable.kwargs:
                        self.expr(extra)
                    return Tup((INT, self.element(args[0])))
                if name == "reversed":
                    return self.element(args[0])
            case ir.Call(ir.Attr(obj, "items"), ()):
                kind = self.expr(obj)
                if isinstance(kind, Dct):
                    return Tup((self.item_of(kind), kind.element))
            case ir.Call(ir.Attr(obj, "values"), ()):
                kind = self.expr(obj)
                if isinstance(kind, Dct):
                    return kind.element
            case ir.Call(ir.Attr(obj, "keys"), ()):
                kind = self.expr(obj)
                if isinstance(kind, Dct):
                    return self.item_of(kind)
            case _:
                pass
        return self.item_of(self.expr(iterable))

    def is_builtin(self, name: str) -> bool:
        return name not in self.types and self.session.program.lookup(self.unit, name) in (
            range, zip, enumerate, reversed,
        )  # fmt: skip

    # -- expressions -------------------------------------------------------------------

    def record(self, expr: ir.Expr, operation: Operation) -> None:
        self.facts.operations[id(expr)] = operation
        self.facts.keep.append(expr)

    def name(self, name: str) -> Type:
        if name in self.types:
            return self.types[name]
        if name in self.outside:
            return self.outside[name]
        if name in self.unit.code.locals and name not in self.unit.code.free:
            return BOTTOM
        value = self.session.program.lookup(self.unit, name)
        if value is MISSING:
            return BOTTOM if name in self.unit.code.locals else ANY
        self.outside[name] = self.session.found(value, name)
        return self.outside[name]

    def expr(self, expr: ir.Expr) -> Type:  # noqa: C901 - one decision over the kinds
        if isinstance(expr, ir.Name):
            return self.types[expr.id] if expr.id in self.types else self.name(expr.id)
        match expr:
            case ir.Binary():
                left, right = self.expr(expr.left), self.expr(expr.right)
                return self.binary(expr, expr.op, left, right)
            case ir.Attr() | ir.Call() | ir.Item():
                found, operation = resolve.resolve(expr, self)
                self.record(expr, operation)
                return self.settled(expr, found) if _asks_for_class(expr) else found
            case ir.Const():
                return constant(expr.value)
            case ir.Ref(value):
                return type_of(value, self.session.symbols)
            case ir.Unary(op, operand):
                return self.unary(expr, op, self.expr(operand))
            case ir.Compare():
                return self.compare(expr)
            case ir.Logic(_, items):
                return join_all([self.expr(i) for i in items])
            case ir.Choice(test, then, orelse):
                self.expr(test)
                return join(self.expr(then), self.expr(orelse))
            case ir.Sequence(kind, items):
                return self.sequence(kind, items)
            case ir.Mapping(keys, values):
                return self.mapping(keys, values)
            case ir.Slice():
                for part in ir.children(expr):
                    self.expr(part)
                return Scalar(slice)
            case ir.Closure():
                return self.closure(expr)
            case ir.Raw(node):
                return text(node) if isinstance(node, ast.JoinedStr) else self.raw(node)
            case ir.Star(value):
                return self.expr(value)

    def settled(self, test: ir.Expr, kind: Type) -> Type:
        """The type of a truth that the types alone settle: `return not isinstance(x[0], list)`."""
        known = decide.truth(test, self) if kind == BOOL else None
        return kind if known is None else Scalar(bool, known, True)

    def raw(self, node: ast.expr) -> Type:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return {"any": BOOL, "all": BOOL, "len": INT, "str": STR}.get(node.func.id, ANY)
        return Known.of(set) if isinstance(node, ast.Set) else ANY

    def binary(self, expr: ir.Binary, op: str, left: Type, right: Type) -> Type:
        if isinstance(left, Obj) or isinstance(right, Obj):
            operator_call = operators.of_class(expr, op, left, right, self)
            if operator_call is not None:
                kind, operation = operator_call
                self.record(expr, operation)
                return kind
        union = decide.union_of(left, right) if op == "|" else None
        if union is not None:
            self.record(expr, Inert())
            return union
        self.record(expr, operator_of(op, (expr.left, expr.right), (left, right)))
        return self.apply_binary(op, left, right)

    def apply_binary(self, op: str, left: Type, right: Type) -> Type:
        function = BINARY_FUNCTIONS[op]
        left, right = sure(left), sure(right)  # None raises
        if isinstance(left, Bottom) or isinstance(right, Bottom):
            return BOTTOM
        if isinstance(left, Scalar) and left.kind is str:
            texts = isinstance(right, Scalar) and right.kind is str
            if op == "%" or (op == "+" and texts):
                return begun(op, left)
        if op == "+" and isinstance(left, (Tup, Lst)) and type(left) is type(right):
            if isinstance(left, Lst) and left.cls is not getattr(right, "cls", None):
                return ANY
            return joined(left, right)
        if op == "*" and isinstance(left, Lst) and is_count(right):
            return Lst(None, left.element, left.cls)
        return self.typed(function, (left, right), ())

    def unary(self, expr: ir.Unary, op: str, operand: Type) -> Type:
        if op == "not":
            self.record(expr, Inert())
            return self.settled(expr, BOOL)
        found = invoke.special(UNARY_FUNCTIONS[op], expr.operand, operand, self)
        if found is not None:
            self.record(expr, found[1])
            return found[0]
        function = UNARY_FUNCTIONS[op]
        self.record(
            expr,
            Apply(
                function,
                (expr.operand,),
                (),
                TABLE.get(function),
                (operand,),
                "operator",
            ),
        )
        if isinstance(operand, Bottom):
            return BOTTOM
        return self.typed(function, (operand,), ())

    def compare(self, expr: ir.Compare) -> Type:
        kinds = [self.expr(e) for e in (expr.left, *expr.rights)]
        self.record(expr, Inert())
        if any(isinstance(k, Bottom) for k in kinds):
            return BOTTOM
        if len(expr.ops) > 1 or expr.ops[0] in ("is", "is not", "in", "not in"):
            return BOOL
        if any(isinstance(k, (Array, Number)) or k == NUMERIC for k in kinds):
            return self.typed(COMPARE_FUNCTIONS[expr.ops[0]], tuple(kinds), ())
        return ANY if any(isinstance(k, AnyType) for k in kinds) else BOOL

    def typed(
        self, function: Any, args: tuple[Type, ...], kwargs: tuple[tuple[str, Type], ...]
    ) -> Type:
        """The type of the result of a NumPy function, a builtin or an operator."""
        key, results = (function, args, kwargs), self.session.results
        try:
            known: Type | None = results.get(key)
        except TypeError:  # an unhashable function or constant
            return self.typed_anew(function, args, kwargs)
        if known is None:
            known = results[key] = self.typed_anew(function, args, kwargs)
        return known

    def typed_anew(
        self, function: Any, args: tuple[Type, ...], kwargs: tuple[tuple[str, Type], ...]
    ) -> Type:
        if any(isinstance(t, Bottom) for t in (*args, *(t for _, t in kwargs))):
            return BOTTOM
        if function in _TEXTS:
            return STR
        if function in (max, min) and len(args) == 1 and not kwargs:
            return self.item_of(args[0]) if isinstance(args[0], Lst | Tup) else ANY
        if function is np.ndim and len(args) == 1 and isinstance(args[0], Array):
            return Scalar(int, args[0].ndim, known=True)
        known = shapes.reshaped(function, args, dict(kwargs)) or shapes.arithmetic(function, args)
        known = known or of_any_rank(function, args, kwargs)
        if known is not None:
            return known
        kind = result_type(function, args, kwargs)
        if isinstance(kind, Array):
            dims = shapes.dims_of_result(function, args, dict(kwargs), kind.ndim)
            return kind if dims is None else Array(kind.dtype, dims)
        if isinstance(kind, Number) and function in _OPERATORS:
            loose = all(isinstance(t, Scalar) or (isinstance(t, Number) and t.loose) for t in args)
            return Number(kind.dtype, loose) if loose else kind
        return kind

    def sequence(self, kind: str, items: tuple[ir.Expr, ...]) -> Type:
        parts: list[Type] = []
        exact = True
        for item in items:
            t = self.expr(item)
            if isinstance(item, ir.Star):
                inner = t.items if isinstance(t, Tup | Lst) else None
                if inner is None:
                    exact = False
                    parts.append(self.item_of(t))
                else:
                    parts.extend(inner)
            else:
                parts.append(t)
        if kind == "set":
            return ANY if any(map(carries, parts)) else Known.of(set)
        if kind == "tuple":
            return Tup(tuple(parts)) if exact else ANY
        return Lst(tuple(parts) if exact else None, join_all(parts))

    def mapping(self, keys: tuple[ir.Expr | None, ...], values: tuple[ir.Expr, ...]) -> Type:
        pairs: dict[Any, Type] | None = {}
        kinds: list[Type] = []
        for key, value in zip(keys, values, strict=True):
            t = self.expr(value)
            if key is None:
                if isinstance(t, Dct) and t.items is not None and pairs is not None:
                    pairs.update(t.items)
                    kinds.extend(v for _, v in t.items)
                else:
                    pairs = None
                    kinds.append(t.element if isinstance(t, Dct) else ANY)
                continue
            kinds.append(t)
            k = self.expr(key)
            if pairs is not None and isinstance(k, Scalar) and k.known:
                pairs[k.value] = t
            else:
                pairs = None
        items = None if pairs is None else tuple(pairs.items())
        return Dct(items, join_all(kinds))

    def closure(self, made: ir.Closure) -> Type:
        kinds = tuple((c, self.name(c)) for c in made.held)
        given = tuple((n, self.expr(v)) for n, v in made.defaults)
        selves = tuple(c for c in made.captures if c not in made.held)
        return Clo(made.code, id(made.code), kinds, given, self.unit.source, selves)


def joined(left: Tup | Lst, right: Tup | Lst) -> Type:
    """The type of a concatenation."""
    if isinstance(left, Tup):
        return Tup((*left.items, *right.items))  # type: ignore[misc]
    assert isinstance(right, Lst)
    both = left.items is not None and right.items is not None
    items = (*left.items, *right.items) if both else None  # type: ignore[misc]
    return Lst(items, join(left.element, right.element), left.cls)


def constant(value: Any) -> Type:
    """The type of a literal."""
    if isinstance(value, tuple):
        return Tup(tuple(map(constant, value)))
    return Scalar(type(value), value, type(value) in (int, str, bool, type(None)))


_TEXTS = (str, repr, ascii, format, chr, hex, bin, oct)
_OPERATORS = {*BINARY_FUNCTIONS.values(), *UNARY_FUNCTIONS.values()}


def _asks_for_class(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Call) and expr.func == ir.Name("isinstance")
