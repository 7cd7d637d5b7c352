"""The passes that make generated code what an expert would have written, in their order.

Each makes work for the others, so the cheap ones run more than once.  Leaving any of them out
changes speed and looks, never a result beyond rounding; the naive mode leaves out all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from srcad.adjoint.ends import Parts
from srcad.adjoint.unassigned import unsure_names
from srcad.analysis.infer import Inference
from srcad.analysis.lengths import lengths
from srcad.ir import nodes as ir
from srcad.ir import verify
from srcad.ir.assigned import unsure_reads
from srcad.ir.types import BOTTOM, Array, Scalar, Type
from srcad.optimise.certain import Judge
from srcad.optimise.copies import fold_copies
from srcad.optimise.dead_code import drop_dead_code
from srcad.optimise.droppable import Droppable
from srcad.optimise.gather import Gatherer
from srcad.optimise.grown import taken_back
from srcad.optimise.lasting import Lasting
from srcad.optimise.later import Later
from srcad.optimise.minus import Signs
from srcad.optimise.nest import nest
from srcad.optimise.overwrite import overwrite
from srcad.optimise.own import protect
from srcad.optimise.pack import pack
from srcad.optimise.remake import Remaker
from srcad.optimise.represent import represent
from srcad.optimise.reuse import reuse
from srcad.optimise.simplify import simplifier
from srcad.optimise.spreads import place_spreads
from srcad.optimise.tidy import tidier
from srcad.optimise.total import Total
from srcad.optimise.typing import typer
from srcad.optimise.uncopied import uncopied
from srcad.optimise.vanish import vanish
from srcad.optimise.views import Taker, renamed_backward, retaken


def optimised(passes: Passes, body: ir.Block, checked: verify.Frame) -> ir.Block:
    """The body as an expert would write it; checked: what the verifier must know."""
    parts = passes.parts
    fold, drop, put_in, gather = passes.fold, passes.drop, passes.put_in, passes.gather
    shapes, zeros, cheap = passes.shapes, passes.zeros, passes.cheap
    settled: dict[str, ir.Block] = {}  # by pass: a body in which it finds nothing to do
    for step in (
        fold, drop, shapes, put_in, shapes, drop,
        fold, gather, zeros,
        passes.signs, fold, put_in, passes.zeros_written, cheap, gather, drop,
        put_in, drop, passes.views, passes.pack, drop,
        passes.copies,
    ):  # fmt: skip
        if settled.get(step.__name__) is body:
            continue
        before, after = body, step(body)
        if after == before:
            settled[step.__name__] = before
            continue
        body = after
        verify.derivative(checked, step.__name__, body, before)
    body = protect(body, parts.facts.types, frozenset(parts.bars.values()))
    verify.derivative(checked, "protect", body)
    return body


def with_lengths_of_slices(
    type_of: Callable[[ir.Expr], Type], parts: Parts
) -> Callable[[ir.Expr], Type]:
    """The same, which also knows the sizes of slices with variable bounds."""
    types, steady = parts.facts.types, parts.steady

    def found(expr: ir.Expr) -> Type:
        kind = type_of(expr)
        if type(expr) is not ir.Item:
            return kind
        match expr:
            case ir.Item(ir.Name(name), index) if isinstance(kind, Array) and None in kind.dims:
                owner = types.get(name)
                dims = lengths(owner, index, types, steady) if isinstance(owner, Array) else None
                if dims is not None and len(dims) == kind.ndim:
                    return Array(kind.dtype, dims)
            case _:
                pass
        return kind

    return found


@dataclass(frozen=True)
class Passes:
    """Each pass with the facts that it needs.

    generated: names that only the compiler gave; user_bars: cotangents of the user's locals;
    params: names that have a value from the start; unassigned: those that may have none when the
    user's program reads them.
    """

    parts: Parts
    judge: Judge
    type_of: Callable[[ir.Expr], Type]
    simpler: Callable[[ir.Expr], ir.Expr]
    tidy: Callable[[ir.Expr], ir.Expr]
    total: Total
    droppable: Droppable
    generated: frozenset[str]
    user_bars: frozenset[str]
    params: frozenset[str]
    unassigned: frozenset[str]
    split: bool = False  # the two parts are called apart

    @staticmethod
    def of(parts: Parts, bound: str | None, inference: Inference) -> Passes:
        """The passes for one body; `bound` is the result's cotangent, where the body sets it."""
        type_of = typer(inference)
        judge = Judge.of(parts.facts)
        type_of = with_lengths_of_slices(type_of, parts)
        params = frozenset(p.name for p in parts.facts.unit.code.params)
        generated = parts.generated
        if bound is not None:
            generated |= {bound}
        elif parts.seed is not None:
            params |= {parts.seed}
        params |= {*parts.handed, *([parts.shadows] if parts.shadows else [])}
        gradients = {bar for name, bar in parts.bars.items() if name in params}
        user_bars = frozenset(parts.bars.values()) - generated - gradients
        total = Total(judge.called, type_of)
        reads = unsure_reads(parts.forward, params, unsure_names(parts.facts.unit))
        unassigned = frozenset().union(*reads.values())
        simpler = simplifier(type_of)
        tidy = tidier(type_of, simpler)
        droppable = Droppable(judge, total, parts.unreversed)
        names = generated, user_bars, params, unassigned
        split = bound is None
        return Passes(parts, judge, type_of, simpler, tidy, total, droppable, *names, split)

    def fold(self, body: ir.Block) -> ir.Block:
        copied = self.generated | frozenset(self.parts.bars.values())
        body = fold_copies(body, copied, self.params, self.total.size, self.simpler)
        return place_spreads(body, self.generated, self.params, self.tidy)

    def drop(self, body: ir.Block) -> ir.Block:
        return drop_dead_code(body, self.droppable, self.parts.stacks, self.unsure)

    def unsure(self, body: ir.Block) -> dict[int, frozenset[str]]:
        return unsure_reads(body, self.params, self.unassigned) if self.unassigned else {}

    def put_in(self, body: ir.Block) -> ir.Block:
        pure, total = self.judge.pure, self.total
        return nest(body, self.generated, pure, self.tidy, total, self.user_bars)

    def gather(self, body: ir.Block) -> ir.Block:
        return Gatherer(self.judge.pure, self.tidy, self.type_of).backward(body)

    def shapes(self, body: ir.Block) -> ir.Block:
        types = self.parts.facts.types
        return represent(body, self.params, lambda n: types.get(n, BOTTOM))

    def zeros(self, body: ir.Block) -> ir.Block:
        return vanish(body, self.type_of, self.judge.called)

    def signs(self, body: ir.Block) -> ir.Block:
        return Signs(self.generated, self.tidy, self.type_of).backward(body)

    def copies(self, body: ir.Block) -> ir.Block:
        return uncopied(body, self.generated, self.tidy)

    def zeros_written(self, body: ir.Block) -> ir.Block:
        return overwrite(body, self.is_int)

    def is_int(self, expr: ir.Expr) -> bool:
        kind = self.type_of(expr)
        return isinstance(kind, Scalar) and kind.kind is int

    def cheap(self, body: ir.Block) -> ir.Block:
        remaker = Remaker(self.type_of, self.judge.called, self.total.size, self.parts.in_place)
        return remaker.backward(reuse(body, self.params), self.generated, self.params)

    def views(self, body: ir.Block) -> ir.Block:
        written = self.parts.in_place
        own = written - self.params if self.split else written
        lasting = Lasting.of(body, self.is_int, own - {self.parts.facts.unit.code.result})
        taker = Taker(self.params, written, self.type_of, lasting, self.region)
        before = body
        body, names = retaken(body, self.parts.stacks, taker)
        body, held = taken_back(body, self.parts.stacks, self.params, self.judge.pure)
        later = Later(self.judge.pure, self.droppable, self.params)
        body, moved = later.computed(body, self.parts.stacks)
        if body is before:
            return body  # and `put_in` has been there
        names |= held | moved
        other = {n: self.parts.names.fresh(n) for n in names & self.generated}
        types = self.parts.facts.types
        types.update({new: types[old] for old, new in other.items()})
        body = renamed_backward(body, other)
        made = self.generated | set(other.values())
        pure, total = self.judge.pure, self.total
        body = nest(body, made, pure, self.tidy, total, self.user_bars)
        return renamed_backward(body, {new: old for old, new in other.items()})

    def region(self, owner: Array, index: ir.Expr) -> Type:
        """The type of what stands at an index of an array."""
        dims = lengths(owner, index, self.parts.facts.types, self.parts.steady)
        return BOTTOM if dims is None else Array(owner.dtype, dims)

    def pack(self, body: ir.Block) -> ir.Block:
        return pack(body, self.parts.stacks, self.parts.names.fresh)
