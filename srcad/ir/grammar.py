"""What may stand where: kinds of statements, A-normal form, exits at the ends of blocks.

y = np.sin(x) * w       not normal: two operations
break; y = 1            nothing may follow `break`
"""

from __future__ import annotations

from collections.abc import Iterator

from srcad.ir import nodes as ir
from srcad.ir.flow import Problem

_CALCULATE: frozenset[type] = frozenset({ir.Assign, ir.Unpack, ir.Effect})
_BLOCKS: frozenset[type] = frozenset({ir.If, ir.For, ir.With})
USER = _CALCULATE | _BLOCKS | {
    ir.While, ir.Try, ir.Raise, ir.Assert, ir.Store, ir.Augment, ir.Import,
}  # fmt: skip
FORWARD = USER | {ir.Break, ir.Note}
BACKWARD = _CALCULATE | _BLOCKS | {ir.AddTo, ir.AddAt, ir.Store, ir.Augment, ir.Return}
LOOPS = {"range", "zip", "enumerate", "reversed"}


def kinds(block: ir.Block, allowed: frozenset[type]) -> Iterator[Problem]:
    """No kind of statement that a later stage must not see."""
    for stmt in ir.walk(block):
        if type(stmt) not in allowed:
            yield f"no {type(stmt).__name__} may stand here", stmt
        if isinstance(stmt, ir.AddTo | ir.AddAt) and stmt.op not in ("+", "-"):
            yield "cotangents are added or subtracted", stmt


def leaving(block: ir.Block, loop: bool = False) -> Iterator[Problem]:
    """`break`, `continue`, `return` and `raise` end their block; the first two stand in a loop."""
    for k, stmt in enumerate(block):
        if isinstance(stmt, ir.Break | ir.Continue) and not loop:
            yield "outside of a loop", stmt
        inside = loop or isinstance(stmt, ir.For | ir.While)
        for inner in ir.blocks(stmt):
            yield from leaving(inner, inside)
        if isinstance(stmt, ir.Break | ir.Continue | ir.Return) and k < len(block) - 1:
            if any(isinstance(s, ir.Note) for s in block[k + 1 :]):
                continue
            yield f"nothing may follow {type(stmt).__name__.lower()}", stmt


def returning(block: ir.Block) -> Iterator[Problem]:
    """`return` stands last in generated code, or nowhere."""
    for stmt in ir.walk(block):
        if isinstance(stmt, ir.Return) and stmt is not block[-1]:
            yield "return stands only at the end", stmt


# ------------------------------------------------------------------ A-normal form
def normal(block: ir.Block, local: frozenset[str] | set[str]) -> Iterator[Problem]:
    """One operation on names and constants a statement."""
    for stmt in ir.walk(block):
        if not _Normal(local).statement(stmt):
            yield "more than one operation (not in A-normal form)", stmt


class _Normal:
    def __init__(self, local: frozenset[str] | set[str]) -> None:
        self.local = local

    def statement(self, stmt: ir.Stmt) -> bool:
        match stmt:
            case ir.Assign(_, value) | ir.Effect(value) | ir.Return(value):
                return self.value(value)
            case ir.Unpack(_, value):
                return self.atom(value)
            case ir.For(_, iterable):
                return self.iterable(iterable)
            case ir.With(items):
                return all(self.value(e) for e, _ in items)
            case ir.Store(target, value):
                return self.place(target) and self.atom(value)
            case ir.Augment(target, _, value):
                return (isinstance(target, ir.Name) or self.place(target)) and self.atom(value)
            case _:
                return True  # tests stay as the user wrote them

    def atom(self, expr: ir.Expr) -> bool:
        """A name, a constant, or a path such as `np.linalg` from outside."""
        if isinstance(expr, ir.Name | ir.Const | ir.Ref):
            return True
        while isinstance(expr, ir.Attr):
            expr = expr.obj
        return isinstance(expr, ir.Name) and expr.id not in self.local

    def item(self, expr: ir.Expr) -> bool:
        return self.atom(expr.value if isinstance(expr, ir.Star) else expr)

    def index(self, expr: ir.Expr) -> bool:
        match expr:
            case ir.Slice() | ir.Unary() | ir.Binary() | ir.Star() | ir.Sequence("tuple"):
                return all(map(self.index, ir.children(expr)))
            case _:
                return self.atom(expr)

    def place(self, target: ir.Item | ir.Attr) -> bool:
        return self.atom(target.obj) and (isinstance(target, ir.Attr) or self.index(target.index))

    def iterable(self, expr: ir.Expr) -> bool:
        match expr:
            case ir.Call(ir.Name(name), args, kwargs) if name in LOOPS:
                return all(map(self.iterable, args)) and all(self.atom(v) for _, v in kwargs)
            case ir.Call(ir.Attr(obj, _), ()):
                return self.atom(obj)
            case _:
                return self.atom(expr)

    def callee(self, func: ir.Expr) -> bool:
        """A path; `getattr(o, name)` and `super(C, self).m` stay whole, as they may be methods."""
        if isinstance(func, ir.Call) and func.func == ir.Name("getattr"):
            return all(map(self.atom, func.args))
        owner = func.obj if isinstance(func, ir.Attr) else func
        if isinstance(owner, ir.Call) and isinstance(owner.func, ir.Ref):
            return owner.func.value is super and all(map(self.atom, owner.args))
        return self.atom(owner)

    def value(self, expr: ir.Expr) -> bool:
        match expr:
            case ir.Call(func, args, kwargs):
                return self.callee(func) and all(map(self.item, args)) and all(
                    self.item(v) for _, v in kwargs
                )  # fmt: skip
            case ir.Attr():
                return self.callee(expr)
            case ir.Item(obj, index):
                return self.atom(obj) and self.index(index)
            case ir.Slice():
                return self.index(expr)
            case ir.Unary("not", _) | ir.Logic() | ir.Compare():
                return True  # truth values carry no derivative and stay whole
            case ir.Unary(_, operand):
                return self.atom(operand)
            case ir.Binary(_, left, right):
                return self.atom(left) and self.atom(right)
            case ir.Sequence() | ir.Mapping() | ir.Closure():
                return all(map(self.item, ir.children(expr)))
            case ir.Raw():
                return True
            case _:
                return self.atom(expr)
