"""Lower calls, and refuse those whose effect on the function cannot be seen."""

from __future__ import annotations

import ast

from srcad.frontend.expressions import Expressions
from srcad.ir import nodes as ir

LAZY = {"any", "all"}


class Calls(Expressions):
    """Calls and their arguments."""

    def call(self, node: ast.Call) -> ir.Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        builtin = name and not self.is_bound(name)
        if builtin and name in LAZY and self.has_generator(node):
            return self.raw(node)
        if builtin and name == "next" and self.has_generator(node):
            return self.next_of(node)
        if builtin and (
            name in {"eval", "exec", "compile", "__import__"}
            or (name in {"locals", "globals", "vars"} and not node.args)
        ):
            raise self.refuse(
                f"`{name}(...)` cannot be differentiated: what it runs or reads is not visible. "
                "Write the code out.",
                node,
            )
        if builtin and name == "super" and not node.args:
            raise self.refuse("`super()` is not supported yet. Name the class.", node)
        if isinstance(node.func, ast.Attribute):
            func: ir.Expr = ir.Attr(self.atom(node.func.value), node.func.attr)
        else:
            func = self.atom(node.func)
        parts = [*node.args, *(k.value for k in node.keywords)]
        values = self.arguments(parts)
        args = tuple(values[: len(node.args)])
        kwargs = tuple(
            (k.arg, v) for k, v in zip(node.keywords, values[len(node.args) :], strict=True)
        )
        return ir.Call(func, args, kwargs)

    def arguments(self, parts: list[ast.expr]) -> list[ir.Expr]:
        eager = [self.eager(p) if isinstance(p, ast.GeneratorExp) else p for p in parts]
        return self.atoms(eager)

    def eager(self, node: ast.GeneratorExp) -> ast.expr:
        """A generator that its consumer exhausts at once is the same as a list."""
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)

    def has_generator(self, node: ast.Call) -> bool:
        return any(isinstance(a, ast.GeneratorExp) for a in node.args)

    def is_bound(self, name: str) -> bool:
        return name in self.scope.own or name in self.source.function.__globals__
