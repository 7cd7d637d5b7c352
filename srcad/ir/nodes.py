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

Long because the traversals stand beside the nodes: whoever adds a node sees them all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: Any


@dataclass(frozen=True, slots=True)
class Ref:
    """An object that the compiler brings along, printed as `text` (`np.zeros_like`, `add_at`)."""

    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    func: Expr
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str | None, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Attr:
    obj: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    obj: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice:
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class Unary:
    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare:
    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    op: str  # "and", "or"
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    test: Expr
    then: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True)
class Sequence:
    kind: str  # "tuple", "list", "set"
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    keys: tuple[Expr | None, ...]  # None: **value
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Star:
    value: Expr


@dataclass(frozen=True, slots=True)
class Closure:
    """A function made during the call; `code` is its definition, `captures` what it closes over."""

    code: ast.FunctionDef | ast.Lambda
    captures: tuple[str, ...]
    defaults: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """Code that carries no derivative, kept as written (f-strings, sets); `reads` are its names."""

    node: ast.expr
    reads: tuple[str, ...]


Expr = (
    Name | Const | Ref | Call | Attr | Item | Slice | Unary | Binary | Compare | Logic | Choice
    | Sequence | Mapping | Star | Closure | Raw
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loc:
    """Where the user wrote it: lines from 1, columns from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Assign:
    target: str
    value: Expr
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Unpack:
    targets: tuple[str, ...]
    value: Expr
    star: int | None = None  # position of the starred target
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    value: Expr
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class If:
    test: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class While:
    test: Expr
    body: tuple[Stmt, ...]
    at: Loc | None = None


Target = str | tuple["Target", ...]


def leaves(target: Target) -> tuple[str, ...]:
    """The names in a loop target such as `i, (a, b)`."""
    if isinstance(target, str):
        return (target,)
    return tuple(name for part in target for name in leaves(part))


@dataclass(frozen=True, slots=True)
class For:
    target: Target
    iterable: Expr
    body: tuple[Stmt, ...]
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Break:
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class With:
    items: tuple[tuple[Expr, str | None], ...]
    body: tuple[Stmt, ...]
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Try:
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    exception: Expr | None
    cause: Expr | None = None
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Assert:
    test: Expr
    message: Expr | None = None
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class AddTo:
    target: str
    value: Expr
    at: Loc | None = None
    op: str = "+"


@dataclass(frozen=True, slots=True)
class AddAt:
    target: str
    index: Expr
    value: Expr
    at: Loc | None = None
    op: str = "+"


@dataclass(frozen=True, slots=True)
class Store:
    """`target = value` where the target is an element or an attribute: a write into an object."""

    target: Item | Attr
    value: Expr
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Augment:
    """`target op= value` as the user wrote it: a rebinding for numbers, a write for arrays."""

    target: Name | Item | Attr
    op: str
    value: Expr
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """An import inside the function, kept as written."""

    node: ast.Import | ast.ImportFrom
    names: tuple[str, ...]
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Continue:
    """Only before `exits` has run."""

    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A comment line of its own: `# backward`."""

    text: str
    at: Loc | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Anywhere before `exits` has run; afterwards only last in generated code."""

    value: Expr
    at: Loc | None = None


Stmt = (
    Assign | Unpack | Effect | If | While | For | Break | Continue | With | Try | Raise | Assert
    | Store | Augment | Import | AddTo | AddAt | Note | Return
)  # fmt: skip
Block = tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    kind: str = "plain"  # "plain", "args", "kwargs"
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True)
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


def children(expr: Expr) -> Iterator[Expr]:  # noqa: C901 - one decision over the kinds
    """The direct subexpressions, in order of evaluation."""
    match expr:
        case Name() | Const() | Ref() | Raw():
            return
        case Call(func, args, kwargs):
            yield func
            yield from args
            for _, value in kwargs:
                yield value
        case Attr(obj, _):
            yield obj
        case Item(obj, index):
            yield obj
            yield index
        case Slice(lower, upper, step):
            for part in (lower, upper, step):
                if part is not None:
                    yield part
        case Unary(_, operand):
            yield operand
        case Binary(_, left, right):
            yield left
            yield right
        case Compare(left, _, rights):
            yield left
            yield from rights
        case Logic(_, items) | Sequence(_, items):
            yield from items
        case Choice(test, then, orelse):
            yield test
            yield then
            yield orelse
        case Mapping(keys, values):
            for key, value in zip(keys, values, strict=True):
                if key is not None:
                    yield key
                yield value
        case Star(value):
            yield value
        case Closure(_, _, defaults):
            for _, value in defaults:
                yield value


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:  # noqa: C901 - one decision over the kinds
    """The same expression with `change` applied to each direct subexpression."""
    match expr:
        case Name() | Const() | Ref() | Raw():
            return expr
        case Call(func, args, kwargs):
            return Call(
                change(func), tuple(map(change, args)), tuple((k, change(v)) for k, v in kwargs)
            )
        case Attr(obj, name):
            return Attr(change(obj), name)
        case Item(obj, index):
            return Item(change(obj), change(index))
        case Slice(lower, upper, step):
            return Slice(*(None if p is None else change(p) for p in (lower, upper, step)))
        case Unary(op, operand):
            return Unary(op, change(operand))
        case Binary(op, left, right):
            return Binary(op, change(left), change(right))
        case Compare(left, ops, rights):
            return Compare(change(left), ops, tuple(map(change, rights)))
        case Logic(op, items):
            return Logic(op, tuple(map(change, items)))
        case Sequence(kind, items):
            return Sequence(kind, tuple(map(change, items)))
        case Choice(test, then, orelse):
            return Choice(change(test), change(then), change(orelse))
        case Mapping(keys, values):
            return Mapping(
                tuple(None if k is None else change(k) for k in keys), tuple(map(change, values))
            )
        case Star(value):
            return Star(change(value))
        case Closure(code, captures, defaults):
            return Closure(code, captures, tuple((n, change(v)) for n, v in defaults))


def reads(expr: Expr | None) -> set[str]:
    """The variables that an expression reads."""
    if type(expr) is Name:
        return {expr.id}
    if expr is None or type(expr) is Const or type(expr) is Ref:
        return set()
    found: set[str] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.id)
        elif isinstance(node, Raw):
            found.update(node.reads)
        else:
            if isinstance(node, Closure):
                found.update(node.captures)
            stack.extend(children(node))
    return found


def expressions(stmt: Stmt) -> Iterator[Expr]:  # noqa: C901 - one decision over the kinds
    """The expressions of one statement, not those of nested blocks."""
    match stmt:
        case Assign(_, value) | Unpack(_, value) | Effect(value) | AddTo(_, value) | Return(value):
            yield value
        case AddAt(_, index, value):
            yield index
            yield value
        case Store(target, value) | Augment(target, _, value):
            yield target
            yield value
        case If(test) | While(test):
            yield test
        case For(_, iterable):
            yield iterable
        case With(items):
            for expr, _ in items:
                yield expr
        case Raise(exception, cause):
            yield from (e for e in (exception, cause) if e is not None)
        case Assert(test, message):
            yield test
            if message is not None:
                yield message
        case Try(_, handlers):
            yield from (h.type for h in handlers if h.type is not None)
        case Break() | Continue() | Note() | Import():
            return


def blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The nested blocks of a statement."""
    match stmt:
        case If(_, then, orelse):
            return then, orelse
        case While(_, body) | For(_, _, body) | With(_, body):
            return (body,)
        case Try(body, handlers, orelse, final):
            return body, *(h.body for h in handlers), orelse, final
        case _:
            return ()


def with_blocks(stmt: Stmt, new: tuple[Block, ...]) -> Stmt:
    """The same statement with other nested blocks, in the order of `blocks`."""
    match stmt:
        case If():
            return replace(stmt, then=new[0], orelse=new[1])
        case While() | For() | With():
            return replace(stmt, body=new[0])
        case Try(_, handlers):
            changed = tuple(replace(h, body=b) for h, b in zip(handlers, new[1:-2], strict=True))
            return replace(stmt, body=new[0], handlers=changed, orelse=new[-2], final=new[-1])
        case _:
            return stmt


def targets(stmt: Stmt) -> tuple[str, ...]:
    """The variables that the statement itself binds (not its blocks)."""
    match stmt:
        case Assign(target) | AddTo(target) | AddAt(target):
            return (target,)
        case For(target):
            return leaves(target)
        case Unpack(names) | Import(_, names):
            return names
        case Augment(Name(name)):
            return (name,)
        case With(items):
            return tuple(name for _, name in items if name is not None)
        case Try(_, handlers):
            return tuple(h.name for h in handlers if h.name is not None)
        case _:
            return ()


def statement_reads(stmt: Stmt) -> set[str]:
    """The variables that the statement itself reads (not its blocks)."""
    found: set[str] = set()
    for expr in expressions(stmt):
        found |= reads(expr)
    if isinstance(stmt, AddTo | AddAt):
        found.add(stmt.target)
    return found


def free_reads(block: Block, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """The variables that a block reads before it binds them itself."""
    found: set[str] = set()
    _free_reads(block, set(bound), found)
    return frozenset(found)


def _free_reads(block: Block, bound: set[str], found: set[str]) -> set[str]:
    for stmt in block:
        found |= statement_reads(stmt) - bound
        inner = [_free_reads(b, bound | set(targets(stmt)), found) for b in blocks(stmt)]
        if isinstance(stmt, If):
            bound = inner[0] & inner[1]
        elif isinstance(stmt, With):
            bound = inner[0]
        elif not inner:
            bound = bound | set(targets(stmt))
    return bound


def walk(block: Block) -> Iterator[Stmt]:
    """Every statement, nested ones included, in the order of the text."""
    for stmt in block:
        yield stmt
        for inner in blocks(stmt):
            yield from walk(inner)


def assigned(block: Block) -> set[str]:
    """Every variable bound anywhere in the block."""
    return {name for stmt in walk(block) for name in targets(stmt)}


def map_expressions(stmt: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    """The statement with `change` applied to each of its own expressions."""
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


def substitute(expr: Expr, names: dict[str, Expr]) -> Expr:
    """The expression with variables replaced (captured names and raw code are left alone)."""
    if isinstance(expr, Name):
        return names.get(expr.id, expr)
    return rebuild(expr, lambda e: substitute(e, names))
