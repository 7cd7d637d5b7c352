"""Tell quickly what stands nowhere in an expression.

    signs(x * np.sum(g))  has  hash(np.sum)      so a pass that looks for sums looks closer
    signs(x.shape[0])     has  SHAPE             and one that looks for shapes
    signs(x * g)          is empty               here none of them need

A user's `np.sum` is a name and its attribute, and no object that the compiler brings along.  They
are hashes, since there may be several equal objects: `np.add.at` is made anew at each place.  What
has no hash has the sign DATA: without signs, there is no object at all.
"""

from __future__ import annotations

from typing import Any

from srcad.ir import nodes as ir

Hashes = frozenset[int]
_NOTHING: Hashes = frozenset()
_PLAIN = frozenset((ir.Name, ir.Const))
_DATA = frozenset((hash("data without a hash"),))
SHAPE, TEXT = hash("a shape or a size"), hash("code that is kept as written")


def signs(expr: ir.Expr) -> Hashes:
    """The hashes of the objects that the compiler brought along; where a shape or code stands."""
    if type(expr) in _PLAIN:
        return _NOTHING
    known = expr._signs
    if known is not None:
        return known
    if isinstance(expr, ir.Binary):
        left, right = expr.left, expr.right
        found = _NOTHING if type(left) in _PLAIN else signs(left)
        if type(right) not in _PLAIN:
            found |= signs(right)
    elif isinstance(expr, ir.Ref):
        found = _hash(expr.value)
    else:
        found = _NOTHING.union(*map(signs, ir.children(expr)))
        if isinstance(expr, ir.Attr) and expr.name in ("shape", "size"):
            found |= {SHAPE}
        elif isinstance(expr, (ir.Raw, ir.Closure)):
            found |= {TEXT}
    expr._signs = found  # type: ignore[misc]
    return found


def all_signs(stmt: ir.Stmt) -> Hashes:
    """The same for a statement, its blocks included."""
    known = stmt._signs
    if known is not None:
        return known
    if isinstance(stmt, (ir.Assign, ir.AddTo)):
        found = signs(stmt.value)
    else:
        found = _NOTHING.union(*map(signs, ir.expressions(stmt)))
        inner = ir.blocks(stmt)
        if inner:
            found = found.union(*(all_signs(s) for b in inner for s in b))
    stmt._signs = found  # type: ignore[misc]
    return found


def _hash(value: Any) -> Hashes:
    try:
        return frozenset((hash(value),))
    except TypeError:  # data, not a function
        return _DATA
