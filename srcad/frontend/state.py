"""What every part of lowering shares: the names, the statements so far, the place in the source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Seq
from contextlib import contextmanager
from typing import Any

from srcad import errors
from srcad.frontend.scope import Scope
from srcad.frontend.source import Source
from srcad.ir import nodes as ir
from srcad.ir.names import Names

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
COMPARE = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

Lowering = Callable[[], ir.Block]  # lowers a part of the program when it is called


class State:
    """One function's way from `ast` to IR; statements are appended to `self.out`."""

    def __init__(self, source: Source, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> None:
        self.source, self.node, self.scope = source, node, scope
        self.names = Names(scope.mentioned | scope.own | scope.free)
        self.out: list[ir.Stmt] = []
        self.renamed: dict[str, str] = {}  # variables of comprehensions lowered in place
        self.comprehension_names: set[str] = set()
        self.captured: frozenset[str] = frozenset()  # variables of the functions around
        self.at: ir.Loc | None = None
        self.tables: set[str] = set()
        self.cells: set[str] = set()  # variables of comprehensions that functions close over
        self.outermost = False  # not a function made inside another one
        self.generators: dict[str, ast.FunctionDef] = {}  # that this function defines
        self.met: set[str] = set()  # global names that were looked up
        self.running: Any = None  # the generator whose body is lowered
        self.inlining: list[ast.FunctionDef] = []  # and those around it
        self.trying = 0  # `try` statements around the statement at hand

    # -- what later parts define -------------------------------------------------------

    def value(self, node: ast.expr, hint: str = "") -> ir.Expr:
        """One operation on names and constants that computes `node`."""
        raise NotImplementedError

    def atom(self, node: ast.expr, hint: str = "") -> ir.Expr:
        """A name or a constant holding the value of `node`."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> ir.Expr:
        raise NotImplementedError

    def of_parent(self, node: ast.Attribute) -> bool:
        """Whether an attribute is one of `super()`."""
        raise NotImplementedError

    def parent(self, node: ast.expr) -> ir.Call:
        raise NotImplementedError

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, hint: str = "") -> ir.Expr:
        raise NotImplementedError

    def dict_comprehension(self, node: ast.DictComp, hint: str) -> ir.Expr:
        raise NotImplementedError

    def next_of(self, node: ast.Call) -> ir.Expr:
        raise NotImplementedError

    def is_stream(self, node: ast.expr) -> bool:
        """Whether a loop over this runs the body of a generator."""
        return False

    def loop(
        self,
        target: ast.expr,
        iterable: ast.expr,
        body: Lowering,
        at: ir.Loc | None,
        outside: dict[str, str] | None = None,
    ) -> None:
        raise NotImplementedError

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        """`target = value`."""
        raise NotImplementedError

    def statement(self, stmt: ast.stmt) -> None:
        raise NotImplementedError

    # -- helpers -----------------------------------------------------------------------

    def loc(self, node: ast.stmt | ast.expr) -> ir.Loc:
        assert node.end_lineno is not None and node.end_col_offset is not None  # it was parsed
        return ir.Loc(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def refuse(self, message: str, node: ast.AST) -> errors.UnsupportedSyntax:
        return errors.UnsupportedSyntax(message, self.source.place(node, self.function_name()))

    def function_name(self) -> str:
        return getattr(self.node, "name", "<lambda>")

    @contextmanager
    def nested(self) -> Iterator[list[ir.Stmt]]:
        """Collect the statements lowered inside into a block of their own."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    def block(self, body: Seq[ast.stmt]) -> ir.Block:
        with self.nested() as out:
            self.block_into(body)
        return tuple(out)

    def block_into(self, body: Seq[ast.stmt]) -> None:
        for stmt in body:
            self.at = self.loc(stmt)
            self.statement(stmt)

    def inside(self, node: ast.expr | None) -> ir.Loc | None:
        """The place of the statement at hand, and of an expression in it."""
        at = self.at
        if at is None or node is None:
            return at
        return ir.Loc(at.line, at.column, at.end_line, at.end_column, self.loc(node))

    def assign(self, target: str, value: ir.Expr, node: ast.expr | None = None) -> None:
        self.out.append(ir.Assign(target, value, self.inside(node)))

    def temp(self, value: ir.Expr, hint: str = "t", node: ast.expr | None = None) -> ir.Name:
        name = self.names.fresh(hint)
        self.assign(name, value, node)
        return ir.Name(name)

    def variable(self, name: str) -> str:
        if self.renamed.get(name):
            return self.renamed[name]
        return self.mangled(name) if name[:2] == "__" else name

    def mangled(self, name: str) -> str:
        """`__x` inside a class is `_Class__x`."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        cls = _class_around(self.source.function.__qualname__).lstrip("_")
        return f"_{cls}{name}" if cls else name

    def is_bound(self, name: str) -> bool:
        """Whether the name is not the builtin."""
        function = self.source.function
        return (
            name in self.scope.own
            or name in self.comprehension_names
            or name in function.__globals__
            or name in function.__code__.co_freevars
        )

    def is_local(self, name: str) -> bool:
        own = name in self.scope.own or name in self.captured
        return own or name not in self.scope.free


def atomic(expr: ir.Expr) -> bool:
    """Whether the expression is a name or a constant."""
    return isinstance(expr, (ir.Name, ir.Const, ir.Ref))


def _class_around(qualified: str) -> str:
    """The class whose body a function stands in: `C` of `f.<locals>.C.method.<locals>.g`."""
    parts = qualified.split(".")[:-1]
    while parts and parts[-1] == "<locals>":
        parts = parts[:-2]
    return parts[-1] if parts else ""


def keyword(node: ast.AST) -> str:
    """How a user writes this construct."""
    words = {
        "AsyncFunctionDef": "async def", "ClassDef": "class", "AsyncFor": "async for",
        "AsyncWith": "async with", "Await": "await", "Yield": "yield", "YieldFrom": "yield from",
        "TryStar": "except*", "TypeAlias": "type",
    }  # fmt: skip
    return words.get(type(node).__name__, type(node).__name__)
