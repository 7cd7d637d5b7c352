"""Give a variable that is bound anew from itself two names while containers are written.

    n = n[1]     →     n_new = n[1]
                       n = n_new

The derivative of a read needs what was read from and what came out.  Most variables have two names
anyway (`webs`); those that a function captured, or that are read without a value, have one.
"""

from __future__ import annotations

from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY


def apart(facts: Inferred, block: ir.Block, names: Names) -> tuple[ir.Block, dict[str, str]]:
    """The block, and the new names with the variables that they stand for."""
    made: dict[str, str] = {}
    return _block(facts, block, names, made), made


def _block(facts: Inferred, block: ir.Block, names: Names, made: dict[str, str]) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        inner = tuple(_block(facts, b, names, made) for b in ir.blocks(stmt))
        stmt = ir.with_blocks(stmt, inner) if inner else stmt
        if isinstance(stmt, ir.Assign) and stmt.target in ir.reads_before(stmt.value):
            new = names.fresh(f"{stmt.target}_new")
            made[new] = stmt.target
            facts.types[new] = facts.types.get(stmt.target, ANY)
            out.append(ir.Assign(new, stmt.value, stmt.at))
            out.append(ir.Assign(stmt.target, ir.Name(new), stmt.at))
        else:
            out.append(stmt)
    return tuple(out)
