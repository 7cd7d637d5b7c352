"""Tell quickly that a function which the compiler brings along stands nowhere in an expression.

    refs(x * np.sum(g))  has  hash(np.sum)      so a pass that looks for sums looks closer
    refs(x * g)          is empty               and here it need not

A user's `np.sum` is a name and its attribute, and no such object.  Hashes, since there may be
several equal objects: `np.add.at` is made anew wherever it is written.
"""

from __future__ import annotations

from typing import Any

from srcad.ir import nodes as ir

Hashes = frozenset[int]
_NOTHING: Hashes = frozenset()


def refs(expr: ir.Expr) -> Hashes:
    """The hashes of the objects that the compiler brought along, anywhere in the expression."""
    try:
        return expr._refs  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    kind = type(expr)
    if kind is ir.Name or kind is ir.Const:
        return _NOTHING
    if kind is ir.Ref:
        found = _hash(expr.value)  # type: ignore[union-attr]
    else:
        found = _NOTHING.union(*map(refs, ir.children(expr)))
    object.__setattr__(expr, "_refs", found)
    return found


def all_refs(stmt: ir.Stmt) -> Hashes:
    """The same for a statement, its blocks included."""
    try:
        return stmt._refs  # type: ignore[union-attr,no-any-return]
    except AttributeError:
        pass
    found = _NOTHING.union(*map(refs, ir.expressions(stmt)))
    inner = ir.blocks(stmt)
    if inner:
        found = found.union(*(all_refs(s) for b in inner for s in b))
    object.__setattr__(stmt, "_refs", found)
    return found


def _hash(value: Any) -> Hashes:
    try:
        return frozenset((hash(value),))
    except TypeError:  # data, not a function
        return _NOTHING
