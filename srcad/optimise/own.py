"""Hand out a gradient as it is where it already is what the user must get.

    return finish(x_bar, x)     →     return x_bar             a new float64[n] like x
                                      return float(x_bar)      np.float64, and x is a float

`finish` gives the gradient the structure, dtype and shape of the argument and memory of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from srcad.adjoint.algebra import call
from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Array, Number, Scalar, Type, is_scalar, same_shape
from srcad.optimise.rewrite import Rewriter, same
from srcad.optimise.writes import into_first
from srcad.runtime.cotangents import add, finish, listed, own, shadow
from srcad.runtime.elementwise import inside, larger

FLOAT = ir.Ref(float, "float")
NEW = {np.zeros_like, np.ones_like, np.full_like, np.zeros, np.ones, np.full, np.sum, np.outer,
       np.array, np.where, np.cos, np.sin, np.exp, np.dot, np.sign, np.eye, np.arange,
       larger, inside, np.copy}  # fmt: skip


Results = dict[str, tuple[Type | None, ...]]  # by function: the types of arrays of their own
MADE = ir.Call(ir.Ref(np.copy, "np.copy"))


def own_memory(
    body: ir.Block, types: dict[str, Type], facts: Inferred, results: Results
) -> ir.Block:
    """The body with `finish` left out of its return where it would change nothing.

    results: what the backward parts of called functions hand out.
    """
    last = body[-1]
    assert isinstance(last, ir.Return)
    definitions = _definitions(body, types, _leaving(body), results)
    seen: Counter[str] = Counter()

    def plain(expr: ir.Expr, _: Rewriter) -> ir.Expr:
        match expr:
            case ir.Call(ir.Ref(f), (bar, ir.Name(param)), ()) if f is finish:
                return _ended(bar, param, types, facts, definitions, seen) or expr
            case _:
                return expr

    return (*body[:-1], replace(last, value=Rewriter(plain)(last.value)))


def handed_out(stmt: ir.Stmt, results: Results) -> tuple[Type | None, ...] | None:
    """What a statement gets from the backward part of a called function."""
    if not results:
        return None
    match stmt:
        case ir.Assign(_, ir.Call(ir.Ref(None, name))) | ir.Unpack(_, ir.Call(ir.Ref(None, name))):
            found = results.get(name)
            return found if found is not None and len(found) == len(ir.targets(stmt)) else None
        case _:
            return None


def results_of(
    body: ir.Block, types: dict[str, Type], handed: frozenset[str]
) -> tuple[Type | None, ...]:
    """The types of what a backward part returns; None for what others may hold.

    handed: the buffers of the caller, which it gets back.
    """
    last = body[-1]
    assert isinstance(last, ir.Return)
    several = isinstance(last.value, ir.Sequence)
    items = last.value.items if isinstance(last.value, ir.Sequence) and several else (last.value,)
    definitions = _definitions(body, types, _leaving(body), {})

    def kind(item: ir.Expr) -> Type | None:
        if not isinstance(item, ir.Name) or items.count(item) > 1:
            return None
        made = definitions.get(item.id, [])
        fresh = (made or item.id in handed) and all(d is not None and _new(d) for d in made)
        found = types.get(item.id, ANY)
        return found if fresh and isinstance(found, Array) else None

    return tuple(map(kind, items))


def protect(body: ir.Block, types: dict[str, Type], bars: frozenset[str] = frozenset()) -> ir.Block:
    """Copy what is written in place, unless it was made for that alone.

    x_bar = w              x_bar = np.array(w)
    x_bar += y_bar    →    x_bar += y_bar

    bars: the cotangents, in which the backward part may also make places zero.
    """
    added: set[str] = set()
    written: set[str] = set()
    for stmt in ir.walk(body):
        if isinstance(stmt, (ir.AddTo, ir.AddAt)):
            added.add(stmt.target)
        elif not isinstance(stmt, ir.Assign) or isinstance(stmt.value, ir.Call):
            written |= (_popped(stmt) | _overwritten(stmt)) & bars
        written |= into_first(stmt)
    scalars = {n for n in added if is_scalar(types.get(n, ANY))}
    written |= added - scalars
    loose = scalars & _maybe_zero_dimensional(body) if scalars else None
    if loose:
        body = _rebound(body, loose)
    return _copied_once(_protected(body, written, types)) if written else body


def _maybe_zero_dimensional(body: ir.Block) -> set[str]:
    """Variables that may hold a 0-d array where a number is meant: `+=` would write into it."""
    definitions: dict[str, list[ir.Expr | None]] = {}
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.Assign):
            definitions.setdefault(stmt.target, []).append(stmt.value)
        elif not isinstance(stmt, ir.AddTo | ir.AddAt):
            for name in ir.targets(stmt):
                definitions.setdefault(name, []).append(None)
    unsafe: set[str] = set()
    while True:
        known = set(definitions) - unsafe
        new = {n for n, values in definitions.items() if any(_loose(v, known) for v in values)}
        if new == unsafe:
            return unsafe
        unsafe = new


def _loose(value: ir.Expr | None, safe: set[str]) -> bool:
    match value:
        case ir.Const() | ir.Binary() | ir.Unary():
            return False
        case ir.Name(name):
            return name not in safe
        case ir.Call(ir.Ref(f)):
            return f is not np.sum and f is not float
        case _:
            pass
    return True


def _rebound(block: ir.Block, names: set[str]) -> ir.Block:
    """`x_bar += e` as `x_bar = x_bar + e`."""
    out: list[ir.Stmt] = []
    for stmt in block:
        if isinstance(stmt, ir.AddTo) and stmt.target in names:
            value = ir.Binary(stmt.op, ir.Name(stmt.target), stmt.value)
            stmt = ir.Assign(stmt.target, value, stmt.at)
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(stmt, tuple(_rebound(b, names) for b in inner))
        out.append(stmt)
    return same(block, out)


def _overwritten(stmt: ir.Stmt) -> set[str]:
    """The variable into which an assignment or an operator writes in place."""
    match stmt:
        case ir.Store(ir.Item(ir.Name(owner))):
            return {owner}
        case ir.Augment(ir.Name(owner) | ir.Item(ir.Name(owner))):
            return {owner}
        case _:
            return set()


def _popped(stmt: ir.Stmt) -> set[str]:
    """The list that a statement takes an item from; of the user's lists, that is the user's."""
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(name), "pop"))):
            return {name}
        case ir.Assign(_, ir.Call(ir.Attr(ir.Name(name), "pop"))):
            return {name}
        case _:
            return set()


def _protected(block: ir.Block, written: set[str], types: dict[str, Type]) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        if isinstance(stmt, ir.Assign) and stmt.target in written and not _made(stmt.value):
            array = isinstance(types.get(stmt.target), Array)
            copy = ir.Ref(np.array, "np.array") if array else ir.Ref(own, "own")
            stmt = replace(stmt, value=call(copy, stmt.value))
        elif isinstance(stmt, ir.Unpack) and written & set(stmt.targets):
            out.append(stmt)
            out += [
                ir.Assign(n, call(ir.Ref(own, "own"), ir.Name(n)), stmt.at)
                for n in stmt.targets
                if n in written
            ]
            continue
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(stmt, tuple(_protected(b, written, types) for b in inner))
        out.append(stmt)
    return same(block, out)


def _copied_once(block: ir.Block) -> ir.Block:
    """Without `x = np.array(x)` or `x = own(x)` where x is new and nobody has read it since."""
    out: list[ir.Stmt] = []
    unread: set[str] = set()
    for stmt in block:
        match stmt:
            case ir.Assign(target, ir.Call(ir.Ref(f), (ir.Name(name),), ())) if (
                f in (np.array, own) and target == name and target in unread
            ):
                continue
            case _:
                pass
        unread -= ir.all_reads(stmt) | ir.bound(stmt)
        inner = ir.blocks(stmt)
        if inner:
            stmt = ir.with_blocks(stmt, tuple(map(_copied_once, inner)))
        if isinstance(stmt, ir.Assign) and _made(stmt.value):
            unread.add(stmt.target)
        out.append(stmt)
    return same(block, out)


def _made(value: ir.Expr) -> bool:
    match value:
        case ir.Sequence("list", ()):
            return True
        case ir.Call(ir.Ref(f)) if f in (shadow, own, add, listed):
            return True
        case ir.Const():
            return True
        case ir.Mapping(_, values):
            return all(map(_made, values))
        case _:
            pass
    return _new(value)


def _ended(
    bar: ir.Expr,
    param: str,
    types: dict[str, Type],
    facts: Inferred,
    definitions: dict[str, list[ir.Expr | None]],
    seen: Counter[str],
) -> ir.Expr | None:
    kind = facts.types.get(param, ANY)
    if isinstance(bar, ir.Const) and kind == Scalar(float) and type(bar.value) is float:
        return bar
    if not isinstance(bar, ir.Name):
        return None
    actual = types.get(bar.id, ANY)
    if kind == Scalar(float):
        if actual == Scalar(float):
            return bar
        if isinstance(actual, Number) and actual.dtype.startswith("float"):
            return call(FLOAT, bar)
        return None
    if isinstance(kind, Number):
        return bar if actual == kind and not kind.loose else None
    if not isinstance(kind, Array) or not isinstance(actual, Array):
        return None
    found = definitions.get(bar.id, [])
    fresh = bool(found) and all(d is not None and _new(d) for d in found)
    seen[bar.id] += 1
    if fresh and kind.dtype == actual.dtype and same_shape(kind, actual) and seen[bar.id] == 1:
        return bar
    return None


def _leaving(body: ir.Block) -> set[str]:
    """Variables whose objects are handed out, or held by what is."""
    held: dict[str, set[str]] = {}
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.Assign):
            held.setdefault(stmt.target, set()).update(_held(stmt.value))
    found = set(ir.statement_reads(body[-1]))
    while (more := found.union(*(held.get(n, ()) for n in found))) != found:
        found = more
    return found


def _definitions(
    body: ir.Block, types: dict[str, Type], leaving: set[str], results: Results
) -> dict[str, list[ir.Expr | None]]:
    """How each variable is made; None when another one that leaves may hold the same object."""
    found: dict[str, list[ir.Expr | None]] = {}
    for stmt in ir.walk(body):
        handed = handed_out(stmt, results)
        if handed is not None:
            for name, kind in zip(ir.targets(stmt), handed, strict=True):
                found.setdefault(name, []).append(None if kind is None else MADE)
            continue
        match stmt:
            case ir.Assign():
                target, value = stmt.target, stmt.value
                found.setdefault(target, []).append(value)
                if target not in leaving or is_scalar(types.get(target, ANY)):
                    continue  # nobody sees it in the end, or a number
                for name in _held(value):
                    found.setdefault(name, []).append(None)
            case ir.AddTo() | ir.AddAt():
                pass
            case _:
                for name in ir.targets(stmt):
                    found.setdefault(name, []).append(None)
    return found


def _held(value: ir.Expr) -> set[str]:
    if isinstance(value, (ir.Binary, ir.Const)):
        return set()
    match value:
        case ir.Name(name):
            return {name}
        case ir.Sequence() | ir.Mapping() | ir.Attr() | ir.Item():
            return set(ir.reads(value))
        case ir.Call(ir.Ref(f)) if f not in NEW:
            return set(ir.reads(value))
    return set()


def _new(value: ir.Expr) -> bool:
    match value:
        case ir.Binary() | ir.Unary():
            return True
        case ir.Call(ir.Ref(f)):
            return f in NEW
        case _:
            pass
    return False
