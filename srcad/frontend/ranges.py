"""Slices between brackets that compute: `np.r_[a, 1:4]` makes numbers of them."""

from __future__ import annotations

import ast


class Range(ast.expr):
    """`1:4` where it means the numbers 1, 2, 3."""

    _fields = ("start", "stop", "step")
    start: ast.expr
    stop: ast.expr
    step: ast.expr


def with_ranges(node: ast.expr) -> ast.expr:
    """What stands between the brackets, its slices as ranges."""
    match node:
        case ast.Tuple(elts=items):
            return ast.copy_location(ast.Tuple([*map(with_ranges, items)], ast.Load()), node)
        case ast.Slice(lower, upper, step):
            none = ast.copy_location(ast.Constant(None), node)
            found = Range()
            found.start, found.stop, found.step = lower or none, upper or none, step or none
            return ast.copy_location(found, node)
        case _:
            return node
