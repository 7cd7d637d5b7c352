"""Run generators of classes, and of other modules, where a loop or a list takes what they yield.

    it = data.batches(4)             owner, size = data, 4
    for xb, yb in it:          →     for k in range(0, len(owner.x), size):
        s += f(xb, yb)                   xb, yb = owner.x[k : k + size], owner.y[k : k + size]
                                         s += f(xb, yb)

    total = sum(data.terms())  →     items = items_from(Data.terms, data)
                                     total = sum(items)

The arguments are bound where the generator is called, its statements run where it is consumed, as
Python does it.  It must be consumed once for each time that it is called, in the same block.
(`Reading.generators`; those that lowering knows by their names are run by `frontend/yields`.)
"""

from __future__ import annotations

import inspect
import types as pytypes
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad.analysis.bind import CannotBind, Signature, bind
from srcad.analysis.fresh_lists import only_lists, put_one_by_one
from srcad.analysis.inlining import DEEPEST, Handing, Inlining
from srcad.analysis.invoke import Found, constant_expr, invoke
from srcad.analysis.writer import Writer
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import Known, Lst, Method
from srcad.runtime.generated import items_from

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference

ITEMS_FROM = ir.Ref(items_from, "items_from")
AT_ONCE = (list, tuple, sum, max, min, sorted, set, frozenset, dict, deque)  # they take all items


@dataclass(frozen=True)
class Generated:
    """A generator that was called: its function, and what its parameters are called here.

    early: loops over it take their items from a list, which is made before.
    """

    function: pytypes.FunctionType
    handing: Handing
    early: bool = False


def generator_function(kind: Any) -> pytypes.FunctionType | None:
    """The generator function of a method or function of the program."""
    if isinstance(kind, Method):
        kind = kind.function
    function = kind.value if isinstance(kind, Known) else None
    if isinstance(function, pytypes.MethodType):
        function = function.__func__
    known = isinstance(function, pytypes.FunctionType) and inspect.isgeneratorfunction(function)
    return function if known else None  # type: ignore[return-value]


def generated(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    """The statements in place of one that calls a generator, or consumes one; None of others."""
    if not inference.session.reading.generators or inference.unit.of_runtime:
        return None
    match stmt:
        case ir.Assign(target, ir.Call(func)) if generator_function(_asked(func, inference)):
            return _called(stmt, target, inference)
        case _:
            return _consumed(stmt, inference)


def _asked(func: ir.Expr, inference: Inference) -> Any:
    plain = isinstance(func, ir.Name) or (isinstance(func, ir.Attr) and _is_name(func.obj))
    return inference.expr(func) if plain else None


# -- where it is called ------------------------------------------------------------------


def _called(stmt: ir.Assign, target: str, inference: Inference) -> ir.Block | None:
    """The arguments in variables of their own."""
    facts = inference.facts
    made = facts.generators.get(target)
    if id(stmt) not in facts.overloads or made is None:
        made = _made(stmt, target, inference)
    if made is None:
        facts.generators.pop(target, None)
        return None
    given = _given(stmt, made.function, inference)
    if given is None:
        facts.generators.pop(target, None)
        return None
    facts.generators[target] = made
    names = made.handing.names.values()
    return tuple(ir.Assign(n, v, stmt.at) for n, v in zip(names, given, strict=True))


def _made(stmt: ir.Assign, target: str, inference: Inference) -> Generated | None:
    assert isinstance(stmt.value, ir.Call)
    function = generator_function(inference.expr(stmt.value.func))
    assert function is not None
    try:
        found = inference.session.program.listing(function, type(None))
    except SrcadError:
        return None
    if found is None or _given(stmt, function, inference) is None:
        return None
    unit, handed = found
    names = {p.name: own_name(target, p.name, p.name, inference) for p in unit.code.params}
    handing = Handing(unit, handed, names, ours=True)
    found_there = consumers(target, inference)
    if found_there is None:
        return None
    loops = [s for s in found_there if isinstance(s, ir.For) and not only_lists(s, inference)]
    too_deep = inference.facts.inlined.get(id(stmt), 0) >= DEEPEST
    beside = any(_beside(s.iterable, ir.Name(target)) for s in loops)
    if loops and (too_deep or beside or not Inlining(loops[0], handing, inference).stands()):
        early = inference.session.reading.early
        return Generated(function, handing, early=True) if early else None
    return Generated(function, handing)


def own_name(target: str, what: str, hint: str, inference: Inference) -> str:
    """The same variable for a parameter wherever the generator is called by this name."""
    spare = inference.facts.spare
    key = "generated", target, what
    if key not in spare:
        spare[key] = Names(inference.facts.taken).fresh(hint)
    return spare[key]


def _given(
    stmt: ir.Assign, function: pytypes.FunctionType, inference: Inference
) -> tuple[ir.Expr, ...] | None:
    """One expression for each parameter of the generator."""
    call = stmt.value
    assert isinstance(call, ir.Call)
    kind: Any = inference.expr(call.func)
    first: tuple[ir.Expr, ...] = ()
    if isinstance(kind, Method):
        direct = isinstance(call.func, ir.Attr)
        first = (call.func.obj if direct else ir.Attr(call.func, "__self__"),)  # type: ignore[union-attr]
    elif isinstance(kind.value, pytypes.MethodType):
        first = (constant_expr(kind.value.__self__, "owner"),)
    try:
        signature = Signature.of(function, constant_expr)
        return bind(signature, (*first, *call.args), call.kwargs, inference)
    except CannotBind:
        return None


# -- whether it is consumed once each time -----------------------------------------------


def consumers(target: str, inference: Inference) -> list[ir.Stmt] | None:
    """What reads the variable, if each takes all items, once, behind a call in its block."""
    code = inference.unit.code
    if target == code.result or target in code.captured:
        return None
    found: list[ir.Stmt] = []
    fine = _alternate(inference.facts.body, target, inference, found)
    return found if fine else None


def _alternate(block: ir.Block, target: str, inference: Inference, found: list[ir.Stmt]) -> bool:
    called = False
    for stmt in block:
        if target in ir.statement_reads(stmt):
            if not called or not _consumes(stmt, target, inference):
                return False
            found.append(stmt)
            called = False
        elif isinstance(stmt, ir.Assign) and stmt.target == target:
            called = True
        elif target in ir.targets(stmt):
            return False
        inner = ir.blocks(stmt)
        if not all(_alternate(b, target, inference, found) for b in inner):
            return False
        if called and any(target in ir.bound(s) for b in inner for s in b):
            return False
    return True


def _consumes(stmt: ir.Stmt, target: str, inference: Inference) -> bool:
    """Whether a statement takes all the items of the generator at one place."""
    it = ir.Name(target)
    match stmt:
        case ir.For(_, iterable):
            if target in ir.bound(stmt) or _count(iterable, it) != 1:
                return False
            return iterable == it or _walks(iterable, it, inference)
        case ir.Unpack(_, value) if value == it:
            return True
        case ir.Augment(ir.Name(owner), "+", value) if value == it:
            return owner != target and isinstance(inference.types.get(owner), Lst)
        case ir.Assign(_, value) | ir.Effect(value) | ir.Unpack(_, value):
            return _takes(value, it, inference) and _count(value, it) == 1
        case _:
            return False


def takes_all(stmt: ir.Stmt, target: str, inference: Inference) -> bool:
    """Whether a statement takes all items of a variable at once, and keeps it nowhere."""
    return not isinstance(stmt, ir.For) and _consumes(stmt, target, inference)


def _takes(value: ir.Expr, it: ir.Name, inference: Inference) -> bool:
    match value:
        case ir.Call(ir.Attr(ir.Name(owner), "extend"), (item,), ()):
            return item == it and isinstance(inference.types.get(owner), Lst)
        case ir.Call(func, args, kwargs) if args and args[0] == it:
            kind: Any = inference.expr(func)
            known = isinstance(kind, Known) and any(kind.value is f for f in AT_ONCE)
            return known and (not kwargs or kind.value is sorted)
        case ir.Call(_, parts) | ir.Sequence(_, parts):
            return ir.Star(it) in parts
        case _:
            return False


def _count(value: ir.Expr, it: ir.Name) -> int:
    """How often the expression reads the variable."""
    own = value == it
    return own + sum(_count(part, it) for part in ir.children(value))


def _walks(iterable: ir.Expr, it: ir.Name, inference: Inference) -> bool:
    """Whether a loop takes the items one by one: `enumerate(zip(xs, it))`."""
    match iterable:
        case ir.Call(ir.Name("zip" | "enumerate" as name), args) if inference.is_builtin(name):
            return any(a == it or _walks(a, it, inference) for a in args)
        case _:
            return False


def _beside(iterable: ir.Expr, it: ir.Name) -> bool:
    """Whether the loop takes the generator's items beside others."""
    match iterable:
        case ir.Call(ir.Name("enumerate"), (item, *_)):
            return item != it
        case _:
            return iterable != it


# -- where it is consumed ----------------------------------------------------------------


def _consumed(stmt: ir.Stmt, inference: Inference) -> ir.Block | None:
    known = inference.facts.generators
    if not known or known.keys().isdisjoint(ir.statement_reads(stmt)):
        return None
    read = (n for e in ir.expressions(stmt) for n in _in_order(e))
    target = next(n for n in read if n in known)  # the first one runs first
    if isinstance(stmt, ir.For):
        return _looped(stmt, target, inference)
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(owner, "extend"), (ir.Name(),), ())) | ir.Augment(
            ir.Name() as owner, "+", ir.Name()
        ):
            item = Writer(stmt, inference).fresh("item", "item")
            return (put_one_by_one(item, owner, target, "append", stmt.at),)
        case _:
            pass
    writer = Writer(stmt, inference)
    items = writer.let("items", _list_of(known[target]))
    return (*writer.block, ir.map_expressions(stmt, lambda e: ir.substitute(e, {target: items})))


def _in_order(expr: ir.Expr) -> Iterator[str]:
    """The variables that an expression reads, from left to right."""
    if isinstance(expr, ir.Name):
        yield expr.id
    for part in ir.children(expr):
        yield from _in_order(part)


def _looped(stmt: ir.For, target: str, inference: Inference) -> ir.Block | None:
    facts = inference.facts
    made = facts.generators[target]
    written = facts.overloads.get(id(stmt))
    if written is not None and id(stmt) in facts.inlined:
        return written
    if made.early or only_lists(stmt, inference):
        writer = Writer(stmt, inference)
        items = writer.let("items", _list_of(made))
        if made.early:
            facts.early[items.id] = made.function
        over = ir.substitute(stmt.iterable, {target: items})
        return (*writer.block, replace(stmt, iterable=over))
    around = Inlining(stmt, made.handing, inference)
    match stmt.iterable:
        case ir.Call(_, (_, *rest), kwargs):
            start = rest[0] if rest else dict(kwargs).get("start", ir.Const(0))
            return around.counted(start)
        case _:
            return around.loop()


def _list_of(made: Generated) -> ir.Call:
    function = constant_expr(made.function, "generator")
    return ir.Call(ITEMS_FROM, (function, *map(ir.Name, made.handing.names.values())))


def items_listed(args: tuple[ir.Expr, ...], inference: Inference) -> Found | None:
    """`items_from(Data.terms, data)`: the call of the function that lists what is yielded."""
    kind: Any = inference.expr(args[0])
    function = generator_function(kind)
    found = inference.session.program.listing(function, type(None)) if function else None
    if found is None:
        return None
    signature = Signature(tuple(p.name for p in found[0].code.params), None, None, {})
    return invoke(found[0], signature, args[1:], (), None, inference)


def _is_name(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Name)
