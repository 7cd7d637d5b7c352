"""Write out a method that writes into an array, where only the running program knows the owner.

    v.sort(axis=0)         if type(v) is np.ndarray:
                               v_array = v
                               value = np.sort(v_array, axis=0);  v_array[...] = value
                           else:
                               v_other = v
                               v_other.sort(axis=0)

That is done where such a method is refused in the first reading (`check_method`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from srcad import errors
from srcad.analysis.operations import Dynamic
from srcad.analysis.writer import Stays, Writer
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, is_unknown

if TYPE_CHECKING:
    from srcad.analysis.activity import Active
    from srcad.analysis.infer import Inferred

METHODS = {"sort": 0, "fill": 1, "partition": 1, "put": 2}  # how many arguments they need
OTHER = "other"  # the name for what is no array
ARRAY = ir.Ref(np.ndarray, "np.ndarray")
Write = Callable[[Writer, ir.Expr, str, ir.Call], ir.Expr]


def of_unknown(writer: Writer, operation: Dynamic, write: Write) -> ir.Block:
    """The choice in place of the statement; `write` writes out the method of an array."""
    call = writer.stmt.value
    match operation.func, writer.stmt:
        case ir.Attr(ir.Name(owner), name) as method, ir.Assign() | ir.Effect() if (
            writer.checks and _may_write(writer.facts, owner, name, call)
        ):
            pass
        case _:
            raise Stays
    array = writer.fresh(f"{owner}_array", "array")
    other = writer.fresh(f"{owner}_other", OTHER)
    writer.arrays.add(array)
    alias(writer, array, owner)
    result = write(writer, ir.Name(array), f".{name}()", call)
    then = writer.finished(result)
    writer.block = []
    alias(writer, other, owner)
    method = replace(method, obj=ir.Name(other))
    orelse = (*writer.block, replace(writer.stmt, value=replace(call, func=method)))
    test = ir.Compare(ir.Call(ir.Ref(type, "type"), (ir.Name(owner),)), ("is",), (ARRAY,))
    return (ir.If(test, then, orelse, writer.stmt.at),)


def alias(writer: Writer, new: str, owner: str) -> None:
    """Another name for the owner."""
    writer.block.append(ir.Assign(new, ir.Name(owner), writer.stmt.at))
    writer.inference.bind(new, writer.kind(ir.Name(owner)))


def check_methods(facts: Inferred, stmt: ir.Stmt, active: Active) -> None:
    """Refuse a method that may write into an array with a derivative, until it is written out."""
    if facts.session.reading.checks or not isinstance(stmt, (ir.Assign, ir.Effect)):
        return
    match facts.operations.get(id(stmt.value)):
        case Dynamic(ir.Attr(ir.Name(owner), name)) if owner in active and _may_write(
            facts, owner, name, stmt.value
        ):
            raise errors.UnsupportedMutation(
                f"`.{name}` writes in place where this is an array, and what it is was not known "
                "before. Do not give its variable values of several types.",
                facts.unit.place(stmt.at),
            )
        case _:
            pass


def _may_write(facts: Inferred, owner: str, name: str, call: ir.Expr) -> bool:
    """Whether it is such a method, of what may be an array."""
    if name not in METHODS or not is_unknown(facts.types.get(owner, ANY)):
        return False
    if isinstance(call, ir.Call) and _too_few(call, METHODS[name]):
        return False  # with so few arguments, an array refuses it
    spare = facts.spare.items()
    return not any(n == owner and key[1] == OTHER for key, n in spare if len(key) == 3)


def _too_few(call: ir.Call, needed: int) -> bool:
    spread = any(isinstance(a, ir.Star) for a in call.args) or None in dict(call.kwargs)
    return not spread and len(call.args) + len(call.kwargs) < needed
