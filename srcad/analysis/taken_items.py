"""Take the items of a tuple from where they come from.

    pair = loss, grads            pair = loss, grads
    result = pair[0]        →     result = loss
    a, b = pair                   a = loss
                                  b = grads

What a called function returned stands so where its call was written out.  The variables are looked
up, not the values, so neither the pair nor its items may have been bound anew in between.
"""

from __future__ import annotations

from dataclasses import replace

from srcad.ir import nodes as ir

Known = dict[str, tuple[ir.Expr, ...]]  # the tuples at hand, and what they are made of


def with_items_taken(block: ir.Block) -> ir.Block:
    """The same block, with items of tuples that are made in sight as what they are."""
    return _block(block, {})


def _block(block: ir.Block, known: Known) -> ir.Block:
    new: list[ir.Stmt] = []
    for stmt in block:
        inner = ir.blocks(stmt)
        if inner:
            kept = _without(known, ir.assigned((stmt,)))
            blocks = tuple(_block(b, dict(kept)) for b in inner)
            same = all(a is b for a, b in zip(blocks, inner, strict=True))
            new.append(stmt if same else ir.with_blocks(stmt, blocks))
            known = kept
            continue
        taken = _taken(stmt, known)
        new += taken
        known = _without(known, {n for s in taken for n in ir.targets(s)})
        if len(taken) == 1:
            _note(taken[0], known)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _without(known: Known, bound: set[str]) -> Known:
    """Those that still hold when these variables have other values."""
    if not known or not bound:
        return known
    return {
        name: items
        for name, items in known.items()
        if name not in bound and not any(bound & ir.reads(item) for item in items)
    }


def _note(stmt: ir.Stmt, known: Known) -> None:
    match stmt:
        case ir.Assign(target, ir.Sequence("tuple", items)) if all(map(_plain, items)):
            if not any(target in ir.reads(item) for item in items):
                known[target] = items
        case ir.Assign(target, ir.Name(name)) if name in known:
            known[target] = known[name]
        case _:
            pass


def _plain(item: ir.Expr) -> bool:
    return isinstance(item, ir.Name | ir.Const)


def _taken(stmt: ir.Stmt, known: Known) -> list[ir.Stmt]:
    match stmt:
        case ir.Assign(_, ir.Item(ir.Name(name), ir.Const(int(k)))) if name in known:
            items = known[name]
            if not isinstance(k, bool) and -len(items) <= k < len(items):
                return [replace(stmt, value=items[k])]
        case ir.Unpack(names, ir.Name(name), None) if name in known:
            items = known[name]
            read = set().union(*map(ir.reads, items))
            if len(names) == len(items) and not read & set(names):
                pairs = zip(names, items, strict=True)
                return [ir.Assign(n, item, stmt.at) for n, item in pairs]
        case _:
            pass
    return [stmt]
