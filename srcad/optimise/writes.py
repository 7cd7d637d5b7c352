"""What a statement may change besides the names that it binds."""

from __future__ import annotations

from srcad.ir import nodes as ir


def written(block: ir.Block) -> set[str]:
    """Names that the statements bind, and names of objects that they may write into."""
    found = ir.assigned(block)
    for stmt in block:
        found |= touched(stmt)
    return found


def touched(stmt: ir.Stmt) -> set[str]:
    """Names of objects that the statement may write into."""
    found: set[str] = set()
    for inner in ir.walk((stmt,)):
        match inner:
            case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), _)):
                found.add(owner)
            case ir.Effect(ir.Call(func, args)):
                found |= ir.reads(func)
                for arg in args:
                    found |= ir.reads(arg)
            case ir.Store(target) | ir.Augment(target):
                found |= ir.reads(target)
            case ir.Assign(_, ir.Call(ir.Attr(ir.Name(owner), "pop"))):
                found.add(owner)
            case _:
                pass
    return found
