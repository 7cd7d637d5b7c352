"""The compiler on one screen: from a user's function to the text of its derivative.

    source → frontend (lower, exits) → webs → infer → settle → activity → reverse → weave
           → optimise (copies, dead code, nesting) → emit → load

SRCAD_DUMP=1 prints the IR after each pass.  Long because it is the whole compiler.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from srcad import errors
from srcad.adjoint.ends import Parts, generated_names
from srcad.adjoint.naive import NaiveReverse, NaiveWeaver
from srcad.adjoint.primal import describe, fresh_facts, user_names
from srcad.adjoint.recompute import recompute
from srcad.adjoint.reread import read_before, readers
from srcad.adjoint.residuals import BACKWARD, cut, opening, residuals_of, returning
from srcad.adjoint.reverse import Reverse
from srcad.adjoint.shallow import deep_reads
from srcad.adjoint.sweep import Node
from srcad.adjoint.unassigned import initialised, still_local
from srcad.adjoint.unwritten import only_needed
from srcad.adjoint.values import value_reads
from srcad.adjoint.weave import Weaver
from srcad.analysis import effects
from srcad.analysis.activity import activity
from srcad.analysis.asked import NOT_ASKED, Asked
from srcad.analysis.asked_result import with_asked_result
from srcad.analysis.infer import Inference
from srcad.analysis.late import refuse_late
from srcad.analysis.liveness import liveness
from srcad.analysis.loop_targets import own_targets
from srcad.analysis.lost import lost
from srcad.analysis.outside import Outside, outside_names, written_outside
from srcad.analysis.owning import with_own_numbers
from srcad.analysis.program import Program, Unit
from srcad.analysis.put_outside import Puts
from srcad.analysis.reading import FIRST, WHOLE, Reading
from srcad.analysis.refusals import Refusal
from srcad.analysis.scattered import scattered
from srcad.analysis.session import Session
from srcad.analysis.settle import settle
from srcad.analysis.storage import marked
from srcad.analysis.taken_items import with_items_taken
from srcad.analysis.useful import useless
from srcad.emit.function import Emitted, dump, emit
from srcad.ir import nodes as ir
from srcad.ir import verify
from srcad.ir.names import Names
from srcad.ir.types import BOTTOM, Array, Symbols, Type, is_scalar, show
from srcad.optimise.own import Results, own_memory, results_of
from srcad.optimise.pack import popped
from srcad.optimise.passes import Passes, optimised
from srcad.optimise.typing import actual_types
from srcad.referring import Referring

P = ParamSpec("P")
FORWARD = ir.Note("forward")


@dataclass(frozen=True)
class Wanted:
    """A callee that is split into a forward and a backward part, and where it was first called."""

    unit: Unit
    types: tuple[Type, ...]
    mask: tuple[bool, ...]
    fwd: str
    bwd: str
    place: errors.Place
    asked: Asked


def _said_in_whole(method: Callable[P, None]) -> Callable[P, None]:
    """What is refused of a program with objects taken apart is asked of the program as it is."""

    @functools.wraps(method)
    def asked(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(*args, **kwargs)
        except errors.SrcadError as refused:
            work = args[0]
            assert isinstance(work, Compilation)
            taken_apart = any(new is not old for old, new in work.units.values())
            if taken_apart and not isinstance(refused, errors.InternalError):
                refused.reading = WHOLE
            raise

    return asked


@dataclass
class Compilation:
    """All functions that one derivative needs."""

    symbols: Symbols
    naive: bool = False
    program: Program = field(default_factory=Program)
    splits: dict[Any, Wanted] = field(default_factory=dict)  # in the order of the first calls
    waiting: list[Wanted] = field(default_factory=list)
    emitted: list[Emitted] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    written: dict[int, Outside] = field(default_factory=dict)  # objects of modules and closures
    needed: dict[int, tuple[Any, str]] = field(default_factory=dict)  # those read backwards
    results: Results = field(default_factory=dict)  # of backward parts: arrays of their own
    reusable: bool = False  # a pullback may be called again: saved lists are copied before popping
    reading: Reading = FIRST
    units: dict[Any, tuple[Unit, Unit]] = field(default_factory=dict)  # with objects taken apart
    puts: Puts = field(default_factory=Puts)  # into objects from outside, by plain calls

    def __post_init__(self) -> None:
        self.program.objects = self.reading.objects
        self.session = Session(self.program, self.symbols, reading=self.reading)
        self.referring = Referring(self.program, self.names)

    def apart(self, unit: Unit, types: tuple[Type, ...]) -> Unit:
        """The function with attributes of objects as variables, where that can be done."""
        if self.naive or self.reading.whole or self.reading.early:
            return unit  # early: who meets whom is asked of the objects
        key = id(unit), types
        if key not in self.units:
            self.units[key] = unit, scattered(self.session, unit, types)
        return self.units[key][1]

    # -- one function ------------------------------------------------------------------

    def reverse(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        mask: tuple[bool, ...],
        shown: bool = False,
        asked: Asked = NOT_ASKED,
    ) -> Parts:
        """Every pass up to the two blocks, for one function and one set of active parameters.

        shown: the caller is differentiated too, and goes on using the memory of the arguments.
        """
        facts = fresh_facts(self.session, unit, types, asked.joined)
        body = marked(facts, own_targets(facts, settle(facts).body))
        refuse_late(facts, body)
        dump("settled", unit.name, body)
        verify.typed(unit.name, body, facts.types, tuple(p.name for p in unit.code.params))
        code = unit.code
        active_params = {p.name: t for p, t, m in zip(code.params, types, mask, strict=True) if m}
        names, result = Names(facts.taken), code.result
        if not self.naive:
            body, result = with_asked_result(facts, with_items_taken(body), names, asked.used)
        active = activity(facts, body, frozenset(active_params))
        self.puts.notice(facts, active)
        seen = frozenset(p.name for p in code.params) if shown else frozenset()
        if not self.naive:
            facts.useless = useless(facts, body, result, asked.used, seen)
            active -= facts.useless.names
        body, shared = with_own_numbers(facts, body, active, names, seen, asked)
        if shared is not None:
            body, active = marked(facts, body), shared.active
        live = liveness(body, frozenset({code.result, result}))
        method = NaiveReverse if self.naive else Reverse
        reverser = method(facts, body, active, live, names, self.request, seen, asked, shared)
        if result != code.result:
            reverser.bars[result] = names.fresh(f"{code.result}_bar")
        hand = effects.handed(facts, unit, types, mask) if shown else ()
        handed = tuple(n for k in hand if (n := code.params[k].name) not in asked.params)
        ends = reverser.left(result)
        active = reverser.active
        fine = lambda s: reverser.storage.plain(s) or reverser.kept_by_memory(s)  # noqa: E731
        reverser.refused.extend(effects.active_writes(facts, body, reverser.active, fine))
        reverser.refused.extend(lost(facts, body, active))
        seed = reverser.start(result, handed)
        bars_in = tuple(map(reverser.bar, handed))
        nodes = reverser.block(body)
        nodes = (*reverser.entered(tuple(active_params)), *nodes, *ends)
        reverser.refuse()
        in_place = effects.written_names(facts, body) | reverser.storage.changing_names()
        if not self.naive:
            kind_of = lambda n: facts.types.get(n, BOTTOM)  # noqa: E731
            nodes = recompute(nodes, kind_of, user_names(unit), in_place)
        forward, backward, stacks = self.woven(reverser, nodes)
        backward = (*reverser.first, *backward)
        present = frozenset(reverser.state.present)
        if isinstance(reverser, NaiveReverse):
            backward = (*reverser.opening(frozenset({seed, *bars_in})), *backward)
            present = active & frozenset(reverser.bars)
        bars = reverser.bars
        facts.types.update({bar: facts.types.get(name, BOTTOM) for name, bar in bars.items()})
        made = generated_names(forward, backward, bars, user_names(unit))
        given: dict[str, str] = {}
        for param in sorted(set(active_params) & ir.assigned(forward)):
            given[param] = names.fresh(f"{param}_given")
            facts.types[given[param]] = active_params[param]
            forward = (ir.Assign(given[param], ir.Name(param)), *forward)
        given |= reverser.first_contents
        dump("reversed", unit.name, (*forward, BACKWARD, *backward))
        shadows = reverser.shadows if asked else ""
        checked = frame(unit, stacks, (seed, *bars_in, shadows or None))
        verify.derivative(checked, "reverse", (*forward, BACKWARD, *backward))
        return Parts(
            facts=facts,
            forward=forward,
            backward=backward,
            bars=bars,
            present=present,
            seed=seed,
            asked=result,
            names=names,
            generated=made - stacks - {code.result},
            stacks=stacks,
            given=given,
            in_place=in_place,
            handed=bars_in,
            shadows=shadows,
            steady=reverser.steady,
            by_memory=asked.params,
        )

    def woven(
        self, reverser: Reverse, nodes: tuple[Node, ...]
    ) -> tuple[ir.Block, ir.Block, frozenset[str]]:
        """The forward and the backward block, and the names of the lists of saved values."""
        facts, body = reverser.facts, reverser.body
        bars = frozenset(reverser.bars.values())
        primal = (frozenset(facts.types) | ir.assigned(body)) - bars
        params = frozenset(p.name for p in facts.unit.code.params)
        weaver = Weaver(reverser.names, reverser.live, primal, params)
        if isinstance(reverser, NaiveReverse):
            weaver = NaiveWeaver(reverser.names, reverser.live, primal, params, known=set(params))
        forward, backward = weaver.weave(nodes)
        stacks = frozenset(weaver.lists.values())
        needed = frozenset().union(*map(ir.all_reads, backward))
        found, storage, kept = readers(nodes), reverser.storage, reverser.kept_by_memory

        def harmless(name: str, write: ir.Stmt) -> bool:
            made = storage.made_before(name, write)
            return not made or not read_before(found, storage, name, write)

        again = needed & primal
        shallow = again - deep_reads(backward, facts.types)
        effects.check_needed_writes(facts, body, reverser.active, (again, shallow), kept, harmless)
        forward = only_needed(forward, reverser)
        self.needed |= outside_names(facts, value_reads(backward, facts.unit.code.free))
        self.written |= written_outside(facts, body)
        unguarded = needed & reverser.anywhere
        forward = initialised(forward, facts.unit, stacks, needed & ir.assigned(body), unguarded)
        return forward, backward, stacks

    def request(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        mask: tuple[bool, ...],
        place: errors.Place,
        asked: Asked = NOT_ASKED,
    ) -> tuple[str, str]:
        """The names of the forward and backward functions of a callee; made when first asked."""
        key = (id(unit), types, mask, asked)
        if key not in self.splits:
            self.names.taken |= unit.code.taken
            fwd, bwd = self.names.fresh(f"{unit.name}_fwd"), self.names.fresh(f"{unit.name}_bwd")
            self.splits[key] = Wanted(unit, types, mask, fwd, bwd, place, asked)
            self.waiting.append(self.splits[key])
        return self.splits[key].fwd, self.splits[key].bwd

    # -- whole programs ----------------------------------------------------------------

    @_said_in_whole
    def fused(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        wrt: tuple[int, ...],
        single: bool,
        value: bool,
        aux: bool,
    ) -> None:
        """One function that runs forward and backward: `f_grad`."""
        unit = self.apart(unit, types)
        self.names.taken |= unit.code.taken
        name = self.names.fresh(unit.name + ("_value_and_grad" if value else "_grad"))
        asked = Asked(used=frozenset({0}) if aux else None)
        parts = self.reverse(unit, types, tuple(k in wrt for k in range(len(types))), asked=asked)
        first = len(self.emitted)
        self.finish_waiting()  # what they hand out tells which gradients need no copy
        result = unit.code.result
        params = [p.name for p in unit.code.params]
        body = (*parts.forward, BACKWARD, *parts.seeded(result, aux), *parts.backward)
        gradients = tuple(parts.gradient(params[k]) for k in wrt)
        answer: ir.Expr = gradients[0] if single else ir.Sequence("tuple", gradients)
        outcome, body = parts.outcome(result, body)
        if value:
            answer = ir.Sequence("tuple", (ir.Name(outcome), answer))
        elif aux:
            answer = ir.Sequence("tuple", (answer, ir.Item(ir.Name(outcome), ir.Const(1))))
        body = self.finished(parts, (*body, ir.Return(answer)), parts.seed, None, True)
        doc = "Value and gradient" if value else "Gradient"
        doc += f" of {describe(unit)} in {', '.join(params[k] for k in wrt)}: "
        doc += ", ".join(show(types[k]) for k in wrt) + "."
        self.emit(name, params, (FORWARD, *body), doc, unit)
        self.emitted.insert(first, self.emitted.pop())

    @_said_in_whole
    def split(
        self,
        unit: Unit,
        types: tuple[Type, ...],
        mask: tuple[bool, ...],
        fwd: str,
        bwd: str,
        reusable: bool = False,
        finished: bool = False,
        asked: Asked = NOT_ASKED,
    ) -> None:
        """A forward function that returns (value, saved) and a backward one that takes saved.

        finished: it is the user who calls them.
        """
        unit = self.apart(unit, types)
        parts = self.reverse(unit, types, mask, shown=not finished, asked=asked)
        self.reusable = self.reusable or reusable
        params = [p.name for p in unit.code.params]
        result = unit.code.result
        seed = parts.seed or parts.names.fresh(f"{result}_bar")
        wanted = [
            p
            for p, t, m in zip(params, types, mask, strict=True)
            if m and not asked.by_memory(p, t)
        ]
        bars = tuple(parts.gradient(p) if finished else parts.raw(p) for p in wanted)
        alone = len(bars) == 1 and not finished
        answer = bars[0] if alone else ir.Sequence("tuple", bars)
        outcome, body = parts.outcome(result, (*parts.forward, BACKWARD, *parts.backward))
        body = (*body, ir.Return(ir.Sequence("tuple", (ir.Name(outcome), answer))))
        forward, backward = cut(self.finished(parts, body, None, seed, finished))
        if not finished and not self.naive:
            self.results[bwd] = self.handed_out(parts, backward, seed)
        residuals = residuals_of(forward, backward, params, seed)
        saved = parts.names.fresh("saved")
        copied = sorted(popped(backward) & set(residuals)) if self.reusable else []
        forward = initialised(forward, unit, parts.stacks, frozenset(), frozenset(residuals))
        forward = (FORWARD, *returning(forward, residuals, outcome))
        backward = opening(backward, residuals, saved, copied)
        where = describe(unit)
        doc = f"Forward part of {where}: its value, and what the backward part needs."
        self.emit(fwd, params, forward, doc, unit)
        doc = f"Backward part of {where}: the cotangents of {', '.join(wanted)}."
        shadows = [parts.shadows] if parts.shadows else []
        self.emit(bwd, [saved, *shadows, seed, *parts.handed], backward, doc, unit)
        self.finish_waiting()

    def handed_out(self, parts: Parts, backward: ir.Block, seed: str) -> tuple[Type | None, ...]:
        """The arrays of their own that a backward part returns."""
        facts = parts.facts
        given = facts.types.get(seed, BOTTOM)
        if isinstance(given, Array) and given.dtype != "float64":
            return ()  # its cotangent may be of a wider type
        types = actual_types(self.session, facts, backward, seed)
        types |= {bar: facts.types[bar] for bar in parts.handed}  # as the caller made them
        return results_of(backward, types, frozenset(parts.handed))

    def emit(self, name: str, params: list[str], body: ir.Block, doc: str, unit: Unit) -> None:
        """One finished function."""
        body = self.referring.told_apart(unit, params, body)
        verify.function(name, params, body, frame(unit, frozenset(), ()).outside)
        self.emitted.append(emit(name, params, body, doc, unit, self.emitted, self.program.units))

    def finish_waiting(self) -> None:
        """Make the functions that were asked for meanwhile."""
        while self.waiting:
            callee = self.waiting.pop(0)
            try:
                self.split(
                    callee.unit,
                    callee.types,
                    callee.mask,
                    callee.fwd,
                    callee.bwd,
                    asked=callee.asked,
                )
            except errors.SrcadError as problem:
                problem.add_note(errors.called_from(callee.place))
                raise
        self.puts.refuse(self.program)
        for key in self.needed.keys() & self.written.keys():
            found = self.written[key]
            raise Refusal(found.facts, found.write).of_needed({found.name})

    # -- optimising --------------------------------------------------------------------

    def finished(
        self, parts: Parts, body: ir.Block, bound: str | None, seed: str | None, own: bool
    ) -> ir.Block:
        """Optimised; the cotangent of the result is `bound` in the body, or the parameter `seed`.

        `own`: the body ends in gradients, which the user gets as memory of their own.
        """
        given = (parts.seed, *parts.handed, parts.shadows or None) if bound is None else ()
        checked = frame(parts.facts.unit, parts.stacks, given)
        checked = verify.derivative(checked, "finish", body)
        if self.naive:
            return still_local(body, parts.facts.unit)
        passes = Passes.of(parts, bound, Inference(self.session, parts.facts))
        body = optimised(passes, body, checked)
        dump("optimised", parts.facts.unit.name, body)
        body = still_local(body, parts.facts.unit)
        if own:
            types = actual_types(self.session, parts.facts, body, seed, self.results)
            body = own_memory(body, types, parts.facts, self.results)
            number = lambda n: is_scalar(types.get(n, BOTTOM))  # noqa: E731
            verify.owned(parts.facts.unit.name, body, number)
            body = passes.drop(body)
        return body


def frame(unit: Unit, stacks: frozenset[str], bars: tuple[str | None, ...]) -> verify.Frame:
    """What the verifier must know of a function; `bars` are the cotangents handed in."""
    code = unit.code
    params = frozenset(p.name for p in code.params)
    own = params | code.locals | ir.assigned(code.body)
    given = params | frozenset(b for b in bars if b is not None)
    outside = (code.taken | code.free) - own
    return verify.Frame(unit.name, given, outside, own, stacks, frozenset({code.result}))
