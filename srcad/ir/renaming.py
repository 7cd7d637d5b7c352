"""Give the variables of statements other names, where they are read and where they are bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad.ir import nodes as ir


def renamed(block: ir.Block, table: Mapping[str, str]) -> ir.Block:
    """The statements with other names; captured names and raw code are left alone."""
    names = {old: ir.Name(new) for old, new in table.items()}
    return tuple(_statement(stmt, table, names) for stmt in block)


def _statement(stmt: ir.Stmt, table: Mapping[str, str], names: Mapping[str, ir.Expr]) -> ir.Stmt:
    stmt = ir.map_expressions(stmt, lambda e: ir.substitute(e, names))
    if isinstance(stmt, ir.Augment) and isinstance(stmt.target, ir.Name):
        stmt = replace(stmt, target=ir.Name(table.get(stmt.target.id, stmt.target.id)))
    else:
        old = ir.targets(stmt)
        new = tuple(table.get(n, n) for n in old)
        stmt = stmt if new == old else with_targets(stmt, new)
    inner = ir.blocks(stmt)
    if not inner:
        return stmt
    return ir.with_blocks(
        stmt, tuple(tuple(_statement(s, table, names) for s in block) for block in inner)
    )


def with_targets(stmt: ir.Stmt, new: tuple[str, ...]) -> ir.Stmt:
    """The statement that binds these variables, in the order of `ir.targets`."""
    names = iter(new)

    def changed(target: ir.Target) -> ir.Target:
        return next(names) if isinstance(target, str) else tuple(map(changed, target))

    match stmt:
        case ir.Assign():
            return ir.Assign(new[0], stmt.value, stmt.at, alters=stmt.alters)
        case ir.Unpack():
            return replace(stmt, targets=new)
        case ir.For():
            return replace(stmt, target=changed(stmt.target))
        case ir.With():
            items = tuple((e, None if n is None else next(names)) for e, n in stmt.items)
            return replace(stmt, items=items)
        case ir.Try():
            handlers = tuple(
                replace(h, name=None if h.name is None else next(names)) for h in stmt.handlers
            )
            return replace(stmt, handlers=handlers)
        case _:
            return stmt  # an import has the user's names
