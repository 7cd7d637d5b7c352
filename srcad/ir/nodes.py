"""The one data structure between the passes: frozen expressions and statements.

    function   Function(name, params, body, result)            one exit: `result` is its value
    statement  Assign(target, value)      target = value
               Unpack(targets, value)     a, b = value          (a starred target reads *rest)
               Effect(value)              value                 (evaluated for what it does)
               If(test, then, orelse)     While(test, body)     For(target, iterable, body)
               Break                      With(items, body)     Try(body, handlers, orelse, final)
               Store(target, value)       Augment(target, op, value)   Import(node, names)
               Raise(exception, cause)    Assert(test, message)
               AddTo(target, value)       target += value       (in place: cotangent buffers)
               AddAt(target, index, value)  target[index] += value
    expression Name  Const  Ref  Call  Attr  Item  Slice  Unary  Binary  Compare  Logic  Choice
               Sequence  Mapping  Star  Closure  Raw

After lowering, a statement that can carry a derivative has one operation on names and constants
as its value (A-normal form).  Tests, indices and slice bounds never carry derivatives and stay
whole, as the user wrote them.  `Break` is the last statement of its block.

`alters`, on statements that write in place, are the variables whose contents change with it: those
that may share memory with what is written (see `analysis/storage`).

Long because the traversals stand beside the nodes: whoever adds a node sees them all.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from collections.abc import Mapping as Mapping_
from dataclasses import field, replace
from typing import Any

from srcad.ir.records import record

_NOTHING: frozenset[str] = frozenset()


@record(frozen=True, slots=True)
class _Expression:
    """What is asked of a node again and again is found once: None, until it is asked."""

    _reads: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _signs: frozenset[int] | None = field(default=None, init=False, repr=False, compare=False)
    _width: int | None = field(default=None, init=False, repr=False, compare=False)
    _shapes: Any = field(default=None, init=False, repr=False, compare=False)


@record(frozen=True, slots=True)
class _Statement:
    _reads: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _all_reads: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _bound: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _touched: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _values: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _proofs: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    _signs: frozenset[int] | None = field(default=None, init=False, repr=False, compare=False)
    _computed: tuple[Expr, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _inner: tuple[Stmt, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _counted: Any = field(default=None, init=False, repr=False, compare=False)


@record(frozen=True, slots=True)
class Name(_Expression):
    id: str


@record(frozen=True, slots=True)
class Const(_Expression):
    """A literal."""

    value: Any
    _reads: frozenset[str] | None = field(default=_NOTHING, init=False, repr=False, compare=False)


@record(frozen=True, slots=True)
class Ref(_Expression):
    """An object that the compiler brings along, printed as `text` (`np.zeros_like`, `add_at`)."""

    value: Any
    text: str
    _reads: frozenset[str] | None = field(default=_NOTHING, init=False, repr=False, compare=False)


@record(frozen=True, slots=True)
class Call(_Expression):
    func: Expr
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str | None, Expr], ...] = ()


@record(frozen=True, slots=True)
class Attr(_Expression):
    obj: Expr
    name: str


@record(frozen=True, slots=True)
class Item(_Expression):
    obj: Expr
    index: Expr


@record(frozen=True, slots=True)
class Slice(_Expression):
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@record(frozen=True, slots=True)
class Unary(_Expression):
    op: str
    operand: Expr


@record(frozen=True, slots=True)
class Binary(_Expression):
    op: str
    left: Expr
    right: Expr


@record(frozen=True, slots=True)
class Compare(_Expression):
    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Logic(_Expression):
    op: str  # "and", "or"
    items: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Choice(_Expression):
    test: Expr
    then: Expr
    orelse: Expr


@record(frozen=True, slots=True)
class Sequence(_Expression):
    kind: str  # "tuple", "list", "set"
    items: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Mapping(_Expression):
    keys: tuple[Expr | None, ...]  # None: **value
    values: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Star(_Expression):
    value: Expr


@record(frozen=True, slots=True)
class Closure(_Expression):
    """A function made during the call; `code` is its definition, `captures` what it closes over."""

    code: ast.FunctionDef | ast.Lambda
    captures: tuple[str, ...]
    defaults: tuple[tuple[str, Expr], ...] = ()

    @property
    def held(self) -> tuple[str, ...]:
        """What it closes over apart from itself: by its own name it calls itself."""
        own = getattr(self.code, "name", None)
        return tuple(c for c in self.captures if c != own)


@record(frozen=True, slots=True)
class Raw(_Expression):
    """Code that carries no derivative, kept as written (f-strings, sets); `reads` are its names."""

    node: ast.expr
    reads: tuple[str, ...]


Expr = (
    Name | Const | Ref | Call | Attr | Item | Slice | Unary | Binary | Compare | Logic | Choice
    | Sequence | Mapping | Star | Closure | Raw
)  # fmt: skip


@record(frozen=True, slots=True)
class Loc:
    """Where the user wrote it, lines from 1, columns from 0: the statement, and the expression."""

    line: int
    column: int
    end_line: int
    end_column: int
    part: Loc | None = None


@record(frozen=True, slots=True)
class Assign(_Statement):
    target: str
    value: Expr
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class Unpack(_Statement):
    targets: tuple[str, ...]
    value: Expr
    star: int | None = None  # position of the starred target
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class Effect(_Statement):
    value: Expr
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class If(_Statement):
    test: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class While(_Statement):
    test: Expr
    body: tuple[Stmt, ...]
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


Target = str | tuple["Target", ...]


def leaves(target: Target) -> tuple[str, ...]:
    """The names in a loop target such as `i, (a, b)`."""
    if isinstance(target, str):
        return (target,)
    return tuple(name for part in target for name in leaves(part))


@record(frozen=True, slots=True)
class For(_Statement):
    target: Target
    iterable: Expr
    body: tuple[Stmt, ...]
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class Break(_Statement):
    at: Loc | None = None


@record(frozen=True, slots=True)
class With(_Statement):
    items: tuple[tuple[Expr, str | None], ...]
    body: tuple[Stmt, ...]
    at: Loc | None = None


@record(frozen=True, slots=True)
class Handler:
    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]

    @property
    def catches(self) -> bool:
        """`except (): …` catches nothing; it says that the block may be left anywhere."""
        return not (isinstance(self.type, Sequence) and not self.type.items)


@record(frozen=True, slots=True)
class Try(_Statement):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    at: Loc | None = None


@record(frozen=True, slots=True)
class Raise(_Statement):
    exception: Expr | None
    cause: Expr | None = None
    at: Loc | None = None


@record(frozen=True, slots=True)
class Assert(_Statement):
    test: Expr
    message: Expr | None = None
    at: Loc | None = None


@record(frozen=True, slots=True)
class AddTo(_Statement):
    target: str
    value: Expr
    at: Loc | None = None
    op: str = "+"


@record(frozen=True, slots=True)
class AddAt(_Statement):
    target: str
    index: Expr
    value: Expr
    at: Loc | None = None
    op: str = "+"


@record(frozen=True, slots=True)
class Store(_Statement):
    """`target = value` where the target is an element or an attribute: a write into an object."""

    target: Item | Attr
    value: Expr
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)


@record(frozen=True, slots=True)
class Augment(_Statement):
    """`target op= value` as the user wrote it: a rebinding for numbers, a write for arrays.

    in_place: the target is known to be an object that the statement writes into.
    every: an element that the index names twice is changed twice, as `np.add.at` does.
    first: what the target held before the value was computed, where that may change it.
    """

    target: Name | Item | Attr
    op: str
    value: Expr
    at: Loc | None = None
    alters: frozenset[str] = field(default=_NOTHING, kw_only=True)
    in_place: bool = field(default=False, kw_only=True)
    every: bool = field(default=False, kw_only=True)
    first: str = field(default="", kw_only=True)


@record(frozen=True, slots=True)
class Import(_Statement):
    """An import inside the function, kept as written."""

    node: ast.Import | ast.ImportFrom
    names: tuple[str, ...]
    at: Loc | None = None


@record(frozen=True, slots=True)
class Continue(_Statement):
    """Only before `exits` has run."""

    at: Loc | None = None


@record(frozen=True, slots=True)
class Note(_Statement):
    """A comment line of its own: `# backward`."""

    text: str
    at: Loc | None = None


@record(frozen=True, slots=True)
class Return(_Statement):
    """Anywhere before `exits` has run; afterwards only last in generated code."""

    value: Expr
    at: Loc | None = None


Stmt = (
    Assign | Unpack | Effect | If | While | For | Break | Continue | With | Try | Raise | Assert
    | Store | Augment | Import | AddTo | AddAt | Note | Return
)  # fmt: skip
Block = tuple[Stmt, ...]


@record(frozen=True, slots=True)
class Param:
    name: str
    kind: str = "plain"  # "plain", "args", "kwargs"
    default: Any = None
    has_default: bool = False


@record(frozen=True)
class Function:
    """One user function; `result` names the variable that holds the returned value at the end."""

    name: str
    params: tuple[Param, ...]
    body: Block
    result: str
    locals: frozenset[str] = frozenset()
    captured: frozenset[str] = frozenset()  # locals that inner functions close over
    free: frozenset[str] = frozenset()  # names of enclosing scopes
    taken: frozenset[str] = field(default_factory=frozenset)  # every name in the user's text
    tables: frozenset[str] = frozenset()  # dicts that comprehensions fill
    cells: frozenset[str] = frozenset()  # variables of comprehensions that functions close over
    pinned: frozenset[str] = frozenset()  # names that `webs` leaves as they are
    met: frozenset[str] = _NOTHING  # global names whose objects the lowered code rests on
    users: frozenset[str] = _NOTHING  # variables that the user wrote elsewhere, or as attributes
    inside: tuple[ast.FunctionDef | ast.Lambda, ...] = ()  # of the file, standing here

    def name_at(self, line: int) -> str:
        """The function that the user wrote in a line."""
        return written_in(self.inside, line) or self.name


def written_in(functions: tuple[ast.FunctionDef | ast.Lambda, ...], line: int) -> str:
    """The name of the one of these functions that has the line; empty where none has."""
    for node in functions:
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            return getattr(node, "name", "<lambda>")
    return ""


LEAVES = {Name, Const, Ref}
OPERATIONS = (Item, Slice, Unary, Binary, Compare, Logic, Choice, Sequence, Mapping, Star)


def _no_parts(expr: Any) -> tuple[Expr, ...]:
    return ()


_CHILDREN: dict[type, Callable[[Any], tuple[Expr, ...]]] = {
    Name: _no_parts,
    Const: _no_parts,
    Ref: _no_parts,
    Raw: _no_parts,
    Call: lambda e: (e.func, *e.args, *(v for _, v in e.kwargs)) if e.kwargs else (e.func, *e.args),
    Attr: lambda e: (e.obj,),
    Item: lambda e: (e.obj, e.index),
    Slice: lambda e: tuple(p for p in (e.lower, e.upper, e.step) if p is not None),
    Unary: lambda e: (e.operand,),
    Binary: lambda e: (e.left, e.right),
    Compare: lambda e: (e.left, *e.rights),
    Logic: lambda e: e.items,
    Choice: lambda e: (e.test, e.then, e.orelse),
    Sequence: lambda e: e.items,
    Mapping: lambda e: tuple(
        p for pair in zip(e.keys, e.values, strict=True) for p in pair if p is not None
    ),
    Star: lambda e: (e.value,),
    Closure: lambda e: tuple(v for _, v in e.defaults),
}


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, in order of evaluation."""
    return _CHILDREN[type(expr)](expr)


def _each(parts: tuple[Expr, ...], change: Callable[[Expr], Expr]) -> tuple[Expr, ...]:
    """The parts changed; the same tuple where nothing changes."""
    new = tuple(map(change, parts))
    return parts if all(map(operator.is_, new, parts)) else new


def _call(e: Call, change: Callable[[Expr], Expr]) -> Expr:
    func, args, kwargs = change(e.func), _each(e.args, change), e.kwargs
    if kwargs:
        values = tuple(v for _, v in kwargs)
        new = _each(values, change)
        if new is not values:
            kwargs = tuple((k, v) for (k, _), v in zip(kwargs, new, strict=True))
    same = func is e.func and args is e.args and kwargs is e.kwargs
    return e if same else Call(func, args, kwargs)


def _binary(e: Binary, change: Callable[[Expr], Expr]) -> Expr:
    left, right = change(e.left), change(e.right)
    return e if left is e.left and right is e.right else Binary(e.op, left, right)


def _item(e: Item, change: Callable[[Expr], Expr]) -> Expr:
    obj, index = change(e.obj), change(e.index)
    return e if obj is e.obj and index is e.index else Item(obj, index)


def _unary(e: Unary, change: Callable[[Expr], Expr]) -> Expr:
    operand = change(e.operand)
    return e if operand is e.operand else Unary(e.op, operand)


def _attr(e: Attr, change: Callable[[Expr], Expr]) -> Expr:
    obj = change(e.obj)
    return e if obj is e.obj else Attr(obj, e.name)


def _slice(e: Slice, change: Callable[[Expr], Expr]) -> Expr:
    ends = e.lower, e.upper, e.step
    new = tuple(None if p is None else change(p) for p in ends)
    return e if all(map(operator.is_, new, ends)) else Slice(*new)


def _compare(e: Compare, change: Callable[[Expr], Expr]) -> Expr:
    left, rights = change(e.left), _each(e.rights, change)
    return e if left is e.left and rights is e.rights else Compare(left, e.ops, rights)


def _logic(e: Logic, change: Callable[[Expr], Expr]) -> Expr:
    items = _each(e.items, change)
    return e if items is e.items else Logic(e.op, items)


def _sequence(e: Sequence, change: Callable[[Expr], Expr]) -> Expr:
    items = _each(e.items, change)
    return e if items is e.items else Sequence(e.kind, items)


def _choice(e: Choice, change: Callable[[Expr], Expr]) -> Expr:
    parts = e.test, e.then, e.orelse
    new = _each(parts, change)
    return e if new is parts else Choice(*new)


def _mapping(e: Mapping, change: Callable[[Expr], Expr]) -> Expr:
    keys = tuple(None if k is None else change(k) for k in e.keys)
    values = _each(e.values, change)
    same = values is e.values and all(map(operator.is_, keys, e.keys))
    return e if same else Mapping(keys, values)


def _star(e: Star, change: Callable[[Expr], Expr]) -> Expr:
    value = change(e.value)
    return e if value is e.value else Star(value)


def _closure(e: Closure, change: Callable[[Expr], Expr]) -> Expr:
    values = tuple(v for _, v in e.defaults)
    new = _each(values, change)
    if new is values:
        return e
    defaults = tuple((n, v) for (n, _), v in zip(e.defaults, new, strict=True))
    return Closure(e.code, e.captures, defaults)


_REBUILD: dict[type, Callable[[Any, Callable[[Expr], Expr]], Expr]] = {
    Call: _call, Attr: _attr, Item: _item, Slice: _slice, Unary: _unary, Binary: _binary,
    Compare: _compare, Logic: _logic, Sequence: _sequence, Choice: _choice, Mapping: _mapping,
    Star: _star, Closure: _closure,
}  # fmt: skip


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same expression with `change` applied to each direct subexpression.

    Where nothing changes it is the same object: facts are kept by identity.
    """
    make = _REBUILD.get(type(expr))
    return expr if make is None else make(expr, change)


def reads(expr: Expr | None) -> frozenset[str]:
    """The variables that an expression reads."""
    if expr is None:
        return _NOTHING
    known = expr._reads
    if known is not None:
        return known
    if isinstance(expr, Name):
        found = frozenset((expr.id,))
    elif isinstance(expr, Binary):
        found = reads(expr.left) | reads(expr.right)
    else:
        found = _NOTHING.union(*map(reads, _CHILDREN[type(expr)](expr)))
        if isinstance(expr, Raw):
            found = frozenset(expr.reads)
        elif isinstance(expr, Closure):
            found = found.union(expr.captures)
    expr._reads = found  # type: ignore[misc]
    return found


def reads_before(expr: Expr) -> frozenset[str]:
    """The variables whose values an expression reads as they are before it is bound.

    A function that calls itself by its own name reads none before.
    """
    if isinstance(expr, Closure):
        return reads(expr) - (frozenset(expr.captures) - frozenset(expr.held))
    return reads(expr)


def _given(*parts: Expr | None) -> tuple[Expr, ...]:
    return tuple(p for p in parts if p is not None)


_EXPRESSIONS: dict[type, Callable[[Any], tuple[Expr, ...]]] = {
    Assign: lambda s: (s.value,),
    Unpack: lambda s: (s.value,),
    Effect: lambda s: (s.value,),
    AddTo: lambda s: (s.value,),
    Return: lambda s: (s.value,),
    AddAt: lambda s: (s.index, s.value),
    Store: lambda s: (s.target, s.value),
    Augment: lambda s: (s.target, s.value),
    If: lambda s: (s.test,),
    While: lambda s: (s.test,),
    For: lambda s: (s.iterable,),
    With: lambda s: tuple(e for e, _ in s.items),
    Raise: lambda s: _given(s.exception, s.cause),
    Assert: lambda s: _given(s.test, s.message),
    Try: lambda s: _given(*(h.type for h in s.handlers)),
    Break: _no_parts,
    Continue: _no_parts,
    Note: _no_parts,
    Import: _no_parts,
}


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions of one statement, not those of nested blocks."""
    return _EXPRESSIONS[type(stmt)](stmt)


def computed(stmt: Stmt) -> tuple[Expr, ...]:
    """All that the statement's own expressions compute: they and their parts, but no leaves."""
    known = stmt._computed
    if known is not None:
        return known
    found: list[Expr] = []
    for expr in expressions(stmt):
        stack = [expr]
        while stack:
            node = stack.pop()
            if type(node) not in LEAVES:
                found.append(node)
                stack += _CHILDREN[type(node)](node)
    stmt._computed = tuple(found)  # type: ignore[misc]
    return tuple(found)


_BLOCKS: dict[type, Callable[[Any], tuple[Block, ...]]] = {
    If: lambda s: (s.then, s.orelse),
    While: lambda s: (s.body,),
    For: lambda s: (s.body,),
    With: lambda s: (s.body,),
    Try: lambda s: (s.body, *(h.body for h in s.handlers), s.orelse, s.final),
}


COMPOUND = frozenset(_BLOCKS)  # the statements with nested blocks


def blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The nested blocks of a statement."""
    kind = type(stmt)
    return _BLOCKS[kind](stmt) if kind in _BLOCKS else ()


def with_blocks(stmt: Stmt, new: tuple[Block, ...]) -> Stmt:
    """The same statement with other nested blocks, in the order of `blocks`."""
    if all(map(operator.is_, new, blocks(stmt))):
        return stmt
    match stmt:
        case If():
            return If(stmt.test, new[0], new[1], stmt.at, alters=stmt.alters)
        case For():
            return For(stmt.target, stmt.iterable, new[0], stmt.at, alters=stmt.alters)
        case While() | With():
            return replace(stmt, body=new[0])
        case Try(_, handlers):
            changed = tuple(replace(h, body=b) for h, b in zip(handlers, new[1:-2], strict=True))
            return replace(stmt, body=new[0], handlers=changed, orelse=new[-2], final=new[-1])
        case _:
            return stmt


_TARGETS: dict[type, Callable[[Any], tuple[str, ...]]] = {
    Assign: lambda s: (s.target,),
    AddTo: lambda s: (s.target,),
    AddAt: lambda s: (s.target,),
    For: lambda s: leaves(s.target),
    Unpack: lambda s: s.targets,
    Import: lambda s: s.names,
    Augment: lambda s: () if s.in_place or type(s.target) is not Name else (s.target.id,),
    With: lambda s: tuple(name for _, name in s.items if name is not None),
    Try: lambda s: tuple(h.name for h in s.handlers if h.name is not None),
}


def targets(stmt: Stmt) -> tuple[str, ...]:
    """The variables that the statement itself binds (not its blocks)."""
    kind = type(stmt)
    if kind is Assign or kind is AddTo:
        return (stmt.target,)  # type: ignore[union-attr,return-value]
    return _TARGETS[kind](stmt) if kind in _TARGETS else ()


def statement_reads(stmt: Stmt) -> frozenset[str]:
    """The variables that the statement itself reads (not its blocks)."""
    known = stmt._reads
    if known is not None:
        return known
    kind = type(stmt)
    if kind is Assign:
        found = reads(stmt.value)  # type: ignore[union-attr]
    else:
        found = _NOTHING.union(*map(reads, expressions(stmt)))
        if kind is AddTo or kind is AddAt:
            found |= {stmt.target}  # type: ignore[union-attr,arg-type]
    stmt._reads = found  # type: ignore[misc]
    return found


def all_reads(stmt: Stmt) -> frozenset[str]:
    """The variables that the statement reads, those of its blocks included."""
    known = stmt._all_reads
    if known is not None:
        return known
    found = statement_reads(stmt)
    if type(stmt) in _BLOCKS:
        found = found.union(*map(statement_reads, _inner(stmt)))
    stmt._all_reads = found  # type: ignore[misc]
    return found


def bound(stmt: Stmt) -> frozenset[str]:
    """The variables that the statement binds, those of its blocks included."""
    known = stmt._bound
    if known is not None:
        return known
    if isinstance(stmt, Assign):
        found = frozenset((stmt.target,))
    else:
        found = frozenset(targets(stmt))
        if type(stmt) in _BLOCKS:
            found = found.union(*map(targets, _inner(stmt)))
    stmt._bound = found  # type: ignore[misc]
    return found


def free_reads(block: Block, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """The variables that a block reads before it binds them itself."""
    found: set[str] = set()
    _free_reads(block, set(bound), found)
    return frozenset(found)


def _free_reads(block: Block, bound: set[str], found: set[str]) -> set[str]:
    """Adds to `found` what is read unbound; `bound`, which grows, is what is bound at the end."""
    for stmt in block:
        found |= statement_reads(stmt) - bound
        own = targets(stmt)
        if type(stmt) not in _BLOCKS:
            bound.update(own)
            continue
        inner = [_free_reads(b, bound.union(own), found) for b in blocks(stmt)]
        if isinstance(stmt, If):
            bound |= inner[0] & inner[1]
        elif isinstance(stmt, With):
            bound |= inner[0]
    return bound


def walk(block: Block) -> list[Stmt]:
    """Every statement, nested ones included, in the order of the text."""
    found: list[Stmt] = []
    if COMPOUND.isdisjoint(map(type, block)):
        return list(block)
    for stmt in block:
        found.append(stmt)
        if type(stmt) in COMPOUND:
            found += _inner(stmt)
    return found


def _inner(stmt: Stmt) -> tuple[Stmt, ...]:
    """The statements of the blocks of a statement, at any depth."""
    known = stmt._inner
    if known is not None:
        return known
    found = tuple(inner for block in blocks(stmt) for inner in walk(block))
    stmt._inner = found  # type: ignore[misc]
    return found


def assigned(block: Block) -> set[str]:
    """Every variable bound anywhere in the block."""
    return set().union(*map(bound, block))


def placed(stmt: Stmt, at: Loc | None) -> Stmt:
    """The same statement, at this place of the user's text."""
    match stmt:
        case Assign():
            return Assign(stmt.target, stmt.value, at, alters=stmt.alters)
        case AddTo():
            return AddTo(stmt.target, stmt.value, at, stmt.op)
        case _:
            return replace(stmt, at=at)


def map_expressions(stmt: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    """The statement with `change` applied to each of its own expressions."""
    kind = type(stmt)
    if kind is Assign or kind is AddTo or kind is Effect:
        value = change(stmt.value)  # type: ignore[union-attr]
        return stmt if value is stmt.value else with_value(stmt, value)  # type: ignore[union-attr,arg-type]
    if kind is Store or kind is Augment:
        return _with_expressions(stmt, change)
    own = expressions(stmt)
    changed = tuple(map(change, own))
    if all(map(operator.is_, changed, own)):
        return stmt
    parts = iter(changed)
    return _with_expressions(stmt, lambda _: next(parts))


def with_value(stmt: Assign | AddTo | Effect, value: Expr) -> Stmt:
    """The same statement with another value."""
    kind = type(stmt)
    if kind is Assign:
        return Assign(stmt.target, value, stmt.at, alters=stmt.alters)  # type: ignore[union-attr]
    if kind is AddTo:
        return AddTo(stmt.target, value, stmt.at, stmt.op)  # type: ignore[union-attr]
    return Effect(value, stmt.at, alters=stmt.alters)  # type: ignore[union-attr]


def _with_expressions(stmt: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    match stmt:
        case Assign() | Unpack() | Effect() | AddTo() | Return():
            return replace(stmt, value=change(stmt.value))
        case AddAt():
            return replace(stmt, index=change(stmt.index), value=change(stmt.value))
        case Store() | Augment():
            # what is written into stays an element or an attribute: a change keeps the kind
            target: Any = stmt.target if isinstance(stmt.target, Name) else change(stmt.target)
            return replace(stmt, target=target, value=change(stmt.value))
        case If() | While():
            return replace(stmt, test=change(stmt.test))
        case For():
            return replace(stmt, iterable=change(stmt.iterable))
        case With():
            return replace(stmt, items=tuple((change(e), n) for e, n in stmt.items))
        case Raise():
            exception = None if stmt.exception is None else change(stmt.exception)
            return replace(
                stmt, exception=exception, cause=None if stmt.cause is None else change(stmt.cause)
            )
        case Assert():
            message = None if stmt.message is None else change(stmt.message)
            return replace(stmt, test=change(stmt.test), message=message)
        case Try():
            return replace(
                stmt,
                handlers=tuple(
                    replace(h, type=None if h.type is None else change(h.type))
                    for h in stmt.handlers
                ),
            )
        case _:
            return stmt


def substitute(expr: Expr, names: Mapping_[str, Expr]) -> Expr:
    """The expression with variables replaced (captured names and raw code are left alone)."""
    if names.keys().isdisjoint(reads(expr)):  # so asked, it goes through the few that are read
        return expr
    if type(expr) is Name:
        return names[expr.id]
    return rebuild(expr, lambda e: substitute(e, names))
