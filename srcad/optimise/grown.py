"""Take what a list of the user holds from that list instead of saving it.

    hs = [x]                                       hs = [x]
    for _ in range(n):                             for _ in range(n):
        h = hs[-1]                                     hs.append(np.tanh(W @ hs[-1]))
        y = np.tanh(W @ h)                         …
        saved.append((h, y))             →         for _ in reversed(range(n)):
        hs.append(y)                                   y = hs.pop()
    …                                                  h = hs[-1]
    for h, y in reversed(saved):                       …
        …

The list is one that the function makes, under one name, and appends to at one place; nobody else
gets it, and going backwards nobody reads it any more.  Taking away what was appended leaves it as
it was before the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings
from srcad.optimise.halves import backward_start
from srcad.optimise.pack import Path, Slot, block_at, leaves_early, replaced, slots_of
from srcad.optimise.writes import written_by

Pure = Callable[[ir.Expr], bool]
LAST = ir.Const(-1)
READERS = {"len", "sum", "min", "max"}  # builtins that keep nothing of the list that they get


def taken_back(
    body: ir.Block, stacks: frozenset[str], params: frozenset[str], pure: Pure
) -> tuple[ir.Block, set[str]]:
    """The body with fewer lists of saved values, and the variables that are not saved now."""
    start = backward_start(body)
    if start is None or not stacks:
        return body, set()
    names: set[str] = set()
    for stmt in body[:start]:
        match stmt:
            case ir.Assign(name, ir.Sequence("list", items)) if name not in stacks | params:
                if not any(isinstance(i, ir.Star) for i in items):
                    body, found = _without_saves(body, name, stacks, params, pure)
                    names |= found
            case _:
                pass
    return body, names


def _without_saves(
    body: ir.Block, name: str, stacks: frozenset[str], params: frozenset[str], pure: Pure
) -> tuple[ir.Block, set[str]]:
    start = backward_start(body)
    bound = bindings(body, params)
    places = list(_appends(body[:start], name, ()))
    if bound[name] != 1 or len(places) != 1 or not _kept(body[:start], name, pure):
        return body, set()
    path, k, item = places[0]
    block = block_at(body, path)
    if not path or any(map(leaves_early, block)) or _in_try(body, path):
        return body, set()
    slots = [s for s in slots_of(body, stacks).values() if s.push[0] == path]
    slots = [s for s in slots if bound[s.name] == 2 and _held(s, name, block, k, item)]
    if not slots or len({s.pop[0] for s in slots}) != 1:
        return body, set()
    back = slots[0].pop[0]
    new = _changed(body, name, slots, item)
    if not back or new is None or any(name in ir.all_reads(s) for s in body[back[0][0] :]):
        return body, set()
    gone = {s.stack for s in slots}
    out = replaced(body, (), new)
    out = tuple(s for s in out if not (isinstance(s, ir.Assign) and s.target in gone))
    return out, {s.name for s in slots}


# -- the forward part ------------------------------------------------------------------


def _appends(block: ir.Block, name: str, path: Path) -> Iterator[tuple[Path, int, ir.Expr]]:
    """Where the block appends to the list, and what."""
    for k, stmt in enumerate(block):
        match stmt:
            case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (item,), ())):
                if owner == name:
                    yield path, k, item
            case _:
                pass
        for j, inner in enumerate(ir.blocks(stmt)):
            yield from _appends(inner, name, (*path, (k, j)))


def _kept(block: ir.Block, name: str, pure: Pure) -> bool:
    """Whether nobody else gets the list, and nobody writes into it besides appending."""
    for stmt in ir.walk(block):
        if _grows(stmt, name, pure):
            continue
        made = isinstance(stmt, ir.Assign) and stmt.target == name
        if not (made or ir.blocks(stmt)) and name in written_by(stmt):
            return False
        if not all(_only_read(e, name, pure) for e in _given_away(stmt, name)):
            return False
    return True


def _given_away(stmt: ir.Stmt, name: str) -> tuple[ir.Expr, ...]:
    """The expressions of a statement that may give a list away; a loop over it only reads."""
    if isinstance(stmt, ir.For) and stmt.iterable == ir.Name(name):
        grows = any(True for b in ir.blocks(stmt) for _ in _appends(b, name, ()))
        return (ir.Name(name),) if grows else ()
    return ir.expressions(stmt)


def _grows(stmt: ir.Stmt, name: str, pure: Pure) -> bool:
    match stmt:
        case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (item,), ())):
            return owner == name and _only_read(item, name, pure)
        case _:
            return False


def _only_read(expr: ir.Expr, name: str, pure: Pure) -> bool:
    """Whether the expression reads items of the list at most, and what is made of all of them."""
    if name not in ir.reads(expr):
        return True
    match expr:
        case ir.Item(ir.Name(owner), index) if owner == name:
            return not isinstance(index, ir.Slice) and _only_read(index, name, pure)
        case ir.Call(ir.Name(reader), (ir.Name(),), ()) if reader in READERS:
            return pure(expr)
        case ir.Call(ir.Attr(ir.Name("np")), (ir.Name(), *rest)) if pure(expr):
            return all(_only_read(e, name, pure) for e in rest)
        case ir.Name() | ir.Raw() | ir.Closure():
            return False
        case _:
            return all(_only_read(e, name, pure) for e in ir.children(expr))


def _held(slot: Slot, name: str, block: ir.Block, place: int, item: ir.Expr) -> bool:
    """Whether the list has what is saved: it is appended, or was the last item before."""
    before = block[: min(place, slot.push[1])]
    made = [s for s in before if isinstance(s, ir.Assign) and s.target == slot.name]
    return len(made) == 1 and (item == ir.Name(slot.name) or _last_item(made[0].value, name))


def _last_item(value: ir.Expr, name: str) -> bool:
    match value:
        case ir.Item(ir.Name(owner), ir.Const(-1) | ir.Unary("-", ir.Const(1))):
            return owner == name
        case _:
            return False


def _in_try(body: ir.Block, path: Path) -> bool:
    for k, j in path:
        if isinstance(body[k], ir.Try):
            return True
        body = ir.blocks(body[k])[j]
    return False


# -- the backward part -----------------------------------------------------------------


def _changed(
    body: ir.Block, name: str, slots: list[Slot], item: ir.Expr
) -> dict[tuple[Path, int], ir.Block] | None:
    """What stands in place of the saves, and of where they are taken out."""
    path = slots[0].pop[0]
    block = block_at(body, path)
    places = sorted(s.pop[1] for s in slots)
    between = block[places[0] : places[-1] + 1]
    if not all(isinstance(s, ir.Assign) and _is_pop(s.value) for s in between):
        return None
    owner = ir.Name(name)
    pop = ir.Call(ir.Attr(owner, "pop"))
    appended = [s for s in slots if item == ir.Name(s.name)]
    first: ir.Stmt = ir.Assign(appended[0].name, pop) if appended else ir.Effect(pop)
    others = [s for s in slots if s not in appended]
    reads = [
        ir.Assign(s.name, ir.Name(others[0].name) if k else ir.Item(owner, LAST))
        for k, s in enumerate(others)
    ]
    new: dict[tuple[Path, int], ir.Block] = {s.push: () for s in slots}
    new |= {s.pop: () for s in slots}
    new[path, places[0]] = (first, *reads)
    return new


def _is_pop(value: ir.Expr) -> bool:
    return (
        isinstance(value, ir.Call) and isinstance(value.func, ir.Attr) and value.func.name == "pop"
    )
