"""Compute what stands in an f-string before it, if it may do more than look.

text = f"{xs}: {xs.pop():.2f}"          part = f"{xs}"
                                  →     popped = xs.pop()
                                        text = f"{part}: {popped:.2f}"

f"{x:.3f} of {np.sum(x)}"               as it is: nothing is changed there
"""

from __future__ import annotations

import ast

from srcad.frontend.ordered import may_act
from srcad.frontend.plain import Plain
from srcad.ir import nodes as ir


class Texts(Plain):
    """f-strings."""

    def text(self, node: ast.JoinedStr) -> ir.Expr:
        """The string, of variables where its parts were more."""
        if not any(self.acts(v.value) for v in node.values if isinstance(v, ast.FormattedValue)):
            return self.raw(node)
        parts: list[ast.expr] = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue) and self.acts(value.value):
                parts = [self.formatted(p) for p in parts]
                found = self.temp(self.value(value.value), "shown", value.value)
                name = ast.Name(found.id, ast.Load())
                value = ast.FormattedValue(name, value.conversion, value.format_spec)
            parts.append(value)
        return self.raw(ast.fix_missing_locations(ast.copy_location(ast.JoinedStr(parts), node)))

    def formatted(self, part: ast.expr) -> ast.expr:
        """A part as the text that it is now."""
        if not isinstance(part, ast.FormattedValue):
            return part
        whole = ast.fix_missing_locations(ast.copy_location(ast.JoinedStr([part]), part))
        name = ast.Name(self.temp(self.raw(whole), "part").id, ast.Load())
        return ast.copy_location(ast.FormattedValue(name, -1, None), part)

    def acts(self, node: ast.expr) -> bool:
        """Whether it calls what may write."""
        return may_act([node], self.known_outside)
