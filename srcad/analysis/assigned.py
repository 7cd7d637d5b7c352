"""Find the variables that may have no value when they are read.

if c:                 y may be unassigned here
    y = f(x)      →   (it is, when c is false)
save(y)
"""

from __future__ import annotations

from srcad.ir import nodes as ir

Names = frozenset[str]


def maybe_unassigned(block: ir.Block, start: Names, wanted: Names) -> tuple[set[str], Names]:
    """Those of `wanted` read before they surely have a value, and what has one at the end."""
    missing: set[str] = set()
    end = _block(block, start, wanted, missing)
    return missing, end


def _block(block: ir.Block, have: Names, wanted: Names, missing: set[str]) -> Names:
    for stmt in block:
        have = _statement(stmt, have, wanted, missing)
    return have


def _statement(stmt: ir.Stmt, have: Names, wanted: Names, missing: set[str]) -> Names:
    missing |= (ir.statement_reads(stmt) & wanted) - have
    own = frozenset(ir.targets(stmt))
    match stmt:
        case ir.If(_, then, orelse):
            a = _block(then, have, wanted, missing)
            b = _block(orelse, have, wanted, missing)
            return a & b
        case ir.For(_, _, body):
            _block(body, have | own, wanted, missing)
            return have
        case ir.While(_, body):
            _block(body, have, wanted, missing)
            return have
        case ir.With(_, body):
            return _block(body, have | own, wanted, missing)
        case ir.Try(body, handlers, orelse, final):
            done = _block(orelse, _block(body, have, wanted, missing), wanted, missing)
            for h in handlers:
                done = done & _block(h.body, have, wanted, missing)
            return _block(final, done, wanted, missing)
        case _:
            return have | own
