"""Look at functions that are known only when they run, and may write what is read backwards.

    y = np.sum(x**2 * k)        y = np.sum(x**2 * k)
    f(k)                  →     no_writes(f, k)
                                f(k)

Of what carries a derivative the called function is differentiated, and refused where it writes.
What carries none it gets as it is.  The look is dropped where the backward part reads nothing that
the call may reach (`only_needed`), which is known when it is written.
"""

from __future__ import annotations

from srcad.adjoint.cotangents import Cotangents
from srcad.adjoint.sweep import Branch, Loop, Node, Step
from srcad.adjoint.values import value_reads
from srcad.analysis.effects import calls_unknown
from srcad.analysis.hidden import inside
from srcad.analysis.operations import Apply, Dynamic, Invoke, Operation
from srcad.analysis.sites import NONE, Sites
from srcad.ir import nodes as ir
from srcad.ir.types import carries, mutable
from srcad.rules.table import Staged
from srcad.runtime.unwritten import no_writes

NO_WRITES = ir.Ref(no_writes, "no_writes")


def functions_looked(stmt: ir.Stmt, nodes: list[Node], of: Cotangents) -> list[Node]:
    """The looks at the functions that a statement calls, before it; `nodes` are its reversal."""
    if not of.calls_unknown:
        return []
    of.read_again.append((stmt, _read_again(stmt, nodes, of)))
    found = []
    top = isinstance(stmt, ir.Assign | ir.Effect | ir.Unpack) and _as_it_is(stmt, nodes)
    for expr in (*([stmt.value] if top else []), *inside(stmt)):  # type: ignore[union-attr]
        if isinstance(expr, ir.Call) and _unknown(of.operation(expr), of):
            call = ir.Call(NO_WRITES, (expr.func, *expr.args), expr.kwargs)
            if all(map(_simple, ir.children(expr))) and reached(call, of):
                found.append(ir.Effect(call, getattr(stmt, "at", None)))
    of.looked |= {id(look.value): stmt for look in found}
    of.facts.keep.extend(found)
    return [Step(tuple(found))] if found else []


def _unknown(operation: Operation | None, of: Cotangents) -> bool:
    """Whether a call may write what cannot be seen before it runs."""
    if isinstance(operation, Invoke):
        return calls_unknown(of.facts, operation.unit, operation.params)
    return isinstance(operation, Dynamic)


def _as_it_is(stmt: ir.Stmt, nodes: list[Node]) -> bool:
    """Whether a statement is not differentiated; what is looks at what it calls by itself."""
    return any(s is stmt for n in nodes if isinstance(n, Step) for s in n.forward)


def _read_again(stmt: ir.Stmt, nodes: list[Node], of: Cotangents) -> frozenset[str]:
    """What the backward part may read of what the statement had, by itself or in what was saved."""
    names = frozenset[str]()
    for node in nodes:
        match node:
            case Step(_, backward):
                names |= value_reads(backward)
            case Branch(_, test):
                names |= ir.reads(test)
            case Loop():
                names |= ir.reads(node.iterable) | value_reads((*node.rebinds, *node.last))
            case _:
                pass
    if isinstance(stmt, ir.Assign | ir.Effect) and not _as_it_is(stmt, nodes):
        operation = of.operation(stmt.value)
        staged = isinstance(operation, Apply) and isinstance(operation.rule, Staged | None)
        if staged or isinstance(operation, Invoke | Dynamic):
            names |= ir.reads(stmt.value) | set(ir.targets(stmt))
    return names


def _simple(expr: ir.Expr) -> bool:
    """Whether computing it twice is computing it once."""
    match expr:
        case ir.Name() | ir.Const() | ir.Ref():
            return True
        case ir.Attr(inner) | ir.Star(inner):
            return _simple(inner)
        case ir.Item(owner, index):
            return _simple(owner) and _simple(index)
        case ir.Sequence(kind, items):
            return kind != "set" and all(map(_simple, items))
        case _:
            return False


def reached(call: ir.Expr, of: Cotangents) -> Sites:
    """The memory that the call may write, of what carries no derivative."""
    names = {n for n in ir.reads(call) if n in of.facts.types and n not in of.active}
    names = {n for n in names if mutable(of.type(n))}
    return NONE.union(*map(of.storage.points.reach, names))


def only_needed(block: ir.Block, of: Cotangents) -> ir.Block:
    """The forward part without the looks at calls that reach nothing that is read backwards."""
    if not of.looked:
        return block
    out: list[ir.Stmt] = []
    for stmt in block:
        caller = of.looked.get(id(stmt.value)) if isinstance(stmt, ir.Effect) else None
        if caller is not None and not _risks(stmt.value, of, caller):  # type: ignore[union-attr]
            continue
        parts = tuple(only_needed(b, of) for b in ir.blocks(stmt))
        out.append(ir.with_blocks(stmt, parts) if any(ir.blocks(stmt)) else stmt)
    return tuple(out)


def _risks(call: ir.Expr, of: Cotangents, caller: ir.Stmt) -> bool:
    """Whether the call reaches what is read backwards as it was before."""
    points, sites = of.storage.points, reached(call, of)
    for stmt, names in of.read_again:
        if not _after(stmt, caller, of):
            mine = (n for n in names if n in of.facts.types and mutable(of.type(n)))
            if any(not points.reach(n).isdisjoint(sites) for n in mine):
                return True
    if not of.storage.shown or not isinstance(call, ir.Call):
        return False
    given = [*call.args[1:], *(v for _, v in call.kwargs)]
    handed = {n for e in given for n in ir.reads(e)} - of.active
    places = NONE.union(*map(points.reach, handed & of.facts.types.keys()))
    params = {p.name for p in of.facts.unit.code.params}
    return any(carries(of.type(p)) and not points.reach(p).isdisjoint(places) for p in params)


def _after(stmt: ir.Stmt, caller: ir.Stmt, of: Cotangents) -> bool:
    """Whether a statement runs behind another one only."""
    places = of.storage.places
    if id(stmt) not in places or id(caller) not in places:
        return False
    (place, loops), (first, around) = places[id(stmt)], places[id(caller)]
    return place > first and set(loops).isdisjoint(around)
