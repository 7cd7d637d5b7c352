"""The compiler of the forward mode: from a user's function to the text that moves its tangents.

    source → frontend → webs → infer → settle   as for gradients (see `pipeline`)
           → tangents → optimise → emit → load

SRCAD_DUMP=1 prints the IR after each pass.
"""

from __future__ import annotations

import types
from typing import Any

from srcad import errors
from srcad.adjoint.primal import describe, fresh_facts, user_names
from srcad.adjoint.unassigned import still_local
from srcad.analysis.activity import filled_params
from srcad.analysis.asked import Asked
from srcad.analysis.effects import aliases, writes, written_params
from srcad.analysis.infer import Inference, Inferred
from srcad.analysis.late import refuse_late
from srcad.analysis.program import Unit
from srcad.analysis.reading import FIRST, Reading
from srcad.analysis.settle import settle
from srcad.analysis.sites import NONE, is_part, param_of
from srcad.analysis.storage import marked
from srcad.compile import guarded, in_some_reading, ready, without_collector
from srcad.emit.function import dump
from srcad.entries import Entry
from srcad.ir import nodes as ir
from srcad.ir import verify
from srcad.ir.names import Names
from srcad.ir.types import Symbols, Type, show
from srcad.optimise.tangents import tidied_tangents
from srcad.pipeline import Compilation, Wanted
from srcad.tangent.base import Joined
from srcad.tangent.dotted import dotted
from srcad.tangent.forward import Forward


class TangentCompilation(Compilation):
    """All functions that one tangent needs."""

    def tangent(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        mask: tuple[bool, ...],
        name: str,
        shown: bool,
        joined: Joined = frozenset(),
        dynamic: bool = False,
    ) -> None:
        """`f_jvp`: the function with the tangents of some parameters, returning (value, tangent).

        shown: the caller goes on with what it returns; joined: parameters that may share memory;
        dynamic: the caller did not know which function it calls.
        """
        facts = fresh_facts(self.session, unit, types, joined)
        body = marked(facts, settle(facts).body)
        refuse_late(facts, body)
        dump("settled", unit.name, body)
        params = [p.name for p in unit.code.params]
        verify.typed(unit.name, body, facts.types, tuple(params))
        given = frozenset(p for p, m in zip(params, mask, strict=True) if m)
        names = Names(facts.taken)
        moving = dotted(facts, body, given)
        self.puts.notice(facts, moving)
        if dynamic:
            refuse_unmoved(facts, unit, types, mask)
        forward = Forward(facts, body, moving, names, self.request_tangent, self.naive)
        body = forward.run(given, shown)
        result = unit.code.result
        answer = ir.Sequence("tuple", (ir.Name(result), forward.value(ir.Name(result))))
        body = (*body, ir.Return(answer))
        dump("tangents", unit.name, body)
        if not self.naive:
            users = user_names(unit)
            users |= {dot for name, dot in forward.dots.items() if name in users}
            dots = frozenset(forward.dots.values())
            body = tidied_tangents(body, Inference(self.session, facts), dots, users)
            dump("optimised", unit.name, body)
        body = still_local(body, unit)
        given_dots = [forward.dot(p) for p, m in zip(params, mask, strict=True) if m]
        doc = f"Value and tangent of {describe(unit)}: {', '.join(map(show, types))}."
        self.emit(name, [*params, *given_dots], body, doc, unit)
        self.finish_tangents()

    def request_tangent(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        mask: tuple[bool, ...],
        place: errors.Place,
        joined: Joined = frozenset(),
    ) -> str:
        """The name of the function that moves tangents through a callee; made when first asked."""
        key = ("tangent", id(unit), types, mask, joined)
        if key not in self.splits:
            self.names.taken |= unit.code.taken
            name = self.names.fresh(f"{unit.name}_jvp")
            asked = Asked(joined=joined)
            self.splits[key] = Wanted(unit, types, mask, name, name, place, asked)
            self.waiting.append(self.splits[key])
        return self.splits[key].fwd

    def finish_tangents(self) -> None:
        """Make the functions that were asked for meanwhile."""
        while self.waiting:
            callee = self.waiting.pop(0)
            try:
                joined = callee.asked.joined
                self.tangent(callee.unit, callee.types, callee.mask, callee.fwd, True, joined)
            except errors.SrcadError as problem:
                problem.add_note(errors.called_from(callee.place))
                raise
        self.puts.refuse(self.program)


def refuse_unmoved(
    facts: Inferred, unit: Unit, types: tuple[Type, ...], mask: tuple[bool, ...]
) -> None:
    """Refuse to put what moves into arguments of which the caller has no tangents.

    fs["feed"](x), where it is `meter.feed` and nothing of the meter has moved so far
    """
    written = written_params(facts, unit, types)
    filled = filled_params(facts, unit, types, mask)
    for param, w, f, m in zip(unit.code.params, written, filled, mask, strict=True):
        if w is not None and f and not m:
            raise errors.UnsupportedMutation(
                f"{unit.name} is known only when it runs, and puts what has a tangent into "
                f"`{param.name}`, which had none. Call the function by its name.",
                unit.place(None),
            )
    inside = written_inside(facts, unit)
    for param, f in zip(unit.code.params, filled, strict=True):
        if f and param.name in inside:
            raise errors.UnsupportedMutation(
                f"{unit.name} is known only when it runs, and puts what has a tangent into what "
                f"`{param.name}` holds, which may have had none. Call the function by its name.",
                unit.place(None),
            )


def written_inside(facts: Inferred, unit: Unit) -> frozenset[str]:
    """The parameters of which something that they hold is written, not they themselves."""
    points = aliases(facts, facts.running)
    names = {p.name for p in unit.code.params}
    found: set[str] = set()
    for write in writes(facts, facts.running):
        if write.call is not None:
            inside = frozenset(param_of(s) for s in points.hit(write) if is_part(s))
        else:
            reached = NONE.union(*map(points.named, write.names))
            itself = {p for p in names if ("param", p) in reached}
            inside = points.changed_by(write, names) - itself - write.names
        found |= inside & names
    return frozenset(found)


@in_some_reading
@without_collector()
def compile_tangent(
    function: types.FunctionType,
    kinds: tuple[Type, ...],
    mask: tuple[bool, ...],
    naive: bool,
    symbols: Symbols,
    adapt: Any = None,
    shown: bool = False,
    dynamic: bool = False,
    reading: Reading = FIRST,
) -> Entry:
    """`f_jvp` for one signature; `mask` are the parameters with tangents."""
    sizes = dict(symbols.by_size)
    work = TangentCompilation(symbols, naive, reading=reading)
    unit = work.program.unit(function)
    if adapt is not None:
        unit = adapt(unit)
    work.session.infer(unit, kinds)
    work.names.taken |= unit.code.taken
    name = work.names.fresh(f"{unit.name}_jvp")
    work.tangent(unit, kinds, mask, name, shown, dynamic=dynamic)
    guard = guarded(work, unit, kinds)

    def dress(entry: Entry) -> None:
        entry.run = guard(entry.run)

    entry = ready(work, name, sizes, dress, mask)
    work.session.forget()
    return entry
