"""Let the generated code read variables that may have no value, and let the user's code not.

    if c:                      y = None
        y = f(x)               if c:
    …                 →            y = f(x)
                               …
                               y_saved.append(y)

Where the user's program itself may read the variable before it has a value, that read must stay an
UnboundLocalError: then the first value is `unset`, and a check stands before the read.
"""

from __future__ import annotations

import builtins

from srcad.adjoint.ends import unset
from srcad.adjoint.weave import saved_names
from srcad.analysis.program import Unit
from srcad.ir import nodes as ir
from srcad.ir.assigned import Names, unsure_reads, unsure_reads_and_end
from srcad.runtime import snapshots, unassigned, writes

ASSIGNED = ir.Ref(unassigned.assigned, "assigned")
COPYING = (writes.copied, writes.copied_of, snapshots.snapshot)
UNSET = ir.Ref(unassigned.unset, "unset")


def unsure_names(unit: Unit) -> Names:
    """The names that may have no value when the user's program reads them."""
    code = unit.code
    function = unit.source.function
    undefined = {
        n
        for n in code.free - code.locals
        if n not in function.__globals__
        and not hasattr(builtins, n)
        and n not in function.__code__.co_freevars
    }
    return frozenset(code.locals | undefined) - frozenset(p.name for p in code.params)


def initialised(
    forward: ir.Block, unit: Unit, stacks: Names, needed: Names, last: Names = frozenset()
) -> ir.Block:
    """The forward part with a first value for what generated code may read too early.

    `needed` are the variables that the backward part reads, `last` those read whatever ran.
    """
    params = frozenset(p.name for p in unit.code.params)
    names = unsure_names(unit)
    every = names | needed | last | ir.assigned(forward)
    early, end = unsure_reads_and_end(forward, params, every)
    unsure: set[str] = set()  # read too early by the user's own statements
    unsaved: set[str] = set()  # and by ours
    for stmt in ir.walk(forward) if early else ():
        missing = early.get(id(stmt), frozenset())
        kept = _kept_names(stmt, stacks) if missing else frozenset()
        unsaved |= missing & kept
        unsure |= frozenset() if kept else missing & names
    first = unsaved | (last - end) | ((needed & unsure) - end)
    checked = frozenset(first & unsure)
    risky = {stmt: found & names for stmt, found in early.items() if found & names}
    body = _checked(forward, risky, checked, unit, stacks)
    starts = tuple(ir.Assign(n, UNSET) for n in sorted(checked))
    return (*starts, *unset(first - checked), *body)


def still_local(body: ir.Block, unit: Unit) -> ir.Block:
    """The body with an assignment to each variable that is read without one: Python sees a global.

    if DEBUG:  y = x            y = unset
    return y               →    assigned(y, "y")
    """
    notes = (k for k, s in enumerate(body) if type(s) is ir.Note and s.text == "backward")
    end = next(notes, len(body))
    forward, rest = body[:end], body[end:]
    params = frozenset(p.name for p in unit.code.params)
    mine = unsure_names(unit) & unit.code.locals - ir.assigned(forward)
    risky = unsure_reads(forward, params, mine)
    never = frozenset(n for names in risky.values() for n in names)
    starts = tuple(ir.Assign(n, UNSET) for n in sorted(never))
    return (*starts, *_checked(forward, risky, never, unit, frozenset()), *rest)


def _checked(
    block: ir.Block, risky: dict[int, Names], checked: Names, unit: Unit, stacks: Names
) -> ir.Block:
    if not risky:
        return block
    out: list[ir.Stmt] = []
    for stmt in block:
        names = frozenset() if _kept_names(stmt, stacks) else risky.get(id(stmt), frozenset())
        at = getattr(stmt, "at", None)
        for name in sorted(names & checked):
            call = ir.Call(ASSIGNED, (ir.Name(name), ir.Const(unit.written(name) or name)))
            out.append(ir.Effect(call, at))
        if names - checked and isinstance(stmt, ir.Assign) and isinstance(stmt.value, ir.Name):
            out.append(ir.Effect(stmt.value, at))  # a copy may be dropped, the read may not
        inner = tuple(_checked(b, risky, checked, unit, stacks) for b in ir.blocks(stmt))
        out.append(ir.with_blocks(stmt, inner) if inner else stmt)
    return tuple(out)


def _kept_names(stmt: ir.Stmt, stacks: Names) -> Names:
    """What a statement of ours reads to keep it; it may have no value yet."""
    match stmt:
        case ir.Assign(_, ir.Call(ir.Ref(function), (ir.Name(name), *_))) if function in COPYING:
            return frozenset({name})
        case _:
            return frozenset(saved_names(stmt, stacks))
