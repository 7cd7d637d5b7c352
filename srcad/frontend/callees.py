"""Lower calls, and refuse those whose effect on the function cannot be seen."""

from __future__ import annotations

import ast

from srcad.frontend.expressions import Expressions
from srcad.ir import nodes as ir
from srcad.runtime.walks import OF_VIEWS

MAKING = {"list", "tuple", "sorted", "dict"}
LAZY = {"any", "all"}
EXHAUSTING = {"sum", "list", "tuple", "max", "min", "sorted", "set", "frozenset", "dict"}


class Calls(Expressions):
    """Calls and their arguments."""

    def call(self, node: ast.Call) -> ir.Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        builtin = name and not self.is_bound(name)
        if builtin and name in LAZY and self.has_generator(node):
            return self.raw(node)
        if (
            builtin
            and name == "next"
            and (self.has_generator(node) or any(map(self.is_stream, node.args[:1])))
        ):
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
        if builtin and name == "super":
            raise self.refuse("`super()` is supported before a dot only: `super().name`.", node)
        if builtin and name == "iter" and len(node.args) == 1 and _shows(node.args[0]):
            view = node.args[0].func  # type: ignore[attr-defined]
            function = OF_VIEWS[view.attr]  # the dict stays in sight
            return ir.Call(ir.Ref(function, function.__name__), (self.atom(view.value),))
        func = self.function_called(node.func)
        if builtin and name in EXHAUSTING:
            node = self.exhausting(node)
        parts = [*node.args, *(k.value for k in node.keywords)]
        values = self.arguments(parts, [k.arg is None for k in node.keywords])
        args = tuple(values[: len(node.args)])
        kwargs = tuple(
            (k.arg, v) for k, v in zip(node.keywords, values[len(node.args) :], strict=True)
        )
        return ir.Call(func, args, kwargs)

    def function_called(self, node: ast.expr) -> ir.Expr:
        """What stands before the parentheses."""
        match node:
            case ast.Attribute() if self.of_parent(node):
                return self.value(node)
            case ast.Call(func=ast.Name(id="getattr"), args=[obj, key], keywords=[]):
                if not self.is_bound("getattr"):  # stays whole: it may be a method
                    return ir.Call(ir.Name("getattr"), tuple(self.atoms([obj, key])))
            case _:
                pass
        if isinstance(node, ast.Attribute):
            return ir.Attr(self.atom(node.value), self.mangled(node.attr))
        return self.atom(node)

    def of_parent(self, node: ast.Attribute) -> bool:
        """`super().name` and `super(C, self).name`."""
        match node.value:
            case ast.Call(func=ast.Name(id="super"), args=[] | [_, _], keywords=[]):
                return not self.is_bound("super")
            case _:
                return False

    def parent(self, node: ast.expr) -> ir.Call:
        """`super()` with the arguments that Python finds for it."""
        if isinstance(node, ast.Call) and node.args:
            return ir.Call(ir.Ref(super, "super"), tuple(self.atoms(node.args)))
        function = self.source.function
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        plain = [*self.node.args.posonlyargs, *self.node.args.args]
        if "__class__" not in cells or not plain or not self.outermost:
            raise self.refuse("`super()` is supported directly in a method only.", node)
        cls = cells["__class__"].cell_contents
        owner = ir.Name(self.variable(plain[0].arg))
        return ir.Call(ir.Ref(super, "super"), (ir.Ref(cls, cls.__name__), owner))

    def arguments(self, parts: list[ast.expr], spread: list[bool]) -> list[ir.Expr]:
        """The arguments in order; spread: of the last, whether they stand behind `**`."""
        if not any(spread):
            return self.atoms([self.at_once(p) for p in parts])
        first = len(parts) - len(spread)
        doubled = {first + k for k, double in enumerate(spread) if double}
        return self.atoms([self.at_once(p) for p in parts], doubled)

    def exhausting(self, node: ast.Call) -> ast.Call:
        """`sum(powers(x))` of a generator is `sum([v for v in powers(x)])`.

        What a dict hands out is likewise a list, where a list is made of it.
        """
        makes = isinstance(node.func, ast.Name) and node.func.id in MAKING
        args = [
            self.listed(a) if self.is_stream(a) or (makes and _shows(a)) else a for a in node.args
        ]
        return ast.copy_location(ast.Call(node.func, args, node.keywords), node)

    def listed(self, node: ast.expr) -> ast.expr:
        name = self.names.fresh("item")
        target = ast.copy_location(ast.Name(name, ast.Store()), node)
        clause = ast.comprehension(target, node, [], 0)
        item = ast.copy_location(ast.Name(name, ast.Load()), node)
        return ast.copy_location(ast.ListComp(item, [clause]), node)

    def has_generator(self, node: ast.Call) -> bool:
        return any(isinstance(a, ast.GeneratorExp) for a in node.args)


def _shows(node: ast.expr) -> bool:
    """`table.items()`, of which loops know what it hands out."""
    match node:
        case ast.Call(func=ast.Attribute(attr="items" | "values"), args=[], keywords=[]):
            return True
        case _:
            return False
