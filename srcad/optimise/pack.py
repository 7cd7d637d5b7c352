"""Save what one iteration saves as one tuple, and run back over the list of them.

    for _ in range(n):                       for _ in range(n):
        x_saved.append(x)                        loop_saved.append((x, t))
        t_saved.append(t)             →          …
        …                                    for x, t in reversed(loop_saved):
    for _ in reversed(range(n)):                 …
        x = x_saved.pop()
        t = t_saved.pop()
        …

A value joins where it can be saved with the last of them and taken out with the first: nobody
writes the variable between the places in the forward part, or mentions it in the backward part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from srcad.ir import nodes as ir
from srcad.optimise.counts import bindings, readings
from srcad.optimise.rewrite import same

Path = tuple[tuple[int, int], ...]  # (statement, block of it), from the outermost
REVERSED = ir.Ref(reversed, "reversed")


@dataclass(frozen=True)
class Slot:
    """One list of saved values: where its only push and its only pop stand."""

    stack: str
    name: str
    push: tuple[Path, int]
    pop: tuple[Path, int]


def pack(body: ir.Block, stacks: frozenset[str], fresh: Callable[[str], str]) -> ir.Block:
    """The body with its lists of saved values joined; `fresh` makes a name."""
    if not stacks:
        return body
    slots = slots_of(body, stacks)
    joined = {fresh("loop_saved"): [slots[s] for s in group] for group in _groups(body, slots)}
    packed = _joined(body, joined) if joined else body
    return _over_lists(packed, stacks | set(joined))


# -- finding ---------------------------------------------------------------------------


def slots_of(body: ir.Block, stacks: frozenset[str]) -> dict[str, Slot]:
    """The lists that are pushed to at one place, and popped from at one place."""
    pushes: dict[str, list[tuple[str, Path, int]]] = {}
    pops: dict[str, list[tuple[str, Path, int]]] = {}
    _scan(body, (), stacks, pushes, pops)
    found: dict[str, Slot] = {}
    for stack, places in pushes.items():
        back = pops.get(stack, [])
        if len(places) == len(back) == 1 and places[0][0] == back[0][0]:
            name, path, k = places[0]
            found[stack] = Slot(stack, name, (path, k), (back[0][1], back[0][2]))
    return found


def _scan(
    block: ir.Block,
    path: Path,
    stacks: frozenset[str],
    pushes: dict[str, list[tuple[str, Path, int]]],
    pops: dict[str, list[tuple[str, Path, int]]],
) -> None:
    for k, stmt in enumerate(block):
        if stacks.isdisjoint(ir.all_reads(stmt)) and stacks.isdisjoint(ir.bound(stmt)):
            continue
        match stmt:
            case ir.Effect(ir.Call(ir.Attr(ir.Name(stack), "append"), (ir.Name(name),))):
                pushes.setdefault(stack, []).append((name, path, k))
                continue
            case ir.Assign(name, ir.Call(ir.Attr(ir.Name(stack), "pop"), ())) if name != "_":
                pops.setdefault(stack, []).append((name, path, k))
                continue
            case ir.Assign(stack, ir.Sequence("list", ())) if stack in stacks:
                continue
            case _:
                pass
        odd = "" if not isinstance(stmt, ir.Try) else "try"
        for stack in stacks & (ir.statement_reads(stmt) | set(ir.targets(stmt))):
            pushes.setdefault(stack, []).append((odd, path, k))  # used in another way: not a slot
            pushes[stack].append((odd, path, k))
        for j, inner in enumerate(ir.blocks(stmt)):
            _scan(inner, (*path, (k, j)), stacks, pushes, pops)


def block_at(body: ir.Block, path: Path) -> ir.Block:
    """The block that a path leads to."""
    for k, j in path:
        body = ir.blocks(body[k])[j]
    return body


def _groups(body: ir.Block, slots: dict[str, Slot]) -> list[list[str]]:
    """Lists that can become one, at least two together."""
    by_place: dict[tuple[Path, Path], list[Slot]] = {}
    for slot in slots.values():
        if slot.push[0] and not _in_try(body, slot.push[0]):
            by_place.setdefault((slot.push[0], slot.pop[0]), []).append(slot)
    groups: list[list[str]] = []
    for slots_here in by_place.values():
        rest = sorted(slots_here, key=lambda s: s.push[1])
        while len(rest) > 1:
            chosen = _compatible(body, rest)
            if len(chosen) > 1:
                groups.append([s.stack for s in chosen])
            rest = [s for s in rest if s not in chosen] if chosen else rest[1:]
    return groups


def _in_try(body: ir.Block, path: Path) -> bool:
    for k, j in path:
        if isinstance(body[k], ir.Try):
            return True
        body = ir.blocks(body[k])[j]
    return False


def _compatible(body: ir.Block, slots: list[Slot]) -> list[Slot]:
    """The slots of one pair of blocks that can share one push and one pop."""
    while len(slots) > 1:
        last = max(s.push[1] for s in slots)
        first = min(s.pop[1] for s in slots)
        kept = [s for s in slots if _moves(body, s, last, first)]
        if len({s.name for s in kept}) < len(kept):
            return []
        if kept == slots:
            return slots
        slots = kept
    return slots


def _moves(body: ir.Block, slot: Slot, last: int, first: int) -> bool:
    between = block_at(body, slot.push[0])[slot.push[1] + 1 : last]
    if slot.name in ir.assigned(between) or any(map(leaves_early, between)):
        return False
    passed = block_at(body, slot.pop[0])[first : slot.pop[1]]
    return slot.name not in _mentioned(passed)


def leaves_early(stmt: ir.Stmt) -> bool:
    """Whether the rest of the iteration may be skipped."""
    if isinstance(stmt, ir.Break):
        return True
    if isinstance(stmt, (ir.For, ir.While)):
        return False
    return any(leaves_early(s) for b in ir.blocks(stmt) for s in b)


def _mentioned(block: ir.Block) -> set[str]:
    return ir.assigned(block).union(*map(ir.all_reads, block))


# -- joining ---------------------------------------------------------------------------


def _joined(body: ir.Block, groups: dict[str, list[Slot]]) -> ir.Block:
    """The body with each group of lists as one, by the new list's name."""
    new: dict[tuple[Path, int], ir.Stmt | None] = {}
    for stack, slots in groups.items():
        names = tuple(s.name for s in slots)
        values = ir.Sequence("tuple", tuple(map(ir.Name, names)))
        new.update((place, None) for s in slots for place in (s.push, s.pop))
        push = ir.Effect(ir.Call(ir.Attr(ir.Name(stack), "append"), (values,)))
        new[max(s.push for s in slots)] = push
        pop = ir.Unpack(names, ir.Call(ir.Attr(ir.Name(stack), "pop")))
        new[min(s.pop for s in slots)] = pop
    joined = {s.stack: stack for stack, slots in groups.items() for s in slots}
    opened: set[str] = set()
    out: list[ir.Stmt] = []
    for stmt in replaced(body, (), new):
        if not isinstance(stmt, ir.Assign) or stmt.target not in joined:
            out.append(stmt)
        elif joined[stmt.target] not in opened:
            opened.add(joined[stmt.target])
            out.append(replace(stmt, target=joined[stmt.target]))
    return tuple(out)


def replaced(
    block: ir.Block, path: Path, new: Mapping[tuple[Path, int], ir.Stmt | ir.Block | None]
) -> ir.Block:
    """The block with other statements at some places; None leaves one out."""
    out: list[ir.Stmt] = []
    for k, stmt in enumerate(block):
        if (path, k) in new:
            change = new[path, k]
            if isinstance(change, tuple):
                out += change
            elif change is not None:
                out.append(change)
            continue
        inner = ir.blocks(stmt)
        if inner:
            blocks = tuple(replaced(b, (*path, (k, j)), new) for j, b in enumerate(inner))
            stmt = ir.with_blocks(stmt, blocks)
        out.append(stmt)
    return same(block, out)


# -- running over a list ---------------------------------------------------------------


def _over_lists(body: ir.Block, stacks: frozenset[str]) -> ir.Block:
    """Loops that run once and begin with a pop go through the list instead."""
    reads, bound = readings(body), bindings(body)
    steady = {s for s in stacks & _each_time(body) if reads[s] + bound[s] == 3}
    return _listed(body, steady) if steady else body


def _each_time(block: ir.Block) -> set[str]:
    """The lists that get an item in every iteration of a loop which is not inside another."""
    found: set[str] = set()
    for stmt in block:
        if isinstance(stmt, (ir.For, ir.While)):
            for inner in stmt.body:
                match inner:
                    case ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), _)):
                        found.add(owner)
                    case _ if leaves_early(inner):
                        break
                    case _:
                        pass
        elif not isinstance(stmt, ir.Try):
            found = found.union(*map(_each_time, ir.blocks(stmt)))
    return found


def _listed(block: ir.Block, steady: set[str]) -> ir.Block:
    out: list[ir.Stmt] = []
    for stmt in block:
        if isinstance(stmt, ir.For):
            stmt = _through(stmt, steady)
        elif not isinstance(stmt, (ir.While, ir.Try)) and ir.blocks(stmt):
            stmt = ir.with_blocks(stmt, tuple(_listed(b, steady) for b in ir.blocks(stmt)))
        out.append(stmt)
    return same(block, out)


def _through(loop: ir.For, steady: set[str]) -> ir.For:
    """`for i in reversed(range(n)): x = saved.pop()`, i unused, as `for x in reversed(saved):`."""
    if not isinstance(loop.target, str) or loop.target in _mentioned(loop.body):
        return loop
    for k, stmt in enumerate(loop.body):
        match stmt:
            case ir.Assign(name, ir.Call(ir.Attr(ir.Name(stack), "pop"), ())) if stack in steady:
                target: ir.Target = name
            case ir.Unpack(names, ir.Call(ir.Attr(ir.Name(stack), "pop"), ())) if stack in steady:
                target = names
            case _:
                continue
        if set(ir.targets(stmt)) & _mentioned(loop.body[:k]):
            return loop
        rest = (*loop.body[:k], *loop.body[k + 1 :])
        return replace(loop, target=target, iterable=_reversed(stack), body=rest)
    return loop


def _reversed(stack: str) -> ir.Expr:
    return ir.Call(REVERSED, (ir.Name(stack),))


def popped(block: ir.Block) -> frozenset[str]:
    """The lists from which a block takes values away."""
    found: set[str] = set()
    for stmt in ir.walk(block):
        for expr in ir.computed(stmt):
            match expr:
                case ir.Call(ir.Attr(ir.Name(stack), "pop"), ()):
                    found.add(stack)
                case _:
                    pass
    return frozenset(found)
