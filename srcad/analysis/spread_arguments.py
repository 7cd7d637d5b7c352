"""Write out `*items` in the call of a class, where only the running program knows how many.

    p = Point(1.0, *x)           items = [1.0, *x]
                                 if len(items) not in (3,):
                           →         wrong_number(Point, items)
                                 first, second, third = items[0], items[1], items[2]
                                 p = Point(first, second, third)

With defaults there are as many forms of the call as there are numbers of arguments.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.analysis.bind import Signature
from srcad.analysis.construct import parameters_of
from srcad.analysis.writer import Writer
from srcad.ir import nodes as ir
from srcad.ir.types import Known, Lst, Tup
from srcad.runtime.objects import wrong_number

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

WRONG_NUMBER = ir.Ref(wrong_number, "wrong_number")
LEN = ir.Ref(len, "len")
MOST_FORMS = 4


def spread_written_out(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of such a call; None of others."""
    match stmt:
        case ir.Assign(_, ir.Call(func, args, kwargs) as call) | ir.Effect(
            ir.Call(func, args, kwargs) as call
        ) if any(isinstance(a, ir.Star) for a in args):
            pass
        case _:
            return None
    signature = _signature(func, args, kwargs, inference)
    if signature is None:
        return None
    if signature.star is not None:
        return _into_star(stmt, call, len(signature.plain), inference)
    numbers = _numbers(signature, args, kwargs)
    if not numbers:
        return None
    writer = Writer(stmt, inference)
    items = writer.let("items", ir.Sequence("list", args))
    size = ir.Call(LEN, (items,))
    allowed = ir.Sequence("tuple", tuple(map(ir.Const, numbers)))
    refused = ir.Effect(ir.Call(WRONG_NUMBER, (func, items)), stmt.at)
    checked = ir.If(ir.Compare(size, ("not in",), (allowed,)), (refused,), (), stmt.at)
    block: ir.Block = ()
    for number in reversed(numbers):
        names = [writer.fresh("given", (number, k)) for k in range(number)]
        taken = [ir.Assign(n, ir.Item(items, ir.Const(k)), stmt.at) for k, n in enumerate(names)]
        new = replace(call, args=tuple(map(ir.Name, names)))
        form = (*taken, replace(stmt, value=new))
        test = ir.Compare(ir.Call(LEN, (items,)), ("==",), (ir.Const(number),))
        block = (ir.If(test, form, block, stmt.at),) if block else form
    return (*writer.block, checked, *block)


def _into_star(
    stmt: ir.Assign | ir.Effect, call: ir.Call, plain: int, inference: Inference
) -> ir.Block | None:
    """`Vector(*x)` into `def __init__(self, *items)`: the tuple has a name."""
    first, rest = call.args[:plain], call.args[plain:]
    if any(isinstance(a, ir.Star) for a in first) or not rest:
        return None
    match rest:
        case (ir.Star(ir.Name(name)),) if name in inference.facts.tuples:
            return None
        case _:
            pass
    writer = Writer(stmt, inference)
    items = writer.let("items", ir.Sequence("tuple", rest))
    inference.facts.tuples.add(items.id)
    new = replace(stmt, value=replace(call, args=(*first, ir.Star(items))))
    return (*writer.block, new)


def _signature(
    func: ir.Expr,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Signature | None:
    """The parameters of a class that gets arguments of which the number is not known."""
    spread = [inference.expr(a.value) for a in args if isinstance(a, ir.Star)]
    if all(isinstance(k, Tup | Lst) and k.items is not None for k in spread):
        return None
    kind = inference.expr(func)
    cls = kind.value if isinstance(kind, Known) else None
    if not isinstance(cls, type) or any(k is None for k, _ in kwargs):
        return None
    return parameters_of(cls, inference)


def _numbers(
    signature: Signature,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
) -> list[int]:
    """How many positional arguments a class may get; empty where there are too many."""
    named = {k for k, _ in kwargs}
    plain = signature.plain
    most = next((k for k, n in enumerate(plain) if n in named), len(plain))
    needed = [k for k, n in enumerate(plain) if n not in named and n not in signature.defaults]
    fewest = max(needed) + 1 if needed else 0
    fixed = sum(not isinstance(a, ir.Star) for a in args)
    found = list(range(max(fewest, fixed), most + 1))
    return found if len(found) <= MOST_FORMS else []
