"""Give each number that is put into a cell an object of its own.

    xs[i] = v           v_own = owned(v)
                        xs[i] = v_own
    xs = [a, 0.0]       a_own = owned(a)
                        xs = [a_own, 0.0]
    xs.extend(pair)     pair_own = owned_items(pair)
                        xs.extend(pair_own)
    xs[i] += v          old = xs[i]
                        old += v
                        xs[i] = old

Then its cotangent is found by that object, wherever it is moved (see `runtime.cells`).  What is a
cell says `shared`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from srcad.analysis.activity import Active, activity
from srcad.analysis.asked import Asked, has_memory, is_cell
from srcad.analysis.effects import all_writes
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.kinds import is_owned, makes_container
from srcad.analysis.liveness import liveness
from srcad.analysis.operations import (
    Append,
    Apply,
    Copy,
    Handed,
    Inert,
    Invoke,
    Make,
    Mutation,
    Operation,
    Part,
    Same,
)
from srcad.analysis.outside import called_writes
from srcad.analysis.owned_views import Views
from srcad.analysis.rebound import apart
from srcad.analysis.remade import by_fields
from srcad.analysis.shared import Shared, is_deque, shared_arrays, unfollowed
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir
from srcad.ir.indices import computed_once
from srcad.ir.names import Names
from srcad.ir.types import (
    ANY,
    NUMERIC,
    AnyType,
    Array,
    Lst,
    Obj,
    Scalar,
    Tup,
    Type,
    is_scalar,
)
from srcad.rules.mutable import DEFAULT, PUTS
from srcad.runtime import by_code, cells
from srcad.runtime.containers import values

OWNED = ir.Ref(cells.owned, "owned")
PLAIN = ir.Ref(by_code.plain_container, "plain_container")
OWNED_ITEMS = ir.Ref(cells.owned_items, "owned_items")


def with_own_numbers(
    facts: Inferred,
    body: ir.Block,
    active: Active,
    names: Names,
    shown: frozenset[str],
    asked: Asked,
) -> tuple[ir.Block, Shared | None]:
    """The same, where any container that carries derivatives is written, and what is a cell."""
    written = all_writes(facts, body) or called_writes(facts, body)
    if not (written or asked or any(map(is_deque, facts.types.values()))):
        return body, None
    live = liveness(body, frozenset({facts.unit.code.result}))
    storage = Storage.of(facts, body, live, shown)
    if not (storage.fills or storage.writes or asked or any(map(is_deque, facts.types.values()))):
        return body, None
    shared = shared_arrays(storage, body, active, asked)
    if shared.problem is not None and asked:
        raise unfollowed(facts, shared.problem)
    if not shared.filled and not asked:
        return body, None
    split, renamed = apart(facts, body, names)
    if renamed:
        active |= {new for new, old in renamed.items() if old in active}
        return with_own_numbers(facts, split, active, names, shown, asked)
    pass_ = _Owning(facts, shared, names)
    body = pass_.block(body)
    shared = pass_.shared
    made = replace(shared, cells=shared.cells | pass_.cells, holders=shared.holders | pass_.holders)
    return body, replace(made, active=activity(facts, body, made.active | made.cells))


@dataclass
class _Owning(Views):
    shared: Shared
    names: Names
    holders: set[str] = field(default_factory=set)

    def statement(self, stmt: ir.Stmt) -> list[ir.Stmt]:  # noqa: C901 - one case a form
        match stmt:
            case ir.Store(target) if self.type(target.obj) == NUMERIC:
                return [stmt]  # an array, which takes the contents
            case ir.Store(target, value) if self.kept(target.obj):
                many = isinstance(target, ir.Item) and isinstance(target.index, ir.Slice)
                before, new = self.items(value, stmt) if many else self.own(value, stmt)
                return [*before, replace(stmt, value=new)]
            case ir.Augment(ir.Item() | ir.Attr() as target) if self.kept(target.obj):
                return self.apart(stmt, target)
            case ir.Augment(ir.Name(owner), "+", value) if owner in self.shared.cells | self.cells:
                before, new = self.items(value, stmt)
                return [*before, replace(stmt, value=new)]
            case ir.Unpack(targets, value, int(star)) if self.takes_rest(targets[star], value):
                return self.rest(stmt, targets[star])
            case ir.Assign(target, value):
                cell = target in self.shared.cells or self.makes_cell(target, value)
                before, new = self.value(value, stmt, cell)
                return [*before, stmt if new is value else replace(stmt, value=new)]
            case ir.Effect(value):
                before, new = self.value(value, stmt, False)
                return [*before, stmt if new is value else replace(stmt, value=new)]
            case _:
                inner = tuple(map(self.block, ir.blocks(stmt)))
                return [ir.with_blocks(stmt, inner) if inner else stmt]

    def takes_rest(self, target: str, value: ir.Expr) -> bool:
        """Whether `a, *target = value` makes a list that is a cell of what is none."""
        return target in self.shared.cells | self.shared.holders and not self.moves(value)

    def rest(self, stmt: ir.Unpack, target: str) -> list[ir.Stmt]:
        """`a, *rest = xs` where `rest` is a cell and xs is none."""
        kind = self.facts.types.get(target, ANY)
        name = self.new(target, Lst(None, ANY) if isinstance(kind, AnyType) else kind)
        targets = tuple(name if t == target else t for t in stmt.targets)
        before, new = self.items(ir.Name(name), stmt)
        last = ir.Assign(target, new, stmt.at)
        return [replace(stmt, targets=targets), *before, last]

    def kept(self, owner: ir.Expr) -> bool:
        """Whether a container is a cell, or may be one."""
        if not isinstance(owner, ir.Name):
            return False
        return owner.id in self.shared.cells | self.shared.holders

    def moves(self, value: ir.Expr) -> bool:
        """Whether the numbers in it certainly are objects of their own, as those of cells are."""
        return self.kept(value) and not isinstance(self.type(value), Tup | AnyType | Obj)

    def makes_cell(self, target: str, value: ir.Expr) -> bool:
        """A new container, for a variable that may also stand for something else."""
        return target in self.shared.holders and makes_container(self.facts, value)

    # -- values ------------------------------------------------------------------------

    def value(self, value: ir.Expr, stmt: ir.Stmt, cell: bool) -> tuple[list[ir.Stmt], ir.Expr]:
        """What is done before the value is made, and the value of objects of their own."""
        operation = self.facts.operations.get(id(value))
        match operation:
            case Invoke() if self.by_memory(operation, cell):
                return self.passed(value, operation, stmt)
            case Append(owner, item) if owner in self.shared.cells:
                before, new = self.own(item, stmt)
                return before, self.again(value, {item: new}, Append(owner, new))
            case Mutation(owner, what) if self.kept(owner):
                return self.method(value, what[1:-2], operation, stmt)
            case Handed(owner, default) if default is not None and self.kept(owner):
                before, new = self.own(default, stmt)
                return before, self.again(value, {default: new}, replace(operation, default=new))
            case _ if not cell:
                return [], value
            case None if isinstance(value, ir.Sequence | ir.Mapping):
                return self.display(value, stmt)
            case Make(cls, fields):
                made = [(name, *self.own(item, stmt)) for name, item in fields]
                table = {old: m[2] for (_, old), m in zip(fields, made, strict=True) if old != m[2]}
                now = Make(cls, tuple((name, new) for name, _, new in made))
                value = by_fields(value, cls, fields, table)
                return [s for _, b, _ in made for s in b], self.again(value, table, now)
            case Copy(inner) | Part(inner, ir.Slice()) if not self.kept(inner):
                return self.items(value, stmt)
            case Apply():
                return self.applied(value, operation, stmt)
            case _:
                return [], value

    def display(
        self, value: ir.Sequence | ir.Mapping, stmt: ir.Stmt
    ) -> tuple[list[ir.Stmt], ir.Expr]:
        before: list[ir.Stmt] = []
        given = value.items if isinstance(value, ir.Sequence) else value.values
        new: list[ir.Expr] = []
        for k, item in enumerate(given):
            spread = isinstance(value, ir.Mapping) and value.keys[k] is None
            if isinstance(item, ir.Star):
                first, inner = self.items(item.value, stmt)
                made: ir.Expr = ir.Star(inner)
            elif spread:
                first, made = self.items(item, stmt)
            else:
                first, made = self.own(item, stmt)
            before += first
            new.append(made)
        if isinstance(value, ir.Sequence):
            return before, replace(value, items=tuple(new))
        return before, replace(value, values=tuple(new))

    def by_memory(self, operation: Invoke, cell: bool) -> bool:
        """Whether a call gets, or gives, what is kept by memory."""
        mine = self.shared.cells | self.shared.holders | self.shared.arrays
        return cell or any(ir.reads(a) & mine for a in operation.args)

    def passed(
        self, value: ir.Expr, operation: Invoke, stmt: ir.Stmt
    ) -> tuple[list[ir.Stmt], ir.Expr]:
        """`f(**{"a": v})`, as keywords are bound: a dict of numbers that are its own.

        A default that is a new list has a name too: `f(list())`.
        """
        before: list[ir.Stmt] = []
        args: list[ir.Expr] = []
        for arg in operation.args:
            if isinstance(arg, ir.Mapping):
                kind = self.type(arg)
                first, new = self.display(arg, stmt)
                name = self.new("given", kind)
                self.cells.add(name)
                before += [*first, ir.Assign(name, new, _at(stmt))]
                arg = ir.Name(name)
            elif isinstance(arg, ir.Call) and not arg.args and is_cell(self.type(arg)):
                name = self.new("given", self.type(arg))
                self.cells.add(name)
                before.append(ir.Assign(name, arg, _at(stmt)))
                arg = ir.Name(name)
            args.append(arg)
        if before:
            # another call: facts are kept by identity
            value = replace(value)
            self.know(value, replace(operation, args=tuple(args)))
        return before, value

    def method(
        self, value: ir.Expr, name: str, operation: Mutation, stmt: ir.Stmt
    ) -> tuple[list[ir.Stmt], ir.Expr]:
        """`xs.insert(0, v)`, `xs.extend(vs)`, `d.update(more, k=v)`."""
        puts = PUTS.get(name)
        if isinstance(value, ir.Call) and name == "pop" and len(value.args) == 2:
            puts = DEFAULT  # which is handed out, where the key is not there
        before: list[ir.Stmt] = []
        if isinstance(self.type(operation.owner), AnyType):
            check = ir.Call(PLAIN, (operation.owner,))
            self.know(check, Inert())
            before.append(ir.Effect(check, _at(stmt)))
        if puts is None or not isinstance(value, ir.Call):
            return before, value
        table: dict[ir.Expr, ir.Expr] = {}
        if len(value.args) > puts.position:
            given = value.args[puts.position]
            first, new = self.items(given, stmt) if puts.many else self.own(given, stmt)
            before += first
            args = list(value.args)
            args[puts.position] = new
            value = replace(value, args=tuple(args))
        named = []
        for key, given in value.kwargs:
            first, new = self.items(given, stmt) if key is None else self.own(given, stmt)
            before += first
            named.append((key, new))
        return before, self.again(replace(value, kwargs=tuple(named)), table, operation)

    def applied(
        self, value: ir.Expr, operation: Apply, stmt: ir.Stmt
    ) -> tuple[list[ir.Stmt], ir.Expr]:
        """`xs + ys` and `xs * 2` of cells move their items; the rest makes new ones."""
        pairs = zip(operation.args, operation.types, strict=True)
        lists = [a for a, t in pairs if isinstance(t, Lst | Tup)]
        if operation.form == "operator" and lists and all(map(self.kept, lists)):
            return [], value
        if operation.function is values and self.kept(operation.args[0]):
            return [], value  # a view: it shows the very items of the dict
        return self.items(value, stmt)

    def own(self, value: ir.Expr, stmt: ir.Stmt) -> tuple[list[ir.Stmt], ir.Expr]:
        """The value as an object of its own."""
        if isinstance(value, ir.Const) or not is_owned(self.type(value)):
            return [], value
        before: list[ir.Stmt] = []
        if not isinstance(value, ir.Name):
            name = self.new("value", self.type(value))
            before.append(ir.Assign(name, value, _at(stmt)))
            value = ir.Name(name)
        call = ir.Call(OWNED, (value,))
        more, new = self.named(call, Same(value), self.type(value), value, stmt)
        return [*before, *more], new

    def items(self, value: ir.Expr, stmt: ir.Stmt) -> tuple[list[ir.Stmt], ir.Expr]:
        """A container with the same items as objects of their own; cells have such already."""
        if self.moves(value):
            return [], value
        before: list[ir.Stmt] = []
        if not isinstance(value, ir.Name | ir.Const):
            name = self.new("items", self.type(value))
            before.append(ir.Assign(name, value, _at(stmt)))
            value = ir.Name(name)
        kind = self.type(value)
        made = kind if not isinstance(kind, Tup | Array) else Lst(None, ANY)
        call = ir.Call(OWNED_ITEMS, (value,))
        more, new = self.named(call, Copy(value), made, value, stmt)
        return [*before, *more], new

    def named(
        self, call: ir.Call, operation: Operation, kind: Type, of: ir.Expr, stmt: ir.Stmt
    ) -> tuple[list[ir.Stmt], ir.Expr]:
        hint = of.id if isinstance(of, ir.Name) else "value"
        name = self.new(f"{hint}_own", kind)
        if isinstance(operation, Copy):
            self.cells.add(name)
        elif isinstance(kind, Tup | AnyType):
            self.holders.add(name)
        self.know(call, operation)
        return [ir.Assign(name, call, _at(stmt))], ir.Name(name)

    # -- operators ---------------------------------------------------------------------

    def apart(self, stmt: ir.Augment, target: ir.Item | ir.Attr) -> list[ir.Stmt]:
        """`xs[i] += v` as Python does it: read, change, write."""
        out: list[ir.Stmt] = []

        def named(index: ir.Expr) -> ir.Expr:
            key = self.new("key", self.type(index))
            out.append(ir.Assign(key, index, stmt.at))
            return ir.Name(key)

        if isinstance(target, ir.Item):
            target = replace(target, index=computed_once(target.index, named))
        read = replace(target)
        kind = self.type(read)
        old = self.new("old", kind)
        self.note(old, kind)
        self.facts.keep.append(read)
        out.append(ir.Assign(name := old, read, stmt.at))
        if is_scalar(kind) or isinstance(kind, Scalar | Tup | Obj):
            value = ir.Binary(stmt.op, ir.Name(old), stmt.value)
            name = self.new("new", self.type(value))
            self.facts.keep.append(value)
            out.append(ir.Assign(name, value, stmt.at))
        else:
            out += self.statement(ir.Augment(ir.Name(old), stmt.op, stmt.value, stmt.at))
        return [*out, *self.statement(ir.Store(target, ir.Name(name), stmt.at))]

    def note(self, name: str, kind: Type) -> None:
        """A variable for what a cell holds."""
        if is_cell(kind):
            self.cells.add(name)
        elif isinstance(kind, Tup | AnyType):
            self.holders.add(name)
        elif has_memory(kind):
            self.shared = replace(self.shared, arrays=self.shared.arrays | {name})

    def new(self, hint: str, kind: Type) -> str:
        """A variable of the compiler's own."""
        name = self.names.fresh(hint)
        self.facts.types[name] = kind
        return name

    # -- facts -------------------------------------------------------------------------

    def type(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.facts.types.get(expr.id, ANY)
        return Inference(self.facts.session, self.facts).expr(expr)

    def again(self, value: ir.Expr, table: dict[ir.Expr, ir.Expr], operation: Operation) -> ir.Expr:
        """The expression with parts replaced, and what it does now."""
        new = ir.rebuild(value, lambda part: table.get(part, part)) if table else value
        self.know(new, operation)
        return new

    def know(self, value: ir.Expr, operation: Operation) -> None:
        self.facts.operations[id(value)] = operation
        self.facts.keep.append(value)


def _at(stmt: ir.Stmt) -> ir.Loc | None:
    return getattr(stmt, "at", None)
