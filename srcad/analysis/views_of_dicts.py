"""Take the values of a dict that changes as a list, where they are taken all at once.

    table[k] = v                       table[k] = v
    s += sum(table.values())     →     values = [v for v in table.values()]
                                       s += sum(values)

`values()` is a view: it would show other values when the backward part asks it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.generated import takes_all
from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Dct, Known
from srcad.rules.mutable import MOVES, PUTS

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

_CHANGING = PUTS.keys() | MOVES


def listed_values(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of one that asks a dict for its values; None of others."""
    match stmt:
        case ir.Assign(target, ir.Call(ir.Attr(ir.Name(owner), "values"), (), ()) as call):
            pass
        case _:
            return None
    if not isinstance(inference.types.get(owner), Dct) or inference.unit.of_runtime:
        return None
    written = inference.facts.overloads.get(id(stmt))
    if written is not None and len(written) == 2 and isinstance(written[1], ir.For):
        return written
    body = inference.facts.body
    behind = _behind(body, stmt)
    if not taken_by(behind, target, inference):
        return None
    chosen = any(_chooses(s, inference) for s in behind[:2])
    if not (chosen or any(map(_writes, ir.walk(body)))):
        return None
    item = Writer(stmt, inference).fresh("item", "item")
    put = ir.Effect(ir.Call(ir.Attr(ir.Name(target), "append"), (ir.Name(item),)), stmt.at)
    return (
        ir.Assign(target, ir.Sequence("list", ()), stmt.at),
        ir.For(item, call, (put,), stmt.at),
    )


def taken_by(behind: ir.Block, target: str, inference: Inference) -> bool:
    """Whether the statement behind takes all the values at once, and nothing else reads them."""
    code, body = inference.unit.code, inference.facts.body
    taker = next((s for s in behind if not _makes_function(s)), None)
    match taker:
        case ir.Assign(_, ir.Call(func, args)) if _chooses(taker, inference):
            taker = replace(taker, value=ir.Call(func, args))  # `max(values, key=f)`
        case _:
            pass
    if taker is None or not takes_all(taker, target, inference):
        return False
    reads = sum(target in ir.statement_reads(s) for s in ir.walk(body))
    return reads == 1 and target != code.result and target not in code.captured


def _makes_function(stmt: ir.Stmt) -> bool:
    """Whether it only makes a function, as for `max(values, key=lambda v: -v)`."""
    return isinstance(stmt, ir.Assign) and isinstance(stmt.value, ir.Closure)


def _behind(block: ir.Block, stmt: ir.Stmt) -> ir.Block:
    """The statements that follow."""
    for k, one in enumerate(block):
        if one is stmt:
            return block[k + 1 :]
        for inner in ir.blocks(one):
            found = _behind(inner, stmt)
            if found:
                return found
    return ()


def _chooses(stmt: ir.Stmt, inference: Inference) -> bool:
    """`max` and `min` look at the values again."""
    value = getattr(stmt, "value", None)
    kind = inference.expr(value.func) if isinstance(value, ir.Call) else None
    return isinstance(kind, Known) and (kind.value is max or kind.value is min)


def _writes(stmt: ir.Stmt) -> bool:
    """Whether some container may change, here or in a called function."""
    match stmt:
        case ir.Store(ir.Item()) | ir.Augment(ir.Item()) | ir.Effect(ir.Call()):
            return True
        case ir.Assign(_, ir.Call(ir.Attr(_, name))) if name in _CHANGING:
            return True
        case ir.Assign(_, ir.Call(ir.Name() | ir.Ref())) | ir.Unpack(_, ir.Call()):
            return True
        case _:
            return False
